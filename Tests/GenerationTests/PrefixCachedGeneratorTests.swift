// A text that is continued: the tokens of a fresh start, with less to read.

import Checkpoints
import Generation
import Layers
import Models
import Testing

@Suite struct PrefixCachedGeneratorTests {
    private func options(isSampling: Bool = false) -> GenerationOptions {
        var options = GenerationOptions()
        options.maximumNewTokens = 5
        options.isSampling = isSampling
        return options
    }

    @Test(
        "prompts that go on, branch off and start afresh get the tokens of whole sequences, and read what is new",
        arguments: ["llama", "gpt2"], [false, true])
    func prompts(_ name: String, isSampling: Bool) throws {
        let model = try ModelLoader.load(.causal, directory: goldenPath(name)).model
        let text = PrefixCachedGenerator(model)
        let whole = Generator(model, usesCache: false)
        let options = options(isSampling: isSampling)
        var prompt: [Int32] = [5, 6, 7]
        func check(reads count: Int, _ comment: Comment) throws {
            let expected = try whole.generate(prompts: [prompt], options: options)[0]
            let found = try text.generate(prompt: prompt, options: options)
            #expect(found.sequence == expected, comment)
            #expect(found.readCount == count, comment)
            prompt += found.sequence.tokens
        }
        try check(reads: 3, "the first prompt is read whole")
        prompt += [9, 10]
        // The last token that was written was never read.
        try check(reads: 3, "a longer prompt")
        prompt = Array(prompt.prefix(6)) + [11]
        try check(reads: 1, "a prompt that branches off")
        prompt = [20, 21]
        try check(reads: 2, "another prompt")
        prompt = [20, 21]
        try check(reads: 1, "the same prompt again")
    }

    @Test("a stopped text can be continued, and beams and long prompts are refused without harm")
    func stops() throws {
        let model = try ModelLoader.load(.causal, directory: goldenPath("llama")).model
        let text = PrefixCachedGenerator(model)
        let whole = try Generator(model).generate(prompts: [[5, 6, 7]], options: options())[0].tokens
        var seen: [Int32] = []
        let part = try text.generate(prompt: [5, 6, 7], options: options()) { token in
            seen.append(token)
            return seen.count < 2
        }
        #expect(part.sequence.tokens == seen && seen == Array(whole.prefix(2)) && !part.sequence.isEnded)
        var beams = options()
        beams.beamCount = 2
        #expect(throws: GenerationError.self) { try text.generate(prompt: [5, 6, 7], options: beams) }
        #expect(throws: GenerationError.self) {
            try text.generate(prompt: [Int32](repeating: 5, count: 64), options: options())
        }
        let rest = try text.generate(prompt: [5, 6, 7] + seen, options: options())
        #expect(rest.readCount == 1)
        #expect(Array(rest.sequence.tokens.prefix(3)) == Array(whole.dropFirst(2)))
    }
}
