// How much of a service's requests is recorded, and for how long.

/// The bounds of a record.
package struct RecordSettings: Sendable, Equatable {
    /// The folder of the segments.
    package var folder: String
    /// A segment with so many bytes is full.
    package var segmentByteCount = 8 << 20
    /// A segment that is so old is full.
    package var segmentSeconds = 86_400.0
    /// The oldest segments are removed where all together have more bytes.
    package var totalByteCount = 512 << 20
    /// Segments whose last record is older are removed.
    package var keptSeconds = 60 * 86_400.0
    /// Whether inputs are kept, without personal data.
    package var keepsTexts = false

    package init(folder: String) { self.folder = folder }

    /// Refuses bounds that leave nothing.
    func check() throws(MonitoringError) {
        guard segmentByteCount >= 1 << 12, totalByteCount >= 2 * segmentByteCount else {
            throw .invalidSetting(
                "record of requests", expected: "segments of at least 4096 bytes, and room for two of them")
        }
        guard segmentSeconds > 0, keptSeconds > 0 else {
            throw .invalidSetting("record of requests", expected: "times above 0 seconds")
        }
    }
}
