// What one pass over a text's bytes tells, so that rules with nothing to do cost nothing.

/// Which kinds of bytes a text has.
struct TextFacts {
    var hasOthers = false
    /// Control characters but tab and line feed.
    var hasControls = false
    var hasReturns = false
    var hasAngle = false
    var hasAmpersand = false
    /// White space that the rule for it would change.
    var hasLooseSpace = false
    /// The longest run of one byte that is neither white space nor part of a longer character.
    var longestRun = 0

    init(_ text: [UInt8]) {
        var previous: UInt8 = 0x0A
        var run = 0
        var feeds = 0
        for byte in text {
            if byte >= 0x80 {
                hasOthers = true
            } else if byte < 0x20 {
                if byte == 0x0A {
                    feeds += 1
                    if feeds > 2 || previous == 0x20 || previous == 0x09 { hasLooseSpace = true }
                } else if byte == 0x09 || byte == 0x0D {
                    hasLooseSpace = true
                    if byte == 0x0D { hasReturns = true }
                } else {
                    hasControls = true
                }
            } else if byte == 0x3C {
                hasAngle = true
            } else if byte == 0x26 {
                hasAmpersand = true
            } else if byte == 0x7F {
                hasControls = true
            } else if byte == 0x20, previous == 0x20 {
                hasLooseSpace = true
            }
            if byte != 0x0A, byte != 0x20 { feeds = 0 }
            run = byte == previous ? run + 1 : 1
            if run > longestRun, byte > 0x20, byte < 0x80 { longestRun = run }
            previous = byte
        }
        if let first = text.first, let last = text.last {
            if first <= 0x20 || last <= 0x20 { hasLooseSpace = true }
        }
        // White space and marks of their own are among the others.
        if hasOthers { hasLooseSpace = true }
    }
}
