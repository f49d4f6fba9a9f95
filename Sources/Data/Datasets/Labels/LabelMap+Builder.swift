// Builds a label map from the rows of the training data.

internal import JSON
package import Models

extension LabelMap {
    /// The map of the labels in a column of the training data.
    /// - Parameters:
    ///   - columnKey: the recipe key that names the column.
    ///   - problemType: nil to infer it as Hugging Face does: lists → multi-label classification, fractional
    ///     numbers → regression, else single-label classification.
    ///   - remarks: gets what a user should know of how the labels were read.
    package init(
        of rows: RowReader, column: String, columnKey: String = "label_column",
        problemType: ProblemType? = nil, remarks: (([String]) -> Void)? = nil
    ) throws(DatasetsError) {
        var builder = Builder(column: column, columnKey: columnKey, problemType: problemType)
        let iterator = rows.makeIterator()
        while let row = try iterator.next() { try builder.add(row) }
        self = try builder.finish()
        remarks?(builder.remarks(on: self))
    }

    /// Collects labels row by row, for callers that read the rows for something else as well.
    package struct Builder: Sendable {
        private let column: String
        private let columnKey: String
        private let problemType: ProblemType?
        private var hasTypes = true
        private var firstOfKind: [(kind: LabelValue.Kind, source: RowSource)] = []
        private var firstOfElement: [(kind: LabelValue.Kind, source: RowSource)] = []
        private var labels: [ByteString: (number: Double?, numericName: String?, source: RowSource)] = [:]
        private var outputs: Int?
        private var multiHot = MultiHotSurvey()
        private var oddities = LabelOddities()

        package init(column: String, columnKey: String = "label_column", problemType: ProblemType? = nil) {
            (self.column, self.columnKey, self.problemType) = (column, columnKey, problemType)
        }

        /// - Parameter count: rows with the same label that this one stands for.
        /// - Throws: if the column is missing or holds neither a label nor a list of them.
        package mutating func add(_ row: Row, count: Int = 1) throws(DatasetsError) {
            let value = try row.label(in: column, key: columnKey)
            if problemType == .regression { return try checkOutputs(value, row) }
            hasTypes = hasTypes && row.hasTypes
            guard case .array(let values) = value else {
                return note(try collect(value, row, isElement: false, count), row.source, in: &firstOfKind)
            }
            note(.list, row.source, in: &firstOfKind)
            multiHot.add(values, row.source)
            for value in values {
                note(try collect(value, row, isElement: true, count), row.source, in: &firstOfElement)
            }
        }

        private mutating func checkOutputs(_ value: JSONValue, _ row: Row) throws(DatasetsError) {
            let found = try LabelValue.numbers(value, row, column).count
            guard found > 0, found == outputs ?? found else {
                throw .outputCount(row.source, column: column, expected: outputs ?? 1, found: found)
            }
            outputs = found
        }

        private mutating func collect(
            _ value: JSONValue, _ row: Row, isElement: Bool, _ count: Int
        ) throws(DatasetsError) -> LabelValue.Kind {
            let label = try LabelValue(value, row, column)
            oddities.add(label, row.source, isElement: isElement, count: count)
            // Targets of a regression are as many as rows: they are not kept.
            if problemType == nil, row.hasTypes, !isElement, label.kind == .real { return .real }
            let key = ByteString(label.name)
            if labels[key] == nil { labels[key] = (label.number, label.numericName, row.source) }
            return label.kind
        }

        private func note(
            _ kind: LabelValue.Kind, _ source: RowSource,
            in list: inout [(kind: LabelValue.Kind, source: RowSource)]
        ) {
            if !list.contains(where: { $0.kind == kind }) { list.append((kind, source)) }
        }

        /// The map of all rows that were added.
        /// - Throws: if the labels are of different types, do not suit the problem type or are fewer than
        ///   two.
        package func finish() throws(DatasetsError) -> LabelMap {
            let type = if let problemType { problemType } else { try inferredType() }
            if type == .regression {
                let names = (0..<(outputs ?? 1)).map { "LABEL_\($0)" }
                return try LabelMap(labels: names, problemType: .regression)
            }
            if type == .multiLabel, let count = try multiHot.labelCount(column) {
                try checkMixture(firstOfKind)
                let names = (0..<count).map { "LABEL_\($0)" }
                return try LabelMap(labels: names, problemType: .multiLabel, isMultiHot: true)
            }
            if type == .multiLabel, let source = oddities.firstFraction {
                throw .fractionInList(source, column: column)
            }
            try checkKinds(for: type)
            let names = sortedNames()
            if names.count < 2 { throw .tooFewLabels(column, labels: names) }
            return try LabelMap(labels: names, problemType: type)
        }

        /// What a user should know of how labels became `map`.
        func remarks(on map: LabelMap) -> [String] {
            oddities.remarks(column, map, isOneHot: multiHot.isOneHot, isInferred: problemType == nil)
        }

        private func inferredType() throws(DatasetsError) -> ProblemType {
            let kinds = firstOfKind.map(\.kind)
            if kinds.contains(.list) { return .multiLabel }
            guard kinds.contains(.real) else { return .singleLabel }
            if !hasTypes, kinds.contains(.string) { return .singleLabel }
            try checkMixture(firstOfKind)
            return .regression
        }

        private func checkKinds(for type: ProblemType) throws(DatasetsError) {
            try checkMixture(firstOfKind)
            try checkMixture(firstOfElement)
            let wantsLists = type == .multiLabel
            guard let first = firstOfKind.first, (first.kind == .list) != wantsLists else { return }
            let expected = wantsLists ? "a list of labels" : "one label"
            throw .wrongType(
                first.source, column: column,
                expected: "\(expected), as problem_type \(type.rawValue) asks for",
                found: first.kind.rawValue)
        }

        /// Integers and fractional numbers go together; in data without types any two kinds do.
        private func checkMixture(
            _ kinds: [(kind: LabelValue.Kind, source: RowSource)]
        ) throws(DatasetsError) {
            let different = kinds.map { ($0.kind == .real ? .integer : $0.kind, $0) }
            guard let first = different.first, let second = different.first(where: { $0.0 != first.0 }) else {
                return
            }
            if !hasTypes, first.0 != .list, second.0 != .list { return }
            throw .mixedLabels(
                column, (first.1.kind.rawValue, first.1.source), (second.1.kind.rawValue, second.1.source))
        }

        /// Numbers by value, other labels by code points.
        private func sortedNames() -> [String] {
            var numbers: [ByteString: Double] = [:]
            for label in labels.values {
                guard let number = label.number, let name = label.numericName else {
                    return labels.keys.sorted().map(\.text)
                }
                numbers[ByteString(name)] = number
            }
            return numbers.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key.text)
        }

        /// Checks that a trained model knows every label that was added.
        /// - Throws: an error that names an unknown label, its row and the model's labels.
        package func check(against model: LabelMap) throws(DatasetsError) {
            guard model.problemType != .regression else { return }
            let unknown = labels.filter { label, first in
                model.id(of: label.text) == nil
                    && first.numericName.flatMap { model.id(of: $0) } == nil
            }
            guard let first = unknown.min(by: { $0.key < $1.key }) else { return }
            throw .unknownLabel(first.value.source, label: first.key.text, known: model.labels)
        }
    }
}
