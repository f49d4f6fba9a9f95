// `lockstep monitor`: what a service's requests say about the model, compared with its training.

import ArgumentParser
import Files
import JSON
import Lockstep
import Monitoring

/// Compares the record of a service with the training data.
struct MonitorCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Compares a service's requests with the training data and estimates accuracy and F1.",
        discussion: helpText(
            """
            Reads the record of requests of a folder (requests-….jsonl) and monitoring.json, which train leaves beside a \
            text classifier. Writes monitor.html and monitor.prom into the folder. Ends with 1 if there is an alarm.
            """, examples: "lockstep monitor records --model runs/mine",
            "lockstep monitor records --model runs/mine --last_days 7 --labels labels.jsonl"))

    @Argument(help: "Folder of the record.", completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "Folder of the model with monitoring.json; the record's own if not given.",
            valueName: "directory"), completion: .directory)
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Labels that arrived since: a line {\"id\": …, \"label\": …} for each request.",
            valueName: "file"), completion: .file())
    var labels: String?

    @Option(
        name: .customLong("last_days"),
        help: ArgumentHelp("Only requests of so many days before the last one.", valueName: "days"))
    var lastDays: Double?

    @Option(
        name: .customLong("false_alarm_rate"),
        help: ArgumentHelp(
            "Share of windows with any alarm where nothing has changed.", valueName: "share"))
    var falseAlarmRate = 0.01

    @Option(help: ArgumentHelp("Address that alarms are posted to as JSON.", valueName: "url"))
    var webhook: String?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func validate() throws {
        guard falseAlarmRate > 0, falseAlarmRate < 1 else {
            throw ValidationError("--false_alarm_rate must be between 0 and 1, not \(falseAlarmRate).")
        }
        guard lastDays ?? 1 > 0 else { throw ValidationError("--last_days must be above 0.") }
    }

    func run() throws {
        var request = MonitorRequest(folder: folder)
        (request.model, request.labels, request.days) = (model, labels, lastDays)
        (request.falseAlarmRate, request.webhook) = (falseAlarmRate, webhook)
        let report = try MonitorJob(request).run()
        if json {
            try StandardOutput.write(report.json.text(.indented) + "\n")
        } else {
            print(report.text, terminator: "")
            print("\(folder)/\(MonitorJob.pageName)")
        }
        if !report.alarms.isEmpty { throw ExitCode.failure }
    }
}
