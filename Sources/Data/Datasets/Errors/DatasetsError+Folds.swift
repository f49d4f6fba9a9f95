// What can be wrong with the folds of a cross-validation.

internal import JSON
internal import Phrases

extension DatasetsError {
    static func fewerRowsThanFolds(rows: Int, folds: Int) -> Self {
        Self(
            "The data has \(rows, "row") for \(folds, "fold"), and every fold needs at least one;"
                + " ask for fewer folds, or give more data.")
    }

    static func classesBelowFolds(largest: Int, folds: Int) -> Self {
        Self(
            "No label has as many rows as there are folds: the most frequent one has \(largest) for "
                + "\(folds, "fold");"
                + " ask for fewer folds, or do not stratify.")
    }

    static func fewerGroupsThanFolds(groups: Int, folds: Int) -> Self {
        let found = groups == 1 ? "The rows are all of one group" : "The rows are of \(groups) groups"
        return Self(
            "\(found), but \(folds, "fold") need at least \(folds, "group"), since no group may be in two "
                + "folds;"
                + " \(groups < 2 ? "" : "ask for fewer folds, or ")choose another group_column.")
    }

    static func noGroup(_ source: RowSource, column: String, found: String) -> Self {
        Self(
            "\(source): column \"\(column)\": expected the name of the row's group (string, number or bool),"
                + " found \(found).")
    }
}

extension Row {
    /// The name of the row's group.
    /// - Throws: if the row has no such column, or no name in it.
    package func group(in column: String) throws(DatasetsError) -> String {
        let value = try value(in: column, key: "group_column")
        switch value {
        case .string(let text) where !text.isEmpty: return text
        case .number, .bool: return value.json
        case .string: throw .noGroup(source, column: column, found: "an empty string")
        case .array, .object, .null: throw .noGroup(source, column: column, found: value.phrase)
        }
    }
}
