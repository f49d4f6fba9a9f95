// Names of types, files and test targets, and the width of lines.

import Foundation
import Testing

@Suite struct NamingTests {
    private static let modifiers =
        #"(?:@\w+(?:\([^)]*\))?\s+)*"#
        + #"(?:(?:public|package|internal|private|fileprivate|final|indirect|nonisolated)\s+)*"#

    /// Names of the types that a file declares at its top, and of those that it extends.
    private func topTypes(_ file: RepositoryFile) throws -> (declared: [String], extended: [String]) {
        let pattern = try Regex(
            "^" + Self.modifiers + #"(struct|class|enum|protocol|actor|typealias|extension)\s+\[?([\w.]+)"#,
            as: (Substring, Substring, Substring).self)
        var (declared, extended): ([String], [String]) = ([], [])
        for line in file.source.lines {
            guard let match = line.text.prefixMatch(of: pattern) else { continue }
            let name = String(match.output.2)
            if match.output.1 == "extension" { extended.append(name) } else { declared.append(name) }
        }
        return (declared, extended)
    }

    /// The name of a file without its folder and its extension.
    private func stem(_ file: RepositoryFile) -> String {
        ((file.path as NSString).lastPathComponent as NSString).deletingPathExtension
    }

    @Test("no two types at the top of files have one name, in whichever targets they are")
    func uniqueTypes() throws {
        var places: [String: [String]] = [:]
        for file in try Repository.files(in: "Sources") where !file.isGenerated {
            for name in try topTypes(file).declared { places[name, default: []].append(file.path) }
        }
        #expect(places.count > 400)
        #expect(places.filter { $0.value.count > 1 } == [:])
    }

    @Test("a file is named for a type at its top, as Type or as Type+Topic")
    func fileNames() throws {
        let files = try Repository.files(in: "Sources").filter { stem($0) != "main" && !$0.isGenerated }
        #expect(files.count > 300)
        for file in files {
            let parts = stem(file).split(separator: "+", maxSplits: 1).map(String.init)
            let types = try topTypes(file)
            let extended = Set(types.extended.flatMap { $0.split(separator: ".").map(String.init) })
            let named = parts.count == 2 ? extended : extended.union(types.declared)
            #expect(named.contains(parts[0]), "\(file.path)")
        }
    }

    @Test("a test target is named for the target that it tests")
    func testTargets() throws {
        let manifest = try String(
            contentsOf: Repository.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let tests = manifest.matches(of: #/\btests\(\s*"(\w+)"/#).map { String($0.output.1) }
        #expect(tests.count > 20)
        let targets = try Repository.files(in: "Sources").map { $0.target + "Tests" }
        // The tree itself, and the scripts of `launch`.
        let others = ["ArchitectureTests", "LaunchTests"]
        #expect(Set(tests).subtracting(targets + others) == [])
    }

    @Test("no type is a manager, a helper or a utility", arguments: ["Sources", "Tests"])
    func plainNames(folder: String) throws {
        let pattern =
            #/\b(?:struct|class|enum|protocol|actor|typealias)\s+\w*(?:Manager|Helper|Util(?:s|ity)?\b)/#
        let found = try Repository.files(in: folder).flatMap { file in
            file.source.lines.filter { $0.text.contains(pattern) }.map {
                "\(file.path):\($0.number)"
            }
        }
        #expect(found == [])
    }

    @Test(
        "lines have at most 110 columns; the text of literals alone may reach further",
        arguments: ["Sources", "Tests"])
    func width(folder: String) throws {
        let files = try Repository.files(in: folder, extensions: ["swift", "c", "h"])
        #expect(files.count > 20)
        #expect(files.filter { !$0.isGenerated }.flatMap(tooWide) == [])
    }

    /// The lines that are too wide and hold no part of a string or of a regular expression in Swift.
    private func tooWide(_ file: RepositoryFile) -> [String] {
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.contains(where: { $0.count > 110 }) else { return [] }
        // A literal of several lines is open where the number of quotes before a line is odd.
        var quotes = 0
        var found: [String] = []
        for (text, code) in zip(lines, file.source.lines) {
            let own = code.text.count { $0 == "\"" }
            let hasText = own > 0 || !quotes.isMultiple(of: 2) || code.text.contains("#/")
            let isText = file.path.hasSuffix(".swift") && hasText
            if text.count > 110, !isText { found.append("\(file.path):\(code.number)") }
            quotes += own
        }
        return found
    }

    @Test("types are read of code; wide comments are found, wide texts are not")
    func scanner() throws {
        let wide = String(repeating: "x", count: 111)
        let text = #"""
            // struct A {}
            @MainActor public final class B {}
            let text = "struct C \#(wide)"
            let more = """
                \#(wide) \
                \#(wide)
                """
            /// \#(wide)
            extension D.E {}
            extension [F] {}
            """#
        let file = RepositoryFile(path: "Sources/Base/X/B.swift", text: text)
        #expect(try topTypes(file).declared == ["B"])
        #expect(try topTypes(file).extended == ["D.E", "F"])
        #expect(tooWide(file) == ["Sources/Base/X/B.swift:8"])
    }
}
