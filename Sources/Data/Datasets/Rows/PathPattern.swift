// Path patterns with `*`, `?` and `[…]`, as in a shell.

internal import Files
internal import JSON

/// A path in which each part may hold wildcards.
package struct PathPattern {
    let text: String

    package init(_ text: String) { self.text = text }

    /// The files that the pattern names, sorted by the bytes of their names. A file whose name is literally
    /// the pattern is that file.
    package func files() throws(DatasetsError) -> [String] {
        if FileSystem.isFile(text) || !text.contains(where: { "*?[".contains($0) }) {
            guard FileSystem.exists(text) else { throw .file(.missing(path: text, .read)) }
            guard FileSystem.isFile(text) else { throw .file(.isDirectory(path: text, .read)) }
            return [text]
        }
        var paths = [text.hasPrefix("/") ? "/" : ""]
        let parts = text.split(separator: "/").map(String.init)
        for (index, part) in parts.enumerated() {
            paths = paths.flatMap { expand(part, in: $0) }
            if index < parts.count - 1 { paths = paths.map { $0 + "/" } }
        }
        let files = paths.filter(FileSystem.isFile)
        if files.isEmpty { throw .noMatch(text) }
        return files.map(ByteString.init).sorted().map(\.text)
    }

    /// The paths in `folder` (empty, or ending in a slash) whose last part matches; names that start with a
    /// dot must be asked for with one.
    private func expand(_ part: String, in folder: String) -> [String] {
        guard part.contains(where: { "*?[".contains($0) }) else {
            return FileSystem.exists(folder + part) ? [folder + part] : []
        }
        // A folder that cannot be listed holds no match, as in a shell; no match at all is an error.
        let names = (try? FileSystem.names(in: folder.isEmpty ? "." : folder)) ?? []
        let pattern = Array(part)
        return names.filter {
            $0.hasPrefix(".") == part.hasPrefix(".") && Self.matches(Array($0)[...], pattern[...])
        }
        .map { folder + $0 }
    }

    /// True if all of `name` matches `pattern`.
    static func matches(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "*":
            if rest.first == "*" { return matches(name, rest) }
            return name.indices.contains { matches(name[$0...], rest) } || matches([], rest)
        case "?": return !name.isEmpty && matches(name.dropFirst(), rest)
        case "[":
            guard let (members, after) = characterClass(rest) else {
                return name.first == "[" && matches(name.dropFirst(), rest)
            }
            guard let character = name.first else { return false }
            return members(character) && matches(name.dropFirst(), after)
        default: return name.first == first && matches(name.dropFirst(), rest)
        }
    }

    /// Reads `abc]`, `a-z]` or `!abc]`; nil without the closing bracket.
    private static func characterClass(
        _ pattern: ArraySlice<Character>
    ) -> (contains: (Character) -> Bool, rest: ArraySlice<Character>)? {
        let isNegated = pattern.first == "!" || pattern.first == "^"
        let body = isNegated ? pattern.dropFirst() : pattern
        guard let close = body.dropFirst().firstIndex(of: "]") else { return nil }
        var ranges: [ClosedRange<Character>] = []
        var index = body.startIndex
        while index < close {
            if index + 2 < close, body[index + 1] == "-", body[index] <= body[index + 2] {
                ranges.append(body[index]...body[index + 2])
                index += 3
            } else {
                ranges.append(body[index]...body[index])
                index += 1
            }
        }
        return (
            { character in ranges.contains { $0.contains(character) } != isNegated }, body[(close + 1)...]
        )
    }
}
