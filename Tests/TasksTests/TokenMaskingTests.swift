// Which tokens are hidden: shares as in the data collator of transformers, and nothing that depends on ranks.

import Tasks
import Testing

@Suite struct TokenMaskingTests {
    private let masking = TokenMasking(
        probability: 0.15, maskID: 4, vocabularySize: 1_000, specialIDs: [2, 3], seed: 42)
    private let tokens: ArraySlice<Int32> = [2] + (0..<60_000).map { Int32(5 + $0 % 900) } + [3]

    @Test("15% are hidden, of which 80% by the mask, 10% by another token, and 10% stay")
    func shares() {
        let (inputs, targets) = masking.apply(tokens, row: 3, .epoch(0), ignored: -100)
        let hidden = targets.indices.filter { targets[$0] != -100 }
        func isNear(_ count: Int, _ share: Double, of whole: Int) -> Bool {
            // Five standard deviations of a binomial count.
            let mean = share * Double(whole)
            return abs(Double(count) - mean) < 5 * (mean * (1 - share)).squareRoot()
        }
        #expect(isNear(hidden.count, 0.15, of: 60_000))
        #expect(isNear(hidden.count { inputs[$0] == 4 }, 0.8, of: hidden.count))
        #expect(isNear(hidden.count { inputs[$0] != 4 && inputs[$0] != targets[$0] }, 0.1, of: hidden.count))
        #expect(isNear(hidden.count { inputs[$0] == targets[$0] }, 0.1, of: hidden.count))
        let others = Set(hidden.map { inputs[$0] }).subtracting([4])
        #expect(others.allSatisfy { (0..<1_000).contains($0) } && others.count > 500)
        for place in targets.indices {
            let original = tokens[tokens.startIndex + place]
            #expect(targets[place] == -100 ? inputs[place] == original : targets[place] == original)
        }
        #expect(targets.first == -100 && targets.last == -100, "special tokens are never hidden")
    }

    @Test("a row is hidden alike whenever it is asked for, and anew in another epoch, row or seed")
    func determinism() {
        func hidden(_ masking: TokenMasking, _ row: Int, _ occasion: TokenMasking.Occasion) -> [Int32] {
            masking.apply(tokens, row: row, occasion, ignored: -100).inputs
        }
        let reference = hidden(masking, 7, .epoch(1))
        #expect(hidden(masking, 7, .epoch(1)) == reference)
        #expect(hidden(masking, 8, .epoch(1)) != reference)
        #expect(hidden(masking, 7, .epoch(2)) != reference)
        #expect(hidden(masking, 7, .evaluation) != reference)
        let other = TokenMasking(
            probability: 0.15, maskID: 4, vocabularySize: 1_000, specialIDs: [2, 3], seed: 43)
        #expect(hidden(other, 7, .epoch(1)) != reference)
    }

    @Test("the count of hidden tokens is what is hidden", arguments: [0, 1, 5])
    func counts(epoch: Int) {
        for length in [0, 1, 2, 3, 17, 300] {
            let row = tokens.prefix(length)
            let (_, targets) = masking.apply(row, row: length, .epoch(epoch), ignored: -100)
            #expect(masking.count(row, row: length, .epoch(epoch)) == targets.count { $0 != -100 })
        }
    }
}
