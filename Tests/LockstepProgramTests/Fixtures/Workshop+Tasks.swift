// A toy run of every task.

import Arguments

extension Workshop {
    /// Writes the files of a task; returns the keys of its recipe and the flags that train it.
    func prepare(
        _ task: ModelArguments.TaskName
    ) throws -> (keys: KeyValuePairs<String, String?>, flags: [String]) {
        switch task {
        case .textClassification: ([:], [])
        case .tokenClassification: ([:], try prepareTags())
        case .imageClassification:
            (
                [:],
                try prepareImages(
                    task: task.rawValue, start: "vit",
                    ["random_horizontal_flip": "0.5", "random_resized_crop": "0.5"])
            )
        case .imageCaptioning:
            ([:], try prepareImages(task: task.rawValue, start: "vit-gpt2", ["max_target_length": "16"]))
        case .maskedLM: (["task": task.rawValue, "line_by_line": "true"], [])
        case .causalLM:
            (
                [:],
                try prepareChat([
                    "task": task.rawValue, "train_file": path + "/train.jsonl", "line_by_line": "true",
                    "validation_file": path + "/validation.jsonl", "max_seq_length": "24",
                ])
            )
        case .chat: ([:], try prepareChat())
        case .extractiveSummarization: ([:], try prepareDocuments(task.rawValue))
        case .summarization: (pair(), try prepareDocuments(task.rawValue))
        case .questionAnswering: ([:], try prepareQuestions())
        }
    }

    /// Questions in windows of their contexts, some without an answer; returns the flags of the task.
    func prepareQuestions(_ keys: [String: String] = [:]) throws -> [String] {
        try write(ToyQuestions.lines(ToyQuestions.items(60)), to: "questions.jsonl")
        try write(ToyQuestions.lines(ToyQuestions.items(21, seed: 2)), to: "documents-validation.jsonl")
        let values = [
            "task": "question-answering", "train_file": path + "/questions.jsonl",
            "validation_file": path + "/documents-validation.jsonl", "learning_rate": "5e-3",
            "max_seq_length": "20", "doc_stride": "4", "version_2_with_negative": "true",
        ].merging(keys) { $1 }
        return values.sorted { $0.key < $1.key }.flatMap { ["--" + $0.key, $0.value] }
    }
}
