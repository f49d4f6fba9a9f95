// Which number a value has within one conversation, kept in memory alone.

/// The values that one conversation has shown so far, so that equal ones get equal numbers.
///
/// Make one for each conversation and let it go with it: nothing writes the table anywhere, and neither
/// `print` nor `dump` shows a value of it.
package struct PlaceholderSession: Sendable {
    /// Whether placeholders carry numbers: `<PERSON_1>` rather than `<PERSON>`.
    package let isNumbered: Bool
    private var numbers: [PersonalDataType: [[UInt8]: Int]] = [:]

    package init(isNumbered: Bool = true) { self.isNumbered = isNumbered }

    /// The placeholder of a value; the first value of a type in the conversation has number 1.
    package mutating func placeholder(for value: some StringProtocol, type: PersonalDataType) -> String {
        placeholder(for: Array(value.utf8)[...], type: type)
    }

    /// As above, for the UTF-8 of a value.
    mutating func placeholder(for value: ArraySlice<UInt8>, type: PersonalDataType) -> String {
        guard isNumbered else { return type.placeholder }
        let key = Self.key(value)
        let count = numbers[type]?.count ?? 0
        let number = numbers[type]?[key] ?? count + 1
        if number > count { numbers[type, default: [:]][key] = number }
        return "<\(type.rawValue)_\(number)>"
    }

    /// Values that differ in case and punctuation alone are one: `+44 20 7946 0958` and `+442079460958`.
    private static func key(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(value.count)
        var isASCII = true
        for byte in value where byte.isWord {
            if byte >= 0x80 { isASCII = false }
            key.append(byte.isUpper ? byte | 0x20 : byte)
        }
        return isASCII ? key : Array(String(decoding: key, as: UTF8.self).lowercased().utf8)
    }
}

extension PlaceholderSession: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "placeholders of one conversation" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
