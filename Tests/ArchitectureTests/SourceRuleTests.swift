// Rules that every file keeps: size, opening comment, no disabled test, unsafe code and traps only where
// allowed.

import Foundation
import Testing

@Suite struct SourceRuleTests {
    private let unsafeTargets: Set<String> = ["Tensors", "Kernels", "MPI", "Files", "Safetensors", "GGUF"]
    private let unsafeFiles: Set<String> = [
        "Sources/Formats/Images/ImageFormat+Decoding.swift"
    ]

    /// Places where a pattern occurs in code, as `path:line`.
    private func places(
        of pattern: Regex<Substring>, in files: [RepositoryFile],
        where isChecked: (RepositoryFile) -> Bool = { _ in true }
    ) -> [String] {
        files.filter(isChecked).flatMap { file in
            file.source.lines.compactMap { line in
                line.text.contains(pattern) ? "\(file.path):\(line.number)" : nil
            }
        }
    }

    @Test("no source or test file has more than 500 lines", arguments: ["Sources", "Tests"])
    func size(folder: String) throws {
        let files = try Repository.files(in: folder, extensions: ["swift", "c", "h", "py"])
        #expect(files.count > 20)
        // What a generator wrote is read by no one.
        let written = files.filter { !$0.isGenerated }
        #expect(written.filter { $0.lineCount > 500 }.map(\.path) == [])
    }

    @Test(
        "every Swift and C file starts with a comment that says what it is for",
        arguments: ["Sources", "Tests"])
    func openingComment(folder: String) throws {
        let files = try Repository.files(in: folder, extensions: ["swift", "c", "h"])
        let silent = files.filter { file in
            !(file.text.hasPrefix("// ") && (file.text.split(separator: "\n").first?.count ?? 0) > 10)
        }
        #expect(silent.map(\.path) == [])
    }

    @Test("no test is disabled, skipped or expected to fail")
    func disabledTests() throws {
        let own = "Tests/ArchitectureTests/SourceRuleTests.swift"
        let pattern = #/\.disabled\b|\.enabled\(|\bXCTSkip|\bwithKnownIssue\b/#
        let files = try Repository.files(in: "Tests").filter { $0.path != own }
        #expect(files.count > 20)
        #expect(places(of: pattern, in: files) == [])
    }

    @Test("JSON is read and written by the target of that name alone")
    func oneJSON() throws {
        let files = try Repository.files(in: "Sources")
        let foundation = #/\bJSON(?:Serialization|(?:De|En)coder)\b|\b(?:Dec|Enc|C)odable\b/#
        #expect(places(of: foundation, in: files) == [])
        let types = #/\b(?:struct|enum|class|typealias) JSON(?:Value|Object|Number|Reader|Node|Text)\b/#
        #expect(places(of: types, in: files) { $0.target != "JSON" } == [])
        #expect(places(of: types, in: files) { $0.target == "JSON" }.count == 4)
    }

    @Test("unsafe code stands only in the targets that wrap memory and C")
    func unsafeCode() throws {
        let files = try Repository.files(in: "Sources")
        let found = places(of: #/\bunsafe\s|@unsafe\b/#, in: files) {
            !unsafeTargets.contains($0.target) && !unsafeFiles.contains($0.path)
        }
        #expect(found == [])
        #expect(places(of: #/\bunsafe\s/#, in: files) { $0.target == "Tensors" }.count > 5)
    }

    @Test("sources have no try!, as!, fatalError or force unwrap")
    func traps() throws {
        let files = try Repository.files(in: "Sources")
        #expect(places(of: #/\btry!|\bas!|\bfatalError\s*\(/#, in: files) == [])
        #expect(places(of: #/[\w\)\]\}"]!(?!=)/#, in: files) == [])
    }

    @Test("rules look at code, not at comments and strings")
    func scanner() {
        let text = ##"""
            let a = "try! \(b as! C) as!" // try!
            /* try! /* as! */ fatalError( */ let c = #"as! \(x) \#(d!)"#
            let e = """
                try! "quoted" \(f)
                """
            """##
        let expected = ##"""
            let a = "(b as! C)" 
             let c = "(d!)"
            let e = "
            (f)
            "
            """##
        let found = SourceText(text).code
        let lines = found.split(separator: "\n").map { $0.trimmingCharacters(in: CharacterSet.whitespaces) }
        let wanted = expected.split(separator: "\n").map {
            $0.trimmingCharacters(in: CharacterSet.whitespaces)
        }
        #expect(lines == wanted)
        #expect(SourceText("a\n/* b\n */\nc").lines.map(\.text) == ["a", "", "", "c"])
    }
}
