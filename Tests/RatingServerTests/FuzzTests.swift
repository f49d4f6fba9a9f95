// The rating server against damaged requests: each connection ends, and the server answers the next one.

import Foundation
import RatingServer
import Ratings
import TestSupport
import Testing

/// A server of this process, and connections to it that end whatever was sent.
private struct FuzzedServer: Sendable {
    let folder: TemporaryFolder
    let server: RatingServer

    init() async throws {
        let folder = try TemporaryFolder()
        let items = try RatingItems(
            predictions: ["a", "b"].map { try folder.predictions($0, rows: 3) }, seed: 1)
        let store = try RatingStore(directory: folder.path + "/r", items: items)
        self.folder = folder
        server = try await RatingServer.start(store: store, host: "127.0.0.1", port: 0)
    }

    /// Sends bytes, says that no more come, and returns everything that is answered.
    func exchange(_ bytes: [UInt8]) throws -> [UInt8] {
        let descriptor = try HTTPClient.connect(port: server.port)
        defer { close(descriptor) }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        shutdown(descriptor, Int32(SHUT_WR))
        var received: [UInt8] = []
        while true {
            var part = [UInt8](repeating: 0, count: 1 << 14)
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            if count <= 0 { return received }
            received += part[..<count]
        }
    }
}

private func requests(_ server: FuzzedServer) -> FuzzedFormat {
    let host = "Host: 127.0.0.1:\(server.server.port)\r\n"
    let session = "GET /api/session?rater=ann HTTP/1.1\r\n\(host)\r\n"
    let item =
        "GET /api/item?rater=ann&place=0 HTTP/1.1\r\n\(host)Cookie: a=b; c=d\r\nConnection: close\r\n\r\n"
    let body =
        #"{"set": "x", "rater": "ann", "item": 0, "letter": "A", "criterion": "helpfulness", "rating": 3}"#
    let rating =
        "POST /api/rating HTTP/1.1\r\n\(host)Content-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let chunked =
        "POST /api/rating HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n"
        + "Content-Type: application/json\r\n\r\n4\r\n{\"a\"\r\n4\r\n: 1}\r\n0\r\n\r\n"
    let words =
        "GET POST HEAD OPTIONS HTTP/1.0 HTTP/2.0 /image?item=0&part=0 % %00 %FF ?rater= &place= "
        + ": \r\n\r\n Host: "
        + "Content-Length: Transfer-Encoding: Expect: 100-continue Upgrade: h2c Connection: "
        + "keep-alive ../ // { } \" ["
    return FuzzedFormat(
        "http", samples: [session, item, rating, chunked].map { Array($0.utf8) }, words: words, place: "none",
        byteLimit: 1 << 15
    ) { input in
        let reply = try server.exchange(input)
        guard reply.isEmpty || reply.starts(with: "HTTP/1.".utf8) else {
            throw FuzzFailure("no HTTP comes back")
        }
        guard try server.exchange(Array(session.utf8)).starts(with: "HTTP/1.1 200 OK".utf8) else {
            throw FuzzFailure("a good request is not answered after this one")
        }
    }
}

@Suite struct FuzzTests {
    @Test("a damaged request is answered or closed, and the server goes on")
    func damagedRequest() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("http"))") {
            let server = try await FuzzedServer()
            // The clients wait, which the server's tasks must not.
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                Thread.detachNewThread {
                    done.resume(with: Result { try Fuzzing.run(requests(server), inputs: 1_500) })
                }
            }
        }
    }
}
