// `lockstep chat`: messages through a pipe, commands, JSON, signals, and what it refuses.

import Dispatch
import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct ChatTests {
    /// The toy chat model in a workshop, trained a little so that its answers end.
    private func workshop() throws -> Workshop {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat()
        try workshop.train("run", flags: flags + ["--max_steps", "30"])
        return workshop
    }

    /// Runs `lockstep chat` over lines of input.
    private func chat(
        _ workshop: Workshop, _ lines: [String], _ arguments: [String] = [], model: String = "run",
        launcher: String = ""
    ) throws -> JobOutcome {
        let input = try workshop.write(lines.map { $0 + "\n" }.joined(), to: "input.txt")
        let words = [Workshop.program, "chat", "--model_name_or_path", workshop.path + "/" + model]
        let command = (words + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try MPIRun.run(
            ["bash", "-c", "\(launcher) \(command) < '\(input)'"], timeoutSeconds: 60)
    }

    private func answers(_ outcome: JobOutcome) throws -> [JSONValue] {
        try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test("one JSON object an answer, the history read through the cache, commands obeyed")
    func commands() throws {
        let workshop = try workshop()
        let outcome = try chat(
            workshop,
            [
                "the food was good", "the room was bad", "/undo", "the room was bad", "/reset",
                "the food was good", "/nothing", "", "//the", "/quit", "the book was kind",
            ], ["--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try answers(outcome)
        try #require(found.count == 5, "\(outcome.output)")
        #expect(
            found.map { $0["user"]?.string } == [
                "the food was good", "the room was bad", "the room was bad", "the food was good", "/the",
            ])
        #expect(
            found[0]["assistant"] == found[3]["assistant"] && found[1]["assistant"] == found[2]["assistant"])
        #expect(found[0]["read_tokens"] == found[0]["prompt_tokens"])
        // After /undo the whole prompt but its last token is in the cache.
        #expect(found[2]["read_tokens"] == .integer(1))
        #expect((found[1]["read_tokens"]?.integer ?? 99) < (found[1]["prompt_tokens"]?.integer ?? 0))
        #expect(
            outcome.errors.contains("/nothing is no command; there are /reset, /undo, /system, /quit and"))
        #expect(outcome.errors.contains("Your last message and its answer are taken back."))
    }

    @Test("text on standard output as predict writes it, everything else on standard error")
    func text() throws {
        let workshop = try workshop()
        let outcome = try chat(workshop, ["the food was good"], ["--max_new_tokens", "9"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let row = #"{"messages": [\#(ToyLanguageModel.message("user", "the food was good"))]}"# + "\n"
        let prediction = try workshop.succeed([
            "predict", "--task", "chat", "--model_name_or_path", workshop.path + "/run", "--predict_file",
            workshop.write(row, to: "row.jsonl"), "--output_file", "-", "--max_new_tokens", "9",
        ])
        let expected = try JSONValue(parsing: Array(prediction.output.utf8))["prediction"]?.string
        #expect(outcome.output == (expected ?? "missing") + "\n")
        #expect(outcome.errors.contains(" tokens; ") && outcome.errors.contains(" from the cache"))
        #expect(!outcome.output.isEmpty && !outcome.output.contains("cache"))
    }

    @Test("sampling by seed: the same seed gives the same conversation, another one another")
    func sampling() throws {
        let workshop = try workshop()
        func run(_ seed: String) throws -> String {
            let keys = [
                "--do_sample", "true", "--temperature", "2", "--min_new_tokens", "8", "--bf16", "true",
            ]
            return try chat(
                workshop, ["the food was good", "the food was good"],
                keys + ["--seed", seed, "--max_new_tokens", "12"]
            ).output
        }
        let first = try run("1")
        #expect(try run("1") == first)
        #expect(try run("2") != first)
    }

    @Test("a lines' backslash joins it with the next; a system message stands before the conversation")
    func longMessages() throws {
        let workshop = try workshop()
        let found = try answers(
            chat(
                workshop, ["the food \\", "was good", "/system very kind", "the food"],
                ["--json", "--system", "bad"]))
        try #require(found.count == 2)
        #expect(found[0]["user"]?.string == "the food \nwas good")
        // "[CLS] system bad [SEP] [CLS] user the food was good [SEP] [CLS] assistant" has 13 tokens.
        #expect(found[0]["prompt_tokens"] == .integer(13))
        #expect(found[1]["prompt_tokens"] == .integer(12))
    }

    @Test("a message that is too long is said, and the conversation goes on")
    func tooLong() throws {
        let workshop = try workshop()
        let outcome = try chat(
            workshop, [String(repeating: "good ", count: 120), "the food was good"], ["--json"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("error: this message takes 125 tokens"), "\(outcome.errors)")
        #expect(try answers(outcome).count == 1)
    }

    @Test("several ranks, a model without a template, and one that is no language model")
    func refusals() throws {
        let workshop = try Workshop()
        _ = try workshop.prepareChat()
        try workshop.expectRefusal(
            ["chat", "--model_name_or_path", workshop.path + "/llama"], ranks: 2,
            saying:
                "chat: a conversation needs one process, but this job has 2 ranks; start `lockstep chat` without "
                + "mpirun")
        try ToyLanguageModel.write(to: workshop.path + "/plain", hasTemplate: false)
        let plain = try chat(
            workshop, ["good bad"], ["--json", "--max_new_tokens", "3"], model: "plain")
        #expect(
            plain.errors.contains("has no chat template: messages follow each other with the end-of-sequence")
        )
        // "good bad [SEP]"
        #expect(try answers(plain).first?["prompt_tokens"] == .integer(3))
        let system = try chat(workshop, ["good"], ["--system", "bad"], model: "plain")
        #expect(system.status == 1 && system.errors.contains("error: system: "))
        let classifier = try chat(workshop, ["good"], model: "model")
        #expect(
            classifier.status == 1
                && classifier.errors.contains("chat needs a causal language model, but "))
    }

    @Test("Ctrl-C while nothing is written does not end the program")
    func interrupt() throws {
        let workshop = try workshop()
        // The shell opens the pipe for writing and keeps it, so that the program waits for a message.
        let script = """
            mkfifo '\(workshop.path)/pipe'
            '\(Workshop.program)' chat --model_name_or_path '\(workshop.path)/run' --json \
            < '\(workshop.path)/pipe' & program=$!
            exec 9> '\(workshop.path)/pipe'
            echo 'the food was good' >&9
            sleep 2
            kill -INT $program
            sleep 0.5
            echo 'the room was bad' >&9
            exec 9>&-
            wait $program
            """
        let outcome = try MPIRun.run(["bash", "-c", script], timeoutSeconds: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try answers(outcome).count == 2, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("Nothing is being written; /quit or Ctrl-D leaves."))
    }

    @Test("on a terminal Ctrl-C while nothing is written leaves the prompt standing")
    func interruptOnTerminal() throws {
        let workshop = try workshop()
        // `script` gives the program a terminal. The shell keeps the pipe open, so that it waits for a
        // message.
        let script = """
            cd '\(workshop.path)' && mkfifo keys
            script -qefc "echo \\$\\$ > pid; exec '\(Workshop.program)' chat --model_name_or_path run" /dev/null \
            < keys > screen & terminal=$!
            exec 9> keys
            until grep -q '> ' screen; do sleep 0.1; done
            kill -INT $(cat pid)
            until grep -q leaves screen; do sleep 0.1; done
            sleep 0.5
            printf '/quit\\n' >&9
            wait $terminal
            """
        let outcome = try MPIRun.run(["bash", "-c", script], timeoutSeconds: 60)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let screen = try workshop.text("screen")
        #expect(screen.contains("/quit or Ctrl-D leaves.\r\n> "), "\(screen)")
    }
}
