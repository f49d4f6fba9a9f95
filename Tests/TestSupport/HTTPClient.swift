// A plain HTTP/1.1 client over a socket, which can also send what no well-behaved client would.

import Foundation

/// What came back.
package struct HTTPReply: Sendable {
    package let status: Int
    package let headers: [String: String]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// A connection that failed.
package struct ConnectionError: Error, CustomStringConvertible {
    package let description: String
    package init(_ what: String) { description = "\(what): \(POSIXError(.init(rawValue: errno) ?? .EIO))" }
}

/// Requests to a port of this machine, each over a connection of its own.
package enum HTTPClient {
    /// Sends a request and waits for the whole reply, at most 60 s for each part of it.
    package static func send(
        _ method: String, port: Int, _ path: String, headers: [(String, String)] = [], body: String? = nil
    ) throws -> HTTPReply {
        var lines = ["\(method) \(path) HTTP/1.1"]
        if !headers.contains(where: { $0.0 == "Host" }) { lines.append("Host: 127.0.0.1:\(port)") }
        lines += headers.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        lines.append("Connection: close")
        return try exchange(
            Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8), port: port)
    }

    /// Sends these bytes and reads one reply.
    package static func exchange(_ bytes: [UInt8], port: Int) throws -> HTTPReply {
        let descriptor = try connect(port: port)
        defer { close(descriptor) }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // A server that refuses early closes; its reply may be there all the same.
            if count < 0 { break }
            sent += count
        }
        var received: [UInt8] = []
        while !isWhole(received) {
            var part = [UInt8](repeating: 0, count: 1 << 16)
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            if count < 0 { throw ConnectionError("no reply from port \(port)") }
            if count == 0 { break }
            received += part[..<count]
        }
        return try reply(received)
    }

    package static func connect(port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw ConnectionError("no socket") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw ConnectionError("port \(port) does not answer")
        }
        return descriptor
    }

    private static func split(_ bytes: [UInt8]) -> (head: String, body: ArraySlice<UInt8>)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        return (String(decoding: bytes[..<end.lowerBound], as: UTF8.self), bytes[end.upperBound...])
    }

    private static func headers(_ head: String) -> [String: String] {
        var headers: [String: String] = [:]
        for line in head.split(separator: "\r\n").dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 {
                headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return headers
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        guard let (head, body) = split(bytes) else { return false }
        if let length = headers(head)["content-length"].flatMap(Int.init) { return body.count >= length }
        return headers(head)["transfer-encoding"] == "chunked"
            && body.suffix(5) == Array("0\r\n\r\n".utf8)[...]
    }

    private static func reply(_ bytes: [UInt8]) throws -> HTTPReply {
        guard let (head, body) = split(bytes),
            let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw ConnectionError("an incomplete reply of \(bytes.count) bytes") }
        let found = headers(head)
        return HTTPReply(
            status: status, headers: found,
            body: found["transfer-encoding"] == "chunked" ? unchunked(body) : Array(body))
    }

    /// The body that came in chunks (RFC 9112).
    private static func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var (rest, body) = (bytes, [UInt8]())
        while let end = rest.firstRange(of: Array("\r\n".utf8)),
            let count = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16), count > 0
        {
            body += rest[end.upperBound...].prefix(count)
            rest = rest[end.upperBound...].dropFirst(count + 2)
        }
        return body
    }
}
