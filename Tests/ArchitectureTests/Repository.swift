// The files of this repository, and programs run on it.

import Foundation
import Testing

/// A file with its path from the root of the repository.
struct RepositoryFile {
    let path: String
    let text: String
    /// Its code, if it is Swift.
    let source: SourceText

    init(path: String, text: String) {
        (self.path, self.text) = (path, text)
        source = SourceText(path.hasSuffix(".swift") ? text : "")
    }

    private var folders: [Substring] { path.split(separator: "/") }
    /// Name of the target's folder: below a floor in `Sources`, or below `Tests`.
    var target: String { String(folders.dropFirst(folders.first == "Sources" ? 2 : 1).first ?? "") }
    /// The floor of a file in `Sources`; nil elsewhere.
    var floor: String? { folders.first == "Sources" ? folders.dropFirst().first.map(String.init) : nil }
    /// Whether another program wrote it.
    var isGenerated: Bool { path.hasSuffix(".pb.swift") }
    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }
}

/// The repository that this file stands in.
enum Repository {
    static let root: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Read and scanned once for all rules.
    private static let swiftFiles = Dictionary(
        uniqueKeysWithValues: ["Sources", "Tests"].map { folder in
            (folder, Result { try read(folder, extensions: ["swift"]) })
        })

    /// Text files of a top folder with one of these extensions.
    static func files(in folder: String, extensions: Set<String> = ["swift"]) throws -> [RepositoryFile] {
        if extensions == ["swift"], let known = swiftFiles[folder] { return try known.get() }
        return try read(folder, extensions: extensions)
    }

    private static func read(_ folder: String, extensions: Set<String>) throws -> [RepositoryFile] {
        let paths = try FileManager.default.subpathsOfDirectory(
            atPath: root.appendingPathComponent(folder).path)
        return try paths.sorted().filter { extensions.contains(($0 as NSString).pathExtension) }.map { path in
            let url = root.appendingPathComponent(folder).appendingPathComponent(path)
            return RepositoryFile(
                path: folder + "/" + path, text: try String(contentsOf: url, encoding: .utf8))
        }
    }

    /// The standard output of a program that is found by PATH and run in the root; it must succeed.
    static func output(of program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments) failed")
        return data
    }
}
