// The files that decide how a folder's tokenizer cuts texts, by their bytes.

internal import Checkpoints
internal import Files
internal import JSON

enum TokenizerFiles {
    private static let names = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "vocab.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model",
        "chat_template.jinja", "chat_template.json",
    ]

    /// The checksum of each file that is there. Of config.json `model_type` alone counts: the rest is the
    /// model's, and changes when it is trained.
    static func checksums(_ directory: String) throws -> JSONObject {
        var found: JSONObject = [:]
        for name in names {
            guard let bytes = try FileSystem.bytesIfPresent(of: "\(directory)/\(name)") else { continue }
            found.set(name, to: .string(XXHash64.text(of: bytes)))
        }
        let path = "\(directory)/config.json"
        if FileSystem.exists(path), let type = try ModelConfigurationFile.object(path)["model_type"] {
            found.set("model_type", to: type)
        }
        return found
    }
}
