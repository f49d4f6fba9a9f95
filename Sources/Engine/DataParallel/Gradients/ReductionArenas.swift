// The arenas of a gradient reducer: all of them in memory that the ranks of a host share, or none.

internal import Layers
internal import Tensors

/// Gradients, and where ranks update shards also values, with their collectives.
///
/// Which rank owns what follows from where an arena lies. A rank updates the values whose gradients it owns,
/// so when one arena is refused shared memory, none has it.
struct ReductionArenas: Sendable {
    let gradients: HierarchicalCollectives
    /// nil when every rank updates all values.
    private(set) var values: HierarchicalCollectives?
    /// The values in the format of products; nil where they travel in float32 alone.
    private(set) var rounded: HierarchicalCollectives?
    /// Why the ranks of a host do not share memory although they could.
    private(set) var refusal: String?

    /// Makes the arenas. Collective.
    static func make(
        _ parameters: ParameterStore, topology: RankTopology, options: ReductionOptions
    ) throws(ParallelError) -> ReductionArenas {
        let made = try ReductionArenas(parameters, topology, options, sharesMemory: options.sharesMemory)
        guard let refusal = made.refusal else { return made }
        var plain = try ReductionArenas(parameters, topology, options, sharesMemory: false)
        plain.refusal = refusal
        return plain
    }

    /// Stops at the first arena that is refused shared memory.
    private init(
        _ parameters: ParameterStore, _ topology: RankTopology, _ options: ReductionOptions,
        sharesMemory: Bool
    ) throws(ParallelError) {
        gradients = try HierarchicalCollectives(
            elementCount: parameters.layout.elementCount, topology: topology, wire: options.wire,
            sharesMemory: sharesMemory, tree: options.shardCount.map(ShardTree.init(count:)))
        refusal = gradients.refusal
        // Between hosts values travel in float32 behind the sum: more bytes at worse times than a sum for
        // all.
        guard refusal == nil, options.isSharded ?? !gradients.isNetworked else { return }
        let values = try HierarchicalCollectives(
            elementCount: parameters.arenaCount, topology: topology, sharesMemory: sharesMemory)
        self.values = values
        refusal = values.refusal
        guard refusal == nil, !values.isNetworked, parameters.roundedValues != nil else { return }
        let rounded = try HierarchicalCollectives(
            elementCount: parameters.arenaCount, type: .bfloat16, topology: topology,
            sharesMemory: sharesMemory)
        self.rounded = rounded
        refusal = rounded.refusal
    }
}
