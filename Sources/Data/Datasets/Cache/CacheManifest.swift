// The file that makes a cache one: written last, and renamed into place when every part is on the disk.

package import Files
package import JSON

/// What a cache holds and of what it was made.
package struct CacheManifest: Equatable, Sendable {
    package static let fileName = "manifest.json"
    /// Raised when the same rows would be written in another form.
    package static let formatVersion = 1

    /// Of what the cache was made, as it was hashed to the key.
    package let about: JSONObject
    /// Whether the rows are a stream of tokens that is cut into blocks when it is read.
    package let isStream: Bool
    package let tokenByteCount: Int
    package let parts: [CachePartSummary]
    package let statistics: CacheStatistics
    /// What the task counted, as `RowTallies` writes it.
    package let tallies: JSONValue

    package init(
        about: JSONObject, isStream: Bool, tokenByteCount: Int, parts: [CachePartSummary],
        statistics: CacheStatistics, tallies: JSONValue
    ) {
        (self.about, self.isStream, self.tokenByteCount) = (about, isStream, tokenByteCount)
        (self.parts, self.statistics, self.tallies) = (parts, statistics, tallies)
    }

    /// The name of the folder of a cache that is made of this: 16 hexadecimal digits.
    package static func key(_ about: JSONObject) -> String {
        SealedDocument.checksum(about)
    }

    /// Bytes of all files but this one.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

    private var json: JSONObject {
        [
            "format": .integer(Self.formatVersion), "key": .string(Self.key(about)), "about": .object(about),
            "stream": .bool(isStream), "token_bytes": .integer(tokenByteCount),
            "statistics": statistics.json, "tallies": tallies, "parts": .array(parts.map(\.json)),
        ]
    }

    /// Writes the manifest: from here on the cache is one.
    package func write(to folder: String) throws(FilesError) {
        try SealedDocument.write(json, to: "\(folder)/\(Self.fileName)")
    }

    /// The manifest of a folder; nil if there is none.
    package static func read(from folder: String) throws(CacheFault) -> CacheManifest? {
        let path = "\(folder)/\(fileName)"
        guard let json = try SealedDocument.read(path) else { return nil }
        guard json["format"]?.integer == formatVersion else {
            throw .manifest(path: path, problem: "it is of another version of the format")
        }
        guard let about = json["about"]?.object, let isStream = json["stream"]?.bool,
            let width = json["token_bytes"]?.integer, width == 2 || width == 4,
            let statistics = CacheStatistics(json["statistics"]), let tallies = json["tallies"],
            let parts = json["parts"]?.array?.map({ CachePartSummary($0) }), !parts.contains(nil)
        else { throw .manifest(path: path, problem: "it lacks a value") }
        return CacheManifest(
            about: about, isStream: isStream, tokenByteCount: width, parts: parts.compactMap(\.self),
            statistics: statistics, tallies: tallies)
    }
}
