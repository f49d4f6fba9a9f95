// What other packages see: the library `Lockstep` alone, and of it nothing that leads further in.

import Foundation
import Testing

@Suite struct AccessTests {
    private let libraryPath = "Sources/Program/Lockstep/"

    /// Places where the word stands in code, as `path:line`.
    private func places(of word: Regex<Substring>, in files: [RepositoryFile]) -> [String] {
        files.flatMap { file in
            file.source.lines.compactMap { line in
                line.text.contains(word) ? "\(file.path):\(line.number)" : nil
            }
        }
    }

    @Test("what only the package needs is `package`: `public` and `open` stand in the library alone")
    func publicSymbols() throws {
        let files =
            try Repository.files(in: "Sources").filter { !$0.path.hasPrefix(libraryPath) }
            + Repository.files(in: "Tests").filter { $0.target == "TestSupport" }
        #expect(files.count > 400)
        #expect(places(of: #/\bpublic\s+[@a-z(]|\bopen\s+(?:class|func|var|subscript)\b/#, in: files) == [])
        #expect(places(of: #/\bpackage\s+func\b/#, in: files).count > 100)
    }

    @Test("the library shows few types, none of them from another target")
    func surface() throws {
        let files = try Repository.files(in: "Sources").filter { $0.path.hasPrefix(libraryPath) }
        #expect(places(of: #/\bpublic\s+import\b/#, in: files) == [])
        let declaration = #/\bpublic\s+(?:final\s+)?(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)/#
        let types = files.flatMap { file in
            file.source.lines.compactMap { line in
                line.text.firstMatch(of: declaration).map { String($0.1) }
            }
        }
        #expect(Set(types) == ["Run", "TrainedModel", "RecipeError", "StoppedOnRequest", "Version"])
    }
}
