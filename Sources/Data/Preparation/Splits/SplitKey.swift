// The keys by which rows are split: hashes of texts and groups, and times.

internal import Datasets
internal import Files
internal import JSON

/// Makes the key and the stratum of records.
struct SplitKey: Sendable {
    private let method: SplitMethod
    private let seed: UInt64
    private let groupColumn: String?
    private let timeColumn: String
    private let labelColumn: String

    init(_ settings: PreparationSettings) {
        method = settings.splitBy
        seed = MinHash.mixed(settings.seed &+ 0x9E37_79B9_7F4A_7C15)
        groupColumn = settings.groupColumn
        timeColumn = settings.splitTimeColumn ?? settings.columns.time
        labelColumn = settings.columns.label
    }

    /// - Parameters:
    ///   - hash: of the record's text.
    /// - Throws: if the row lacks the column that the method needs, or has no time in it.
    func key(of row: Row, hash: UInt64) throws(PreparationError) -> (stratum: UInt64, key: UInt64) {
        switch method {
        case .hash, .random: return (0, MinHash.mixed(hash ^ seed))
        case .stratified:
            return (Self.hash(try value(row, labelColumn, "label_column")), MinHash.mixed(hash ^ seed))
        case .group:
            let value = try value(row, groupColumn ?? "", "split_group_column")
            return (0, MinHash.mixed(Self.hash(value) ^ seed))
        case .time:
            let value = try value(row, timeColumn, "split_time_column")
            guard let seconds = Timestamp.seconds(of: value) else {
                throw .badTime(row.source, column: timeColumn, found: value.summary)
            }
            // The latest rows come first.
            return (0, ~Timestamp.sortable(seconds))
        }
    }

    private func value(_ row: Row, _ column: String, _ key: String) throws(PreparationError) -> JSONValue {
        if let value = row[column] { return value }
        throw .missingColumn(row.source, column: column, key: key, columns: row.fields.names)
    }

    private static func hash(_ value: JSONValue) -> UInt64 { XXHash64.value(of: Array(value.json.utf8)) }
}

/// Times as data have them: seconds or milliseconds since 1970, or dates of ISO 8601.
enum Timestamp {
    /// Seconds since 1970; nil if it is no time.
    static func seconds(of value: JSONValue) -> Double? {
        switch value {
        case .number(let number): number.double
        case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil } ?? seconds(ofDate: text)
        default: nil
        }
    }

    /// Numbers that order as the times do.
    static func sortable(_ seconds: Double) -> UInt64 {
        let bits = (seconds == 0 ? 0 : seconds).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    /// `2026-01-31`, `2026-01-31 12:00`, `2026-01-31T12:00:00.5+01:00`; without a zone it is UTC.
    private static func seconds(ofDate text: String) -> Double? {
        let pattern =
            #/(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?\s*(Z|[+-]\d{2}:?\d{2})?/#
        guard let match = text.wholeMatch(of: pattern), let year = Int(match.1), let month = Int(match.2),
            let day = Int(match.3), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = Double(days(year, month, day)) * 86_400
        if let hours = match.4.flatMap({ Double($0) }), let minutes = match.5.flatMap({ Double($0) }) {
            seconds += hours * 3_600 + minutes * 60 + (match.6.flatMap { Double($0) } ?? 0)
        }
        if let zone = match.7, zone != "Z" {
            let digits = zone.filter(\.isNumber)
            guard let hours = Double(digits.prefix(2)), let minutes = Double(digits.suffix(2)) else {
                return nil
            }
            seconds -= (zone.hasPrefix("-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
        }
        return seconds
    }

    /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day is the
    /// last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
