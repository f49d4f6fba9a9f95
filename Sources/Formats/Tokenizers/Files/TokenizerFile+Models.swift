// The model of tokenizer.json.

internal import JSON

extension TokenizerFile {
    /// The type of the model; files of before 2020 do not name it.
    func modelType() throws(TokenizerError) -> String {
        let supported = ["WordPiece", "BPE", "Unigram"]
        let node = try root.member("model")
        if node["type"].ifPresent != nil || node["merges"].ifPresent == nil {
            return try checked(node, "model", supported: supported).type
        }
        return "BPE"
    }

    /// The entries of a vocabulary that is an object, checked for ids that are used twice.
    func vocabulary(_ node: TokenizerReader) throws(TokenizerError) -> Vocabulary {
        guard case .object(let fields)? = node.value else { throw node.mismatch("an object") }
        var tokens: [(token: String, id: Int32)] = []
        tokens.reserveCapacity(fields.count)
        var highest: Int32 = -1
        for (token, value) in fields {
            guard let id = value.integer.flatMap({ Int32(exactly: $0) }), 0...Self.highestID ~= id else {
                _ = try TokenizerReader(value, file: path, path: "\(node.path).\(token)")
                    .int32(maximum: Self.highestID)
                continue
            }
            tokens.append((token, id))
            highest = max(highest, id)
        }
        var owners = [Int32](repeating: -1, count: Int(highest) + 1)
        for (index, (token, id)) in tokens.enumerated() {
            guard owners[Int(id)] < 0 else {
                throw .conflictingToken(
                    path: path, token: token, id: Int(id),
                    detail: "there that id is '\(tokens[Int(owners[Int(id)])].token)'")
            }
            owners[Int(id)] = Int32(index)
        }
        return Vocabulary(tokens)
    }

    /// The id of an unknown token that the vocabulary must have.
    private func unknown(
        _ token: String, _ vocabulary: Vocabulary, key: String
    ) throws(TokenizerError) -> Int32 {
        guard let id = vocabulary.id(of: token) else {
            throw .missingToken(path: path, token: token, role: "the unknown token (\(key))")
        }
        return id
    }

    func wordPiece() throws(TokenizerError) -> WordPiece {
        let node = try root.member("model")
        let vocabulary = try vocabulary(node.member("vocab"))
        let unknown = try unknown(node.member("unk_token").string(), vocabulary, key: "model.unk_token")
        return WordPiece(
            vocabulary: vocabulary, unknown: unknown,
            continuationPrefix: try node.member("continuing_subword_prefix").string(),
            longestWord: Int(try node.member("max_input_chars_per_word").int32()))
    }

    func bytePairEncoding() throws(TokenizerError) -> BytePairEncoding {
        let node = try root.member("model")
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = try node[key].ifPresent?.string(), !affix.isEmpty {
                throw unsupported("model.\(key)", "'\(affix)'", supported: "none")
            }
        }
        if let rate = node["dropout"].ifPresent?.value?.double, rate != 0 {
            throw unsupported("model.dropout", "\(rate)", supported: "none")
        }
        let vocabulary = try vocabulary(node.member("vocab"))
        var unknownID: Int32?
        if let token = try node["unk_token"].ifPresent?.string(), !token.isEmpty {
            unknownID = try unknown(token, vocabulary, key: "model.unk_token")
        }
        return BytePairEncoding(
            vocabulary: vocabulary, merges: try merges(node.member("merges"), vocabulary), unknown: unknownID,
            options: .init(
                isByteLevel: try isByteLevel(),
                ignoresMerges: try node["ignore_merges"].ifPresent?.bool() ?? false,
                fallsBackToBytes: try node["byte_fallback"].ifPresent?.bool() ?? false,
                fusesUnknown: try node["fuse_unk"].ifPresent?.bool() ?? false))
    }

    /// The merges, each `"a b"` or `["a", "b"]`.
    private func merges(
        _ node: TokenizerReader, _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> [(left: Int32, right: Int32, merged: Int32)] {
        guard case .array(let values)? = node.value else { throw node.mismatch("an array") }
        var merges: [(left: Int32, right: Int32, merged: Int32)] = []
        merges.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            var parts: [String] = []
            switch value {
            case .string(let text): parts = PairMerges.parts(text) ?? []
            case .array(let elements): parts = elements.compactMap(\.string)
            default: break
            }
            let key = "\(node.path)[\(index)]"
            guard parts.count == 2 else {
                throw TokenizerReader(value, file: path, path: key).mismatch("a pair of tokens")
            }
            merges.append(try vocabulary.merge(parts[0], parts[1], path: path, place: key))
        }
        return merges
    }

    func unigram() throws(TokenizerError) -> Unigram {
        let node = try root.member("model")
        let list = try node.member("vocab")
        guard case .array(let values)? = list.value else { throw list.mismatch("an array") }
        var tokens: [(token: String, score: Double)] = []
        tokens.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard case .array(let pair) = value, pair.count == 2, let token = pair[0].string,
                let score = pair[1].double
            else {
                throw TokenizerReader(value, file: path, path: "\(list.path)[\(index)]")
                    .mismatch("a token and its score")
            }
            tokens.append((token, score))
        }
        let unknown = try node.member("unk_id")
        let unknownID = try unknown.int32()
        guard unknownID < tokens.count else { throw unknown.mismatch("the number of an entry of vocab") }
        return Unigram(
            tokens: tokens, unknown: unknownID,
            fallsBackToBytes: try node["byte_fallback"].ifPresent?.bool() ?? false)
    }
}

extension PairMerges {
    /// The two parts of `"a b"`, or nil if there are not two.
    static func parts(_ text: String) -> [String]? {
        let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
        return parts.count == 2 ? parts.map { String(decoding: $0, as: UTF8.self) } : nil
    }
}

extension Vocabulary {
    /// The ids of a merge's tokens; `place` says in messages where it stands.
    func merge(
        _ left: String, _ right: String, path: String, place: String
    ) throws(TokenizerError) -> (left: Int32, right: Int32, merged: Int32) {
        func id(_ token: String) throws(TokenizerError) -> Int32 {
            guard let id = self.id(of: token) else {
                throw .missingToken(
                    path: path, token: token, role: "a part or the result of the merge in \(place)")
            }
            return id
        }
        return (try id(left), try id(right), try id(left + right))
    }
}
