// The post_processor of tokenizer.json.

extension TokenizerFile {
    /// The template of the file; texts alone if it has none.
    func template() throws(TokenizerError) -> SequenceTemplate {
        guard root.optional("post_processor") != nil else { return .plain }
        let (type, node) = try component(
            "post_processor", supported: ["TemplateProcessing", "BertProcessing"])
        if type == "BertProcessing" {
            return .bert(
                classifier: try tokenID(node.member("cls")), separator: try tokenID(node.member("sep")))
        }
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
    private func tokenID(_ node: JSONNode) throws(TokenizerError) -> Int32 {
        let elements = try node.elements()
        guard elements.count == 2 else { throw node.mismatch("a token and its id") }
        return try elements[1].integer(maximum: Self.highestID)
    }

    /// Which texts a template uses, in order: true is the second.
    private static func texts(_ parts: [SequenceTemplate.Part]) -> [Bool] {
        parts.compactMap { if case .text(let isSecond, _) = $0 { isSecond } else { nil } }
    }

    private func parts(_ node: JSONNode, special: JSONNode) throws(TokenizerError) -> [SequenceTemplate.Part]
    {
        var parts: [SequenceTemplate.Part] = []
        for element in try node.elements() {
            if let sequence = element.optional("Sequence") {
                let name = try sequence.member("id").string()
                guard name == "A" || name == "B" else { throw sequence.mismatch("sequence A or B") }
                parts.append(.text(isSecond: name == "B", typeID: try sequence.member("type_id").integer()))
            } else {
                let token = try element.member("SpecialToken")
                var ids: [Int32] = []
                for id in try special.member(try token.member("id").string()).member("ids").elements() {
                    ids.append(try id.integer(maximum: Self.highestID))
                }
                parts.append(.special(ids: ids, typeID: try token.member("type_id").integer()))
            }
        }
        return parts
    }
}
