// Limits of control groups, from samples of both versions of their files.

import Machine
import TestSupport
import Testing

@Suite struct ControlGroupsTests {
    private let folder: TemporaryFolder
    private var groups: ControlGroups { ControlGroups(root: folder.path) }

    init() throws { folder = try TemporaryFolder() }

    private func write(_ files: [String: String]) throws {
        for (name, text) in files { try folder.write(text + "\n", to: "sys/fs/cgroup/" + name) }
    }

    @Test("version 2: the tightest limit of the group and of those above it holds")
    func version2() throws {
        try folder.write("0::/job.slice/step\n", to: "proc/self/cgroup")
        try write([
            "cgroup.controllers": "cpu memory", "job.slice/step/memory.max": "max",
            "job.slice/step/memory.current": "1000", "job.slice/step/cpu.max": "max 100000",
            "job.slice/memory.max": "9000", "job.slice/memory.current": "5000",
            "job.slice/memory.stat": "anon 100\ninactive_file 2000\nactive_file 7",
            "job.slice/cpu.max": "150000 100000",
        ])
        #expect(groups.memoryLimitByteCount == 9_000)
        #expect(groups.availableMemoryByteCount == 6_000)
        #expect(groups.coreQuota == 1.5)
        try write([
            "job.slice/step/memory.max": "4000", "job.slice/step/cpu.max": "50000 100000",
            "cpu.max": "40000 100000",
        ])
        #expect(groups.memoryLimitByteCount == 4_000)
        #expect(groups.availableMemoryByteCount == 3_000)
        #expect(groups.coreQuota == 0.4)
    }

    @Test("version 1: controllers of their own folders, and no limit as a huge number or -1")
    func version1() throws {
        try folder.write(
            "9:name=systemd:/\n4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n0::/\n", to: "proc/self/cgroup")
        try write([
            "memory/docker/a/memory.limit_in_bytes": "8000", "memory/docker/a/memory.usage_in_bytes": "5000",
            "memory/docker/a/memory.stat": "cache 1\ninactive_file 1\ntotal_inactive_file 500",
            "memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "99999",
            "cpu,cpuacct/docker/a/cpu.cfs_quota_us": "200000",
            "cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000", "cpu,cpuacct/cpu.cfs_quota_us": "-1",
            "cpu,cpuacct/cpu.cfs_period_us": "100000",
        ])
        #expect(groups.memoryLimitByteCount == 8_000)
        #expect(groups.availableMemoryByteCount == 3_500)
        #expect(groups.coreQuota == 2)
    }

    @Test("in a container the host's path does not exist, and the folder itself is the container's group")
    func container() throws {
        try folder.write("4:memory:/docker/a\n3:cpu:/docker/a\n", to: "proc/self/cgroup")
        try write([
            "memory/memory.limit_in_bytes": "7000", "memory/memory.usage_in_bytes": "9000",
            "cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "200000",
        ])
        #expect(groups.memoryLimitByteCount == 7_000)
        #expect(groups.availableMemoryByteCount == 0)
        #expect(groups.coreQuota == 0.5)
    }

    @Test("no control groups, or files that say something else, are no limit")
    func none() throws {
        #expect(groups.memoryLimitByteCount == nil && groups.availableMemoryByteCount == nil)
        #expect(groups.coreQuota == nil)
        try folder.write("nonsense\n0::/\n", to: "proc/self/cgroup")
        try write([
            "cgroup.controllers": "", "memory.max": "much", "memory.current": "", "cpu.max": "0 0",
        ])
        #expect(groups.memoryLimitByteCount == nil && groups.availableMemoryByteCount == nil)
        #expect(groups.coreQuota == nil)
    }
}
