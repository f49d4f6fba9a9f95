// The activation stack: growth, marks, joined chunks.

import Layers
import Tensors
import Testing

@Suite struct WorkspaceTests {
    /// More than the smallest chunk, so that each such tensor needs a chunk of its own.
    private let large = 300_000

    @Test("tensors are aligned to 64 bytes and do not overlap")
    func placement() {
        let workspace = Workspace(elementCount: 1_000)
        let tensors = [(1, 1), (3, 5), (2, 8), (1, 17), (0, 4), (5, 0), (7, 7)].map {
            workspace.tensor(rows: $0.0, columns: $0.1)
        }
        var end = 0
        for tensor in tensors {
            #expect(tensor.offset % 16 == 0 && tensor.offset >= end && tensor.isContiguous)
            end = tensor.offset + tensor.count
        }
        #expect(Set(tensors.map { ObjectIdentifier($0.storage) }).count == 1)
    }

    @Test("it grows beyond what was planned without moving what was handed out")
    func growth() {
        let workspace = Workspace(elementCount: 100)
        let first = workspace.tensor(rows: 1, columns: 50)
        first.copy(from: [Float](repeating: 3, count: 50))
        let second = workspace.tensor(rows: 1, columns: large)
        second.clear()
        #expect(first.storage !== second.storage)
        #expect(first.values().allSatisfy { $0 == 3 })
    }

    @Test("a mark gives back what was taken after it, over chunks too")
    func marks() {
        let workspace = Workspace(elementCount: 100)
        _ = workspace.tensor(rows: 1, columns: 16)
        let mark = workspace.mark()
        let a = workspace.tensor(rows: 1, columns: 32)
        _ = workspace.tensor(rows: 1, columns: large)
        workspace.release(to: mark)
        let b = workspace.tensor(rows: 1, columns: 32)
        #expect(a.storage === b.storage && a.offset == b.offset && b.offset == 16)
        let inner = workspace.mark()
        workspace.release(to: inner)
        #expect(workspace.tensor(rows: 1, columns: 1).offset == 48)
    }

    @Test("reset gives everything back, and joins the chunks into one that suffices")
    func reset() {
        let workspace = Workspace(elementCount: 100)
        func step() -> [Tensor] {
            [50, large, 77, 2 * large, 5].map { workspace.tensor(rows: 1, columns: $0) }
        }
        #expect(Set(step().map { ObjectIdentifier($0.storage) }).count > 1)
        workspace.reset()
        let second = step()
        #expect(Set(second.map { ObjectIdentifier($0.storage) }).count == 1)
        workspace.reset()
        let third = step()
        #expect(third[0].storage === second[0].storage)
        #expect(zip(second, third).allSatisfy { $0.offset == $1.offset })
    }

    #if os(Linux)
        @Test("memory that a larger one replaces is given back while layers still hold tensors of it")
        func replacedMemory() {
            let workspace = Workspace(elementCount: 100)
            let held = [50, large].map { workspace.tensor(rows: 1, columns: $0) }
            for tensor in held { tensor.copy(from: [Float](repeating: 1, count: tensor.count)) }
            workspace.reset()
            // Pages that were given back read as zero.
            for tensor in held { #expect(tensor.values().allSatisfy { $0 == 0 }) }
            let next = workspace.tensor(rows: 1, columns: large)
            #expect(held.allSatisfy { $0.storage !== next.storage })
            next.copy(from: [Float](repeating: 2, count: large))
            workspace.reset()
            #expect(next.values().allSatisfy { $0 == 2 })
        }
    #endif

    @Test("the peak counts bytes in use at once")
    func peak() {
        let workspace = Workspace(elementCount: 1_000)
        let mark = workspace.mark()
        _ = workspace.tensor(rows: 10, columns: 16)
        workspace.release(to: mark)
        _ = workspace.tensor(rows: 5, columns: 16)
        #expect(workspace.peakBytes == 160 * 4)
        _ = workspace.tensor(rows: 10, columns: 16)
        #expect(workspace.peakBytes == 240 * 4)
    }
}
