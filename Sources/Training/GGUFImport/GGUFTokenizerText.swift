// tokenizer.json as text: a vocabulary in the order of its ids, as Hugging Face's library writes it.

internal import JSON
internal import Safetensors

/// The text of a tokenizer.json.
struct GGUFTokenizerText {
    let text: String

    init(_ tokenizer: GGUFTokenizer) {
        let model = tokenizer.model
        var lines = [
            "{", #"  "version": "1.0","#, #"  "truncation": null,"#, #"  "padding": null,"#,
            #"  "added_tokens": ["#,
        ]
        lines += Self.separated(tokenizer.added.map { "    " + Self.entry($0) })
        lines += [
            "  ],", #"  "normalizer": \#(model.normalizer),"#, #"  "pre_tokenizer": \#(model.preTokenizer),"#,
            #"  "post_processor": \#(Self.template(tokenizer.prefix, tokenizer.suffix)),"#,
            #"  "decoder": \#(model.decoder),"#, #"  "model": {"#,
            #"    "type": "BPE","#, #"    "dropout": null,"#, #"    "unk_token": null,"#,
            #"    "continuing_subword_prefix": null,"#, #"    "end_of_word_suffix": null,"#,
            #"    "fuse_unk": \#(model.fallsBackToBytes),"#,
            #"    "byte_fallback": \#(model.fallsBackToBytes),"#,
            #"    "ignore_merges": \#(model.ignoresMerges),"#, #"    "vocab": {"#,
        ]
        lines += Self.separated(
            tokenizer.tokens.enumerated().compactMap { id, token in
                token.map { "      \(JSONValue.quoted($0)): \(id)" }
            })
        lines += ["    },", #"    "merges": ["#]
        lines += Self.separated(tokenizer.merges.map { "      " + model.text(of: $0) })
        lines += ["    ]", "  }", "}", ""]
        text = lines.joined(separator: "\n")
    }

    private static func separated(_ lines: [String]) -> [String] {
        lines.enumerated().map { $0 + 1 < lines.count ? $1 + "," : $1 }
    }

    private static func entry(_ token: GGUFTokenizer.Added) -> String {
        #"{"id": \#(token.id), "content": \#(JSONValue.quoted(token.text)), "single_word": false, "#
            + #""lstrip": false, "rstrip": false, "normalized": false, "special": \#(token.isSpecial)}"#
    }

    /// Component `post_processor`: `prefix` and `suffix` around each text; null when there are none.
    private static func template(
        _ prefix: GGUFTokenizer.Added?, _ suffix: GGUFTokenizer.Added?
    ) -> String {
        let tokens = [prefix, suffix].compactMap(\.self)
        guard !tokens.isEmpty else { return "null" }
        func part(_ sequence: String, _ type: Int) -> [String] {
            func special(_ token: GGUFTokenizer.Added) -> String {
                #"{"SpecialToken": {"id": \#(JSONValue.quoted(token.text)), "type_id": \#(type)}}"#
            }
            let text = #"{"Sequence": {"id": "\#(sequence)", "type_id": \#(type)}}"#
            return (prefix.map { [special($0)] } ?? []) + [text] + (suffix.map { [special($0)] } ?? [])
        }
        var specials: [String] = []
        for token in tokens
        where !specials.contains(where: { $0.hasPrefix(JSONValue.quoted(token.text) + ":") }) {
            let text = JSONValue.quoted(token.text)
            specials.append(#"\#(text): {"id": \#(text), "ids": [\#(token.id)], "tokens": [\#(text)]}"#)
        }
        return #"{"type": "TemplateProcessing", "single": [\#(part("A", 0).joined(separator: ", "))], "#
            + #""pair": [\#((part("A", 0) + part("B", 1)).joined(separator: ", "))], "#
            + #""special_tokens": {\#(specials.joined(separator: ", "))}}"#
    }
}
