// What raters see: the prompt of a row and the outputs of the systems.

import Datasets
import JSON

/// A part of a prompt: a text, a turn of a dialogue or an image.
package struct PromptPart: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case text(String)
        /// The path of a PNG or JPEG file.
        case image(String)
    }

    /// The role of the turn, or the column's name.
    package let label: String
    package let content: Content

    package init(label: String, content: Content) { (self.label, self.content) = (label, content) }
}

/// One row with the outputs of all systems.
package struct RatingItem: Sendable, Equatable {
    /// The number of the row in the predictions files, from 1; it names the item.
    package let row: Int
    package let prompt: [PromptPart]
    /// What a person answered; nil when raters shall not see it.
    package let reference: String?
    /// One of each system.
    package let outputs: [String]

    package init(row: Int, prompt: [PromptPart], reference: String?, outputs: [String]) {
        (self.row, self.prompt, self.reference, self.outputs) = (row, prompt, reference, outputs)
    }

    /// The prompt's texts one below the other, a path for an image.
    package var promptText: String {
        prompt.map { part in
            switch part.content {
            case .text(let text): prompt.count == 1 ? text : "\(part.label): \(text)"
            case .image(let path): "\(part.label): \(path)"
            }
        }.joined(separator: "\n")
    }
}

extension RatingItem {
    /// The item as it is written into the folder.
    var value: JSONValue {
        .members([
            ("row", .integer(row)),
            ("prompt", .array(prompt.map(\.value))),
            ("reference", reference.map { .string($0) } ?? .null),
            ("outputs", .array(outputs.map { .string($0) })),
        ])
    }

    /// Nil when the value is no item of so many systems.
    init?(_ value: JSONValue, systemCount: Int) {
        guard let row = value["row"]?.wholeNumber, row > 0, let prompt = value["prompt"]?.array,
            let outputs = value["outputs"]?.array, outputs.count == systemCount
        else { return nil }
        let parts = prompt.compactMap(PromptPart.init)
        let texts = outputs.compactMap(\.string)
        guard parts.count == prompt.count, texts.count == outputs.count else { return nil }
        self.init(row: row, prompt: parts, reference: value["reference"]?.string, outputs: texts)
    }
}

extension PromptPart {
    fileprivate var value: JSONValue {
        switch content {
        case .text(let text): .members([("label", .string(label)), ("text", .string(text))])
        case .image(let path): .members([("label", .string(label)), ("image", .string(path))])
        }
    }

    fileprivate init?(_ value: JSONValue) {
        guard let label = value["label"]?.string else { return nil }
        if let text = value["text"]?.string {
            self.init(label: label, content: .text(text))
        } else if let path = value["image"]?.string {
            self.init(label: label, content: .image(path))
        } else {
            return nil
        }
    }
}
