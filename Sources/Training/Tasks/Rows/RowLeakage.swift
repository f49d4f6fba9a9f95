// Rows of an evaluation that stand in the training file too: a model may know them by heart.

package import Arguments
package import Datasets
internal import Files
internal import JSON

/// Which rows of an evaluation were learnt from, word for word.
package struct RowLeakage: Sendable, Equatable {
    /// By the row's number among all rows that are evaluated; 1 where it stands in the training file. A byte
    /// a row, so that ranks can send it.
    package let isKnown: [UInt8]

    package var rowCount: Int { isKnown.count }
    package var knownCount: Int { isKnown.count { $0 != 0 } }
    package var newCount: Int { rowCount - knownCount }

    package init(isKnown: [UInt8]) { self.isKnown = isKnown }

    /// Reads both files. Of the evaluated rows checksums of 8 bytes are kept, of the training rows nothing.
    ///
    /// - Parameter keys: the texts by which a row is known again; it is if one of them stands in a training
    ///   row.
    package init(training: RowReader, evaluated: RowReader, keys: (Row) throws -> [String]) throws {
        var rowsOfKey: [UInt64: [Int32]] = [:]
        var isKnown: [UInt8] = []
        let rows = evaluated.makeIterator()
        while let row = try rows.next() {
            for key in try Set(keys(row).map(Self.checksum)) {
                rowsOfKey[key, default: []].append(Int32(truncatingIfNeeded: isKnown.count))
            }
            isKnown.append(0)
        }
        let learnt = training.makeIterator()
        while !rowsOfKey.isEmpty, let row = try learnt.next() {
            for key in try keys(row) {
                for number in rowsOfKey.removeValue(forKey: Self.checksum(key)) ?? [] {
                    isKnown[Int(number)] = 1
                }
            }
        }
        self.isKnown = isKnown
    }

    /// The checksum of the words of a text: how they are spaced says nothing.
    private static func checksum(_ text: String) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var isAfterSpace = true
        for byte in text.utf8 {
            if byte == 0x20 || 0x09...0x0D ~= byte {
                if !isAfterSpace { bytes.append(0x20) }
                isAfterSpace = true
            } else {
                bytes.append(byte)
                isAfterSpace = false
            }
        }
        if bytes.last == 0x20 { bytes.removeLast() }
        guard let checksum = UInt64(XXHash64.text(of: bytes), radix: 16) else {
            preconditionFailure("a checksum is a hexadecimal number")
        }
        return checksum
    }

    /// `22 of 40 references of validation.jsonl (55%) stand word for word in train.jsonl`; nil if none does.
    ///
    /// - Parameter what: what is known again, such as `references`.
    package func sentence(_ what: String, evaluated: [String], training: [String]) -> String? {
        guard knownCount > 0 else { return nil }
        let share = Int((100 * Double(knownCount) / Double(rowCount)).rounded())
        return "\(knownCount) of \(rowCount) \(what) of \(evaluated.joined(separator: ", ")) (\(share)%) "
            + "\(knownCount == 1 ? "stands" : "stand") word for word in \(training.joined(separator: ", "))"
    }
}

extension RunArguments {
    /// What `leakageKeys(of:)` finds again, in the plural.
    package var leakageNoun: String {
        let definition = task.definition
        if definition.isKnownByReference {
            return definition.keyScopes.contains(.blocks) ? "completions or texts" : "references"
        }
        return definition.answersLabels ? "inputs with the same label" : "rows"
    }

    /// Whether rows are texts of their own, not the lines of a document that are joined.
    package func knowsRowsAgain(_ row: Row) -> Bool {
        !row.isLine || data.lineByLine || !task.definition.keyScopes.contains(.blocks)
    }

    /// The texts by which a row is known again in another file: its references where the task writes texts;
    /// else what the model reads together with what people say of it. None where the row has no text.
    ///
    /// - Parameter column: the column of the references, if it is not the task's own.
    package func leakageKeys(of row: Row, referenceColumn column: String? = nil) throws -> [String] {
        guard knowsRowsAgain(row) else { return [] }
        let definition = task.definition
        if definition.isKnownByReference {
            let value = row[column ?? definition.referenceColumn(data)]
            let texts = value?.string.map { [$0] } ?? value?.array?.compactMap(\.string) ?? []
            let written = texts.isEmpty ? try definition.writtenReference(of: row, data) : nil
            let keys = (texts + [written].compactMap(\.self)).filter { $0.contains { !$0.isWhitespace } }
            if !keys.isEmpty { return keys }
        }
        let columns = definition.neededColumns(of: row, self, withReferences: true)
        let values = columns.compactMap { column in row[column.name].map { $0.string ?? $0.json } }
        return values.isEmpty ? [] : [values.joined(separator: "\u{1F}")]
    }
}
