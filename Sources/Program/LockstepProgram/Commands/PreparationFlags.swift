// The flags of `prepare`, made from the table of its keys.

import ArgumentParser
import Configuration

/// The keys of `prepare` as flags, under the titles of their groups.
struct PreparationFlags: ParsableArguments, CustomReflectable {
    /// Key and text of every flag that was given, in the order of the table.
    private(set) var overrides: [(key: String, value: String)] = []

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        func add<Section: PreparationSection>(_ section: Section.Type) throws {
            overrides += try container.decode(
                OptionGroup<PreparationGroupFlags<Section>>.self, forKey: Name(Section.group.rawValue)
            ).wrappedValue.values
        }
        for section in PreparationSections.all { try add(section) }
        let model = try container.decode(Option<String?>.self, forKey: Name("model_name_or_path"))
        if let path = model.wrappedValue { overrides.append(("model_name_or_path", path)) }
    }

    /// What the parser takes for the properties of this type.
    var customMirror: Mirror {
        func child<Section: PreparationSection>(_ section: Section.Type) -> Mirror.Child {
            let group = Section.group
            return (
                label: group.rawValue, value: OptionGroup<PreparationGroupFlags<Section>>(title: group.title)
            )
        }
        let model = Option<String?>(
            name: .customLong("model_name_or_path"),
            help: "Model directory whose tokenizer counts tokens for the data card.", completion: .directory)
        return Mirror(
            self,
            children: PreparationSections.all.map { child($0) } + [
                (label: "model_name_or_path" as String?, value: model as Any)
            ])
    }

    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

/// A group of the keys as a type: the parser gives a title to the options of a type.
protocol PreparationSection: Sendable {
    static var group: PreparationKey.Group { get }
}

enum PreparationSections {
    static let all: [any PreparationSection.Type] = [Input.self, Cleaning.self, Pairs.self, Splits.self]

    private enum Input: PreparationSection { static let group = PreparationKey.Group.input }
    private enum Cleaning: PreparationSection { static let group = PreparationKey.Group.cleaning }
    private enum Pairs: PreparationSection { static let group = PreparationKey.Group.pairs }
    private enum Splits: PreparationSection { static let group = PreparationKey.Group.splits }
}

/// The flags of one group.
struct PreparationGroupFlags<Section: PreparationSection>: ParsableArguments, CustomReflectable {
    private(set) var values: [(key: String, value: String)] = []

    private static var keys: [PreparationKey] { PreparationKey.all.filter { $0.group == Section.group } }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: PreparationFlags.Name.self)
        for key in Self.keys {
            let option = try container.decode(Option<String?>.self, forKey: .init(key.name))
            if let value = option.wrappedValue { values.append((key.name, value)) }
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.keys.map { (label: $0.name, value: Option($0)) })
    }
}

extension Option where Value == String? {
    fileprivate init(_ key: PreparationKey) {
        var notes: [String] = []
        if !key.allowedValues.isEmpty { notes.append(key.allowedValues.joined(separator: "|")) }
        if let text = key.defaultText { notes.append("default: \(text)") }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        let help = ArgumentHelp("\(key.help)\(suffix)", valueName: key.typeName)
        let name = NameSpecification.customLong(key.name)
        let completion: CompletionKind =
            key.allowedValues.isEmpty
            ? (key.typeName.hasPrefix("path") ? .file() : .default) : .list(key.allowedValues)
        if key.typeName == "boolean" {
            self.init(name: name, defaultAsFlag: "true", help: help, completion: completion)
        } else {
            self.init(name: name, parsing: .unconditional, help: help, completion: completion)
        }
    }
}
