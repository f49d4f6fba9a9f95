// How a job may be laid out: hosts, ranks, threads and batches.

/// One way to run a recipe.
package struct PlanShape: Sendable, Hashable {
    package var nodes: Int
    package var ranksPerNode: Int
    package var threads: Int
    /// Rows of a rank's micro-batch; tokens with a token budget.
    package var batch: Int
    package var accumulation: Int

    package init(nodes: Int, ranksPerNode: Int, threads: Int, batch: Int, accumulation: Int) {
        (self.nodes, self.ranksPerNode, self.threads) = (nodes, ranksPerNode, threads)
        (self.batch, self.accumulation) = (batch, accumulation)
    }

    package var ranks: Int { nodes * ranksPerNode }
    /// Rows, or tokens, of a step of all ranks.
    package var globalBatch: Int { ranks * batch * accumulation }
}

/// A cluster as far as a plan needs it: hosts that are alike.
package struct PlanCluster: Sendable, Equatable {
    /// Cores of a host that the job may use.
    package var cores: Int
    /// What the cluster file asks for.
    package var ranksPerNode: Int
    package var threads: Int

    package init(cores: Int, ranksPerNode: Int, threads: Int) {
        (self.cores, self.ranksPerNode, self.threads) = (cores, ranksPerNode, threads)
    }
}

/// What of a recipe decides the cost of a step and of a run.
package struct PlanRun: Sendable, Equatable {
    /// Rows of a micro-batch, or tokens where `isTokenBudget`.
    package var batch = 8
    package var isTokenBudget = false
    package var accumulation = 1
    package var epochs = 3.0
    /// Steps of the run; nil: by its epochs.
    package var steps: Int?
    package var dropsLast = false
    package var bucketMebibytes = 25.0
    /// Bytes of a gradient between hosts, over those of float32.
    package var wireShare = 1.0
    package var zeroStage: Int?

    package init() {}

    /// Whether ranks update shards in a job of so many nodes.
    package func isSharded(nodes: Int, ranks: Int) -> Bool {
        ranks > 1 && RankMemory.shards(zeroStage: zeroStage, ranks: ranks, hosts: nodes) > 1
    }
}
