// The settings file of Open MPI: its form, where it is looked for, and what beats it.
import Configuration
import Foundation
import Machine
import Testing

@Suite struct OpenMPISettingsTests {
    @Test("Lines become parameters in their order; comments and blank lines are left out")
    func lines() throws {
        let settings = try OpenMPISettings(
            text: "# why\nbtl_tcp_flags = send\n\nbtl_tcp_if_include = 10.0.0.0/8,lo", file: "s")
        #expect(
            settings.parameters == [
                OpenMPIParameter(name: "btl_tcp_flags", value: "send"),
                OpenMPIParameter(name: "btl_tcp_if_include", value: "10.0.0.0/8,lo"),
            ])
        #expect(settings.parameters.map(\.environmentName).first == "OMPI_MCA_btl_tcp_flags")
        #expect(try OpenMPISettings(text: "", file: "s").parameters.isEmpty)
    }

    @Test(
        "Any other line is refused with its number",
        arguments: [
            "btl_tcp_flags=send", "btl_tcp_flags = ", "btl_tcp_flags", " a = b", "a = b c", "A = b", "a = b ",
            "a = b\r", "1a = b", "= b", " ",
        ])
    func otherLines(line: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try OpenMPISettings(text: "# first\n\(line)\nc = d\n", file: "s")
        }
        #expect(
            error?.description
                == "s:2: A line of the Open MPI settings must read: name = value, but is '\(line)'.")
    }

    @Test("A parameter that stands twice is refused with the line of the second")
    func duplicates() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try OpenMPISettings(text: "a = 1\nb = 1\na = 1\n", file: "s")
        }
        #expect(error?.description == "s:3: a is given more than once; keep one of them.")
    }

    @Test("The file is looked for beside the cluster file, or where the cluster file says")
    func places() throws {
        func place(_ yaml: String) throws -> String {
            try ClusterConfiguration(yaml: yaml, file: "/clusters/mine/c.yaml").openMPISettingsFile
        }
        #expect(try place("ranks: 2") == "/clusters/mine/openmpi.conf")
        #expect(try place("openmpi_settings: ../s.conf") == "/clusters/mine/../s.conf")
        #expect(try place("openmpi_settings: /s.conf") == "/s.conf")
    }

    @Test("A file that is not there says what to do")
    func missing() throws {
        let error = #expect(throws: ConfigurationError.self) { try OpenMPISettings(path: "/no/openmpi.conf") }
        #expect(
            error?.description
                == "/no/openmpi.conf: The file cannot be read: there is no such file. It holds the Open MPI "
                + "settings of every job: copy cluster-configs/openmpi.conf there, or give its path as "
                + "openmpi_settings in the cluster file.")
    }

    @Test("What the environment sets stays, and an empty variable sets nothing")
    func environment() {
        let settings = OpenMPISettings([
            OpenMPIParameter(name: "a", value: "1"), OpenMPIParameter(name: "b", value: "2"),
        ])
        let left = settings.yielding(to: ["OMPI_MCA_a": "3", "OMPI_MCA_b": ""])
        #expect(left.parameters == [OpenMPIParameter(name: "b", value: "2")])
    }
}
