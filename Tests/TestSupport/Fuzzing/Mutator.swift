// Damage to valid files: what disks, networks, editors and hostile writers do to them, by the format's own
// words.

/// Changes inputs at random.
struct Mutator {
    /// Words of the format, put in where they do not belong.
    let words: [[UInt8]]
    /// Other valid files, whose parts are spliced in.
    let samples: [[UInt8]]
    /// No input becomes longer.
    let byteLimit: Int

    /// An input made of `sample` by one change to eight; of JSON, half of them stay JSON.
    func input(from sample: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        if random.once(in: 2), var json = JSONMutation(sample) {
            for _ in 0..<random.number(1...4) { json.change(by: samples, &random) }
            if json.bytes.count <= byteLimit { return json.bytes }
        }
        var bytes = sample
        let changes = random.once(in: 4) ? random.number(2...8) : random.number(1...2)
        for _ in 0..<changes { change(&bytes, &random) }
        return Array(bytes.prefix(byteLimit))
    }

    private func change(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        switch random.number(0...13) {
        case 0...1: flip(&bytes, &random)
        case 2: bytes.removeSubrange(random.stretch(of: bytes.count, limit: 64))
        case 3: bytes.removeLast(random.number(0...bytes.count))
        case 4...5: insert(random.choice(pieces), &bytes, &random)
        case 6: insert(Array(bytes[random.stretch(of: bytes.count, limit: 512)]), &bytes, &random)
        case 7: swap(&bytes, &random)
        case 8: overwriteInteger(&bytes, &random)
        case 9...10: replaceNumber(&bytes, &random)
        case 11: repeatPiece(&bytes, &random)
        case 12: splice(&bytes, &random)
        default: changeLines(&bytes, &random)
        }
    }

    /// Words of the format and bytes that any text reader must stand.
    private var pieces: [[UInt8]] {
        words + [
            [0], [0x0D], [0x0D, 0x0A], [0x0A], [0xEF, 0xBB, 0xBF], [0xC3], [0xFF, 0xFE], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], Array("\u{2028}".utf8), Array("e\u{301}".utf8),
        ]
    }

    private func flip(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        guard !bytes.isEmpty else { return }
        for _ in 0..<random.number(1...4) {
            let place = random.number(0...(bytes.count - 1))
            if random.once(in: 2) {
                bytes[place] ^= 1 << UInt8(random.number(0...7))
            } else {
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
        }
    }

    private func insert(_ piece: [UInt8], _ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        bytes.insert(contentsOf: piece, at: random.number(0...bytes.count))
    }

    private func swap(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let first = random.stretch(of: bytes.count, limit: 128)
        let second = random.stretch(of: bytes.count, limit: 128)
        let (lower, upper) = first.lowerBound < second.lowerBound ? (first, second) : (second, first)
        guard lower.upperBound <= upper.lowerBound else { return }
        let between = lower.upperBound..<upper.lowerBound
        let swapped = [bytes[upper], bytes[between], bytes[lower]].joined()
        bytes.replaceSubrange(lower.lowerBound..<upper.upperBound, with: Array(swapped))
    }

    /// A length or an offset of one to eight bytes, in either order, becomes one of those that overflow.
    private func overwriteInteger(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let width = random.choice([1, 2, 4, 8])
        guard bytes.count >= width else { return }
        let values: [UInt64] = [
            0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 20, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32,
            1 << 40, 1 << 62, .max >> 1, 1 << 63, .max, .max - 7, UInt64(bytes.count),
            UInt64(bytes.count) &- 1,
        ]
        let value = random.choice(values)
        let isLittleEndian = random.once(in: 2)
        let place = random.number(0...(bytes.count - width))
        for index in 0..<width {
            let shift = UInt64(8 * (isLittleEndian ? index : width - 1 - index))
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    /// A written number becomes one that is too large, too small, too long or none.
    private func replaceNumber(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let start = random.number(0...bytes.count)
        guard let first = bytes[start...].firstIndex(where: { 0x30...0x39 ~= $0 }) else { return }
        let end = bytes[first...].firstIndex { !(0x30...0x39 ~= $0) } ?? bytes.count
        let numbers = [
            "0", "-1", "1", "2", "-0", "255", "65536", "1048576", "2147483647", "2147483648", "-2147483649",
            "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "18446744073709551616", "1e9", "1e30", "1e308", "1e999", "-1e999", "1e-999", "0.5", "00", "1.",
            ".5", "NaN", "Infinity", "1_000", String(repeating: "9", count: 400),
        ]
        bytes.replaceSubrange(first..<end, with: random.choice(numbers).utf8)
    }

    /// Repeats a word or a part up to thousands of times: nesting, long chains, long lines.
    private func repeatPiece(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let piece =
            random.once(in: 2)
            ? random.choice(pieces) : Array(bytes[random.stretch(of: bytes.count, limit: 16)])
        guard !piece.isEmpty else { return }
        let count = random.choice([2, 10, 100, 700, 2_500, 20_000])
        let repeats = min(count, max(1, (byteLimit - min(byteLimit, bytes.count)) / piece.count))
        insert(Array(repeatElement(piece, count: repeats).joined()), &bytes, &random)
    }

    private func splice(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let other = random.choice(samples)
        let part = Array(other[random.stretch(of: other.count, limit: 2_048)])
        bytes.replaceSubrange(random.stretch(of: bytes.count, limit: 256), with: part)
    }

    private func changeLines(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        let index = random.number(0...(lines.count - 1))
        switch random.number(0...3) {
        case 0: lines.insert(lines[index], at: index)
        case 1: lines.remove(at: index)
        case 2: lines.swapAt(index, random.number(0...(lines.count - 1)))
        default: lines = lines.map { $0 + [0x0D] }
        }
        bytes = Array(lines.joined(separator: [0x0A]))
    }
}
