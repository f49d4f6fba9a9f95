// Words and phrases that say what stands near them, in a hash table that takes one look a word.

/// The words of all cues, as a tree of words: a phrase is a path.
struct CueLexicon: Sendable {
    /// A word or phrase; its place in `nodes` names it.
    struct Node: Sendable {
        var cues = CueSet()
        /// Whether phrases go on from here.
        var isPrefix = false
    }

    private(set) var nodes = [Node()]
    /// Open addressing: keys are mixes of a parent and a word, 0 is free.
    private var keys: [UInt64]
    private var places: [Int32]
    private let mask: Int

    /// The lexicon of all cues.
    static let shared = CueLexicon()

    private init() {
        let capacity = 1 << 14
        keys = Array(repeating: 0, count: capacity)
        places = Array(repeating: 0, count: capacity)
        mask = capacity - 1
        for (type, words) in Self.typeWords {
            for phrase in words.split(separator: "|") {
                for form in Self.forms(of: phrase) { insert(form) { $0.insert(type) } }
            }
        }
        for (role, words) in Self.roleWords {
            for phrase in words.split(separator: "|") { insert(phrase) { $0.insert(role) } }
        }
        for (role, words) in Self.nameWords {
            for phrase in words.split(separator: " ") { insert(phrase) { $0.insert(role) } }
        }
    }

    /// A phrase as it may be written: letters beyond ASCII are told apart by their case.
    private static func forms(of phrase: Substring) -> Set<Substring> {
        guard phrase.utf8.contains(where: { $0 >= 0x80 }) else { return [phrase] }
        let words = phrase.split(separator: " ").map { word in
            word.prefix(1).uppercased() + word.dropFirst()
        }
        return Set(
            [String(phrase), phrase.uppercased(), words.joined(separator: " ")].map { form in
                Substring(
                    String(
                        String.UnicodeScalarView(
                            form.unicodeScalars.map { scalar in
                                scalar.isASCII
                                    ? scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
                                    : scalar
                            })))
            })
    }

    /// The start of a word's hash.
    static let hashStart: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a, a byte at a time; letters of ASCII are to be in lower case.
    @inline(__always) static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    private static func key(parent: Int, word: UInt64) -> UInt64 {
        let mixed = (word ^ UInt64(parent) &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        return mixed ^ mixed >> 29 | 1
    }

    /// The node of a word behind another node; 0 is the start of all. Nil for a word that is in no phrase.
    func node(after parent: Int, word: UInt64) -> Int? {
        let key = Self.key(parent: parent, word: word)
        var place = Int(truncatingIfNeeded: key >> 20) & mask
        while keys[place] != 0 {
            if keys[place] == key { return Int(places[place]) }
            place = (place + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ phrase: Substring, _ change: (inout CueSet) -> Void) {
        var parent = 0
        for word in phrase.split(separator: " ") {
            let hash = word.utf8.reduce(Self.hashStart) { Self.hash($0, $1) }
            if let node = node(after: parent, word: hash) {
                parent = node
                continue
            }
            nodes[parent].isPrefix = true
            nodes.append(Node())
            let key = Self.key(parent: parent, word: hash)
            var place = Int(truncatingIfNeeded: key >> 20) & mask
            while keys[place] != 0 { place = (place + 1) & mask }
            keys[place] = key
            places[place] = Int32(nodes.count - 1)
            parent = nodes.count - 1
        }
        change(&nodes[parent].cues)
    }
}
