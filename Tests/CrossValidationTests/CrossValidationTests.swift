// Plans of cross-validations, figures over folds, and whether replicas fit.

import Arguments
import CrossValidation
import Datasets
import Foundation
import Testing

@Suite struct CrossValidationPlanTests {
    /// A plan over rows of three labels and ten authors.
    private func plan(
        _ change: (inout CrossValidationArguments) -> Void = { _ in }
    ) throws -> CrossValidationPlan {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
        let rows = (0..<97).map { row in
            #"{"text": "t\#(row)", "label": "\#(["a", "b", "c"][row * row % 7 % 3])", "by": \#(row / 10)}"#
                + "\n"
        }
        try Data(rows.joined().utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var data = DataArguments()
        data.trainFiles = [file.path]
        var arguments = CrossValidationArguments()
        change(&arguments)
        return try CrossValidationPlan(
            FoldSurvey(data, task: .textClassification, arguments), arguments)
    }

    @Test("single labels are stratified unless groups are asked for")
    func defaults() throws {
        #expect(try plan().description == "stratified by label")
        #expect(try plan { $0.isStratified = false }.description == "shuffled")
        #expect(try plan { $0.groupColumn = "by" }.description == "grouped by by")
        let both = try plan { ($0.groupColumn, $0.isStratified) = ("by", true) }
        #expect(both.description == "stratified by label, grouped by by")
    }

    @Test("training, choosing and test rows of a fold are disjoint and all rows, groups whole")
    func parts() throws {
        for column in [nil, "by"] {
            let plan = try plan {
                ($0.groupColumn, $0.repeats, $0.innerValidation) = (column, 2, 0.2)
            }
            #expect(plan.runs.map(\.name).prefix(6).suffix(2) == ["fold-5", "repeat-2-fold-1"])
            for run in plan.runs {
                let rows = try plan.trainingRows(of: run)
                let choosing = try #require(rows.choosing)
                let test = plan.testRows(of: run)
                #expect(rows.learnt.count + choosing.count + test.count == 97)
                #expect(abs(choosing.count - 15) <= (column == nil ? 1 : 5))
                var partOfAuthor: [Int: Set<Int>] = [:]
                for row in 0..<97 {
                    let parts = [rows.learnt, choosing, test].enumerated().filter { $0.1.contains(row) }
                    #expect(parts.count == 1)
                    partOfAuthor[row / 10, default: []].formUnion(parts.map(\.offset))
                }
                if column != nil { #expect(partOfAuthor.values.allSatisfy { $0.count == 1 }) }
            }
            #expect(plan.plans[0] != plan.plans[1])
        }
    }

    @Test("a label with fewer rows than folds is a warning")
    func rareLabel() throws {
        #expect(try plan().warnings.isEmpty)
        let warnings = try plan { $0.folds = 20 }.warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("rows for 20 folds") == true, "\(warnings)")
    }

    @Test("numbers that do not fit together are refused in a sentence")
    func arguments() throws {
        let cases: [(change: (inout CrossValidationArguments) -> Void, sentence: String)] = [
            ({ $0.folds = 1 }, "--folds is 1, but there must be at least 2"),
            ({ $0.repeats = 0 }, "--repeats is 0, but there must be at least 1"),
            ({ $0.innerValidation = 0.7 }, "--inner_validation is 0.7, but it must be a share"),
            ({ $0.parallelFolds = 6 }, "--parallel-folds is 6, but there are 5 folds to train"),
            ({ $0.parallelFolds = 3 }, "--parallel-folds is 3, which does not divide the 4 ranks"),
        ]
        for (change, sentence) in cases {
            var arguments = CrossValidationArguments()
            change(&arguments)
            #expect {
                try arguments.check(rankCount: 4)
            } throws: {
                "\($0)".hasPrefix(sentence)
            }
        }
        var arguments = CrossValidationArguments()
        arguments.parallelFolds = 2
        try arguments.check(rankCount: 4)
        #expect {
            try arguments.check(rankCount: 1)
        } throws: {
            "\($0)".contains("does not divide the 1 rank:") && "\($0)".contains("start 2 ranks")
        }
    }
}

@Suite struct ReplicaMemoryTests {
    @Test("fp32 training takes 16 bytes a parameter, sharded moments and adapters less")
    func bytes() {
        func bytes(_ trainsAll: Bool, _ bf16: Bool, _ shards: Int) -> Int {
            ReplicaMemory(parameterCount: 1_000, trainsAll: trainsAll, bf16: bf16, shards: shards).bytes
        }
        #expect(bytes(true, false, 1) == 16_000)
        #expect(bytes(true, true, 1) == 18_000)
        #expect(bytes(true, false, 4) == 10_000)
        #expect(bytes(false, false, 1) == 4_000)
    }

    @Test("what fits is fine, what is tight is a warning, what cannot fit is an error, with figures")
    func judgement() throws {
        let replica = ReplicaMemory(parameterCount: 1 << 28, trainsAll: true, bf16: false, shards: 1)
        #expect(try replica.warning(replicas: 2, available: 16 << 30, host: "a") == nil)
        let warning = try replica.warning(replicas: 3, available: 16 << 30, host: "a")
        #expect(
            warning?.hasPrefix(
                "3 replicas need at least 12.0 GiB on a for weights, gradients and moments, and 16.0 GiB")
                == true)
        #expect {
            try replica.warning(replicas: 5, available: 16 << 30, host: "a")
        } throws: {
            "\($0)".hasPrefix("5 replicas need at least 20.0 GiB on a")
        }
    }
}
