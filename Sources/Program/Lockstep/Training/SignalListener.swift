// Signals that a command answers itself instead of ending by them.

import Dispatch
import Foundation

/// Calls a closure at each of some signals, as long as it lives; afterwards they end the process again.
package final class SignalListener {
    private let numbers: [Int32]
    private let sources: [any DispatchSourceSignal]

    /// `answer` gets the signal's number, on a thread of its own. Returns when it listens: Dispatch starts to
    /// on another thread, and a signal that is ignored until then, as its documentation has it, would be
    /// lost. On Linux its own handler takes the place of the default one.
    package init(_ numbers: [Int32], answer: @escaping @Sendable (Int32) -> Void) {
        self.numbers = numbers
        sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { answer(number) }
            let listens = DispatchSemaphore(value: 0)
            source.setRegistrationHandler { listens.signal() }
            source.resume()
            listens.wait()
            return source
        }
    }

    deinit { cancel() }

    /// Lets the signals end the process again.
    package func cancel() {
        for source in sources { source.cancel() }
        for number in numbers { signal(number, SIG_DFL) }
    }
}
