// Views into shared storage: where their elements lie, and that writing through one shows in the others.

import Tensors
import Testing

@Suite struct TensorTests {
    /// Element (r, c) is 100·r + c.
    private func numbered(rows: Int, columns: Int) -> Tensor {
        let tensor = Tensor(rows: rows, columns: columns)
        for row in 0..<rows {
            for column in 0..<columns { tensor[row, column] = Float(100 * row + column) }
        }
        return tensor
    }

    @Test("a new tensor is zero, contiguous and of its own memory")
    func new() {
        let (a, b) = (Tensor(rows: 3, columns: 5), Tensor(rows: 3, columns: 5))
        a[0, 0] = 1
        #expect(b.values() == [Float](repeating: 0, count: 15))
        #expect(a.isContiguous && a.count == 15 && a.rowStride == 5 && a.offset == 0)
    }

    @Test("views of rows and columns nest and share memory")
    func nested() {
        let whole = numbered(rows: 6, columns: 8)
        let view = whole.rows(1..<5).columns(2..<7).rows(1..<3).columns(1..<3)
        #expect(view.values() == [203, 204, 303, 304])
        #expect(view.rowStride == 8 && !view.isContiguous)
        view[1, 0] = -1
        #expect(whole[3, 3] == -1)
        view.clear()
        let touched = (0..<6).flatMap { row in (0..<8).filter { whole[row, $0] == 0 }.map { [row, $0] } }
        #expect(touched == [[0, 0], [2, 3], [2, 4], [3, 3], [3, 4]])
    }

    @Test("a view of one row is contiguous, whatever its stride")
    func singleRow() {
        let row = numbered(rows: 4, columns: 6).columns(1..<4).rows(2..<3)
        #expect(row.isContiguous && row.rowStride == 6)
        #expect(row.elements(1..<3).values() == [202, 203])
        #expect(row.reshaped(rows: 3, columns: 1).values() == [201, 202, 203])
    }

    @Test("elements and reshape keep the row-major order")
    func reshape() {
        let whole = numbered(rows: 3, columns: 4)
        #expect(whole.elements(3..<6).values() == [3, 100, 101])
        #expect(whole.reshaped(rows: 2, columns: 6).rows(1..<2).values() == [102, 103, 200, 201, 202, 203])
    }

    @Test("copy between views of unlike strides")
    func copy() {
        let source = numbered(rows: 5, columns: 9)
        let target = Tensor(rows: 4, columns: 6)
        target.columns(2..<5).rows(1..<3).copy(from: source.columns(4..<7).rows(3..<5))
        #expect(target.rows(1..<3).values() == [0, 0, 304, 305, 306, 0, 0, 0, 404, 405, 406, 0])
        #expect(target.values().reduce(0, +) == 2_130)
    }

    @Test("empty tensors have no values and can be viewed, cleared and copied")
    func empty() {
        for (rows, columns) in [(0, 3), (3, 0), (0, 0)] {
            let tensor = Tensor(rows: rows, columns: columns)
            tensor.clear()
            tensor.copy(from: Tensor(rows: rows, columns: columns))
            tensor.copy(from: [])
            #expect(tensor.values().isEmpty && tensor.elements(0..<0).count == 0)
        }
        #expect(Tensor([]).count == 0)
    }

    @Test("16-bit tensors give their values as Float")
    func halfPrecision() {
        let brain = Tensor(rows: 1, columns: 2, type: .bfloat16)
        let half = Tensor(rows: 2, columns: 1, type: .float16)
        for tensor in [brain, half] {
            let patterns: [UInt8] = tensor.type == .bfloat16 ? [0xC0, 0x3F, 0x00, 0xC0] : [0, 0x3E, 0, 0xC0]
            tensor.withBytes { span in
                for (index, byte) in patterns.enumerated() {
                    span.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
                }
            }
            #expect(tensor.values() == [1.5, -2])
        }
    }

    @Test("spans see the elements of the view alone")
    func spans() {
        let whole = numbered(rows: 3, columns: 4)
        whole.rows(1..<2).withFloats { span in
            #expect(span.count == 4)
            for index in span.indices { span[index] *= 2 }
        }
        #expect(whole.rows(1..<2).values() == [200, 202, 204, 206])
        #expect(whole[0, 3] == 3 && whole[2, 0] == 200)
        #expect(whole.rows(1..<3).withBytes { $0.byteCount } == 32)
    }
}
