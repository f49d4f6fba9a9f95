// What makes a plan impossible, in sentences.

package import JSON

/// Why there is no plan.
package enum PlanError: Error, Equatable, CustomStringConvertible {
    /// A calibration file that is none, or of another version of the program.
    case calibration(JSONMismatch)
    case notJSON(file: String, reason: String)
    /// A recipe's key has another value than in the calibration.
    case otherRecipe(file: String, key: String, calibrated: String, asked: String)
    /// No host has the memory for a rank.
    case tooLarge(needed: Int, available: Int, source: String)
    /// Nothing is known of the network.
    case noNetwork(clusterFile: String)
    /// Recipes that the model of a step does not cover.
    case unsupported(key: String, reason: String)
    case noRows
    /// A step has fewer rows than nodes.
    case moreNodesThanRows(nodes: Int)
    /// A shape of the cluster file that nothing is known about.
    case unknownThreads(Int, measured: Int)

    package var description: String {
        switch self {
        case .calibration(let mismatch):
            "\(mismatch); this is no calibration of this version: make a new one with --save_calibration"
        case .notJSON(let file, let reason):
            "\(file) is no calibration: \(reason); make one with --save_calibration"
        case .otherRecipe(let file, let key, let calibrated, let asked):
            "\(file) was measured with \(key): \(calibrated), but the recipe says \(key): \(asked); measure this "
                + "recipe with --save_calibration"
        case .tooLarge(let needed, let available, let source):
            "no shape fits: a rank takes at least \(ByteCount(needed)), but a host has \(ByteCount(available)) "
                + "(\(source)); take hosts with more memory, or set gradient_checkpointing: true, bf16: true, a "
                + "smaller per_device_train_batch_size or lora_r"
        case .noNetwork(let file):
            "\(file) does not describe the network: set network_gbit_per_s and network_latency_us, run plan under "
                + "mpirun on two of the hosts, or ask for --nodes 1"
        case .unsupported(let key, let reason): "\(key): \(reason)"
        case .moreNodesThanRows(let nodes):
            "a step has fewer rows than \(nodes) nodes: ask for fewer --nodes, or raise --largest_batch"
        case .noRows: "train_file has no rows to learn from"
        case .unknownThreads(let threads, let measured):
            "the cluster file asks for \(threads) threads a rank, but only \(measured) was measured; run plan on a "
                + "machine with more cores"
        }
    }
}

extension PlanError: JSONReadingError {
    package init(_ mismatch: JSONMismatch) { self = .calibration(mismatch) }
}
