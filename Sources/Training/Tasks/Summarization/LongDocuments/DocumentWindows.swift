// Cuts a document that is too long for a writer into windows between its sentences.

package import Datasets

/// Windows of whole sentences, each as long as the writer reads.
package struct DocumentWindows {
    let reading: any DocumentReading
    private let overlap: Int

    /// `overlap` are the sentences that a window repeats of the one before.
    package init(reading: any DocumentReading, overlap: Int) {
        (self.reading, self.overlap) = (reading, overlap)
    }

    /// The document alone if it fits, else its windows: each has as many sentences as fit, and one at least,
    /// which is cut if it alone is too long. Every sentence stands in one that no window before has.
    package func texts(of row: Row) throws -> [String] {
        let document = try reading.columns.document(of: row)
        guard try !reading.fits(document, in: row) else { return [document] }
        let sentences = try reading.columns.sentences(of: row)
        let costs = try reading.costs(of: sentences, in: row)
        var windows: [String] = []
        var (start, end) = (0, 0)
        while end < sentences.count {
            let first = max(start, end - overlap)
            let found = try window(from: first, behind: end, sentences, costs, row)
            windows.append(sentences[found].joined(separator: " "))
            (start, end) = (found.lowerBound + 1, found.upperBound)
        }
        return windows
    }

    /// The longest stretch that fits, from `first` or, where that leaves no room for a new sentence behind
    /// `end`, from a later one.
    private func window(
        from first: Int, behind end: Int, _ sentences: [String], _ costs: (around: Int, sentences: [Int]),
        _ row: Row
    ) throws -> Range<Int> {
        for start in first...end {
            var (last, total) = (start, costs.around)
            while last < sentences.count, total + costs.sentences[last] <= reading.maximumSourceLength {
                total += costs.sentences[last]
                last += 1
            }
            while last > end {
                let text = sentences[start..<last].joined(separator: " ")
                if try reading.fits(text, in: row) { return start..<last }
                last -= 1
            }
        }
        return end..<end + 1
    }
}
