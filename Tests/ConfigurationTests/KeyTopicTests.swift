// Help on a part of the recipe keys.

import Configuration
import Testing

@Suite("Help on a topic") struct KeyTopicTests {
    private func names(_ word: String, _ command: RecipeCommand? = nil) throws -> [String] {
        try #require(KeyTopic(word, for: command), "\(word)").keyNames
    }

    @Test("a part of a name stands for all keys that have it")
    func part() throws {
        let expected = RecipeKey.all.map(\.name).filter { $0.contains("lora") }
        #expect(expected.count > 3)
        #expect(try names("lora") == expected)
        #expect(try names("--lora") == expected)
        #expect(
            try names("learning-rate") == RecipeKey.all.map(\.name).filter { $0.contains("learning_rate") })
    }

    @Test("a group's name or its beginning stands for the whole group", arguments: KeyGroup.allCases)
    func group(group: KeyGroup) throws {
        let expected = RecipeKey.all.filter { $0.group == group }.map(\.name)
        #expect(Set(expected).isSubset(of: try names(group.rawValue)))
        #expect(Set(expected).isSubset(of: try names(String(group.rawValue.prefix(6)).uppercased())))
    }

    @Test("British spelling and the words of titles are understood")
    func titles() throws {
        #expect(try names("optimiser") == names("optimizer"))
        #expect(try names("adapter").contains("lora_r"))
        #expect(try names("threads").contains("threads_per_rank"))
    }

    @Test("of a command only the keys that it reads")
    func command() throws {
        #expect(KeyTopic("lora", for: .chat) == nil)
        #expect(KeyTopic.unknown("lora", for: .chat).hasPrefix("No key that chat reads is about 'lora'; "))
        #expect(try names("generation", .chat).contains("temperature"))
        #expect(try names("batch_size", .predict) == ["per_device_eval_batch_size"])
    }

    @Test("a key of another trainer is explained, and an alias leads to the key")
    func borrowed() throws {
        let alias = try #require(KeyTopic("evaluation_strategy", for: nil))
        #expect(alias.keyNames == ["eval_strategy"])
        #expect(alias.remark == "evaluation_strategy is another name of eval_strategy.")
        let idle = try #require(KeyTopic("dataloader_num_workers", for: nil))
        #expect(idle.keyNames.isEmpty && idle.text.hasPrefix("dataloader_num_workers"))
    }

    @Test("the page has each key's type, sentence, default, readers and tasks, in 80 columns")
    func page() throws {
        let text = try #require(KeyTopic("lora_r", for: .train)).text
        #expect(text.hasPrefix("TRAINED PARAMETERS AND ADAPTERS:\n  --lora_r <integer>\n      "))
        #expect(text.contains("Read by train, cross-validate."))
        let all = try KeyGroup.allCases.map { try #require(KeyTopic($0.rawValue, for: nil)).text }.joined()
        let folded = all.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        for key in RecipeKey.all {
            #expect(all.contains("\n  --\(key.name) <\(key.typeName)>\n"), "\(key.name)")
            #expect(folded.contains(key.help.split(separator: " ").joined(separator: " ")), "\(key.name)")
        }
        let long = all.split(separator: "\n").filter {
            $0.count > 80 && $0.contains(" ") && !$0.contains("|")
        }
        #expect(long.isEmpty, "\(long)")
        let stride = try #require(KeyTopic("doc_stride", for: nil)).text
        let words = stride.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("for task question-answering."))
    }

    @Test("a word that is no topic is told what comes closest, and the topics")
    func unknown() {
        #expect(KeyTopic("zzz", for: nil) == nil && KeyTopic("", for: nil) == nil)
        let sentence = KeyTopic.unknown("schedul", for: nil)
        #expect(sentence.contains("Did you mean 'schedule'?") && sentence.contains("adapters, optimizer, "))
    }
}
