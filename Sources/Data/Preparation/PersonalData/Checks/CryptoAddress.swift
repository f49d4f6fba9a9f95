// Addresses of crypto currencies and their checks.

enum CryptoAddress {
    /// An address in Base58 with its check: version, 20 bytes, the start of their double SHA-256.
    static func isBase58(_ text: ArraySlice<UInt8>) -> Bool {
        guard 26...35 ~= text.count else { return false }
        var number = [UInt8](repeating: 0, count: 25)
        for byte in text {
            guard var carry = alphabet[Int(byte)] else { return false }
            for index in number.indices.reversed() {
                carry += Int(number[index]) * 58
                number[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry != 0 { return false }
        }
        return SHA256.digest(SHA256.digest(Array(number[..<21]))).prefix(4).elementsEqual(number[21...])
    }

    private static let alphabet: [Int?] = {
        var values = [Int?](repeating: nil, count: 256)
        for (value, byte) in "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8.enumerated() {
            values[Int(byte)] = value
        }
        return values
    }()

    private static let bech32 = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    /// A Bitcoin address in Bech32 or Bech32m (BIP 173, BIP 350), in lower case.
    static func isBech32(_ text: [UInt8]) -> Bool {
        guard 14...74 ~= text.count, text[0] == UInt8(ascii: "b"), text[1] == UInt8(ascii: "c"),
            text[2] == 0x31
        else { return false }
        // The high bits of "bc", a zero, the low bits.
        var check: UInt32 = 1
        for value in [3, 3, 0, 2, 3] as [UInt32] { check = step(check, value) }
        for byte in text[3...] {
            guard let value = bech32.firstIndex(of: byte) else { return false }
            check = step(check, UInt32(value))
        }
        return check == 1 || check == 0x2BC8_30A3
    }

    private static func step(_ check: UInt32, _ value: UInt32) -> UInt32 {
        let top = check >> 25
        var next = (check & 0x1FF_FFFF) << 5 ^ value
        let generators: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        for (bit, generator) in generators.enumerated() where top >> UInt32(bit) & 1 == 1 {
            next ^= generator
        }
        return next
    }
}

extension PersonalDataScanner {
    /// An address of a crypto currency that this word is.
    mutating func visitCrypto(_ word: ScannedWord) -> Bool {
        let first = at(word.start)
        let rule: String
        if 26...35 ~= word.count, "13LMD".utf8.contains(first),
            CryptoAddress.isBase58(bytes[word.start..<word.end])
        {
            rule = "Base58 check"
        } else if word.count >= 14, first | 0x20 == UInt8(ascii: "b"), at(word.start + 2) == 0x31,
            CryptoAddress.isBech32(bytes[word.start..<word.end].map { $0.isUpper ? $0 | 0x20 : $0 })
        {
            rule = "Bech32 check"
        } else if word.count == 42, first == 0x30, at(word.start + 1) | 0x20 == UInt8(ascii: "x"),
            bytes[(word.start + 2)..<word.end].allSatisfy(\.isHex)
        {
            rule = "forty hexadecimal digits"
        } else {
            return false
        }
        keep(word.start, word.end, .crypto, rule)
        return true
    }
}
