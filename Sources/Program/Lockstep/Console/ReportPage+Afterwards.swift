// The report page at the end of a command.

import Files
import Foundation
package import Reporting

extension ReportPage {
    /// Writes the page at the end of a command whose results are already safe: a page that cannot be made is
    /// a warning.
    ///
    /// A run's folder around `directory` has the results on its page too, so that is made anew as well.
    package static func writeAfterwards(directory: String) {
        let parent = URL(fileURLWithPath: directory).standardizedFileURL.deletingLastPathComponent().path
        let isPartOfRun =
            FileSystem.exists(parent + "/" + fileName) && FileSystem.exists(parent + "/" + RunLog.fileName)
        for folder in isPartOfRun ? [directory, parent] : [directory] {
            do {
                try write(directory: folder)
            } catch {
                Messages.warn("no \(fileName) in \(folder): \(error)")
            }
        }
    }
}
