// The documents that `az ml … create --file` reads, but for the job's, which cluster files make.

package import JSON

extension AzureMLDeployment {
    private static let schemas = "https://azuremlschemas.azureedge.net/latest/"

    /// Every document by its file name.
    package var documents: [(name: String, value: JSONValue)] {
        var documents: [(name: String, value: JSONValue)] = [
            ("environment.yml", environment), ("model.yml", modelAsset), ("endpoint.yml", endpointDocument),
            ("deployment.yml", nativeDeployment), ("environment-onnx.yml", onnxEnvironment),
            ("model-onnx.yml", onnxModel), ("deployment-onnx.yml", onnxDeployment),
        ]
        for (kind, files) in [("train", trainFiles), ("validation", validationFiles)] {
            for (index, file) in files.enumerated() {
                let name = dataName(kind, index, of: files.count)
                documents.append(("data-\(name.dropFirst(self.name.count + 1)).yml", data(name, file)))
            }
        }
        if isClassifier, !thresholds.isEmpty { documents.append(("monitor.yml", monitor)) }
        return documents
    }

    /// The asset of a data file; the first of several has the plain name.
    package func dataName(_ kind: String, _ index: Int, of count: Int) -> String {
        "\(name)-\(kind)" + (count > 1 ? "-\(index + 1)" : "")
    }

    private func data(_ name: String, _ file: String) -> JSONValue {
        [
            "$schema": .string(Self.schemas + "data.schema.json"), "type": "uri_file",
            "name": .string(name), "version": "1", "path": .string(file),
        ]
    }

    private var environment: JSONValue {
        func route(_ path: String) -> JSONValue { ["port": .integer(Self.port), "path": .string(path)] }
        return [
            "$schema": .string(Self.schemas + "environment.schema.json"), "name": .string(name + "-env"),
            "version": "1",
            "description": .string("Lockstep \(version), which trains and serves; no Python in it."),
            "build": ["path": "environment", "dockerfile_path": "Dockerfile"],
            "inference_config": [
                "liveness_route": route("/liveness"), "readiness_route": route("/readiness"),
                "scoring_route": route("/score"),
            ],
        ]
    }

    private var modelAsset: JSONValue {
        [
            "$schema": .string(Self.schemas + "model.schema.json"), "name": .string(name), "version": "1",
            "type": "custom_model", "path": .string(model),
        ]
    }

    private var endpointDocument: JSONValue {
        [
            "$schema": .string(Self.schemas + "managedOnlineEndpoint.schema.json"),
            "name": .string(endpoint), "auth_mode": "key",
        ]
    }

    private func deployment(_ form: String, model: String, environment: String) -> JSONObject {
        func probe(_ delay: Int) -> JSONValue {
            [
                "initial_delay": .integer(delay), "period": 10, "timeout": 2, "success_threshold": 1,
                "failure_threshold": 30,
            ]
        }
        // The client takes the word, not the value.
        let collection: JSONValue = ["enabled": "true"]
        return [
            "$schema": .string(Self.schemas + "managedOnlineDeployment.schema.json"), "name": .string(form),
            "endpoint_name": .string(endpoint), "model": .string("azureml:\(model):1"),
            "environment": .string("azureml:\(environment):1"), "instance_type": .string(instanceType),
            "instance_count": .integer(instanceCount),
            "request_settings": [
                "request_timeout_ms": 10_000, "max_concurrent_requests_per_instance": 64,
            ],
            "liveness_probe": probe(10), "readiness_probe": probe(10),
            "data_collector": [
                "collections": ["model_inputs": collection, "model_outputs": collection],
                "sampling_rate": 1.0,
            ],
        ]
    }

    /// `lockstep serve` in its own image, without a scoring script.
    private var nativeDeployment: JSONValue {
        var members = deployment("native", model: name, environment: name + "-env")
        let folder = model.split(separator: "/").last.map(String.init) ?? model
        members.set("environment_variables", to: ["LOCKSTEP_MODEL": .string(folder)])
        return .object(members)
    }

    /// ONNX Runtime with a scoring script in Python.
    private var onnxDeployment: JSONValue {
        var members = deployment("onnx", model: name + "-onnx", environment: name + "-onnx-env")
        members.set("code_configuration", to: ["code": "onnx", "scoring_script": "score.py"])
        members.set("environment_variables", to: ["LOCKSTEP_MAX_LENGTH": .string("\(longestText)")])
        return .object(members)
    }

    private var onnxModel: JSONValue {
        [
            "$schema": .string(Self.schemas + "model.schema.json"), "name": .string(name + "-onnx"),
            "version": "1", "type": "custom_model", "path": "onnx-model",
        ]
    }

    private var onnxEnvironment: JSONValue {
        [
            "$schema": .string(Self.schemas + "environment.schema.json"),
            "name": .string(name + "-onnx-env"), "version": "1",
            "image": "mcr.microsoft.com/azureml/minimal-ubuntu22.04-py310-cpu-inference:latest",
            "conda_file": "onnx/conda.yml",
        ]
    }
}

extension AzureMLDeployment {
    private func limits(categorical: Bool) -> JSONValue? {
        let members = thresholds.filter { $0.isCategorical == categorical }.map {
            ($0.metric, JSONValue.figure($0.value))
        }
        return members.isEmpty ? nil : .object(JSONObject(members))
    }

    /// Both kinds of features; an absent kind has no thresholds.
    private var metricThresholds: JSONValue {
        var members = JSONObject()
        if let numerical = limits(categorical: false) { members.set("numerical", to: numerical) }
        if let categorical = limits(categorical: true) { members.set("categorical", to: categorical) }
        return .object(members)
    }

    private func signal(_ type: String, _ reference: String, context: String) -> JSONValue {
        [
            "type": .string(type),
            "reference_data": [
                "input_data": ["path": .string("azureml:\(reference):1"), "type": "uri_file"],
                "data_context": .string(context),
            ], "metric_thresholds": metricThresholds,
        ]
    }

    /// A weekly comparison of the deployment's inputs and outputs with the training data.
    fileprivate var monitor: JSONValue {
        var signals: JSONObject = [
            "input_drift": signal(
                "data_drift", dataName("train", 0, of: trainFiles.count), context: "training")
        ]
        if !validationFiles.isEmpty {
            signals.set(
                "prediction_drift",
                to: signal(
                    "prediction_drift", dataName("validation", 0, of: validationFiles.count),
                    context: "validation"))
        }
        return [
            "$schema": .string(Self.schemas + "monitorSchedule.schema.json"),
            "name": .string(name + "-monitor"),
            "trigger": [
                "type": "recurrence", "frequency": "week", "interval": 1,
                "schedule": ["week_days": ["monday"], "hours": 3, "minutes": 15],
            ],
            "create_monitor": [
                "compute": ["instance_type": "standard_e4s_v3", "runtime_version": "3.4"],
                "monitoring_target": [
                    "ml_task": "classification",
                    "endpoint_deployment_id": .string("azureml:\(endpoint):native"),
                ], "monitoring_signals": .object(signals),
            ],
        ]
    }
}
