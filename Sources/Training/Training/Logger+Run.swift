// The log of a run.

package import Logging

extension Logger {
    /// Notices and warnings for whoever started the run. The program shows them on standard error; a host
    /// program chooses its own handler by `LoggingSystem.bootstrap`.
    package static var run: Logger { Logger(label: "lockstep") }
}
