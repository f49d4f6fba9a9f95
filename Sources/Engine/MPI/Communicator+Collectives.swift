// Collectives: reductions, broadcast, gather and barrier. All of them block, and all ranks must call them.

import CMPI

extension Communicator {
    /// Waits until all ranks have come here. MPI 3.1, section 5.3.
    package func barrier() throws(MPIError) {
        try call("MPI_Barrier") { cmpi_barrier(handle) }
    }

    // MARK: All-reduce, in place; MPI 3.1, section 5.9.6

    /// Combines `values` of all ranks element by element; every rank gets the result. Counts must agree.
    package func allReduce(_ values: inout MutableSpan<Float>, _ reduction: Reduction) throws(MPIError) {
        try unsafe values.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allReduce(buffer, .float32, reduction)
        }
    }

    /// Combines `values` of all ranks element by element; every rank gets the result. Counts must agree.
    package func allReduce(_ values: inout [Double], _ reduction: Reduction) throws(MPIError) {
        var span = values.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allReduce(buffer, .float64, reduction)
        }
    }

    /// Combines `values` of all ranks element by element; every rank gets the result. Counts must agree.
    package func allReduce(_ values: inout [Int64], _ reduction: Reduction) throws(MPIError) {
        var span = values.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allReduce(buffer, .int64, reduction)
        }
    }

    private func allReduce(
        _ buffer: UnsafeMutableRawBufferPointer, _ type: ElementCode, _ reduction: Reduction
    ) throws(MPIError) {
        guard let base = buffer.baseAddress else { return }
        try forEachPiece(of: buffer.count / type.byteCount, "MPI_Allreduce") { offset, count in
            unsafe cmpi_allreduce(
                base + offset * type.byteCount, count, type.code, reduction.code, handle)
        }
    }

    // MARK: Broadcast; MPI 3.1, section 5.4

    /// Copies the bytes of `root` to all ranks; the lengths must agree.
    package func broadcast(_ bytes: inout MutableRawSpan, from root: Int) throws(MPIError) {
        try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe broadcast(buffer, from: root)
        }
    }

    /// Copies the bytes of `root` to all ranks; the lengths must agree.
    package func broadcast(_ bytes: inout [UInt8], from root: Int) throws(MPIError) {
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe broadcast(buffer, from: root)
        }
    }

    private func broadcast(_ buffer: UnsafeMutableRawBufferPointer, from root: Int) throws(MPIError) {
        guard let base = buffer.baseAddress else { return }
        try forEachPiece(of: buffer.count, "MPI_Bcast") { offset, count in
            unsafe cmpi_broadcast(base + offset, count, ElementCode.byte.code, Int32(root), handle)
        }
    }

    // MARK: Gather and scatter

    /// The `values` of all ranks, one after the other in rank order; every rank gives as many. MPI 3.1,
    /// section 5.7.
    package func allGather(_ values: [Int64]) throws(MPIError) -> [Int64] {
        var result = [Int64](repeating: 0, count: values.count * size)
        result.replaceSubrange(rank * values.count..<(rank + 1) * values.count, with: values)
        var span = result.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allGather(buffer, .int64)
        }
        return result
    }

    /// The `bytes` of all ranks, one after the other in rank order; every rank gives as many. MPI 3.1,
    /// section 5.7.
    package func allGather(_ bytes: [UInt8]) throws(MPIError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: bytes.count * size)
        result.replaceSubrange(rank * bytes.count..<(rank + 1) * bytes.count, with: bytes)
        var span = result.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allGather(buffer, .byte)
        }
        return result
    }

    /// In place: `values` holds `size` blocks of equal length, of which this rank has filled its own. MPI
    /// 3.1, section 5.7.
    package func allGather(_ values: inout MutableSpan<Float>) throws(MPIError) {
        try unsafe values.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            try unsafe allGather(buffer, .float32)
        }
    }

    private func allGather(_ buffer: UnsafeMutableRawBufferPointer, _ type: ElementCode) throws(MPIError) {
        let count = blockCount(buffer.count / type.byteCount)
        guard let base = buffer.baseAddress else { return }
        if count <= pieceLimit {
            try call("MPI_Allgather") { unsafe cmpi_allgather(base, Int32(count), type.code, handle) }
            return
        }
        for root in 0..<size {
            try forEachPiece(of: count, "MPI_Bcast") { offset, pieceCount in
                unsafe cmpi_broadcast(
                    base + (root * count + offset) * type.byteCount, pieceCount, type.code, Int32(root),
                    handle)
            }
        }
    }

    /// `values` holds `size` blocks of equal length. Block r is combined over all ranks and arrives at rank r
    /// as the first block of `values`; the rest of `values` is undefined afterwards. MPI 3.1, section 5.10.
    package func reduceScatter(
        _ values: inout MutableSpan<Float>, _ reduction: Reduction
    ) throws(MPIError) {
        let count = blockCount(values.count)
        try unsafe values.withUnsafeMutableBytes { (buffer) throws(MPIError) in
            guard let base = buffer.baseAddress else { return }
            if count * size <= pieceLimit {
                try call("MPI_Reduce_scatter") {
                    unsafe cmpi_reduce_scatter_block(
                        base, Int32(count), ElementCode.float32.code, reduction.code, handle)
                }
                return
            }
            let blockBytes = count * ElementCode.float32.byteCount
            for root in 0..<size {
                try forEachPiece(of: count, "MPI_Reduce") { offset, pieceCount in
                    unsafe cmpi_reduce(
                        base + root * blockBytes + offset * ElementCode.float32.byteCount, pieceCount,
                        ElementCode.float32.code, reduction.code, Int32(root), handle)
                }
            }
            unsafe base.copyMemory(from: base + rank * blockBytes, byteCount: blockBytes)
        }
    }

    private func blockCount(_ count: Int) -> Int {
        precondition(count % size == 0, "\(count) elements do not divide into \(size) blocks")
        return count / size
    }
}
