// Label maps: order, inferred problem types, targets, and labels that do not fit.

import Datasets
import Models
import TestSupport
import Testing

@Suite struct LabelMapTests {
    /// The map of rows with these JSON labels, each on its own line.
    private func map(_ labels: [String], _ type: ProblemType? = nil) throws -> LabelMap {
        var builder = LabelMap.Builder(column: "label", problemType: type)
        for (index, label) in labels.enumerated() {
            try builder.add(try row("{\"label\": \(label)}", line: index + 1))
        }
        return try builder.finish()
    }

    private func target(_ map: LabelMap, _ label: String) throws -> Target {
        try map.target(for: try row("{\"label\": \(label)}", line: 9), column: "label")
    }

    @Test("Strings are sorted by code points, numbers by value, and bools are named as Python names them")
    func order() throws {
        let strings = try map([#""b""#, #""a10""#, #""é""#, #""B""#, #""a2""#, #""b""#])
        #expect(strings.problemType == .singleLabel)
        #expect(strings.labels == ["B", "a10", "a2", "b", "é"])
        #expect(try map(["10", "9", "-1", "9"]).labels == ["-1", "9", "10"])
        #expect(try map(["true", "false"]).labels == ["False", "True"])
        #expect(try map([#""10""#, #""9""#]).labels == ["10", "9"])
        #expect(try map(["9007199254740993", "9007199254740992"]).count == 2)
        #expect(try map(["\"é\"", "\"e\u{301}\""]).count == 2)
    }

    @Test("Ids follow the order of the labels")
    func ids() throws {
        let map = try map([#""pos""#, #""neg""#, #""neutral""#])
        #expect(map.labels == ["neg", "neutral", "pos"])
        #expect(map.label2id.map(\.id) == [0, 1, 2])
        #expect(map.label2id.map(\.label) == map.labels)
        #expect(map.id(of: "pos") == 2)
        #expect(map.id(of: "Pos") == nil)
        #expect(try target(map, #""neutral""#) == .label(1))
        #expect(
            try LabelMap(id2label: [0: "neg", 1: "neutral", 2: "pos"], problemType: map.problemType) == map)
    }

    @Test("The problem type is inferred as Hugging Face does, and can be set")
    func problemTypes() throws {
        #expect(try map(["1", "2"]).problemType == .singleLabel)
        #expect(try map(["1.5", "2"]).problemType == .regression)
        #expect(try map(["2", "1.0"]).problemType == .regression)
        #expect(try map([#"["a", "b"]"#, "[]"]).problemType == .multiLabel)
        #expect(try map(["1", "2"], .regression).labels == ["LABEL_0"])
        #expect(try map(["1.0", "2.5", "1"], .singleLabel).labels == ["1", "2.5"])
        #expect(try map(["[1.5, 2]", "[0, 1]"], .regression).count == 2)
        #expect(ProblemType(rawValue: "regression") == .regression)
    }

    @Test("Targets of several labels are their ids ascending, those of a regression its numbers")
    func targets() throws {
        let multiple = try map([#"["b", "c"]"#, #"["a"]"#])
        #expect(try target(multiple, #"["c", "a", "c"]"#) == .labels([0, 2]))
        #expect(try target(multiple, "[]") == .labels([]))
        #expect(try map(["[0.0, 1.0]", "[2.0]"]).labels == ["0", "1", "2"])
        let regression = try map(["0.5", "1"])
        #expect(try target(regression, "3") == .values([3]))
        #expect(try target(regression, "-0.25") == .values([-0.25]))
        let reals = try map(["1.0", "2"], .singleLabel)
        #expect(try target(reals, "1") == .label(0))
        #expect(try target(reals, "2.0") == .label(1))
    }

    @Test("Data without types is taken for numbers where all of it is")
    func untyped() throws {
        let folder = try TemporaryFolder()
        func map(_ csv: String, _ type: ProblemType? = nil) throws -> LabelMap {
            try LabelMap(
                of: RowReader(patterns: [try folder.write("t.csv", csv)]), column: "label", problemType: type)
        }
        #expect(try map("text,label\na,10\nb,9\nc,010").labels == ["9", "10"])
        #expect(try map("text,label\na,10\nb,9.5").problemType == .regression)
        #expect(try map("text,label\na,10\nb,9\nc,x").labels == ["10", "9", "x"])
        #expect(try map("text,label\na,1.5\nc,x").problemType == .singleLabel)
        #expect(try map("text,label\na,nan\nb,1.5").labels == ["1.5", "nan"])
        let numbers = try map("text,label\na,1\nb,2")
        let rows = try folder.rows("u.csv", "label\n02\n1\n")
        #expect(try rows.map { try numbers.target(for: $0, column: "label") } == [.label(1), .label(0)])
        let regression = try map("label\n1.5\n2e0\n")
        #expect(
            try rows.map { try regression.target(for: $0, column: "label") } == [.values([2]), .values([1])])
    }

    @Test("Numbers stand for the placeholder names of a model")
    func placeholders() throws {
        let model = try LabelMap(
            id2label: [0: "LABEL_0", 1: "LABEL_1"], problemType: .singleLabel)
        #expect(try target(model, "1") == .label(1))
        #expect(try target(model, #""LABEL_0""#) == .label(0))
        #expect(model.id(of: "2") == nil)
    }
}

@Suite struct LabelMapErrorTests {
    private func mapMessage(_ labels: [String], _ type: ProblemType? = nil) throws -> String {
        try message {
            var builder = LabelMap.Builder(column: "label", problemType: type)
            for (index, label) in labels.enumerated() {
                try builder.add(try row("{\"label\": \(label)}", line: index + 1))
            }
            _ = try builder.finish()
        }
    }

    @Test("An unknown label is reported with its row and the known labels")
    func unknownLabel() throws {
        let map = try LabelMap(labels: ["negative", "positive"], problemType: .singleLabel)
        func targetMessage(_ label: String) throws -> String {
            try message {
                _ = try map.target(for: try row("{\"label\": \(label)}", line: 12), column: "label")
            }
        }
        #expect(
            try targetMessage(#""postive""#)
                == "t.jsonl:12: unknown label \"postive\"; the known labels are \"negative\", \"positive\";"
                + " did you mean \"positive\"? Correct the row, or train on data that has this label.")
        #expect(
            try targetMessage("3")
                == "t.jsonl:12: unknown label \"3\"; the known labels are \"negative\", \"positive\"."
                + " Correct the row, or train on data that has this label.")
        #expect(
            try targetMessage("null")
                == "t.jsonl:12: column \"label\": expected a label (string, number or bool), found null.")
        #expect(
            try targetMessage(#""""#)
                == "t.jsonl:12: column \"label\": expected a label (string, number or bool), found an"
                + " empty string."
        )
    }

    @Test("Labels that the model does not know are found before evaluation starts")
    func checkAgainstModel() throws {
        let model = try LabelMap(labels: ["a", "b"], problemType: .singleLabel)
        var data = LabelMap.Builder(column: "label", problemType: model.problemType)
        try data.add(try row(#"{"label": "b"}"#))
        try data.check(against: model)
        try data.add(try row(#"{"label": "c"}"#, line: 2))
        try data.add(try row(#"{"label": "c"}"#, line: 3))
        #expect(try message { try data.check(against: model) }.hasPrefix("t.jsonl:2: unknown label \"c\""))
    }

    @Test("Mixed types, too few labels and values that are no labels are errors")
    func unusableLabels() throws {
        #expect(
            try mapMessage([#""a""#, #""b""#, "1"])
                == "Column \"label\" mixes labels of different types: a string at t.jsonl:1 and an integer at"
                + " t.jsonl:3; write all labels in one type.")
        #expect(
            try mapMessage(["1.5", "true"])
                == "Column \"label\" mixes labels of different types: a fractional number at t.jsonl:1"
                + " and true or false at t.jsonl:2; write all labels in one type.")
        #expect(
            try mapMessage([#"["a"]"#, #""b""#]).contains("a list at t.jsonl:1 and a string at t.jsonl:2"))
        #expect(try mapMessage([#"["a", 1]"#]).contains("a string at t.jsonl:1 and an integer at t.jsonl:1"))
        #expect(
            try mapMessage([#""a""#, #""a""#])
                == "Column \"label\" holds only the label \"a\"; classification needs at least two.")
        #expect(
            try mapMessage([#"{"a": 1}"#])
                == "t.jsonl:1: column \"label\": expected a label (string, number or bool), found an object.")
        #expect(
            try message { try LabelMap.Builder.addOne(#"{"lable": 1}"#) }
                == "t.jsonl:1: no column \"label\"; the row has \"lable\"; did you mean \"lable\"?"
                + " Set label_column to the column's name.")
    }

    @Test("Labels that do not suit the given problem type are errors")
    func unsuitableLabels() throws {
        #expect(
            try mapMessage([#""a""#, #""b""#], .multiLabel)
                == "t.jsonl:1: column \"label\": expected a list of labels, as problem_type"
                + " multi_label_classification asks for, found a string.")
        #expect(
            try mapMessage([#"["a", "b"]"#], .singleLabel)
                == "t.jsonl:1: column \"label\": expected one label, as problem_type"
                + " single_label_classification asks for, found a list.")
        #expect(
            try mapMessage(["1", #""a""#], .regression)
                == "t.jsonl:2: column \"label\": expected a number that a 32-bit float can hold,"
                + " found the string \"a\".")
        #expect(
            try mapMessage(["1e39"], .regression).hasSuffix("32-bit float can hold, found the number 1e39."))
        #expect(
            try mapMessage(["[1, 2]", "[1]"], .regression)
                == "t.jsonl:2: column \"label\": expected 2 numbers as in the rows before, found 1.")
        let multiple = try LabelMap(labels: ["a", "b"], problemType: .multiLabel)
        #expect(
            try message { _ = try multiple.target(for: try row(#"{"label": "a"}"#), column: "label") }
                == "t.jsonl:1: column \"label\": expected a list of labels, found the string \"a\".")
    }

    @Test("A model's id2label must number its labels from 0 and name each differently")
    func labelIDs() throws {
        #expect(
            try message { _ = try LabelMap(id2label: [0: "a", 2: "b"], problemType: .regression) }
                == "The model's id2label is not usable: 2 labels, but none has the id 1;"
                + " expected the ids 0, 1, 2, … each with its own name.")
        #expect(
            try message { _ = try LabelMap(labels: ["a", "b", "a"], problemType: .regression) }
                .contains("the ids 0 and 2 are both named \"a\""))
    }
}

extension LabelMap.Builder {
    fileprivate static func addOne(_ json: String) throws {
        var builder = Self(column: "label")
        try builder.add(try row(json))
    }
}
