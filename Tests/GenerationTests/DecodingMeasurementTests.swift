// The figures of `lockstep bench decode`: what they count.

import Checkpoints
import Generation
import JSON
import Kernels
import Layers
import Models
import Testing

@Suite struct DecodingMeasurementTests {
    @Test("a measurement counts the weights that a step reads, and refuses a model that is too short")
    func counts() throws {
        let model = try ModelLoader.load(.causal, directory: goldenPath("llama")).model
        let copy = CopyRate(byteCount: 1 << 20)
        let found = try DecodingMeasurement.measure(
            model, requestCount: 3, promptLength: 4, steps: 9, copy: copy)
        let weights = model.parameters.layout.slots.filter(\.isOperand).reduce(0) {
            $0 + $1.rows * $1.columns
        }
        #expect(found.weightBytes == 4 * weights && weights > 0)
        #expect(found.tokensPerSecond > 0 && found.bestTokensPerSecond >= found.tokensPerSecond)
        #expect(found.copyFraction > 0 && found.copyBytesPerSecond > 0)
        #expect(throws: GenerationError.self) {
            try DecodingMeasurement.measure(
                model, requestCount: 1, promptLength: 4, steps: 1_000_000, copy: copy)
        }
    }
}
