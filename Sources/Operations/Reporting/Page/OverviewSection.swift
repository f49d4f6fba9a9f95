// The head of a report: what was trained, on what, how, and with which result.

import Foundation
internal import JSON
internal import Phrases

/// Facts of a run in words.
enum OverviewSection {
    static func blocks(_ folder: RunFolder, _ history: TrainingHistory?) throws(ReportingError)
        -> [ReportBlock]
    {
        guard let settings = try RunSettings(folder) else { return [] }
        var blocks: [ReportBlock] = []
        if let result = history.flatMap(result) {
            blocks.append(.figures([result]))
        } else if let result = try evaluated(folder) {
            blocks.append(.figures([result]))
        }
        let summary = history?.summary
        var facts: [ReportFact] = []
        func add(_ name: String, _ parts: [String?]) {
            let words = parts.compactMap { $0 }.filter { !$0.isEmpty }
            if !words.isEmpty { facts.append(ReportFact(name: name, words: words.joined(separator: " · "))) }
        }
        let config = try folder.document("config.json")
        add(
            "Model",
            [
                model(settings), config?["architectures"]?.list.first?.string,
                parameters(summary),
            ])
        add("Task", [settings["task"], labels(config)])
        add("Trained on", [settings["train_file"], rows(summary?["train_samples"]?.integer)])
        add("Measured on", [settings["validation_file"], rows(history?.validationRows)])
        add(
            "When",
            [
                summary?["started"]?.string.map(date),
                (summary?["train_runtime"]?.double).map { "took " + NumberFormat.duration(seconds: $0) },
            ])
        let versions = try folder.document(RunVersions.fileName)
        add("On", [placement(summary), versions?["cpu"]?.string])
        add("Schedule", schedule(history, settings))
        add("Adapters", [adapters(settings)])
        if settings["bf16"] == "true" { add("Numbers", ["bfloat16, weights and moments in fp32"]) }
        if !facts.isEmpty { blocks.append(.facts(facts)) }
        return blocks
    }

    /// The figure that chose the checkpoint.
    private static func result(_ history: TrainingHistory) -> ReportFigure? {
        guard let choice = history.choice else { return nil }
        let which = choice.isHighest ? "highest" : "lowest"
        let among = choice.candidates == 1 ? "the only evaluation" : "the \(which) of \(choice.candidates)"
        let end =
            choice.isKept
            ? "its weights are the model" : "the model in the folder is that of the last step"
        return ReportFigure(
            name: "\(choice.metric.replacing("_", with: " ")) on validation rows",
            value: NumberFormat.significant(choice.value),
            note: "\(choice.checkpoint), epoch \(Self.epochs(choice.epoch)): \(among); \(end)")
    }

    /// The first figure of an evaluation of the saved model.
    private static func evaluated(_ folder: RunFolder) throws(ReportingError) -> ReportFigure? {
        guard let part = try folder.parts(with: EvaluationSection.resultsName).first,
            let results = try part.folder.document(EvaluationSection.resultsName),
            var figure = EvaluationSection.headline(results).first
        else { return nil }
        figure.name += " of the saved model"
        return figure
    }

    private static func model(_ settings: RunSettings) -> String? {
        if let path = settings["model_name_or_path"] { return URL(fileURLWithPath: path).lastPathComponent }
        let halves = ["encoder_model_name_or_path", "decoder_model_name_or_path"].compactMap { settings[$0] }
        if !halves.isEmpty {
            return halves.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: " + ")
        }
        return settings["config_name"].map {
            "from random weights, \(URL(fileURLWithPath: $0).lastPathComponent)"
        }
    }

    private static func parameters(_ summary: JSONValue?) -> String? {
        guard let all = summary?["parameters"]?.integer else { return nil }
        let words = NumberFormat.grouped(all) + " parameters"
        guard let trained = summary?["trained_parameters"]?.integer, trained < all else { return words }
        let share = NumberFormat.significant(100 * Double(trained) / Double(all))
        return "\(words), \(NumberFormat.grouped(trained)) of them trained (\(share)%)"
    }

    private static func labels(_ config: JSONValue?) -> String? {
        let names = (config?["id2label"]?.object ?? [:]).sorted
            .sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.compactMap { $0.value.string }
        guard !names.isEmpty, !names.allSatisfy({ $0.hasPrefix("LABEL_") }) else { return nil }
        let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return "\(names.count, "label"): \(shown)"
    }

    private static func rows(_ count: Int?) -> String? {
        count.map { $0 == 1 ? "1 row" : NumberFormat.grouped($0) + " rows" }
    }

    /// `2026-11-30T22:05:10Z` as people write it.
    private static func date(_ stamp: String) -> String {
        guard stamp.count >= 16, stamp.dropFirst(10).first == "T" else { return stamp }
        return "\(stamp.prefix(10)) \(stamp.dropFirst(11).prefix(5)) UTC"
    }

    private static func placement(_ summary: JSONValue?) -> String? {
        guard let ranks = summary?["ranks"]?.integer, let threads = summary?["threads_per_rank"]?.integer
        else { return nil }
        return "\(ranks, "rank") × \(threads, "thread")"
    }

    private static func schedule(_ history: TrainingHistory?, _ settings: RunSettings) -> [String?] {
        let last = history?.records.last { $0["step"] != nil }
        var length: String?
        if let steps = last?["step"]?.integer, let epoch = last?["epoch"]?.double {
            let batch = (history?.summary?["train_batch_rows"]?.integer).map { " of \($0) rows" } ?? ""
            let name = epochs(epoch) == "1" ? "epoch" : "epochs"
            length = "\(epochs(epoch)) \(name), \(NumberFormat.grouped(steps)) steps\(batch)"
        }
        let rate = settings["learning_rate"].map { "learning rate \($0)" }
        return [length, rate, settings["lr_scheduler_type"], settings["seed"].map { "seed \($0)" }]
    }

    private static func adapters(_ settings: RunSettings) -> String? {
        guard let rank = settings["lora_r"] else { return nil }
        let targets = settings["lora_target_modules"].map { " on \($0)" } ?? ""
        return "LoRA r \(rank), alpha \(settings["lora_alpha"] ?? "–")\(targets)"
    }

    static func epochs(_ value: Double) -> String {
        value == value.rounded()
            ? NumberFormat.fixed(value, decimals: 0) : NumberFormat.fixed(value, decimals: 2)
    }
}
