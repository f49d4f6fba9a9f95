// Files that the repository ships: recipes and clusters decode, flags and settings agree with their tables.
import Configuration
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Every YAML file below a folder of the repository. A folder without any is a failure.
private func shipped(_ folder: String) throws -> [String] {
    let top = root.appendingPathComponent(folder).path
    guard FileManager.default.fileExists(atPath: top) else { return [] }
    let names = try FileManager.default.subpathsOfDirectory(atPath: top)
    let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.map { top + "/" + $0 }
    #expect(!files.isEmpty, "\(folder) holds no YAML file")
    return files
}

@Suite struct ShippedFilesTests {
    @Test("Every recipe decodes, and again from its effective configuration")
    func recipes() throws {
        for path in try shipped("launch/recipes") {
            let run = try RunConfiguration(recipePath: path)
            #expect(try RunConfiguration(yaml: run.effectiveYAML(), file: nil) == run, "\(path)")
        }
    }

    @Test("Every cluster file decodes and gives a command")
    func clusters() throws {
        for path in try shipped("cluster-configs") {
            let cluster = try ClusterConfiguration(path: path)
            let settings = try OpenMPISettings(path: cluster.openMPISettingsFile)
            #expect(settings.parameters.count >= 6)
            let job = cluster.submission(
                of: JobRequest(
                    executable: "lockstep", arguments: ["train"], settings: settings, batchScript: "b"))
            if let job {
                #expect(job.document.contains("train"), "\(path)")
                continue
            }
            let words = cluster.launchCommand(
                executable: "lockstep", arguments: ["train"], settings: settings, slurmScript: "s",
                localCores: 4)
            #expect(words.last == "train", "\(path)")
        }
    }

    @Test("The Open MPI settings stand in one file, each below its reason")
    func openMPISettings() throws {
        let text = try String(
            contentsOf: root.appendingPathComponent("cluster-configs/openmpi.conf"), encoding: .utf8)
        let settings = try OpenMPISettings(text: text, file: "openmpi.conf")
        for block in text.split(separator: "\n\n") { #expect(block.hasPrefix("# "), "\(block)") }
        let names = try FileManager.default.subpathsOfDirectory(
            atPath: root.appendingPathComponent("Sources").path)
        for name in names where name.hasSuffix(".swift") {
            let source = try String(
                contentsOf: root.appendingPathComponent("Sources/" + name), encoding: .utf8)
            for parameter in settings.parameters {
                #expect(!source.contains(parameter.name), "\(parameter.name) in \(name)")
            }
        }
    }

    @Test(
        "A key's name stands in the table of keys once, and no flag of a command is declared for it by hand")
    func declaredOnce() throws {
        let folder = root.appendingPathComponent("Sources/Program")
        func source(_ name: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let table = try names.filter { $0.hasPrefix("Configuration/Keys/RecipeKey+") }.map(source).joined()
        #expect(
            Set(RecipeKey.all.map(\.name))
                == Set(table.matches(of: /"([a-z0-9_]+)", \\\./).map { String($0.1) }))
        let flags = try source("LockstepProgram/Commands/RecipeFlags.swift")
        for key in RecipeKey.all {
            #expect(table.components(separatedBy: "\"\(key.name)\", \\.").count == 2, "\(key.name)")
            #expect(!flags.contains("\"\(key.name)\""), "\(key.name)")
        }
    }
}
