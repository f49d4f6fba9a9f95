// Changes to JSON that leave it JSON, so that fuzzing gets behind the parser: to what readers make of values
// of other kinds, of members that are missing, doubled or exchanged, and of numbers that no one means.

/// The values and names of a JSON text, or of JSON Lines, by their places.
struct JSONMutation {
    private(set) var bytes: [UInt8]
    private var values: [Range<Int>] = []
    private var names: [Range<Int>] = []

    /// nil if the bytes do not begin as an object or a list.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard let first = bytes.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B else {
            return nil
        }
        scan()
        if values.isEmpty { return nil }
    }

    /// What takes the place of a value.
    private static let oddities =
        [
            "null", "true", "false", "0", "-1", "1", "0.5", "2147483648", "4294967296", "1099511627776",
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308", "-1e308",
            "1e-308", "1e999", "\"\"", "\"a\"", "\"0\"", "\"\\u0000\"", "[]", "{}", "[[]]", "[{}]",
            "[null]", "{\"\": 0}",
        ] + long

    /// A list, a nest and a string that are long.
    private static let long = [
        "[" + String(repeating: "0, ", count: 2_000) + "0]",
        String(repeating: "[", count: 90) + String(repeating: "]", count: 90),
        "\"" + String(repeating: "a", count: 5_000) + "\"",
    ]

    /// Changes a value or a name; `others` are texts from which values are taken.
    mutating func change(by others: [[UInt8]], _ random: inout FuzzRandom) {
        let value = random.choice(values)
        switch random.number(0...5) {
        case 0...1: replace(value, Array(random.choice(Self.oddities).utf8))
        case 2:
            let other = JSONMutation(random.choice(others)) ?? self
            replace(value, Array(other.bytes[random.choice(other.values)]))
        case 3: remove(value)
        case 4:
            let part = bytes[member(of: value).lowerBound..<value.upperBound]
            replace(value.upperBound..<value.upperBound, Array(", ".utf8) + part)
        default:
            guard !names.isEmpty else { return replace(value, Array("{}".utf8)) }
            replace(random.choice(names), Array(bytes[random.choice(names)]))
        }
    }

    private mutating func replace(_ range: Range<Int>, _ text: [UInt8]) {
        bytes.replaceSubrange(range, with: text)
        scan()
        if values.isEmpty { values = [0..<bytes.count] }
    }

    /// Removes a value with its name, and one of the commas beside it.
    private mutating func remove(_ value: Range<Int>) {
        var range = member(of: value)
        if let before = bytes[..<range.lowerBound].lastIndex(where: { $0 > 0x20 }), bytes[before] == 0x2C {
            range = before..<range.upperBound
        } else if let after = bytes[range.upperBound...].firstIndex(where: { $0 > 0x20 }),
            bytes[after] == 0x2C
        {
            range = range.lowerBound..<after + 1
        }
        replace(range, [])
    }

    /// The value with the name before it, if it is a member's.
    private func member(of value: Range<Int>) -> Range<Int> {
        guard let before = bytes[..<value.lowerBound].lastIndex(where: { $0 > 0x20 }), bytes[before] == 0x3A,
            let name = names.last(where: { $0.upperBound <= before })
        else { return value }
        return name.lowerBound..<value.upperBound
    }

    /// Finds values and names; of text that is no JSON, what looks like them.
    private mutating func scan() {
        (values, names) = ([], [])
        var open: [Int] = []
        var index = 0
        while index < bytes.count {
            let start = index
            switch bytes[index] {
            case 0x7B, 0x5B:
                open.append(index)
                index += 1
            case 0x7D, 0x5D:
                index += 1
                if let start = open.popLast() { values.append(start..<index) }
            case 0x22:
                index += 1
                while index < bytes.count, bytes[index] != 0x22 { index += bytes[index] == 0x5C ? 2 : 1 }
                index = min(index + 1, bytes.count)
                let next = bytes[index...].first { $0 > 0x20 }
                if next == 0x3A { names.append(start..<index) } else { values.append(start..<index) }
            case 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
                while index < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[index]), bytes[index] > 0x20 {
                    index += 1
                }
                values.append(start..<index)
            default: index += 1
            }
        }
    }
}
