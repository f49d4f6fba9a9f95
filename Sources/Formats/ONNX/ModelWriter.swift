// Writes a model file whose weights pass through memory piece by piece.

package import Files
package import ONNXMessages
internal import SwiftProtobuf

/// A writer of ONNX models.
///
/// A protobuf message that is written in parts is their concatenation, so that the graph's operators and
/// names are encoded as one part, and each weight as a part of its own, of which only a piece exists at a
/// time.
package struct ModelWriter: Sendable {
    /// Operator set and version of the file format.
    package static let operatorSet = 17
    package static let formatVersion = 8
    /// Bytes of weights beyond which they stand in a file of their own: a protobuf message ends at 2 GiB.
    package static let largestMessage = 2_000_000_000
    /// Weights of fewer bytes stay in the model's file.
    private static let smallestExternalTensor = 1_024
    /// Tensors of the file of weights start at multiples of it.
    private static let alignment = 4_096

    /// What made the file, and its version.
    package var producer: (name: String, version: String)
    package var largestMessage = Self.largestMessage

    package init(producer: (name: String, version: String)) { self.producer = producer }

    /// Writes `graph`, which has all but its weights, as `path`, and where they are too large for one file
    /// the weights as `path` with `_data` behind it. Returns the paths written.
    package func write<Failure: FileFailure>(
        _ graph: Onnx_GraphProto, weights: [StreamedTensor<Failure>], to path: String
    ) throws(Failure) -> [String] {
        let isExternal = weights.reduce(0) { $0 + $1.byteCount } > largestMessage
        let dataPath = path + "_data"
        let dataName = dataPath.split(separator: "/").last.map(String.init) ?? dataPath
        var places: [Int?] = []
        var end = 0
        for tensor in weights {
            guard isExternal, tensor.byteCount >= Self.smallestExternalTensor else {
                places.append(nil)
                continue
            }
            places.append(end)
            end = (end + tensor.byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        }
        var parts: [(head: [UInt8], tensor: StreamedTensor<Failure>?)] = []
        for (tensor, place) in zip(weights, places) {
            parts.append(Self.part(tensor, externalAt: place.map { (dataName, $0) }))
        }
        let graphBytes = Self.encoded(graph)
        let graphCount =
            graphBytes.count + parts.reduce(0) { $0 + $1.head.count + ($1.tensor?.byteCount ?? 0) }
        try Self.writeFile(path) { (emit: StreamedTensor<Failure>.Sink) throws(Failure) in
            try emit(Self.encoded(header))
            try emit(Wire.lengthDelimited(field: Wire.graph, byteCount: graphCount))
            try emit(graphBytes)
            for part in parts {
                try emit(part.head)
                if let tensor = part.tensor { try Self.stream(tensor, emit) }
            }
        }
        guard isExternal else { return [path] }
        try Self.writeFile(dataPath) { (emit: StreamedTensor<Failure>.Sink) throws(Failure) in
            var written = 0
            for (tensor, place) in zip(weights, places) {
                guard let place else { continue }
                try emit([UInt8](repeating: 0, count: place - written))
                try Self.stream(tensor, emit)
                written = place + tensor.byteCount
            }
        }
        return [path, dataPath]
    }

    /// The model's message without its graph.
    private var header: Onnx_ModelProto {
        var model = Onnx_ModelProto()
        model.irVersion = Int64(Self.formatVersion)
        model.producerName = producer.name
        model.producerVersion = producer.version
        var operators = Onnx_OperatorSetIdProto()
        operators.domain = ""
        operators.version = Int64(Self.operatorSet)
        model.opsetImport = [operators]
        return model
    }

    /// The start of a weight's part of the graph, and the weight if its bytes follow there.
    private static func part<Failure: FileFailure>(
        _ tensor: StreamedTensor<Failure>, externalAt place: (name: String, offset: Int)?
    ) -> (head: [UInt8], tensor: StreamedTensor<Failure>?) {
        var message = Onnx_TensorProto()
        message.name = tensor.name
        message.dims = tensor.shape.map { Int64($0) }
        message.dataType = Int32(tensor.type.rawValue)
        guard let place else {
            let data = Wire.lengthDelimited(field: Wire.rawData, byteCount: tensor.byteCount)
            let fields = encoded(message) + data
            return (
                Wire.lengthDelimited(field: Wire.initializer, byteCount: fields.count + tensor.byteCount)
                    + fields, tensor
            )
        }
        message.dataLocation = .external
        message.externalData = [
            ("location", place.name), ("offset", "\(place.offset)"), ("length", "\(tensor.byteCount)"),
        ].map { key, value in
            var entry = Onnx_StringStringEntryProto()
            (entry.key, entry.value) = (key, value)
            return entry
        }
        let fields = encoded(message)
        return (Wire.lengthDelimited(field: Wire.initializer, byteCount: fields.count) + fields, nil)
    }

    /// Messages without required fields can always be encoded.
    private static func encoded(_ message: some Message) -> [UInt8] {
        do { return try message.serializedBytes() } catch {
            preconditionFailure("a message of ONNX cannot be encoded: \(error)")
        }
    }

    private static func stream<Failure: FileFailure>(
        _ tensor: StreamedTensor<Failure>, _ emit: StreamedTensor<Failure>.Sink
    ) throws(Failure) {
        var count = 0
        try tensor.write { (bytes) throws(Failure) in
            count += bytes.count
            try emit(bytes)
        }
        precondition(count == tensor.byteCount, "\(tensor.name) has \(count) bytes, not \(tensor.byteCount)")
    }

    private static func writeFile<Failure: FileFailure>(
        _ path: String, _ body: (StreamedTensor<Failure>.Sink) throws(Failure) -> Void
    ) throws(Failure) {
        let file = try Failure.rethrowing { () throws(FilesError) in try PendingFile(path: path) }
        try body { (bytes) throws(Failure) in
            try Failure.rethrowing { () throws(FilesError) in try file.write(bytes) }
        }
        try Failure.rethrowing { () throws(FilesError) in try file.finish() }
    }
}

/// Protobuf's encoding of the fields that are written in parts.
private enum Wire {
    /// ModelProto.graph, GraphProto.initializer, TensorProto.raw_data.
    static let graph = 7
    static let initializer = 5
    static let rawData = 9

    /// The tag and the length of a field whose bytes follow.
    static func lengthDelimited(field: Int, byteCount: Int) -> [UInt8] {
        variableLength(field << 3 | 2) + variableLength(byteCount)
    }

    private static func variableLength(_ number: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
