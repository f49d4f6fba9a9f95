// Why a server cannot start.

internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A place that a server cannot listen at.
package enum WebServerError: Error, Equatable, CustomStringConvertible, Sendable {
    case portInUse(Int, host: String)
    case portNeedsRights(Int)
    case foreignHost(String)
    case other(String, host: String, port: Int)

    init(_ error: any Error, host: String, port: Int) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: self = .portInUse(port, host: host)
        case EACCES: self = .portNeedsRights(port)
        case EADDRNOTAVAIL: self = .foreignHost(host)
        default: self = .other("\(error)", host: host, port: port)
        }
    }

    package var description: String {
        switch self {
        case .portInUse(let port, let host):
            "Port \(port) of \(host) is in use by another program: stop that one, choose another by --port, or let "
                + "the system choose by --port 0."
        case .portNeedsRights(let port):
            "Port \(port) needs rights that this user lacks: choose one above 1023 by --port."
        case .foreignHost(let host):
            "\(host) is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all addresses."
        case .other(let reason, let host, let port):
            "The server cannot listen on \(host), port \(port): \(reason)."
        }
    }
}
