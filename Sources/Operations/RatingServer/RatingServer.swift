// The web server of the rating page: accepts connections and hands whole requests to the routes.

import Foundation
import Machine
import NIOCore
import NIOHTTP1
import NIOPosix
package import Ratings

/// A server that listens until it is told to stop.
package final class RatingServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    /// Where the page is, with the token if one is needed.
    package let address: String
    /// The port that it listens on.
    package let port: Int

    /// Starts to listen; requests are answered by threads of the server's own.
    ///
    /// A host other than this machine's loopback needs a token, which is part of `address` and stays the same
    /// for a folder.
    /// - Parameters:
    ///   - host: the address to listen on, for example 127.0.0.1 or 0.0.0.0.
    ///   - port: 0 for any free port.
    /// - Throws: if the port is in use or the host is not this machine's.
    package init(store: RatingStore, host: String, port: Int) throws(RatingServerError) {
        let isLocal = LocalAddress.isLoopback(host)
        let token = isLocal ? nil : try AccessToken(directory: store.directory)
        let routes = RatingRoutes(store: store, guardian: RequestGuard(token: token))
        group = MultiThreadedEventLoopGroup(numberOfThreads: 4)
        do {
            channel = try ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 64)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(60)))
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(RequestHandler(routes: routes))
                    }
                }
                .bind(host: host, port: port).wait()
        } catch {
            Self.shutDown(group)
            throw RatingServerError(error, host: host, port: port)
        }
        self.port = channel.localAddress?.port ?? port
        let name =
            isLocal ? host : host == "0.0.0.0" || host == "::" ? HostFacts.current.name : host
        let authority = name.contains(":") ? "[\(name)]" : name
        address = "http://\(authority):\(self.port)/" + (token.map { "?token=\($0.text)" } ?? "")
    }

    /// Lets go of the port and of all connections. What was answered as saved is on the disk.
    package func stop() { Self.shutDown(group) }

    private static func shutDown(_ group: MultiThreadedEventLoopGroup) {
        do {
            try group.syncShutdownGracefully()
        } catch {
            // Only a group that was shut down before or is the process's own refuses.
            preconditionFailure("the server's threads cannot be stopped: \(error)")
        }
    }
}

/// Why the server cannot start.
package struct RatingServerError: Error, CustomStringConvertible, Sendable {
    /// What is wrong and what to do.
    package let description: String

    init(_ description: String) { self.description = description }

    init(_ error: any Error, host: String, port: Int) {
        let code = (error as? IOError)?.errnoCode
        switch code {
        case EADDRINUSE:
            self.init(
                "Port \(port) of \(host) is in use by another program: stop that one, choose another by --port, or let "
                    + "the system choose by --port 0.")
        case EACCES:
            self.init("Port \(port) needs rights that this user lacks: choose one above 1023 by --port.")
        case EADDRNOTAVAIL:
            self.init("\(host) is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all addresses.")
        default:
            self.init("The server cannot listen on \(host), port \(port): \(error).")
        }
    }
}

/// Collects the parts of requests, within limits, and writes the responses.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The largest body that a request may have, in bytes.
    private static let bodyLimit = 16 << 10

    private let routes: RatingRoutes
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(routes: RatingRoutes) { self.routes = routes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            (self.head, body, isTooLarge) = (head, [], false)
        case .body(let part):
            guard !isTooLarge, body.count + part.readableBytes <= Self.bodyLimit else {
                if !isTooLarge {
                    isTooLarge = true
                    write(.failure(.payloadTooLarge, "The request is too large."), keepsAlive: false, context)
                }
                return
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head, !isTooLarge else { return }
            let request = RatingRequest(head: head, body: body)
            write(
                routes.respond(to: request), keepsAlive: head.isKeepAlive, isHead: head.method == .HEAD,
                context)
            self.head = nil
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// A connection that breaks is closed; the page asks again.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func write(
        _ response: RatingResponse, keepsAlive: Bool, isHead: Bool = false, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders(response.headers)
        headers.add(name: "Content-Length", value: String(response.body.count))
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead {
            let buffer = context.channel.allocator.buffer(bytes: response.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        }
        let isWritten = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepsAlive {
            let channel = context.channel
            isWritten.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
