// The recipe keys of ranks, their exchange and their threads.
internal import Arguments

extension RecipeKey {
    static let clusterKeys: [RecipeKey] = [
        .key(
            "replica_check_steps", \.training.replicaCheckSteps, .integer(atLeast: 0),
            "Steps between two comparisons of all ranks' weights; 0 turns them off."),
        .key(
            "ddp_bucket_cap_mb", \.training.ddpBucketCapMB, .integer(atLeast: 1, upTo: 1 << 20),
            "Size of a gradient bucket in MiB."),
        .key(
            "ddp_comm_dtype", \.training.ddpCommDtype, .choice(),
            "Format in which gradients travel between hosts; bf16 halves the bytes and rounds each gradient twice."
        ),
        .optional(
            "zero_stage", \.training.zeroStage, .integer("0 or 1") { (0...1).contains($0) },
            "Splits the optimiser's state and update over the ranks if it is 1 (ZeRO stage 1); if not set, where all"
                + " ranks share one host's memory."),
        .key(
            "reproducible", \.training.reproducible, .boolean,
            "Give the weights the same bits on any number of ranks and threads: reproducible_shards take"
                + " the place of ranks, and a batch has per_device_train_batch_size × reproducible_shards"
                + " rows."),
        .key(
            "reproducible_shards", \.training.reproducibleShards,
            .integer("an integer from 1 to 4096") { (1...4_096).contains($0) },
            "Shards that a batch is cut into if reproducible is true, and so the most ranks; another number"
                + " makes another run."),
        .key(
            "ddp_timeout", \.training.ddpTimeoutSeconds, .integer(atLeast: 2),
            "Seconds after which a stalled exchange between ranks ends the job; at least 20 between hosts."),
        .key(
            "threads_per_rank", \.training.threadsPerRank, .integer(atLeast: 0, upTo: 65_536),
            "Threads of each rank; 0 uses the cores that the rank is bound to.", in: .all),
    ]
}
