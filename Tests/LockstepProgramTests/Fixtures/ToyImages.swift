// The sample drawings of the recipes as rows of a workshop, and the small configurations beside them.

import Foundation
import JSON
import Models
import TestSupport

/// Drawings that the repository carries, with captions and labels.
enum ToyImages {
    static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("launch/recipes/captions").path

    /// The first rows of `train` or `validation`, each with the whole path of its image and what `change`
    /// does to it.
    static func rows(
        _ split: String, _ count: Int, change: (inout JSONObject) -> Void = { _ in }
    ) throws -> String {
        let text = try String(contentsOfFile: samples + "/\(split).jsonl", encoding: .utf8)
        return try text.split(separator: "\n").prefix(count).map { line in
            var members = try JSONValue(parsing: Array(line.utf8)).object ?? [:]
            members["image"] = .string(samples + "/" + (members["image"]?.string ?? ""))
            change(&members)
            let bytes = JSONValue.object(members).serialized()
            return String(decoding: bytes, as: UTF8.self).replacing("\n", with: "") + "\n"
        }.joined()
    }

    /// A grey PNG of 1 × 1 pixel.
    static let onePixelPNG =
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNomLAAAANEAbFEKuW4AAAAAElFTkSuQmCC"
        ) ?? Data()

    /// Makes the label of a row the colour that its caption names first.
    static func labelByColour(_ members: inout JSONObject) {
        let words = members["caption"]?.string?.split(separator: " ") ?? []
        members["label"] = .string(String(words[1]))
    }
}

extension Workshop {
    /// Writes 48 rows for training and 23 for validation, and returns the keys of a run of `task` over them
    /// that starts from random weights; the values of `keys` win, and an empty one takes a key away.
    func prepareImages(
        task: String, start: String, _ keys: [String: String] = [:]
    ) throws -> [String] {
        try write(ToyImages.rows("train", 48), to: "train.jsonl")
        try write(ToyImages.rows("validation", 23), to: "validation.jsonl")
        let values = [
            "task": task, "config_name": ToyImages.samples + "/" + start, "model_name_or_path": "null",
            "learning_rate": "2e-3",
        ].merging(keys) { $1 }
        return values.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }
            .flatMap { ["--" + $0.key, $0.value] }
    }
}
