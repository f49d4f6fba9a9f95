// Goldens that are kept in gzip, read as the data they hold.

import Files
import Foundation

/// The bytes of a file beside the tests of this target, expanded where they are compressed.
func expandedGolden(_ path: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let reader = try ByteReader(path: folder.appendingPathComponent(path).path)
    var data = Data()
    while let bytes = try reader.next() { data.append(contentsOf: bytes) }
    return data
}
