// Which labels a classifier knows, and what each row's label is to the loss.

package import JSON
package import Models
internal import Phrases

/// What the loss compares a row's output with.
package enum Target: Sendable, Hashable {
    /// The id of the one right class.
    case label(Int)
    /// The ids of all right classes, ascending; possibly none.
    case labels([Int])
    /// The right outputs of a regression.
    case values([Float])
    /// The tokens of the row that a language model is to predict, by their places in it, ascending.
    case spans([Range<Int>])
    /// The row has no label, as when predicting.
    case none
}

/// The names of the classes in the order of their ids.
///
/// Numbers are named by their text (`1`; `1.0` is `1` too), true and false `True` and `False`, as Hugging
/// Face's example scripts name them. Where rows hold multi-hot lists, which have no names, labels are called
/// `LABEL_0`, `LABEL_1`, … as in transformers.
package struct LabelMap: Sendable, Hashable {
    package let problemType: ProblemType
    /// `id2label`: the name of class i at index i; for a regression one placeholder an output.
    package let labels: [String]
    /// Whether it was made of rows with multi-hot lists, so that every row must have one.
    let isMultiHot: Bool
    private let ids: [ByteString: Int]
    /// Of two labels the one that precision, recall and F1 are told of.
    package var positive = 1

    /// The number of the model's outputs.
    package var count: Int { labels.count }

    /// `label2id`, by ascending id.
    package var label2id: [(label: String, id: Int)] { labels.enumerated().map { ($1, $0) } }

    /// - Parameter labels: names, all different, in the order of their ids.
    package init(
        labels: [String], problemType: ProblemType, isMultiHot: Bool = false
    ) throws(DatasetsError) {
        self.labels = labels
        self.problemType = problemType
        self.isMultiHot = isMultiHot
        var ids: [ByteString: Int] = [:]
        for (id, label) in labels.enumerated() {
            if let other = ids.updateValue(id, forKey: ByteString(label)) {
                throw .labelIDs("the ids \(other) and \(id) are both named \"\(label)\"")
            }
        }
        self.ids = ids
    }

    /// The map as a document holds it.
    package var json: JSONValue {
        [
            "labels": .array(labels.map { .string($0) }), "problem_type": .string(problemType.rawValue),
            "multi_hot": .bool(isMultiHot),
        ]
    }

    /// The map of a document; nil where it is none.
    package init?(_ json: JSONValue?) throws(DatasetsError) {
        guard let labels = json?["labels"]?.array?.compactMap(\.string),
            let type = json?["problem_type"]?.string.flatMap({ ProblemType(rawValue: $0) }),
            let isMultiHot = json?["multi_hot"]?.bool
        else { return nil }
        try self.init(labels: labels, problemType: type, isMultiHot: isMultiHot)
    }

    /// The map of a model's configuration.
    /// - Throws: if the ids are not 0, 1, 2, …
    package init(id2label: [Int: String], problemType: ProblemType) throws(DatasetsError) {
        var labels: [String] = []
        for id in 0..<id2label.count {
            guard let label = id2label[id] else {
                throw .labelIDs("\(id2label.count, "label"), but none has the id \(id)")
            }
            labels.append(label)
        }
        try self.init(labels: labels, problemType: problemType)
    }

    /// The id of a label by its name. If the model's names are the placeholders `LABEL_0`, `LABEL_1`, … the
    /// numbers 0, 1, … name them too.
    package func id(of label: String) -> Int? {
        ids[ByteString(label)] ?? (Int(label) == nil ? nil : ids[ByteString("LABEL_\(label)")])
    }

    /// The label that `positive_label` names; the second without one.
    /// - Throws: if there is no such label, or if there are not two of which each row has one.
    package func positive(_ name: String?) throws(DatasetsError) -> Int {
        guard let name else { return 1 }
        guard problemType == .singleLabel, count == 2 else {
            throw .positiveLabel(labels, problemType.rawValue)
        }
        guard let id = id(of: name) else { throw .unknownPositiveLabel(name, labels) }
        return id
    }

    /// The target of a row.
    /// - Parameter columnKey: the recipe key that names the column, for example `label_column`.
    /// - Throws: if the column is missing, its value has the wrong type or an unknown label.
    package func target(
        for row: Row, column: String, columnKey: String = "label_column"
    ) throws(DatasetsError) -> Target {
        let value = try row.label(in: column, key: columnKey)
        switch problemType {
        case .singleLabel: return .label(try id(of: value, row, column))
        case .regression:
            let values = try LabelValue.numbers(value, row, column)
            guard values.count == count else {
                throw .outputCount(row.source, column: column, expected: count, found: values.count)
            }
            return .values(values)
        case .multiLabel:
            guard case .array(let values) = value else {
                throw .wrongType(
                    row.source, column: column, expected: "a list of labels", found: value.phrase)
            }
            if let labels = try multiHotLabels(values, row, column) { return .labels(labels) }
            var found: Set<Int> = []
            for value in values { found.insert(try id(of: value, row, column)) }
            return .labels(found.sorted())
        }
    }

    /// The labels of a multi-hot list; nil for a list of names, which `0` and `1` may be too: they are where
    /// labels are called so. Of a model with placeholder names a list of zeros and ones is multi-hot if it
    /// has as many as there are labels, else it holds numbers of labels.
    private func multiHotLabels(
        _ values: [JSONValue], _ row: Row, _ column: String
    ) throws(DatasetsError) -> [Int]? {
        guard let bits = MultiHot.bits(values), isMultiHot && !bits.isEmpty || bits.count > 1 else {
            return nil
        }
        var areNames = !isMultiHot
        for value in values where areNames {
            areNames = ids[ByteString(try LabelValue(value, row, column).name)] != nil
        }
        if areNames { return nil }
        if bits.count == count { return MultiHot.labels(bits) }
        guard isMultiHot || MultiHot.repeats(bits) else { return nil }
        throw .multiHotLength(row.source, column: column, expected: count, found: bits.count)
    }

    private func id(of value: JSONValue, _ row: Row, _ column: String) throws(DatasetsError) -> Int {
        let label = try LabelValue(value, row, column)
        if let id = id(of: label.name) ?? label.numericName.flatMap({ id(of: $0) }) { return id }
        throw .unknownLabel(row.source, label: label.name, known: labels)
    }
}
