// The post_processor of tokenizer.json.

internal import JSON

extension TokenizerFile {
    /// The most tokens and texts of a template: every text gets them.
    private static let mostTemplateTokens = 256

    /// The template of the file, texts alone if it has none, and how offsets are trimmed before it.
    func postProcessor() throws(TokenizerError) -> (template: SequenceTemplate, trimming: OffsetTrimming?) {
        let supported = ["TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel"]
        let parts = try components("post_processor", list: "processors", supported: supported)
        var template: SequenceTemplate?
        var trimming: OffsetTrimming?
        for (type, node) in parts {
            guard template == nil else {
                throw unsupported(
                    "post_processor", "'\(type)' after a template", supported: "one template, as the last one"
                )
            }
            switch type {
            case "TemplateProcessing": template = try templateProcessing(node)
            case "BertProcessing":
                template = .bert(
                    classifier: try tokenID(node.member("cls")), separator: try tokenID(node.member("sep")))
            case "RobertaProcessing":
                trimming = try self.trimming(node) ?? trimming
                template = .roberta(
                    classifier: try tokenID(node.member("cls")), separator: try tokenID(node.member("sep")))
            default: trimming = try self.trimming(node) ?? trimming
            }
        }
        return (template ?? .plain, trimming)
    }

    private func trimming(_ node: TokenizerReader) throws(TokenizerError) -> OffsetTrimming? {
        guard try node.member("trim_offsets").bool() else { return nil }
        return OffsetTrimming(keepsFirstSpace: try node.member("add_prefix_space").bool())
    }

    private func templateProcessing(_ node: TokenizerReader) throws(TokenizerError) -> SequenceTemplate {
        let single = try node.member("single")
        let pair = try node.member("pair")
        let special = try node.member("special_tokens")
        let template = SequenceTemplate(
            single: try parts(single, special: special), pair: try parts(pair, special: special))
        guard Self.texts(template.single) == [false] else { throw single.mismatch("a template with A once") }
        guard Set(Self.texts(template.pair)) == [false, true] else {
            throw pair.mismatch("a template with A and B")
        }
        return template
    }

    /// The second element of a pair of token and id.
    private func tokenID(_ node: TokenizerReader) throws(TokenizerError) -> Int32 {
        let elements = try node.array()
        guard elements.count == 2 else { throw node.mismatch("a token and its id") }
        return try elements[1].int32(maximum: Self.highestID)
    }

    /// Which texts a template uses, in order: true is the second.
    private static func texts(_ parts: [SequenceTemplate.Part]) -> [Bool] {
        parts.compactMap { if case .text(let isSecond, _) = $0 { isSecond } else { nil } }
    }

    private func parts(_ node: TokenizerReader, special: TokenizerReader) throws(TokenizerError)
        -> [SequenceTemplate.Part]
    {
        var parts: [SequenceTemplate.Part] = []
        var count = 0
        for element in try node.array() {
            if let sequence = element["Sequence"].ifPresent {
                let name = try sequence.member("id").string()
                guard name == "A" || name == "B" else { throw sequence.mismatch("sequence A or B") }
                parts.append(.text(isSecond: name == "B", typeID: try sequence.member("type_id").int32()))
            } else {
                let token = try element.member("SpecialToken")
                var ids: [Int32] = []
                for id in try special.member(try token.member("id").string()).member("ids").array() {
                    ids.append(try id.int32(maximum: Self.highestID))
                }
                parts.append(.special(ids: ids, typeID: try token.member("type_id").int32()))
                count += ids.count
            }
            count += 1
            guard count <= Self.mostTemplateTokens else {
                throw node.mismatch("a template of no more than \(Self.mostTemplateTokens) tokens")
            }
        }
        return parts
    }
}
