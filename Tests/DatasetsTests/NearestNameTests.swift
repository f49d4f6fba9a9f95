// Suggestions for mistyped names.

import Datasets
import Testing

@Suite struct NearestNameTests {
    @Test(
        "The distance counts insertions, deletions, substitutions and swaps",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "acb", 1),
            ("abc", "abd", 1),
            ("abc", "abcd", 1), ("kitten", "sitting", 3), ("ca", "abc", 3), ("a漢b", "ab", 1),
            ("abcdef", "badcfe", 3),
        ])
    func distance(first: String, second: String, expected: Int) {
        #expect(NearestName.distance(first, second) == expected)
        #expect(NearestName.distance(second, first) == expected)
    }

    @Test("The nearest name is suggested, and none if all are far")
    func suggestion() {
        let keys = ["learning_rate", "num_train_epochs", "seed", "text_column"]
        #expect(NearestName.suggestion(for: "learnign_rate", in: keys) == "learning_rate")
        #expect(NearestName.suggestion(for: "Text_Colum", in: keys) == "text_column")
        #expect(NearestName.suggestion(for: "sed", in: keys) == "seed")
        #expect(NearestName.suggestion(for: "output_dir", in: keys) == nil)
        #expect(NearestName.suggestion(for: "a", in: ["b"]) == nil)
        #expect(NearestName.suggestion(for: "x", in: []) == nil)
        #expect(NearestName.suggestion(for: "ab", in: ["ac", "ad"]) == "ac")
    }
}
