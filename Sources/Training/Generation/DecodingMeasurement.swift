// How fast a model decodes, beside what the machine's memory can do.

package import Kernels
internal import Layers
package import Models
internal import Tensors

/// Rates of decoding some requests at once, and of a plain copy in the same process.
package struct DecodingMeasurement: Sendable {
    /// Requests that are decoded together, and tokens that each had before the first step measured.
    package let requestCount, promptLength: Int
    /// Tokens in a second over all requests, by the median step and by the fastest.
    package let tokensPerSecond, bestTokensPerSecond: Double
    /// Bytes of weights that a step reads.
    package let weightBytes: Int
    /// Bytes read and written in a second of a copy on all threads, the fastest of those between the steps.
    package let copyBytesPerSecond: Double

    /// Bytes of weights read in a second of the fastest step, over those that the copy read and wrote.
    package var copyFraction: Double {
        Double(weightBytes) * bestTokensPerSecond / Double(requestCount) / copyBytesPerSecond
    }

    /// Measures `steps` steps of greedy decoding behind prompts of arbitrary tokens. Throws when the model is
    /// too short for them.
    package static func measure(
        _ model: any LanguageModel, requestCount: Int, promptLength: Int, steps: Int, copy: CopyRate
    ) throws(GenerationError) -> DecodingMeasurement {
        let length = promptLength + 2 + steps + steps / 8
        guard length <= model.maximumLength else { throw .promptTooLong(length, most: model.maximumLength) }
        var limits = ContinuousBatch.Limits()
        limits.runningRequests = requestCount
        limits.promptTokens = requestCount * promptLength
        let running = RunningRequests(model, limits: limits)
        var options = GenerationOptions()
        options.maximumNewTokens = length
        for index in 0..<requestCount {
            let prompt = (0..<promptLength).map { Int32((index + 7 * $0 + 1) % model.vocabularySize) }
            running.join(
                .init(
                    ticket: 0, request: GenerationRequest(prompt: prompt, options: options),
                    limit: model.maximumLength + 1, deliver: { _ in }))
        }
        running.step()
        running.step()
        var times: [Double] = []
        var copyRate = copy.measure()
        for index in 0..<steps {
            let start = ContinuousClock.now
            running.step()
            times.append((ContinuousClock.now - start) / .seconds(1))
            if index % 8 == 7 {
                copyRate = max(copyRate, copy.measure())
                // The copy has swept the caches: the step behind it is not one of decoding.
                running.step()
            }
        }
        times.sort()
        let count = Double(requestCount)
        return DecodingMeasurement(
            requestCount: requestCount, promptLength: promptLength,
            tokensPerSecond: count / times[times.count / 2], bestTokensPerSecond: count / times[0],
            weightBytes: weightBytes(of: model), copyBytesPerSecond: copyRate)
    }

    /// Bytes of the weights of all products that a token passes.
    static func weightBytes(of model: any LanguageModel) -> Int {
        let store = model.parameters
        return store.layout.slots.filter(\.isOperand).reduce(0) { sum, slot in
            sum
                + (store.quantizedWeights[slot.index]?.byteCount
                    ?? slot.rows * slot.columns * store.computeType.byteCount)
        }
    }
}
