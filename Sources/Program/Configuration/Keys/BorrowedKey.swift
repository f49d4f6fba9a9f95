// Keys that recipes and scripts of other trainers have: what they are called here, why they have no effect,
// or what to do.

/// A key of Hugging Face's Trainer and example scripts, of TRL, PEFT or axolotl that is no recipe key.
package struct BorrowedKey: Sendable {
    enum Meaning: Sendable {
        /// Another name of a recipe key.
        case alias(of: String)
        /// Accepted with one line, since what it asks for holds anyway: for `values`, or for any if nil. Any
        /// other value is refused with `otherwise`.
        case idle(values: [String]?, because: String, otherwise: String)
        /// Refused with what to do instead.
        case refused(String)
    }

    package let name: String
    let meaning: Meaning

    package static let all = trainerKeys + trainerRunKeys + scriptKeys + peftKeys + trlKeys + axolotlKeys

    /// The recipe keys that others have another name for.
    package static var aliases: [String] {
        all.compactMap { if case .alias(let key) = $0.meaning { key } else { nil } }
    }

    static func named(_ name: String) -> BorrowedKey? { all.first { $0.name == name } }

    /// Whether a bare flag of it means true.
    package var isSwitch: Bool {
        guard case .idle(let values?, _, _) = meaning else { return false }
        return values.contains("false") || values.contains("true")
    }

    static func same(_ name: String, _ key: String) -> BorrowedKey {
        BorrowedKey(name: name, meaning: .alias(of: key))
    }

    static func idle(_ name: String, _ because: String) -> BorrowedKey {
        BorrowedKey(name: name, meaning: .idle(values: nil, because: because, otherwise: ""))
    }

    static func idle(
        _ name: String, when values: String..., because: String, otherwise: String
    ) -> BorrowedKey {
        BorrowedKey(name: name, meaning: .idle(values: values, because: because, otherwise: otherwise))
    }

    /// A switch that is off here for good.
    static func off(_ name: String, _ advice: String) -> BorrowedKey {
        idle(name, when: "false", because: "it is off", otherwise: advice)
    }

    static func refused(_ name: String, _ advice: String) -> BorrowedKey {
        BorrowedKey(name: name, meaning: .refused(advice))
    }
}

extension BorrowedKey {
    /// What is to be said of a setting of such a key, which has no effect; nil of `null`, which is as good as
    /// left out. Throws with what to do where the setting asks for something that does not hold here.
    func note(on setting: Setting) throws(ConfigurationError) -> String? {
        guard setting.value != .null else { return nil }
        switch meaning {
        case .alias: preconditionFailure("\(name) is translated before")
        case .idle(let values, let because, let otherwise):
            guard let values else { return "\(name) has no effect here: \(because)" }
            guard case .scalar(let text) = setting.value, values.contains(text.lowercased()) else {
                throw .borrowed(self, setting.value, otherwise, setting.location)
            }
            return "\(name): \(text) has no effect here: \(because)"
        case .refused(let advice): throw .borrowed(self, setting.value, advice, setting.location)
        }
    }
}
