// A rank that fails ends the whole job, with a message that says where.

internal import Files

/// Runs a rank's work so that no rank waits for one that failed.
package enum RankFailure {
    /// Runs `body`, then leaves the job together with the other ranks; `group` must not be used afterwards.
    ///
    /// If `body` throws, this prints `[rank r on host] error: …` to standard error and ends all ranks with
    /// `exitCode`.
    package static func run<Result>(
        _ group: any ProcessGroup, exitCode: Int32 = 1, _ body: () throws -> Result
    ) -> Result {
        precondition(exitCode != 0, "a failed job has an exit code other than zero")
        do {
            let result = try body()
            try group.finalize()
            return result
        } catch {
            // In one write, so that the lines of several ranks do not mix.
            StandardError.write("[\(group.placeName)] error: \(error)\n")
            group.abort(code: exitCode)
        }
    }
}
