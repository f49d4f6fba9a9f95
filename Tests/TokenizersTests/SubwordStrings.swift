// The texts for the subword families, on top of those of GoldenStrings. Goldens/strings.py makes the same
// ones: change both or neither.

extension GoldenStrings {
    private static let fragments = [
        "'s", "'S", "'LL", "'ve", "'\u{17F}", "'re", "'m", "'d", "'t", "'T", "'x", "'", "''", "\n", "\r\n",
        "\n\n", "  ", "   ", "    ", "\t", " ", " ", "1", "12", "12345", "3.14", "\u{663}", "\u{BD}",
        "\u{2167}",
        "(", ")", "{", "};", " =", "==", "don", "I", "we", "def f(x):", "a", "\u{A0}", "\u{2028}", "\u{85}",
        "\u{3000}", "\u{E9}", "e\u{301}", "\u{1100}\u{1161}\u{11A8}", "\u{AC00}\u{11A8}", "\u{212B}",
        "\u{958}",
        "\u{F73}", "\u{344}", "\u{5B57}", "\u{200B}", "!", "?!", " \n", "\n ", "_", "__init__", "\u{2581}",
        "<s>", "</s>", "<mask>", " <mask>", "<unk>", "<pad>", "<|endoftext|>", "<|im_start|>", "<|im_end|>",
        "<0x0A>", "\u{1F600}", "\u{1F3FB}", "\u{1D4D0}", "\u{2F800}", "\u{F0000}", "\u{10FFFF}", "\u{1}",
        "\u{4}",
        "\u{13}", "\u{1D}", "\u{7F}", "http://a.b/c?d=e", "#include", "tokenizer", " tokenizer", "Tokenizers",
        "HELLO", "(){}", "\u{130}", "\u{1E9E}", "\u{3A3}",
    ]

    private func fragments(_ random: inout SplitMix64) -> String {
        let count = 1 + random.below(16)
        return (0..<count).reduce(into: "") { text, _ in text += random.pick(Self.fragments) }
    }

    /// A case for the subword families: every third text is of fragments, every ninth pair too.
    func subwordCase(_ index: Int) -> GoldenCase {
        var golden = testCase(index)
        var random = SplitMix64(seed: UInt64(index) ^ 0x5EED)
        if index % 3 == 0 { golden.text = fragments(&random) }
        if index % 9 == 0, golden.pair != nil { golden.pair = fragments(&random) }
        if index % 4000 == 7 {
            let unit = random.pick([
                "q", "ab", "\u{E9}", "\u{5B57}", "e\u{301}", " ", "\n", "7", "the", "\u{1F600}",
            ])
            golden.text = String(repeating: unit, count: 10000)
        }
        return golden
    }
}
