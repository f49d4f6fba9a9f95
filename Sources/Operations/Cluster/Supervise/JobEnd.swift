// How a job ended, and what that was: told from its exit code, its last words and the record that it left.

/// What is known of a job that is over.
package struct JobEnd: Equatable, Sendable {
    /// Exit code of the launcher; 128 and a signal's number when a signal ended it.
    package let status: Int32
    /// The last lines of standard error.
    package let lastLines: [String]
    /// The record of this job; nil if it never came to its first step.
    package let record: JobRecord?
    /// The newest checkpoint of this run afterwards; nil without any.
    package let checkpoint: Int?
    /// Whether the system killed a process for want of memory while the job ended.
    package let lackedMemory: Bool
    /// What the job was ended for, when it did not end by itself.
    package let wasEndedFor: String?

    package init(
        status: Int32, lastLines: [String] = [], record: JobRecord? = nil, checkpoint: Int? = nil,
        lackedMemory: Bool = false, wasEndedFor: String? = nil
    ) {
        (self.status, self.lastLines, self.record) = (status, lastLines, record)
        (self.checkpoint, self.lackedMemory, self.wasEndedFor) = (checkpoint, lackedMemory, wasEndedFor)
    }
}

/// What ended a job.
package enum JobVerdict: Equatable, Sendable {
    case finished
    /// It saved and left because it was asked to.
    case saved
    /// The program says what is wrong.
    case failed(FailureKind)
    /// A rank or the launcher ended by a signal.
    case signal(Int32)
    /// Nothing moved any more.
    case stalled
    /// The launcher ended the job, or did not start it: a host or a process of its own was lost.
    case launcher(Int32)
}

extension JobEnd {
    /// Exit code of a job that saved and left.
    package static let savedStatus: Int32 = 85

    /// What it was.
    package var outcome: JobVerdict {
        if wasEndedFor != nil { return (record?.failure?.kind).map { .failed($0) } ?? .stalled }
        switch status {
        case 0: return .finished
        case Self.savedStatus: return .saved
        default: break
        }
        if lackedMemory, status == 128 + 9 { return .failed(.memory) }
        if let failure = record?.failure { return .failed(failure.kind) }
        switch status {
        case FailureKind.input.exitCode:
            // mpirun has the same code for failures of its own; the program has said a sentence.
            return sentence == nil ? .launcher(status) : .failed(.input)
        // A wrong command line, and a program that cannot be run or is not there.
        case 64, 126, 127: return .failed(.input)
        case 129...192: return .signal(status - 128)
        default:
            let kind = FailureKind.allCases.first { $0.exitCode == status }
            return kind.map { .failed($0) } ?? .launcher(status)
        }
    }

    /// What the program said about its end.
    package var sentence: String? {
        if let message = record?.failure?.message { return message }
        return lastLines.reversed().lazy.compactMap(Self.sentence(of:)).first
    }

    /// What stands behind `error: ` at the start of a line, or behind the place of a rank.
    private static func sentence(of line: String) -> String? {
        guard let match = line.firstMatch(of: /^(?:\S+Z )?(?:\[rank [0-9]+ on [^\]]*\] )?[eE]rror: (.+)$/)
        else {
            return nil
        }
        return String(match.1)
    }

    /// The step that was not finished; nil if the job never came to its first.
    package var failedStep: Int? { record.map { $0.step + 1 } }

    /// In words, behind "the job".
    package var words: String {
        let place = failedStep.map { " in step \($0)" } ?? " before its first step"
        switch outcome {
        case .finished: return "is finished"
        case .saved: return "saved and left, as it was asked to"
        case .failed(let kind): return "failed\(place) (\(kind.rawValue))" + said
        case .signal(let number): return "ended\(place) by signal \(number)" + said
        case .stalled: return "was ended\(place): \(wasEndedFor ?? "it stalled")"
        case .launcher(let code): return "was lost\(place) (code \(code) of the launcher)" + said
        }
    }

    private var said: String { sentence.map { ": " + $0 } ?? "" }
}
