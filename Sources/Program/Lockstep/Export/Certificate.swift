// certificate.json: what an exported folder holds, and what was measured of it.

import Arguments
import Evaluation
import Export
import Files
package import JSON
import Machine
import Metrics
import Training

/// The certificate of an export.
struct Certificate {
    private let job: ExportJob
    private let proof: ExportProof
    private let models: [MeasuredModel]
    private let fastest: MeasuredModel

    init(_ job: ExportJob, _ proof: ExportProof, _ models: [MeasuredModel], _ fastest: MeasuredModel) {
        (self.job, self.proof, self.models, self.fastest) = (job, proof, models, fastest)
    }

    /// The certificate of the finished folder at `path`.
    func json(of path: String, _ runtime: Runtime) throws -> JSONValue {
        var members: JSONObject = [
            "format": .string("onnx"), "model": .string(job.source),
            "task": .string(job.configuration.model.task.rawValue),
            "versions": try versions(runtime), "operator_set": .integer(17),
            "validation_file": .array(job.configuration.data.validationFiles.map { .string($0) }),
            "validation_rows": .integer(proof.reference.rowCount),
            "largest_difference_allowed": .figure(job.request.largestDifference),
            "default": .string(fastest.precision.rawValue),
        ]
        if let loss = job.request.maxMetricLoss { members["metric_loss_allowed"] = .figure(loss) }
        members["models"] = .array(try models.map(entry))
        members["files"] = try files(of: path, runtime)
        return .object(members)
    }

    private func versions(_ runtime: Runtime) throws -> JSONValue {
        var versions = try runtime.run("versions").object ?? [:]
        versions["lockstep"] = .string(Version.current)
        return .object(versions)
    }

    private func entry(_ model: MeasuredModel) throws -> JSONValue {
        var members = model.comparison.json.object ?? [:]
        members["precision"] = .string(model.precision.rawValue)
        members["seconds"] = .figure(model.seconds)
        members["metrics"] = .array(try metrics(model))
        if let greedy = model.greedy {
            members["greedy_tokens_equal"] = .integer(greedy.firstDifference ?? greedy.tokenCount)
            members["greedy_tokens"] = .integer(greedy.tokenCount)
        }
        return .object(members)
    }

    /// Each figure by Lockstep and by the model, with the interval of their difference where rows are paired.
    private func metrics(_ model: MeasuredModel) throws -> [JSONValue] {
        let differences = model.outcome.comparison?.items ?? []
        return zip(proof.reference.estimates, model.outcome.estimates).map { reference, found in
            var members: JSONObject = [
                "name": .string(found.name), "lockstep": .figure(reference.value),
                "onnx": .figure(found.value), "difference": .figure(found.value - reference.value),
            ]
            if let item = differences.first(where: { $0.name == found.name }) {
                members["difference_low"] = .figure(item.test.difference.lower)
                members["difference_high"] = .figure(item.test.difference.upper)
            }
            return .object(members)
        }
    }

    /// Every file with its bytes and SHA-256, and the weights that they were made from.
    private func files(of path: String, _ runtime: Runtime) throws -> JSONValue {
        var names: [String] = []
        func visit(_ folder: String) throws {
            for name in try FileSystem.names(in: folder.isEmpty ? path : path + "/" + folder) {
                let file = folder.isEmpty ? name : folder + "/" + name
                if FileSystem.isDirectory(path + "/" + file) { try visit(file) } else { names.append(file) }
            }
        }
        try visit("")
        let hashes = try runtime.run("hash", names.map { path + "/" + $0 })
        return .object(JSONObject(names.map { ($0, hashes[path + "/" + $0] ?? .null) }))
    }
}

/// An export in words.
package enum ExportTables {
    /// What a person should know of a certificate.
    package static func text(_ certificate: JSONValue, output: String) -> String {
        var lines: [String] = []
        for model in certificate["models"]?.array ?? [] {
            let name = model["precision"]?.string ?? ""
            func number(_ key: String) -> String { model[key]?.summary ?? "none" }
            lines.append(
                "\(name): largest difference \(number("largest_difference")), rows with another argmax "
                    + "\(number("rows_with_another_argmax")) of \(number("rows")), \(number("seconds")) s")
            if model["greedy_tokens"] != nil {
                lines.append(
                    "  greedy text: \(number("greedy_tokens_equal")) of \(number("greedy_tokens")) tokens equal"
                )
            }
            for metric in model["metrics"]?.array ?? [] {
                func value(_ key: String) -> String { metric[key]?.summary ?? "none" }
                lines.append(
                    "  \(metric["name"]?.string ?? ""): Lockstep \(value("lockstep")), ONNX Runtime "
                        + "\(value("onnx")), difference \(value("difference")) "
                        + "[\(value("difference_low")), \(value("difference_high"))]")
            }
        }
        lines.append("\(output): default \(certificate["default"]?.string ?? ""), proof in certificate.json")
        return lines.joined(separator: "\n")
    }
}
