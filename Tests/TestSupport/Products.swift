// Where the executables of this package are that the running tests were built with.

import Foundation

/// The built executables.
package enum Products {
    /// The path of the product `name`: beside the test bundle, which holds for every build folder and
    /// configuration. Traps when it is not there.
    package static func path(of name: String) -> String {
        let running = [CommandLine.arguments[0], Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
        for start in running where !start.isEmpty {
            let url = URL(fileURLWithPath: start)
            for folder in [url, url.deletingLastPathComponent()] {
                let path = folder.appendingPathComponent(name).path
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
        }
        preconditionFailure("\(name) is not built; looked beside \(running). Run `swift build` first.")
    }
}
