// The tags that a model knows, and what a row's tags are among them.

internal import Datasets
internal import Evaluation
internal import JSON
package import Models

/// Tags in the order of a model's outputs.
package struct TagSet: Equatable {
    let tags: [EntityTag]
    private let ids: [EntityTag: Int]
    /// Whether rows that hold numbers mean this order, as those that a model is applied to do.
    private let isNumbered: Bool

    /// The tags of a fine-tuned model. Throws when one is none; `directory` is named.
    package init(_ head: ClassificationHead, directory: String, isNumbered: Bool) throws(TaggingError) {
        var tags: [EntityTag] = []
        for label in head.labels {
            guard let tag = EntityTag(label) else { throw .noTagger(directory, label: label) }
            tags.append(tag)
        }
        self.init(tags, isNumbered: isNumbered)
    }

    private init(_ tags: [EntityTag], isNumbered: Bool) {
        self.tags = tags
        self.isNumbered = isNumbered
        ids = Dictionary(zip(tags, tags.indices)) { first, _ in first }
    }

    /// The tags that a document names.
    init(_ names: [String]) { self.init(names.compactMap { EntityTag($0) }, isNumbered: false) }

    /// The tags of all rows. Where numbers are named, these are the tags. Else every label that is seen has
    /// the tags of the scheme, so that no evaluation meets a tag that the training rows lack by chance.
    init(of rows: RowReader, _ columns: TagColumns, _ names: TagNames) throws {
        var (labels, prefixes): (Set<String>, Set<TagPrefix>) = ([], [.beginning, .inside])
        var (numbered, column): ([EntityTag]?, String) = (nil, "")
        let iterator = rows.makeIterator()
        while let row = try iterator.next() {
            let text = try columns.text(of: row)
            if text.unit == .characters {
                let found = try columns.spans(of: row, text)
                column = found.column
                labels.formUnion(found.spans.map(\.label))
                continue
            }
            let found = try columns.tags(of: row, text)
            column = found.column
            for value in found.values {
                if case .number = value {
                    numbered = try numbered ?? Self.named(row, found.column, names)
                } else {
                    let tag = try Self.tag(value, row, found.column)
                    prefixes.insert(tag.prefix)
                    if tag.prefix != .outside { labels.insert(tag.label) }
                }
            }
        }
        var tags = numbered ?? [.outside]
        let scheme = TagPrefix.allCases.filter { $0 != .outside && prefixes.contains($0) }
        let others = labels.sorted().flatMap { label in scheme.map { EntityTag($0, label: label) } }
        tags += others.filter { !tags.contains($0) }
        guard tags.count > 1 else { throw TaggingError.noEntities(column: column) }
        self.init(tags, isNumbered: false)
    }

    private static func named(_ row: Row, _ column: String, _ names: TagNames) throws -> [EntityTag] {
        guard let listed = try names.beside(row.source, column: column) else {
            throw TaggingError.unnamedTags(row.source, column: column)
        }
        return try listed.map { try tag(.string($0), row, column) }
    }

    /// The tag that a text names.
    private static func tag(_ value: JSONValue, _ row: Row, _ column: String) throws(TaggingError)
        -> EntityTag
    {
        guard case .string(let name) = value else {
            throw .wrongType(row.source, column: column, expected: "a list of tags", found: value.json)
        }
        guard let tag = EntityTag(name) else { throw .noTag(row.source, column: column, tag: name) }
        return tag
    }

    /// The head that predicts the tags.
    var head: ClassificationHead {
        ClassificationHead(labels: tags.map(\.name), problemType: .singleLabel)
    }

    /// The labels of entities, sorted.
    var entityLabels: [String] { Set(tags.filter { $0.prefix != .outside }.map(\.label)).sorted() }

    /// The number of a tag; nil for one that is not known.
    func id(of tag: EntityTag) -> Int? { ids[tag] }

    /// The number of a tag of a row, which may be a name or a number.
    func id(of value: JSONValue, _ row: Row, _ column: String, _ names: TagNames) throws -> Int {
        if case .number(let number) = value {
            guard let integer = number.integer else {
                throw TaggingError.wrongType(
                    row.source, column: column, expected: "a list of tags", found: value.json)
            }
            let listed = try names.beside(row.source, column: column)
            guard let listed = listed ?? (isNumbered ? tags.map(\.name) : nil) else {
                throw TaggingError.unnamedTags(row.source, column: column)
            }
            guard listed.indices.contains(integer) else {
                throw TaggingError.tagNumber(
                    row.source, column: column, number: integer, count: listed.count)
            }
            return try id(of: .string(listed[integer]), row, column, names)
        }
        return try known(Self.tag(value, row, column), row, column)
    }

    /// The number of a tag of a row. Throws when it is not known.
    func known(_ tag: EntityTag, _ row: Row, _ column: String) throws(TaggingError) -> Int {
        if let id = ids[tag] { return id }
        throw .unknownTag(row.source, column: column, tag: tag.name, known: tags.map(\.name))
    }

    /// What a word's further tokens have when they are labelled too: as transformers' example, inside in
    /// place of beginning.
    func continuation(of id: Int) -> Int {
        let tag = tags[id]
        return tag.prefix == .beginning ? ids[EntityTag(.inside, label: tag.label)] ?? id : id
    }
}
