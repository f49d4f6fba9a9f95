// What `/predict` and `/generate` are asked of tasks whose answers are those of `predict`.

internal import Datasets
internal import Files
internal import Foundation
internal import JSON

/// A body `{"inputs": …}` with an input, or with a list of them: texts, images in base64, or questions, each
/// `{"question": …, "context": …}`.
struct RowRequest: Sendable {
    /// One input.
    struct Input: Sendable {
        /// A text, or a question; empty for an image.
        let text: String
        /// The text that a question is about.
        var pair: String?
        let row: Row
        /// A rough count is enough to bound a batch: no tokenizer makes more tokens than bytes.
        let tokens: Int
    }

    let inputs: [Input]
    /// Whether the answer is a list.
    let isBatch: Bool
    /// Images are there as long as this is.
    private let files: [TemporaryImage]

    /// Tokens that an image stands for.
    private static let imageTokens = 256

    /// - Parameter batchLimit: most inputs.
    init(_ body: [UInt8], _ rows: RowService, batchLimit: Int) throws(ServiceError) {
        let reader = try BodyReader(body, known: ["inputs"])
        guard let value = reader.object["inputs"] else {
            throw ServiceError(.badValue, "`inputs` is missing: send \(rows.inputs.words) or a list of them")
        }
        let elements = value.array ?? [value]
        isBatch = value.array != nil
        guard !elements.isEmpty else { throw ServiceError(.empty, "`inputs` cannot be empty") }
        guard elements.count <= batchLimit else {
            throw ServiceError(
                .tooLarge, "batch size \(elements.count) > maximum allowed batch size \(batchLimit)")
        }
        var (inputs, files): ([Input], [TemporaryImage]) = ([], [])
        for (place, element) in elements.enumerated() {
            let source = RowSource(file: "inputs", line: place + 1)
            let unfit = reader.mismatch("inputs", "\(rows.inputs.words) or a list of them")
            switch rows.inputs {
            case .text(let column):
                let text = try Self.text(element, else: unfit)
                inputs.append(
                    Input(
                        text: text, row: Row(fields: [column: .string(text)], source: source),
                        tokens: text.utf8.count / 3 + 1))
            case .image(let column):
                let file = try TemporaryImage(base64: Self.text(element, else: unfit))
                files.append(file)
                inputs.append(
                    Input(
                        text: "", row: Row(fields: [column: .string(file.path)], source: source),
                        tokens: Self.imageTokens))
            case .question(let column, let context):
                inputs.append(try Self.question(element, column, context, source, else: unfit))
            }
        }
        (self.inputs, self.files) = (inputs, files)
    }

    private static func question(
        _ value: JSONValue, _ column: String, _ context: String, _ source: RowSource,
        else unfit: ServiceError
    ) throws(ServiceError) -> Input {
        guard let members = value.object else { throw unfit }
        if let name = members.names.first(where: { !["question", "context"].contains($0) }) {
            throw ServiceError(
                .badValue, "inputs: \(name) is no member of a question; expected question and context")
        }
        let question = try text(members["question"] ?? .null, else: unfit)
        let text = try text(members["context"] ?? .null, else: unfit)
        return Input(
            text: question, pair: text,
            row: Row(fields: [column: .string(question), context: .string(text)], source: source),
            tokens: (question.utf8.count + text.utf8.count) / 3 + 1)
    }

    private static func text(_ value: JSONValue, else unfit: ServiceError) throws(ServiceError) -> String {
        guard let text = value.string else { throw unfit }
        guard !text.isEmpty else { throw ServiceError(.empty, "`inputs` cannot be empty") }
        return text
    }
}

/// An image that came in a request, on disk as long as this exists: the readers of images read files.
private final class TemporaryImage: Sendable {
    let path: String

    /// Takes plain base64 and a `data:` URL.
    init(base64 text: String) throws(ServiceError) {
        let digits = text.hasPrefix("data:") ? text.drop { $0 != "," }.dropFirst() : text[...]
        guard let data = Data(base64Encoded: String(digits), options: .ignoreUnknownCharacters), !data.isEmpty
        else { throw ServiceError(.badValue, "`inputs` is no image in base64") }
        path = "/tmp/lockstep-image-\(UUID().uuidString)"
        do {
            try FileSystem.write(Array(data), to: path, isSecret: true)
        } catch { throw ServiceError(.failed, error.description) }
    }

    deinit { try? FileSystem.remove(path) }
}
