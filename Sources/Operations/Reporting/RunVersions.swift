// The software and the machine that a run was made with, for the output directory.
internal import Files
import Foundation

/// Versions that a result depends on, written as `versions.json`.
public struct RunVersions: Equatable, Sendable {
    public static let fileName = "versions.json"

    public var lockstep: String
    public var swift: String
    public var operatingSystem: String
    public var cpu: String
    /// Name and version of each library, in the order given.
    public var libraries: [Library]

    public struct Library: Equatable, Sendable {
        public let name: String
        public let version: String

        public init(name: String, version: String) {
            (self.name, self.version) = (name, version)
        }
    }

    public init(lockstep: String, swift: String, operatingSystem: String, cpu: String, libraries: [Library]) {
        (self.lockstep, self.swift, self.operatingSystem) = (lockstep, swift, operatingSystem)
        (self.cpu, self.libraries) = (cpu, libraries)
    }

    /// The versions of this process on this machine.
    public static func current(lockstep: String, libraries: [Library]) -> RunVersions {
        let osRelease = contents("/etc/os-release").flatMap(distribution(osRelease:))
        let system = ProcessInfo.processInfo.operatingSystemVersionString
        return RunVersions(
            lockstep: lockstep, swift: swiftVersion,
            operatingSystem: osRelease.map { "\($0), \(system)" } ?? system,
            cpu: contents("/proc/cpuinfo").flatMap(cpuModel(cpuinfo:)) ?? architecture, libraries: libraries)
    }

    /// Content of the file.
    public var json: String {
        let fields: [(key: String, value: JSONText)] = [
            ("lockstep", .string(lockstep)), ("swift", .string(swift)),
            ("operating_system", .string(operatingSystem)), ("cpu", .string(cpu)),
            ("libraries", .object(libraries.map { (key: $0.name, value: .string($0.version)) })),
        ]
        return JSONText.object(fields).indented + "\n"
    }

    /// Value of `PRETTY_NAME` in the text of /etc/os-release.
    package static func distribution(osRelease: String) -> String? {
        let prefix = "PRETTY_NAME="
        let line = osRelease.split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.map {
            $0.dropFirst(prefix.count).trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        }
    }

    /// The first `model name` in the text of /proc/cpuinfo.
    package static func cpuModel(cpuinfo: String) -> String? {
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }

    private static func contents(_ path: String) -> String? {
        (try? FileSystem.bytes(of: path)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static var swiftVersion: String { "\(_SwiftStdlibVersion.current)" }

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }
}
