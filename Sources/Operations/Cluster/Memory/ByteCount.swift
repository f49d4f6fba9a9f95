// A number of bytes in words.

internal import Foundation

/// Bytes as people read them: `512 KiB`, `1.9 GiB`.
package struct ByteCount: CustomStringConvertible, Sendable {
    private let count: Int

    package init(_ count: Int) { self.count = count }

    package var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(count), 0)
        while value >= 1000, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return String(format: unit == 0 || value >= 100 ? "%.0f %@" : "%.1f %@", value, units[unit])
    }
}
