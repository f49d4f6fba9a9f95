// Which number format a run computes in, the same on all ranks.

package import DataParallel
internal import Kernels
package import Layers

/// The format of activations and matrix products.
package enum ComputePrecision {
    /// Makes `parameters` compute in bfloat16 when that is wanted and the processors of all ranks multiply it
    /// in hardware. Returns a line for the log when it was wanted but float32 is used. Collective.
    package static func apply(
        bf16: Bool, to parameters: ParameterStore, group: any ProcessGroup,
        isSupported: Bool? = nil
    ) throws(ParallelError) -> String? {
        guard bf16 else { return nil }
        var ranksWithout: [Int64] = [isSupported ?? KernelLibrary.multipliesBFloat16 ? 0 : 1]
        try group.allReduceSum(&ranksWithout)
        guard ranksWithout[0] == 0 else {
            let ranks =
                group.size == 1 ? "this processor" : "\(ranksWithout[0]) of \(group.size) ranks' processors"
            return
                "bf16: \(ranks) cannot multiply bfloat16 (no AVX512-BF16 or AMX), so the run computes in fp32"
        }
        parameters.computeInBFloat16()
        return nil
    }
}
