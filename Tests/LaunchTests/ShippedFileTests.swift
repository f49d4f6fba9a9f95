// The files that scripts and recipes rely on are there and say what they are for. What the keys of a recipe
// or of a cluster file mean is decoded, and tested, by Configuration.
import Foundation
import Testing

@Suite struct ShippedFileTests {
    @Test("Every recipe starts with what it is for, and its data files are there")
    func recipesAreComplete() throws {
        let recipes = try Self.files(in: "launch/recipes", ending: ".yaml")
        #expect(recipes.contains("launch/recipes/sentiment.yaml"))
        for recipe in recipes {
            let text = try Checkout.text(recipe)
            #expect(text.hasPrefix("# "))
            let named = text.matches(of: /(?m)^(?:train|validation)_file: (\S+)$/).map { String($0.1) }
            #expect(named.count == 2, "\(recipe)")
            // What the recipe prepares itself is not there yet.
            let prepared = text.firstMatch(of: /(?m)^prepared_dir: (\S+)$/).map { String($0.1) + "/" }
            for file in named where prepared.map({ !file.hasPrefix($0) }) ?? true {
                #expect(FileManager.default.fileExists(atPath: Checkout.path(file)), "\(recipe): \(file)")
            }
            let folders = text.matches(
                of: /(?m)^(?:output_dir|(?:(?:en|de)coder_)?model_name_or_path): (\S+)$/
            ).map { String($0.1) }
            // All lie in folders that git ignores; a model that starts from random weights is described here.
            #expect(folders.allSatisfy { $0.hasPrefix("runs/") || $0.hasPrefix(".models/") }, "\(recipe)")
            let described = text.matches(of: /(?m)^config_name: (\S+)(?: +#.*)?$/).map { String($0.1) }
            #expect(
                folders.count + described.count
                    == (text.contains("\nencoder_model_name_or_path:") ? 3 : 2), "\(recipe)")
            for folder in described {
                #expect(
                    FileManager.default.fileExists(atPath: Checkout.path(folder + "/config.json")),
                    "\(recipe)")
            }
        }
    }

    @Test("The recipe of the first run uses the model that quickstart fetches")
    func recipeUsesFetchedModel() throws {
        let common = try Checkout.text("launch/common.sh")
        let folder = try #require(common.firstMatch(of: /\nmodel_folder=(\S+)\n/)).1
        #expect(
            try Checkout.text("launch/recipes/sentiment.yaml").contains("model_name_or_path: \(folder)\n"))
    }

    @Test("Every cluster file starts with when to use it and how to start it")
    func clusterFilesAreExplained() throws {
        for file in try Self.files(in: "cluster-configs", ending: ".yaml") {
            let text = try Checkout.text(file)
            #expect(text.hasPrefix("# "))
            #expect(text.contains("launch/cluster \(file) RECIPE"), "\(file)")
        }
    }

    @Test("Each Open MPI setting is exported once, and one that the user has set stays")
    func settingsAreExported() throws {
        let script =
            "source '\(Checkout.path("launch/common.sh"))'; use_open_mpi_settings; env | grep ^OMPI_MCA_ | sort"
        let clean = ["btl_tcp_flags", "mpi_yield_when_idle", "btl_vader_single_copy_mechanism"]
            .reduce(into: [String: String]()) { $0["OMPI_MCA_\($1)"] = "" }
        let names = try Checkout.text("cluster-configs/openmpi.conf").matches(of: /(?m)^([a-z0-9_]+) = \S+$/)
            .map { String($0.1) }
        #expect(Set(names).count == names.count && names.count >= 6)
        let result = try bash(script, environment: clean)
        for name in names { #expect(result.output.contains("OMPI_MCA_\(name)="), "\(name): \(result)") }
        #expect(result.output.contains("OMPI_MCA_btl_tcp_flags=send\n"))
        let kept = try bash(script, environment: ["OMPI_MCA_btl_tcp_flags": "31"])
        #expect(kept.output.contains("OMPI_MCA_btl_tcp_flags=31\n"))
    }

    @Test(
        "A settings file with a line of another form is refused with its number",
        arguments: [
            ("a=b", "must read: name = value, but is 'a=b'."), ("a = b c", "but is 'a = b c'."),
            ("a = ", "but is 'a = '."), (" ", "but is ' '."), ("A = b", "but is 'A = b'."),
            ("btl_tcp_flags = send", "btl_tcp_flags is given more than once; keep one of them."),
        ])
    func otherLinesAreRefused(line: String, message: String) throws {
        let copy = try ScriptCopy()
        let settings = copy.path("cluster-configs/openmpi.conf")
        try Data("# why\nbtl_tcp_flags = send\n\n\(line)\n".utf8).write(to: URL(fileURLWithPath: settings))
        let result = try bash("source '\(copy.path("launch/common.sh"))'; use_open_mpi_settings")
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("\(settings):4: ") && result.errors.contains(message), "\(result)")
    }

    private static func files(in folder: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Checkout.path(folder)).sorted()
            .filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }
    }
}
