// Ctrl-C stops an answer, not the program.

import Files
import Foundation
import Lockstep
import Synchronization

/// Listens for SIGINT as long as it lives. While nothing is written, it says how to leave and shows the
/// prompt again.
final class InterruptRequest {
    private final class State: Sendable {
        let isAnswering = Atomic<Bool>(false)
        let isPending = Atomic<Bool>(false)
        let prompt = Mutex<String>("")

        func show(_ prompt: String) { StandardError.write(prompt) }
    }

    private let state = State()
    private let listener: SignalListener

    /// Whether the present answer is to stop.
    var isPending: Bool { state.isPending.load(ordering: .relaxed) }

    init() {
        listener = SignalListener([SIGINT]) { [state] _ in
            if state.isAnswering.load(ordering: .relaxed) {
                state.isPending.store(true, ordering: .relaxed)
            } else {
                Messages.note("\nNothing is being written; /quit or Ctrl-D leaves.")
                state.show(state.prompt.withLock(\.self))
            }
        }
    }

    /// Asks for a line on the terminal.
    func ask(_ prompt: String) {
        state.prompt.withLock { $0 = prompt }
        state.show(prompt)
    }

    func begin() {
        state.isPending.store(false, ordering: .relaxed)
        state.isAnswering.store(true, ordering: .relaxed)
    }

    func end() { state.isAnswering.store(false, ordering: .relaxed) }
}
