// What can be wrong with labels.

internal import Phrases

extension DatasetsError {
    static func unknownLabel(_ source: RowSource, label: String, known: [String]) -> Self {
        let near = NearestName.suggestion(for: label, in: known).map { "; did you mean \"\($0)\"?" } ?? "."
        return Self(
            "\(source): unknown label \"\(excerpt(label))\"; the known labels are \(quotedList(known))\(near)"
                + " Correct the row, or train on data that has this label.")
    }

    static func mixedLabels(_ column: String, _ first: (String, RowSource), _ second: (String, RowSource))
        -> Self
    {
        Self(
            "Column \"\(column)\" mixes labels of different types: \(first.0) at \(first.1) and"
                + " \(second.0) at"
                + " \(second.1); write all labels in one type.")
    }

    static func tooFewLabels(_ column: String, labels: [String]) -> Self {
        Self(
            "Column \"\(column)\" holds"
                + " \(labels.isEmpty ? "no label" : "only the label \(quotedList(labels))");"
                + " classification needs at least two.")
    }

    static func outputCount(_ source: RowSource, column: String, expected: Int, found: Int) -> Self {
        Self(
            "\(source): column \"\(column)\": expected \(expected, "number") as in the rows before,"
                + " found \(found)."
        )
    }

    static func labelIDs(_ reason: String) -> Self {
        Self(
            "The model's id2label is not usable: \(reason); expected the ids 0, 1, 2, … each with"
                + " its own name."
        )
    }

    static func positiveLabel(_ labels: [String], _ problemType: String) -> Self {
        Self(
            "positive_label is for two labels of which each row has one, but this is a \(problemType) with"
                + " \(quotedList(labels)); leave it out.")
    }

    static func unknownPositiveLabel(_ name: String, _ labels: [String]) -> Self {
        Self("positive_label: there is no label \"\(excerpt(name))\"; the labels are \(quotedList(labels)).")
    }

    static func multiHotLengths(
        _ column: String, _ first: (length: Int, source: RowSource), _ other: (length: Int, source: RowSource)
    ) -> Self {
        Self(
            "Column \"\(column)\" holds lists of zeros and ones, but \(first.length) at \(first.source) and"
                + " \(other.length) at \(other.source); a multi-hot list has one for each label, so give all lists"
                + " the same length, or write the labels' names instead.")
    }

    static func multiHotLength(_ source: RowSource, column: String, expected: Int, found: Int) -> Self {
        Self(
            "\(source): column \"\(column)\": expected a multi-hot list of \(expected) zeros and ones, one for each"
                + " label, found \(found) of them.")
    }

    static func fractionInList(_ source: RowSource, column: String) -> Self {
        Self(
            "\(source): column \"\(column)\": a list holds a fractional number, which names no label; write names,"
                + " whole numbers, or zeros and ones, or set problem_type: regression to predict several numbers."
        )
    }
}
