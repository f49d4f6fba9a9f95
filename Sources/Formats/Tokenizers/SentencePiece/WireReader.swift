// Protocol buffers as they stand in a file: the fields of one message, in order. The few messages of a
// SentencePiece model need no more.

/// What makes bytes no message.
struct WireError: Error, Equatable {
    /// Where in the file, from 0.
    let byte: Int
    let problem: String
}

/// The fields of a message, read from its bytes one by one.
struct WireReader {
    /// What a field holds, by its wire type.
    enum Value {
        /// A variable-length number: what is stored of integers, truth values and enumerations.
        case number(UInt64)
        /// A string, bytes or an inner message.
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
        case fixed64(UInt64)
    }

    /// A field with the place where it begins.
    struct Field {
        let number: Int
        let value: Value
        let byte: Int

        /// Whether it is set, as a truth value.
        func bool() throws(WireError) -> Bool { try integer() != 0 }

        /// The number; negative ones stand there as 64 bits.
        func integer() throws(WireError) -> Int64 {
            guard case .number(let value) = value else { throw mismatch("a whole number") }
            return Int64(bitPattern: value)
        }

        /// The single-precision number.
        func float() throws(WireError) -> Float {
            guard case .fixed32(let bits) = value else { throw mismatch("a number of 32 bits") }
            return Float(bitPattern: bits)
        }

        func bytes() throws(WireError) -> ArraySlice<UInt8> {
            guard case .bytes(let bytes) = value else { throw mismatch("a string or message") }
            return bytes
        }

        func string() throws(WireError) -> String {
            guard let text = String(validating: try bytes(), as: UTF8.self) else { throw mismatch("UTF-8") }
            return text
        }

        private func mismatch(_ expected: String) -> WireError {
            WireError(byte: byte, problem: "field \(number) is not \(expected)")
        }
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// A reader of the message that `bytes` is; its indices are those in the file.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The next field, nil after the last one.
    mutating func next() throws(WireError) -> Field? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        let key = try variableLength()
        guard let number = Int(exactly: key >> 3), 1..<1 << 29 ~= number else {
            throw WireError(byte: start, problem: "there is no field of number \(key >> 3)")
        }
        let value: Value =
            switch key & 7 {
            case 0: .number(try variableLength())
            case 1: .fixed64(try fixed(8))
            case 2: .bytes(try delimited())
            case 5: .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
            default: throw WireError(byte: start, problem: "field \(number) has wire type \(key & 7)")
            }
        return Field(number: number, value: value, byte: start)
    }

    private mutating func variableLength() throws(WireError) -> UInt64 {
        let start = position
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < bytes.endIndex else {
                throw WireError(byte: start, problem: "the file ends within a number")
            }
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw WireError(byte: start, problem: "a number has more than 10 bytes")
    }

    private mutating func fixed(_ count: Int) throws(WireError) -> UInt64 {
        guard bytes.endIndex - position >= count else {
            throw WireError(byte: position, problem: "the file ends within a number")
        }
        defer { position += count }
        return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func delimited() throws(WireError) -> ArraySlice<UInt8> {
        let start = position
        let count = try variableLength()
        guard count <= UInt64(bytes.endIndex - position) else {
            throw WireError(
                byte: start,
                problem: "\(count) bytes are announced, and \(bytes.endIndex - position) are left")
        }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }
}
