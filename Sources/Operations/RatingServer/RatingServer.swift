// The web server of the rating page.

import Foundation
import Machine
package import Ratings
import WebServing

/// A server that listens until it is told to stop.
package final class RatingServer: Sendable {
    private let server: WebServer
    /// Where the page is, with the token if one is needed.
    package let address: String
    /// The port that it listens on.
    package let port: Int

    private init(server: WebServer, address: String) {
        (self.server, self.address, port) = (server, address, server.port)
    }

    /// Starts to listen; requests are answered by tasks of the server's own.
    ///
    /// A host other than this machine's loopback needs a token, which is part of `address` and stays the same
    /// for a folder.
    /// - Parameters:
    ///   - host: the address to listen on, for example 127.0.0.1 or 0.0.0.0.
    ///   - port: 0 for any free port.
    /// - Throws: `RatingServerError` if the port is in use or the host is not this machine's.
    package static func start(store: RatingStore, host: String, port: Int) async throws -> RatingServer {
        let isLocal = LocalAddress.isLoopback(host)
        let token = isLocal ? nil : try AccessToken(directory: store.directory)
        let routes = RatingRoutes(store: store, guardian: RequestGuard(token: token))
        let server: WebServer
        do {
            server = try await WebServer.start(routes, host: host, port: port)
        } catch { throw RatingServerError("\(error)") }
        let name =
            isLocal ? host : host == "0.0.0.0" || host == "::" ? HostFacts.current.name : host
        let authority = name.contains(":") ? "[\(name)]" : name
        return RatingServer(
            server: server,
            address: "http://\(authority):\(server.port)/" + (token.map { "?token=\($0.text)" } ?? ""))
    }

    /// Lets go of the port and of all connections. What was answered as saved is on the disk.
    package func stop() async { await server.stop() }
}

/// Why the server cannot start.
package struct RatingServerError: Error, CustomStringConvertible, Sendable {
    /// What is wrong and what to do.
    package let description: String

    init(_ description: String) { self.description = description }
}
