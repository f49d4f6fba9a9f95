// Which checkpoints stay when there are too many.

internal import Foundation

extension CheckpointStore {
    /// Removes the oldest checkpoints until `limit` are left, as Hugging Face's `save_total_limit`, and
    /// returns the removed paths. Neither the newest nor `best` is ever removed: with a limit of 1 and an
    /// older best one, two stay. nil, like 0 and less, keeps all. `best` may be given by any path; its last
    /// component counts. `newest` is the step that was just saved: checkpoints of later steps, from which a
    /// run did not go on, are then the first to go. nil stands for the highest step.
    @discardableResult
    package func rotate(
        keeping limit: Int?, protecting best: String?, newest: Int? = nil
    ) throws(CheckpointError) -> [String] {
        guard let limit, limit > 0 else { return [] }
        var steps = try steps()
        if let newest { steps = steps.filter { $0 > newest } + steps.filter { $0 <= newest } }
        let bestStep = best.flatMap { Self.step(ofName: URL(fileURLWithPath: $0).lastPathComponent) }
        var kept = limit
        if let bestStep, bestStep != steps.last, let index = steps.firstIndex(of: bestStep) {
            steps.remove(at: index)
            steps.insert(bestStep, at: steps.count - 1)
            kept = max(2, limit)
        }
        var removed: [String] = []
        for step in steps.dropLast(kept) {
            let name = Self.name(step: step)
            let doomed = path(Leftover(of: name, kind: .removed).name)
            if DurableFiles.exists(doomed) { try DurableFiles.remove(doomed) }
            try DurableFiles.move(path(name), to: doomed)
            try DurableFiles.remove(doomed)
            removed.append(path(name))
        }
        return removed
    }
}
