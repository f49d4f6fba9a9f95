// The top of the repository, and the golden files with their manifests.

import Foundation
import Testing

@Suite struct RepositoryTests {
    @Test("the top level is exactly the agreed set, besides dot files")
    func topLevel() throws {
        let listing = String(decoding: try Repository.output(of: "git", ["ls-files", "-z"]), as: UTF8.self)
        let names = Set(listing.split(separator: "\0").map { String($0.split(separator: "/")[0]) })
        let agreed: Set = [
            "Package.swift", "Sources", "Tests", "launch", "cluster-configs", "README.md", "LICENSE",
        ]
        #expect(names.filter { !$0.hasPrefix(".") } == agreed)
    }

    @Test("the README leads to every article, and its links to files that are there")
    func links() throws {
        let text = try String(
            contentsOf: Repository.root.appendingPathComponent("README.md"), encoding: .utf8)
        let links = text.matches(of: #/\]\(([^)#:]+)\)/#).map { String($0.1) }
        let missing = links.filter {
            !FileManager.default.fileExists(atPath: Repository.root.appendingPathComponent($0).path)
        }
        #expect(missing == [])
        let articles = try Repository.files(in: "Sources", extensions: ["md"]).map(\.path)
            .filter { $0.contains(".docc/") && !$0.hasSuffix("/Lockstep.md") }
        #expect(articles.count >= 5)
        #expect(articles.filter { !links.contains($0) } == [])
    }

    @Test("all goldens together stay within 6 MiB")
    func goldenSize() throws {
        let sizes = try goldenFolders().flatMap { folder in
            try files(in: folder).map { path in
                let url = folder.appendingPathComponent(path)
                return try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int ?? 0
            }
        }
        #expect(sizes.count > 5)
        #expect(sizes.reduce(0, +) <= 6 << 20)
    }

    @Test("every golden folder has a generator and a manifest that lists each file with its SHA-256")
    func goldenHashes() throws {
        let folders = try goldenFolders()
        #expect(!folders.isEmpty)
        for folder in folders {
            let name = folder.deletingLastPathComponent().path
            let manifest = try manifest(of: folder)
            let found = try files(in: folder).filter { !Self.isApart($0) }
            #expect(Set(manifest.keys) == Set(found), "\(name)")
            #expect(try files(in: folder).contains { $0.hasSuffix(".py") }, "\(name)")
            let hashes = try hashes(of: found, in: folder)
            #expect(manifest.filter { hashes[$0.key] != $0.value }.keys.sorted() == [], "\(name)")
        }
    }

    /// The manifest and the programs stand beside the goldens and are not goldens.
    private static func isApart(_ path: String) -> Bool {
        path == "manifest.json" || path == "SHA256SUMS" || path.hasSuffix(".py") || path.hasSuffix(".md")
    }

    private func goldenFolders() throws -> [URL] {
        let tests = Repository.root.appendingPathComponent("Tests")
        return try FileManager.default.subpathsOfDirectory(atPath: tests.path).sorted()
            .filter { ($0 as NSString).lastPathComponent == "Goldens" }
            .map { tests.appendingPathComponent($0) }
    }

    /// Paths of all files below a folder; a link counts as a file.
    private func files(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            let kind =
                try FileManager.default.attributesOfItem(
                    atPath: folder.appendingPathComponent(path).path)[.type] as? FileAttributeType
            return kind != .typeDirectory && !path.contains("__pycache__")
        }
    }

    /// Hashes by path: from `manifest.json`, or from `SHA256SUMS` in the format of sha256sum.
    private func manifest(of folder: URL) throws -> [String: String] {
        struct Manifest: Decodable { let sha256: [String: String] }
        let sums = folder.appendingPathComponent("SHA256SUMS")
        if FileManager.default.fileExists(atPath: sums.path) {
            return Self.parse(try String(contentsOf: sums, encoding: .utf8))
                .filter { !Self.isApart($0.key) }
        }
        let data = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
        return try JSONDecoder().decode(Manifest.self, from: data).sha256
    }

    private func hashes(of paths: [String], in folder: URL) throws -> [String: String] {
        let data = try Repository.output(
            of: "sha256sum", paths.map { folder.appendingPathComponent($0).path })
        let prefix = folder.path + "/"
        return Dictionary(
            uniqueKeysWithValues: Self.parse(String(decoding: data, as: UTF8.self)).map { path, hash in
                (path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path, hash)
            })
    }

    /// Lines of `<hash>  <path>`.
    private static func parse(_ listing: String) -> [String: String] {
        Dictionary(
            listing.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return (parts[1].trimmingCharacters(in: [" ", "*"]), String(parts[0]))
            }, uniquingKeysWith: { first, _ in first })
    }
}
