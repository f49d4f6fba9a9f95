// Decompresses Zstandard data (RFC 8878) through libzstd. It takes pointers; they point into arrays for the
// length of one call each.

internal import CZstd

/// A decompressor that takes a Zstandard file chunk by chunk. A file may consist of several frames.
@safe final class ZstdReader: Decompressor {
    /// Two to this many bytes is the largest window that is decoded: 128 MiB, as in the `zstd` tool without
    /// `--long`. A file could ask for much more memory than it is worth.
    static let windowBits: Int32 = 27

    private let path: String
    private let stream: OpaquePointer
    /// True between frames, where the file may end.
    private var isAtFrameEnd = false
    private var hasInput = false
    /// The chunk that is being decompressed, and how much of it has been.
    private var input: [UInt8] = []
    private var consumed = 0
    /// Whether the last block was filled, so that more may come without further input.
    private var mayHoldOutput = false

    init(path: String) {
        self.path = path
        guard let stream = unsafe ZSTD_createDCtx() else {
            preconditionFailure("libzstd cannot be initialised: no memory")
        }
        let status = unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowBits)
        precondition(ZSTD_isError(status) == 0, "libzstd does not take a limit of the window")
        unsafe self.stream = stream
    }

    deinit { unsafe ZSTD_freeDCtx(stream) }

    func feed(_ chunk: [UInt8]) {
        precondition(consumed == input.count && !mayHoldOutput, "a chunk is fed before the last was taken")
        (input, consumed) = (chunk, 0)
        hasInput = hasInput || !chunk.isEmpty
    }

    func next() throws(FilesError) -> [UInt8]? {
        while consumed < input.count || mayHoldOutput {
            var block = [UInt8](repeating: 0, count: 4 * ByteReader.chunkBytes)
            let (status, produced) = step(&block)
            guard ZSTD_isError(status) == 0 else { throw failure(status) }
            isAtFrameEnd = status == 0
            mayHoldOutput = produced == block.count && !isAtFrameEnd
            if produced > 0 {
                block.removeLast(block.count - produced)
                return block
            }
        }
        return nil
    }

    func finish() throws(FilesError) {
        if hasInput, !isAtFrameEnd { throw .truncatedZstd(path: path) }
    }

    /// One call of `ZSTD_decompressStream`; moves `consumed` on and returns the status, which is 0 at the end
    /// of a frame, and the bytes written to `block`.
    private func step(_ block: inout [UInt8]) -> (status: Int, produced: Int) {
        unsafe input.withUnsafeBytes { source in
            unsafe block.withUnsafeMutableBytes { target in
                var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: consumed)
                var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let status = unsafe ZSTD_decompressStream(stream, &to, &from)
                consumed = unsafe from.pos
                return unsafe (status, to.pos)
            }
        }
    }

    private func failure(_ status: Int) -> FilesError {
        if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
            return .zstdWindowTooLarge(path: path, limit: 1 << Int(Self.windowBits))
        }
        return .corruptZstd(path: path, reason: unsafe String(cString: ZSTD_getErrorName(status)))
    }
}
