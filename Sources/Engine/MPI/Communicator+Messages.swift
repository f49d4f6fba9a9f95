// Messages from one rank to another.

import CMPI

extension Communicator {
    /// Sends `bytes` to rank `destination`; returns when they may be changed again. MPI 3.1, section 3.2.
    package func send(_ bytes: [UInt8], to destination: Int, tag: Int = 0) throws(MPIError) {
        let span = bytes.span
        try unsafe span.withUnsafeBytes { (buffer) throws(MPIError) in
            guard let base = buffer.baseAddress else { return }
            try forEachPiece(of: buffer.count, "MPI_Send") { offset, count in
                unsafe cmpi_send(base + offset, count, Int32(destination), Int32(tag), handle)
            }
        }
    }

    /// The next message with this tag that waits to be received: its sender and its bytes; nil when none
    /// does. MPI 3.1, section 3.8.1.
    package func waitingMessage(tag: Int) throws(MPIError) -> (source: Int, count: Int)? {
        var (isThere, source, count) = (Int32(0), Int32(0), Int32(0))
        try call("MPI_Iprobe") { unsafe cmpi_probe(Int32(tag), handle, &isThere, &source, &count) }
        return isThere == 0 ? nil : (Int(source), Int(count))
    }

    /// Receives `count` bytes from rank `source`. MPI 3.1, section 3.2.4. Throws when another length comes.
    package func receive(count: Int, from source: Int, tag: Int = 0) throws(MPIError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            guard let base = buffer.baseAddress else { return }
            try forEachPiece(of: count, "MPI_Recv") { offset, pieceCount in
                var pieceReceived: Int32 = 0
                let code = unsafe cmpi_receive(
                    base + offset, pieceCount, Int32(source), Int32(tag), handle, &pieceReceived)
                received += Int(pieceReceived)
                return code
            }
        }
        guard received == count else {
            throw .length(expected: count, found: received, from: source, rank: rank)
        }
        return bytes
    }
}
