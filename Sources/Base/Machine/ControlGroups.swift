// Limits that containers and batch systems set through Linux's control groups, in both versions of their
// interface.

internal import Files

/// The control groups that this process is in.
///
/// A limit of a group holds for the groups below it too, so each is looked for from the process's own group
/// up to the root. In a container the path that /proc tells may not exist below its own /sys/fs/cgroup: then
/// that folder is the container's group.
package struct ControlGroups: Sendable {
    private let root: String

    /// - Parameter root: a folder with copies of the system's files; empty but for tests.
    package init(root: String = "") { self.root = root }

    /// Bytes that the tightest memory limit leaves, with what the system can take back from files' caches
    /// counted as free; nil without a limit.
    package var availableMemoryByteCount: Int? {
        folders("memory").compactMap { folder in
            let limit = integer("memory.max", folder) ?? integer("memory.limit_in_bytes", folder)
            let usage = integer("memory.current", folder) ?? integer("memory.usage_in_bytes", folder)
            guard let limit, limit < Self.unlimitedByteCount, let usage else { return nil }
            let cached = statistic("inactive_file", folder) ?? 0
            return max(0, limit - max(0, usage - cached))
        }.min()
    }

    /// The tightest limit of memory in bytes; nil without one.
    package var memoryLimitByteCount: Int? {
        folders("memory").compactMap { folder in
            let limit = integer("memory.max", folder) ?? integer("memory.limit_in_bytes", folder)
            return limit.flatMap { $0 < Self.unlimitedByteCount ? $0 : nil }
        }.min()
    }

    /// The tightest quota of processor time, in cores, such as 1.5; nil without one.
    package var coreQuota: Double? {
        folders("cpu").compactMap { folder in
            let words = text("cpu.max", folder)?.split { " \n".contains($0) } ?? []
            let quota = words.first.flatMap { Int($0) } ?? integer("cpu.cfs_quota_us", folder)
            let period = words.last.flatMap { Int($0) } ?? integer("cpu.cfs_period_us", folder)
            guard let quota, quota > 0, let period, period > 0 else { return nil }
            return Double(quota) / Double(period)
        }.min()
    }

    /// Version 1 says "no limit" by a number of pages near the largest one.
    private static let unlimitedByteCount = 1 << 60

    /// The folders of a controller, the process's own group first. `/proc/self/cgroup` has lines
    /// `5:cpu,cpuacct:/path` in version 1 and `0::/path` in version 2; a host may have both, each controller
    /// in one of them.
    private func folders(_ controller: String) -> [String] {
        let lines = text("/proc/self/cgroup")?.split(separator: "\n") ?? []
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            let mounts: [String] =
                if controllers.contains(Substring(controller)) {
                    ["/sys/fs/cgroup/\(parts[1])", "/sys/fs/cgroup/\(controller)"]
                } else if parts[0] == "0", parts[1].isEmpty, FileSystem.exists(root + Self.unified) {
                    ["/sys/fs/cgroup"]
                } else { [] }
            if let mount = mounts.first(where: { FileSystem.isDirectory(root + $0) }) {
                return Self.ancestors(of: String(parts[2]), below: mount)
            }
        }
        return []
    }

    /// What the root of version 2 has and that of version 1 has not.
    private static let unified = "/sys/fs/cgroup/cgroup.controllers"

    private static func ancestors(of path: String, below mount: String) -> [String] {
        var names = path.split(separator: "/")
        var folders: [String] = []
        while !names.isEmpty {
            folders.append(mount + "/" + names.joined(separator: "/"))
            names.removeLast()
        }
        return folders + [mount]
    }

    private func text(_ name: String, _ folder: String = "") -> String? {
        let path = folder.isEmpty ? name : folder + "/" + name
        return (try? FileSystem.bytes(of: root + path)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func integer(_ name: String, _ folder: String) -> Int? {
        text(name, folder)?.split(separator: "\n").first.flatMap { Int($0) }
    }

    /// A figure of memory.stat, of the group with those below it.
    private func statistic(_ key: String, _ folder: String) -> Int? {
        let lines = text("memory.stat", folder)?.split(separator: "\n") ?? []
        for name in ["total_" + key, key] {
            if let line = lines.first(where: { $0.hasPrefix(name + " ") }) {
                return line.split(separator: " ").last.flatMap { Int($0) }
            }
        }
        return nil
    }
}
