// What mail programs add to what people write: signatures, quoted replies, notices of confidentiality.

/// Takes e-mails apart by their lines.
package enum Boilerplate {
    /// The text without it; nil if there was none.
    package static func removed(from text: [UInt8]) -> [UInt8]? {
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        var kept: [ArraySlice<UInt8>] = []
        kept.reserveCapacity(lines.count)
        var index = 0
        var hasChanged = false
        while index < lines.count {
            let line = lines[index]
            if isSignatureMark(line), lines.count - index <= longestSignature {
                hasChanged = true
                break
            }
            let words = lowered(line)
            if let words, isForwarding(words) {
                hasChanged = true
                break
            }
            if let end = quotation(lines, index, words) {
                index = end
                hasChanged = true
                continue
            }
            if let words, isDeviceLine(words) {
                index += 1
                hasChanged = true
                continue
            }
            if let end = notice(lines, index, words) {
                index = end
                hasChanged = true
                continue
            }
            kept.append(line)
            index += 1
        }
        guard hasChanged else { return nil }
        while let last = kept.last, last.allSatisfy({ $0 <= 0x20 }) { kept.removeLast() }
        return Array(kept.joined(separator: [0x0A]))
    }

    /// Lines from the mark of a signature on; more are no signature.
    private static let longestSignature = 12
    private static let longestLine = 400

    /// `-- ` alone on its line (RFC 3676, 4.3), as programs that cut the space write it too.
    private static func isSignatureMark(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "--".utf8) && line.dropFirst(2).allSatisfy { $0 == 0x20 || $0 == 0x0D }
    }

    /// The line in small letters, if it starts as one of those that are looked for.
    private static func lowered(_ line: ArraySlice<UInt8>) -> String? {
        guard let first = line.first(where: { $0 != 0x20 && $0 != 0x2A && $0 != 0x3E }) else { return nil }
        // Initials of the words below, and the dash.
        guard
            "abcdegiloptvw-_".utf8.contains(first | 0x20) || first == 0x5F || first == 0x2D
                || first | 0x20 == 0x73
        else { return nil }
        return String(
            decoding: line.prefix(longestLine).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 },
            as: UTF8.self)
    }

    private static func isForwarding(_ line: String) -> Bool {
        let marks = [
            "-----original message-----", "-----ursprüngliche nachricht-----", "-----message d'origine-----",
            "begin forwarded message:", "---------- forwarded message",
        ]
        return marks.contains { line.hasPrefix($0) }
    }

    private static func isDeviceLine(_ line: String) -> Bool {
        let starts = [
            "sent from my ", "sent from mail for ", "get outlook for ", "von meinem iphone gesendet",
            "gesendet von meinem ", "envoyé de mon ", "enviado desde mi ", "inviato da ",
        ]
        return line.utf8.count < 80 && starts.contains { line.hasPrefix($0) }
    }

    /// Behind the lines that are quoted below `On …, … wrote:`; nil if that does not stand at `index`.
    private static func quotation(_ lines: [ArraySlice<UInt8>], _ index: Int, _ words: String?) -> Int? {
        guard let words, isAttribution(words) else { return nil }
        var end = index + 1
        var quoted = 0
        while end < lines.count {
            if lines[end].first == 0x3E {
                quoted += 1
            } else if lines[end].contains(where: { $0 > 0x20 }) {
                break
            }
            end += 1
        }
        return quoted > 0 ? end : nil
    }

    private static func isAttribution(_ line: String) -> Bool {
        let trimmed = line.hasSuffix("\r") ? String(line.dropLast()) : line
        let forms = [
            ("on ", " wrote:"), ("am ", " schrieb:"), ("am ", "schrieb"), ("le ", " a écrit :"),
            ("el ", " escribió:"), ("il ", " ha scritto:"), ("op ", " schreef:"),
        ]
        return forms.contains { trimmed.hasPrefix($0.0) && trimmed.hasSuffix($0.1) }
    }

    /// Behind a paragraph that is a notice of confidentiality; nil if none starts at `index`.
    private static func notice(_ lines: [ArraySlice<UInt8>], _ index: Int, _ words: String?) -> Int? {
        guard let words else { return nil }
        let starts = [
            "this e-mail", "this email", "this message", "the information contained in this",
            "the information in this", "confidentiality notice", "disclaimer", "confidential",
            "diese e-mail", "diese nachricht", "ce message", "ce courriel", "este mensaje", "este correo",
        ]
        guard starts.contains(where: { words.hasPrefix($0) }) else { return nil }
        var end = index
        var paragraph = ""
        while end < lines.count, lines[end].contains(where: { $0 > 0x20 }) {
            paragraph += String(decoding: lines[end], as: UTF8.self).lowercased() + " "
            end += 1
        }
        let signs = [
            "confidential", "intended recipient", "intended solely", "intended only", "notify the sender",
            "disclos", "unauthorized", "unauthorised", "privileged", "delete", "vertraulich", "empfänger",
            "irrtümlich", "confidentiel", "destinataire", "confidencial", "destinatario",
        ]
        return signs.count { paragraph.contains($0) } >= 2 ? end : nil
    }
}
