// A classifier of texts as the queue uses it: flat batches in, logits out.

internal import Kernels
internal import Layers
package import Models
internal import Tensors

/// Answers with the logits of each sequence. Their bits depend neither on the other sequences of the batch
/// nor on the number of threads.
package final class TextClassifierWorker: BatchWorker {
    private let model: any SequenceClassifier
    private let products: PanelProducts
    private let workspace = Workspace()

    package init(_ model: any SequenceClassifier) {
        self.model = model
        products = PanelProducts(constants: [model.parameters.values])
    }

    package func run(_ inputs: [WorkInput]) -> [Result<WorkOutput, ServiceError>] {
        let fitting = inputs.map(sequence)
        let sequences = fitting.compactMap { try? $0.get() }
        guard !sequences.isEmpty else { return fitting.map { $0.map { _ in WorkOutput.logits([]) } } }
        let batch = TokenBatch(
            tokens: sequences.flatMap(\.tokens), typeIDs: sequences.flatMap(\.typeIDs),
            positions: sequences.flatMap(\.positions),
            offsets: sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.tokenCount)) },
            sampleIDs: sequences.indices.map { UInt64($0) })
        workspace.reset()
        let logits = products.use {
            model.forward(Pass(parameters: model.parameters, workspace: workspace, batch: batch))
        }
        var row = 0
        return fitting.map { sequence in
            sequence.map { _ -> WorkOutput in
                defer { row += 1 }
                return .logits(logits.rows(row..<row + 1).values())
            }
        }
    }

    /// The input as a batch of its own, if it fits the model.
    private func sequence(_ input: WorkInput) -> Result<TokenBatch, ServiceError> {
        guard case .tokens(let tokens, let types) = input else {
            preconditionFailure("a classifier of texts reads tokens")
        }
        let batch = TokenBatch(
            tokens: tokens, typeIDs: types, positions: tokens.indices.map { Int32($0) },
            offsets: [0, Int32(tokens.count)], sampleIDs: [0])
        do throws(ModelError) {
            try model.validate(batch)
            return .success(batch)
        } catch { return .failure(ServiceError(.badValue, error.description)) }
    }
}
