// Facts about hosts, read from samples of the system's files and from this system.

import Foundation
import Machine
import TestSupport
import Testing

@Suite struct HostFactsTests {
    private let folder: TemporaryFolder
    private var facts: HostFacts { HostFacts(root: folder.path) }

    init() throws { folder = try TemporaryFolder() }

    @Test("distribution, processor and name are read from the system's files")
    func names() throws {
        try folder.write("ID=debian\nPRETTY_NAME=\"Debian 12\"\n", to: "etc/os-release")
        try folder.write("processor\t: 0\nmodel name\t: EPYC 9\nmodel name\t: other\n", to: "proc/cpuinfo")
        try folder.write("node-7\n", to: "proc/sys/kernel/hostname")
        #expect(facts.distribution == "Debian 12" && facts.operatingSystem.hasPrefix("Debian 12, "))
        #expect(facts.processorName == "EPYC 9")
        #expect(facts.name == "node-7")
        try folder.write("ID=debian\n", to: "etc/os-release")
        try folder.write("Features : fp\n", to: "proc/cpuinfo")
        #expect(facts.distribution == nil && facts.processorName == nil)
        #expect(facts.physicalCoreCount == nil)
    }

    @Test("physical cores are counted once for their two hardware threads")
    func physicalCores() throws {
        let text = [(0, 0), (0, 1), (0, 0), (0, 1), (1, 0)].map {
            "physical id\t: \($0)\ncore id\t: \($1)\n\n"
        }
        try folder.write(text.joined(), to: "proc/cpuinfo")
        #expect(facts.physicalCoreCount == 3)
    }

    @Test("usable cores are those of the affinity, online ones those of the host")
    func cores() throws {
        for (allowed, usable) in [("0-15", 16), ("3", 1), ("0-1,8-9,15", 5), ("0-127", 16)] {
            try folder.write("Name:\tx\nCpus_allowed_list:\t\(allowed)\n", to: "proc/self/status")
            try folder.write("0-15\n", to: "sys/devices/system/cpu/online")
            #expect(facts.usableCoreCount == usable, "\(allowed)")
            #expect(facts.coreCount == 16)
        }
    }

    @Test("a quota of processor time bounds the cores that are usable and there", arguments: [1, 2])
    func quota(version: Int) throws {
        try folder.write("Cpus_allowed_list:\t0-15\n", to: "proc/self/status")
        try folder.write("0-15\n", to: "sys/devices/system/cpu/online")
        for (quota, cores) in [(50_000, 1), (100_000, 1), (250_000, 3), (9_900_000, 16), (-1, 16)] {
            if version == 1 {
                try folder.write("4:cpu,cpuacct:/\n0::/\n", to: "proc/self/cgroup")
                try folder.write("\(quota)\n", to: "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us")
                try folder.write("100000\n", to: "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us")
            } else {
                try folder.write("0::/\n", to: "proc/self/cgroup")
                try folder.write("cpu memory\n", to: "sys/fs/cgroup/cgroup.controllers")
                try folder.write("\(quota < 0 ? "max" : "\(quota)") 100000\n", to: "sys/fs/cgroup/cpu.max")
            }
            #expect(facts.usableCoreCount == cores && facts.coreCount == cores, "\(quota)")
        }
    }

    @Test("features, limits, cores and interfaces are read as Linux lists them")
    func lists() throws {
        try folder.write("processor : 0\nflags\t\t: fpu avx2 avx512f\nflags : sse\n", to: "proc/cpuinfo")
        #expect(facts.processorFeatures == ["fpu", "avx2", "avx512f"])
        try folder.write("Cpus_allowed_list:\t0-3,8\nVmSize:\t    5 kB\n", to: "proc/self/status")
        #expect(facts.coreList == "0-3,8" && facts.addressSpaceByteCount == 5 * 1024)
        let limit = "Limit  Soft Limit  Hard Limit  Units\nMax address space  "
        try folder.write(limit + "1073741824  unlimited  bytes\n", to: "proc/self/limits")
        #expect(facts.addressSpaceLimitByteCount == 1 << 30)
        try folder.write(limit + "unlimited  unlimited  bytes\n", to: "proc/self/limits")
        #expect(facts.addressSpaceLimitByteCount == nil)
        for (name, state) in [("lo", "up"), ("eth0", "up"), ("eth1", "down"), ("ib0", "up")] {
            try folder.write(state + "\n", to: "sys/class/net/\(name)/operstate")
        }
        #expect(facts.activeInterfaces == ["eth0", "ib0"])
    }

    @Test("the processes that started this one are named, the parent first")
    func ancestors() throws {
        try folder.write("Name:\tlockstep\nPPid:\t40\n", to: "proc/self/status")
        try folder.write("sh\n", to: "proc/40/comm")
        try folder.write("PPid:\t30\n", to: "proc/40/status")
        try folder.write("mpiexec.hydra\n", to: "proc/30/comm")
        try folder.write("PPid:\t1\n", to: "proc/30/status")
        #expect(facts.ancestorNames == ["sh", "mpiexec.hydra"])
    }

    @Test("available memory is the host's, or what a container's limit leaves")
    func memory() throws {
        try folder.write("MemTotal: 900 kB\nMemAvailable:   800 kB\n", to: "proc/meminfo")
        try folder.write("VmPeak:\t 9 kB\nVmHWM:\t    7 kB\n", to: "proc/self/status")
        #expect(facts.availableMemoryByteCount == 800 * 1024)
        #expect(facts.peakMemoryByteCount == 7 * 1024)
        try folder.write("pgfree 5\noom_kill 3\noom_kill_x 9\n", to: "proc/vmstat")
        #expect(facts.memoryKillCount == 3)
        try folder.write("0::/\n", to: "proc/self/cgroup")
        try folder.write("memory\n", to: "sys/fs/cgroup/cgroup.controllers")
        try folder.write("500000\n", to: "sys/fs/cgroup/memory.max")
        try folder.write("200000\n", to: "sys/fs/cgroup/memory.current")
        #expect(facts.availableMemoryByteCount == 300_000)
        try folder.write("5000000\n", to: "sys/fs/cgroup/memory.max")
        #expect(facts.availableMemoryByteCount == 800 * 1024)
    }

    @Test("a system without these files has no facts and at least one core")
    func nothing() {
        #expect(facts.availableMemoryByteCount == nil && facts.peakMemoryByteCount == nil)
        #expect(facts.memoryKillCount == nil)
        #expect(facts.usableCoreCount >= 1 && facts.coreCount >= 1)
        #expect(!facts.name.isEmpty && !facts.operatingSystem.isEmpty)
    }

    @Test("this host has facts that fit each other")
    func thisHost() throws {
        let facts = HostFacts.current
        #expect(facts.name == ProcessInfo.processInfo.hostName)
        #expect(1...facts.coreCount ~= facts.usableCoreCount)
        #expect(facts.coreCount <= ProcessInfo.processInfo.processorCount)
        #expect(try #require(facts.peakMemoryByteCount) > 1 << 20)
        let available = try #require(facts.availableMemoryByteCount)
        #expect(available > 0 && available < Int(ProcessInfo.processInfo.physicalMemory))
    }

    @Test("child processes that have not ended are counted, and zombies are not")
    func children() throws {
        let folder = try TemporaryFolder()
        try folder.write("8 9 \n", to: "proc/7/task/7/children")
        try folder.write("10\n", to: "proc/7/task/17/children")
        for (process, state) in [("8", "S (sleeping)"), ("9", "Z (zombie)"), ("10", "R (running)")] {
            try folder.write("Name:\tlockstep\nState:\t\(state)\n", to: "proc/\(process)/status")
        }
        #expect(HostFacts(root: folder.path).childCount(of: 7) == 2)
        #expect(HostFacts(root: folder.path).childCount(of: 1) == nil)
    }
}
