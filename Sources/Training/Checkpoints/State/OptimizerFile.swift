// optimizer.safetensors: the optimiser state as it lies in memory, and the layout that it belongs to.

internal import Layers
internal import Optimizers
internal import Safetensors
internal import Tensors

/// Writing and reading of an optimiser's state.
enum OptimizerFile {
    static let fileName = "optimizer.safetensors"
    private static let stepCountName = "step_count"
    private static let layoutKey = "layout"

    static func byteCount(_ optimizer: any OptimizerState) -> Int {
        optimizer.stateArenas.reduce(1_000_000) { $0 + 4 * $1.arena.count }
    }

    /// Stores each arena whole under its name, the step count as `step_count`, and in the header one line a
    /// slot: first element, rows, columns, name.
    static func content(_ optimizer: any OptimizerState) -> SafetensorsWriter {
        var writer = SafetensorsWriter()
        for (name, arena) in optimizer.stateArenas {
            writer.add(name, shape: [arena.count], tensor: arena)
        }
        writer.add(stepCountName, shape: [1], integers: [Int64(optimizer.stepCount)])
        return writer
    }

    /// What stands in the header.
    static func metadata(_ layout: ParameterLayout) -> [String: String] {
        [layoutKey: lines(of: layout).joined(separator: "\n")]
    }

    private static func lines(of layout: ParameterLayout) -> [String] {
        layout.slots.map { "\($0.range.lowerBound) \($0.rows) \($0.columns) \($0.name)" }
    }

    /// Opens the file and checks that it belongs to `layout` and to such an optimiser; changes nothing.
    static func open(
        _ path: String, for optimizer: any OptimizerState, layout: ParameterLayout
    ) throws(CheckpointError) -> SafetensorsFile {
        let file: SafetensorsFile
        do {
            file = try SafetensorsFile(path: path)
        } catch { throw CheckpointError(error) }
        guard let stored = file.metadata[layoutKey] else {
            throw .badOptimizerFile(path, reason: "its header has no \"\(layoutKey)\"")
        }
        try compare(stored.split(separator: "\n").map(String.init), with: lines(of: layout), path: path)
        let expected = optimizer.stateArenas.map(\.name).sorted()
        let found = file.tensorNames.filter { $0 != stepCountName }.sorted()
        guard found == expected else {
            throw .differentOptimizer(expected: expected, found: found, in: path)
        }
        return file
    }

    /// Throws with the first slot that differs.
    private static func compare(
        _ found: [String], with expected: [String], path: String
    ) throws(CheckpointError) {
        for index in 0..<max(found.count, expected.count) {
            let there = index < found.count ? found[index] : nil
            let here = index < expected.count ? expected[index] : nil
            if there != here {
                throw .differentLayout(
                    "parameter \(index)", expected: here.map(described) ?? "missing",
                    found: there.map(described) ?? "missing", in: path)
            }
        }
    }

    /// A line of the layout for a message, for example "classifier.weight (3 × 384 at element 1024)".
    private static func described(_ line: String) -> String {
        let parts = line.split(separator: " ", maxSplits: 3)
        guard parts.count == 4 else { return line }
        return "\(parts[3]) (\(parts[1]) × \(parts[2]) at element \(parts[0]))"
    }

    /// Fills the arenas and the step count from a file that `open` has checked.
    static func read(_ file: SafetensorsFile, into optimizer: any OptimizerState) throws(CheckpointError) {
        do {
            for (name, arena) in optimizer.stateArenas { try file.read(name, into: arena) }
            let counts = try file.readInt64s(stepCountName)
            guard counts.count == 1, let count = counts.first, count >= 0 else {
                throw CheckpointError.badOptimizerFile(
                    file.path, reason: "\(stepCountName) is \(counts), expected one number from 0 on")
            }
            optimizer.restore(stepCount: Int(count))
        } catch { throw CheckpointError(error) }
    }
}
