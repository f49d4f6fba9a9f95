// The few rows of a cache that are in memory: those of the step that runs and of the one behind it.

internal import Machine
internal import Synchronization

/// Stored examples with those that were read ahead. Whoever asks for another row has it read on the spot.
package final class ExampleWindow: Sendable {
    fileprivate struct Held: Sendable {
        var shapes: [Int: RowShape] = [:]
        var examples: [Int: Example] = [:]
    }

    /// Rows that were read, ready to be asked for.
    package struct Loaded: Sendable {
        fileprivate var held = Held()

        /// The examples among them, in the order of `rows`.
        package func upcoming(_ rows: [Int]) -> [UpcomingRow] {
            rows.compactMap { row in
                held.examples[row].map {
                    UpcomingRow(index: row, attachment: $0.attachment, source: $0.source)
                }
            }
        }
    }

    package let store: any StoredExamples
    private let held = Mutex(Held())
    private let onDamage: @Sendable (CacheFault) -> Void

    /// - Parameter onDamage: told of a fault that is found when the run is under way.
    package init(_ store: any StoredExamples, onDamage: @escaping @Sendable (CacheFault) -> Void = { _ in }) {
        self.store = store
        self.onDamage = onDamage
    }

    /// Reads the shapes of rows and, of those that `chosen` picks by the lengths, the examples. Any thread.
    ///
    /// - Throws: when the cache is damaged; it is rebuilt at the next start.
    package func load(
        _ rows: [Int], examples chosen: ([Int]) -> [Int]
    ) throws(DatasetsError) -> Loaded {
        var loaded = Loaded()
        do throws(CacheFault) {
            for row in rows { loaded.held.shapes[row] = try store.shape(of: row) }
            for row in chosen(rows.map { loaded.held.shapes[$0]?.length ?? 0 }) {
                loaded.held.examples[row] = try store.example(at: row)
            }
        } catch {
            onDamage(error)
            throw .damagedCache(error)
        }
        return loaded
    }

    /// Keeps these rows in memory in place of those before.
    package func hold(_ loaded: Loaded) { held.withLock { $0 = loaded.held } }

    func shape(of row: Int) -> RowShape {
        if let shape = held.withLock({ $0.shapes[row] }) { return shape }
        return required { () throws(CacheFault) in try store.shape(of: row) }
    }

    /// The tokens of each row.
    func lengths() -> [UInt32] {
        var lengths: [UInt32] = []
        lengths.reserveCapacity(store.count)
        for start in stride(from: 0, to: store.count, by: 4_096) {
            lengths += self.lengths(of: start..<min(start + 4_096, store.count))
        }
        return lengths
    }

    /// The tokens of each of these rows.
    func lengths(of rows: Range<Int>) -> [UInt32] {
        required { () throws(CacheFault) in try store.lengths(of: rows) }
    }

    func source(of row: Int) -> RowSource { required { () throws(CacheFault) in try store.source(of: row) } }

    func example(at row: Int) -> Example {
        if let example = held.withLock({ $0.examples[row] }) { return example }
        return required { () throws(CacheFault) in try store.example(at: row) }
    }

    /// A row that no step loaded before: a fault of the cache ends the process with its sentence.
    private func required<Value>(_ read: () throws(CacheFault) -> Value) -> Value {
        do throws(CacheFault) {
            return try read()
        } catch {
            onDamage(error)
            trap(DatasetsError.damagedCache(error).description)
        }
    }
}

extension DatasetsError {
    /// A cache that was found damaged when it was in use.
    package static func damagedCache(_ fault: CacheFault) -> Self {
        Self(
            "the cache of tokenised rows cannot be used any more: \(fault); start again, which builds it anew, with"
                + " --resume_from_checkpoint auto to go on from the last checkpoint.")
    }
}
