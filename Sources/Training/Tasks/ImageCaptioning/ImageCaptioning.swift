// The task of writing a caption for an image.

package import Arguments
package import DataParallel
package import Datasets
package import Evaluation
internal import Metrics

/// `image-captioning`.
package struct ImageCaptioning: SequenceToSequenceDefinition {
    package var name: ModelArguments.TaskName { .imageCaptioning }
    package var readsImages: Bool { true }
    package var keyScopes: Set<KeyScope> {
        [.images, .captions, .encoders, .encoderDecoders, .crossEntropy, .generation]
    }
    package func referenceColumn(_ data: DataArguments) -> String { data.captionColumn }

    package func inputColumn(_ data: DataArguments) -> String? { data.imageColumn }

    package func setup(
        _ run: RunArguments, group: any ProcessGroup
    ) throws -> any SequenceToSequenceSetup { try CaptioningSetup(run, group: group) }

    package func textScoring(
        _ predictor: any Predictor, rows: RowReader, group: any ProcessGroup
    ) throws -> RowEvaluation.Kind {
        .texts(try CIDErDocumentFrequencies(rows: rows, predictor: predictor, group: group))
    }
}
