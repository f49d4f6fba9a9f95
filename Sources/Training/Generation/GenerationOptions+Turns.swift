// Answers end where a turn of the conversation ends.

package import ChatTemplates
package import Tokenizers

extension GenerationOptions {
    /// These options with the tokens that end a turn among `endIDs`: that of the template, and the
    /// tokenizer's end-of-sequence token.
    package func endingTurns(of template: ChatTemplate?, _ tokenizer: any Tokenizer) -> GenerationOptions {
        var options = self
        for id in [tokenizer.endOfSequenceID, template?.endOfTurn(with: tokenizer)].compactMap({ $0 })
        where !options.endIDs.contains(id) {
            options.endIDs.append(id)
        }
        return options
    }
}
