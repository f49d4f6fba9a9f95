// Keys and tokens by their prefixes, private keys, and passwords behind a word for them.

extension PersonalDataScanner {
    /// A prefix that a provider gives to its keys, and how many characters follow at least.
    private struct KeyForm: Sendable {
        let prefix: [UInt8]
        let rest: Int
        /// Whether letters are in upper case alone.
        var isUpper = false

        init(_ prefix: String, _ rest: Int, isUpper: Bool = false) {
            (self.prefix, self.rest, self.isUpper) = (Array(prefix.utf8), rest, isUpper)
        }
    }

    private static let forms: [KeyForm] = [
        KeyForm("AKIA", 16, isUpper: true), KeyForm("ASIA", 16, isUpper: true), KeyForm("AIza", 30),
        KeyForm("ghp_", 30), KeyForm("gho_", 30), KeyForm("ghu_", 30), KeyForm("ghs_", 30),
        KeyForm("ghr_", 30),
        KeyForm("github_pat_", 30), KeyForm("glpat-", 18), KeyForm("sk-", 20), KeyForm("sk_live_", 16),
        KeyForm("sk_test_", 16), KeyForm("pk_live_", 16), KeyForm("pk_test_", 16), KeyForm("rk_live_", 16),
        KeyForm("whsec_", 16), KeyForm("xoxb-", 16), KeyForm("xoxp-", 16), KeyForm("xoxa-", 16),
        KeyForm("xoxs-", 16),
        KeyForm("xoxr-", 16), KeyForm("xapp-", 16), KeyForm("hf_", 30), KeyForm("npm_", 30),
        KeyForm("pypi-", 40),
        KeyForm("SG.", 30), KeyForm("ya29.", 20), KeyForm("dop_v1_", 40), KeyForm("shpat_", 28),
        KeyForm("shpss_", 28),
        KeyForm("eyJ", 24), KeyForm("key-", 32), KeyForm("dckr_pat_", 20), KeyForm("lin_api_", 30),
        KeyForm("ATATT3", 40),
        KeyForm("NRAK-", 20), KeyForm("sq0atp-", 20), KeyForm("AGE-SECRET-KEY-1", 40), KeyForm("gsk_", 40),
        KeyForm("r8_", 30), KeyForm("tvly-", 20), KeyForm("figd_", 30), KeyForm("EAAG", 40),
        KeyForm("EAAC", 40),
    ]

    /// The first letters of all prefixes.
    private static let firstLetters: [Bool] = {
        var letters = [Bool](repeating: false, count: 256)
        for form in forms { letters[Int(form.prefix[0])] = true }
        return letters
    }()

    private static func isKey(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }

    /// A key that starts with this word and has a provider's prefix.
    mutating func visitSecret(_ word: ScannedWord) -> Bool {
        let start = word.start
        guard Self.firstLetters[Int(bytes[start])], !at(start - 1).isAlphanumeric else { return false }
        for form in Self.forms where at(start + 1) == form.prefix[1] {
            guard form.prefix.indices.allSatisfy({ at(start + $0) == form.prefix[$0] }) else { continue }
            var end = start + form.prefix.count
            var (digits, uppers, lowers) = (0, 0, 0)
            while Self.isKey(at(end)) {
                if at(end).isDigit { digits += 1 }
                if at(end).isUpper { uppers += 1 }
                if at(end).isLower { lowers += 1 }
                end += 1
            }
            while end > start, at(end - 1) == UInt8(ascii: ".") || at(end - 1) == UInt8(ascii: "-") {
                end -= 1
            }
            let isMixed = digits > 0 && uppers + lowers > 0 || uppers > 1 && lowers > 1
            guard end - start - form.prefix.count >= form.rest, isMixed, lowers == 0 || !form.isUpper else {
                // A long word without digits holds nothing else either.
                if !isMixed { consumed = max(consumed, end) }
                continue
            }
            keep(start, end, .secret, "prefix of a key")
            return true
        }
        return false
    }

    /// The block of a private key.
    mutating func visitDashes() {
        let opening = Array("-----BEGIN ".utf8)
        guard at(position + 1) == UInt8(ascii: "-"), position >= consumed,
            opening.indices.allSatisfy({ at(position + $0) == opening[$0] })
        else { return }
        let marker = Array("PRIVATE KEY".utf8)
        var place = position + opening.count
        while at(place).isUpper || at(place) == 0x20 || at(place).isDigit { place += 1 }
        guard place - position > marker.count, bytes[position..<place].map({ $0 }).contains(marker) else {
            return
        }
        let closing = Array("-----END ".utf8)
        var end = place
        while end < bytes.count, !closing.indices.allSatisfy({ at(end + $0) == closing[$0] }) { end += 1 }
        while end < bytes.count, at(end) != 0x0A { end += 1 }
        keep(position, end, .secret, "private key")
    }

    /// A value behind `password=`, `token:` and their like, in the words that `listen` has just heard.
    mutating func visitSecretLabel(_ end: Int) {
        var place = end
        var sign: UInt8 = 0
        while place - end < 6 {
            let byte = at(place)
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") { sign = byte }
            guard byte.isBlank || "=:\"'>`".utf8.contains(byte) else { break }
            place += 1
        }
        if sign == 0, at(end).isBlank, at(end + 1) | 0x20 == UInt8(ascii: "i"),
            at(end + 2) | 0x20 == UInt8(ascii: "s")
        {
            place = at(end + 3).isBlank ? end + 4 : at(end + 3) == UInt8(ascii: "t") ? end + 5 : place
            while at(place).isBlank || at(place) == UInt8(ascii: ":") || at(place) == UInt8(ascii: "\"") {
                place += 1
            }
        }
        guard place > end, place >= refusedSecret, at(place) != UInt8(ascii: "/") else { return }
        let start = place
        while !at(place).isSpace, at(place) != 0, !"\"'`,;)&<>]}".utf8.contains(at(place)),
            place - start < 1024
        {
            place += 1
        }
        refusedSecret = place
        guard place - start < 1024 else { return }
        while place > start, ".!?:".utf8.contains(at(place - 1)) { place -= 1 }
        guard isSecret(bytes[start..<place], hasSign: sign != 0) else { return }
        keep(start, place, .secret, "word for a secret")
    }

    /// Whether a value can be a password or key: of two kinds of characters, and no sample or reference.
    private func isSecret(_ value: ArraySlice<UInt8>, hasSign: Bool) -> Bool {
        guard let first = value.first, value.count >= 6, !"<{$*%([@".utf8.contains(first) else {
            return false
        }
        var (digits, letters, uppers, signs) = (0, 0, 0, 0)
        for byte in value {
            if byte.isDigit {
                digits += 1
            } else if byte.isUpper {
                uppers += 1
            } else if byte.isWord {
                letters += 1
            } else {
                signs += 1
            }
        }
        let hasLetters = letters + uppers > 0
        if hasSign {
            return hasLetters
                && (digits > 0 || signs > 0 && value.count > 7
                    || value.count >= 16 && uppers > 1 && letters > 1)
        }
        return hasLetters && digits > 0 && (value.count >= 8 || signs > 0)
    }
}
