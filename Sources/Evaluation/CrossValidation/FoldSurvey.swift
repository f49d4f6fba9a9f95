// What the folds of a cross-validation depend on: one look at all rows.

package import Arguments
package import Datasets
internal import Models
internal import Tasks
internal import Training

/// The labels and groups of all training rows, and a hash of the rows.
package struct FoldSurvey: Sendable {
    /// Where each row that is used stands, in 8 bytes a row: the number of its file, and its line.
    private let places: [(file: UInt32, line: UInt32)]
    private let files: [String]
    /// The number of each of them among all rows of the files.
    private let numbers: [UInt32]
    package var rowCount: Int { places.count }
    /// What `classes` and `groups` are made of, when they are asked for.
    private let classOfRow, groupOfRow: [Int32]?
    /// The class of each row, counted from 0; nil when folds are not stratified.
    package var classes: [Int]? { classOfRow?.map { Int($0) } }
    /// The labels in the order of the classes.
    package let labels: [String]
    /// The group of each row, counted from 0; nil without a group column.
    package var groups: [Int]? { groupOfRow?.map { Int($0) } }
    /// Changes with any row, as hexadecimal text.
    package let fingerprint: String

    /// Reads the training rows that can be used.
    ///
    /// Throws when a row lacks its group or label, or when folds are to be stratified and rows have no single
    /// label.
    package init(
        _ data: DataArguments, task: ModelArguments.TaskName, _ arguments: CrossValidationArguments
    ) throws {
        let reader = try data.labelledRows()
        let labels = try Self.labels(data, task, arguments, reader)
        var (classes, groups): ([Int32], [Int32]) = ([], [])
        var numberOfGroup: [String: Int] = [:]
        var hash = RowHash()
        var places: [(file: UInt32, line: UInt32)] = []
        var files: [String] = []
        var numbers: [UInt32] = []
        let rows = reader.makeIterator()
        while let row = try rows.next() {
            if files.last != row.source.file { files.append(row.source.file) }
            places.append((UInt32(files.count - 1), UInt32(row.source.line)))
            numbers.append(UInt32(rows.lastNumber))
            hash.add(row)
            if let labels {
                guard case .label(let label) = try labels.target(for: row, column: data.labelColumn) else {
                    preconditionFailure("a single label is wanted")
                }
                classes.append(Int32(label))
            }
            if let column = arguments.groupColumn {
                let name = try row.group(in: column)
                let number = numberOfGroup[name] ?? numberOfGroup.count
                numberOfGroup[name] = number
                groups.append(Int32(number))
            }
        }
        (self.places, self.files) = (places, files)
        self.numbers = numbers
        classOfRow = labels == nil ? nil : classes
        self.labels = labels?.labels ?? []
        groupOfRow = arguments.groupColumn == nil ? nil : groups
        fingerprint = hash.text
    }

    /// The rows of the files that `isChosen` names by their places here.
    func selection(where isChosen: (Int) -> Bool) -> RowSelection {
        var place = 0
        return RowSelection(total: numbers.last.map { Int($0) + 1 } ?? 0) { row in
            guard Int(numbers[place]) == row else { return false }
            defer { place += 1 }
            return isChosen(place)
        }
    }

    /// Where the rows of a selection of the files stand.
    package func sources(of rows: RowSelection) -> [RowSource] {
        zip(numbers, places).filter { rows.contains(Int($0.0)) }.map {
            RowSource(file: files[Int($0.1.file)], line: Int($0.1.line))
        }
    }

    /// The labels by which folds are stratified; nil when they are not.
    private static func labels(
        _ data: DataArguments, _ task: ModelArguments.TaskName, _ arguments: CrossValidationArguments,
        _ reader: RowReader
    ) throws -> LabelMap? {
        let isWanted = arguments.isStratified ?? (arguments.groupColumn == nil)
        guard isWanted else { return nil }
        guard task.definition.stratifiesFolds else {
            guard arguments.isStratified == true else { return nil }
            throw TrainingError(
                "--stratified gives each fold its share of every label, but rows of task: \(task.rawValue) have none; "
                    + "leave it out")
        }
        let labels = try LabelMap(of: reader, column: data.labelColumn, problemType: data.problemType)
        if labels.problemType == .singleLabel { return labels }
        guard arguments.isStratified == true else { return nil }
        throw TrainingError(
            "--stratified needs one label a row, but column \"\(data.labelColumn)\" makes this a "
                + "\(labels.problemType.rawValue); leave it out")
    }
}

/// FNV-1a over the rows as JSON, 64 bits.
private struct RowHash {
    private var bits: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ row: Row) {
        for byte in row.jsonLine().utf8 { add(byte) }
        add(0x0A)
    }

    private mutating func add(_ byte: UInt8) { bits = (bits ^ UInt64(byte)) &* 0x100_0000_01B3 }

    var text: String { String(bits, radix: 16) }
}
