// What a job leaves behind is found and removed, and what is another's stays.

import Cluster
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct JobTracesTests {
    @Test("the folder and the shared memory of a job go, those of another job stay")
    func removes() throws {
        let place = try TemporaryFolder()
        let folder = place.path + "/lockstep-12-3"
        try place.write(
            "1944059904.0;tcp://192.0.2.2:51001\n7966\n", to: "lockstep-12-3/ompi.vm.0/pid.7966/contact.txt")
        // 1944059904 is 73e00000 in hexadecimal.
        let own = [
            "vader_segment.vm.0.73e00001.0", "vader_segment.vm.0.73e00001.1",
            "vader_segment.n.a.1000.73e00002.0",
        ]
        let others = [
            "vader_segment.vm.0.73e10001.0", "vader_segment.vm.0.73e0001.0", "sem.73e00001.0", "73e00001",
        ]
        for name in own + others { try place.write("x", to: "shm/" + name) }
        let remains = JobRemains(folder: folder, sharedMemory: place.path + "/shm")
        #expect(remains.family == "73e0")
        #expect(Set(try remains.remove()) == Set(own + [folder]))
        #expect(!FileManager.default.fileExists(atPath: folder))
        let left = try FileManager.default.contentsOfDirectory(atPath: place.path + "/shm")
        #expect(Set(left) == Set(others))
        #expect(try remains.remove().isEmpty)
    }

    @Test("without a session nothing is known of shared memory, and what the launcher's host knows is enough")
    func family() throws {
        let place = try TemporaryFolder()
        try place.write("x", to: "shm/vader_segment.vm.0.0a1b0001.0")
        try place.write("not a number", to: "job/ompi.vm.0/pid.1/contact.txt")
        let remains = JobRemains(folder: place.path + "/job", sharedMemory: place.path + "/shm")
        #expect(remains.family == nil)
        #expect(try remains.remove(family: "a1b").isEmpty == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path + "/shm").count == 1)
    }

    @Test("a process is the job's when its environment or its command line names the folder")
    func processes() throws {
        let place = try TemporaryFolder()
        let remains = JobRemains(folder: place.path + "/job")
        #expect(remains.processes.isEmpty)
        func start(_ words: [String]) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = words
            try process.run()
            return process
        }
        let marked = try start(["OMPI_MCA_orte_tmpdir_base=\(remains.folder)", "sleep", "60"])
        let named = try start(["bash", "-c", "exec -a '\(remains.folder)' sleep 60"])
        let other = try start(["OMPI_MCA_orte_tmpdir_base=\(remains.folder)1", "sleep", "60"])
        defer { other.terminate() }
        let deadline = Date(timeIntervalSinceNow: 10)
        while remains.processes.count < 2, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        #expect(Set(remains.processes).isSuperset(of: [marked.processIdentifier, named.processIdentifier]))
        #expect(!remains.processes.contains(other.processIdentifier))
        #expect(remains.endProcesses())
        marked.waitUntilExit()
        named.waitUntilExit()
        #expect(marked.terminationReason == .uncaughtSignal && other.isRunning)
    }

    @Test("a record reads as it was written, and one that was cut short is none")
    func record() throws {
        var record = JobRecord(
            started: "2026-12-01T00:00:00.000Z", process: 4, step: 9,
            hosts: JobRecord.hosts(ofRanks: ["a", "a", "b", "a"]))
        #expect(record.hosts == [.init(name: "a", ranks: 3), .init(name: "b", ranks: 1)])
        #expect(JobRecord(Array(record.json.json.utf8)) == record)
        record.failure = .init(kind: .storage, message: "no \"room\"", place: "rank 0 on a")
        let bytes = Array(record.json.json.utf8)
        #expect(JobRecord(bytes + Array("   \n".utf8)) == record)
        for count in 0..<bytes.count { #expect(JobRecord(Array(bytes.prefix(count))) == nil) }
        var later = record
        later.step = 10
        #expect(later.isOfSameJob(as: record) && !later.isOfSameJob(as: nil))
        let other = JobRecord(started: record.started, process: 5, step: 9, hosts: [])
        #expect(!other.isOfSameJob(as: record))
    }

    @Test("the last lines are kept, those that a bar was drawn over too")
    func lastWords() {
        let words = LastWords(lineLimit: 3, lineByteLimit: 5)
        words.add("one\ntwo\r\rthree\nfour".utf8)
        #expect(words.lines == ["one", "two", "three", "four"])
        words.add("teen\nlast".utf8)
        #expect(words.lines == ["two", "three", "fourt", "last"])
        #expect(words.byteCount == "one\ntwo\r\rthree\nfourteen\nlast".utf8.count)
    }

    @Test("hosts are asked by Open MPI's agent: ssh without questions, or what is set")
    func agent() {
        let ssh = StartAgent(parameter: nil).command("n1", "uname -n")
        #expect(ssh == ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "n1", "uname -n"])
        #expect(
            StartAgent(parameter: "ssh -p 2222 : rsh").command("n", "x").prefix(3) == ["ssh", "-p", "2222"])
        #expect(StartAgent(parameter: "/run/agent").command("n", "x") == ["/run/agent", "n", "x"])
    }

    @Test("a host that does not answer, or fails, has no answer")
    func answers() throws {
        let place = try TemporaryFolder()
        let script = try place.write(
            "case $1 in good) echo $2 ;; silent) sleep 60 ;; *) exit 3 ;; esac\n", to: "agent")
        let agent = StartAgent(words: ["bash", script])
        let answers = agent.answers(of: ["good", "silent", "bad"], "hello", seconds: 2)
        #expect(answers == ["good": "hello"])
    }
}
