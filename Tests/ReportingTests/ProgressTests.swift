// Progress: lines of every width as fixed strings, and what the display writes and when.
import Machine
import Reporting
import Testing

private let halfway = TrainingProgress(
    step: 120, totalSteps: 324, epoch: 1.111, loss: 0.48213, learningRate: 4.553e-5, rows: 960, tokens: 22_400
)
private let speeds = ProgressRates(rowsPerSecond: 61.24, tokensPerSecond: 1430.4, stepsPerSecond: 1.015)

@Suite struct ProgressLineTests {
    @Test(
        "A bar line fits the terminal and drops the least important fields first",
        arguments: [
            (
                120,
                "[###########-------------------] 120/324 ep 1.11 loss 0.4821 lr 4.55e-05 61.2"
                    + " rows/s 1430 tok/s"
                    + " ETA 3:21"
            ),
            (80, "[#----] 120/324 ep 1.11 loss 0.4821 lr 4.55e-05 61.2 rows/s 1430 tok/s ETA 3:21"),
            (60, "[#----] 120/324 loss 0.4821 61.2 rows/s 1430 tok/s ETA 3:21"),
            (40, "[##------] 120/324 loss 0.4821 ETA 3:21"),
            (20, "120/324 ETA 3:21"),
            (8, "120/324"), (5, "120/"), (1, ""),
        ])
    func bar(columns: Int, expected: String) {
        let line = ProgressLine.bar(halfway, speeds, columns: columns)
        #expect(line == expected)
    }

    @Test("No width lets a bar line reach the last column", arguments: 0...200)
    func width(columns: Int) {
        #expect(ProgressLine.bar(halfway, speeds, columns: columns).count <= max(0, columns - 1))
    }

    @Test("The bar is empty at the start and full at the end, and unknown speeds are dashes")
    func ends() {
        var progress = halfway
        progress.step = 0
        #expect(
            ProgressLine.bar(progress, nil, columns: 120)
                == "[------------------------------] 0/324 ep 1.11 loss 0.4821 lr 4.55e-05 - rows/s"
                + " - tok/s ETA -:--"
        )
        progress.step = 324
        #expect(
            ProgressLine.bar(progress, speeds, columns: 120)
                == "[##############################] 324/324 ep 1.11 loss 0.4821 lr 4.55e-05 61.2 rows/s"
                + " 1430 tok/s ETA 0:00")
    }

    @Test("A log line holds every field")
    func plain() {
        #expect(
            ProgressLine.plain(halfway, speeds)
                == "step 120/324  epoch 1.11  loss 0.4821  lr 4.55e-05  61.2 rows/s  1430 tok/s  ETA 3:21")
    }

    @Test("Figures are rounded, short, and keep not-a-number visible")
    func figures() {
        #expect(NumberFormat.fixed(-0.00004, decimals: 4) == "0.0000")
        #expect(NumberFormat.fixed(-12.34567, decimals: 4) == "-12.3457")
        #expect(NumberFormat.fixed(.nan, decimals: 4) == "NaN")
        #expect(NumberFormat.fixed(99.96, decimals: 1) == "100.0")
        #expect(NumberFormat.fixed(1e30, decimals: 2) == "1.00e+30")
        #expect(NumberFormat.scientific(5e-5) == "5.00e-05")
        #expect(NumberFormat.scientific(9.999e-5) == "1.00e-04")
        #expect(NumberFormat.scientific(0) == "0")
        #expect(NumberFormat.scientific(-123.4) == "-1.23e+02")
        #expect(NumberFormat.duration(seconds: 59.6) == "1:00")
        #expect(NumberFormat.duration(seconds: 3725) == "1:02:05")
        #expect(NumberFormat.duration(seconds: .infinity) == "-:--")
        #expect(NumberFormat.rate(1234.5) == "1234" || NumberFormat.rate(1234.5) == "1235")
    }
}

/// A clock that stands still until it is moved, and the text that a display wrote.
private final class Terminal {
    var seconds = 0.0
    var written: [String] = []

    func display(_ style: ProgressDisplay.Style) -> ProgressDisplay {
        ProgressDisplay(style: style, secondsNow: { self.seconds }, write: { self.written.append($0) })
    }
}

@Suite struct ProgressDisplayTests {
    private func progress(_ step: Int) -> TrainingProgress {
        TrainingProgress(
            step: step, totalSteps: 100, epoch: 0, loss: 1, learningRate: 0, rows: step * 16,
            tokens: step * 400)
    }

    @Test("A bar is redrawn at most ten times a second, and always at the end")
    func redraw() {
        let terminal = Terminal()
        let display = terminal.display(.bar(columns: 80))
        display.start(at: progress(0))
        for step in 1...100 {
            terminal.seconds = Double(step) / 64
            display.update(progress(step))
        }
        display.finish()
        let drawings = terminal.written.filter { $0.contains("/100") }
        #expect(drawings.count == 16)
        #expect(
            drawings.last
                == "\r\u{1B}[?7l[###########] 100/100 ep 0.00 loss 1.0000 lr 0 1024 rows/s 25600"
                + " tok/s ETA 0:00"
                + "\u{1B}[K\u{1B}[?7h")
        #expect(terminal.written.last == "\n")
    }

    @Test("A message stands above the bar")
    func message() {
        let terminal = Terminal()
        let display = terminal.display(.bar(columns: 80))
        display.message("before")
        display.update(progress(1))
        display.message("saved")
        #expect(terminal.written.count == 4)
        #expect(terminal.written[0] == "before\n")
        #expect(terminal.written[2] == "\r\u{1B}[Ksaved\n")
        #expect(terminal.written[3] == terminal.written[1])
    }

    @Test("A batch log gets a plain line each logging step and one for the last step")
    func lines() {
        let terminal = Terminal()
        let display = terminal.display(.lines(everySteps: 30))
        display.start(at: progress(0))
        for step in 1...100 {
            terminal.seconds += 0.5
            display.update(progress(step))
        }
        display.finish()
        #expect(terminal.written.count == 4)
        #expect(
            terminal.written[0]
                == "step 30/100  epoch 0.00  loss 1.0000  lr 0  32.0 rows/s  800 tok/s  ETA 0:35\n")
        #expect(terminal.written[3].hasPrefix("step 100/100 "))
    }

    @Test("Speeds are those of the last half minute, and an evaluation does not count")
    func recentSpeeds() {
        let terminal = Terminal()
        let display = terminal.display(.lines(everySteps: 1))
        display.start(at: progress(0))
        terminal.seconds = 1000
        display.update(progress(1))
        for step in 2...50 {
            terminal.seconds += 1
            display.update(progress(step))
        }
        #expect(terminal.written.last?.contains(" 16.0 rows/s  400 tok/s  ETA 0:50") == true)
        terminal.seconds += 5000
        display.start(at: progress(50))
        terminal.seconds += 2
        display.update(progress(51))
        #expect(terminal.written.last?.contains(" 8.0 rows/s  200 tok/s  ETA 1:38") == true)
    }

    @Test("A display that cannot write falls silent and the run goes on")
    func brokenPipe() {
        struct Closed: Error {}
        var attempts = 0
        let display = ProgressDisplay(
            style: .lines(everySteps: 1), secondsNow: { 0 },
            write: { _ in
                attempts += 1
                throw Closed()
            })
        for step in 1...5 { display.update(progress(step)) }
        #expect(attempts == 1)
    }

    @Test("The style follows the terminal, unless the environment decides")
    func style() {
        func style(_ environment: [String: String], isTerminal: Bool) -> ProgressDisplay.Style {
            .suited(loggingSteps: 7, variables: ProcessVariables(environment), isTerminal: isTerminal)
        }
        #expect(style([:], isTerminal: true) == .bar(columns: 80))
        #expect(style(["COLUMNS": "132"], isTerminal: true) == .bar(columns: 132))
        #expect(style(["COLUMNS": "wide"], isTerminal: true) == .bar(columns: 80))
        #expect(style(["TERM": "dumb"], isTerminal: true) == .lines(everySteps: 7))
        #expect(style([:], isTerminal: false) == .lines(everySteps: 7))
        #expect(
            style(["LOCKSTEP_PROGRESS": "bar", "COLUMNS": "100"], isTerminal: false) == .bar(columns: 100))
        #expect(style(["LOCKSTEP_PROGRESS": "lines"], isTerminal: true) == .lines(everySteps: 7))
        #expect(style(["LOCKSTEP_PROGRESS": "none"], isTerminal: true) == ProgressDisplay.Style.none)
    }

    @Test("The monotonic clock starts near zero and does not go back")
    func clock() {
        let now = ProgressDisplay.monotonicSeconds()
        let first = now()
        #expect(first >= 0)
        #expect(now() >= first)
    }
}
