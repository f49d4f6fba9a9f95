// Files are read and written through Files, the environment and the host's facts come through Machine.

import Testing

@Suite struct SystemAccessTests {
    /// Places in `Sources` outside `target` where a pattern occurs in code, as `path:line`.
    private func places(of pattern: Regex<Substring>, outside target: String) throws -> [String] {
        let files = try Repository.files(in: "Sources")
        #expect(files.contains { $0.target == target })
        return files.filter { $0.target != target }.flatMap { file in
            file.source.lines.compactMap { line in
                line.text.contains(pattern) ? "\(file.path):\(line.number)" : nil
            }
        }
    }

    @Test("only Files opens, lists, writes, renames and removes files")
    func files() throws {
        let pattern =
            #/
            \bFileManager\b | \bFileHandle\b(?!\.nullDevice) | \.atomic\b | \bData\(contentsOf:
            | \bString\(contentsOf
            | \b(?:fopen|fsync|unlink|mkdir|opendir|statvfs)\(
            /#
        #expect(try places(of: pattern, outside: "Files") == [])
    }

    @Test("only Machine reads the environment's variables and asks about the host")
    func host() throws {
        let pattern =
            #/
            \bProcessInfo\.processInfo
            \.(?:environment|hostName|activeProcessorCount|physicalMemory|operatingSystem)
            | \b(?:getenv|gethostname|sched_getaffinity)\(
            /#
        #expect(try places(of: pattern, outside: "Machine") == [])
    }
}
