// The part of a report about training: curves, their end, and what to think of them.

import Foundation
internal import JSON

/// Shows the records of `metrics.jsonl`.
enum TrainingSection {
    static func sections(_ history: TrainingHistory) -> [ReportSection] {
        var blocks = notices(history.summary).map { ReportBlock.notice($0) }
        blocks.append(.figures(figures(history.records, history.summary)))
        blocks.append(.charts(charts(history)))
        return [ReportSection("Training", blocks)]
    }

    /// Why the run ended early, and whether it overfits, in the words of the log.
    private static func notices(_ summary: JSONValue?) -> [String] {
        ["early_stop", "overfitting"].compactMap { summary?[$0]?.string }.map { text in
            text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
        }
    }

    private static func figures(_ records: [JSONValue], _ summary: JSONValue?) -> [ReportFigure] {
        var figures: [ReportFigure] = []
        func add(_ name: String, _ value: String?, note: String? = nil) {
            if let value { figures.append(ReportFigure(name: name, value: value, note: note)) }
        }
        let last = records.last { $0["step"] != nil }
        add(
            "steps", last?["step"]?.words,
            note: last?["epoch"]?.double.map { "\(OverviewSection.epochs($0)) epochs" })
        add(
            "training loss",
            records.last { $0["loss"] != nil }?["loss"]?.double.map(NumberFormat.significant),
            note: "last record")
        let evaluations = records.filter { $0["eval_loss"] != nil }
        if let best = best(evaluations), let loss = best["eval_loss"]?.double {
            add(
                "best validation loss", NumberFormat.significant(loss),
                note: best["epoch"]?.double.map { "epoch \(OverviewSection.epochs($0))" })
        }
        add("time", summary?["train_runtime"]?.double.map { NumberFormat.duration(seconds: $0) })
        add("rows a second", summary?["train_samples_per_second"]?.double.map(NumberFormat.rate))
        add(
            "waiting for rows",
            summary?["train_waiting_for_data_seconds"]?.double.map { NumberFormat.duration(seconds: $0) })
        add("tokens a second", summary?["train_tokens_per_second"]?.double.map(NumberFormat.rate))
        return figures
    }

    private static func charts(_ history: TrainingHistory) -> [any ReportChart] {
        let records = history.records
        let marks = marks(history)
        let training = points(records, "loss")
        let validation = points(records, "eval_loss")
        var charts: [any ReportChart] = [
            LineChart(
                title: "Loss", horizontalName: "epoch",
                series: [
                    .init(name: "training", points: training),
                    .init(name: "validation", points: validation, showsPoints: validation.count <= 60),
                ].filter { !$0.points.isEmpty }, marks: marks)
        ]
        let metrics = shares(records)
        if !metrics.isEmpty {
            charts.append(
                LineChart(
                    title: "Validation figures", horizontalName: "epoch",
                    series: metrics.map { name in
                        let points = points(records, "eval_" + name)
                        return .init(name: name, points: points, showsPoints: points.count <= 60)
                    }, marks: marks))
        }
        let rates = points(records, "learning_rate")
        if rates.count > 1 {
            charts.append(
                LineChart(
                    title: "Learning rate", horizontalName: "epoch",
                    series: [.init(name: "learning rate", points: rates)]))
        }
        let norms = points(records, "grad_norm")
        if norms.count > 1 {
            charts.append(
                LineChart(
                    title: "Gradient norm before clipping", horizontalName: "epoch",
                    series: [.init(name: "norm", points: norms)]))
        }
        return charts + costs(records)
    }

    /// What training cost by epoch: time, memory, exchanges between ranks.
    private static func costs(_ records: [JSONValue]) -> [any ReportChart] {
        func chart(_ title: String, _ names: [(key: String, name: String, scale: Double)]) -> LineChart? {
            let series = names.compactMap { key, name, scale -> LineChart.Series? in
                let points = points(records, key).map { LineChart.Point(x: $0.x, y: $0.y * scale) }
                return points.count > 1 ? .init(name: name, points: points) : nil
            }
            return series.isEmpty
                ? nil : LineChart(title: title, horizontalName: "epoch", series: series, startsAtZero: true)
        }
        return [
            chart("Rows a second", [("samples_per_second", "rows a second, all ranks", 1)]),
            chart("Tokens a second", [("tokens_per_second", "tokens a second, all ranks", 1)]),
            chart("Waiting for rows", [("waiting_for_data_seconds", "seconds of rank 0 between records", 1)]),
            chart("Memory", [("resident_bytes", "GB of rank 0", 1e-9)]),
            chart(
                "Communication, ms a step",
                [
                    ("communication_seconds", "exchanging", 1000),
                    ("waiting_seconds", "waiting for it", 1000),
                ]),
        ].compactMap { $0 }
    }

    /// Which checkpoint was chosen, or else where the validation loss is best, and where overfitting begins.
    private static func marks(_ history: TrainingHistory) -> [LineChart.Mark] {
        var marks: [LineChart.Mark] = []
        if let choice = history.choice {
            marks.append(.init(x: choice.epoch, text: choice.isKept ? "chosen" : "best \(choice.metric)"))
        }
        if let epoch = history.summary?["overfitting_since_epoch"]?.double {
            marks.append(.init(x: epoch, text: "overfitting"))
        }
        let evaluations = history.evaluations
        guard marks.isEmpty, evaluations.count > 1, let epoch = best(evaluations)?["epoch"]?.double else {
            return marks
        }
        return [.init(x: epoch, text: "best")]
    }

    private static func best(_ evaluations: [JSONValue]) -> JSONValue? {
        let finite = evaluations.filter { $0["eval_loss"]?.double?.isFinite == true }
        return finite.min { ($0["eval_loss"]?.double ?? 0) < ($1["eval_loss"]?.double ?? 0) }
    }

    /// Up to four figures in 0...1 of the evaluations, the best known ones first.
    private static func shares(_ records: [JSONValue]) -> [String] {
        let known = [
            "accuracy", "f1", "mcc", "roc_auc", "rouge1", "rouge2", "rougeL", "pearson", "precision",
            "recall",
        ]
        let first = records.first { $0["eval_loss"] != nil }
        return Array(known.filter { first?["eval_" + $0]?.double != nil }.prefix(4))
    }

    private static func points(_ records: [JSONValue], _ name: String) -> [LineChart.Point] {
        records.compactMap { record in
            guard let x = record["epoch"]?.double, let y = record[name]?.double else { return nil }
            return LineChart.Point(x: x, y: y)
        }
    }

}
