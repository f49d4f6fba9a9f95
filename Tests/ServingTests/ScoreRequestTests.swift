// How `/predict` reads what it is asked.

import JSON
import Models
import Serving
import Testing

@Suite struct ScoreRequestTests {
    private func read(_ body: String, limit: Int = 3) throws(ServiceError) -> ScoreRequest {
        try ScoreRequest(Array(body.utf8), batchLimit: limit)
    }

    @Test(
        "inputs are a text, a pair or a batch of both",
        arguments: [
            (#""a""#, [TextInput("a")], false), (#"["a"]"#, [TextInput("a")], false),
            (#"["a", "b"]"#, [TextInput("a", pair: "b")], false),
            (#"[["a"], ["b", "c"]]"#, [TextInput("a"), TextInput("b", pair: "c")], true),
            (#"[["a"], "b"]"#, [TextInput("a"), TextInput("b")], true),
        ])
    func inputs(json: String, expected: [TextInput], isBatch: Bool) throws {
        let request = try read(#"{"inputs": \#(json)}"#)
        #expect(request.inputs == expected)
        #expect(request.isBatch == isBatch)
        #expect(!request.rawScores && !request.truncates)
    }

    @Test("raw_scores and truncate are read, and null stands for false")
    func flags() throws {
        let request = try read(#"{"inputs": "a", "raw_scores": true, "truncate": null}"#)
        #expect(request.rawScores && !request.truncates)
        #expect(try read(#"{"inputs": "a", "truncate": true, "truncation_direction": "Right"}"#).truncates)
    }

    @Test(
        "what is not understood is refused, each with its status",
        arguments: [
            ("", 400), ("{", 400), (#"{"inputs": "a"} x"#, 400), ("[]", 422), ("{}", 422),
            (#"{"inputs": 1}"#, 422), (#"{"inputs": []}"#, 400), (#"{"inputs": ["a", "b", "c"]}"#, 422),
            (#"{"inputs": [["a", "b", "c"]]}"#, 422), (#"{"inputs": [[1]]}"#, 422),
            (#"{"inputs": [[]]}"#, 422),
            (#"{"inputs": "a", "truncate": 1}"#, 422), (#"{"inputs": "a", "trunkate": true}"#, 422),
            (#"{"inputs": "a", "truncation_direction": "left"}"#, 422),
            (#"{"inputs": [["a"], ["b"], ["c"], ["d"]]}"#, 413),
        ])
    func refusals(body: String, status: Int) throws {
        let error = try #require(throws: ServiceError.self) { try read(body) }
        #expect(error.kind.status == status)
    }

    @Test("scores are sorted, of a softmax, of sigmoids, or as they are")
    func scores() {
        func json(_ problemType: ProblemType, isRaw: Bool = false) -> String {
            let head = ClassificationHead(labels: ["a", "b"], problemType: problemType)
            return LabelScores.json([0, 1.5], head: head, isRaw: isRaw).json
        }
        #expect(
            json(.singleLabel)
                == #"[{"score": 0.8175745, "label": "b"}, {"score": 0.18242553, "label": "a"}]"#)
        #expect(json(.multiLabel) == #"[{"score": 0.8175745, "label": "b"}, {"score": 0.5, "label": "a"}]"#)
        let raw = #"[{"score": 1.5, "label": "b"}, {"score": 0.0, "label": "a"}]"#
        #expect(json(.regression) == raw)
        #expect(json(.singleLabel, isRaw: true) == raw)
    }
}
