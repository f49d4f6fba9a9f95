// The HTTP server under every service of the program: accepts connections within limits, reads whole requests
// and writes answers.

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// What a server takes of its clients.
package struct WebServerLimits: Sendable {
    /// Seconds after which a connection is closed on which nothing comes, or whose other side takes nothing.
    package var idleSeconds = 60
    /// Seconds within which a request's body must have come.
    package var bodySeconds = 60
    /// Connections at a time; further ones wait to be accepted.
    package var connections = 1_024
    /// Seconds that requests have to end when the server stops.
    package var drainSeconds = 60

    package init() {}
}

/// A server that listens until it is told to stop.
package final class WebServer: Sendable {
    /// The port that it listens on.
    package let port: Int
    private let group: ServiceGroup
    private let work: Task<Void, any Error>
    private let flag: DrainFlag

    /// Starts to listen; returns when connections are taken.
    /// - Parameters:
    ///   - host: the address to listen on, for example 127.0.0.1 or 0.0.0.0.
    ///   - port: 0 for any free port.
    /// - Throws: `WebServerError` if the port is in use or the host is not this machine's.
    package static func start(
        _ service: any WebService, host: String, port: Int, limits: WebServerLimits = .init(),
        logger: Logger = WebServer.silent
    ) async throws -> WebServer {
        let flag = DrainFlag()
        let (ports, opened) = AsyncThrowingStream<Int, any Error>.makeStream()
        let idle = TimeAmount.seconds(Int64(limits.idleSeconds))
        let responder = ServiceResponder(service: service, limits: limits, flag: flag)
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [StalledWriteHandler(limit: idle)], idleTimeout: idle,
                    httpDecoderConfiguration: decoder)),
            configuration: .init(
                address: .hostname(host, port: port), backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    limits.connections, logger: logger)),
            onServerRunning: { channel in opened.yield(channel.localAddress?.port ?? port) }, logger: logger)
        var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(limits.drainSeconds)
        let group = ServiceGroup(configuration: configuration)
        let work = Task {
            do {
                try await group.run()
                opened.finish()
            } catch {
                opened.finish(throwing: error)
                throw error
            }
        }
        do {
            var iterator = ports.makeAsyncIterator()
            guard let found = try await iterator.next() else { throw CancellationError() }
            return WebServer(port: found, group: group, work: work, flag: flag)
        } catch {
            throw WebServerError(error, host: host, port: port)
        }
    }

    private init(port: Int, group: ServiceGroup, work: Task<Void, any Error>, flag: DrainFlag) {
        (self.port, self.group, self.work, self.flag) = (port, group, work, flag)
    }

    /// Tells the client of each further answer that the connection ends with it.
    package func startDraining() { flag.isSet.store(true, ordering: .relaxed) }

    /// Takes no more connections, lets the requests that were begun end, and returns when all is closed.
    package func stop() async {
        startDraining()
        await group.triggerGracefulShutdown()
        // A drain that took too long ends by cancellation; there is nothing left to do then.
        _ = await work.result
    }

    /// A logger that says nothing.
    package static var silent: Logger { Logger(label: "web", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

/// Whether the server is about to stop.
private final class DrainFlag: Sendable {
    let isSet = Atomic<Bool>(false)
}

/// Reads a request's body, asks the service, and puts its answer in Hummingbird's form.
private struct ServiceResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let service: any WebService
    let limits: WebServerLimits
    let flag: DrainFlag

    func respond(to request: Request, context: Context) async throws -> Response {
        let head = Self.request(request, body: [])
        var answer: WebAnswer
        if let length = request.headers[.contentLength].flatMap(Int.init), length > service.bodyLimit {
            answer = service.refusal(of: head, status: 413)
        } else if service.endsWithConnection(head) {
            answer = try await request.body.consumeWithCancellationOnInboundClose { body in
                try await self.answer(to: request, head, body)
            }
            // Watching it has taken the connection away from the next request.
            answer.headers.append(("Connection", "close"))
        } else {
            answer = try await self.answer(to: request, head, request.body)
        }
        if flag.isSet.load(ordering: .relaxed), !answer.headers.contains(where: { $0.name == "Connection" }) {
            answer.headers.append(("Connection", "close"))
        }
        return response(answer, isHead: request.method == .head)
    }

    private enum Body {
        case whole([UInt8])
        case refused(status: Int)
    }

    private func answer(
        to request: Request, _ head: WebRequest, _ body: RequestBody
    ) async throws -> WebAnswer {
        switch try await whole(body) {
        case .whole(let bytes):
            await service.answer(bytes.isEmpty ? head : Self.request(request, body: bytes))
        case .refused(let status): service.refusal(of: head, status: status)
        }
    }

    private func whole(_ body: RequestBody) async throws -> Body {
        var bytes: [UInt8] = []
        let end = ContinuousClock.now + .seconds(limits.bodySeconds)
        for try await part in body {
            guard bytes.count + part.readableBytes <= service.bodyLimit else { return .refused(status: 413) }
            guard ContinuousClock.now < end else { return .refused(status: 408) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return .whole(bytes)
    }

    private static func request(_ request: Request, body: [UInt8]) -> WebRequest {
        var headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        if let host = request.head.authority { headers.append(("host", host)) }
        return WebRequest(
            method: request.method.rawValue, target: request.head.path ?? "/", headers: headers, body: body)
    }

    private func response(_ answer: WebAnswer, isHead: Bool) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) names no header") }
            headers.append(HTTPField(name: name, value: value))
        }
        let body: ResponseBody
        switch answer.body {
        case .bytes(let bytes):
            headers[.contentLength] = String(bytes.count)
            body = isHead ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let produce):
            body = ResponseBody { writer in
                try await produce { text in try await writer.write(ByteBuffer(string: text)) }
                try await writer.finish(nil)
            }
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }
}
