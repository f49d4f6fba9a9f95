// What is said about memory that could not be had, and how a process knows where it is in its run.

import Machine
import TestSupport
import Testing

@Suite struct MemoryLimitTests {
    private let gibibyte = 1 << 30

    @Test("the sentence says what was asked for, the limit and the keys that make a run smaller")
    func sentence() {
        let limits = [
            MemoryLimit(.addressSpace, byteCount: 4 * gibibyte, usedByteCount: 3 * gibibyte + gibibyte / 2),
            MemoryLimit(.host, byteCount: 64 * gibibyte, usedByteCount: gibibyte),
        ]
        let text = MemoryShortage.sentence(wanting: gibibyte, "Cannot allocate memory", limits: limits)
        #expect(
            text
                == "out of memory: 1.0 GiB could not be had (Cannot allocate memory): 3.5 GiB of the "
                + "4.0 GiB of "
                + "ulimit -v are in use; raise that limit, or lower per_device_train_batch_size or "
                + "max_seq_length, "
                + "or set gradient_checkpointing: true, bf16: true or, on several ranks, zero_stage: 1")
    }

    @Test("where no limit is near, none is blamed")
    func farLimits() {
        let limits = [MemoryLimit(.host, byteCount: 64 * gibibyte, usedByteCount: gibibyte)]
        for limits in [limits, []] {
            let text = MemoryShortage.sentence(wanting: 4096, "Cannot allocate memory", limits: limits)
            #expect(text.contains("4.0 KiB could not be had (Cannot allocate memory), though no limit"))
        }
    }

    @Test("sizes are told in the largest unit that fits")
    func sizes() {
        #expect(MemoryShortage.size(0) == "0 bytes" && MemoryShortage.size(1023) == "1023 bytes")
        #expect(MemoryShortage.size(1536) == "1.5 KiB" && MemoryShortage.size(5 << 40) == "5.0 TiB")
        #expect(MemoryShortage.size(Int.max) == "8.0 EiB")
    }

    @Test("the limits of control group and host, the tightest first")
    func limits() throws {
        let folder = try TemporaryFolder()
        try folder.write("0::/job\n", to: "proc/self/cgroup")
        try folder.write("cpu memory\n", to: "sys/fs/cgroup/cgroup.controllers")
        try folder.write("\(4 * gibibyte)\n", to: "sys/fs/cgroup/job/memory.max")
        try folder.write("\(3 * gibibyte)\n", to: "sys/fs/cgroup/job/memory.current")
        try folder.write(
            "MemTotal: 67108864 kB\nMemAvailable: 33554432 kB\nCommitLimit: 8 kB\nCommitted_AS: 6 kB\n",
            to: "proc/meminfo")
        func found() -> [MemoryLimit] {
            HostFacts(root: folder.path).memoryLimits.filter { ![.addressSpace, .data].contains($0.source) }
        }
        let group = MemoryLimit(.controlGroup, byteCount: 4 * gibibyte, usedByteCount: 3 * gibibyte)
        let host = MemoryLimit(.host, byteCount: 64 * gibibyte, usedByteCount: 32 * gibibyte)
        #expect(found() == [group, host])
        try folder.write("2\n", to: "proc/sys/vm/overcommit_memory")
        #expect(found() == [MemoryLimit(.overcommit, byteCount: 8192, usedByteCount: 6144), group, host])
    }

    @Test("a moment of a run in words")
    func moments() {
        func words(_ activity: RankActivity, detail: Int = 0, step: Int) -> String {
            RankStatus.Moment(activity, detail: detail, step: step).description
        }
        #expect(words(.loading, step: 0) == "loading model and data")
        #expect(words(.backward, detail: 2, step: 41) == "step 41, backward, layer 3")
        #expect(words(.evaluating, detail: 7, step: 41) == "step 41, evaluating, batch 8")
        #expect(words(.saving, step: 41) == "step 41, saving")
        #expect(Set(RankActivity.allCases.map(\.words)).count == RankActivity.allCases.count)
    }

    @Test("rank and place on the host, by the variables of the launchers")
    func launchVariables() {
        let ranks = LaunchVariables(["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_RANK": "1"])
        #expect(ranks.rank == 3 && !ranks.isFirstOfHost)
        #expect(LaunchVariables(["SLURM_PROCID": "4", "SLURM_LOCALID": "0"]).isFirstOfHost)
        #expect(LaunchVariables([:]).rank == nil && LaunchVariables([:]).isFirstOfHost)
    }
}
