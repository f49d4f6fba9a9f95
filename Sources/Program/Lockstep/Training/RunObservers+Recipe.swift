// The observers that a recipe asks for.

import Arguments
import Configuration
import Machine
import Telemetry

extension RunObservers {
    /// Those of `report_to`. Rank 0 alone makes them.
    ///
    /// - Parameter firstStep: the step after which the run goes on; 0 from the start.
    convenience init(_ configuration: RunConfiguration, recipe: [UInt8], firstStep: Int) throws {
        self.init(
            try configuration.training.reportTo.map { target in
                switch target {
                case .tensorboard:
                    try TensorBoardWriter(
                        directory: configuration.model.outputDir, hostName: HostFacts.current.name,
                        resumingAfterStep: firstStep > 0 ? firstStep : nil,
                        settings: configuration.settings.compactMap { setting in
                            TensorBoardWriter.Setting(setting.value).map { (setting.key, $0) }
                        }, texts: [("recipe", Self.code(recipe))])
                }
            })
    }

    /// Text as a block of code in Markdown, which TensorBoard shows.
    private static func code(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { "    " + $0 }.joined(separator: "\n")
    }
}

extension TensorBoardWriter.Setting {
    /// A value of a recipe as its text; nil for one that is not set.
    fileprivate init?(_ text: String) {
        switch text {
        case "null": return nil
        case "true": self = .flag(true)
        case "false": self = .flag(false)
        default: self = Double(text).map { .number($0) } ?? .text(text)
        }
    }
}
