// Rows of an embedding table that no step has looked up take no memory for gradients and moments, although
// arenas lie on huge pages.

import Foundation
import Layers
import Optimizers
import Tensors
import Testing

#if os(Linux)
    @Suite("Memory of tables")
    struct TableMemoryTests {
        @Test("steps that touch ten rows back the pages of ten rows alone")
        func touchedPages() {
            let (rows, width) = (16_384, 96)
            var layout = ParameterLayout()
            let table = Embedding(&layout, "words", count: rows, width: width, standardDeviation: 0.5)
            let store = ParameterStore(layout: layout)
            store.initialize(key: RandomKey(seed: 1))
            let optimizer = AdamW(store, options: .init(weightDecay: 0.1))
            let ids = (0..<10).map { Int32($0 * 1_601) }
            for step in 0..<3 {
                store.zeroGradients()
                let batch = TokenBatch(
                    tokens: ids, typeIDs: ids.map { _ in 0 }, positions: ids, offsets: [0, 10],
                    sampleIDs: [0])
                let pass = Pass(
                    parameters: store, workspace: Workspace(), batch: batch,
                    trainingKey: RandomKey(seed: UInt64(step)))
                let dy = Tensor(rows: ids.count, columns: width)
                dy.copy(from: (0..<dy.count).map { Float($0 % 7) + 1 })
                table.backward(gradient: dy, ids, pass)
                optimizer.step(learningRate: 0.1, gradientScale: 1)
            }
            for arena in [store.gradients] + optimizer.stateArenas.map(\.arena) {
                // A row of 384 bytes lies on two pages at most.
                #expect((10...20).contains(residentPages(of: arena)))
            }
            #expect(optimizer.stateArenas.allSatisfy { $0.arena.elements(0..<width).values()[0] != 0 })
        }

        /// How many pages of a tensor are backed by memory.
        private func residentPages(of tensor: Tensor) -> Int {
            let size = 4_096
            let bytes = tensor.count * tensor.type.byteCount
            var pages = [UInt8](repeating: 0, count: (bytes + size - 1) / size)
            let status = unsafe pages.withUnsafeMutableBufferPointer {
                unsafe mincore(tensor.storage.baseAddress, bytes, $0.baseAddress)
            }
            #expect(status == 0)
            return pages.count { $0 & 1 == 1 }
        }
    }
#endif
