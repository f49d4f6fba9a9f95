// What the host of this process is, as Linux tells it in /proc, /sys and /etc.

internal import Files
internal import Foundation

/// Facts about the host and this process. Where the system does not tell, a fact is nil.
package struct HostFacts: Sendable {
    /// Stands before `/proc`, `/sys` and `/etc`; empty but for tests.
    let root: String

    /// - Parameter root: a folder with copies of the system's files.
    package init(root: String = "") { self.root = root }

    /// Those of this host.
    package static let current = HostFacts()

    /// The name of this host.
    package var name: String {
        lines("/proc/sys/kernel/hostname").first.map(String.init) ?? ProcessInfo.processInfo.hostName
    }

    /// `PRETTY_NAME` of /etc/os-release, such as `Debian GNU/Linux 12 (bookworm)`.
    package var distribution: String? {
        let prefix = "PRETTY_NAME="
        let line = lines("/etc/os-release").first { $0.hasPrefix(prefix) }
        return line.map {
            $0.dropFirst(prefix.count).trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        }
    }

    /// Distribution and kernel.
    package var operatingSystem: String {
        let system = ProcessInfo.processInfo.operatingSystemVersionString
        return distribution.map { "\($0), \(system)" } ?? system
    }

    /// The first `model name` of /proc/cpuinfo.
    package var processorName: String? {
        let line = lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }

    /// Instructions that the processor has beyond the oldest, by Linux's names, such as `avx512f`.
    package var processorFeatures: [String] {
        let line = lines("/proc/cpuinfo").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
        return line?.split(separator: ":", maxSplits: 1).last?.split(separator: " ").map(String.init) ?? []
    }

    /// The instruction set that this program was built for.
    package static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    // MARK: Memory

    /// Memory in bytes that processes can still take without swapping: what Linux estimates for the host, or
    /// what the limits of this process's control groups leave, if that is less.
    package var availableMemoryByteCount: Int? {
        let host = kibibytes("MemAvailable", in: "/proc/meminfo")
        let group = ControlGroups(root: root).availableMemoryByteCount
        return [host, group].compactMap(\.self).min()
    }

    /// Memory of the host in bytes.
    package var memoryByteCount: Int? { kibibytes("MemTotal", in: "/proc/meminfo") }

    /// Largest resident memory of this process so far, in bytes.
    package var peakMemoryByteCount: Int? { kibibytes("VmHWM", in: "/proc/self/status") }

    /// A figure of this process's memory in bytes by its name in /proc/self/status, such as `VmSize`.
    func ownMemoryByteCount(_ key: String) -> Int? { kibibytes(key, in: "/proc/self/status") }

    /// What the host's accounting lets all processes together ask for, and what they have asked for; nil
    /// where they may ask for more than there is.
    var commitment: (limit: Int, used: Int)? {
        guard lines("/proc/sys/vm/overcommit_memory").first == "2",
            let limit = kibibytes("CommitLimit", in: "/proc/meminfo"),
            let used = kibibytes("Committed_AS", in: "/proc/meminfo")
        else { return nil }
        return (limit, used)
    }

    /// What processes of the host can still take, whatever their control groups say.
    var hostFreeByteCount: Int? { kibibytes("MemAvailable", in: "/proc/meminfo") }

    /// Resident memory of this process now, in bytes.
    package var residentMemoryByteCount: Int? { kibibytes("VmRSS", in: "/proc/self/status") }

    /// How many child processes of a process have not ended; nil where the system does not tell.
    package func childCount(of process: Int32) -> Int? {
        guard let threads = try? FileSystem.names(in: root + "/proc/\(process)/task") else { return nil }
        var count = 0
        for thread in threads {
            let path = "/proc/\(process)/task/\(thread)/children"
            guard FileSystem.exists(root + path) else { return nil }
            for child in lines(path).joined(separator: " ").split(separator: " ") {
                let state = lines("/proc/\(child)/status").first { $0.hasPrefix("State:") }
                if let state, !state.contains("Z (") { count += 1 }
            }
        }
        return count
    }

    /// The most bytes of address space that this process may have, as `ulimit -v` sets it; nil without a
    /// limit.
    package var addressSpaceLimitByteCount: Int? {
        let line = lines("/proc/self/limits").first { $0.hasPrefix("Max address space") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }

    /// Bytes of address space that this process has now.
    package var addressSpaceByteCount: Int? { kibibytes("VmSize", in: "/proc/self/status") }

    // MARK: Processes

    /// Names of the processes that started this one, the parent first, at most eight.
    package var ancestorNames: [String] {
        var names: [String] = []
        var status = "/proc/self/status"
        while names.count < 8 {
            let line = lines(status).first { $0.hasPrefix("PPid:") }
            guard let parent = line?.split(separator: "\t").last.flatMap({ Int($0) }), parent > 1,
                let name = lines("/proc/\(parent)/comm").first
            else { break }
            names.append(String(name))
            status = "/proc/\(parent)/status"
        }
        return names
    }

    // MARK: Network

    /// Network interfaces that are up, the loopback left out.
    package var activeInterfaces: [String] {
        let folder = root + "/sys/class/net"
        let names = (try? FileSystem.names(in: folder)) ?? []
        return names.filter { name in
            name != "lo" && lines("/sys/class/net/\(name)/operstate").first == "up"
        }
    }

    /// Processes that the system has killed for want of memory since it started, those in control groups
    /// included; nil before Linux 4.13.
    package var memoryKillCount: Int? {
        let line = lines("/proc/vmstat").first { $0.hasPrefix("oom_kill ") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    // MARK: Cores

    /// The cores that this process may run on, as Linux lists them: `0-3,8`.
    package var coreList: String? {
        let line = lines("/proc/self/status").first { $0.hasPrefix("Cpus_allowed_list:") }
        return line?.split(separator: "\t").last.map(String.init)
    }

    /// Cores that this process may run on: by its affinity, and no more than its control groups' quota pays
    /// for.
    package var usableCoreCount: Int {
        let line = lines("/proc/self/status").first { $0.hasPrefix("Cpus_allowed_list:") }
        let allowed = line.flatMap { Self.count(cpuList: $0.drop { $0 != ":" }.dropFirst()) }
        return min(allowed ?? coreCount, coreCount)
    }

    /// Cores of the host that are online, and no more than the control groups' quota pays for.
    package var coreCount: Int {
        let online =
            lines("/sys/devices/system/cpu/online").first.flatMap { Self.count(cpuList: $0) }
            ?? ProcessInfo.processInfo.activeProcessorCount
        guard let quota = ControlGroups(root: root).coreQuota else { return online }
        return min(online, max(1, Int(quota.rounded(.up))))
    }

    /// Physical cores: different pairs of socket and core in /proc/cpuinfo; nil where it does not name them.
    package var physicalCoreCount: Int? {
        var cores: Set<String> = []
        var socket = "0"
        for line in lines("/proc/cpuinfo") {
            let parts = line.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2 else { continue }
            if parts[0] == "physical id" { socket = parts[1] }
            if parts[0] == "core id" { cores.insert("\(socket)/\(parts[1])") }
        }
        return cores.isEmpty ? nil : cores.count
    }

    /// How many numbers a list such as `0-3,8` holds.
    private static func count(cpuList list: Substring) -> Int? {
        var count = 0
        for part in list.trimmingCharacters(in: .whitespaces).split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard let first = ends.first.flatMap(\.self), let last = ends.last.flatMap(\.self), last >= first
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    /// The lines of a file; none where it cannot be read.
    private func lines(_ path: String) -> [Substring] {
        (try? FileSystem.bytes(of: root + path)).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\n")
        } ?? []
    }

    /// The bytes of a line such as `MemAvailable:   24 kB`.
    private func kibibytes(_ key: String, in path: String) -> Int? {
        let line = lines(path).first { $0.hasPrefix(key + ":") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
