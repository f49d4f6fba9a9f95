// Copies of golden folders whose files lack a prefix and some tensors.

import Foundation
import Safetensors
import Tensors

enum BareBackbone {
    /// Writes the model in `path` to `folder` without `prefix` and with the tensors that `isKept` alone.
    static func write(
        _ path: String, to folder: URL, prefix: String, isKept: (String) -> Bool
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: path + "/config.json", toPath: folder.appendingPathComponent("config.json").path)
        let file = try SafetensorsFile(path: path + "/model.safetensors")
        var header: [String: [String: Any]] = [:]
        var data = Data()
        for name in file.tensorNames.sorted() where isKept(name) {
            let shape = try file.shape(of: name)
            let tensor = Tensor(rows: 1, columns: shape.reduce(1, *))
            try file.read(name, into: tensor)
            let start = data.count
            for value in tensor.values() {
                let bits = value.bitPattern
                data.append(contentsOf: [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) })
            }
            let bare = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
            header[bare] = ["dtype": "F32", "shape": shape, "data_offsets": [start, data.count]]
        }
        var text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
        while text.count % 8 != 0 { text.append(0x20) }
        var bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) })
        bytes.append(text)
        bytes.append(data)
        try bytes.write(to: folder.appendingPathComponent("model.safetensors"))
    }
}
