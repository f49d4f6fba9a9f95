// The settings of Open MPI: those of every job from a settings file such as cluster-configs/openmpi.conf, and
// those that follow from the shape of a cluster.

package import Machine

/// A parameter of Open MPI's component architecture, set by `--mca name value` or by `OMPI_MCA_name=value`.
package struct OpenMPIParameter: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        (self.name, self.value) = (name, value)
    }

    /// The environment variable that sets the same parameter.
    package var environmentName: String { "OMPI_MCA_" + name }
}

/// The parameters of a settings file, in its order.
package struct OpenMPISettings: Equatable, Sendable {
    /// Where the settings lie if a cluster file names no other place: beside it.
    package static let defaultFileName = "openmpi.conf"

    package var parameters: [OpenMPIParameter]

    package init(_ parameters: [OpenMPIParameter] = []) {
        self.parameters = parameters
    }

    /// Reads a settings file; `ConfigurationError` names the line of a mistake.
    package init(path: String) throws(ConfigurationError) {
        let text: String
        do throws(ConfigurationError) {
            text = try YAMLValue.text(ofFile: path)
        } catch {
            throw ConfigurationError(
                location: error.location, key: "openmpi_settings",
                reason: error.reason + " It holds the Open MPI settings of every job: copy"
                    + " cluster-configs/openmpi.conf there, or give its path as openmpi_settings in the"
                    + " cluster file.")
        }
        try self.init(text: text, file: path)
    }

    /// Parses lines of the form `name = value`; blank lines and lines that start with `#` are left out.
    /// `file` is for error messages.
    package init(text: String, file: String) throws(ConfigurationError) {
        var parameters: [OpenMPIParameter] = []
        // Scalars, because a carriage return and a line feed make one Character.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.map(String.init).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = ConfigurationError.Location.line(file: file, line: index + 1)
            guard let parts = line.wholeMatch(of: /([a-z][a-z0-9_]*) = (\S+)/) else {
                throw ConfigurationError(
                    location: place, key: nil,
                    reason: "A line of the Open MPI settings must read: name = value, but is '\(line)'.")
            }
            let parameter = OpenMPIParameter(name: String(parts.1), value: String(parts.2))
            guard !parameters.contains(where: { $0.name == parameter.name }) else {
                throw .duplicate(parameter.name, place)
            }
            parameters.append(parameter)
        }
        self.parameters = parameters
    }

    /// Without the parameters that `variables` already set, since Open MPI reads them from there and a
    /// command line would beat it.
    package func yielding(to variables: ProcessVariables) -> Self {
        Self(parameters.filter { (variables[$0.environmentName] ?? "").isEmpty })
    }
}

extension ClusterConfiguration {
    /// Data and control on the network that joins the hosts, and Open MPI's own temporary files on a disk
    /// local to each host. Left to itself, Open MPI also tries the bridges of containers and virtual
    /// machines, which lead nowhere.
    var ownParameters: [OpenMPIParameter] {
        let network = interface.map {
            [
                OpenMPIParameter(name: "btl_tcp_if_include", value: $0),
                OpenMPIParameter(name: "oob_tcp_if_include", value: $0),
            ]
        }
        let temporary = (sessionDirectory ?? scratchDirectory).map {
            [OpenMPIParameter(name: "orte_tmpdir_base", value: $0)]
        }
        // Named, so that a job without its fabric ends with a sentence in place of creeping along on TCP.
        let fabric = ucxDevices.map { _ in [OpenMPIParameter(name: "pml", value: "ucx")] }
        return (network ?? []) + (temporary ?? []) + (fabric ?? [])
    }

    /// `settings` and those of this cluster, without what `mpirun_arguments` set themselves: mpirun refuses a
    /// parameter that is given twice.
    func parameters(_ settings: OpenMPISettings) -> [OpenMPIParameter] {
        let given = zip(mpirunArguments, mpirunArguments.dropFirst()).filter {
            ["--mca", "-mca", "--gmca", "-gmca"].contains($0.0)
        }
        return (settings.parameters + ownParameters).filter { parameter in
            !given.contains { $0.1 == parameter.name }
        }
    }

    /// Environment of every rank. `OMP_NUM_THREADS` sets the thread pool, which else would take all cores of
    /// a rank that is not bound; a crash ends the job at once, where the interactive backtrace of a Swift
    /// program would delay that by seconds.
    func rankEnvironment(threadsPerRank: Int) -> [(name: String, value: String)] {
        [("SWIFT_BACKTRACE", "enable=no"), ("OMP_NUM_THREADS", String(threadsPerRank))]
            + (scratchDirectory.map { [("TMPDIR", $0)] } ?? [])
            + (ucxDevices.map { [("UCX_NET_DEVICES", $0)] } ?? [])
    }
}
