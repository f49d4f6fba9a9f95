// launch/setup on machines that lack something. Stand-ins take the place of apt and dpkg: nothing is
// installed.
import Foundation
import Testing

@Suite struct SetupTests {
    private static let basics = ["bash", "dirname", "env", "mktemp", "readlink", "rm", "sed", "sort"]

    @Test("Without apt it prints the exact list and the command, and fails")
    func printsListWithoutApt() throws {
        let copy = try ScriptCopy()
        try copy.linkPrograms(Self.basics)
        let result = try run([copy.path("launch/setup")], environment: ["PATH": copy.programs.path])
        #expect(result.status == 1, "\(result)")
        let list =
            "libopenmpi-dev openmpi-bin libdnnl-dev zlib1g-dev libzstd-dev libpng-dev libjpeg-dev gcc g++ "
            + "libc6-dev libcurl4-openssl-dev libcurl4 libncurses6 libsqlite3-0 libxml2 ca-certificates git "
            + "iproute2 python3-pip unzip"
        #expect(result.output.contains("Missing Debian packages: \(list)\n"))
        #expect(result.errors.contains("apt-get install -y --no-install-recommends \(list)"))
    }

    @Test("The programs of the tests are asked for by launch/test alone")
    func programsOfTests() throws {
        let copy = try ScriptCopy()
        try copy.linkPrograms(Self.basics)
        for (arguments, isWanted) in [(["--dry-run"], false), (["--for-tests", "--dry-run"], true)] {
            let result = try run(
                [copy.path("launch/setup")] + arguments, environment: ["PATH": copy.programs.path])
            #expect(result.status == 0, "\(result)")
            #expect(result.output.contains("chromium-driver shellcheck zsh fish") == isWanted, "\(result)")
        }
        let test = try bash("launch/test --dry-run", in: Checkout.root)
        #expect(test.output.contains("launch/setup --for-tests"), "\(test)")
    }

    @Test("A dry run on a bare machine prints the list and succeeds")
    func printsListInDryRun() throws {
        let copy = try ScriptCopy()
        try copy.linkPrograms(Self.basics)
        let result = try run(
            [copy.path("launch/setup"), "--dry-run"], environment: ["PATH": copy.programs.path])
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("libdnnl-dev"))
        #expect(result.output.contains("Would run as root: apt-get update && apt-get install"))
    }

    @Test("Only what dpkg does not know is installed, and a second run does nothing")
    func installsMissingOnce() throws {
        let copy = try ScriptCopy()
        let installed = copy.path("installed")
        let others =
            "libopenmpi-dev openmpi-bin zlib1g-dev libzstd-dev libpng-dev libjpeg-dev gcc g++ libc6-dev "
            + "libcurl4-openssl-dev libcurl4 libncurses6 libsqlite3-0 libxml2 ca-certificates git iproute2"
        try Data((others.replacing(" ", with: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: installed))
        try copy.addProgram("dpkg-query", "grep -q -x \"$4\" '\(installed)' && printf 'ii '")
        try copy.addProgram("pip3", "exit 0")
        try copy.addProgram("sudo", "shift; [[ $1 == true ]] || exec \"$@\"")
        try copy.addProgram(
            "apt-get",
            """
            printf '%s\\n' "$*" >>'\(copy.path("apt-calls"))'
            for word; do case $word in lib*) echo "$word" >>'\(installed)' ;; esac; done
            """)
        try copy.addProgram("swift", "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'")
        try copy.addProgram("clang", "exit 0")
        let environment = ["PATH": copy.searchPath]
        let first = try run([copy.path("launch/setup")], environment: environment)
        #expect(first.status == 0, "\(first)")
        let calls = try String(contentsOfFile: copy.path("apt-calls"), encoding: .utf8)
        #expect(calls == "update\ninstall -y --no-install-recommends libdnnl-dev\n")
        let second = try run([copy.path("launch/setup")], environment: environment)
        #expect(second.status == 0, "\(second)")
        #expect(second.output.contains("nothing to do"))
        #expect(try String(contentsOfFile: copy.path("apt-calls"), encoding: .utf8) == calls)
    }

    @Test(
        "Swift that is missing, too old or cannot link is named with what to do",
        arguments: [
            ("exit 1", "exit 0", "swift --version"),
            ("echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'", "exit 0", "Swift 5.10.1 is too old"),
            ("echo 'Swift version 6.1 (swift-6.1-RELEASE)'", "exit 0", "Swift 6.1 is too old"),
            ("echo 'Swift version 6.10 (swift-6.10-RELEASE)'", "exit 1", "cannot link"),
        ])
    func checksSwift(swift: String, clang: String, message: String) throws {
        let copy = try ScriptCopy()
        try copy.addProgram("dpkg-query", "printf 'ii '")
        try copy.addProgram("pip3", "exit 0")
        try copy.addProgram("swift", swift)
        try copy.addProgram("clang", clang)
        let result = try run([copy.path("launch/setup")], environment: ["PATH": copy.searchPath])
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains(message), "\(result)")
        #expect(result.errors.contains(clang == "exit 1" ? "gcc" : "https://www.swift.org/install/"))
    }

    @Test(
        "--completions gives a user the scripts of three shells and the manual, and nothing where one fails")
    func completions() throws {
        let copy = try ScriptCopy()
        try copy.addProgram("dpkg-query", "printf 'ii '")
        try copy.addProgram("pip3", "exit 0")
        try copy.addProgram("clang", "exit 0")
        try copy.addProgram(
            "swift",
            """
            [[ $1 == build ]] && printf '%s\\n' "$*" >>'\(copy.path("builds"))'
            echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'
            """)
        try copy.addProgram("lockstep", "echo \"$*\"; [[ $2 != fish || ! -e '\(copy.path("broken"))' ]]")
        let tools = try bash("mkdir -p .build/manual/release", in: copy.root)
        try #require(tools.status == 0)
        try copy.addProgram(
            ".build/manual/release/generate-manual",
            "echo \"$*\" >\"$4/lockstep.1\"; cp \"$4\"/lockstep{,.train}.1")
        let program = copy.programs.appendingPathComponent("lockstep").path
        let environment = [
            "PATH": copy.searchPath, "LOCKSTEP_BINARY": program, "XDG_DATA_HOME": copy.path("data"),
        ]
        let words = [copy.path("launch/setup"), "--completions"]
        let dry = try run(words + ["--dry-run"], environment: environment)
        #expect(dry.status == 0 && dry.output.contains("Would write \(copy.path("data"))/{bash"), "\(dry)")
        try Data().write(to: URL(fileURLWithPath: copy.path("broken")))
        #expect(try run(words, environment: environment).status == 1)
        #expect(copy.names(in: "data").isEmpty)
        try FileManager.default.removeItem(atPath: copy.path("broken"))
        let result = try run(words, environment: environment)
        #expect(result.status == 0, "\(result)")
        for (shell, name) in [
            ("bash", "bash-completion/completions/lockstep"), ("zsh", "zsh/site-functions/_lockstep"),
            ("fish", "fish/vendor_completions.d/lockstep.fish"),
        ] {
            let text = try String(contentsOfFile: copy.path("data/" + name), encoding: .utf8)
            #expect(text == "--generate-completion-script \(shell)\n")
        }
        #expect(copy.names(in: "data/man/man1") == ["lockstep.1", "lockstep.train.1"])
        let manual = try String(contentsOfFile: copy.path("data/man/man1/lockstep.1"), encoding: .utf8)
        #expect(manual.hasPrefix("\(program) --multi-page --output-directory "), "\(manual)")
        let builds = try String(contentsOfFile: copy.path("builds"), encoding: .utf8)
        #expect(builds.contains("/.build/checkouts/swift-argument-parser --scratch-path "), "\(builds)")
    }
}
