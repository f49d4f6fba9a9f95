// Memory that all ranks of one host can read and write, and their barrier in it.

import CMPI
import Foundation
package import Tensors

/// One arena a rank, each mapped by every rank of the host.
///
/// `MPI_Win_allocate_shared` would do the same, but its file stays in /dev/shm when a job is killed, it is
/// limited by the size of /dev/shm (64 MiB in a container by default), and a full one ends the job with
/// SIGBUS later. This memory has no name: it is gone with the last process that maps it. Each rank takes the
/// pages of its own arena, so that they lie near its cores.
package final class HostMemory: Sendable {
    /// The arenas in rank order.
    package let arenas: [Storage]
    private let control: Storage

    private init(arenas: [Storage], control: Storage) {
        self.arenas = arenas
        self.control = control
    }

    /// Why ranks of a host cannot share memory.
    package struct Refusal: Error, Sendable {
        package let reason: String
    }

    /// Makes arenas of `byteCount` zero bytes for the ranks of `communicator`, all of them on one host.
    /// Collective. When one rank cannot, none can, and all get the reason of the first that could not.
    package static func make(
        byteCount: Int, communicator: Communicator
    ) throws(MPIError) -> Result<HostMemory, Refusal> {
        let own = Mapping(byteCount: byteCount)
        let control = Mapping(byteCount: 8)
        defer {
            own.close()
            control.close()
        }
        let words = [Int64(getpid())] + own.words + control.words
        let all = try communicator.allGather(words)
        let count = words.count
        func open(_ rank: Int, _ place: Int, _ mapping: Mapping) -> Mapping {
            let found = Array(all[rank * count..<(rank + 1) * count])
            return rank == communicator.rank
                ? mapping
                : Mapping(process: found[0], words: Array(found[place...]), byteCount: mapping.byteCount)
        }
        let mappings = (0..<communicator.size).map { open($0, 1, own) } + [open(0, 3, control)]
        let failure = mappings.lazy.compactMap(\.failure).first
        let reasons = try communicator.allGather([Int64(failure ?? 0)])
        let storages = mappings.compactMap(\.storage)
        if let code = reasons.first(where: { $0 != 0 }) {
            return .failure(Refusal(reason: reason(Int32(code), byteCount: byteCount)))
        }
        return .success(HostMemory(arenas: storages.dropLast(), control: storages[storages.count - 1]))
    }

    /// Waits until all ranks of the host have come here. What they wrote before is seen by all after it.
    package func barrier() {
        unsafe cmpi_barrier_wait(control.baseAddress, UInt32(arenas.count))
    }

    private static func reason(_ code: Int32, byteCount: Int) -> String {
        let text = unsafe String(cString: strerror(code))
        let mebibytes = (byteCount + 1_048_575) / 1_048_576
        return "\(mebibytes) MiB of shared memory for each rank of a host: \(text)"
    }
}

/// One mapping, or why there is none.
private struct Mapping {
    let byteCount: Int
    var storage: Storage?
    var failure: Int32?
    private var descriptor: Int32 = -1

    /// New memory of this process.
    init(byteCount: Int) {
        self.byteCount = byteCount
        var address: UnsafeMutableRawPointer?
        let bytes = Storage.mappedBytes(byteCount)
        unsafe adopt(unsafe cmpi_memory_create(bytes, &descriptor, &address), unsafe address)
    }

    /// Memory of another process, by its `words`.
    init(process: Int64, words: [Int64], byteCount: Int) {
        self.byteCount = byteCount
        guard words[1] == 0 else {
            failure = Int32(words[1])
            return
        }
        var address: UnsafeMutableRawPointer?
        let bytes = Storage.mappedBytes(byteCount)
        unsafe adopt(unsafe cmpi_memory_open(process, Int32(words[0]), bytes, &address), unsafe address)
    }

    /// Descriptor and error code, for the other processes.
    var words: [Int64] { [Int64(descriptor), Int64(failure ?? 0)] }

    private mutating func adopt(_ code: Int32, _ address: UnsafeMutableRawPointer?) {
        if code == 0, let address = unsafe address {
            storage = unsafe Storage(adopting: address, byteCount: byteCount)
        } else {
            failure = code
        }
    }

    /// To be called when all ranks have mapped it.
    func close() {
        if descriptor >= 0 { cmpi_memory_close(descriptor) }
    }
}
