// Finds added tokens in a text: at the leftmost place where one begins, the longest.

/// A set of added tokens to search for.
struct AddedTokenMatcher: Sendable {
    /// A stretch of the text: an added token, or text between two.
    struct Segment: Equatable {
        var range: Range<Int>
        var token: Int32?
    }

    private struct Pattern {
        var bytes: [UInt8]
        var token: AddedToken
    }

    /// Longest first.
    private let patterns: [Pattern]
    private var isFirstByte = [Bool](repeating: false, count: 256)

    var isEmpty: Bool { patterns.isEmpty }

    /// Each token with the UTF-8 form it is searched by; empty forms never match.
    init(_ tokens: [(token: AddedToken, form: [UInt8])]) {
        patterns =
            tokens
            .filter { !$0.form.isEmpty }
            .map { Pattern(bytes: $0.form, token: $0.token) }
            .sorted { $0.bytes.count > $1.bytes.count }
        for pattern in patterns { isFirstByte[Int(pattern.bytes[0])] = true }
    }

    /// Cuts `range` of `text` into added tokens and what lies between; empty stretches are left out.
    func segments(_ text: Span<UInt8>, _ range: Range<Int>) -> [Segment] {
        var segments: [Segment] = []
        var taken = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            guard isFirstByte[Int(text[position])], let pattern = match(text, position, end: range.upperBound)
            else {
                position += 1
                continue
            }
            var start = position
            var stop = position + pattern.bytes.count
            position = stop
            if pattern.token.isSingleWord, !isSingleWord(text, start..<stop, within: range) { continue }
            if pattern.token.stripsLeft {
                while start > range.lowerBound {
                    let (scalar, width) = text.scalar(before: start)
                    guard scalar.isUnicodeWhitespace else { break }
                    start -= width
                }
                start = max(start, taken)
            }
            if pattern.token.stripsRight {
                while stop < range.upperBound {
                    let (scalar, width) = text.scalar(at: stop)
                    guard scalar.isUnicodeWhitespace else { break }
                    stop += width
                }
            }
            if taken < start { segments.append(Segment(range: taken..<start, token: nil)) }
            segments.append(Segment(range: start..<stop, token: pattern.token.id))
            taken = stop
        }
        if taken < range.upperBound { segments.append(Segment(range: taken..<range.upperBound, token: nil)) }
        return segments
    }

    private func match(_ text: Span<UInt8>, _ start: Int, end: Int) -> Pattern? {
        patterns.first { pattern in
            guard start + pattern.bytes.count <= end else { return false }
            for (offset, byte) in pattern.bytes.enumerated() where text[start + offset] != byte {
                return false
            }
            return true
        }
    }

    private func isSingleWord(_ text: Span<UInt8>, _ match: Range<Int>, within range: Range<Int>) -> Bool {
        let touchesLeft =
            match.lowerBound > range.lowerBound
            && text.scalar(before: match.lowerBound).scalar.isWordCharacter
        let touchesRight =
            match.upperBound < range.upperBound && text.scalar(at: match.upperBound).scalar.isWordCharacter
        return !touchesLeft && !touchesRight
    }
}
