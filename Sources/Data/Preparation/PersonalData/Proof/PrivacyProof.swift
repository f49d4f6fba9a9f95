// Measures a cleaner on the user's own records: invented values are planted into copies, and what is left is
// counted.

internal import Tensors

/// Plants values into copies of records, runs the cleaner over them and certifies what it found.
///
/// Give it the records that shall be cleaned, in any number: a sample of fixed size is kept. The same records
/// and
/// the same seed give the same certificate.
package struct PrivacyProof: Sendable {
    /// How much of a record is used, in bytes.
    private static let recordLimit = 8192

    package let cleaner: PersonalDataCleaner
    package let seed: UInt64
    /// How many values of each type are planted.
    package let valuesPerType: Int
    /// How many records are kept to plant into.
    package let sampleSize: Int
    package private(set) var recordCount = 0
    private var sample: [String] = []
    private let key: RandomKey

    package init(
        cleaner: PersonalDataCleaner = PersonalDataCleaner(), seed: UInt64, valuesPerType: Int = 200,
        sampleSize: Int = 1000
    ) {
        precondition(valuesPerType > 0 && sampleSize > 0, "a proof needs values and records")
        (self.cleaner, self.seed) = (cleaner, seed)
        (self.valuesPerType, self.sampleSize) = (valuesPerType, sampleSize)
        key = RandomKey(seed: seed)
    }

    /// Takes a record into the sample, or not, each with the same chance (Vitter 1985, algorithm R).
    package mutating func add(_ record: String) {
        recordCount += 1
        let place =
            sample.count < sampleSize
            ? sample.count : Int(key.derived("sample").word(UInt64(recordCount)) % UInt64(recordCount))
        guard place < sampleSize else { return }
        let kept =
            record.utf8.count <= Self.recordLimit
            ? record : String(decoding: Array(record.utf8.prefix(Self.recordLimit)), as: UTF8.self)
        if place < sample.count { sample[place] = kept } else { sample.append(kept) }
    }

    /// Plants, cleans and counts. Without any record the values stand alone.
    package func certificate() -> PrivacyCertificate {
        var counts: [PersonalDataType: PrivacyCertificate.Counts] = [:]
        var leaks: [PrivacyCertificate.Leak] = []
        for type in cleaner.types.sorted() {
            counts[type, default: .init()].planted = valuesPerType
            for index in 0..<valuesPerType {
                let own = key.derived(type.rawValue).derived(UInt64(index))
                var maker = PlantedValueMaker(own.derived("value"))
                plant(maker.value(of: type), own, &counts, &leaks)
                var decoys = PlantedValueMaker(own.derived("decoy"))
                plantDecoy(decoys.decoy(), own, &counts)
            }
        }
        return PrivacyCertificate(seed: seed, recordCount: recordCount, counts: counts, leaks: leaks)
    }

    /// A copy of a record with a sentence in it, and where the sentence starts.
    private func copy(with sentence: String, _ key: RandomKey) -> (text: String, start: Int) {
        guard !sample.isEmpty else { return (sentence, 0) }
        let record = Array(sample[Int(key.word(1) % UInt64(sample.count))].utf8)
        var place = Int(key.word(2) % UInt64(record.count + 1))
        // Sentences stand between words.
        while place < record.count, !record[place].isSpace { place += 1 }
        let before = place == 0 ? [] : Array(record[..<place]) + [0x20]
        let behind = place == record.count ? [] : [0x20] + Array(record[place...])
        return (String(decoding: before + Array(sentence.utf8) + behind, as: UTF8.self), before.count)
    }

    private func plant(
        _ value: PlantedValue, _ key: RandomKey,
        _ counts: inout [PersonalDataType: PrivacyCertificate.Counts],
        _ leaks: inout [PrivacyCertificate.Leak]
    ) {
        let (text, start) = copy(with: value.sentence, key)
        let from = start + value.before.utf8.count
        let range = from..<from + value.text.utf8.count
        let spans = cleaner.spans(in: text).filter { $0.range.overlaps(range) }
        let isFound = spans.contains { span in
            let common = span.range.clamped(to: range).count
            return span.type == value.type && common * 10 >= (span.range.count + range.count - common) * 8
        }
        if isFound { counts[value.type, default: .init()].found += 1 }
        for span in spans where span.type != value.type { counts[span.type, default: .init()].mistaken += 1 }
        let bytes = Array(value.text.utf8)
        let isLeft = range.contains { place in
            bytes[place - from].isWord && !spans.contains { $0.range.contains(place) }
        }
        guard isLeft else { return }
        counts[value.type, default: .init()].leaked += 1
        if counts[value.type]?.leaked ?? 0 <= PrivacyCertificate.shownLeaks {
            leaks.append(.init(type: value.type, value: value.text, sentence: value.sentence))
        }
    }

    private func plantDecoy(
        _ decoy: PlantedValue, _ key: RandomKey, _ counts: inout [PersonalDataType: PrivacyCertificate.Counts]
    ) {
        let (text, start) = copy(with: decoy.sentence, key)
        let range = start..<start + decoy.sentence.utf8.count
        for span in cleaner.spans(in: text) where span.range.overlaps(range) {
            counts[span.type, default: .init()].mistaken += 1
        }
    }
}
