// Recipes, cluster files, hostfiles and Open MPI settings damaged at random: read or refused by name.

import Arguments
import Configuration
import Foundation
import TestSupport
import Testing

private func recipes() -> FuzzedFormat {
    let recipe = """
        # A recipe.
        model_name_or_path: models/minilm
        train_file: [a.jsonl, "b.csv"]
        validation_file: c.jsonl
        output_dir: runs/one
        learning_rate: 5.0e-5
        num_train_epochs: 3
        per_device_train_batch_size: 16
        seed: 42
        warmup_ratio: 0.1
        lr_scheduler_type: linear

        """
    let words =
        "&a *a ? - : | > [ ] { } , ' \" # !!str !!binary --- ... %YAML << null ~ true 0x10 1_000 "
        + ".inf .nan task "
        + "max_steps num_labels eval_strategy lora_r gradient_accumulation_steps"
    return FuzzedFormat("recipe", samples: [Array(recipe.utf8)], words: words, place: "r.yaml") { input in
        let text = String(decoding: input, as: UTF8.self)
        let configuration = try RunConfiguration(yaml: text, file: "r.yaml", overrides: [])
        let written = try configuration.effectiveYAML()
        guard try RunConfiguration(yaml: written, file: "r.yaml", overrides: []) == configuration else {
            throw FuzzFailure("the effective configuration gives another run:\n\(written)")
        }
    }
}

private func clusters() throws -> FuzzedFormat {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../cluster-configs").standardized
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
        $0.hasSuffix(".yaml")
    }
    let samples = try names.sorted().map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    return FuzzedFormat(
        "cluster",
        samples: samples.filter { input in
            let text = String(decoding: input, as: UTF8.self)
            return (try? ClusterConfiguration(yaml: text, file: folder.path + "/c.yaml")) != nil
        },
        words:
            "&a *a ? - : | > [ ] { } , ' \" # hosts name slots slurm launcher mpirun ranks "
            + "9223372036854775807",
        place: folder.path
    ) { input in
        let text = String(decoding: input, as: UTF8.self)
        _ = try ClusterConfiguration(yaml: text, file: folder.path + "/c.yaml").hostfileText
    }
}

private func hostfiles() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let sample = "# two\nnode-1 slots=4\n10.0.0.2 slots=8 # more\n"
    return FuzzedFormat(
        "hostfile", samples: [Array(sample.utf8), Array("a slots=1".utf8)], words: "slots= # = 1 host",
        place: folder.path
    ) { input in
        let path = try folder.write(input, to: "hosts")
        let yaml = "hostfile: \(path)\ninterface: eth0\n"
        let cluster = try ClusterConfiguration(yaml: yaml, file: folder.path + "/c.yaml")
        try folder.write(cluster.hostfileText, to: "hosts")
        guard try ClusterConfiguration(yaml: yaml, file: folder.path + "/c.yaml") == cluster else {
            throw FuzzFailure("the hostfile gives other hosts when it is written and read")
        }
    }
}

private func settings() -> FuzzedFormat {
    let sample = "# Settings.\nbtl = self,tcp\n\nmpi_yield_when_idle = 1\n"
    return FuzzedFormat(
        "openmpi", samples: [Array(sample.utf8)], words: "= # btl _", place: "openmpi.conf"
    ) { _ = try OpenMPISettings(text: String(decoding: $0, as: UTF8.self), file: "openmpi.conf") }
}

@Suite struct FuzzTests {
    @Test("a damaged recipe is read or refused by name, and what is read is written whole")
    func damagedRecipe() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("recipe"))") {
            try Fuzzing.run(recipes(), inputs: 3_000)
        }
    }

    @Test("aliases that stand for aliases cannot fill the memory, as values or as keys")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        for text in [text, text + "? *a8\n: 1\n"] {
            let error = #expect(throws: ConfigurationError.self) {
                _ = try RunConfiguration(yaml: text, file: "r.yaml", overrides: [])
            }
            #expect(error?.description.hasPrefix("r.yaml:3: ") == true, "\(error?.description ?? "")")
        }
    }

    @Test(
        "aliases count wherever they stand: behind a # in quotes, after CR LF, close to brackets",
        arguments: [("\n", "\"#\", "), ("\r\n", "")])
    func hiddenAliases(lineBreak: String, first: String) {
        var text = "# A comment.\(lineBreak)a0: &a0 [x, x, x, x, x, x, x, x, x]\(lineBreak)"
        for level in 1..<9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
            text += "a\(level): &a\(level) [\(first)\(aliases)]\(lineBreak)"
        }
        let error = #expect(throws: ConfigurationError.self) {
            _ = try RunConfiguration(yaml: text, file: "r.yaml", overrides: [])
        }
        #expect(error?.description.hasPrefix("r.yaml:4: ") == true, "\(error?.description ?? "")")
    }

    @Test("stars that are no aliases do not count, and a few aliases are read")
    func starsOfText() throws {
        let stars = String(repeating: "*bold* ", count: 40)
        let text = "# \(stars)&x\noutput_dir: &d \"\(stars)\"\nmodel_name_or_path: *d\ntrain_file: a.jsonl\n"
        let configuration = try RunConfiguration(yaml: text, file: "r.yaml", overrides: [])
        #expect(configuration.model.modelNameOrPath == stars)
    }

    @Test("a file that is too long, or nested too deeply, is refused before it fills the memory")
    func absurdYAML() {
        for text in ["a: " + String(repeating: "x", count: 1 << 22), String(repeating: "[", count: 100_000)] {
            let error = #expect(throws: ConfigurationError.self) {
                _ = try RunConfiguration(yaml: text, file: "r.yaml", overrides: [])
            }
            #expect(error?.description.hasPrefix("r.yaml") == true, "\(error?.description ?? "")")
        }
    }

    @Test("a hostfile of very many hosts is read in time proportional to its length")
    func manyHosts() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write((0..<60_000).map { "n\($0) slots=2\n" }.joined(), to: "hosts")
        let yaml = "hostfile: \(path)\ninterface: eth0\n"
        let cluster = try ClusterConfiguration(yaml: yaml, file: folder.path + "/c.yaml")
        #expect(cluster.hosts.count == 60_000)
        #expect(RankPlacement(cluster, localCores: 2).ranks == 120_000)
    }

    @Test("a damaged cluster file is read or refused by name")
    func damagedCluster() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("cluster"))") {
            try Fuzzing.run(clusters(), inputs: 5_000)
        }
    }

    @Test("a damaged hostfile is read or refused by name")
    func damagedHostfile() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("hostfile"))") {
            try Fuzzing.run(hostfiles(), inputs: 3_000)
        }
    }

    @Test("damaged Open MPI settings are read or refused by name")
    func damagedSettings() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("openmpi"))") {
            try Fuzzing.run(settings(), inputs: 3_000)
        }
    }
}
