// `lockstep report`: makes report.html anew from the files of an output folder.

import ArgumentParser
import Lockstep
import Reporting

/// Writes the report page of a run.
struct ReportCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes report.html, one page of all that a run's output folder holds.",
        discussion: helpText(
            """
            train and evaluate write the page at their end; this command makes it anew, for example for the folder of an \
            older run. The page loads nothing from elsewhere.
            """, examples: "lockstep report runs/mine"))

    @Argument(help: "Output folder of a run.", completion: .directory)
    var directory: String

    func run() throws {
        print(try ReportPage.write(directory: directory))
    }
}
