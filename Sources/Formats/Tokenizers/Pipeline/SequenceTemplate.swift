// How one or two tokenised texts and the special tokens make a sequence, and how long texts are cut to fit.

/// The post-processor: `TemplateProcessing`, and `BertProcessing` as the template it stands for.
struct SequenceTemplate: Sendable {
    /// One element of a sequence.
    enum Part: Sendable, Equatable {
        /// All tokens of the first text, or of the second.
        case text(isSecond: Bool, typeID: Int32)
        /// Tokens that the template adds.
        case special(ids: [Int32], typeID: Int32)
    }

    /// For one text; has no second text.
    var single: [Part]
    /// For two texts.
    var pair: [Part]

    /// Just the texts, with types 0 and 1.
    static let plain = SequenceTemplate(
        single: [.text(isSecond: false, typeID: 0)],
        pair: [.text(isSecond: false, typeID: 0), .text(isSecond: true, typeID: 1)])

    /// The texts, each between the tokens that are not nil, with types 0 and 1.
    static func wrapped(beginning: Int32?, end: Int32?) -> SequenceTemplate {
        func parts(isSecond: Bool) -> [Part] {
            let typeID: Int32 = isSecond ? 1 : 0
            func special(_ id: Int32?) -> [Part] { id.map { [.special(ids: [$0], typeID: typeID)] } ?? [] }
            return special(beginning) + [.text(isSecond: isSecond, typeID: typeID)] + special(end)
        }
        return SequenceTemplate(
            single: parts(isSecond: false), pair: parts(isSecond: false) + parts(isSecond: true))
    }

    /// BERT's `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, type 1 from B on.
    static func bert(classifier: Int32, separator: Int32) -> SequenceTemplate {
        let first: [Part] = [
            .special(ids: [classifier], typeID: 0), .text(isSecond: false, typeID: 0),
            .special(ids: [separator], typeID: 0),
        ]
        let second: [Part] = [.text(isSecond: true, typeID: 1), .special(ids: [separator], typeID: 1)]
        return SequenceTemplate(single: first, pair: first + second)
    }

    /// RoBERTa's `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0.
    static func roberta(classifier: Int32, separator: Int32) -> SequenceTemplate {
        let first: [Part] = [
            .special(ids: [classifier], typeID: 0), .text(isSecond: false, typeID: 0),
            .special(ids: [separator], typeID: 0),
        ]
        let second: [Part] = [
            .special(ids: [separator], typeID: 0), .text(isSecond: true, typeID: 0),
            .special(ids: [separator], typeID: 0),
        ]
        return SequenceTemplate(single: first, pair: first + second)
    }

    /// `A end` and `A between B end`, all of type 0.
    static func ended(_ end: [Int32], between: [Int32]) -> SequenceTemplate {
        let first = Part.text(isSecond: false, typeID: 0)
        let separator = between.isEmpty ? [] : [Part.special(ids: between, typeID: 0)]
        let last = Part.special(ids: end, typeID: 0)
        return SequenceTemplate(
            single: [first, last], pair: [first] + separator + [.text(isSecond: true, typeID: 0), last])
    }

    /// Number of tokens that the template adds.
    func specialTokenCount(isPair: Bool) -> Int {
        (isPair ? pair : single).reduce(0) { count, part in
            if case .special(let ids, _) = part { count + ids.count } else { count }
        }
    }

    /// Puts the texts into the template.
    func apply(_ first: TokenizedText, _ second: TokenizedText?, addingSpecialTokens: Bool) -> Encoding {
        let parts = second == nil ? single : pair
        var encoding = Encoding(
            capacity: first.ids.count + (second?.ids.count ?? 0) + specialTokenCount(isPair: second != nil))
        for part in parts {
            switch part {
            case .text(let isSecond, let typeID):
                guard let text = isSecond ? second : first else { continue }
                encoding.append(text.ids, offsets: text.offsets, typeID: typeID, isSpecial: false)
            case .special(let ids, let typeID):
                guard addingSpecialTokens else { continue }
                let offsets = Array(repeating: 0..<0, count: ids.count)
                encoding.append(ids, offsets: offsets, typeID: typeID, isSpecial: true)
            }
        }
        return encoding
    }

    /// How many tokens of two texts stay, by Hugging Face's `longest_first`: the longer text is cut until
    /// both are equally long, then both; an odd token stays with the longer one, or with the second if they
    /// are equal.
    static func longestFirst(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
        guard first + second > room else { return (first, second) }
        var short = min(first, second)
        var long = short > room ? short : max(short, room - short)
        if short + long > room {
            short = room / 2
            long = room - short
        }
        return first > second ? (long, short) : (short, long)
    }
}

/// The tokens of one text before they stand in a sequence.
struct TokenizedText {
    var ids: [Int32] = []
    var offsets: [Range<Int>] = []

    /// Keeps `count` tokens; `side` is the end that is cut.
    mutating func truncate(to count: Int, side: TruncationSide) {
        guard count < ids.count else { return }
        let cut = side == .right ? count..<ids.count : 0..<ids.count - count
        ids.removeSubrange(cut)
        offsets.removeSubrange(cut)
    }
}

extension Encoding {
    fileprivate mutating func append(_ ids: [Int32], offsets: [Range<Int>], typeID: Int32, isSpecial: Bool) {
        self.ids.append(contentsOf: ids)
        self.offsets.append(contentsOf: offsets)
        typeIDs.append(contentsOf: repeatElement(typeID, count: ids.count))
        self.isSpecial.append(contentsOf: repeatElement(isSpecial, count: ids.count))
    }
}
