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
        var isCode = false
        for scalar in format.unicodeScalars {
            guard isCode else {
                isCode = scalar == "%"
                if !isCode { result.unicodeScalars.append(scalar) }
                continue
            }
            isCode = false
            result += try text(code: scalar, parts)
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
        case "T": return "\(number(hour)):\(number(parts.minute)):\(number(parts.second))"
        case "%": return "%"
        default: throw EvaluationFault("the date code '%\(code)' is not supported")
        }
    }
}
