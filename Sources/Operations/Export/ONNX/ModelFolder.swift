// The folder of an exported model: its graphs, with the files that other programs read beside them.

internal import Checkpoints
internal import JSON
package import Layers
package import Models

/// A folder with a model's graphs.
package struct ModelFolder: Sendable {
    package let path: String
    package let graphs: [ComputationGraph]

    /// Writes the graphs of `model`, whose weights and companions are in `source`, to `path`.
    package init(
        _ model: any GraphModel, from source: String, to path: String, version: String,
        largestMessage: Int? = nil
    ) throws(ExportError) {
        self.path = path
        graphs = model.graphs()
        try StepFiles.create(path)
        let weights = try ExportError.checked { () throws(CheckpointError) in
            try WeightFiles(model, directory: source)
        }
        for graph in graphs {
            try ExportError.checked { () throws(CheckpointError) in
                _ = try GraphFile.write(
                    graph, of: model, weights: weights, to: "\(path)/\(graph.name).onnx", version: version,
                    largestMessage: largestMessage)
            }
        }
    }

    /// Writes config.json, what describes generation and tokens, and what onnxruntime-genai needs.
    package func writeCompanions(_ model: any GraphModel, from source: String) throws(ExportError) {
        try ExportError.checked { () throws(CheckpointError) in
            try DurableFiles.write(model.configurationJSON.serialized(), to: path + "/config.json")
            try CompanionFiles(directory: source, folder: nil).write(to: path)
            let decoder = source + "/" + CompanionFiles.decoderFolder
            if DurableFiles.isDirectory(decoder) {
                try CompanionFiles(directory: decoder, folder: CompanionFiles.decoderFolder).write(to: path)
            }
            guard model is CausalLanguageModel else { return }
            let file = path + "/generation_config.json"
            let generation = DurableFiles.exists(file) ? try ModelConfigurationFile.object(file) : nil
            let configuration = GenAIConfiguration.json(
                model.configurationJSON, generation: generation, graph: graphs[0])
            if let configuration {
                try DurableFiles.write(configuration.serialized(), to: path + "/genai_config.json")
            }
        }
    }

    /// The files of the graphs.
    package var models: [String] { graphs.map { "\(path)/\($0.name).onnx" } }

    /// What `runtime.py` takes for the whole model: its file, or the folder of its parts.
    package var entry: String { graphs.count == 1 ? models[0] : path }

    /// The inputs of the first graph.
    package var inputs: Set<String> { Set(graphs[0].inputs.map(\.value.name)) }

    /// Runs every step of `files` as the model `name` and returns the seconds that it took.
    package func run(
        _ files: StepFiles, as name: String, _ runtime: Runtime
    ) throws(ExportError) -> Double {
        try StepFiles.create(files.responses(name))
        return try runtime.run("run", [entry, files.requests, files.responses(name)])["seconds"]?.double ?? 0
    }
}

/// The number formats of exported models.
package enum ModelPrecision: String, Sendable, CaseIterable {
    case fp32, fp16, int8

    /// Makes the model of this precision from that of `folder`, in a folder of its own.
    package func make(
        from folder: ModelFolder, in path: String, _ runtime: Runtime
    ) throws(ExportError) -> ModelFolder {
        try StepFiles.create(path)
        let isDecoder = folder.graphs.contains { graph in
            graph.outputs.contains { $0.value.name.hasPrefix("present.") }
        }
        for graph in folder.graphs {
            let (source, target) = ("\(folder.path)/\(graph.name).onnx", "\(path)/\(graph.name).onnx")
            switch self {
            case .fp32: preconditionFailure("a model is made in fp32")
            case .fp16: try runtime.run("fp16", [source, target])
            // Activations of decoders have outliers that 8 bits do not hold.
            case .int8: try runtime.run(isDecoder ? "weights8" : "int8", [source, target])
            }
        }
        return ModelFolder(path: path, graphs: folder.graphs)
    }
}

extension ModelFolder {
    fileprivate init(path: String, graphs: [ComputationGraph]) {
        (self.path, self.graphs) = (path, graphs)
    }
}
