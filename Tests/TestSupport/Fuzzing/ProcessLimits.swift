// Limits that end this process, so that a hang or a lack of memory is a failed test and not a dead machine.

import Foundation

enum ProcessLimits {
    /// Ends the process by SIGPROF when it has used `seconds` of processor time from now; 0 lifts that. Other
    /// processes on the machine do not count.
    static func setDeadline(seconds: Int) throws {
        var interval = itimerval(
            it_interval: timeval(tv_sec: 0, tv_usec: 0), it_value: timeval(tv_sec: seconds, tv_usec: 0))
        guard unsafe setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &interval, nil) == 0 else {
            throw FuzzFailure("no deadline can be set: errno \(errno)")
        }
    }

    /// Makes allocations fail that would let the address space grow by more than `growth` bytes from now on.
    static func setMemory(growth: UInt64) throws {
        let sizes = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        guard let pages = sizes.first.flatMap({ UInt64($0) }) else {
            throw FuzzFailure("/proc/self/statm says no size")
        }
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw FuzzFailure("the memory limit is not known: errno \(errno)")
        }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(pages * UInt64(getpagesize()) + growth))
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
            throw FuzzFailure("no memory limit can be set: errno \(errno)")
        }
    }
}
