// A headless Chromium, driven through WebDriver (W3C): real key presses, clicks and pictures.

import Datasets
import Dispatch
import Foundation
import JSON
import Ratings
import TestSupport

/// What the browser refused.
struct BrowserError: Error, CustomStringConvertible {
    let description: String
}

/// A browser window, closed with its last reference.
final class Browser {
    /// Keys without a character, by WebDriver's code points.
    static let enter = "\u{E007}"
    static let tab = "\u{E004}"

    private let driver = Process()
    private let hasEnded = DispatchSemaphore(value: 0)
    private var port = 0
    private var session = ""

    /// Starts Debian's chromium-driver, which launch/setup installs, and a browser whose profile lies in
    /// `folder`.
    init(_ workshop: TemporaryFolder) throws {
        let log = try workshop.write("", to: "chromedriver-\(UUID().uuidString)")
        driver.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        driver.arguments = ["chromedriver", "--port=0"]
        driver.environment = ProcessInfo.processInfo.environment.merging(["HOME": workshop.path]) { $1 }
        driver.standardInput = FileHandle.nullDevice
        driver.standardOutput = FileHandle(forWritingAtPath: log)
        driver.standardError = FileHandle(forWritingAtPath: log)
        driver.terminationHandler = { [hasEnded] _ in hasEnded.signal() }
        try driver.run()
        let deadline = Date(timeIntervalSinceNow: 60)
        while port == 0 {
            let text = try String(contentsOfFile: log, encoding: .utf8)
            guard Date() < deadline, driver.isRunning else {
                throw BrowserError(description: "chromedriver did not start; run launch/setup. \(text)")
            }
            Thread.sleep(forTimeInterval: 0.02)
            if let match = text.firstMatch(of: /started successfully on port (\d+)/) {
                port = Int(match.output.1) ?? 0
            }
        }
        // Without a sandbox: it cannot be had as root or in most containers, and the page is our own.
        let options = JSONValue.members([
            (
                "args",
                .array(
                    [
                        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                        "--window-size=1200,900", "--user-data-dir=\(workshop.path)/profile",
                    ].map { .string($0) })
            )
        ])
        let wanted = JSONValue.members([
            (
                "capabilities",
                .members([("alwaysMatch", .members([("goog:chromeOptions", options)]))])
            )
        ])
        let answer = try call("POST", "/session", wanted)
        session = "/session/" + (answer["sessionId"]?.string ?? "")
    }

    deinit {
        do {
            if !session.isEmpty { _ = try call("DELETE", "", nil) }
        } catch { print("the browser was not closed: \(error)") }
        driver.terminate()
        if hasEnded.wait(timeout: .now() + 10) == .timedOut { kill(driver.processIdentifier, SIGKILL) }
    }

    /// Sends a WebDriver command and returns its value.
    @discardableResult
    func call(_ method: String, _ command: String, _ body: JSONValue?) throws -> JSONValue {
        let reply = try HTTPClient.send(
            method, port: port, session + command,
            headers: [("Content-Type", "application/json; charset=utf-8")],
            body: body?.json)
        let value = try reply.json["value"] ?? .null
        guard reply.status == 200 else {
            throw BrowserError(description: "\(command): \(value["message"]?.string ?? reply.text)")
        }
        return value
    }

    func open(_ address: String) throws {
        try call("POST", "/url", .members([("url", .string(address))]))
    }

    func reload() throws { try call("POST", "/refresh", .members([])) }

    /// Presses and releases keys one after the other, wherever the focus is.
    func press(_ keys: [String]) throws {
        let actions = keys.flatMap { key in
            ["keyDown", "keyUp"].map { JSONValue.members([("type", .string($0)), ("value", .string(key))]) }
        }
        let source = JSONValue.members([
            ("type", .string("key")), ("id", .string("keyboard")), ("actions", .array(actions)),
        ])
        try call("POST", "/actions", .members([("actions", .array([source]))]))
    }

    func type(_ text: String) throws { try press(text.map(String.init)) }

    /// Runs a function body in the page and returns its result.
    @discardableResult
    func evaluate(_ script: String) throws -> JSONValue {
        try call("POST", "/execute/sync", .members([("script", .string(script)), ("args", .array([]))]))
    }

    /// The shown text of the element with an id.
    func text(_ id: String) throws -> String {
        try evaluate("return document.getElementById('\(id)').innerText").string ?? ""
    }

    /// Waits until a condition on the page holds.
    func wait(for what: String, _ condition: String) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while try evaluate("return Boolean(\(condition))") != .bool(true) {
            guard Date() < deadline else {
                throw BrowserError(
                    description: "\(what) did not happen; the page says: "
                        + (try evaluate("return document.body.innerText").string ?? ""))
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// References to the elements that a CSS selector names.
    func elements(_ selector: String) throws -> [String] {
        let body = JSONValue.members([("using", .string("css selector")), ("value", .string(selector))])
        return try call("POST", "/elements", body).array?.compactMap { element in
            element["element-6066-11e4-a52e-4f735466cecf"]?.string
        } ?? []
    }

    func click(_ selector: String) throws {
        guard let element = try elements(selector).first else {
            throw BrowserError(description: "nothing on the page matches \(selector)")
        }
        try call("POST", "/element/\(element)/click", .members([]))
    }

    /// The name and the role by which assistive technology knows an element.
    func accessibility(of element: String) throws -> (name: String, role: String) {
        (
            try call("GET", "/element/\(element)/computedlabel", nil).string ?? "",
            try call("GET", "/element/\(element)/computedrole", nil).string ?? ""
        )
    }

    /// Sets the size of the page, of a phone's width or a screen's, and the colour scheme that the system
    /// prefers.
    func emulate(width: Int, height: Int, dark: Bool) throws {
        try developerCommand(
            "Emulation.setDeviceMetricsOverride",
            [
                ("width", .integer(width)), ("height", .integer(height)), ("deviceScaleFactor", .integer(1)),
                ("mobile", .bool(width < 500)),
            ])
        let feature = JSONValue.members([
            ("name", .string("prefers-color-scheme")), ("value", .string(dark ? "dark" : "light")),
        ])
        try developerCommand("Emulation.setEmulatedMedia", [("features", .array([feature]))])
    }

    private func developerCommand(_ name: String, _ parameters: [(String, JSONValue)]) throws {
        try call(
            "POST", "/goog/cdp/execute",
            .members([("cmd", .string(name)), ("params", .members(parameters))]))
    }

    /// A PNG of what is seen.
    func picture() throws -> [UInt8] {
        let text = try call("GET", "/screenshot", nil).string ?? ""
        return [UInt8](Data(base64Encoded: text) ?? Data())
    }
}
