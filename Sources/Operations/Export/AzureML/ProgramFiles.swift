// The running program and Swift's libraries that it was loaded with: what an image needs beside Debian's.

package import Files
internal import Foundation

/// Files of a program.
package struct ProgramFiles: Sendable, Equatable {
    package let executable: String
    /// Libraries of the Swift toolchain; none in a program that has them inside.
    package let libraries: [String]

    package init(executable: String, libraries: [String]) {
        (self.executable, self.libraries) = (executable, libraries)
    }

    private static let names = [
        "libswift", "libFoundation", "lib_Foundation", "libdispatch", "libBlocksRuntime",
    ]

    /// Of this process, by what its memory map holds.
    package static func current() throws(FilesError) -> ProgramFiles {
        let map = try ByteReader(path: "/proc/self/maps").readToEnd()
        var libraries: Set<String> = []
        for line in String(decoding: map, as: UTF8.self).split(separator: "\n") {
            guard let start = line.firstIndex(of: "/") else { continue }
            let path = String(line[start...])
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            if name.hasSuffix(".so"), names.contains(where: { name.hasPrefix($0) }) { libraries.insert(path) }
        }
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return ProgramFiles(executable: executable, libraries: libraries.sorted())
    }

    /// Copies the program as `lockstep` and the libraries into `folder`.
    func copy(to folder: String) throws(FilesError) {
        try Self.copy(executable, to: folder + "/lockstep")
        for library in libraries {
            let name = library.split(separator: "/").last.map(String.init) ?? library
            try Self.copy(library, to: "\(folder)/\(name)")
        }
    }

    private static func copy(_ source: String, to target: String) throws(FilesError) {
        let reader = try ByteReader(path: source, bytes: 0..<FileSystem.byteCount(of: source))
        let file = try PendingFile(path: target)
        while let bytes = try reader.next() { try file.write(bytes) }
        try file.finish()
    }
}
