// Goldens as their generators wrote them, compressed where they are large.

import Files
package import Foundation

/// The bytes of a golden, expanded where its file is compressed.
///
/// - Parameters:
///   - path: from the folder of the test that asks.
///   - test: the file of that test.
package func expandedGolden(_ path: String, of test: String = #filePath) throws -> Data {
    let folder = URL(fileURLWithPath: test).deletingLastPathComponent()
    let reader = try ByteReader(path: folder.appendingPathComponent(path).path)
    var data = Data()
    while let bytes = try reader.next() { data.append(contentsOf: bytes) }
    return data
}
