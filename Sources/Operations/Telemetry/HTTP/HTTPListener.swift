// A small HTTP/1.1 server on a thread of its own: for the page of metrics of a job.

internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Answers requests until it is stopped.
package final class HTTPListener: Sendable {
    /// A whole request.
    package struct Request: Sendable {
        package let method: String
        /// With the query.
        package let path: String
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]
    }

    package struct Answer: Sendable {
        package var status: Int
        package var headers: [(String, String)]
        package var body: [UInt8]

        package init(_ status: Int, _ headers: [(String, String)] = [], _ body: String = "") {
            (self.status, self.headers, self.body) = (status, headers, Array(body.utf8))
        }
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    /// The port that it listens on.
    package let port: Int

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - port: 0 for any free port.
    ///   - respond: called on the server's thread.
    package init(
        host: String, port: Int, respond: @escaping @Sendable (Request) -> Answer
    ) throws(TelemetryError) {
        do {
            channel = try ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 64)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(ListenerHandler(respond: respond))
                    }
                }
                .bind(host: host, port: port).wait()
        } catch {
            group.shutdownGracefully { _ in }
            throw Self.failure(error, host, port)
        }
        self.port = channel.localAddress?.port ?? port
    }

    /// Lets go of the port, and in the background of all connections.
    package func stop() {
        // A channel that is closed already has let go of it too.
        _ = try? channel.close().wait()
        group.shutdownGracefully { _ in }
    }

    private static func failure(_ error: any Error, _ host: String, _ port: Int) -> TelemetryError {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: .portInUse(host: host, port: port)
        case EACCES:
            .unlistenable(
                host: host, port: port, reason: "it needs rights that this user lacks; take one above 1023")
        case EADDRNOTAVAIL:
            .unlistenable(host: host, port: port, reason: "metrics_host is no address of this machine")
        default: .unlistenable(host: host, port: port, reason: "\(error)")
        }
    }
}

/// Collects the parts of a request, and writes its answer.
private final class ListenerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The largest body that a request may have, in bytes.
    private static let bodyLimit = 16 << 20

    private let respond: @Sendable (HTTPListener.Request) -> HTTPListener.Answer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(respond: @escaping @Sendable (HTTPListener.Request) -> HTTPListener.Answer) {
        self.respond = respond
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let part):
            guard body.count + part.readableBytes <= Self.bodyLimit else {
                return context.close(promise: nil)
            }
            body += part.readableBytesView
        case .end:
            guard let head else { return }
            let request = HTTPListener.Request(
                method: head.method.rawValue, path: head.uri,
                headers: head.headers.map { ($0.name, $0.value) }, body: body)
            (self.head, body) = (nil, [])
            write(respond(request), to: head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// A connection that breaks is closed; whoever asked asks again.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(
        _ answer: HTTPListener.Answer, to request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(answer.headers)
        headers.add(name: "Content-Length", value: String(answer.body.count))
        if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: answer.status)
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD {
            let buffer = context.channel.allocator.buffer(bytes: answer.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        }
        let channel = context.channel
        let isWritten = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !request.isKeepAlive { isWritten.whenComplete { _ in channel.close(promise: nil) } }
    }
}
