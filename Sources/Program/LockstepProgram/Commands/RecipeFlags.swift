// A command's flags, made from the table of recipe keys: `--learning_rate 3e-5` beats the recipe file.
import ArgumentParser
import Configuration

/// A command that takes a recipe.
protocol RecipeReader {
    /// The command, as the table of keys names it.
    static var recipeCommand: RecipeCommand { get }
}

/// The recipe keys that a command reads as flags, under the titles of their groups.
///
/// The keys that it does not read are understood too, without being shown, so that `RunConfiguration` can say
/// who reads them. The values are texts; `RunConfiguration` checks them like the lines of a recipe.
struct RecipeFlags<Reader: RecipeReader>: ParsableArguments, CustomReflectable {
    /// Key and text of every flag that was given, in the order of the table.
    private(set) var overrides: [(key: String, value: String)] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FlagName.self)
        func values<Section: KeySection>(_ section: Section.Type) throws -> [(key: String, value: String)] {
            let name = FlagName(Section.group.rawValue)
            return try container.decode(OptionGroup<KeyFlags<Reader, Section>>.self, forKey: name)
                .wrappedValue.values
        }
        for section in KeySections.all { overrides += try values(section) }
        let name = FlagName(BorrowedFlags.label)
        overrides += try container.decode(OptionGroup<BorrowedFlags>.self, forKey: name).wrappedValue.values
    }

    /// What the parser takes for the properties of this type.
    var customMirror: Mirror {
        func child<Section: KeySection>(_ section: Section.Type) -> Mirror.Child {
            let title = Section.group.title
            return (
                label: Section.group.rawValue, value: OptionGroup<KeyFlags<Reader, Section>>(title: title)
            )
        }
        let borrowed = (label: BorrowedFlags.label as String?, value: OptionGroup<BorrowedFlags>() as Any)
        return Mirror(self, children: KeySections.all.map { child($0) } + [borrowed])
    }

    /// The recipe with the flags laid over it, checked.
    func configuration(
        recipe: String?, requiredKeys: [String] = RunConfiguration.keysForTraining,
        holdsOutValidation: Bool = false
    ) throws(ConfigurationError) -> RunConfiguration {
        try RunConfiguration(
            recipePath: recipe, overrides: overrides, for: Reader.recipeCommand, requiredKeys: requiredKeys,
            holdsOutValidation: holdsOutValidation)
    }
}

/// The flags of one group of keys.
struct KeyFlags<Reader: RecipeReader, Section: KeySection>: ParsableArguments, CustomReflectable {
    private(set) var values: [(key: String, value: String)] = []

    private static var keys: [RecipeKey] { RecipeKey.all.filter { $0.group == Section.group } }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FlagName.self)
        for key in Self.keys {
            let option = try container.decode(Option<String?>.self, forKey: FlagName(key.name))
            if let value = option.wrappedValue { values.append((key.name, value)) }
        }
    }

    /// What the parser takes for the properties of this type.
    var customMirror: Mirror {
        Mirror(
            self,
            children: Self.keys.map { key in
                let isRead = key.commands.contains(Reader.recipeCommand)
                return (label: key.name, value: Option(key, visibility: isRead ? .default : .private))
            })
    }
}

/// The keys of other trainers as flags, which help does not show: `RunConfiguration` says what becomes of
/// them.
struct BorrowedFlags: ParsableArguments, CustomReflectable {
    static let label = "borrowed"

    private(set) var values: [(key: String, value: String)] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FlagName.self)
        for key in BorrowedKey.all {
            let option = try container.decode(Option<String?>.self, forKey: FlagName(key.name))
            if let value = option.wrappedValue { values.append((key.name, value)) }
        }
    }

    /// What the parser takes for the properties of this type.
    var customMirror: Mirror {
        Mirror(self, children: BorrowedKey.all.map { (label: $0.name, value: Option($0)) })
    }
}

/// The name of a property that the parser is told of.
private struct FlagName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

extension Option where Value == String? {
    /// The flag of a recipe key. One that is true or false means true without a value; in front of an
    /// argument without a dash, such as the recipe, it must be given its value.
    fileprivate init(_ key: RecipeKey, visibility: ArgumentVisibility) {
        var notes: [String] = []
        if !key.allowedValues.isEmpty { notes.append(key.allowedValues.joined(separator: "|")) }
        if let text = key.defaultText { notes.append("default: \(text)") }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        let help = ArgumentHelp("\(key.help)\(suffix)", valueName: key.typeName, visibility: visibility)
        let name = NameSpecification.customLong(key.name)
        if key.typeName == "boolean" {
            self.init(name: name, defaultAsFlag: "true", help: help, completion: key.completion)
        } else {
            self.init(name: name, parsing: .unconditional, help: help, completion: key.completion)
        }
    }
}

extension Option where Value == String? {
    /// The hidden flag of another trainer's key.
    fileprivate init(_ key: BorrowedKey) {
        let name = NameSpecification.customLong(key.name)
        if key.isSwitch {
            self.init(name: name, defaultAsFlag: "true", help: .private)
        } else {
            self.init(name: name, parsing: .unconditional, help: .private)
        }
    }
}

extension RecipeKey {
    /// What a shell offers for its value.
    fileprivate var completion: CompletionKind {
        if !allowedValues.isEmpty { return .list(allowedValues) }
        return typeName.hasPrefix("path") ? .file() : .default
    }
}

extension CompletionKind {
    /// A YAML file.
    static var yaml: CompletionKind { .file(extensions: ["yaml", "yml"]) }
}
