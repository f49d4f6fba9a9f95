// The software and the machine that a run was made with, for the output directory.

internal import JSON
internal import Machine

/// Versions that a result depends on, written as `versions.json`.
package struct RunVersions: Equatable, Sendable {
    package static let fileName = "versions.json"

    package var lockstep: String
    package var swift: String
    package var operatingSystem: String
    package var cpu: String
    /// Name and version of each library, in the order given.
    package var libraries: [Library]

    package struct Library: Equatable, Sendable {
        package let name: String
        package let version: String

        package init(name: String, version: String) {
            (self.name, self.version) = (name, version)
        }
    }

    package init(lockstep: String, swift: String, operatingSystem: String, cpu: String, libraries: [Library])
    {
        (self.lockstep, self.swift, self.operatingSystem) = (lockstep, swift, operatingSystem)
        (self.cpu, self.libraries) = (cpu, libraries)
    }

    /// The versions of this process on this machine.
    package static func current(lockstep: String, libraries: [Library]) -> RunVersions {
        let host = HostFacts.current
        return RunVersions(
            lockstep: lockstep, swift: swiftVersion,
            operatingSystem: host.operatingSystem, cpu: host.processorName ?? HostFacts.architecture,
            libraries: libraries)
    }

    /// Content of the file.
    package var json: String {
        let fields: JSONValue = [
            "lockstep": .string(lockstep), "swift": .string(swift),
            "operating_system": .string(operatingSystem), "cpu": .string(cpu),
            "libraries": .object(JSONObject(libraries.map { ($0.name, .string($0.version)) })),
        ]
        return fields.text(.indented) + "\n"
    }

    private static var swiftVersion: String { "\(_SwiftStdlibVersion.current)" }
}
