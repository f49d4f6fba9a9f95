// Storage is aligned and zero, and every allocation is counted. Counts are per process, so the test that
// compares them runs in a process of its own.

import Tensors
import Testing

@Suite struct StorageTests {
    @Test("storage is aligned to 4,096 bytes and zero, also when memory is used again")
    func alignedAndZero() {
        for size in [0, 1, 100, 4_096, 4_097, 100_000] {
            for _ in 0..<3 {
                let storage = Storage(byteCount: size)
                #expect(storage.byteCount == size)
                let tensor = Tensor(storage, rows: 1, columns: size / 4)
                #expect(tensor.values().allSatisfy { $0 == 0 })
                tensor.copy(from: [Float](repeating: 7, count: size / 4))
                #expect(unsafe UInt(bitPattern: storage.baseAddress) % 4_096 == 0)
            }
        }
    }

    @Test("the counter counts allocations, not views, and bytes until they are freed")
    func counter() async {
        await #expect(processExitsWith: .success) {
            let (count, bytes) = (AllocationCounter.count, AllocationCounter.bytes)
            var tensor: Tensor? = Tensor(rows: 10, columns: 10)
            let view = tensor?.rows(2..<4)
            tensor = nil
            withExtendedLifetime(view) {
                #expect(AllocationCounter.count == count + 1)
                #expect(AllocationCounter.bytes == bytes + 400)
            }
            _ = Tensor(rows: 1, columns: 1, type: .bfloat16)
            #expect(AllocationCounter.count == count + 2)
            #expect(AllocationCounter.bytes <= bytes + 400)
        }
    }
}
