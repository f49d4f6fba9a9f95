// CIDEr's first pass: how many rows have each n-gram in some reference.

package import DataParallel
package import Datasets
package import Evaluation
package import Metrics

extension CIDErDocumentFrequencies {
    /// Reads the references of all rows, each rank its share, and brings them together. Collective.
    ///
    /// - Parameter batchRows: rows that are scattered to a rank at once.
    package init(
        rows: RowReader, predictor: any Predictor, group: any ProcessGroup, batchRows: Int = 64
    ) throws {
        self.init()
        let rows = rows.makeIterator()
        var number = 0
        while let row = try rows.next() {
            if number / batchRows % group.size == group.rank {
                add(references: try predictor.references(of: row).map(CaptionTokenizer.tokens))
            }
            number += 1
        }
        var images = [imageCount]
        try group.allReduceSum(&images)
        var counts = NGramCounts(maximumOrder: Self.maximumOrder)
        for share in try group.allGather(self.counts.serialized) {
            counts.merge(try NGramCounts(serialized: share))
        }
        self.init(counts: counts, imageCount: images[0])
    }
}
