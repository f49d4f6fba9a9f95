// What the shells offer after Tab, and the manual: both are made by the argument parser from the commands and
// keys.

import Configuration
import Foundation
import TestSupport
import Testing

@Suite struct CompletionTests {
    private static let commands = [
        "prepare", "check", "plan", "train", "evaluate", "predict", "chat", "rate", "cross-validate",
        "verify-resume", "report", "import", "export", "serve", "launch", "supervise", "monitor",
        "cache", "bench",
    ]

    /// The script for a shell, written into the workshop; returns its path.
    private func script(_ shell: String, in workshop: Workshop) throws -> String {
        let script = try workshop.succeed(["--generate-completion-script", shell]).output
        return try workshop.write(script, to: "lockstep.\(shell)")
    }

    /// What bash offers for the last word of `lockstep words…`, in the folder of the workshop.
    private func offers(_ words: [String], in workshop: Workshop) throws -> Set<String> {
        let program = """
            source "$1"; cd "$2"; shift 2
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=$((${#COMP_LINE}))
            read -ra registered <<<"$(complete -p lockstep)"
            "${registered[-2]}" lockstep "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try MPIRun.run(
            [
                "bash", "--norc", "-c", program, "bash", try script("bash", in: workshop), workshop.path,
                "lockstep",
            ]
                + words, timeoutSeconds: 60)
        try #require(outcome.status == 0 && outcome.errors == "", "\(outcome)")
        return Set(outcome.output.split(separator: "\n").map(String.init))
    }

    @Test(
        "each shell's script is one that the shell can read, with every command and the keys",
        arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let path = try script(shell, in: workshop)
        let outcome = try MPIRun.run([shell, "-n", path], timeoutSeconds: 60)
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
        let text = try workshop.text("lockstep.\(shell)")
        #expect(Self.commands.filter { !text.contains($0) } == [])
        let keys = RecipeKey.all.map { shell == "fish" ? "-l '\($0.name)'" : "--\($0.name)" }
        #expect(keys.count > 100 && keys.filter { !text.contains($0) } == [])
    }

    @Test("bash completes commands, keys, words of a choice and names of files")
    func bash() throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        try workshop.write("", to: "first.yaml")
        #expect(try offers(["tr"], in: workshop) == ["train"])
        #expect(try offers(["rate", "s"], in: workshop) == ["serve"])
        #expect(
            try offers(["train", "--learning_rat"], in: workshop) == ["--learning_rate", "--learning_rates"])
        let schedulers = try #require(RecipeKey.named("lr_scheduler_type")).allowedValues
        #expect(try offers(["train", "--lr_scheduler_type", ""], in: workshop) == Set(schedulers))
        #expect(try offers(["train", "first.yaml", "--bf16", "t"], in: workshop) == ["true"])
        #expect(try offers(["train", "--train_file", "tr"], in: workshop) == ["train.jsonl"])
        #expect(try offers(["train", "f"], in: workshop) == ["first.yaml"])
        #expect(try offers(["train", "t"], in: workshop) == [])
        #expect(try offers(["bench", "step", "--model", "minil"], in: workshop) == ["minilm"])
    }
}
