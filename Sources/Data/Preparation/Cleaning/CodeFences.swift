// Programs in texts: what stands between fences is not touched by rules for prose.

/// Texts with fenced code.
package enum CodeFences {
    private static let fence = Array("```".utf8)

    /// Applies `change` to what stands outside of fences; all of the text where there are none.
    package static func outside(_ text: [UInt8], _ change: (ArraySlice<UInt8>) -> [UInt8]) -> [UInt8] {
        var places: [Int] = []
        var index = 0
        while let found = text[index...].firstIndex(of: 0x60) {
            if text[found...].starts(with: fence) {
                places.append(found)
                index = found + 3
            } else {
                index = found + 1
            }
        }
        guard places.count >= 2 else { return change(text[...]) }
        var result: [UInt8] = []
        var start = 0
        // A fence without an end is prose.
        for pair in stride(from: 0, to: places.count - 1, by: 2) {
            result += change(text[start..<places[pair]])
            result += text[places[pair]..<(places[pair + 1] + 3)]
            start = places[pair + 1] + 3
        }
        return result + change(text[start...])
    }
}
