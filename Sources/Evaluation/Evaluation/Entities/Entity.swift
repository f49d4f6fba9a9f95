// Named entities: stretches of a text with a label, and how tags of words stand for them.

package import JSON

/// A stretch of words or characters with a label.
package struct Entity: Sendable, Hashable {
    /// What it is, such as `PER`.
    package let label: String
    /// The words or characters that it covers.
    package let range: Range<Int>

    package init(label: String, range: Range<Int>) { (self.label, self.range) = (label, range) }

    /// An object with `start`, `end` and `label`; nil for any other value.
    init?(_ value: JSONValue) {
        guard case .object(let fields) = value, case .string(let label)? = fields["label"],
            case .number(let start)? = fields["start"], case .number(let end)? = fields["end"],
            let start = start.integer, let end = end.integer, start <= end
        else { return nil }
        self.init(label: label, range: start..<end)
    }

    /// The entity with further members.
    package func value(adding members: [(name: String, value: JSONValue)] = []) -> JSONValue {
        var fields = JSONObject()
        fields.set("start", to: .integer(range.lowerBound))
        fields.set("end", to: .integer(range.upperBound))
        fields.set("label", to: .string(label))
        for member in members { fields.set(member.name, to: member.value) }
        return .object(fields)
    }
}

/// What a tag says of its word, by the letter before its dash.
package enum TagPrefix: String, Sendable, CaseIterable {
    /// No entity; such a tag has no label.
    case outside = "O"
    case beginning = "B"
    case inside = "I"
    /// The last word of several: `E` of IOBES, `L` of BILOU.
    case end = "E"
    case last = "L"
    /// The only word: `S` of IOBES, `U` of BILOU.
    case single = "S"
    case unit = "U"

    fileprivate var endsEntity: Bool { self == .end || self == .last || self == .single || self == .unit }
    fileprivate var startsEntity: Bool { self == .beginning || self == .single || self == .unit }
}

/// The tag of a word in BIO, IOB2, IOBES or BILOU: `O`, or a letter, a dash and a label.
package struct EntityTag: Sendable, Hashable {
    package let prefix: TagPrefix
    /// Empty outside entities.
    package let label: String

    package static let outside = EntityTag(.outside, label: "")

    package init(_ prefix: TagPrefix, label: String) { (self.prefix, self.label) = (prefix, label) }

    /// nil for a name of another form.
    package init?(_ name: String) {
        if name == TagPrefix.outside.rawValue {
            self = .outside
            return
        }
        let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, let prefix = TagPrefix(rawValue: String(parts[0])),
            prefix != .outside
        else { return nil }
        self.init(prefix, label: String(parts[1]))
    }

    /// The tag as files and models name it.
    package var name: String { prefix == .outside ? prefix.rawValue : prefix.rawValue + "-" + label }
}

extension [EntityTag] {
    /// The entities that the tags of consecutive words stand for, as seqeval finds them by default and
    /// CoNLL's evaluation does: an entity also begins where an inside tag follows another label or none.
    package var entities: [Entity] {
        var found: [Entity] = []
        var start: Int?
        var previous = EntityTag.outside
        for (place, tag) in (self + [.outside]).enumerated() {
            let isOther = previous.label != tag.label
            if let first = start,
                previous.prefix.endsEntity || tag.prefix.startsEntity || tag.prefix == .outside || isOther
            {
                found.append(Entity(label: previous.label, range: first..<place))
                start = nil
            }
            if tag.prefix != .outside, start == nil { start = place }
            previous = tag
        }
        return found
    }
}
