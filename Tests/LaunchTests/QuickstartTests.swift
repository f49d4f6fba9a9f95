// The order of quickstart's steps and what it hands to the program, with stand-ins for Swift, mpirun and
// lockstep.
import Foundation
import Testing

@Suite struct QuickstartTests {
    @Test("It trains, evaluates and predicts, and a second run takes a folder of its own")
    func runsTwice() throws {
        let copy = try Self.copy()
        for folder in ["runs/sentiment", "runs/sentiment-2"] {
            try? FileManager.default.removeItem(atPath: copy.path("calls"))
            let result = try Self.quickstart(copy, ["--ranks", "3", "--model", copy.path("model")])
            #expect(result.status == 0, "\(result)")
            let calls = try Self.calls(copy)
            try #require(calls.count == 4, "\(calls)")
            #expect(calls[0].hasPrefix("mpirun -np 3 "))
            #expect(
                calls[1] == "train launch/recipes/sentiment.yaml --output_dir \(folder)"
                    + " --model_name_or_path \(copy.path("model"))")
            #expect(
                calls[2].hasPrefix(
                    "evaluate --model_name_or_path \(folder) --validation_file launch/recipes/reviews/"))
            #expect(calls[3].hasPrefix("predict --model_name_or_path \(folder) --predict_file \(folder)/"))
            #expect(result.output.contains("\(folder)/metrics.jsonl"))
            #expect(result.output.contains("/\(folder)/report.html\n"))
            let next = result.output.split(separator: "\n").last ?? ""
            #expect(
                next.hasPrefix("launch/local 3 launch/recipes/sentiment.yaml --model_name_or_path "),
                "\(next)")
            #expect(next.contains(" --train_file mine.csv ") && next.hasSuffix(" --output_dir runs/mine"))
            let sentences = try String(
                contentsOfFile: copy.path("\(folder)/sentences.jsonl"), encoding: .utf8)
            #expect(sentences.split(separator: "\n").count == 3)
        }
    }

    @Test("The Open MPI settings and the threads of a rank reach mpirun")
    func setsEnvironment() throws {
        let copy = try Self.copy()
        try copy.addProgram("mpirun", "env >'\(copy.path("environment"))'; mkdir -p runs/sentiment")
        let result = try Self.quickstart(copy, ["--model", copy.path("model")])
        #expect(result.status == 0, "\(result)")
        let environment = try String(contentsOfFile: copy.path("environment"), encoding: .utf8)
        let lines = Set(environment.split(separator: "\n").map(String.init))
        #expect(lines.contains("OMPI_MCA_btl_tcp_flags=send"))
        #expect(lines.contains("OMPI_MCA_mpi_yield_when_idle=1"))
        #expect(lines.contains("OMPI_MCA_oob_tcp_keepalive_probes=3"))
        #expect(lines.contains { $0.wholeMatch(of: /OMP_NUM_THREADS=[1-9][0-9]*/) != nil })
    }

    @Test("It stops at the first step that fails, with that step's code")
    func stopsAtFailure() throws {
        let copy = try Self.copy()
        try copy.addProgram("mpirun", "exit 7")
        let result = try Self.quickstart(copy, ["--model", copy.path("model")])
        #expect(result.status == 7, "\(result)")
        #expect(try Self.calls(copy).isEmpty)
        #expect(!result.output.contains("Done"))
    }

    @Test("A model folder without config.json and a wrong number of ranks are refused before anything runs")
    func refusesWrongArguments() throws {
        let copy = try Self.copy()
        let folder = try Self.quickstart(copy, ["--model", copy.path("launch")])
        #expect(folder.status == 1)
        #expect(folder.errors.contains("there is no config.json in that folder"))
        for ranks in ["0", "-1", "two", ""] {
            let result = try Self.quickstart(copy, ["--ranks", ranks])
            #expect(result.status == 64, "\(result)")
            #expect(result.errors.contains("must be a whole number of at least 1"))
        }
        #expect(try Self.calls(copy).isEmpty)
    }

    /// A copy in which mpirun runs the program once, and the program notes its arguments and makes its
    /// folder.
    private static func copy() throws -> ScriptCopy {
        let copy = try ScriptCopy()
        try FileManager.default.createDirectory(
            atPath: copy.path("model"), withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: copy.path("model/config.json")))
        try copy.addProgram("launch/setup", "exit 0")
        try copy.addProgram(
            "mpirun",
            """
            echo "mpirun $*" >>'\(copy.path("calls"))'
            while [[ $1 != */lockstep ]]; do shift; done
            "$@"
            """)
        try copy.addProgram(
            "lockstep",
            """
            echo "$*" >>'\(copy.path("calls"))'
            while (($#)); do
                case $1 in
                    --output_dir) mkdir -p "$2" ;;
                    --output_file) echo '{}' >"$2" ;;
                esac
                shift
            done
            """)
        return copy
    }

    private static func quickstart(_ copy: ScriptCopy, _ arguments: [String]) throws -> CommandResult {
        let environment = [
            "PATH": copy.searchPath, "LOCKSTEP_BINARY": copy.programs.appendingPathComponent("lockstep").path,
        ]
        return try run([copy.path("launch/quickstart")] + arguments, environment: environment)
    }

    private static func calls(_ copy: ScriptCopy) throws -> [String] {
        guard FileManager.default.fileExists(atPath: copy.path("calls")) else { return [] }
        let text = try String(contentsOfFile: copy.path("calls"), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }
}
