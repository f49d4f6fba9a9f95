// What the queue hands to a model, and what comes back.

package import Datasets
package import Evaluation
internal import Synchronization

/// One input, ready for a model.
package enum WorkInput: Sendable {
    /// A sequence of tokens with their types.
    case tokens([Int32], types: [Int32])
    /// A row of a task.
    case row(Row)
}

/// What a model says of one input.
package enum WorkOutput: Sendable, Equatable {
    /// The outputs of a classifier, `[K]`.
    case logits([Float])
    case prediction(RowPrediction)
}

/// A model as the queue sees it.
package protocol BatchWorker: AnyObject {
    /// Answers inputs, one behind the other in one batch; none influences another's answer.
    func run(_ inputs: [WorkInput]) -> [Result<WorkOutput, ServiceError>]
}

/// A worker that whoever loaded a model hands over, and that works for one thread at a time.
package final class SharedWorker: Sendable {
    /// Most inputs that it is given at a time.
    package let largestBatch: Int
    private let worker: Mutex<any BatchWorker>

    package init(_ worker: sending any BatchWorker, largestBatch: Int) {
        self.largestBatch = largestBatch
        self.worker = Mutex(worker)
    }

    package func run(_ inputs: [WorkInput]) -> [Result<WorkOutput, ServiceError>] {
        worker.withLock { $0.run(inputs) }
    }
}
