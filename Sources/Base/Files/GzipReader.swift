// Decompresses gzip data (RFC 1952) through zlib. zlib takes pointers; they point into arrays for the length
// of one call each.

internal import CZlib

/// A decompressor that takes a gzip file chunk by chunk. A file may consist of several gzip members.
@safe final class GzipReader: Decompressor {
    private let path: String
    private let stream: UnsafeMutablePointer<z_stream>
    /// True between members, where the file may end.
    private var isAtMemberEnd = false
    private var hasInput = false
    /// The chunk that is being decompressed, and how much of it has been.
    private var input: [UInt8] = []
    private var consumed = 0
    /// Whether the last block was filled, so that more may come without further input.
    private var mayHoldOutput = false

    init(path: String) {
        self.path = path
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let windowBitsForGzip: Int32 = 15 + 16
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let status = unsafe inflateInit2_(stream, windowBitsForGzip, ZLIB_VERSION, size)
        precondition(status == Z_OK, "zlib cannot be initialised: status \(status)")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    func feed(_ chunk: [UInt8]) {
        precondition(consumed == input.count && !mayHoldOutput, "a chunk is fed before the last was taken")
        (input, consumed) = (chunk, 0)
        hasInput = hasInput || !chunk.isEmpty
    }

    /// A chunk may expand a thousandfold: it is given block by block.
    func next() throws(FilesError) -> [UInt8]? {
        while true {
            if isAtMemberEnd {
                if consumed == input.count { return nil }
                _ = unsafe inflateReset(stream)
                isAtMemberEnd = false
            } else if consumed == input.count, !mayHoldOutput {
                return nil
            }
            var block = [UInt8](repeating: 0, count: 4 * ByteReader.chunkBytes)
            let (status, produced) = step(input, &consumed, &block)
            mayHoldOutput = produced == block.count
            switch status {
            case Z_STREAM_END: (isAtMemberEnd, mayHoldOutput) = (true, false)
            case Z_OK, Z_BUF_ERROR: break
            default: throw .corruptGzip(path: path, reason: reason(status))
            }
            if produced > 0 {
                block.removeLast(block.count - produced)
                return block
            }
        }
    }

    func finish() throws(FilesError) {
        if hasInput, !isAtMemberEnd { throw .truncatedGzip(path: path) }
    }

    /// One call of `inflate`; moves `consumed` on and returns zlib's status and the bytes written to `block`.
    private func step(_ input: [UInt8], _ consumed: inout Int, _ block: inout [UInt8]) -> (Int32, Int) {
        let start = consumed
        return unsafe input.withUnsafeBufferPointer { source in
            unsafe block.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)?.advanced(
                    by: start)
                unsafe stream.pointee.avail_in = UInt32(source.count - start)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(target.count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                consumed = unsafe source.count - Int(stream.pointee.avail_in)
                return unsafe (status, target.count - Int(stream.pointee.avail_out))
            }
        }
    }

    private func reason(_ status: Int32) -> String {
        guard let message = unsafe stream.pointee.msg else { return "zlib status \(status)" }
        return unsafe String(cString: message)
    }
}
