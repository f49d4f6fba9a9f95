// Programs that show the figures of a run while it goes on.

/// A program that `report_to` may name.
package enum ReportTarget: String, Sendable, CaseIterable {
    /// Event files in the folder of the run.
    case tensorboard
}
