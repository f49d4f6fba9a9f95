// The keys of `prepare` in recipes and flags, alone and beside those of a run.

import Arguments
import Configuration
import Testing

@Suite struct PreparationKeyTests {
    private static let start = "raw_files: [a.jsonl, 'logs/*.csv']\nprepared_dir: out\n"

    private func read(
        _ yaml: String, _ flags: [(key: String, value: String)] = []
    ) throws(ConfigurationError) -> PreparationConfiguration {
        try PreparationConfiguration(yaml: yaml, file: "r.yaml", overrides: flags)
    }

    private func value(_ key: String, _ configuration: PreparationConfiguration) -> String? {
        configuration.words.first { $0.key == key }?.value
    }

    @Test("names are all different, and every sentence of help ends in a full stop")
    func table() {
        let names = PreparationKey.all.map(\.name)
        #expect(Set(names).count == names.count && names.count > 35)
        for key in PreparationKey.all { #expect(key.help.hasSuffix("."), "\(key.name)") }
    }

    @Test("a recipe gives values, lists and nulls, and a flag beats it")
    func values() throws {
        let recipe = try read(
            Self.start
                + "skip_rules: [html, mojibake]\nlanguages: en\nmax_chars: null\nsplit_by: time\nmin_chars: 7\n",
            [("min_chars", "9"), ("languages", "en, de"), ("model_name_or_path", "m")])
        #expect(value("raw_files", recipe) == "[a.jsonl, logs/*.csv]")
        #expect(value("skip_rules", recipe) == "[html, mojibake]")
        #expect(value("languages", recipe) == "[en, de]" && value("min_chars", recipe) == "9")
        #expect(value("split_by", recipe) == "time" && value("max_chars", recipe) == "null")
        #expect(recipe.modelDirectory == "m")
    }

    @Test("the keys of a run may stand in the same recipe, and those of prepare in that of a run")
    func oneRecipe() throws {
        let run =
            "model_name_or_path: m\ntrain_file: out/train.jsonl\noutput_dir: runs/x\nlearning_rate: 1e-4\n"
        #expect(try read(Self.start + run).modelDirectory == "m")
        let configuration = try RunConfiguration(yaml: Self.start + run, file: "r.yaml")
        #expect(configuration.data.trainFiles == ["out/train.jsonl"])
        #expect(throws: ConfigurationError.self) {
            try RunConfiguration(yaml: run, file: "r.yaml", overrides: [("raw_files", "a")])
        }
    }

    @Test("wrong keys and values are told with their lines, all at once")
    func mistakes() {
        let error = #expect(throws: ConfigurationError.self) {
            try read("raw_file: a\nsplit_by: luck\nmin_chars: -1\n", [("learning_rate", "1")])
        }
        let lines = error?.description.split(separator: "\n").map(String.init) ?? []
        #expect(lines.count == 5)
        #expect(lines.first == "r.yaml:1: raw_file is not a known key. Did you mean raw_files?")
        #expect(lines.dropFirst().first?.hasPrefix("r.yaml:2: split_by must be one of hash, random,") == true)
        #expect(lines.contains { $0.hasPrefix("--learning_rate: learning_rate is not a known key") })
        #expect(lines.last == "r.yaml: prepared_dir is missing: Name the folder that the clean files go to.")
    }
}
