// The text of a progress line, for terminals of any width and for batch logs.

/// Formats progress; no input or output happens here.
package enum ProgressLine {
    /// A line for a terminal, shorter than `columns`. Where not all fits, the epoch goes first, then
    /// learning rate, tokens/s, rows/s, loss, bar and the time left; step and total stay.
    package static func bar(_ progress: TrainingProgress, _ rates: ProgressRates?, columns: Int) -> String {
        let room = max(0, columns - 1)
        let smallestBar = 5
        var fields = Field.allCases
        func text(barCells: Int) -> String {
            fields.map { $0.text(progress, rates, barCells: barCells) }.joined(separator: " ")
        }
        for expendable in Field.expendable {
            if text(barCells: smallestBar).count <= room { break }
            fields.removeAll { $0 == expendable }
        }
        let spare = room - text(barCells: smallestBar).count
        return String(text(barCells: smallestBar + min(25, max(0, spare))).prefix(room))
    }

    /// A line for a log.
    package static func plain(_ progress: TrainingProgress, _ rates: ProgressRates?) -> String {
        let fields: [Field] = [.steps, .epoch, .loss, .learningRate, .rows, .tokens, .timeLeft]
        return "step " + fields.map { $0.text(progress, rates, barCells: 0) }.joined(separator: "  ")
    }

    private enum Field: CaseIterable {
        case bar, steps, epoch, loss, learningRate, rows, tokens, timeLeft

        static let expendable: [Field] = [.epoch, .learningRate, .tokens, .rows, .loss, .bar, .timeLeft]

        func text(_ progress: TrainingProgress, _ rates: ProgressRates?, barCells: Int) -> String {
            switch self {
            case .bar:
                let done = barCells * min(progress.step, progress.totalSteps) / max(1, progress.totalSteps)
                return "[" + String(repeating: "#", count: done)
                    + String(repeating: "-", count: barCells - done) + "]"
            case .steps: return "\(progress.step)/\(progress.totalSteps)"
            case .epoch:
                return (barCells > 0 ? "ep " : "epoch ") + NumberFormat.fixed(progress.epoch, decimals: 2)
            case .loss: return "loss \(NumberFormat.fixed(progress.loss, decimals: 4))"
            case .learningRate: return "lr \(NumberFormat.scientific(progress.learningRate))"
            case .rows: return "\(rates.map { NumberFormat.rate($0.rowsPerSecond) } ?? "-") rows/s"
            case .tokens: return "\(rates.map { NumberFormat.rate($0.tokensPerSecond) } ?? "-") tok/s"
            case .timeLeft:
                guard let rates, rates.stepsPerSecond > 0 else { return "ETA -:--" }
                let left = Double(max(0, progress.totalSteps - progress.step)) / rates.stepsPerSecond
                return "ETA \(NumberFormat.duration(seconds: left))"
            }
        }
    }
}
