// Reads the goldens and builds the tokenizers that they are about.

import Foundation
import TestSupport
import Testing
import Tokenizers

/// The files beside this one.
enum GoldenFiles {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

    /// A tokenizer and the cases it was tried on.
    struct Variant: Sendable, CustomTestStringConvertible {
        var name: String
        var firstCase: Int
        var cases: Int
        var sweeps: Bool
        /// Position of its first hash in hashes.bin.
        var firstHash: Int
        /// tokenizer.json with an empty vocabulary, or nil.
        var document: String?
        /// tokenizer_config.json of a directory with vocab.txt, or nil.
        var configuration: String?

        var testDescription: String { name }

        /// The tokenizer, read from a directory made for it.
        func tokenizer() throws -> any Tokenizer {
            if let document {
                return try TemporaryDirectory.load([
                    "tokenizer.json": document.replacing(
                        "\"vocab\":{}", with: "\"vocab\":\(try GoldenFiles.vocabularyObject())")
                ])
            }
            return try TemporaryDirectory.load([
                "vocab.txt": try String(contentsOf: folder.appending(path: "vocab.txt"), encoding: .utf8),
                "tokenizer_config.json": configuration ?? "{}",
            ])
        }
    }

    /// Pages of 256 scalars; surrogates are none.
    static let pages = (0..<0x1100).filter { !(0xD8...0xDF ~= $0) }

    static func tokens() throws -> [String] {
        try Data(contentsOf: folder.appending(path: "vocab.txt"))
            .split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    static func strings() throws -> GoldenStrings {
        GoldenStrings(words: try tokens()[5..<2505].filter { !$0.utf8.starts(with: "##".utf8) })
    }

    private static func vocabularyObject() throws -> String {
        let members = try tokens().enumerated().map { id, token in
            let escaped = token.utf8.flatMap { byte in
                byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                    ? [UInt8(ascii: "\\"), byte] : [byte]
            }
            return "\"\(String(decoding: escaped, as: UTF8.self))\":\(id)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    static func hashes() throws -> [UInt32] {
        let bytes = Array(try Data(contentsOf: folder.appending(path: "hashes.bin")))
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    private struct Unexpected: Error {}

    static func variants() throws -> [Variant] {
        let data = try Data(contentsOf: folder.appending(path: "variants.json"))
        guard let entries = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
            throw Unexpected()
        }
        func text(_ value: Any?) throws -> String? {
            try value.map { String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self) }
        }
        var firstHash = 0
        return try entries.map { entry in
            guard let name = entry["name"] as? String, let first = entry["first_case"] as? Int,
                let cases = entry["cases"] as? Int, let sweeps = entry["sweeps"] as? Bool
            else { throw Unexpected() }
            defer { firstHash += cases + (sweeps ? pages.count : 0) }
            return Variant(
                name: name, firstCase: first, cases: cases, sweeps: sweeps, firstHash: firstHash,
                document: try text(entry["tokenizer"]), configuration: try text(entry["configuration"]))
        }
    }
}

/// A directory that exists while `body` runs.
enum TemporaryDirectory {
    static func with<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, to: name) }
        return try withExtendedLifetime(folder) { try body(folder.path) }
    }

    static func load(_ files: [String: String]) throws -> any Tokenizer {
        try with(files) { try TokenizerLoader.load(directory: $0) }
    }
}
