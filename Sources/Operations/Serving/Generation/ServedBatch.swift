// The engine of a language model that is served: it ends by itself when nobody refers to the model any more.

internal import Foundation
package import Generation
package import Models

/// A `ContinuousBatch` for as long as somebody holds it. What was submitted before is answered to its end.
package final class ServedBatch: ContinuousGenerating {
    private let batch: ContinuousBatch

    /// Starts the engine, which owns `model` from here on.
    package init(_ model: sending any LanguageModel, limits: ContinuousBatch.Limits = .init()) {
        batch = ContinuousBatch(model, limits: limits)
    }

    deinit {
        let batch = batch
        // Whoever lets go last need not wait, and may be the engine's own thread.
        DispatchQueue.global().async { batch.stop() }
    }

    package func submit(
        _ request: GenerationRequest, deliver: @escaping @Sendable (GenerationEvent) -> Void
    ) throws(GenerationError) -> UInt64 {
        try batch.submit(request, deliver: deliver)
    }

    package func cancel(_ ticket: UInt64) { batch.cancel(ticket) }
}
