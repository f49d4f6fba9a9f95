// What `serve` records of its requests, and when it raises alarms.

import ArgumentParser
import Monitoring
import Serving

/// The options of `serve` about watching a model.
struct ServeWatchOptions: ParsableArguments {
    @Option(
        name: .customLong("record_dir"),
        help: ArgumentHelp(
            "Folder of a rolling record: lengths, languages, answers, times of requests; none if not given.",
            valueName: "directory"), completion: .directory)
    var recordDir: String?

    @Flag(
        name: .customLong("record_texts"), help: "Record the texts too, with placeholders for personal data.")
    var recordTexts = false

    @Option(
        name: .customLong("compare_hours"),
        help: ArgumentHelp(
            "Hours of requests that are compared with monitoring.json at a time.", valueName: "hours"))
    var compareHours = 24.0

    @Option(
        name: .customLong("false_alarm_rate"),
        help: ArgumentHelp(
            "Share of comparisons with any alarm where nothing has changed.", valueName: "share"))
    var falseAlarmRate = 0.01

    @Option(help: ArgumentHelp("Address that alarms are posted to as JSON.", valueName: "url"))
    var webhook: String?

    func validate() throws {
        guard !recordTexts || recordDir != nil else {
            throw ValidationError("--record_texts needs --record_dir, the folder that they are written to.")
        }
        guard compareHours > 0, compareHours <= 24 * 366 else {
            throw ValidationError("--compare_hours must be above 0 and at most a year.")
        }
        guard falseAlarmRate > 0, falseAlarmRate < 1 else {
            throw ValidationError("--false_alarm_rate must be between 0 and 1, not \(falseAlarmRate).")
        }
    }

    var settings: WatchSettings {
        var settings = WatchSettings()
        if let recordDir {
            var record = RecordSettings(folder: recordDir)
            record.keepsTexts = recordTexts
            settings.record = record
        }
        settings.windowSeconds = compareHours * 3_600
        (settings.falseAlarmRate, settings.webhook) = (falseAlarmRate, webhook)
        return settings
    }
}
