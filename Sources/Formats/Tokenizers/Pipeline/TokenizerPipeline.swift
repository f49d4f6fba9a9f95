// A tokenizer made of its stations: added tokens, normaliser, pre-tokeniser, model, template, decoder.

/// Text → added tokens cut out → normalised → split into words → pieces of the vocabulary → template.
struct TokenizerPipeline<Normalizer: TextNormalizer, Splitter: PreTokenizer, Model: SubwordModel>: Tokenizer {
    private let normalizer: Normalizer
    private let preTokenizer: Splitter
    private let model: Model
    private let template: SequenceTemplate
    private let trimming: OffsetTrimming?
    private let decoder: TokenDecoder
    private let special: SpecialTokens
    /// Added tokens by id, and those that match in the raw and in the normalised text.
    private let addedTokens: [Int32: AddedToken]
    private let addedIDs: [[UInt8]: Int32]
    /// What each added token is searched by and decoded to: its content, or the normal form of that.
    private let addedForms: [Int32: [UInt8]]
    private let specialContents: Set<[UInt8]>
    private let truncationSide: TruncationSide
    private let rawMatcher: AddedTokenMatcher
    private let normalizedMatcher: AddedTokenMatcher

    let vocabularySize: Int
    var padID: Int32? { special.padID }
    var unknownID: Int32? { special.unknownID }
    var classifierID: Int32? { special.classifierID }
    var separatorID: Int32? { special.separatorID }
    var maskID: Int32? { special.maskID }
    var beginningOfSequenceID: Int32? { special.beginningOfSequenceID }
    var endOfSequenceID: Int32? { special.endOfSequenceID }

    init(
        normalizer: Normalizer, preTokenizer: Splitter, model: Model, template: SequenceTemplate,
        trimming: OffsetTrimming? = nil, decoder: TokenDecoder, addedTokens: [AddedToken],
        special: SpecialTokens, options: TokenizerOptions
    ) {
        truncationSide = options.truncationSide
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.template = template
        self.trimming = trimming
        self.decoder = decoder
        self.special = special
        self.addedTokens = Dictionary(addedTokens.map { ($0.id, $0) }) { $1 }
        addedIDs = Dictionary(addedTokens.map { (Array($0.content.utf8), $0.id) }) { $1 }
        vocabularySize = addedTokens.reduce(model.vocabulary.size) { max($0, Int($1.id) + 1) }
        let forms = addedTokens.map { token in
            let utf8 = token.content.utf8
            var form = NormalizedText()
            if token.isNormalized {
                normalizer.normalize(utf8.span, 0..<utf8.count, firstScalar: 0, into: &form)
            }
            return (token: token, form: token.isNormalized ? form.bytes : Array(utf8))
        }
        addedForms = Dictionary(forms.map { ($0.token.id, $0.form) }) { $1 }
        specialContents = Set(addedTokens.filter(\.isSpecial).map { Array($0.content.utf8) })
        let searched = forms.filter { !options.splitsSpecialTokens || !$0.token.isSpecial }
        rawMatcher = AddedTokenMatcher(searched.filter { !$0.token.isNormalized })
        normalizedMatcher = AddedTokenMatcher(searched.filter(\.token.isNormalized))
    }

    func specialTokenCount(isPair: Bool) -> Int { template.specialTokenCount(isPair: isPair) }

    func encode(
        _ text: String, pair: String?, addingSpecialTokens: Bool, maximumLength: Int?
    ) -> Encoding {
        guard let maximumLength else {
            return template.apply(
                tokenize(text), pair.map { tokenize($0) }, addingSpecialTokens: addingSpecialTokens)
        }
        let room = maximumLength - (addingSpecialTokens ? specialTokenCount(isPair: pair != nil) : 0)
        precondition(room >= 0, "maximumLength \(maximumLength) leaves no room for the special tokens")
        guard let pair else {
            // What is cut from the left is known only at the end of the text.
            var only = tokenize(text, limit: truncationSide == .right ? room : .max)
            only.truncate(to: room, side: truncationSide)
            return template.apply(only, nil, addingSpecialTokens: addingSpecialTokens)
        }
        var first = tokenize(text)
        var second = tokenize(pair)
        let kept = SequenceTemplate.longestFirst(first.ids.count, second.ids.count, room: room)
        first.truncate(to: kept.first, side: truncationSide)
        second.truncate(to: kept.second, side: truncationSide)
        return template.apply(first, second, addingSpecialTokens: addingSpecialTokens)
    }

    /// Tokenises a text, or as much of it as gives `limit` tokens or a few more.
    private func tokenize(_ text: String, limit: Int = .max) -> TokenizedText {
        var result = TokenizedText()
        let utf8 = text.utf8
        let bytes = utf8.span
        if rawMatcher.isEmpty {
            _ = tokenize(bytes, 0..<bytes.count, firstScalar: 0, limit: limit, into: &result)
            return result
        }
        var scalar = 0
        for segment in rawMatcher.segments(bytes, 0..<bytes.count) {
            let next =
                segment.range.upperBound == bytes.count ? .max : scalar + bytes.scalarCount(segment.range)
            if let id = segment.token {
                let source = scalar..<scalar + bytes.scalarCount(segment.range)
                result.append(id, source, spelled: bytes, segment.range, trimming)
            } else if !tokenize(bytes, segment.range, firstScalar: scalar, limit: limit, into: &result) {
                break
            }
            scalar = next
        }
        return result
    }

    /// Tokenises a stretch without raw added tokens; false if the limit ended it.
    private func tokenize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, limit: Int,
        into result: inout TokenizedText
    ) -> Bool {
        var text = NormalizedText()
        text.bytes.reserveCapacity(range.count + range.count / 4)
        text.sources.reserveCapacity(range.count + range.count / 4)
        normalizer.normalize(input, range, firstScalar: firstScalar, into: &text)
        guard !normalizedMatcher.isEmpty else { return tokenize(&text, limit: limit, into: &result) }
        for segment in normalizedMatcher.segments(text.bytes.span, 0..<text.bytes.count) {
            if let id = segment.token {
                let source = text.sourceRange(segment.range)
                result.append(id, source, spelled: text.bytes.span, segment.range, trimming)
            } else {
                var stretch = NormalizedText()
                stretch.append(text, segment.range)
                guard tokenize(&stretch, limit: limit, into: &result) else { return false }
            }
        }
        return true
    }

    /// Splits and spells a stretch of normalised text; false if the limit ended it.
    private func tokenize(_ text: inout NormalizedText, limit: Int, into result: inout TokenizedText) -> Bool
    {
        var words = text.bytes.isEmpty ? [] : [0..<text.bytes.count]
        preTokenizer.apply(to: &text, words: &words)
        let bytes = text.bytes.span
        var pieces: [Piece] = []
        pieces.reserveCapacity(words.count + words.count / 2)
        let room = limit - result.ids.count
        var isWhole = true
        for word in words {
            model.tokenize(bytes, word, into: &pieces)
            if pieces.count >= room {
                isWhole = false
                break
            }
        }
        result.ids.reserveCapacity(result.ids.count + pieces.count)
        result.offsets.reserveCapacity(result.offsets.count + pieces.count)
        for piece in pieces {
            let source = text.sourceRange(Int(piece.start)..<Int(piece.end))
            if let trimming, let token = model.vocabulary.token(of: piece.id) {
                result.append(piece.id, source, spelled: token.span, 0..<token.count, trimming)
            } else {
                result.ids.append(piece.id)
                result.offsets.append(source)
            }
        }
        return isWhole
    }

    func decode(_ ids: [Int32], skippingSpecialTokens: Bool) -> String {
        decoder.decode(
            ids.compactMap { id in
                guard let form = addedForms[id] else { return model.vocabulary.token(of: id) }
                return skippingSpecialTokens && specialContents.contains(form) ? nil : form[...]
            })
    }

    func id(of token: String) -> Int32? {
        addedIDs[Array(token.utf8)] ?? model.vocabulary.id(of: token)
    }

    func isSpecialToken(_ id: Int32) -> Bool {
        addedForms[id].map { specialContents.contains($0) } ?? false
    }

    func token(of id: Int32) -> String? {
        addedTokens[id]?.content ?? model.vocabulary.token(of: id).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Switches of tokenizer_config.json that hold for all models.
struct TokenizerOptions {
    /// The end that is cut from a text that is too long.
    var truncationSide: TruncationSide
    /// Whether special tokens are not searched in the text.
    var splitsSpecialTokens: Bool

    /// The switches of the configuration; `truncationSide` is that of tokenizer.json.
    init(_ configuration: TokenizerConfiguration, truncationSide: TruncationSide?) {
        self.truncationSide = configuration.truncationSide ?? truncationSide ?? .right
        splitsSpecialTokens = configuration.splitsSpecialTokens
    }
}
