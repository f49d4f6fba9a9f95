// The names of tags that rows hold as numbers, from the file that data sets of Hugging Face have beside them.

internal import Datasets
internal import Files
internal import Foundation
internal import JSON

/// Finds and remembers what dataset_info.json says.
final class TagNames {
    static let file = "dataset_info.json"
    /// The features of data sets by folder; empty where there is no such file.
    private var features: [String: JSONObject] = [:]

    /// The names of the tags in `column`, beside the file of a row; nil where nothing names them.
    func beside(_ source: RowSource, column: String) throws -> [String]? {
        let folder = URL(fileURLWithPath: source.file).deletingLastPathComponent().path
        let known = try features[folder] ?? Self.features(in: folder)
        features[folder] = known
        guard case .object(let column)? = known[column] else { return nil }
        let names =
            switch column["feature"] {
            case .object(let feature)?: feature["names"]
            default: column["names"]
            }
        guard case .array(let values)? = names else { return nil }
        return values.map { if case .string(let tag) = $0 { tag } else { $0.json } }
    }

    private static func features(in folder: String) throws -> JSONObject {
        guard let data = try FileSystem.bytesIfPresent(of: folder + "/" + file),
            case .object(let root) = try JSONValue(json: data),
            case .object(let features)? = root["features"]
        else { return JSONObject() }
        return features
    }
}
