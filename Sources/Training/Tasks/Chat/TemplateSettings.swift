// What a row hands to the chat template beside its messages: tools, and variables such as enable_thinking.

internal import Arguments
package import ChatTemplates
internal import Datasets
internal import JSON
internal import Training

/// Tools and variables of one rendering.
struct TemplateSettings {
    var tools: [TemplateValue]?
    var variables: [TemplateValue.Member]

    /// Arguments of apply_chat_template that are no variables of a template.
    private static let reserved: Set<String> = [
        "messages", "conversation", "tools", "documents", "add_generation_prompt", "continue_final_message",
        "tokenize", "return_dict", "return_tensors", "return_assistant_tokens_mask", "chat_template",
    ]

    /// Reads `tools` and `chat_template_kwargs` of a row, each as JSON or as a text of JSON. The variables of
    /// `arguments` stand where the row has none of that name.
    init(_ row: Row, _ arguments: [TemplateArgument]) throws(TrainingError) {
        tools = try Self.tools(row)
        variables = arguments.templateVariables
        guard let value = row.given("chat_template_kwargs") else { return }
        guard let given = value.parsed.object else {
            throw TrainingError(
                "\(row.source): column \"chat_template_kwargs\": expected an object such as {\"enable_thinking\": false}"
            )
        }
        for (name, value) in zip(given.names, given.values) {
            guard !Self.reserved.contains(name) else {
                throw TrainingError(
                    "\(row.source): column \"chat_template_kwargs\": \"\(name)\" is no variable of a template; leave it out"
                )
            }
            variables.removeAll { $0.key == name }
            variables.append(TemplateValue.Member(name, value.templateValue))
        }
    }

    private static func tools(_ row: Row) throws(TrainingError) -> [TemplateValue]? {
        guard let value = row.given("tools") else { return nil }
        guard let tools = value.list, tools.allSatisfy({ $0.object != nil }) else {
            throw TrainingError(
                "\(row.source): column \"tools\": expected a list of functions such as {\"type\": \"function\", "
                    + "\"function\": {\"name\": \"…\"}}, or a text of JSON that is one")
        }
        return tools.map(\.templateValue)
    }
}

extension [TemplateArgument] {
    /// The variables as a template reads them: truth values, nothing, numbers, else texts.
    package var templateVariables: [TemplateValue.Member] {
        map { argument in
            let value: TemplateValue =
                switch argument.value {
                case "true", "True": .boolean(true)
                case "false", "False": .boolean(false)
                case "null", "~": .none
                case let text:
                    Int(text).map { TemplateValue.integer($0) } ?? Double(text).map {
                        TemplateValue.number($0)
                    }
                        ?? .string(text)
                }
            return TemplateValue.Member(argument.name, value)
        }
    }
}
