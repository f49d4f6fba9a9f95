// The decoder of tokenizer.json.

internal import JSON

extension TokenizerFile {
    /// The decoder of a WordPiece model.
    func wordPieceDecoder() throws(TokenizerError) -> TokenDecoder {
        let node = try component("decoder", supported: ["WordPiece"]).node
        return TokenDecoder(steps: [
            .wordPiece(
                WordPieceDecoder(
                    prefix: Array(try node.member("prefix").string().utf8),
                    tidies: try node.member("cleanup").bool()))
        ])
    }

    /// The decoders of the other families.
    func decoder() throws(TokenizerError) -> TokenDecoder {
        guard root["decoder"].ifPresent != nil else { return TokenDecoder(steps: [.spaced]) }
        var steps: [TokenDecoder.Step] = []
        let supported = ["ByteLevel", "Fuse", "Replace", "ByteFallback", "Strip", "Metaspace"]
        for (type, node) in try components("decoder", list: "decoders", supported: supported) {
            switch type {
            case "ByteLevel": steps.append(.byteLevel)
            case "Fuse": steps.append(.fuse)
            case "ByteFallback": steps.append(.byteFallback)
            case "Replace":
                let content = try node.member("content").string()
                steps.append(.replace(try pattern(node), Array(content.utf8)))
            case "Metaspace":
                steps.append(
                    .metaspace(try replacement(node), dropsFirst: try prepending(node) != .never))
            default:
                let content = try node.member("content")
                let scalars = Array(try content.string().unicodeScalars)
                guard scalars.count == 1 else { throw content.mismatch("one character") }
                steps.append(
                    .strip(
                        scalars[0], start: Int(try node.member("start").int32()),
                        stop: Int(try node.member("stop").int32())))
            }
        }
        return TokenDecoder(steps: steps)
    }
}
