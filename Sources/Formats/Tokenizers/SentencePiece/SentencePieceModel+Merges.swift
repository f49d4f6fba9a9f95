// The merges that the vocabulary of a byte-pair model of SentencePiece implies: its file has none.

extension SentencePieceModel {
    /// Every way to make a piece of two others, in the order of transformers (5.24): with `byScore`, normal
    /// pieces only, those of the highest score first; else all pieces in the order of their ids, those with
    /// shorter left parts first.
    func merges(byScore: Bool) -> [(left: String, right: String)] {
        let texts = pieces.map { Array($0.text.utf8) }
        var ids: [ArraySlice<UInt8>: Int] = [:]
        ids.reserveCapacity(texts.count)
        for (id, text) in texts.enumerated() where !byScore || pieces[id].kind == .normal {
            ids[text[...]] = id
        }
        var found: [(id: Int, leftLength: Int, left: Int, right: Int)] = []
        for (id, text) in texts.enumerated() where ids[text[...]] == id {
            var length = 0
            for end in text.indices.dropFirst() where !text[end].isUTF8Continuation {
                length += 1
                if let left = ids[text[..<end]], let right = ids[text[end...]] {
                    found.append((id, length, left, right))
                }
            }
        }
        if byScore {
            // Of one piece, by the text of the left part: as Python orders strings, by code points.
            found.sort {
                let (first, second) = (pieces[$0.id].score, pieces[$1.id].score)
                if first != second { return first > second }
                if $0.id != $1.id { return $0.id < $1.id }
                return texts[$0.left].lexicographicallyPrecedes(texts[$1.left])
            }
        }
        return found.map { (pieces[$0.left].text, pieces[$0.right].text) }
    }
}
