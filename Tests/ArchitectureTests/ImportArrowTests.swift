// Which target may import which: the design's table, held against the manifest and against the sources.

import Foundation
import Testing

/// The house from the ground up: a target imports its own floor and those below it. A task measures itself by
/// the evaluation, and a cross-validation trains, so that these two floors stand side by side.
private let floors: [Set<String>] = [
    ["Base"], ["Engine"], ["Formats"], ["Data"], ["Training", "Evaluation"], ["Operations"], ["Program"],
]

private let libraries: Set<String> = [
    "Yams", "ArgumentParser", "NIOCore", "NIOPosix", "NIOHTTP1", "Hummingbird", "HummingbirdCore",
    "HTTPTypes",
    "ServiceLifecycle",
]

/// `swift package dump-package`, as far as the arrows need it.
private struct Manifest: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]
        let settings: [Setting]
    }

    /// A setting of compiler or linker; the kind is an object whose key names it.
    struct Setting: Decodable {
        let kind: [String: Ignored]

        struct Ignored: Decodable {
            init(from decoder: any Decoder) throws {}
        }
    }

    /// One of several kinds, each an array that starts with the name.
    struct Dependency: Decodable {
        let name: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let kinds = try container.decode([String: [Part?]].self)
            name = kinds.values.first?.first??.text ?? ""
        }

        /// A name, or a condition that does not matter here.
        private struct Part: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }
    }

    let targets: [Target]

    /// Printed once for all tests, in a folder of its own: the build folder is locked while tests run.
    static let current = Result { () throws -> Manifest in
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let data = try Repository.output(
            of: "swift", ["package", "--scratch-path", scratch.path, "dump-package"])
        if FileManager.default.fileExists(atPath: scratch.path) {
            try FileManager.default.removeItem(at: scratch)
        }
        return try JSONDecoder().decode(Manifest.self, from: data)
    }
}

@Suite struct ImportArrowTests {
    /// The targets of `Sources` by name, each with its floor's place in the house.
    private func levels() throws -> [String: Int] {
        var levels: [String: Int] = [:]
        for target in try Manifest.current.get().targets where target.type != "test" {
            guard let path = target.path, path.hasPrefix("Sources/") else { continue }
            let folders = path.split(separator: "/").map(String.init)
            guard folders.count == 3, let level = floors.firstIndex(where: { $0.contains(folders[1]) }) else {
                Issue.record("\(target.name) lies in \(path), which is no folder of a floor")
                continue
            }
            #expect(folders[2] == target.name, "\(path)")
            levels[target.name] = level
        }
        return levels
    }

    @Test("no target but those of tests has unsafe flags, with which another package could not depend on it")
    func flags() throws {
        let targets = try Manifest.current.get().targets.filter { $0.type != "test" }
        #expect(targets.count > 40)
        #expect(targets.contains { $0.settings.contains { $0.kind.keys.contains("treatAllWarnings") } })
        for target in targets {
            #expect(!target.settings.contains { $0.kind.keys.contains("unsafeFlags") }, "\(target.name)")
        }
    }

    @Test("a target lies in a folder of its name on a floor, and imports only its own floor and those below")
    func arrows() throws {
        let levels = try levels()
        #expect(levels.count >= 20)
        for target in try Manifest.current.get().targets {
            guard let level = levels[target.name] else { continue }
            for name in target.dependencies.map(\.name) {
                guard let other = levels[name] else { continue }
                #expect(other <= level, "\(target.name) imports \(name), which stands on a higher floor")
            }
        }
    }

    @Test("every target that is declared as a dependency is imported by some file")
    func usedArrows() throws {
        let files = try Repository.files(in: "Sources") + Repository.files(in: "Tests")
        let targets = try Manifest.current.get().targets
        // A test may need a program that it starts.
        let modules = Set(targets.filter { $0.type != "executable" }.map(\.name))
        for target in targets {
            let own = files.filter { $0.target == target.name }
            guard !own.isEmpty else { continue }
            let imported = Set(own.flatMap(Self.imports))
            let unused = target.dependencies.map(\.name).filter { name in
                modules.contains(name) && !imported.contains(name.replacing("-", with: "_"))
            }
            #expect(unused == [], "\(target.name)")
        }
    }

    @Test("every module of this package that a source file imports is declared by its target")
    func declaredImports() throws {
        let targets = try Manifest.current.get().targets
        let modules = Set(targets.map { $0.name.replacing("-", with: "_") }).union(libraries)
        let files = try Repository.files(in: "Sources") + Repository.files(in: "Tests")
        var seen = 0
        for target in targets {
            let declared = Set(target.dependencies.map(\.name))
            for file in files where file.target == target.name {
                for name in Self.imports(of: file) where modules.contains(name) {
                    #expect(
                        declared.contains(name),
                        "\(file.path) imports \(name), which its target does not declare")
                    seen += 1
                }
            }
        }
        #expect(seen > 20)
    }

    @Test("imports with modifiers, attributes and kinds are seen, comments and strings are not")
    func importScan() {
        let text = """
            // import A
            import B
            internal import C
            @preconcurrency public import D
            import struct E.Part
            let text = "import F"
            """
        let file = RepositoryFile(path: "Sources/Base/X/X.swift", text: text)
        #expect(Self.imports(of: file) == ["B", "C", "D", "E"])
    }

    private static func imports(of file: RepositoryFile) -> [String] {
        let pattern =
            #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/#
        return file.source.lines.compactMap { line in
            line.text.prefixMatch(of: pattern).map { String($0.output.1) }
        }
    }
}
