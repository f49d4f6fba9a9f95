// The Open MPI settings of every job, in this one place, each with its reason. Measured with Open MPI
// 4.1.4.

/// A parameter of Open MPI's component architecture, set by `--mca name value` or by `OMPI_MCA_name=value`.
public struct OpenMPIParameter: Equatable, Sendable {
    public let name: String
    public let value: String
}

/// The settings under which jobs run well.
public enum OpenMPISettings {
    /// TCP by plain sends. The default also tries put and get, which reach 71 MB/s on 1 Gbit/s; this
    /// reaches 118.
    public static let tcpSendOnly = OpenMPIParameter(name: "btl_tcp_flags", value: "send")

    /// A thread that waits in a collective gives its core away, so that backward goes on while gradients
    /// travel.
    public static let yieldWhenIdle = OpenMPIParameter(name: "mpi_yield_when_idle", value: "1")

    /// Shared memory without `process_vm_readv`: as fast, and without errors where containers forbid that
    /// call.
    public static let sharedMemoryByCopy = OpenMPIParameter(
        name: "btl_vader_single_copy_mechanism", value: "none")

    /// Probes on the control connections after 5 s of silence, every 2 s, 3 times. A host that is cut off
    /// ends the job after 11 s; by default its peers would wait without end.
    public static let keepalive = [
        OpenMPIParameter(name: "oob_tcp_keepalive_time", value: "5"),
        OpenMPIParameter(name: "oob_tcp_keepalive_intvl", value: "2"),
        OpenMPIParameter(name: "oob_tcp_keepalive_probes", value: "3"),
    ]

    /// Data and control on the network that joins the hosts. Left to itself, Open MPI also tries the
    /// bridges of containers and virtual machines, which lead nowhere.
    public static func network(_ interface: String) -> [OpenMPIParameter] {
        [
            OpenMPIParameter(name: "btl_tcp_if_include", value: interface),
            OpenMPIParameter(name: "oob_tcp_if_include", value: interface),
        ]
    }

    /// Open MPI's own temporary files on a disk local to each host.
    public static func sessionDirectory(_ path: String) -> OpenMPIParameter {
        OpenMPIParameter(name: "orte_tmpdir_base", value: path)
    }

    /// A crash ends the job at once; the interactive backtrace of a Swift program would delay that by
    /// seconds.
    public static let noBacktrace = (name: "SWIFT_BACKTRACE", value: "enable=no")

    /// The parameters of a job of that shape.
    public static func parameters(for cluster: ClusterConfiguration) -> [OpenMPIParameter] {
        [tcpSendOnly, yieldWhenIdle, sharedMemoryByCopy] + keepalive
            + (cluster.interface.map(network) ?? [])
            + (cluster.scratchDirectory.map { [sessionDirectory($0)] } ?? [])
    }

    /// Environment of every rank. `OMP_NUM_THREADS` sets the thread pool, which else would take all cores
    /// of a rank that is not bound.
    public static func environment(
        for cluster: ClusterConfiguration, threadsPerRank: Int
    ) -> [(name: String, value: String)] {
        [noBacktrace, (name: "OMP_NUM_THREADS", value: String(threadsPerRank))]
            + (cluster.scratchDirectory.map { [(name: "TMPDIR", value: $0)] } ?? [])
    }
}
