// The conversation on the terminal: reads messages and commands, prints answers as they are written.

import Files
import Foundation
import Generation
import JSON
import Lockstep
import Phrases
import Reporting

/// Reads lines from standard input until its end or /quit. Answers go to standard output, everything else to
/// standard error.
struct ChatConsole {
    private let dialogue: ChatSession
    private let printsJSON: Bool
    private let isTerminal: Bool
    private let interrupt: InterruptRequest

    init(_ dialogue: ChatSession, printsJSON: Bool) {
        self.dialogue = dialogue
        self.printsJSON = printsJSON
        isTerminal = isatty(STDIN_FILENO) == 1
        interrupt = InterruptRequest()
    }

    func run() throws {
        if isTerminal {
            Messages.note("A line is a message; /help lists the commands, Ctrl-C stops an answer.")
        }
        while let line = try readMessage() {
            let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty else { continue }
            if text.hasPrefix("/"), !text.hasPrefix("//") {
                guard obey(text) else { return }
            } else {
                try answer(text.hasPrefix("//") ? String(text.dropFirst()) : text)
            }
        }
    }

    /// The next line, joined with those after it as long as it ends with a backslash; nil at the end of the
    /// input.
    private func readMessage() throws -> String? {
        var message = ""
        var prompt = "> "
        while true {
            if isTerminal { interrupt.ask(prompt) }
            guard let line = readLine() else { return message.isEmpty ? nil : message }
            guard line.hasSuffix("\\") else { return message + line }
            message += line.dropLast() + "\n"
            prompt = ". "
        }
    }

    // MARK: Commands

    private static let help = """
        /reset          forget the conversation
        /undo           take back your last message and its answer
        /system TEXT    start afresh under a system message; without TEXT under none
        /quit           leave, as does the end of the input (Ctrl-D)
        /help           this list
        A message that begins with a slash is written with two. A line that ends with \\ goes on in the next.
        """

    /// Returns whether the conversation goes on.
    private func obey(_ line: String) -> Bool {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch parts[0] {
        case "/quit", "/exit": return false
        case "/help": Messages.note(Self.help)
        case "/reset":
            dialogue.reset()
            Messages.note("The conversation starts afresh.")
        case "/undo":
            let isUndone = dialogue.undo()
            Messages.note(
                isUndone
                    ? "Your last message and its answer are taken back." : "There is nothing to take back.")
        case "/system":
            dialogue.reset(system: parts.count > 1 ? parts[1] : nil)
            Messages.note(
                parts.count > 1
                    ? "The conversation starts afresh under this system message."
                    : "The conversation starts afresh without a system message.")
        default:
            Messages.note(
                "\(parts[0]) is no command; there are /reset, /undo, /system, /quit and /help. A message that begins "
                    + "with a slash is written with two.")
        }
        return true
    }

    // MARK: Answers

    private func answer(_ message: String) throws {
        interrupt.begin()
        defer { interrupt.end() }
        let start = ContinuousClock.now
        var firstToken: ContinuousClock.Instant?
        var outputFailure: FilesError?
        let answer: ChatSession.Answer
        do {
            answer = try dialogue.answer(message) { piece in
                if firstToken == nil { firstToken = .now }
                do throws(FilesError) {
                    if !printsJSON { try StandardOutput.write(piece) }
                } catch { outputFailure = error }
                return outputFailure == nil && !interrupt.isPending
            }
        } catch {
            // Such as a message that is too long: said, and the conversation goes on without it.
            Messages.note("error: \(error)")
            return
        }
        if let outputFailure { throw outputFailure }
        let times = AnswerTimes(
            reading: ((firstToken ?? .now) - start) / .seconds(1),
            writing: (ContinuousClock.now - (firstToken ?? .now)) / .seconds(1))
        if answer.forgottenMessageCount > 0 {
            Messages.note(
                "The conversation outgrew the model's context: its oldest "
                    + "\(answer.forgottenMessageCount, "message is", "messages are") "
                    + "forgotten.")
        }
        let output = printsJSON ? Self.document(message, answer, times).json + "\n" : "\n"
        try StandardOutput.write(output)
        if !printsJSON { Messages.note(Self.summary(answer, times)) }
    }

    /// The line behind an answer.
    private static func summary(_ answer: ChatSession.Answer, _ times: AnswerTimes) -> String {
        var parts = ["\(answer.tokenCount, "token")"]
        if answer.tokenCount > 1 {
            parts.append("\(NumberFormat.fixed(times.tokensPerSecond(answer), decimals: 1)) tokens/s")
        }
        let cached = answer.promptTokenCount - answer.readTokenCount
        parts.append(
            "\(answer.readTokenCount) read in \(NumberFormat.fixed(times.reading, decimals: 2)) s, \(cached) from the cache"
        )
        switch answer.ending {
        case .end: break
        case .length: parts.append("cut off by the limit of length")
        case .stopped: parts.append("stopped")
        }
        return "[" + parts.joined(separator: "; ") + "]"
    }

    /// The answer for programs.
    private static func document(
        _ message: String, _ answer: ChatSession.Answer, _ times: AnswerTimes
    ) -> JSONValue {
        .object(
            JSONObject([
                ("user", .string(message)), ("assistant", .string(answer.text)),
                ("ending", .string(answer.ending.rawValue)),
                ("new_tokens", .integer(answer.tokenCount)),
                ("prompt_tokens", .integer(answer.promptTokenCount)),
                ("read_tokens", .integer(answer.readTokenCount)),
                ("forgotten_messages", .integer(answer.forgottenMessageCount)),
                ("read_seconds", .number(.real(times.reading))),
                ("write_seconds", .number(.real(times.writing))),
            ]))
    }
}

/// Seconds to the first token of an answer, and from there to its end.
private struct AnswerTimes {
    let reading, writing: Double

    /// Of the tokens behind the first.
    func tokensPerSecond(_ answer: ChatSession.Answer) -> Double {
        Double(answer.tokenCount - 1) / max(writing, 1e-9)
    }
}
