// What a plan is told by cluster files: figures of the network, and hosts that are alike.

import Configuration
import Testing

@Suite struct ClusterFiguresTests {
    private func cluster(_ yaml: String) throws -> ClusterConfiguration {
        try ClusterConfiguration(yaml: yaml, file: "c.yaml")
    }

    @Test("a cluster file says rate, latency, messages and memory")
    func figures() throws {
        let figures = try cluster(
            "network_gbit_per_s: 25\nnetwork_latency_us: 12.5\nnetwork_message_us: 2\nmemory_per_host_gib: 96\n"
        ).figures
        #expect(figures.gigabitsPerSecond == 25 && figures.latencyMicroseconds == 12.5)
        #expect(figures.messageMicroseconds == 2 && figures.memoryGibibytes == 96)
        #expect(try cluster("ranks: 2\n").figures == ClusterFigures())
    }

    @Test(
        "half a network is refused",
        arguments: [
            ("network_gbit_per_s: 1\n", "network_latency_us"),
            ("network_latency_us: 1\n", "network_gbit_per_s"),
            ("network_message_us: 1\n", "network_gbit_per_s"),
            ("memory_per_host_gib: -1\n", "memory_per_host_gib"),
            ("network_gbit_per_s: fast\nnetwork_latency_us: 1\n", "network_gbit_per_s"),
        ])
    func half(yaml: String, key: String) {
        do throws(ConfigurationError) {
            _ = try ClusterConfiguration(yaml: yaml, file: "c.yaml")
            Issue.record("\(yaml) was taken")
        } catch {
            #expect(error.key == key)
            #expect(error.description.hasPrefix("c.yaml:1: "), "\(error)")
        }
    }

    @Test("the shape of a host is what each launcher's file asks for")
    func hosts() throws {
        let hosts = "hosts:\n- {name: a, slots: 16}\n- {name: b, slots: 8}\ninterface: eth0\n"
        let shape = try cluster(hosts + "threads_per_rank: 4\n").hostShape(localCores: 2)
        #expect(shape.cores == 8 && shape.threads == 4 && shape.ranks == 2 && shape.isSmallest)
        let here = try cluster("ranks: 2\n").hostShape(localCores: 8)
        #expect(here.cores == 8 && here.ranks == 2 && here.threads == 4 && !here.isSmallest)
        let slurm = try cluster(
            "launcher: slurm\nslurm: {nodes: 4, ntasks_per_node: 2, cpus_per_task: 8}\n"
        ).hostShape(localCores: 1)
        #expect(slurm.cores == 16 && slurm.ranks == 2 && slurm.threads == 8)
        let pods = try cluster(
            "launcher: mpijob\nkubernetes: {image: i, workers: 4, slots_per_worker: 2, threads_per_rank: 3}\n"
        ).hostShape(localCores: 1)
        #expect(pods.cores == 6 && pods.ranks == 2 && pods.threads == 3)
    }
}
