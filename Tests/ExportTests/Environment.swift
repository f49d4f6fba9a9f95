// The Python environment in which exported models run.

import Export
import Foundation
import JSON
import TestSupport
import Testing

/// The environment that launch/setup --for-tests makes, or that LOCKSTEP_ONNX_PYTHON names.
enum RuntimeEnvironment {
    static var python: String {
        if let named = ProcessInfo.processInfo.environment["LOCKSTEP_ONNX_PYTHON"] { return named }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../.build-onnx/bin/python").standardized.path
    }

    static func runtime(in folder: TemporaryFolder) throws -> Runtime {
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "\(python) is missing: run launch/setup --for-tests")
        return try Runtime(python: python, folder: folder.path)
    }

    /// Several commands in one process, which has to load the packages once.
    static func run(_ jobs: [[String]], _ runtime: Runtime, in folder: TemporaryFolder) throws {
        let list = JSONValue.array(jobs.map { .array($0.map { .string($0) }) })
        try runtime.run("all", [try folder.write(list.serialized(), to: "jobs.json")])
    }
}
