// The first pass over one record: its texts cleaned, its rows made, the rules that remove records applied.

internal import Datasets
internal import Files
internal import JSON

/// Prepares records one by one.
struct RecordPreparer {
    private let settings: PreparationSettings
    private let rules: Set<CleaningRule>
    private let cleaner: TextCleaner
    private let pairs: PairMaker
    private let splitKey: SplitKey
    private let words: WordList
    private let languages: Set<Int>
    private let tokenCount: ((String) -> Int)?
    private let signer = MinHash()
    var tally = PreparationTally()

    /// A record that stays, with the bands of its signature.
    struct Prepared {
        var record: StagedRecord
        var signature: [UInt64]?
    }

    init(
        _ settings: PreparationSettings, tokenCount: ((String) -> Int)?
    ) throws(PreparationError) {
        self.settings = settings
        rules = try CleaningRule.chosen(by: settings)
        cleaner = try TextCleaner(settings, rules)
        pairs = PairMaker(settings)
        splitKey = SplitKey(settings)
        words = try WordList(files: settings.wordLists)
        var languages: Set<Int> = []
        for code in settings.languages {
            guard let index = LanguageGuess.codes.firstIndex(of: code.lowercased()) else {
                throw .unknownName(code, key: "languages", known: LanguageGuess.codes)
            }
            languages.insert(index)
        }
        self.languages = languages
        self.tokenCount = tokenCount
    }

    /// The record as it stays; nil if it is removed.
    mutating func prepare(_ record: RawRecord) throws(PreparationError) -> Prepared? {
        tally.records += 1
        var session = PlaceholderSession(isNumbered: settings.numberedPlaceholders)
        let rows: [JSONObject]
        var texts: [[UInt8]] = []
        switch record.content {
        case .conversation(let turns, let tools):
            var cleaned = turns
            for index in turns.indices {
                let text = cleaner.clean(turns[index].content, &session, &tally, record.position)
                cleaned[index].content = String(decoding: text, as: UTF8.self)
                if turns[index].role != "system" { texts.append(text) }
            }
            rows = pairs.rows(of: cleaned, tools: tools)
            if rows.isEmpty {
                tally.unusable["no_answer", default: 0] += 1
                return nil
            }
        case .row(let fields, let columns):
            var fields = fields
            for column in columns {
                guard let text = fields[column]?.string else { continue }
                let cleaned = cleaner.clean(text, &session, &tally, record.position)
                fields.set(column, to: .string(String(decoding: cleaned, as: UTF8.self)))
                texts.append(cleaned)
            }
            if let image = fields["image"]?.string, columns == ["caption"], !FileSystem.isFile(image) {
                tally.unusable["missing_image", default: 0] += 1
                return nil
            }
            rows = [fields]
        }
        let text = Array(texts.joined(separator: [0x0A]))
        return try checked(record, rows, text)
    }

    private mutating func checked(
        _ record: RawRecord, _ rows: [JSONObject], _ text: [UInt8]
    ) throws(PreparationError) -> Prepared? {
        let characters = text.count { $0 & 0xC0 != 0x80 }
        let hashes = WordHashes.words(of: text)
        let language = LanguageGuess.index(of: text, words: hashes)
        if let rule = removal(characters, language, hashes) {
            let shown = tally.wantsExample(rule) ? cleaner.shown(text) : ""
            tally.count(rule, .init(position: record.position, before: shown, after: nil))
            return nil
        }
        let content = identity(record, text)
        let first = XXHash64.value(of: content)
        let second = XXHash64.value(of: content + [0x1F])
        let (stratum, key) = record.origin == .raw ? try splitKey.key(of: record.row, hash: first) : (0, 0)
        let staged = StagedRecord(
            position: record.position, origin: record.origin, hashes: (first, second), stratum: stratum,
            splitKey: key, characters: characters,
            tokens: tokenCount.map { $0(String(decoding: text, as: UTF8.self)) } ?? 0, language: language,
            label: record.row[settings.columns.label]?.json ?? "",
            lines: rows.map { Array(JSONValue.object($0).json.utf8) })
        // Near-duplicates are looked for even where they stay, so that they do not stand on both sides.
        return Prepared(record: staged, signature: isImage(record) ? nil : signer.signature(of: hashes))
    }

    /// The bytes by which records are the same: the text, and of captions the image besides.
    private func identity(_ record: RawRecord, _ text: [UInt8]) -> [UInt8] {
        guard case .row(let fields, let columns) = record.content, columns == ["caption"],
            let image = fields["image"]?.string
        else { return text }
        return text + [0] + Array(image.utf8)
    }

    private func isImage(_ record: RawRecord) -> Bool {
        guard case .row(let fields, let columns) = record.content else { return false }
        return columns == ["caption"] && fields["image"] != nil
    }

    /// The first rule that removes the record.
    private func removal(_ characters: Int, _ language: Int, _ hashes: [UInt64]) -> CleaningRule? {
        if rules.contains(.tooShort), characters < settings.minChars { return .tooShort }
        if rules.contains(.tooLong), let limit = settings.maxChars, characters > limit { return .tooLong }
        if rules.contains(.language), !languages.isEmpty, !languages.contains(language) { return .language }
        if rules.contains(.unsafeWords), !words.isEmpty, words.matches(hashes) { return .unsafeWords }
        return nil
    }
}
