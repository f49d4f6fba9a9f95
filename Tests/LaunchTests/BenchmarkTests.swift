// launch/benchmark runs both sides in turn and divides the right figures; stand-ins print what the programs
// would.
import Foundation
import Testing

@Suite struct BenchmarkTests {
    private static let ours = """
        case $2 in
        step) echo '{"tokens_per_second": 300.0, "whole_tokens_per_second": 200.0, "peak_fraction": 0.9, "peak_memory_mb": 3000}' ;;
        tokenize) echo '{"tokens_per_second": 900}' ;;
        esac
        """

    private func copy() throws -> (script: ScriptCopy, environment: [String: String]) {
        let copy = try ScriptCopy()
        try copy.addProgram("lockstep", Self.ours)
        let files =
            "config.json tokenizer.json tokenizer_config.json special_tokens_map.json vocab.txt model.safetensors"
        let prepared = try bash(
            """
            mkdir -p .models/all-MiniLM-L6-v2 venv/bin; for f in \(files); do echo x >.models/all-MiniLM-L6-v2/$f; done
            """, in: copy.root)
        try #require(prepared.status == 0)
        try copy.addProgram(
            "venv/bin/python",
            """
            case $1 in
            */step.py) echo "noise"; echo '{"tokens_per_second": 100.0, "peak_memory_mb": 5000}' ;;
            *) echo '{"tokens_per_second": 600}' ;;
            esac
            """)
        let program = copy.programs.appendingPathComponent("lockstep").path
        return (copy, ["PATH": copy.searchPath, "LOCKSTEP_BINARY": program])
    }

    @Test("the ratio is ours to the peer's, and of memory too")
    func ratios() throws {
        let (copy, environment) = try copy()
        let words = [copy.path("launch/benchmark"), "--peer", copy.path("venv"), "--only", "bert-base-fp32"]
        let result = try run(
            words + ["--only", "tokenize", "--rounds", "2", "--json"], environment: environment)
        #expect(result.status == 0, "\(result)")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
        #expect(found.map { $0["measure"] as? String } == ["bert-base-fp32", "tokenize"])
        #expect(found.map { $0["ratio"] as? Double } == [3, 1.5])
        #expect(found[0]["memory_ratio"] as? Double == 0.6 && found[0]["peak_fraction"] as? Double == 0.9)
        let sides = result.errors.split(separator: "\n").compactMap { $0.split(separator: ":").first }
        #expect(
            sides.filter { $0.hasPrefix("bert") } == [
                "bert-base-fp32 peer", "bert-base-fp32 ours", "bert-base-fp32 peer", "bert-base-fp32 ours",
            ])
        let table = try run(words, environment: environment)
        let lines = table.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.first == ["measure", "unit", "ours", "peer", "ratio", "peak_fraction", "memory_ratio"])
        #expect(lines.last == ["bert-base-fp32", "tokens/s", "300", "100", "3.000", "0.9", "0.600"])
    }

    @Test("the rows of adapters: PEFT is the peer of one, our own steps without adapters that of the other")
    func adapters() throws {
        let (copy, environment) = try copy()
        let rows = ["smollm2-135m-lora-bf16", "lora-gain-fp32"]
        let words = [copy.path("launch/benchmark"), "--peer", copy.path("venv")]
        let result = try run(
            words + ["--json"] + rows.flatMap { ["--only", $0] }, environment: environment)
        #expect(result.status == 0, "\(result)")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
        #expect(found.map { $0["measure"] as? String } == rows)
        #expect(found.map { $0["ratio"] as? Double } == [3, 1.5])
        let commands = try run(words + ["--only", rows[0], "--dry-run"], environment: environment)
        let lines = commands.output.split(separator: "\n").filter { $0.hasPrefix(rows[0]) }
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix("--lora_r 16") }, "\(commands)")
    }

    @Test("without a peer our side runs alone, and a program without figures ends the run with its words")
    func alone() throws {
        let (copy, environment) = try copy()
        let words = [copy.path("launch/benchmark"), "--only", "gpt2-fp32"]
        let result = try run(words, environment: environment)
        #expect(result.status == 0 && !result.output.contains("ratio"), "\(result)")
        try copy.addProgram("lockstep", "echo 'no such model' >&2; exit 3")
        let failed = try run(words, environment: environment)
        #expect(failed.status == 1 && failed.errors.contains("no such model"), "\(failed)")
        #expect(failed.errors.contains("gpt2-fp32, ours: no figures from "))
    }

    @Test("a row that does not exist is refused")
    func unknownRow() throws {
        let result = try run([Checkout.path("launch/benchmark"), "--only", "gpt3", "--dry-run"])
        #expect(result.status == 64 && result.errors.contains("There is no row 'gpt3'."), "\(result)")
    }
}
