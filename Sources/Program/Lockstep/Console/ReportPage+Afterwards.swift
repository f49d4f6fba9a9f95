// The report page at the end of a command.

package import Reporting

extension ReportPage {
    /// Writes the page at the end of a command whose results are already safe: a page that cannot be made is
    /// a warning.
    package static func writeAfterwards(directory: String) {
        do {
            try write(directory: directory)
        } catch {
            Messages.warn("no \(fileName): \(error)")
        }
    }
}
