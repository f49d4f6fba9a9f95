// What a server keeps of its requests and how often it compares them with training.

package import Monitoring

/// How a service is watched.
package struct WatchSettings: Sendable {
    /// The record on disk; nil for none.
    package var record: RecordSettings?
    /// Azure's collector; nil where the deployment has none.
    package var collector: DataCollectorSettings?
    /// Seconds of a window that is compared with training; windows follow one another.
    package var windowSeconds = 86_400.0
    /// The share of windows with any alarm where nothing has changed.
    package var falseAlarmRate = 0.01
    /// Takes alarms; nil for none.
    package var webhook: String?
    /// Inputs that wait to be recorded; more are dropped and counted.
    package var capacity = 10_000
    /// Bytes of texts that wait to be recorded.
    package var byteCapacity = 64 << 20

    package init() {}

    /// Whether anything is to be kept or told.
    package var isNeeded: Bool { record != nil || collector != nil || webhook != nil }
}
