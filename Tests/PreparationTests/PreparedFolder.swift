// Runs preparations in a folder of the test and reads what they wrote.

import DataParallel
import Foundation
import JSON
import Preparation
import TestSupport
import Testing

struct PreparedFolder {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a raw file and returns its path.
    func raw(_ name: String, _ text: String) throws -> String { try folder.write(text, to: "raw/" + name) }

    func raw(_ name: String, rows: [JSONValue]) throws -> String {
        try raw(name, rows.map { $0.json + "\n" }.joined())
    }

    func settings(_ files: [String], _ output: String = "out") -> PreparationSettings {
        var settings = PreparationSettings()
        settings.rawFiles = files
        settings.preparedDir = folder.path + "/" + output
        (settings.validationShare, settings.testShare) = (0, 0)
        // What is found in made-up addresses is not these tests' matter.
        settings.personalData = ["EMAIL_ADDRESS"]
        return settings
    }

    /// Runs on one rank, or on several that are threads, and returns the data card.
    @discardableResult
    func run(_ settings: PreparationSettings, ranks: Int = 1) throws -> JSONValue {
        guard ranks > 1 else { return try PreparationRun(settings, group: SoloProcessGroup()).run() }
        try ThreadProcessGroup.run(size: ranks) { try PreparationRun(settings, group: $0).run() }
        let card = try bytes("data_card.json", of: settings)
        return try JSONValue(parsing: card)
    }

    func bytes(_ name: String, of settings: PreparationSettings) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: settings.preparedDir + "/" + name)))
    }

    /// The rows of a prepared file; none if it was not written.
    func rows(_ split: String = "train", of settings: PreparationSettings) throws -> [JSONValue] {
        let path = settings.preparedDir + "/\(split).jsonl"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try bytes("\(split).jsonl", of: settings).split(separator: UInt8(ascii: "\n")).map {
            try JSONValue(parsing: Array($0))
        }
    }

    /// The sentence with which a preparation of one file fails.
    func message(_ name: String, _ bytes: [UInt8], _ change: (inout PreparationSettings) -> Void = { _ in })
        throws -> String
    {
        let path = try folder.write(bytes, to: "raw/" + name)
        var settings = settings([path], "out-\(UUID().uuidString)")
        change(&settings)
        return try message(settings)
    }

    func message(_ settings: PreparationSettings) throws -> String {
        let error = #expect(throws: PreparationError.self) { try run(settings) }
        return (error?.description ?? "").replacing(folder.path + "/raw/", with: "")
            .replacing(folder.path + "/", with: "")
    }
}

extension JSONValue {
    /// The count of a rule in a data card.
    func count(of rule: String) -> Int? {
        self["rules"]?.array?.first { $0["rule"]?.string == rule }?["count"]?.integer
    }
}
