// Which tokens masked language modelling hides, and by what: Hugging Face's DataCollatorForLanguageModeling
// by counters.

internal import Tensors

/// Hides a share of the tokens: of those 80% become the mask token, 10% another token, and 10% stay. All are
/// to be guessed (Devlin et al. 2019, section 3.1).
///
/// Every draw is a function of seed, epoch, row and place, so a row is masked alike on any rank, and anew in
/// each epoch.
package struct TokenMasking: Sendable {
    package let probability: Double
    package let maskID: Int32
    package let vocabularySize: Int
    /// Tokens that are never hidden: those that frame a text.
    package let specialIDs: Set<Int32>
    private let key: RandomKey

    package init(
        probability: Double, maskID: Int32, vocabularySize: Int, specialIDs: Set<Int32>, seed: UInt64
    ) {
        self.probability = probability
        self.maskID = maskID
        self.vocabularySize = vocabularySize
        self.specialIDs = specialIDs
        key = RandomKey(seed: seed).derived("masking")
    }

    /// When a row is masked: in an epoch of training, or for evaluation, always alike.
    package enum Occasion: Sendable {
        case epoch(Int)
        case evaluation
    }

    private func rowKey(_ row: Int, _ occasion: Occasion) -> RandomKey {
        switch occasion {
        case .epoch(let epoch): key.derived(UInt64(epoch)).derived(UInt64(row))
        case .evaluation: key.derived("evaluation").derived(UInt64(row))
        }
    }

    private func isHidden(_ token: Int32, place: Int, _ rowKey: RandomKey) -> Bool {
        rowKey.uniform(UInt64(3 * place)) < probability && !specialIDs.contains(token)
    }

    /// The number of tokens of a row that are hidden.
    package func count(_ tokens: ArraySlice<Int32>, row: Int, _ occasion: Occasion) -> Int {
        let rowKey = rowKey(row, occasion)
        return tokens.indices.count { isHidden(tokens[$0], place: $0 - tokens.startIndex, rowKey) }
    }

    /// What the model reads in place of a row's tokens, and what it is to guess at each place: the token that
    /// stood there, or `ignored` where nothing is hidden.
    package func apply(
        _ tokens: ArraySlice<Int32>, row: Int, _ occasion: Occasion, ignored: Int32
    ) -> (inputs: [Int32], targets: [Int32]) {
        let rowKey = rowKey(row, occasion)
        var inputs = Array(tokens)
        var targets = [Int32](repeating: ignored, count: tokens.count)
        for (place, token) in tokens.enumerated() where isHidden(token, place: place, rowKey) {
            targets[place] = token
            let kind = rowKey.uniform(UInt64(3 * place + 1))
            if kind < 0.8 {
                inputs[place] = maskID
            } else if kind < 0.9 {
                inputs[place] = Int32(rowKey.word(UInt64(3 * place + 2)) % UInt64(vocabularySize))
            }
        }
        return (inputs, targets)
    }
}
