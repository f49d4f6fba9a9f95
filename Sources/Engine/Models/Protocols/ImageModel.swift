// What feeding images needs of a model that reads them.

package import Layers
package import Tensors

/// A model whose input may be images.
package protocol ImageModel: TrainableModel {
    /// Sizes of images and patches; nil when the model reads text.
    var imageConfiguration: ViTConfiguration? { get }
    /// Whether images of another size than the configuration's are taken, their positions interpolated:
    /// Hugging Face's `interpolate_pos_encoding`. `validate` refuses them otherwise.
    var interpolatesPositions: Bool { get set }
}

extension ImageModel {
    /// A batch of S images for this model. `pixels` is `[S, channels · height · width]`, as transformers'
    /// `pixel_values`. `validate` says whether it fits.
    package func batch(pixels: Tensor, height: Int, width: Int, sampleIDs: [UInt64]) -> TokenBatch {
        guard let imageConfiguration else { preconditionFailure("this model reads text") }
        let patch = imageConfiguration.patchSize
        let images = ImageBatch(
            pixels: pixels, channels: imageConfiguration.channelCount, height: height, width: width)
        return TokenBatch(
            images: images, patchHeight: patch.height, patchWidth: patch.width, sampleIDs: sampleIDs)
    }
}
