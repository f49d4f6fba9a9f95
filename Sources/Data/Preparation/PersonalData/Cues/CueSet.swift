// What words near a number or a name say about it.

/// Roles of words other than naming a type of personal data.
enum CueRole: Int, Sendable, CaseIterable {
    /// A number behind it tells who somebody is, of no certain kind: `ID`, `identity number`.
    case identity
    /// A number behind it is somebody's, most likely of a telephone: `my number is`.
    case ownNumber
    /// A number behind it counts things: `order`, `ISBN`, `invoice`.
    case thing
    /// Dotted numbers behind it count versions.
    case version
    /// `Mr`, `Dr`, `Frau`: a name follows.
    case title
    /// `Dear`, `Hello`: a name may follow.
    case greeting
    /// `my name is`: a name follows.
    case introduction
    /// `I am`, `this is`: a name may follow.
    case weakIntroduction
    /// `Name:` in a form.
    case nameLabel
    /// `Kind regards`: a name follows on the next line.
    case closing
    case firstName
    /// Never part of a name, even with a capital.
    case noName
    case month
    /// The last word of a street's name: `Street`.
    case streetSuffix
    /// The first word of a street's name: `rue`.
    case streetPrefix
    /// `Apt`, `Suite`.
    case unit
    case state
    /// A secret stands behind `=` or `:`.
    case secretLabel
    /// Small words between a cue and its value: `is`, `number`.
    case filler
}

/// Types and roles of one word or phrase.
struct CueSet: Sendable, Equatable {
    var types: UInt64 = 0
    var roles: UInt32 = 0

    var isEmpty: Bool { types == 0 && roles == 0 }

    func contains(_ role: CueRole) -> Bool { roles >> UInt32(role.rawValue) & 1 == 1 }
    func contains(_ type: PersonalDataType) -> Bool { types >> UInt64(type.ordinal) & 1 == 1 }

    mutating func insert(_ role: CueRole) { roles |= 1 << UInt32(role.rawValue) }
    mutating func insert(_ type: PersonalDataType) { types |= 1 << UInt64(type.ordinal) }

    mutating func formUnion(_ other: CueSet) {
        types |= other.types
        roles |= other.roles
    }
}

extension PersonalDataType {
    private static let ordinals = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })

    /// The type's place among all, below 64.
    var ordinal: Int {
        switch Self.ordinals[self] {
        case .some(let place): place
        case .none: preconditionFailure("a type has no place among all of them")
        }
    }
}
