// Which target may import which: the design's table, held against the manifest and against the sources.

import Foundation
import Testing

/// The design's table in its order: what a target imports, all of it above. What a Swift target among these
/// imports may be imported too; C targets and libraries may not.
private let design: [(target: String, imports: [String])] = [
    ("COneDNN", []), ("CZlib", []), ("CImageCodecs", []), ("CMPI", []), ("CKernels", []),
    ("Tensors", []),
    ("Kernels", ["Tensors", "COneDNN", "CKernels"]),
    ("Layers", ["Tensors", "Kernels"]),
    ("Models", ["Layers"]),
    ("Optimizers", ["Tensors", "Kernels", "Layers"]),
    ("MPI", ["Tensors", "CMPI"]),
    ("DataParallel", ["Tensors", "Kernels", "Layers", "MPI"]),
    ("Files", []),
    ("JSON", []),
    ("Safetensors", ["Tensors", "Files", "JSON"]), ("GGUF", ["Tensors", "Files"]),
    ("Tokenizers", ["JSON"]),
    ("Images", ["Tensors", "CImageCodecs"]),
    ("Datasets", ["Tensors", "JSON", "Tokenizers", "Images", "CZlib"]),
    ("Checkpoints", ["Models", "Optimizers", "Safetensors", "GGUF"]),
    ("Metrics", []),
    ("Generation", ["Models", "Tokenizers"]),
    (
        "Training",
        ["Models", "Optimizers", "DataParallel", "Datasets", "Checkpoints", "Metrics", "Generation"]
    ),
    ("Reporting", ["Metrics"]),
    ("Ratings", ["Files", "Datasets", "Metrics"]),
    ("RatingServer", ["Ratings", "NIOCore", "NIOPosix", "NIOHTTP1"]),
    ("Export", ["Models", "Checkpoints"]),
    ("Configuration", ["Training", "Yams"]),
    (
        "lockstep",
        ["Configuration", "Generation", "Reporting", "Export", "GGUF", "RatingServer", "ArgumentParser"]
    ),
    ("rank-scenarios", ["DataParallel", "MPI"]),
    ("TestSupport", []),
]

private let libraries: Set<String> = ["Yams", "ArgumentParser", "NIOCore", "NIOPosix", "NIOHTTP1"]

/// `swift package dump-package`, as far as the arrows need it.
private struct Manifest: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let dependencies: [Dependency]
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
    /// What each target may import, by the table.
    private let allowed: [String: Set<String>] = {
        var allowed: [String: Set<String>] = [:]
        for (target, imports) in design {
            var reachable = Set(imports)
            for name in imports {
                reachable.formUnion((allowed[name] ?? []).filter { !isC($0) && !libraries.contains($0) })
            }
            allowed[target] = reachable
        }
        return allowed
    }()

    private static func isC(_ name: String) -> Bool {
        name.hasPrefix("C") && name.dropFirst().first?.isUppercase == true
    }

    @Test("the table lists each target once, below all that it imports")
    func order() {
        var above: Set<String> = libraries
        for (target, imports) in design {
            #expect(above.isSuperset(of: imports), "\(target)")
            #expect(!above.contains(target), "\(target)")
            above.insert(target)
        }
    }

    @Test("every target of the manifest stands in the table and depends on what it allows")
    func manifest() throws {
        let targets = try Manifest.current.get().targets.filter { $0.type != "test" }
        #expect(targets.count >= 5)
        for target in targets {
            guard let names = allowed[target.name] else {
                Issue.record("\(target.name) is missing from the table")
                continue
            }
            let forbidden = Set(target.dependencies.map(\.name)).subtracting(names)
            #expect(forbidden == [], "\(target.name)")
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
        let file = RepositoryFile(path: "Sources/X/X.swift", text: text)
        #expect(Self.imports(of: file) == ["B", "C", "D", "E"])
    }

    private static func imports(of file: RepositoryFile) -> [String] {
        let pattern =
            #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/#
        return SourceText(file.text).lines.compactMap { line in
            line.text.prefixMatch(of: pattern).map { String($0.output.1) }
        }
    }
}
