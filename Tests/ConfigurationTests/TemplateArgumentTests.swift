// Variables of the chat template in recipes and flags.

import Arguments
import Configuration
import Foundation
import Testing

@Suite struct TemplateArgumentTests {
    private func arguments(_ yaml: String, _ flag: String? = nil) throws -> [TemplateArgument] {
        let run = try RunConfiguration(
            yaml: "task: chat\n" + yaml, file: nil,
            overrides: flag.map { [(key: "chat_template_kwargs", value: $0)] } ?? [], requiredKeys: [])
        #expect(try RunConfiguration(yaml: run.effectiveYAML(), file: nil, requiredKeys: []) == run)
        return run.data.chatTemplateArguments
    }

    @Test(
        "Variables of the template are a section, JSON, or pairs between commas, and are written to be read again"
    )
    func forms() throws {
        let off = [TemplateArgument(name: "enable_thinking", value: "false")]
        #expect(try arguments("") == [])
        #expect(try arguments("chat_template_kwargs: null") == [])
        #expect(try arguments("chat_template_kwargs: {enable_thinking: false}") == off)
        #expect(try arguments("chat_template_kwargs:\n  enable_thinking: false") == off)
        #expect(try arguments("", "enable_thinking=false") == off)
        #expect(try arguments("", #"{"enable_thinking": false}"#) == off)
        #expect(
            try arguments("chat_template_kwargs: {a: 1}", "enable_thinking=false, date_string=7 Jul: x")
                == off + [TemplateArgument(name: "date_string", value: "7 Jul: x")])
    }

    @Test(
        "What is no section of names and values is refused",
        arguments: ["[1]", "{a: [1]}", "enable_thinking"])
    func refusals(value: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try arguments("chat_template_kwargs: \(value)")
        }
        #expect(error?.description.contains("a section of names with a value each") == true)
    }
}
