// The digits of one number without their separators, at most 24 of them, on the stack.

/// Decimal digits, most significant first.
struct DigitString {
    static let capacity = 24

    private var digits = InlineArray<24, UInt8>(repeating: 0)
    private(set) var count = 0

    init() {}

    /// The digits of a text; everything else in it is left out.
    init(_ text: some StringProtocol) {
        for byte in text.utf8 where byte &- 0x30 < 10 { append(byte &- 0x30) }
    }

    subscript(index: Int) -> Int { Int(digits[index]) }

    /// Adds a digit, 0 to 9.
    mutating func append(_ digit: UInt8) {
        precondition(count < Self.capacity, "more than \(Self.capacity) digits")
        digits[count] = digit
        count += 1
    }

    /// The number that some of the digits write; at most 18 of them.
    func value(_ range: Range<Int>) -> Int { range.reduce(0) { $0 * 10 + self[$1] } }

    /// The sum of digits times weights, from the first digit on.
    func weighted(_ weights: [Int], from start: Int = 0) -> Int {
        var sum = 0
        for index in 0..<weights.count { sum += self[start + index] * weights[index] }
        return sum
    }

    /// Whether all digits are one and the same.
    var isUniform: Bool {
        for index in 1..<max(count, 1) where digits[index] != digits[0] { return false }
        return true
    }

    /// Whether two digits each write a month and a day of it.
    func isDay(month: Int, day: Int) -> Bool {
        isDay(monthValue: value(month..<month + 2), dayValue: value(day..<day + 2))
    }

    /// Whether a month has a day, in a leap year.
    func isDay(monthValue: Int, dayValue: Int) -> Bool {
        switch monthValue {
        case 2: 1...29 ~= dayValue
        case 4, 6, 9, 11: 1...30 ~= dayValue
        case 1...12: 1...31 ~= dayValue
        default: false
        }
    }
}
