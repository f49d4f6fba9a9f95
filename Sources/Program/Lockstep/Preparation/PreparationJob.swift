// `prepare` on the ranks of a job: the tokenizer that counts, the passes, the page of the data card.

package import Configuration
package import DataParallel
internal import Files
internal import JSON
internal import Preparation
internal import Reporting
internal import Tokenizers

/// Prepares data on this rank.
package struct PreparationJob {
    private let configuration: PreparationConfiguration
    private let group: any ProcessGroup
    private let printsJSON: Bool

    package init(_ configuration: PreparationConfiguration, group: any ProcessGroup, printsJSON: Bool) {
        (self.configuration, self.group, self.printsJSON) = (configuration, group, printsJSON)
    }

    /// Writes the files; rank 0 says what became of the records.
    package func run() throws {
        let tokenizer = try configuration.modelDirectory.map { try TokenizerLoader.load(directory: $0) }
        let count = tokenizer.map { tokenizer in
            { (text: String) in
                tokenizer.encode(text, pair: nil, addingSpecialTokens: false, maximumLength: nil).ids.count
            }
        }
        let run = PreparationRun(
            configuration.settings, group: group, settingWords: configuration.words, tokenCount: count,
            note: { Messages.note($0) })
        let card = try run.run()
        guard group.rank == 0 else { return }
        let page = try DataCardPage.write(card, directory: configuration.settings.preparedDir)
        let lines = printsJSON ? [card.text(.indented)] : DataCardPage.summary(card) + [page]
        try StandardOutput.write(lines.joined(separator: "\n") + "\n")
    }
}
