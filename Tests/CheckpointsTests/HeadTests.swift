// What becomes of the head in a file when a run wants the same labels, others, or another order.

import Checkpoints
import JSON
import Layers
import Models
import Testing

struct HeadTests {
    /// A copy of the three-label model with these names.
    private func copy(labels: [String]?, problemType: String? = nil) throws -> ModelCopy {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeConfiguration { members in
            members["id2label"] = labels.map { labels in
                .object(
                    JSONObject(labels.enumerated().map { ("\($0)", .string($1)) }))
            }
            members["label2id"] = nil
            members["problem_type"] = problemType.map(JSONValue.string)
        }
        return copy
    }

    private func head(_ labels: [String], _ type: ProblemType = .singleLabel) -> ClassificationHead {
        ClassificationHead(labels: labels, problemType: type)
    }

    private func rows(_ model: any SequenceClassifier) throws -> [[Float]] {
        let weights = try values("classifier.weight", of: model)
        let bias = try values("classifier.bias", of: model)
        let width = weights.count / bias.count
        return bias.indices.map { Array(weights[$0 * width..<($0 + 1) * width]) + [bias[$0]] }
    }

    @Test("the same labels keep the head, outputs in another order are moved to their labels")
    func order() throws {
        let copy = try copy(labels: ["low", "middle", "high"])
        let original = try copy.load()
        #expect(original.model.head.labels == ["low", "middle", "high"])
        let same = try copy.load(head(["low", "middle", "high"]))
        #expect(try rows(same.model) == rows(original.model))
        #expect(same.report.headChange == nil)
        let moved = try copy.load(head(["high", "low", "middle"]))
        let expected = try rows(original.model)
        #expect(try rows(moved.model) == [expected[2], expected[0], expected[1]])
        #expect(moved.model.head.labels == ["high", "low", "middle"])
        #expect(
            moved.report.headChange == "head outputs reordered from low, middle, high to high, low, middle")
        #expect(moved.report.newHead.isEmpty)
    }

    @Test(
        "generic labels take the run's names in order", arguments: [["LABEL_0", "LABEL_1", "LABEL_2"], nil])
    func genericLabels(labels: [String]?) throws {
        let copy = try copy(labels: labels)
        if labels == nil { try copy.changeConfiguration { $0["num_labels"] = .integer(3) } }
        let original = try copy.load()
        let named = try copy.load(head(["a", "b", "c"]))
        #expect(try rows(named.model) == rows(original.model))
        #expect(
            named.report.headChange
                == "head outputs LABEL_0, LABEL_1, LABEL_2 now stand for a, b, c, in this order")
    }

    @Test("other labels get a new head, and the report says why")
    func otherLabels() throws {
        let copy = try copy(labels: ["low", "middle", "high"])
        let (model, report) = try copy.load(head(["a", "b", "c"]))
        #expect(report.newHead == ["classifier.weight", "classifier.bias"])
        #expect(report.newHeadReason == "the directory's head has the labels low, middle, high")
        #expect(try rows(model) != rows(copy.load().model))
        #expect(report.tensorCount == (try copy.load().report.tensorCount) - 2)
    }

    @Test("another number of labels gets a new head")
    func otherCount() throws {
        let (model, report) = try copy(labels: ["low", "middle", "high"]).load(head(["low", "high"]))
        #expect(try rows(model).count == 2)
        #expect(report.newHeadReason == "the directory's head has another number of outputs")
    }

    @Test("a head for regression does not serve classification")
    func otherProblem() throws {
        let copy = try copy(labels: nil, problemType: "regression")
        let (_, report) = try copy.load(head(["LABEL_0", "LABEL_1", "LABEL_2"]))
        #expect(
            report.newHeadReason
                == "the directory's head is for regression, the run for single_label_classification")
    }

    @Test("without a head given, a directory that has none was never fine-tuned")
    func neverFineTuned() throws {
        #expect(
            try ModelCopy(of: "base-fp16").loadingMessage()
                == "DIR has no classification head (missing: classifier.weight, classifier.bias): the model "
                + "was never fine-tuned; run `lockstep train` first and give its output_dir")
    }

    @Test("half a head is an error")
    func halfHead() throws {
        let copy = try copy(labels: ["low", "middle", "high"])
        try copy.changeTensors { $0["classifier.bias"] = nil }
        let expected =
            "DIR: the weights do not fit config.json: 1 tensor missing (classifier.bias). Use weights and "
            + "config.json of the same model"
        #expect(copy.loadingMessage() == expected)
        #expect(copy.loadingMessage(head(["low", "middle", "high"])) == expected)
    }

    @Test("labels that cannot be a head are refused")
    func badLabels() throws {
        #expect(
            try copy(labels: ["a", "b", "a"]).loadingMessage()
                == "DIR/config.json: \"id2label\" is a list with \"a\" twice, expected different names: "
                + "correct the file")
        let gap = try ModelCopy(of: "single-label")
        try gap.changeConfiguration { $0["id2label"] = .object(["0": .string("a"), "2": .string("b")]) }
        #expect(
            gap.loadingMessage()
                == "DIR/config.json: \"id2label\" is numbered 0, 2, expected labels numbered from 0 to 1: "
                + "correct the file")
        #expect(
            try copy(labels: nil, problemType: "ranking").loadingMessage()
                == "DIR/config.json: \"problem_type\" is \"ranking\", expected one of "
                + "\"single_label_classification\", \"multi_label_classification\", \"regression\": correct "
                + "the file")
    }
}
