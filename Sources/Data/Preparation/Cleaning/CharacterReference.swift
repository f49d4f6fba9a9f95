// `&amp;`, `&#8217;` and `&#x2019;`: characters by names and numbers.

/// A character reference of HTML, with its semicolon.
struct CharacterReference {
    let scalar: Unicode.Scalar
    /// Behind the semicolon.
    let end: Int

    private static let longest = 10

    /// The reference that starts at `start`; nil if none does.
    init?(_ text: ArraySlice<UInt8>, at start: Int) {
        let limit = min(text.endIndex, start + Self.longest)
        guard let semicolon = text[start..<limit].firstIndex(of: 0x3B), semicolon > start + 1 else {
            return nil
        }
        let name = String(decoding: text[(start + 1)..<semicolon], as: UTF8.self)
        if name.hasPrefix("#") {
            let isHexadecimal = name.hasPrefix("#x") || name.hasPrefix("#X")
            guard let number = UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10),
                let scalar = Self.scalar(numbered: number)
            else { return nil }
            self.scalar = scalar
        } else {
            guard let number = Self.named[name], let scalar = Unicode.Scalar(number) else { return nil }
            self.scalar = scalar
        }
        end = semicolon + 1
    }

    /// Numbers of Windows-1252's own signs mean those, as browsers have it.
    private static func scalar(numbered number: UInt32) -> Unicode.Scalar? {
        guard number >= 0x20 || number == 0x09 || number == 0x0A else { return nil }
        if (0x80..<0xA0).contains(number) { return windows[Int(number) - 0x80].flatMap(Unicode.Scalar.init) }
        return Unicode.Scalar(number)
    }

    private static let windows: [UInt32?] = [
        0x20AC, nil, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        nil,
        0x017D, nil, nil, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
        0x203A,
        0x0153, nil, 0x017E, 0x0178,
    ]

    /// Latin-1's names in order from U+00A0 on, and others that texts have.
    private static let named: [String: UInt32] = {
        let latin =
            "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 "
            + "acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde "
            + "Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute "
            + "Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde "
            + "auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute "
            + "ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"
        var names: [String: UInt32] = [
            "amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27, "OElig": 0x152, "oelig": 0x153,
            "Scaron": 0x160, "scaron": 0x161, "Yuml": 0x178, "fnof": 0x192, "circ": 0x2C6, "tilde": 0x2DC,
            "ensp": 0x2002, "emsp": 0x2003, "thinsp": 0x2009, "zwnj": 0x200C, "zwj": 0x200D, "ndash": 0x2013,
            "mdash": 0x2014, "lsquo": 0x2018, "rsquo": 0x2019, "sbquo": 0x201A, "ldquo": 0x201C,
            "rdquo": 0x201D,
            "bdquo": 0x201E, "dagger": 0x2020, "Dagger": 0x2021, "bull": 0x2022, "hellip": 0x2026,
            "permil": 0x2030, "prime": 0x2032, "Prime": 0x2033, "lsaquo": 0x2039, "rsaquo": 0x203A,
            "euro": 0x20AC, "trade": 0x2122, "larr": 0x2190, "uarr": 0x2191, "rarr": 0x2192, "darr": 0x2193,
            "minus": 0x2212, "infin": 0x221E, "asymp": 0x2248, "ne": 0x2260, "le": 0x2264, "ge": 0x2265,
            "alpha": 0x3B1, "beta": 0x3B2, "gamma": 0x3B3, "delta": 0x3B4, "lambda": 0x3BB, "mu": 0x3BC,
            "pi": 0x3C0, "sigma": 0x3C3, "omega": 0x3C9, "Omega": 0x3A9, "Delta": 0x394, "hearts": 0x2665,
        ]
        for (offset, name) in latin.split(separator: " ").enumerated() {
            names[String(name)] = 0xA0 + UInt32(offset)
        }
        return names
    }()
}
