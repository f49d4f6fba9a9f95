// Gradients of a fixed number of shards, whose sum does not depend on the number of ranks.

package import Kernels
internal import Layers
internal import Tensors

extension GradientReducer {
    /// Gives the store its arenas for shards, if they are summed.
    func computeShards(of parameters: ParameterStore, _ options: ReductionOptions) {
        guard let shards, let count = options.shardCount else { return }
        parameters.computeShards(
            in: ShardedGradients(
                ShardTree(count: count), shards: shards, nodes: channel?.gradients.nodes ?? [gradients]))
    }

    /// This rank's share of the squared norm of the sum of all shards. The bins of all ranks, added up in any
    /// order, are the same bits on any number of ranks. After `finish`, before the update.
    package func exactSquares() -> ExactSquares {
        // Between hosts tables are summed whole: the rows of other ranks are in this one's gradient too.
        if channel?.gradients.isNetworked == true { channel?.gradientsWereOverwritten() }
        let owned = channel?.shard ?? [0..<gradients.count]
        let tables = sparseEmbeddings.map { Self.lines($0.range) }
        var squares = ExactSquares()
        squares.add(owned.flatMap { $0.subtracting(tables) }, of: gradients)
        for table in sparseEmbeddings {
            var rows: [Range<Int>] = []
            // A line that two rows share counts once.
            for lines in table.gradientElements.map(Self.lines) {
                if let last = rows.last, last.upperBound >= lines.lowerBound {
                    rows[rows.count - 1] = last.lowerBound..<lines.upperBound
                } else {
                    rows.append(lines)
                }
            }
            squares.add(rows.intersections(owned), of: gradients)
        }
        return squares
    }

    /// The lines of 16 elements that these elements lie in.
    private static func lines(_ elements: Range<Int>) -> Range<Int> {
        elements.lowerBound / 16 * 16..<(elements.upperBound + 15) / 16 * 16
    }
}
