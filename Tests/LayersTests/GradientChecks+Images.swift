// Gradient checks of layers over image patches.

import Kernels
import Layers
import Tensors

/// Two images of 6 × 5 pixels in patches of 2 × 2: three rows of two patches, a column of pixels left over.
private let images = TokenBatch(
    images: ImageBatch(pixels: randomTensor(2, 60, seed: 41), channels: 2, height: 6, width: 5),
    patchHeight: 2, patchWidth: 2, sampleIDs: [3, 9])

/// The stored positions lie as the patches do, or have to be interpolated.
let imageChecks = [(3, 2), (4, 4), (1, 3)].map { (rows: Int, columns: Int) in
    GradientCheck(
        layer: "\(PatchEmbedding.self)", variant: "positions \(rows) × \(columns)", inputs: [],
        build: { layout in
            let layer = PatchEmbedding(
                &layout, "embeddings", channels: 2, patchHeight: 2, patchWidth: 2,
                grid: .init(rows: rows, columns: columns), width: 6, standardDeviation: 1)
            func pass(_ outer: Pass) -> Pass {
                Pass(
                    parameters: outer.parameters, workspace: outer.workspace, batch: images,
                    trainingKey: outer.key, completesGradients: outer.completesGradients)
            }
            return CheckedLayer(
                forward: { _, outer in layer.forward(pass(outer)) },
                backward: { dy, _, outer in layer.backward(gradient: dy, pass(outer)) })
        })
}
