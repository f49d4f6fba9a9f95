// The staged records of all ranks in the order of the raw files.

/// Reads the files of the ranks side by side.
struct StageMerge {
    private var readers: [StageReader] = []
    private var heads: [StagedRecord] = []

    static func path(_ folder: String, rank: Int) -> String { "\(folder)/stage-\(rank)" }

    init(folder: String, size: Int) throws(PreparationError) {
        for rank in 0..<size {
            var reader = try StageReader(path: Self.path(folder, rank: rank))
            guard let head = try reader.next() else { continue }
            readers.append(reader)
            heads.append(head)
        }
    }

    mutating func next() throws(PreparationError) -> StagedRecord? {
        guard !heads.isEmpty else { return nil }
        var least = 0
        for index in heads.indices where heads[index].position < heads[least].position { least = index }
        let record = heads[least]
        if let head = try readers[least].next() {
            heads[least] = head
        } else {
            readers.remove(at: least)
            heads.remove(at: least)
        }
        return record
    }
}
