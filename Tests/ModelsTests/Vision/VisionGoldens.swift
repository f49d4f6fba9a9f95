// Model directories with what transformers computed for them (see Goldens/generate.py).

import Foundation
import Layers
import Models
import Optimizers
import Safetensors
import Tensors
import TestSupport
import Testing

/// A golden file and the directory of its model.
struct VisionGolden {
    let directory: String
    private let file: SafetensorsFile

    init(_ directory: String, _ name: String = "golden") throws {
        self.directory =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/" + directory).path
        file = try SafetensorsFile(path: self.directory + "/\(name).safetensors")
    }

    /// A tensor as floats.
    func values(_ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// A tensor of integers, in the shape of the file.
    func integers(_ name: String) throws -> [Int] { try file.readInt64s(name).map { Int($0) } }

    func shape(_ name: String) throws -> [Int] { try file.shape(of: name) }

    /// Names of the golden's tensors behind a prefix.
    func names(_ prefix: String) -> [String] {
        file.tensorNames.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The images as a batch for patches of 2 × 2 pixels.
    func batch() throws -> TokenBatch {
        let shape = try shape("pixel_values")
        let pixels = Tensor(rows: shape[0], columns: shape[1] * shape[2] * shape[3])
        pixels.copy(from: try values("pixel_values"))
        return TokenBatch(
            images: ImageBatch(pixels: pixels, channels: shape[1], height: shape[2], width: shape[3]),
            patchHeight: 2, patchWidth: 2, sampleIDs: (0..<shape[0]).map { UInt64($0) })
    }

    /// The rows of `labels` without their padding.
    func captions() throws -> [[Int32]] {
        let (labels, length) = (try integers("labels"), try shape("labels")[1])
        return stride(from: 0, to: labels.count, by: length).map { start in
            labels[start..<start + length].filter { $0 != -100 }.map { Int32($0) }
        }
    }

    /// Compares the gradients that are here, by their names in the file, with those of a model.
    func expectGradients(of model: any TrainableModel, tolerance: Double = 1e-5) throws {
        var found: [String: [Float]] = [:]
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors {
                let start = slot.range.lowerBound + tensor.offset
                let values = model.parameters.gradients.elements(start..<start + tensor.count).values()
                let (rows, columns) = (tensor.shape[0], tensor.shape.last ?? 0)
                found[tensor.name] =
                    tensor.isTransposed
                    ? (0..<rows).flatMap { row in (0..<columns).map { values[$0 * rows + row] } } : values
            }
        }
        let largest =
            try names("gradient.").map { try values("gradient." + $0).map(abs).max() ?? 0 }.max() ?? 0
        for name in names("gradient.") {
            let expected = try values("gradient." + name)
            let gradient = try #require(found[name], "\(name)")
            // The bias of keys has no effect: its gradient is zero but for rounding.
            if expected.allSatisfy({ abs($0) < 1e-6 * largest }) {
                #expect(gradient.allSatisfy { abs($0) < 1e-6 * largest }, "\(name)")
            } else {
                #expect(relativeError(gradient, expected) < tolerance, "\(name)")
            }
        }
    }
}

/// Ten steps of AdamW at a constant rate with the gradient's norm clipped at 1; returns the losses.
func tenSteps(_ model: any TrainableModel, _ step: () throws -> Float) rethrows -> [Float] {
    let optimizer = AdamW(model.parameters.trainable, options: AdamW.Options(weightDecay: 0.01))
    return try (0..<10).map { _ in
        model.parameters.gradients.clear()
        let loss = try step()
        let norm = GradientClipping.norm(of: model.parameters.gradients)
        optimizer.step(
            learningRate: 1e-3, gradientScale: GradientClipping.scale(norm: norm, maximumNorm: 1))
        return loss
    }
}
