// report_to: tensorboard: the figures of a run as TensorBoard shows them, under the tags of HF's callback.

internal import Foundation
internal import SwiftProtobuf
internal import TensorBoardMessages

/// Writes `events.out.tfevents.…` into the folder of a run.
package final class TensorBoardWriter: RunObserver {
    /// A setting of the run, for the table of hyperparameters.
    package enum Setting: Sendable, Equatable {
        case number(Double)
        case text(String)
        case flag(Bool)
    }

    private let file: EventFile
    private let clock: () -> Double
    /// Where the file is.
    package var path: String { file.path }

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - resumingAfterStep: the step after which a run goes on; TensorBoard then drops what an earlier file
    ///     of the folder says of later steps. nil for a run from the start.
    ///   - settings: keys of the recipe and their values.
    ///   - texts: named texts for the page of texts, such as the recipe.
    ///   - clock: seconds since 1970.
    package init(
        directory: String, hostName: String, resumingAfterStep: Int? = nil, settings: [(String, Setting)],
        texts: [(name: String, text: String)] = [],
        clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
    ) throws(TelemetryError) {
        self.clock = clock
        let start = clock()
        file = try EventFile(directory: directory, hostName: hostName, time: start)
        if let step = resumingAfterStep {
            var event = Tensorboard_Event()
            event.wallTime = start
            event.step = Int64(step + 1)
            event.sessionLog.status = .start
            try file.append(event)
        }
        try append(step: resumingAfterStep ?? 0, texts.map(Self.text))
        try append(step: 0, [Self.sessionStart(settings, time: start)])
    }

    package func record(_ figures: RunFigures) throws {
        try append(
            step: figures.step,
            figures.values.map { name, number in
                var value = Tensorboard_Summary.Value()
                value.tag = Self.tag(of: name)
                value.simpleValue = Float(number)
                return value
            })
    }

    /// Of a run that was stopped TensorBoard has no word: its state is unknown there, and a text says more.
    package func end(_ outcome: RunOutcome) throws -> [String] {
        var end = Tensorboard_SessionEndInfo()
        end.endTimeSecs = clock()
        switch outcome {
        case .finished: end.status = .success
        case .stopped(let step):
            end.status = .unknown
            try append(step: step, [Self.text("end", "stopped on request after step \(step)")])
        case .failed(let sentence):
            end.status = .failure
            try append(step: 0, [Self.text("end", sentence)])
        }
        var data = Tensorboard_HParamsPluginData()
        data.sessionEndInfo = end
        try append(step: 0, [Self.hyperparameters("_hparams_/session_end_info", data)])
        return []
    }

    private func append(step: Int, _ values: [Tensorboard_Summary.Value]) throws(TelemetryError) {
        guard !values.isEmpty else { return }
        var event = Tensorboard_Event()
        event.wallTime = clock()
        event.step = Int64(step)
        event.summary.value = values
        try file.append(event)
    }

    /// The tag of a figure: what evaluations give stands under `eval/`, what is of the whole run under
    /// `train/` like the figures of steps.
    static func tag(of name: String) -> String {
        name.hasPrefix("eval_") ? "eval/" + name.dropFirst(5) : "train/" + name
    }

    private static func text(_ name: String, _ text: String) -> Tensorboard_Summary.Value {
        var value = Tensorboard_Summary.Value()
        value.tag = name + "/text_summary"
        value.metadata.pluginData.pluginName = "text"
        // DT_STRING
        value.tensor.dtype = 7
        var length = Tensorboard_TensorShapeProto.Dim()
        length.size = 1
        value.tensor.tensorShape.dim = [length]
        value.tensor.stringVal = [Data(text.utf8)]
        return value
    }

    private static func sessionStart(
        _ settings: [(String, Setting)], time: Double
    ) -> Tensorboard_Summary.Value {
        var start = Tensorboard_SessionStartInfo()
        start.startTimeSecs = time
        for (key, setting) in settings {
            switch setting {
            case .number(let number): start.hparams[key] = Google_Protobuf_Value(numberValue: number)
            case .text(let text): start.hparams[key] = Google_Protobuf_Value(stringValue: text)
            case .flag(let flag): start.hparams[key] = Google_Protobuf_Value(boolValue: flag)
            }
        }
        var data = Tensorboard_HParamsPluginData()
        data.sessionStartInfo = start
        return hyperparameters("_hparams_/session_start_info", data)
    }

    private static func hyperparameters(
        _ tag: String, _ data: Tensorboard_HParamsPluginData
    ) -> Tensorboard_Summary.Value {
        var value = Tensorboard_Summary.Value()
        value.tag = tag
        value.metadata.pluginData.pluginName = "hparams"
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            value.metadata.pluginData.content = try data.serializedBytes(options: options)
        } catch {
            preconditionFailure("settings have nothing that cannot be written: \(error)")
        }
        return value
    }
}
