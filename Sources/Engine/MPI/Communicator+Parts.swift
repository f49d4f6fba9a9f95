// Collectives over parts of a tensor: each rank owns one range of it.

import CMPI
package import Tensors

/// With `asleep` the calling thread sleeps while bytes travel; for ranks on different hosts only, since
/// inside a host nobody else moves them.
extension Communicator {
    /// Rank p gets `parts[p]` of every rank's `tensor`; `received` gets `size` blocks of `parts[rank].count`
    /// elements, in rank order. `parts` are the same on all ranks; both tensors are contiguous and of one
    /// type, float32 or bfloat16. MPI 3.1, section 5.8.
    package func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor, asleep: Bool = false
    ) throws(MPIError) {
        check(tensor, parts)
        precondition(
            received.isContiguous && received.type == tensor.type
                && received.count == size * parts[rank].count,
            "expected \(size) blocks of \(parts[rank].count) elements")
        let (counts, displacements) = Self.integers(parts)
        try call(asleep ? "MPI_Testall" : "MPI_Alltoallv") {
            let function = unsafe asleep ? cmpi_alltoall_asleep : cmpi_alltoall
            return unsafe function(
                tensor.bytePointer, counts, displacements, received.bytePointer, Self.code(tensor.type),
                handle)
        }
    }

    /// In place: every rank has filled `parts[rank]` of `tensor`, and gets all others. `parts` are the same
    /// on all ranks; the tensor is contiguous, float32 or bfloat16. MPI 3.1, section 5.7.
    package func allGather(
        _ tensor: Tensor, parts: [Range<Int>], asleep: Bool = false
    ) throws(MPIError) {
        check(tensor, parts)
        let (counts, displacements) = Self.integers(parts)
        try call(asleep ? "MPI_Testall" : "MPI_Allgatherv") {
            let function = unsafe asleep ? cmpi_allgather_parts_asleep : cmpi_allgather_parts
            return unsafe function(
                tensor.bytePointer, counts, displacements, Self.code(tensor.type), handle)
        }
    }

    private func check(_ tensor: Tensor, _ parts: [Range<Int>]) {
        precondition(tensor.isContiguous && parts.count == size, "expected one part a rank")
        precondition(
            parts.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= tensor.count },
            "a part reaches beyond the tensor")
        precondition(tensor.count <= Int(Int32.max), "MPI counts \(tensor.count) elements by a C int")
    }

    private static func integers(_ parts: [Range<Int>]) -> (counts: [Int32], displacements: [Int32]) {
        (parts.map { Int32($0.count) }, parts.map { Int32($0.lowerBound) })
    }

    private static func code(_ type: ElementType) -> Int32 {
        switch type {
        case .float32: ElementCode.float32.code
        case .bfloat16, .float16: ElementCode.bits16.code
        }
    }
}
