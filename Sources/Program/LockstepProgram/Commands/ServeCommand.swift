// `lockstep serve`: a model answers over HTTP.

import ArgumentParser
import Arguments
import Configuration
import Lockstep
import Serving

/// Serves a model.
struct ServeCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a model folder over HTTP: labels, spans, summaries, captions, chat.",
        discussion: helpText(
            """
            POST /predict answers as text-embeddings-inference does, /generate writes summaries and captions, /v1/chat/completions \
            answers OpenAI's clients; /health, /info and /metrics tell of the server. What is answered depends \
            neither on other requests nor on the number of threads. SIGTERM ends the server when all requests \
            are answered; SIGHUP loads the folder again without a failed request.
            """,
            examples: "lockstep serve runs/mine",
            "lockstep serve runs/mine --port 8000 --host 0.0.0.0 --api_key_file key.txt",
            "lockstep serve runs/mine --record_dir records --webhook https://example.org/alarms",
            "curl -s localhost:8080/predict -H 'Content-Type: application/json' -d '{\"inputs\": \"Well made.\"}'"
        ))

    @Argument(help: "Folder of the model.", completion: .directory)
    var model: String

    @Option(help: "Address to listen on; any but this machine's own loopback is open to others.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(
        name: .customLong("api_key_file"),
        help: "File with the key that clients must send as `Authorization: Bearer KEY`.", completion: .file())
    var apiKeyFile: String?

    @Option(help: "Task of the model, where its files do not say it.")
    var task: String?

    @Option(
        name: .customLong("max_seq_length"),
        help: "Most tokens of an input; else what the model was trained with, or has positions for.")
    var maxSeqLength: Int?

    @Option(
        name: .customLong("threads_per_rank"), help: "Threads that compute; else one for each core.")
    var threadsPerRank: Int?

    @Option(
        name: .customLong("max_body_bytes"), help: "Bytes of the largest request; more is refused with 413.")
    var maxBodyBytes = ServingOptions().maxBodyBytes

    @Option(
        name: .customLong("max_client_batch_size"), help: "Inputs of one request; more are refused with 413.")
    var maxClientBatchSize = ServingOptions().maxClientBatchSize

    @Option(
        name: .customLong("max_queued_inputs"), help: "Inputs that wait at a time; more are refused with 429."
    )
    var maxQueuedInputs = ServingOptions().maxQueuedInputs

    @Option(name: .customLong("max_batch_tokens"), help: "Tokens that the model reads at a time.")
    var maxBatchTokens = ServingOptions().maxBatchTokens

    @Option(
        name: .customLong("request_seconds"),
        help: "Seconds after which a request that still waits is given up with 503.")
    var requestSeconds = ServingOptions().requestSeconds

    @OptionGroup(title: "Watching the model") var watch: ServeWatchOptions

    func validate() throws {
        guard 0...65_535 ~= port else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
        let limits = [
            ("max_body_bytes", maxBodyBytes), ("max_client_batch_size", maxClientBatchSize),
            ("max_queued_inputs", maxQueuedInputs), ("max_batch_tokens", maxBatchTokens),
        ]
        for (name, value) in limits where value < 1 {
            throw ValidationError("--\(name) must be 1 or more, not \(value).")
        }
        guard requestSeconds > 0, requestSeconds < 86_400 else {
            throw ValidationError("--request_seconds must be above 0 and at most a day.")
        }
    }

    func run() throws {
        var settings = [("model_name_or_path", model)]
        if let task { settings.append(("task", task)) }
        if let maxSeqLength { settings.append(("max_seq_length", String(maxSeqLength))) }
        if let threadsPerRank { settings.append(("threads_per_rank", String(threadsPerRank))) }
        let configuration = try RunConfiguration(
            recipePath: nil, overrides: settings.map { (key: $0.0, value: $0.1) }, for: .predict,
            requiredKeys: ["model_name_or_path"])
        for line in configuration.notes { Messages.note(line) }
        var options = ServingOptions()
        options.maxBodyBytes = maxBodyBytes
        options.maxClientBatchSize = maxClientBatchSize
        options.maxQueuedInputs = maxQueuedInputs
        options.maxBatchTokens = maxBatchTokens
        options.requestSeconds = requestSeconds
        try ServingJob(
            configuration,
            ServingRequest(
                host: host, port: port, options: options, apiKeyFile: apiKeyFile,
                watch: watch.settings)
        ).run()
    }
}
