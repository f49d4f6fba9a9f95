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
            let words = try ClusterConfiguration(path: path).launchCommand(
                executable: "lockstep", arguments: ["train"], slurmScript: "s", localCores: 4)
            #expect(words.last == "train", "\(path)")
        }
    }

    @Test("The settings file of the shell scripts holds the same Open MPI settings as the code")
    func openMPISettings() throws {
        let file = root.appendingPathComponent("cluster-configs/openmpi.conf")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        let expected = OpenMPISettings.parameters(for: ClusterConfiguration()).map {
            "\($0.name) = \($0.value)"
        }
        #expect(Set(lines.map(String.init)) == Set(expected))
    }

    @Test("There is one flag for each recipe key, in the order of the table")
    func flags() throws {
        let folder = root.appendingPathComponent("Sources/lockstep")
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
