// `serve` from a model folder to a server that runs until it is told to stop.

import Arguments
package import Configuration
import Dispatch
import Files
import Foundation
import Machine
import Monitoring
package import Serving
import Synchronization
import Training
import WebServing

/// What a server serves, and where.
package struct ServingRequest: Sendable {
    package var host: String
    /// 0 for any free port.
    package var port: Int
    package var options: ServingOptions
    /// Holds the key that clients must send; nil for none.
    package var apiKeyFile: String?
    /// What is recorded; Azure's collector is added where the environment names it.
    package var watch: WatchSettings

    package init(
        host: String, port: Int, options: ServingOptions, apiKeyFile: String?,
        watch: WatchSettings = WatchSettings()
    ) {
        (self.host, self.port, self.options, self.apiKeyFile) = (host, port, options, apiKeyFile)
        self.watch = watch
    }
}

/// One server.
package struct ServingJob: Sendable {
    /// Seconds in which clients are told that their connections end, before these are closed.
    private static let farewellSeconds = 1.0

    private let configuration: RunConfiguration
    private let request: ServingRequest

    package init(_ configuration: RunConfiguration, _ request: ServingRequest) {
        (self.configuration, self.request) = (configuration, request)
    }

    /// Serves until SIGTERM or Ctrl-C, then lets requests end. SIGHUP loads the folder again.
    package func run() throws {
        RankWork.watchProducts()
        var options = request.options
        if let path = request.apiKeyFile { options.apiKey = try Self.key(in: path) }
        let watch = try watch()
        let service = ModelService(options: options, version: Version.current, watch: watch)
        let stop = DispatchSemaphore(value: 0)
        let ending = SignalListener([SIGINT, SIGTERM]) { _ in stop.signal() }
        let loading = ModelLoading(configuration: configuration, readsStatistics: watch != nil)
        let reloading = ModelReloading(loading: loading, service: service)
        let renewal = SignalListener([SIGHUP]) { _ in reloading.start() }
        defer {
            ending.cancel()
            renewal.cancel()
        }
        let server = try WaitingThread.run { [request] in
            try await WebServer.start(service, host: request.host, port: request.port)
        }
        do {
            let model = try loading.load()
            try tell(of: model.reference)
            service.use(model)
        } catch {
            try WaitingThread.run { await server.stop() }
            throw error
        }
        try StandardOutput.write("Serving \(configuration.model.directory) at \(address(server.port))\n")
        if options.apiKey == nil, !LocalAddress.isLoopback(request.host) {
            Messages.warn("whoever reaches \(request.host) may use the model; --api_key_file asks for a key")
        }
        stop.wait()
        Messages.note("stopping: requests that were begun end first")
        service.startStopping()
        server.startDraining()
        Thread.sleep(forTimeInterval: Self.farewellSeconds)
        try WaitingThread.run { await server.stop() }
        service.stop()
        watch?.stop()
    }

    /// What records requests; nil where nothing asks for it.
    private func watch() throws(MonitoringError) -> ServiceWatch? {
        var settings = request.watch
        let (names, variables) = (DataCollectorSettings.variableNames, ProcessVariables.current)
        settings.collector = try DataCollectorSettings(
            variables: Dictionary(names.compactMap { name in variables[name].map { (name, $0) } }) { $1 })
        guard settings.isNeeded else { return nil }
        return try ServiceWatch(settings, rules: .preparation) { Messages.warn($0) }
    }

    /// Says what is recorded and compared. Throws where alarms are wanted and nothing could raise one.
    private func tell(of reference: ReferenceStatistics?) throws(MonitoringError) {
        let path = "\(configuration.model.directory)/\(ReferenceStatistics.fileName)"
        let settings = request.watch
        if settings.webhook != nil, reference == nil { throw .noReference(path) }
        guard let record = settings.record else { return }
        let comparison =
            reference == nil
            ? "\(path) is missing, so they are not compared with training"
            : "windows of \(settings.windowSeconds / 3_600) hours are compared with training"
        Messages.note("requests are recorded in \(record.folder); \(comparison)")
    }

    private func address(_ port: Int) -> String {
        "http://" + (request.host.contains(":") ? "[\(request.host)]" : request.host) + ":\(port)"
    }

    /// The first line of a file. Throws when there is none.
    private static func key(in path: String) throws -> String {
        let text = String(decoding: try FileSystem.bytes(of: path, limit: 1 << 16), as: UTF8.self)
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty, !key.contains(where: \.isNewline) else {
            throw TrainingError("--api_key_file: \(path) must hold one line, the key")
        }
        return key
    }
}

/// Loads a model anew beside the one that answers, one at a time.
private final class ModelReloading: Sendable {
    private let loading: ModelLoading
    private let service: ModelService
    private let isLoading = Mutex(())

    init(loading: ModelLoading, service: ModelService) { (self.loading, self.service) = (loading, service) }

    func start() {
        // A thread of its own: those of Dispatch answer requests meanwhile.
        let thread = Thread { [self] in isLoading.withLock { _ in load() } }
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func load() {
        do {
            service.use(try loading.load())
            Messages.note("the model was loaded again, and answers from now on")
        } catch {
            Messages.warn(
                "the model could not be loaded again, so the one before goes on answering: \(error)")
        }
    }
}
