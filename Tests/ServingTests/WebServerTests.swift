// The server over real connections: good clients, hostile ones, and its end.

import Foundation
import JSON
import Serving
import TestSupport
import Testing
import WebServing

@Suite struct WebServerTests {
    private static let json = [("Content-Type", "application/json")]
    private static let body = #"{"inputs": "good work"}"#

    /// Runs blocking code of the client on a thread of its own: those of Dispatch run the server's tasks.
    private func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    private func serving(
        _ options: ServingOptions = ServingOptions(), _ limits: WebServerLimits = WebServerLimits(),
        _ body: @Sendable (Int, ModelService, WebServer) async throws -> Void
    ) async throws {
        let service = ModelService(options: options, version: "1")
        service.use(try ToyClassifier.served())
        let server = try await WebServer.start(service, host: "127.0.0.1", port: 0, limits: limits)
        do { try await body(server.port, service, server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test("clients at once get what one alone gets")
    func clients() async throws {
        try await serving { port, _, _ in
            @Sendable func answer(_ text: String) async throws -> String {
                try await blocking {
                    try HTTPClient.send(
                        "POST", port: port, "/predict", headers: Self.json,
                        body: JSONValue.object(["inputs": .string(text)]).json
                    ).text
                }
            }
            let texts = Array(ToyClassifier.texts.prefix(12))
            var alone: [String] = []
            for text in texts { alone.append(try await answer(text)) }
            let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (place, text) in texts.enumerated() { group.addTask { (place, try await answer(text)) } }
                var found = texts
                for try await (place, text) in group { found[place] = text }
                return found
            }
            #expect(together == alone)
            #expect(Set(alone).count > 6)
        }
    }

    @Test("bodies that are too large, broken requests and cut connections cost nobody else anything")
    func hostileClients() async throws {
        var options = ServingOptions()
        options.maxBodyBytes = 10_000
        try await serving(options) { port, _, _ in
            let large = try await blocking {
                try HTTPClient.send(
                    "POST", port: port, "/predict", headers: Self.json,
                    body: String(repeating: "x", count: 10_001))
            }
            #expect(large.status == 413 && large.text.contains("10000 bytes"))
            let chunked = try await blocking {
                let chunk = "1000\r\n" + String(repeating: " ", count: 4_096) + "\r\n"
                return try HTTPClient.exchange(
                    Array(
                        ("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk + chunk + chunk + "0\r\n\r\n").utf8), port: port)
            }
            #expect(chunked.status == 413)
            for text in ["nonsense\r\n\r\n", "POST /predict HTTP/1.1\r\nContent-Length: x\r\n\r\n"] {
                let reply = try await blocking { try HTTPClient.exchange(Array(text.utf8), port: port) }
                #expect(reply.status == 400)
            }
            for text in [
                "", "POST /pre", "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{\"in",
            ] {
                try await blocking {
                    let descriptor = try HTTPClient.connect(port: port)
                    defer { close(descriptor) }
                    let bytes = Array(text.utf8)
                    #expect(unsafe send(descriptor, bytes, bytes.count, 0) == bytes.count)
                }
            }
            let good = try await blocking {
                try HTTPClient.send("POST", port: port, "/predict", headers: Self.json, body: Self.body)
            }
            #expect(good.status == 200)
            let head = try await blocking { try HTTPClient.send("HEAD", port: port, "/health") }
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("a connection on which nothing more comes is closed")
    func slowClients() async throws {
        var limits = WebServerLimits()
        limits.idleSeconds = 1
        try await serving(ServingOptions(), limits) { port, _, _ in
            let count = try await blocking {
                let descriptor = try HTTPClient.connect(port: port)
                defer { close(descriptor) }
                let bytes = Array("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{".utf8)
                _ = unsafe send(descriptor, bytes, bytes.count, 0)
                var byte: UInt8 = 0
                return unsafe recv(descriptor, &byte, 1, 0)
            }
            #expect(count == 0)
        }
    }

    @Test(
        "a server that stops ends what was begun, tells clients that connections end, and lets go of its port"
    )
    func stop() async throws {
        try await serving { port, _, server in
            server.startDraining()
            let last = try await blocking {
                try HTTPClient.send("POST", port: port, "/predict", headers: Self.json, body: Self.body)
            }
            #expect(last.status == 200 && last.headers["connection"] == "close")
            await server.stop()
            #expect(throws: ConnectionError.self) {
                _ = try HTTPClient.send("GET", port: port, "/health")
            }
        }
    }

    @Test("a port in use is said to be")
    func portInUse() async throws {
        try await serving { port, service, _ in
            await #expect(throws: WebServerError.portInUse(port, host: "127.0.0.1")) {
                _ = try await WebServer.start(service, host: "127.0.0.1", port: port)
            }
        }
    }
}
