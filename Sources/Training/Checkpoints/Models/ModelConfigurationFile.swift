// config.json of a model directory and the classification head that it describes.

package import JSON
internal import Models

/// A parsed config.json.
package struct ModelConfigurationFile {
    let directory: String
    let path: String
    let json: JSONValue

    /// Finds and parses config.json in `directory`; `overrides` replace its keys, rates of dropout under the
    /// names that the model's family has for them.
    init(directory: String, overrides: JSONObject = [:]) throws(CheckpointError) {
        guard DurableFiles.exists(directory) else { throw .noDirectory(directory) }
        guard DurableFiles.isDirectory(directory) else { throw .notADirectory(directory) }
        self.directory = directory
        path = directory + "/config.json"
        guard DurableFiles.exists(path) else { throw .noConfiguration(directory) }
        let stored = try Self.object(path)
        do { json = try ModelFamily.configuration(stored, replacing: overrides, file: path) } catch {
            throw CheckpointError(error)
        }
    }

    /// The JSON object in the file at `path`.
    package static func object(_ path: String) throws(CheckpointError) -> JSONValue {
        let bytes = try DurableFiles.bytes(of: path)
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, duplicates: .firstWins)
        } catch {
            let (line, column) = error.place(in: bytes)
            throw .badJSON(path, reason: "line \(line), column \(column): \(error.problem)")
        }
        guard json.object != nil else { throw .badJSON(path, reason: "another value was found") }
        return json
    }

    /// `model_type` in the config.json of a directory, or in that of the base model of adapters; nil where
    /// there is none.
    package static func modelType(in directory: String) throws(CheckpointError) -> String? {
        if let adapter = try AdapterDirectory(directory) { return try modelType(in: adapter.base) }
        let path = directory + "/config.json"
        return try DurableFiles.exists(path) ? object(path)["model_type"]?.string : nil
    }

    /// The stated problem type; nil when the file leaves it open.
    func problemType() throws(CheckpointError) -> ProblemType? {
        guard let value = json["problem_type"], value != .null else { return nil }
        guard let type = value.string.flatMap(ProblemType.init(rawValue:)) else {
            let known = ProblemType.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw .badConfiguration(
                "problem_type", found: value.string.map { "\"\($0)\"" } ?? "no string",
                expected: "one of \(known)", in: path)
        }
        return type
    }

    /// The head of the file. Without `id2label` the labels are Hugging Face's `LABEL_0`, `LABEL_1` and so on:
    /// `num_labels` of them, or two.
    func head() throws(CheckpointError) -> ClassificationHead {
        let stated = try problemType()
        guard let names = json["id2label"]?.object, !names.isEmpty else {
            let count = json["num_labels"]?.integer ?? 2
            guard count > 0, count < 1 << 20 else {
                throw .badConfiguration(
                    "num_labels", found: "\(count)", expected: "a number above 0", in: path)
            }
            return ClassificationHead(
                labels: ClassificationHead.genericLabels(count),
                problemType: stated ?? (count == 1 ? .regression : .singleLabel))
        }
        guard let head = ClassificationHead(json) else {
            throw .badConfiguration(
                "id2label", found: "numbered \(CheckpointError.list(names.names.sorted()))",
                expected: "labels numbered from 0 to \(names.count - 1)", in: path)
        }
        var seen: Set<String> = []
        for label in head.labels where !seen.insert(label).inserted {
            throw .badConfiguration(
                "id2label", found: "a list with \"\(label)\" twice", expected: "different names", in: path)
        }
        return head
    }
}
