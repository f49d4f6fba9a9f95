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

    @Test("There is one flag for each recipe key, in the order of the table")
    func flags() throws {
        let folder = root.appendingPathComponent("Sources/Program/LockstepProgram")
        let declared = try String(
            contentsOf: folder.appendingPathComponent("RecipeFlags.swift"), encoding: .utf8)
        let listed = try String(
            contentsOf: folder.appendingPathComponent("RecipeFlags+Overrides.swift"), encoding: .utf8)
        let declarations = declared.matches(
            of: /@Option\((key|switchKey): "([a-z0-9_]+)"\) var ([A-Za-z0-9]+): String\?/)
        let pairs = listed.matches(of: /\("([a-z0-9_]+)", ([A-Za-z0-9]+)\),/)
        #expect(declarations.map { String($0.2) } == RecipeKey.all.map(\.name))
        #expect(pairs.map { String($0.1) } == RecipeKey.all.map(\.name))
        #expect(pairs.map { String($0.2) } == declarations.map { String($0.3) })
        #expect(declarations.map { $0.1 == "switchKey" } == RecipeKey.all.map { $0.typeName == "boolean" })
    }
}
