// `verify-resume` proves what holds, and says what differs.

import JSON
import TestSupport
import Testing

@Suite(.serialized) struct VerifyResumeTests {
    private func verify(_ workshop: Workshop, _ flags: [String]) throws -> JobOutcome {
        let recipe = try workshop.recipe(output: "run", [:])
        return try workshop.lockstep(["verify-resume", recipe, "--steps", "4"] + flags)
    }

    @Test("a reproducible recipe has the same bits on 2, 1 and 3 ranks, straight and resumed")
    func reproducible() throws {
        let workshop = try Workshop()
        let outcome = try verify(
            workshop,
            ["--reproducible", "true", "--per_device_train_batch_size", "2", "--ranks", "2,1,3", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let document = try JSONValue(parsing: Array(outcome.output.utf8))
        let runs = try #require(document["runs"]?.array)
        #expect(document["verified"]?.bool == true && runs.count == 6)
        #expect(runs.allSatisfy { $0["equal"]?.bool == true })
        #expect(runs.compactMap { $0["ranks"]?.integer } == [2, 2, 1, 1, 3, 3])
        #expect(Set(runs.compactMap { $0["weights_xxh64"]?.string }).count == 1)
        #expect(try workshop.names("run") == [], "it leaves the recipe's own folder alone")
    }

    @Test("without the key other numbers of ranks are told with their difference, and are no failure")
    func plain() throws {
        let workshop = try Workshop()
        let outcome = try verify(workshop, ["--ranks", "2,1,5"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for text in [
            "2 ranks resumed at step 2", "equal", "1 rank straight", "differs by at most ",
            "5 ranks: left out, 24 rows cannot be shared equally",
            "verified: a resumed run ends with the bits of one that was not stopped",
        ] {
            #expect(outcome.output.contains(text), "\(outcome.output)")
        }
    }

    @Test("a run that fails is told with its last lines, and bad options are refused")
    func failures() throws {
        let workshop = try Workshop()
        let outcome = try verify(workshop, ["--ranks", "1", "--learning_rate", "1e30"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the run on 1 rank ended with 65"), "\(outcome.errors)")
        #expect(outcome.errors.contains("not a finite number"), "\(outcome.errors)")
        for flags in [["--ranks", "0"], ["--ranks", "2,2"], ["--steps", "1"]] {
            #expect(try verify(workshop, flags).status != 0, "\(flags)")
        }
    }
}
