// First values of parameters, and low-rank adapters added to them.

internal import Foundation
package import Tensors

extension ParameterStore {
    /// Fills every slot that `isWanted` picks as its `initialization` says; the numbers depend on `key` and
    /// the slot's name only.
    package func initialize(key: RandomKey, where isWanted: (ParameterSlot) -> Bool = { _ in true }) {
        for slot in layout.slots where isWanted(slot) {
            let target = value(slot.index)
            let slotKey = key.derived(slot.name)
            switch slot.initialization {
            case .zeros: target.clear()
            case .ones: target.copy(from: [Float](repeating: 1, count: target.count))
            case .uniform(let bound):
                target.copy(
                    from: (0..<target.count).map { Float(2 * slotKey.uniform(UInt64($0)) - 1) * bound })
            case .normal(let standardDeviation):
                target.copy(
                    from: (0..<target.count).map { Float(slotKey.normal(UInt64($0))) * standardDeviation })
            case .sinusoids: target.copy(from: Self.sinusoids(rows: slot.rows, columns: slot.columns))
            }
        }
    }

    private static func sinusoids(rows: Int, columns: Int) -> [Float] {
        let half = (columns + 1) / 2
        return (0..<rows).flatMap { row in
            (0..<columns).map { column in
                let pair = Double(column < half ? column : column - half)
                let angle = Double(row) / pow(10_000, 2 * pair / Double(columns))
                return Float(column < half ? sin(angle) : cos(angle))
            }
        }
    }

    /// Adds an adapter of the same shape to each of `parts`.
    package func addAdapters(_ parts: [(slot: Int, tensor: CheckpointTensor)], _ options: LoRAOptions) {
        addAdapters(parts.map { ($0.slot, $0.tensor, options) })
    }

    /// Adds an adapter of each of `parts`, tensors of the checkpoint file that fill weights of dense layers,
    /// tables of embeddings and output layers. They are zero until they are initialised or read.
    package func addAdapters(_ parts: [(slot: Int, tensor: CheckpointTensor, options: LoRAOptions)]) {
        var added: [LoRAAdapter] = []
        rearrange { layout in
            for (slot, tensor, options) in parts {
                added.append(
                    LoRAAdapter(&layout, weight: layout.slots[slot], part: tensor, options: options))
            }
        }
        for adapter in added { adapters[adapter.weight, default: []].append(adapter) }
    }

    /// Adds what every adapter contributes to its weight, W += s·B·A, and removes the adapters.
    package func mergeAdapters() {
        for adapter in adapters.values.joined() { adapter.merge(into: self) }
        adapters = [:]
        rearrange { $0.removeAdapters() }
    }
}
