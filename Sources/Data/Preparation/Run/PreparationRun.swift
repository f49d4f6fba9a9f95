// A preparation from raw files to clean ones: the passes, and how the ranks share them.

package import DataParallel
internal import Datasets
internal import Files
package import JSON

/// Runs a preparation on the ranks of a group. What it writes depends on the settings and the raw files
/// alone, not on the number of ranks.
///
/// Each rank takes blocks of records, cleans them and writes them to the scratch folder with hashes; the
/// ranks divide the hashes and find the pairs that are alike; rank 0 then writes the files.
package struct PreparationRun {
    let settings: PreparationSettings
    let group: any ProcessGroup
    private let tokenCount: ((String) -> Int)?
    private let settingWords: [(key: String, value: String)]
    private let note: (String) -> Void

    /// - Parameters:
    ///   - settingWords: the settings as the data card is to show them.
    ///   - tokenCount: counts the tokens of a text; nil where no tokenizer is given.
    ///   - note: is told what was found of the files, on rank 0.
    package init(
        _ settings: PreparationSettings, group: any ProcessGroup,
        settingWords: [(key: String, value: String)] = [], tokenCount: ((String) -> Int)? = nil,
        note: @escaping (String) -> Void = { _ in }
    ) {
        (self.settings, self.group) = (settings, group)
        (self.settingWords, self.tokenCount, self.note) = (settingWords, tokenCount, note)
    }

    /// Prepares the files and returns the data card, on all ranks.
    @discardableResult
    package func run() throws(PreparationError) -> JSONValue {
        try settings.validate()
        var preparer = try RecordPreparer(settings, tokenCount: tokenCount)
        let entries = try InputFiles.files(settings)
        let surveys = try surveys(of: entries)
        let inputs = try zip(entries, surveys).map { (entry, survey) throws(PreparationError) in
            try RawInput(entry, survey, settings)
        }
        let folder =
            group.rank == 0
            ? try PreparationFolder(settings.preparedDir, overwrite: settings.overwritePreparedDir) : nil
        if folder != nil { for input in inputs { input.remarks.forEach(note) } }
        try PreparationError.joining { () throws(ParallelError) in try group.barrier() }
        let scratch = PreparationFolder.scratchPath(of: settings.preparedDir)
        let search = try DuplicateSearch(folder: scratch, rank: group.rank, size: group.size)
        try firstPass(inputs, scratch, &preparer, search)
        try PreparationError.joining { () throws(ParallelError) in try group.barrier() }
        if group.rank == 0 { try requireStages(scratch) }
        try search.findPairs()
        let tally = try sum(of: preparer.tally)
        var card: [UInt8] = []
        if let folder, let tally {
            card = try finish(folder, inputs, tally).serialized(.indented, sortingNames: false)
        }
        try PreparationError.joining { () throws(ParallelError) in try group.broadcast(&card, from: 0) }
        return (try? JSONValue(parsing: card)) ?? .null
    }

    /// What was found of each file; each rank reads some.
    private func surveys(of entries: [InputFileEntry]) throws(PreparationError) -> [FileSurvey] {
        var mine: [JSONValue] = []
        for (number, entry) in entries.enumerated() where number % group.size == group.rank {
            mine.append(try FileSurvey(path: entry.path, given: settings.encoding).message)
        }
        let all = try PreparationError.joining { () throws(ParallelError) in
            try group.allGather(Array(JSONValue.array(mine).json.utf8))
        }
        let lists = all.map { (try? JSONValue(parsing: $0))?.array ?? [] }
        return entries.indices.map { number in
            let list = lists[number % group.size]
            let place = number / group.size
            guard list.indices.contains(place), let survey = FileSurvey(message: list[place]) else {
                preconditionFailure("a rank did not say what file \(number) is")
            }
            return survey
        }
    }

    private func firstPass(
        _ inputs: [RawInput], _ scratch: String, _ preparer: inout RecordPreparer, _ search: DuplicateSearch
    ) throws(PreparationError) {
        let stage = try StageWriter(path: StageMerge.path(scratch, rank: group.rank))
        let joined = try StageWriter(path: StageMerge.path(scratch, rank: group.size + group.rank))
        let threads =
            inputs.contains { $0.form.format == .threads }
            ? try ThreadJoiner(settings.columns, folder: scratch, rank: group.rank, size: group.size) : nil
        for (number, input) in inputs.enumerated() {
            var rows = try RawRows(
                input.entry, number: number, input.survey, settings, rank: group.rank, size: group.size)
            let maker = RecordMaker(form: input.form, columns: settings.columns, origin: input.entry.origin)
            while let (row, place) = try rows.nextRow() {
                let position = RawRecord.position(file: number, record: place)
                if input.form.format == .threads {
                    try threads?.add(row, position: position, origin: input.entry.origin)
                    continue
                }
                let record = RawRecord(
                    position: position, origin: input.entry.origin, source: row.source,
                    content: try maker.content(of: row), row: row)
                guard let prepared = try preparer.prepare(record) else { continue }
                try stage.write(prepared.record)
                try search.add(prepared)
            }
        }
        if let threads {
            try threads.flush()
            try PreparationError.joining { () throws(ParallelError) in try group.barrier() }
            try threads.forEachConversation { (record) throws(PreparationError) in
                guard let prepared = try preparer.prepare(record) else { return }
                try joined.write(prepared.record)
                try search.add(prepared)
            }
        }
        try stage.flush()
        try joined.flush()
        try search.flush()
    }

    /// Rank 0 must see what the others wrote.
    private func requireStages(_ scratch: String) throws(PreparationError) {
        for rank in 0..<group.size where !FileSystem.exists(StageMerge.path(scratch, rank: rank)) {
            throw .notShared(scratch, rank: rank)
        }
    }

    /// The counts of all ranks, on rank 0. It is also the barrier behind the search for pairs.
    private func sum(of tally: PreparationTally) throws(PreparationError) -> PreparationTally? {
        let messages = try PreparationError.joining { () throws(ParallelError) in
            try group.gather(Array(tally.message.json.utf8), at: 0)
        }
        guard let messages else { return nil }
        var sum = PreparationTally()
        for message in messages {
            sum.add(PreparationTally(message: (try? JSONValue(parsing: message)) ?? .null))
        }
        return sum
    }

    private func finish(
        _ folder: PreparationFolder, _ inputs: [RawInput], _ tally: PreparationTally
    ) throws(PreparationError) -> JSONValue {
        var pass = try SecondPass(settings, folder, size: 2 * group.size, pairFiles: group.size)
        let result = try pass.run()
        let card = DataCard(
            settings: settings, settingWords: settingWords, inputs: inputs, tally: tally, result: result,
            hasTokens: tokenCount != nil)
        guard !result.statistics.isEmpty else {
            try folder.close()
            throw .nothingLeft(records: tally.records, reason: card.strongestRule)
        }
        try PreparationError.rethrowing { () throws(FilesError) in
            try FileSystem.write(
                card.json.serialized(.indented, sortingNames: false),
                to: "\(folder.path)/\(PreparationFolder.cardName)")
            try FileSystem.write(
                card.manifest.serialized(.indented, sortingNames: false),
                to: "\(folder.path)/\(PreparationFolder.manifestName)")
        }
        try folder.close()
        return card.json
    }
}

extension PreparationSettings {
    /// Shares of the raw rows; nothing is taken from them where files are held out as they are.
    package var validationPart: Double { validationShare ?? usualPart }
    package var testPart: Double { testShare ?? usualPart }
    private var usualPart: Double { rawValidationFiles.isEmpty && rawTestFiles.isEmpty ? 0.1 : 0 }

    /// - Throws: `contradiction` where keys do not go together.
    func validate() throws(PreparationError) {
        _ = try CleaningRule.chosen(by: self)
        if validationPart + testPart >= 1 {
            throw .contradiction(
                "validation_share and test_share are \(validationPart) and \(testPart) and leave nothing to train on; "
                    + "lower them.")
        }
        if provePrivacy, try !CleaningRule.chosen(by: self).contains(.personalData) {
            throw .contradiction(
                "prove_privacy measures the rule personal_data, which is off; switch it on, or leave prove_privacy "
                    + "out.")
        }
        if splitBy == .group, groupColumn == nil {
            throw .contradiction(
                "split_by: group needs the column whose rows stay together; set split_group_column.")
        }
        if let minimum = maxChars, minimum < minChars {
            throw .contradiction(
                "min_chars is \(minChars), but max_chars is \(minimum); raise the one or lower the other.")
        }
        if let rules, !languages.isEmpty, !rules.contains(CleaningRule.language.rawValue) {
            throw .contradiction(
                "languages are given, but cleaning_rules leave out language; add it, or drop languages.")
        }
    }
}
