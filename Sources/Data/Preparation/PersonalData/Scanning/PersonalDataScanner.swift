// One pass over the bytes of a text, which looks closer where personal data can stand.

/// Finds the personal data of one text.
///
/// The text is cut into words; what they say is kept as the place where each kind of cue was last seen. A
/// word
/// with digits, and the bytes `@ : + (`, are looked at by the rules; everything else is passed over.
struct PersonalDataScanner {
    let bytes: [UInt8]
    let lexicon: CueLexicon
    let plan: NumberingPlan
    let classes: [ByteClass]

    /// The next byte to be looked at.
    var position = 0
    /// Everything before was looked at as part of something and starts nothing any more.
    var consumed = 0
    var found: [PersonalDataSpan] = []
    /// Where a cue for each type, and of each role, last ended.
    var typeCues = [Int](repeating: -1000, count: 64)
    var roleCues = [Int](repeating: -1000, count: 32)
    /// Where the last cue for any type ended.
    var lastTypeCue = -1000
    /// Up to here a value behind a word for a secret was looked at and refused.
    var refusedSecret = 0
    /// The phrase that the last words make, and where it ends.
    var phrase = 0
    var phraseEnd = -1000
    /// The word before, and what it says.
    var previous = ScannedWord(start: -1000, end: -1000, hash: 0, hasDigit: false, hasLetter: false)
    var cues = CueSet()
    /// What kind of name the last words lead one to expect, and where they end.
    var expectation: CueRole?
    var expectationEnd = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        lexicon = .shared
        plan = .shared
        classes = ByteClass.table
    }

    /// The byte at a place; 0 outside the text.
    @inline(__always) func at(_ index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }

    mutating func scan() -> [PersonalDataSpan] {
        while position < bytes.count {
            switch classes[Int(bytes[position])] {
            case .letter, .digit: scanWord()
            case .trigger: scanTrigger()
            case .other: position += 1
            }
        }
        return found
    }

    /// Whether the byte at a place is part of a word: punctuation and blanks beyond ASCII are not.
    func isWord(at place: Int) -> Bool {
        let byte = at(place)
        return byte < 0x80 ? byte.isAlphanumeric : !isPunctuation(byte, place)
    }

    /// Whether punctuation or a blank beyond ASCII starts at a place: general, of CJK, or of full width.
    @inline(__always) private func isPunctuation(_ byte: UInt8, _ place: Int) -> Bool {
        switch byte {
        case 0xC2: at(place + 1) == 0xA0
        case 0xE2: at(place + 1) == 0x80
        case 0xE3: at(place + 1) == 0x80
        case 0xEF: at(place + 1) == 0xBC
        default: false
        }
    }

    private mutating func scanWord() {
        let start = position
        var end = start
        var hash = CueLexicon.hashStart
        var (hasDigit, hasLetter) = (false, false)
        scan: while end < bytes.count {
            let byte = bytes[end]
            switch classes[Int(byte)] {
            case .letter:
                if byte >= 0x80 {
                    if hasDigit, byte >= 0xE3 { break scan }
                    if isPunctuation(byte, end) { break scan }
                    hash = CueLexicon.hash(hash, byte)
                } else {
                    hash = CueLexicon.hash(hash, byte | 0x20)
                }
                hasLetter = true
            case .digit:
                // Scripts without blanks: 电话13812345678.
                if hasLetter, bytes[end - 1] >= 0x80, bytes[start] >= 0xE3 { break scan }
                hash = CueLexicon.hash(hash, byte)
                hasDigit = true
            case .trigger, .other: break scan
            }
            end += 1
        }
        guard end > start else {
            position = start + (bytes[start] == 0xC2 ? 2 : 3)
            return
        }
        position = end
        let word = ScannedWord(start: start, end: end, hash: hash, hasDigit: hasDigit, hasLetter: hasLetter)
        if start >= consumed { visit(word) }
        previous = word
    }

    private mutating func visit(_ word: ScannedWord) {
        if !word.hasDigit {
            if bytes[word.start] >= 0xE3, classes[Int(at(word.end))] != .letter { listenWithin(word) }
            listen(to: word)
            visitName(word)
            visitLetters(word)
        } else {
            if word.hasLetter {
                visitMixed(word)
            } else if !visitNetwork(word) {
                visitNumber(from: word.start)
            }
            phrase = 0
        }
    }

    /// Notes what a word, or the phrase that it ends, says about what follows.
    private mutating func listen(to word: ScannedWord) {
        cues = CueSet()
        var next: Int?
        if phrase != 0, word.start - phraseEnd <= 3 { next = lexicon.node(after: phrase, word: word.hash) }
        if let node = next { cues = lexicon.nodes[node].cues }
        if let node = lexicon.node(after: 0, word: word.hash) {
            if cues.isEmpty || next == nil { cues.formUnion(lexicon.nodes[node].cues) }
            if next == nil { next = node }
        }
        phrase = next.map { lexicon.nodes[$0].isPrefix ? $0 : 0 } ?? 0
        phraseEnd = word.end
        note(cues, end: word.end)
    }

    mutating func note(_ cues: CueSet, end: Int) {
        if cues.types != 0 { lastTypeCue = end }
        var types = cues.types
        while types != 0 {
            typeCues[types.trailingZeroBitCount] = end
            types &= types - 1
        }
        var roles = cues.roles
        while roles != 0 {
            roleCues[roles.trailingZeroBitCount] = end
            roles &= roles - 1
        }
    }

    private mutating func scanTrigger() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "@"): visitAt()
        case UInt8(ascii: ":"): visitColon()
        case UInt8(ascii: "-"): visitDashes()
        default:
            let next = at(position + 1)
            let starts = next.isDigit || byte == UInt8(ascii: "(") && next == UInt8(ascii: "+")
            if starts, position >= consumed { visitNumber(from: position) }
        }
        position = max(position + 1, min(consumed, bytes.count))
    }

    /// Keeps a place as personal data. Of two that overlap, the longer one stays.
    mutating func keep(_ start: Int, _ end: Int, _ type: PersonalDataType, _ rule: String) {
        let span = PersonalDataSpan(range: start..<end, type: type, rule: rule)
        while let last = found.last, last.range.upperBound > start {
            if last.range.count >= span.range.count { return }
            found.removeLast()
        }
        found.append(span)
        consumed = max(consumed, end)
    }
}
