// Collects tensors and writes them as one file, byte for byte as the reference implementation does.

internal import Files
internal import JSON
package import Tensors

/// A file of tensors to be written.
///
/// `add` keeps a reference to the tensor's memory, no copy: the values are those at the time of `write`.
/// Names must be unique and shapes must fit; anything else is the caller's bug and traps.
package struct SafetensorsWriter: Sendable {
    enum Content: Sendable {
        case tensor(Tensor)
        case made(@Sendable () throws(SafetensorsError) -> Tensor)
        case bytes([UInt8])
        case integers([Int64])
    }

    struct Item: Sendable {
        let name: String
        let dtype: DType
        let shape: [Int]
        let content: Content
        var byteCount: Int { shape.reduce(dtype.byteCount, *) }
    }

    private(set) var items: [Item] = []
    private var names: Set<String> = []

    package init() {}

    /// Adds a tensor under `shape`, stored as `dtype`: by default as it is, else F64, F32, BF16 or F16 from
    /// float32. Rows with gaps between them are stored without the gaps.
    package mutating func add(_ name: String, shape: [Int], tensor: Tensor, as dtype: DType? = nil) {
        let stored = dtype ?? DType(tensor.type)
        let converts: [DType] = [.float64, .float32, .bfloat16, .float16]
        precondition(
            stored.elementType == tensor.type || (tensor.type == .float32 && converts.contains(stored)),
            "\(name): \(tensor.type) cannot be stored as \(stored.rawValue)")
        precondition(
            shape.reduce(1, *) == tensor.count, "\(name): shape \(shape) for \(tensor.count) elements")
        append(Item(name: name, dtype: stored, shape: shape, content: .tensor(tensor)))
    }

    /// Adds a float32 tensor that `make` returns when its turn to be written comes, stored as F32, BF16, F16
    /// or F64: a file may be larger than the memory. An error of `make` ends the writing.
    package mutating func add(
        _ name: String, shape: [Int], as dtype: DType,
        making make: @escaping @Sendable () throws(SafetensorsError) -> Tensor
    ) {
        precondition(
            [.float64, .float32, .bfloat16, .float16].contains(dtype),
            "\(name): float32 cannot be stored as \(dtype.rawValue)")
        append(Item(name: name, dtype: dtype, shape: shape, content: .made(make)))
    }

    /// Adds little-endian bytes that are elements of `dtype`.
    package mutating func add(_ name: String, shape: [Int], bytes: [UInt8], as dtype: DType = .uint8) {
        let item = Item(name: name, dtype: dtype, shape: shape, content: .bytes(bytes))
        precondition(item.byteCount == bytes.count, "\(name): shape \(shape) for \(bytes.count) bytes")
        append(item)
    }

    /// Adds integers as I64.
    package mutating func add(_ name: String, shape: [Int], integers: [Int64]) {
        precondition(
            shape.reduce(1, *) == integers.count, "\(name): shape \(shape) for \(integers.count) integers")
        append(Item(name: name, dtype: .int64, shape: shape, content: .integers(integers)))
    }

    private mutating func append(_ item: Item) {
        precondition(item.shape.allSatisfy { $0 >= 0 }, "\(item.name): bad shape \(item.shape)")
        precondition(item.name != SafetensorsHeader.metadataName, "\(item.name) is no name for a tensor")
        precondition(names.insert(item.name).inserted, "\(item.name) was added twice")
        items.append(item)
    }

    /// The same file with the values of now: what happens to the tensors later does not change it.
    package func snapshot() -> SafetensorsWriter {
        var copy = self
        copy.items = items.map { item in
            guard case .tensor(let tensor) = item.content else { return item }
            let values = Tensor(rows: tensor.rows, columns: tensor.columns, type: tensor.type)
            values.copy(from: tensor)
            return Item(name: item.name, dtype: item.dtype, shape: item.shape, content: .tensor(values))
        }
        return copy
    }

    /// Writes the file and waits until it is on the disk. An existing file is replaced.
    ///
    /// Throws `file`, after which no incomplete file is left, and `valueOutOfRange` for a finite value
    /// that F16 or BF16 cannot hold. Values are converted in small pieces: the data is never held twice.
    package func write(to path: String, metadata: [String: String] = [:]) throws(SafetensorsError) {
        let ordered = items.sorted(by: Self.precedes)
        let file = try SafetensorsError.rethrowing { () throws(FilesError) in try PendingFile(path: path) }
        try unsafe Self.header(ordered, metadata: metadata).withElementBytes {
            (bytes) throws(SafetensorsError) in
            try unsafe file.append(bytes)
        }
        for item in ordered {
            switch item.content {
            case .tensor(let tensor): try file.write(tensor, of: item, path: path)
            case .made(let make):
                let tensor = try make()
                precondition(
                    tensor.type == .float32 && tensor.count == item.shape.reduce(1, *),
                    "\(item.name): shape \(item.shape) for \(tensor.count) elements")
                try file.write(tensor, of: item, path: path)
            case .bytes(let bytes):
                try unsafe bytes.withElementBytes { (bytes) throws(SafetensorsError) in
                    try unsafe file.append(bytes)
                }
            case .integers(let integers):
                try unsafe integers.withElementBytes { (bytes) throws(SafetensorsError) in
                    try unsafe file.append(bytes)
                }
            }
        }
        try SafetensorsError.rethrowing { () throws(FilesError) in try file.finish() }
    }

    /// The reference implementation's order: by dtype, widest first, then by the bytes of the name.
    private static func precedes(_ left: Item, _ right: Item) -> Bool {
        guard left.dtype == right.dtype else { return left.dtype.rank > right.dtype.rank }
        return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    /// Length and JSON, padded with spaces to a multiple of 8. Metadata is sorted by name.
    private static func header(_ items: [Item], metadata: [String: String]) -> [UInt8] {
        var members: [(String, JSONValue)] = []
        if !metadata.isEmpty {
            let texts = JSONObject(metadata.mapValues(JSONValue.string))
            members.append((SafetensorsHeader.metadataName, .object(texts)))
        }
        var offset = 0
        for item in items {
            let end = offset + item.byteCount
            let entry: JSONObject = [
                "dtype": .string(item.dtype.rawValue), "shape": .array(item.shape.map(JSONValue.integer)),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            members.append((item.name, .object(entry)))
            offset = end
        }
        var text = Array(JSONValue.object(JSONObject(members)).text(.compact).utf8)
        text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    }
}

extension DType {
    /// Place in the order of `allCases`.
    fileprivate var rank: Int { DType.allCases.firstIndex(of: self) ?? 0 }
}

extension Array where Element: BitwiseCopyable {
    /// The bytes of the elements, with typed errors.
    fileprivate func withElementBytes(
        _ body: (UnsafeRawBufferPointer) throws(SafetensorsError) -> Void
    ) throws(SafetensorsError) {
        try unsafe span.bytes.withUnsafeBytes { (bytes) throws(SafetensorsError) in try unsafe body(bytes) }
    }
}
