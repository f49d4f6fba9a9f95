// What is wrong with rows, judged from scans of the files.

internal import Arguments
internal import Models
internal import Phrases
internal import Tasks

/// Bad and empty rows, labels, equal rows and rows that stand in both sets. Pure.
struct RowJudgement {
    let run: RunArguments
    let training: RowScan
    let validation: RowScan?

    /// A label that is rarer than this is named.
    private static let fewRows = 5
    private static let dominantShare = 0.9

    var findings: [Finding] {
        var findings = wrong(training, "train_file")
        if let validation { findings += wrong(validation, "validation_file") }
        return findings + balance + duplicates + leakage
    }

    private func wrong(_ scan: RowScan, _ key: String) -> [Finding] {
        var findings: [Finding] = []
        if let failure = scan.failure { findings.append(Finding(.error, .data, "\(key): \(failure)")) }
        if !scan.bad.isEmpty {
            let rest = scan.bad.count - min(5, scan.bad.count)
            findings.append(
                Finding(
                    .error, .data,
                    "\(key): \(scan.bad.count, "bad row", "bad rows"):"
                        + scan.bad.prefix(5).map { "\n  \($0)" }.joined()
                        + (rest > 0 ? "\n  and \(rest)\(scan.isWhole ? "" : " or more") others" : "")))
        }
        if scan.emptyCount > 0 {
            let refuses = run.data.onEmptyRow == .error || scan.usableCount == 0
            let rest = scan.emptyCount - scan.emptyPlaces.count
            findings.append(
                Finding(
                    refuses ? .error : .note, .data,
                    "\(key): \(scan.emptyCount, "row") of \(scan.emptyCount + scan.usableCount) "
                        + "\(scan.emptyCount == 1 ? "is" : "are") empty where a value must be"
                        + "\(refuses ? "" : " and left out"): " + scan.emptyPlaces.joined(separator: ", ")
                        + (rest > 0 ? " and \(rest) more" : "")))
        }
        if !scan.isWhole, scan.bad.count < 2 {
            findings.append(
                Finding(
                    .note, .data,
                    "\(key): the first \(scan.usableCount, "row") were looked at; there are more than the time "
                        + "of a check allows"))
        }
        return findings
    }

    // MARK: Labels

    /// Whether labels are numbers that a regression learns.
    private var areNumbers: Bool {
        run.data.problemType == .regression
            || run.data.problemType == nil
                && training.labels.keys.contains { $0.contains(".") && Double($0) != nil }
    }

    private var balance: [Finding] {
        guard !areNumbers else { return [] }
        let labels = training.labels
        let total = labels.values.reduce(0, +)
        guard total > 0, labels.count > 1, labels.count <= 1_000 else {
            guard labels.count == 1, let only = labels.first, training.isWhole else { return [] }
            return [
                Finding(
                    .warning, .data,
                    "all \(only.value) training rows have the label \"\(only.key)\": there is nothing to learn"
                )
            ]
        }
        var findings: [Finding] = []
        if let most = labels.max(by: { $0.value < $1.value }),
            Double(most.value) > Self.dominantShare * Double(total)
        {
            findings.append(
                Finding(
                    .warning, .data,
                    "\(100 * most.value / total)% of the training rows have the label \"\(most.key)\": a model "
                        + "that always says so is as right; set class_weights: balanced, or judge by f1"))
        }
        let rare = labels.filter { $0.value < Self.fewRows }
            .sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        if !rare.isEmpty, total >= 20 * labels.count, training.isWhole {
            findings.append(
                Finding(
                    .note, .data,
                    "\(rare.count, "label has", "labels have") fewer than \(Self.fewRows) rows: "
                        + rare.map { "\($0.key) (\($0.value))" }.listed()))
        }
        if let validation {
            let unknown = validation.labels.keys.filter { labels[$0] == nil }.sorted()
            if !unknown.isEmpty, training.isWhole {
                findings.append(
                    Finding(
                        .warning, .data,
                        "validation_file has \(unknown.count, "label") that no training row has: "
                            + unknown.listed()))
            }
        }
        return findings
    }

    // MARK: Equal rows

    /// Equal rows below this share are a note.
    private static let manyDuplicates = 0.1

    private var duplicates: [Finding] {
        guard training.duplicateCount > 0 else { return [] }
        let share = Double(training.duplicateCount) / Double(max(1, training.usableCount))
        let places = training.duplicates.prefix(3).map { "\($0.place) = \($0.earlier)" }
        var findings = [
            Finding(
                share >= Self.manyDuplicates ? .warning : .note, .data,
                "\(training.duplicateCount, "training row") of \(training.usableCount) "
                    + "\(training.duplicateCount == 1 ? "repeats an earlier one" : "repeat earlier ones"): "
                    + places.joined(separator: ", ")
                    + (run.data.validationSplit != nil && validation == nil
                        ? ". Of equal rows validation_split may hold out some: remove them, or give group_column"
                        : ""))
        ]
        if training.contradictionCount > 0, run.task.definition.answersLabels,
            let first = training.firstContradiction
        {
            findings.append(
                Finding(
                    .warning, .data,
                    "\(training.contradictionCount, "training row") \(training.contradictionCount == 1 ? "has" : "have")"
                        + " the same input as an earlier one and another label: \(first.place) and "
                        + "\(first.earlier)"))
        }
        return findings
    }

    private var leakage: [Finding] {
        guard let validation else { return [] }
        let shared = validation.shared(with: training)
        guard shared.count > 0 else { return [] }
        let share = 100 * Double(shared.count) / Double(max(1, validation.usableCount))
        return [
            Finding(
                .warning, .data,
                "leakage: \(shared.count) of \(validation.usableCount, "validation row") "
                    + "(\(share < 1 ? "<1" : "\(Int(share.rounded()))")%) stand among the training rows too, so that "
                    + "evaluations tell of what was learnt by heart: "
                    + shared.first.map { "\($0.place) = \($0.earlier)" }.joined(separator: ", ")
                    + ". Remove them from one of the files")
        ]
    }
}
