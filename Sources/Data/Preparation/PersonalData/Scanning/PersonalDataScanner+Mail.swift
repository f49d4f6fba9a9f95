// E-mail addresses, and web addresses that carry a password or a token.

extension PersonalDataScanner {
    /// An `@` with a local part before it and a domain behind it.
    mutating func visitAt() {
        var start = position
        while position - start < 64, let before = localStart(start) { start = before }
        while start < position, bytes[start] == UInt8(ascii: ".") || bytes[start] == UInt8(ascii: "-") {
            start += 1
        }
        guard start < position, at(position - 1) != UInt8(ascii: "."),
            let end = domainEnd(position + 1)
        else { return }
        keep(start, end, .emailAddress, "local part and domain")
    }

    /// Where the character of a local part starts that ends at a place; nil if none does.
    private func localStart(_ end: Int) -> Int? {
        let byte = at(end - 1)
        if byte < 0x80 {
            let isSign = "._%+-".utf8.contains(byte) || byte == UInt8(ascii: "'") && at(end - 2).isLetter
            return byte.isAlphanumeric || isSign ? end - 1 : nil
        }
        // Two bytes: Latin, Greek, Cyrillic. Scripts without blanks would draw the sentence in.
        return 0xC3...0xDF ~= at(end - 2) ? end - 2 : nil
    }

    /// Where a domain name that starts at a place ends; nil without a top-level domain of letters.
    func domainEnd(_ start: Int) -> Int? {
        var (place, labelStart, lastPoint) = (start, start, -1)
        var end: Int?
        while place - start < 255 {
            let byte = at(place)
            if isWord(at: place) || byte == UInt8(ascii: "-") {
                place += 1
                continue
            }
            guard place > labelStart, at(place - 1) != UInt8(ascii: "-"), at(labelStart) != UInt8(ascii: "-")
            else {
                break
            }
            let isTop = lastPoint >= 0 && place - labelStart >= 2 && !at(labelStart).isDigit
            if isTop {
                // No top-level domain has a hyphen: a word may hang on the address.
                end = place
                for index in labelStart..<place where bytes[index] == UInt8(ascii: "-") {
                    end = index - labelStart >= 2 ? index : nil
                    break
                }
            }
            guard byte == UInt8(ascii: "."), isWord(at: place + 1) else { break }
            lastPoint = place
            place += 1
            labelStart = place
        }
        return end
    }

    /// A `:` that may belong to a web address or to an IPv6 address.
    mutating func visitColon() {
        if at(position + 1) == UInt8(ascii: "/"), at(position + 2) == UInt8(ascii: "/"), position >= consumed
        {
            visitAddress()
        } else if at(position + 1) == UInt8(ascii: ":"), !at(position - 1).isWord, position >= consumed {
            _ = keepIPv6(position)
        }
    }

    /// A web address: kept if it has a password or a token, otherwise passed over except for its host.
    private mutating func visitAddress() {
        var start = position
        while start > 0, bytes[start - 1].isLetter || bytes[start - 1] == UInt8(ascii: "+") { start -= 1 }
        guard start < position else { return }
        let host = position + 3
        var end = host
        while !at(end).isSpace, at(end) != 0, !"\"'<>`|\\^{}".utf8.contains(at(end)),
            !(at(end) >= 0xE2 && isQuote(end))
        {
            end += 1
        }
        while end > host, ".,;:!?)]".utf8.contains(at(end - 1)) { end -= 1 }
        if hasPassword(host, end) || hasToken(host, end) {
            keep(start, end, .url, "password or token in a web address")
            return
        }
        var hostEnd = host
        while hostEnd < end, !"/?#".utf8.contains(at(hostEnd)) { hostEnd += 1 }
        if at(host).isDigit {
            let run = NumberRun(self, from: host)
            if run.count >= 4, octets(host, run.end(3)) != nil {
                keep(host, run.end(3), .ipAddress, "four octets of a host")
            }
        }
        // An address within the path or the query is found at its `@`.
        consumed = max(consumed, end)
    }

    private func isQuote(_ place: Int) -> Bool {
        at(place) == 0xE2 && at(place + 1) == 0x80 || at(place) == 0xE3 && at(place + 1) == 0x80
    }

    /// Whether user and password stand before the host.
    private func hasPassword(_ host: Int, _ end: Int) -> Bool {
        var (place, colon) = (host, -1)
        while place < end, !"/?#".utf8.contains(bytes[place]) {
            if bytes[place] == UInt8(ascii: ":"), colon < 0 { colon = place }
            if bytes[place] == UInt8(ascii: "@") { return colon > 0 && place > colon + 1 }
            place += 1
        }
        return false
    }

    private static let tokenNames: [[UInt8]] = [
        "token", "key", "secret", "password", "passwd", "pwd", "auth", "signature", "sig", "session", "sid",
        "jwt",
        "code", "otp", "access", "credential", "sas", "apikey", "pass", "hash",
    ].map { Array($0.utf8) }

    /// Whether a parameter of the query or the fragment whose name speaks of a secret has a value.
    private func hasToken(_ host: Int, _ end: Int) -> Bool {
        var nameStart = -1
        for place in host..<max(host, end) {
            switch bytes[place] {
            case UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "#"), UInt8(ascii: ";"):
                nameStart = place + 1
            case UInt8(ascii: "=") where nameStart > 0:
                var value = place + 1
                while value < end, at(value) != UInt8(ascii: "&"), at(value) != UInt8(ascii: "#") {
                    value += 1
                }
                let name = bytes[nameStart..<place].map { $0 | 0x20 }
                nameStart = -1
                guard value - place > 6, value - place < 4096 else { continue }
                if Self.tokenNames.contains(where: {
                    name.ends(with: $0) || name.starts(with: $0) && $0.count > 4
                }) {
                    return hasToken(bytes[place + 1..<value])
                }
            default: break
            }
        }
        return false
    }

    /// Whether a value looks drawn at random, or at least is no word.
    private func hasToken(_ value: ArraySlice<UInt8>) -> Bool {
        value.contains { $0.isDigit } || value.count >= 16
    }
}

extension [UInt8] {
    func ends(with other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
