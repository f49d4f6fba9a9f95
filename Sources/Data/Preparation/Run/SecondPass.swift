// The second pass, on rank 0: duplicates out, rows to their splits, files written.

internal import JSON

/// What the second pass did.
struct SecondPassResult {
    var exactDuplicates = 0
    var nearDuplicates = 0
    /// Removed records that would have stood in another split than the record they are like.
    var leakage = 0
    /// Near-duplicates that stay and were put into the split of the first of them.
    var moved = 0
    /// Records of one text and several labels.
    var conflictingLabels = 0
    /// The records that were removed first, by rule.
    var examples: [CleaningRule: [PreparationTally.Example]] = [:]
    /// Name, size and checksum of each file.
    var files: [JSONValue] = []
    var statistics: [(Split, SplitStatistics)] = []
    /// What a proof of privacy found; nil where none was asked for.
    var certificate: PrivacyCertificate?
}

/// Reads the staged records again.
struct SecondPass {
    private let settings: PreparationSettings
    private let rules: Set<CleaningRule>
    private let folder: PreparationFolder
    private let size: Int
    private let cleaner: TextCleaner
    private var groups: DuplicateGroups
    private var splitter: Splitter

    /// - Parameters:
    ///   - size: files of staged records.
    ///   - pairFiles: files of pairs that are alike.
    init(
        _ settings: PreparationSettings, _ folder: PreparationFolder, size: Int, pairFiles: Int
    ) throws(PreparationError) {
        self.settings = settings
        (self.folder, self.size) = (folder, size)
        rules = try CleaningRule.chosen(by: settings)
        cleaner = try TextCleaner(settings, rules)
        groups = try DuplicateSearch.groups(folder: folder.scratch, size: pairFiles)
        splitter = Splitter(settings)
    }

    /// The rule that removes a record as like the first of its group; nil if it stays.
    private mutating func removal(of record: StagedRecord) -> CleaningRule? {
        guard groups.root(record.position) != record.position else { return nil }
        if groups.exact.contains(record.position), rules.contains(.exactDuplicates) {
            return .exactDuplicates
        }
        return !groups.exact.contains(record.position) && rules.contains(.nearDuplicates)
            ? .nearDuplicates : nil
    }

    /// Writes the files.
    mutating func run() throws(PreparationError) -> SecondPassResult {
        if splitter.needsCounts { try setBorders() }
        var result = SecondPassResult()
        /// The first records of groups, with their split and label.
        var firsts: [UInt64: (split: Split, label: String)] = [:]
        var writers: [Split: SplitWriter] = [:]
        for split in Split.allCases { writers[split] = try SplitWriter(split, folder: folder.path) }
        var proof = cleaner.personalData.flatMap { cleaner in
            settings.provePrivacy ? PrivacyProof(cleaner: cleaner, seed: settings.seed) : nil
        }
        var records = try StageMerge(folder: folder.scratch, size: size)
        while let record = try records.next() {
            let own =
                record.origin.split
                ?? splitter.split(stratum: record.stratum, key: record.splitKey, position: record.position)
            let root = groups.root(record.position)
            let first = firsts[root]
            if let rule = removal(of: record), let first {
                note(record, rule, &result)
                if own != first.split { result.leakage += 1 }
                if groups.exact.contains(record.position), record.label != first.label {
                    result.conflictingLabels += 1
                }
                continue
            }
            let split = first?.split ?? own
            if first == nil, groups.hasOthers(root) { firsts[root] = (own, record.label) }
            if split != own { result.moved += 1 }
            try writers[split]?.write(record)
            for line in record.lines { proof?.add(String(decoding: line, as: UTF8.self)) }
        }
        result.certificate = proof?.certificate()
        for split in Split.allCases {
            guard let writer = writers[split] else { continue }
            if let file = try writer.finish() { result.files.append(file) }
            if writer.statistics.records > 0 { result.statistics.append((split, writer.statistics)) }
        }
        return result
    }

    private func note(_ record: StagedRecord, _ rule: CleaningRule, _ result: inout SecondPassResult) {
        if rule == .exactDuplicates { result.exactDuplicates += 1 } else { result.nearDuplicates += 1 }
        if (result.examples[rule]?.count ?? 0) < PreparationTally.exampleCount {
            result.examples[rule, default: []].append(
                .init(
                    position: record.position, before: cleaner.shown(record.lines.first ?? []), after: nil))
        }
    }

    /// Finds the borders between the splits, from the records that stay.
    private mutating func setBorders() throws(PreparationError) {
        let writer = try EntryWriter(path: "\(folder.scratch)/split-keys")
        var counts: [UInt64: Int] = [:]
        var records = try StageMerge(folder: folder.scratch, size: size)
        while let record = try records.next() {
            // Those that stay with the first of their group go where it goes.
            guard record.origin == .raw, groups.root(record.position) == record.position else { continue }
            counts[record.stratum, default: 0] += 1
            try writer.write(Entry(first: record.stratum, second: record.splitKey, third: record.position))
        }
        try writer.flush()
        var entries = try EntrySort([writer.path], scratch: "\(folder.scratch)/split-sorted")
        try splitter.setBorders(counts: counts, entries: &entries)
        try entries.removeFiles()
    }
}
