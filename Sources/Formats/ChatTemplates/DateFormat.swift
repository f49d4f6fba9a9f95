// Dates as the C library's strftime writes them in English, for `strftime_now`.

import Foundation

/// Formats dates by percent codes.
enum DateFormat {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// The text of `date` in the local time zone.
    static func text(_ format: String, of date: Date) throws(EvaluationFault) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .weekday, .dayOfYear], from: date)
        var result = ""
        var rest = Array(format.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let isBare = rest.first == "-"
            if isBare { rest.removeFirst() }
            guard let code = rest.popFirst() else {
                throw EvaluationFault("a date format ends within a code")
            }
            let text = try text(code: code, parts)
            guard isBare else {
                result += text
                continue
            }
            guard "dmHIMSyjeklUWuwCY".unicodeScalars.contains(code) else {
                throw EvaluationFault("the date code '%-\(code)' is not supported")
            }
            let bare = text.drop { $0 == "0" || $0 == " " }
            result += bare.isEmpty ? "0" : bare
        }
        return result
    }

    private static func text(
        code: Unicode.Scalar, _ parts: DateComponents
    ) throws(EvaluationFault) -> String {
        func number(_ value: Int?, _ width: Int = 2) -> String {
            let digits = String(value ?? 0)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        func blank(_ value: Int?) -> String { ((value ?? 0) < 10 ? " " : "") + String(value ?? 0) }
        let month = months[(parts.month ?? 1) - 1]
        let day = days[(parts.weekday ?? 1) - 1]
        let hour = parts.hour ?? 0
        switch code {
        case "Y": return number(parts.year, 4)
        case "y": return number((parts.year ?? 0) % 100)
        case "m": return number(parts.month)
        case "d": return number(parts.day)
        case "B": return month
        case "b", "h": return String(month.prefix(3))
        case "A": return day
        case "a": return String(day.prefix(3))
        case "H": return number(hour)
        case "I": return number((hour + 11) % 12 + 1)
        case "M": return number(parts.minute)
        case "S": return number(parts.second)
        case "p": return hour < 12 ? "AM" : "PM"
        case "j": return number(parts.dayOfYear, 3)
        case "F": return "\(number(parts.year, 4))-\(number(parts.month))-\(number(parts.day))"
        case "D", "x": return "\(number(parts.month))/\(number(parts.day))/\(number((parts.year ?? 0) % 100))"
        case "C": return number((parts.year ?? 0) / 100)
        case "e": return blank(parts.day)
        case "k": return blank(hour)
        case "l": return blank((hour + 11) % 12 + 1)
        case "R": return "\(number(hour)):\(number(parts.minute))"
        case "u": return String(((parts.weekday ?? 1) + 5) % 7 + 1)
        case "w": return String((parts.weekday ?? 1) - 1)
        case "U": return number(((parts.dayOfYear ?? 1) + 7 - (parts.weekday ?? 1)) / 7)
        case "W": return number(((parts.dayOfYear ?? 1) + 6 - ((parts.weekday ?? 1) + 5) % 7) / 7)
        case "n": return "\n"
        case "t": return "\t"
        // The date has no time zone.
        case "z", "Z": return ""
        case "T", "X": return "\(number(hour)):\(number(parts.minute)):\(number(parts.second))"
        case "%": return "%"
        default: throw EvaluationFault("the date code '%\(code)' is not supported")
        }
    }
}
