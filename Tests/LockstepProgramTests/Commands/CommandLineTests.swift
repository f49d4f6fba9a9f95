// Help, version and the launch line: what a user sees without a run.

import Configuration
import Foundation
import TestSupport
import Testing

@Suite struct CommandLineTests {
    private func output(_ arguments: [String]) throws -> String {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        return try workshop.succeed(arguments).output
    }

    /// Name and help of every option and argument in a help page, white space folded.
    private func entries(_ page: String) -> [(name: String, help: String)] {
        var entries: [(name: String, help: String)] = []
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if let match = line.firstMatch(of: /^  (-[^\s,]+(?:, --\S+)?(?: \[?<[^>]+>\]?)?|<\S+>)(.*)$/) {
                entries.append((String(match.output.1), String(match.output.2)))
            } else if line.hasPrefix(String(repeating: " ", count: 20)), !entries.isEmpty {
                entries[entries.count - 1].help += " " + line
            }
        }
        return entries.map { entry in
            (entry.name, entry.help.split(separator: " ").joined(separator: " "))
        }
    }

    @Test(
        "every option of every command has one sentence",
        arguments: [
            "prepare", "check", "plan", "train", "evaluate", "predict", "chat", "cross-validate",
            "verify-resume", "import", "export", "serve", "launch", "supervise", "monitor",
        ])
    func sentences(command: String) throws {
        let entries = entries(try output([command, "--help"]))
        #expect(entries.count >= 5)
        for entry in entries {
            // A sentence, and in brackets the words and the default.
            let isSentence = entry.help.wholeMatch(of: /[A-Z][^.]*(?:\.[a-z0-9]+[^.]*)*\.(?: \(.*\))*/) != nil
            #expect(isSentence, "\(command) \(entry.name): \(entry.help)")
        }
    }

    @Test(
        "--help lists the recipe keys that the command reads, in the order of the table, and no others",
        arguments: RecipeCommand.allCases)
    func recipeKeys(command: RecipeCommand) throws {
        let page = try output([command.rawValue, "--help"])
        let entries = entries(page)
        let keys = RecipeKey.all.filter { $0.commands.contains(command) }
        let known = Set(RecipeKey.all.map(\.name))
        let listed = entries.compactMap { $0.name.firstMatch(of: /^--([a-z0-9_]+)/).map { String($0.1) } }
        #expect(listed.filter(known.contains) == keys.map(\.name))
        for key in keys {
            let entry = entries.first { $0.name.hasPrefix("--\(key.name) ") }
            #expect(entry?.help.hasPrefix(key.help) == true, "\(key.name)")
            #expect(key.typeName == "boolean" || entry?.name.hasSuffix(" <\(key.typeName)>") == true)
            if !key.allowedValues.isEmpty {
                #expect(entry?.help.contains("(" + key.allowedValues.joined(separator: "|")) == true)
            }
            if let text = key.defaultText {
                #expect(entry?.help.contains("default: \(text))") == true, "\(key.name)")
            }
        }
        let titles = page.split(separator: "\n").filter { $0.hasSuffix(":") && $0 == $0.uppercased() }
        let groups = KeyGroup.allCases.filter { group in keys.contains { $0.group == group } }
        let groupTitles = titles.map(String.init).filter { !$0.contains("OPTION") }.suffix(groups.count)
        #expect(Array(groupTitles) == groups.map { $0.title.uppercased() + ":" })
        #expect(titles.count > groups.count && titles[1].hasPrefix("OPTIONS OF"), "\(titles)")
    }

    @Test(
        "the examples of every command's help are command lines that it takes",
        arguments: [
            [], ["train"], ["evaluate"], ["predict"], ["chat"], ["cross-validate"], ["report"], ["import"],
            ["rate"], ["launch"], ["cache"],
        ])
    func examples(command: [String]) throws {
        let page = try output(command + ["--help"])
        let lines = page.split(separator: "\n").filter { $0.hasPrefix("  lockstep ") }
        #expect(!lines.isEmpty && page.contains("\nExamples:\n"))
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        for line in lines where !line.contains(" serve ") {
            let outcome = try workshop.lockstep(words(line))
            #expect(outcome.status != 64, "\(line): \(outcome.errors)")
        }
    }

    /// The words of an example behind the program's name; single quotes keep words together.
    private func words(_ line: Substring) -> [String] {
        let parts = line.split(separator: "'", omittingEmptySubsequences: false)
        let words = parts.enumerated().flatMap { index, part in
            index.isMultiple(of: 2) ? part.split(separator: " ").map(String.init) : [String(part)]
        }
        return Array(words.dropFirst())
    }

    @Test("help on a topic: its keys, those of a command alone, or what is meant")
    func topics() throws {
        for arguments in [
            ["--help", "lora"], ["help", "lora"], ["train", "--help", "lora"], ["train", "-h", "lora"],
        ] {
            let page = try output(arguments)
            #expect(page.contains("  --lora_r <integer>\n") && !page.contains("USAGE"), "\(arguments)")
        }
        #expect(try output(["--help", "train"]) == output(["train", "--help"]))
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let outcome = try workshop.lockstep(["chat", "--help", "lora"])
        #expect(outcome.status == 64 && outcome.errors.contains("No key that chat reads is about 'lora'"))
    }

    @Test("chat has no key of a training run, and says who reads it")
    func chatKeys() throws {
        let page = try output(["chat", "--help"])
        #expect(page.contains("--temperature ") && page.contains("--system "))
        for name in ["learning_rate", "train_file", "lora_r", "ddp_timeout"] {
            #expect(!page.contains("--\(name)"))
        }
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        try workshop.expectRefusal(
            ["chat", "--model_name_or_path", "m", "--learning_rate", "1"],
            saying: "--learning_rate: learning_rate is not read by chat, but by train and cross-validate.")
    }

    @Test(
        "a shell completes the keys that each command reads, and the words of choices",
        arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let script = try output(["--generate-completion-script", shell])
        let lines = script.split(separator: "\n").filter { $0.contains("learning_rate") }
        #expect(!lines.isEmpty)
        if shell == "bash" {
            let functions = script.components(separatedBy: "\n_").filter { $0.hasPrefix("lockstep_") }
            let train = try #require(functions.first { $0.hasPrefix("lockstep_train()") })
            let chat = try #require(functions.first { $0.hasPrefix("lockstep_chat()") })
            #expect(train.contains("--learning_rate") && train.contains("cosine"))
            #expect(!chat.contains("--learning_rate") && chat.contains("--temperature"))
        }
    }

    @Test(
        "a mistyped command or flag: what was meant",
        arguments: [
            (["eval"], "'eval'. Did you mean 'evaluate'?"),
            (["trian", "r.yaml"], "'trian', 'r.yaml'. Did you mean 'train'?"),
            (["xyz"], "'xyz'. The commands are prepare, check, plan, train, "),
            (
                ["train", "--evalution_strategy", "no"],
                "'--evalution_strategy'. Did you mean '--eval_strategy'?"
            ),
            (["train", "--learning-rate", "1"], "'--learning-rate'. Did you mean '--learning_rate'?"),
            (["chat", "--temprature", "1"], "'--temprature'. Did you mean '--temperature'?"),
        ])
    func mistyped(arguments: [String], answer: String) throws {
        let workshop = try Workshop(trainRows: 3, validationRows: 3)
        let outcome = try workshop.lockstep(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(answer), "\(outcome.errors)")
    }

    @Test("the first page lists the commands, and --version is one line")
    func firstPage() throws {
        let page = try output(["--help"])
        for command in ["train", "check", "evaluate", "predict", "cross-validate", "import", "launch"] {
            #expect(page.contains("\n  \(command) "))
        }
        #expect(try output(["--version"]).wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test("launch prints the mpirun line of the workstation's cluster file")
    func launch() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().path
        // Settings of the environment would be left out of the line.
        let inherited = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("OMPI_MCA_") }
        let outcome = try MPIRun.run(
            ["env"] + inherited.flatMap { ["-u", $0] } + [
                Workshop.program, "launch", "--cluster", root + "/cluster-configs/workstation.yaml",
                "--print",
                "--", "train", "my recipe.yaml", "--seed", "3",
            ], timeoutSeconds: 60)
        let line = outcome.output
        let cores = RankPlacement.coresOfThisMachine
        let placement =
            cores >= 2
            ? "--map-by slot:PE=\(cores / 2) --bind-to core" : "--map-by slot --bind-to none --oversubscribe"
        #expect(
            line == "mpirun -np 2 \(placement) --mca btl_tcp_flags send --mca mpi_yield_when_idle 1 "
                + "--mca btl_vader_single_copy_mechanism none --mca oob_tcp_keepalive_time 5 "
                + "--mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3 "
                + "-x SWIFT_BACKTRACE=enable=no -x OMP_NUM_THREADS=\(max(1, cores / 2)) \(realProgram) "
                + "train 'my recipe.yaml' --seed 3\n")
    }

    /// The program's path without links, as it sees itself.
    private var realProgram: String {
        URL(fileURLWithPath: Workshop.program).resolvingSymlinksInPath().path
    }

    @Test("a command that divides no work runs once on several ranks")
    func oneProcess() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "2"])
        let outcome = try workshop.succeed(["report", workshop.path + "/run"], ranks: 3)
        #expect(outcome.output == workshop.path + "/run/report.html\n", "\(outcome)")
    }

    @Test("launch runs the command and hands on its exit code")
    func launchRuns() throws {
        let workshop = try Workshop()
        try workshop.write("", to: "openmpi.conf")
        let cluster = try workshop.write(
            "launcher: mpirun\nranks: 2\nmpirun_arguments: [--oversubscribe, --allow-run-as-root]\n",
            to: "cluster.yaml")
        let good = try workshop.recipe(output: "run", ["max_steps": "2"])
        try workshop.succeed(["launch", "--cluster", cluster, "--", "train", good])
        #expect(try workshop.records("run").count == 2)
        let again = try workshop.lockstep(["launch", "--cluster", cluster, "--", "train", good])
        #expect(again.status == 1)
        #expect(again.errors.contains("already holds another run"))
    }
}
