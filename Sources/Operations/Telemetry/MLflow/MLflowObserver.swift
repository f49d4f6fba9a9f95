// report_to: mlflow: parameters, figures and the report of a run at a tracking server.

internal import Files
internal import Foundation
internal import Synchronization

/// Logs a run in the background. A server that is not there costs the run nothing.
package final class MLflowObserver: RunObserver {
    private enum Item: Sendable {
        case figure(MLflowRun.Figure)
        /// The file of a path.
        case artifact(String)
        case end(status: String, time: Int)
    }

    private let outbox: Outbox<Item>
    private let sender: Sender
    private let artifacts: [String]
    private let clock: () -> Double
    private let endSeconds: Double

    /// - Parameters:
    ///   - runName: where `MLFLOW_RUN_NAME` names none.
    ///   - parameters: settings of the run.
    ///   - artifacts: paths of files that are logged at the end, where they are.
    ///   - clock: seconds since 1970.
    ///   - firstPauseSeconds: before the second attempt of a request that the server puts off.
    ///   - endSeconds: how long the end of the run may take for what is left.
    package init(
        _ settings: MLflowSettings, runName: String, parameters: [(name: String, value: String)],
        artifacts: [String], clock: @escaping () -> Double = { Date().timeIntervalSince1970 },
        firstPauseSeconds: Double = 1, endSeconds: Double = 10
    ) {
        (self.artifacts, self.clock, self.endSeconds) = (artifacts, clock, endSeconds)
        let patience = Patience()
        let client = HTTPClient(
            headers: settings.authorization.map { [("Authorization", $0)] } ?? [],
            firstPauseSeconds: firstPauseSeconds, patience: patience)
        let sender = Sender(
            address: settings.address,
            MLflowRun(
                settings, client: client, name: runName, parameters: parameters,
                start: Self.milliseconds(clock())))
        self.sender = sender
        outbox = Outbox(label: "lockstep.mlflow", patience: patience) { sender.send($0) }
    }

    package func record(_ figures: RunFigures) {
        let time = Self.milliseconds(clock())
        outbox.add(
            figures.values.map { name, value in
                .figure(.init(name: name, value: value, step: figures.step, time: time))
            })
    }

    package func end(_ outcome: RunOutcome) -> [String] {
        for path in artifacts where FileSystem.exists(path) { outbox.add(.artifact(path)) }
        let status =
            switch outcome {
            case .finished: "FINISHED"
            case .stopped: "KILLED"
            case .failed: "FAILED"
            }
        outbox.add(.end(status: status, time: Self.milliseconds(clock())))
        let (lost, total) = outbox.close(within: endSeconds)
        guard lost > 0 else { return [] }
        let reason = sender.lastFailure.map { ": \($0)" } ?? ""
        return ["mlflow: \(lost) of \(total) figures and files did not reach the server\(reason)"]
    }

    private static func milliseconds(_ seconds: Double) -> Int { Int(seconds * 1000) }

    /// Sends requests, on the thread of the outbox.
    private final class Sender: Sendable {
        private let address: String
        private let run: Mutex<MLflowRun>
        private let failure = Mutex<String?>(nil)
        var lastFailure: String? { failure.withLock { $0 } }

        init(address: String, _ run: sending MLflowRun) {
            self.address = address
            self.run = Mutex(run)
        }

        /// Returns how many were lost.
        func send(_ items: [Item]) -> Int {
            run.withLock { run in
                var lost = 0
                var figures = items.compactMap { if case .figure(let figure) = $0 { figure } else { nil } }[
                    ...]
                while !figures.isEmpty {
                    let batch = figures.prefix(MLflowRun.figuresABatch)
                    figures = figures.dropFirst(MLflowRun.figuresABatch)
                    if !attempt({ () throws(MLflowRun.Failure) in try run.log(batch) }) {
                        lost += batch.count
                    }
                }
                for item in items {
                    let isSent =
                        switch item {
                        case .figure: true
                        case .artifact(let path): upload(path, run)
                        case .end(let status, let time):
                            attempt { () throws(MLflowRun.Failure) in try run.end(status: status, time: time)
                            }
                        }
                    if !isSent { lost += 1 }
                }
                return lost
            }
        }

        private func upload(_ path: String, _ run: MLflowRun) -> Bool {
            let bytes: [UInt8]
            do throws(FilesError) { bytes = try FileSystem.bytes(of: path) } catch {
                failure.withLock { $0 = "\(error)" }
                return false
            }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return attempt { () throws(MLflowRun.Failure) in
                try run.upload(bytes, name: name, type: "text/html; charset=utf-8")
            }
        }

        private func attempt(_ body: () throws(MLflowRun.Failure) -> Void) -> Bool {
            do throws(MLflowRun.Failure) {
                try body()
                return true
            } catch {
                failure.withLock { $0 = "\(address) gave \(error)" }
                return false
            }
        }
    }
}
