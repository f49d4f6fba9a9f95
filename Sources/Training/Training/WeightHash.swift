// The hash by which two runs say that they hold the same weights.

internal import Files
internal import Layers
package import Models
internal import Tensors

/// XXH64 of a model's weights.
package enum WeightHash {
    /// Of the float32 values of all slots, frozen and adapters' too, in the order of the slots and as they
    /// lie in memory, without what pads them: 16 hexadecimal digits, as `xxhsum -H64` prints.
    package static func text(of model: any TrainableModel) -> String {
        let values = model.parameters.values
        var hash = XXHash64()
        for slot in model.parameters.layout.slots {
            values.elements(slot.range).withBytes { bytes in hash.add(bytes.bytes) }
        }
        return hash.text
    }
}
