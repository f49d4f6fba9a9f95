// A task's predictor as the queue uses it, for what is no classifier of texts: rows in, predictions out.

internal import Datasets
package import Evaluation
internal import Kernels
package import Tensors

/// Answers with what `predict` would write.
package final class RowWorker: BatchWorker {
    private let predictor: any Predictor
    private let products: PanelProducts

    /// `weights` are the parameters of the predictor's model.
    package init(_ predictor: any Predictor, weights: [Tensor]) {
        self.predictor = predictor
        products = PanelProducts(constants: weights)
    }

    package func run(_ inputs: [WorkInput]) -> [Result<WorkOutput, ServiceError>] {
        let rows = inputs.map { input -> Row in
            guard case .row(let row) = input else { preconditionFailure("a task's predictor reads rows") }
            return row
        }
        do {
            return try predictions(rows).map(Self.result)
        } catch {
            // One of them is at fault.
            return rows.map { row in
                do {
                    guard let answer = try predictions([row]).first else {
                        preconditionFailure("a prediction a row")
                    }
                    return Self.result(answer)
                } catch { return .failure(ServiceError(.badValue, "\(error)")) }
            }
        }
    }

    private static func result(_ answer: RowPrediction) -> Result<WorkOutput, ServiceError> {
        if let reason = answer.skipped { return .failure(ServiceError(.badValue, reason)) }
        return .success(.prediction(answer))
    }

    /// A row's number counts from 0 in each batch, so that what is drawn for it does not depend on what was
    /// asked before.
    private func predictions(_ rows: [Row]) throws -> [RowPrediction] {
        try products.use { try predictor.predict(rows, firstNumber: 0, findsLoss: false) }
    }
}
