// What a run tells of itself, for programs that watch it while it goes on.

/// Figures of a run at one step, under Hugging Face's names.
package struct RunFigures: Sendable {
    package let step: Int
    package let values: [(name: String, value: Double)]

    package init(step: Int, values: [(name: String, value: Double)]) {
        (self.step, self.values) = (step, values)
    }
}

/// Hands the figures of a run on to another program. Rank 0 alone has observers.
package protocol RunObserver: AnyObject {
    /// A record of metrics.jsonl.
    func record(_ figures: RunFigures) throws
    /// The run has ended, by its last step or on request.
    func end() throws
}
