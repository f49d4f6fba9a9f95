// launch/package: what it packs, and what it asks of the program. Stand-ins take the place of Swift.
import Foundation
import Testing

@Suite struct PackageTests {
    @Test("The list has what a node needs, each file once, and nothing that wants a checkout")
    func list() throws {
        let result = try run([Checkout.path("launch/package"), "--list"])
        #expect(result.status == 0, "\(result)")
        let files = result.output.split(separator: "\n").map(String.init)
        #expect(Set(files).count == files.count)
        let needed = [
            "bin/lockstep", "share/man/man1/lockstep.1.gz", "share/bash-completion/completions/lockstep",
            "share/zsh/vendor-completions/_lockstep", "share/fish/vendor_completions.d/lockstep.fish",
            "launch/common.sh", "launch/job.sh", "launch/local", "launch/cluster", "launch/supervise",
            "launch/slurm.sbatch", "launch/batch-job", "README.md", "LICENSE",
            "cluster-configs/openmpi.conf", "cluster-configs/slurm.yaml", "launch/recipes/sentiment.yaml",
            "launch/recipes/sentiment/train.jsonl",
        ]
        for file in needed { #expect(files.contains(file), "\(file)") }
        let recipes = try FileManager.default.subpathsOfDirectory(atPath: Checkout.path("launch/recipes"))
        for recipe in recipes where recipe.hasSuffix(".yaml") {
            #expect(files.contains("launch/recipes/" + recipe), "\(recipe)")
        }
        for script in Checkout.scripts where !needed.contains(script) { #expect(!files.contains(script)) }
        #expect(!files.contains { $0.hasPrefix("Sources/") || $0.hasPrefix("Tests/") || $0.contains("peer") })
    }

    /// A copy in which every program that builds is a stand-in, and `lockstep` a script.
    private func copy(needed libraries: String = "libmpi.so.40") throws -> (ScriptCopy, [String: String]) {
        let copy = try ScriptCopy()
        for name in ["README.md", "LICENSE"] {
            try FileManager.default.copyItem(
                atPath: Checkout.path(name), toPath: copy.root.appendingPathComponent(name).path)
        }
        try copy.addProgram("lockstep", "if [[ $1 == --version ]]; then echo 9.8.7; else echo \"$*\"; fi")
        try copy.addProgram("swift", "exit 0")
        try copy.addProgram("strip", "exit 0")
        try copy.addProgram(
            "objdump", "for name in \(libraries); do echo \"  NEEDED               $name\"; done")
        try copy.addProgram(
            "dpkg-shlibdeps", "[[ -f debian/control ]] && echo 'shlibs:Depends=libmpi (>= 1), libc6'")
        #expect(try bash("mkdir -p .build/manual/release", in: copy.root).status == 0)
        try copy.addProgram(
            ".build/manual/release/generate-manual",
            "echo '.TH' >\"$4/lockstep.1\"; cp \"$4\"/lockstep{,.train}.1")
        let program = copy.programs.appendingPathComponent("lockstep").path
        return (copy, ["PATH": copy.searchPath, "LOCKSTEP_BINARY": program])
    }

    @Test(
        "The package has the listed files below /usr/lib/lockstep, a link in /usr/bin, and the libraries' packages"
    )
    func package() throws {
        let (copy, environment) = try copy()
        let result = try run(
            [copy.path("launch/package"), "--no-build", "--output", copy.path("out")],
            environment: environment)
        #expect(result.status == 0, "\(result)")
        let architecture = try bash("dpkg --print-architecture").output.trimmingCharacters(in: .newlines)
        #expect(
            copy.names(in: "out") == [
                "lockstep-9.8.7-\(architecture).tar.gz", "lockstep_9.8.7_\(architecture).deb",
            ])
        let package = copy.path("out/lockstep_9.8.7_\(architecture).deb")
        #expect(
            try bash("dpkg-deb -f '\(package)' Version Depends").output
                == "Version: 9.8.7\nDepends: libmpi (>= 1), libc6, openmpi-bin\n")
        #expect(try bash("dpkg-deb -x '\(package)' root", in: copy.root).status == 0)
        let listed = try run([copy.path("launch/package"), "--list"]).output.split(separator: "\n").map(
            String.init)
        for file in listed where file != "README.md" && file != "LICENSE" {
            let place = file.hasPrefix("share/") ? "root/usr/\(file)" : "root/usr/lib/lockstep/\(file)"
            #expect(FileManager.default.fileExists(atPath: copy.path(place)), "\(place)")
        }
        let linked = try bash("root/usr/bin/lockstep --version", in: copy.root)
        #expect(linked.output == "9.8.7\n", "\(linked)")
        let local = try run(
            [
                copy.path("root/usr/lib/lockstep/launch/local"), "--dry-run", "1",
                Checkout.path("launch/recipes/sentiment.yaml"),
            ])
        #expect(local.output.contains("/root/usr/lib/lockstep/bin/lockstep train "), "\(local)")
    }

    @Test("The tarball is the same tree and names the packages that it needs")
    func tarball() throws {
        let (copy, environment) = try copy()
        let result = try run(
            [copy.path("launch/package"), "--no-build", "--output", copy.path("out")],
            environment: environment)
        #expect(result.status == 0, "\(result)")
        #expect(try bash("tar -xzf out/*.tar.gz && mv lockstep-9.8.7 moved", in: copy.root).status == 0)
        let listed = try run([copy.path("launch/package"), "--list"]).output.split(separator: "\n").map(
            String.init)
        for file in listed + ["REQUIRES"] {
            #expect(FileManager.default.fileExists(atPath: copy.path("moved/" + file)), "\(file)")
        }
        let requires = try String(contentsOfFile: copy.path("moved/REQUIRES"), encoding: .utf8)
        #expect(requires == "libmpi (>= 1), libc6, openmpi-bin\n")
    }

    /// A copy whose program has oneDNN and libjpeg, and looks for libraries where `runPath` says.
    private func copyWithLibraries(runPath: String) throws -> (ScriptCopy, [String: String]) {
        let (copy, environment) = try copy()
        try copy.addProgram("objdump", "echo '  NEEDED  libmpi.so.40'; echo '  RUNPATH  \(runPath)'")
        let libraries = copy.root.appendingPathComponent("libraries")
        try FileManager.default.createDirectory(at: libraries, withIntermediateDirectories: true)
        for name in ["libdnnl.so.2.6", "libjpeg.so.62.3"] {
            try Data(name.utf8).write(to: libraries.appendingPathComponent(name))
        }
        #expect(
            try bash("ln -s libdnnl.so.2.6 libdnnl.so.2; ln -s libjpeg.so.62.3 libjpeg.so.62", in: libraries)
                .status == 0)
        try copy.addProgram(
            "ldd",
            """
            for name in libdnnl.so.2 libjpeg.so.62; do echo "\t$name => \(libraries.path)/$name (0x7f)"; done
            printf '\\tlibmpi.so.40 => /lib/libmpi.so.40 (0x7f)\\n\\tlinux-vdso.so.1 (0x7f)\\n'
            """)
        // A package whose licence is on every Debian and Ubuntu.
        try copy.addProgram("dpkg-query", "[[ $1 == -S && -f $2 ]] && echo \"libc6:amd64: $2\"")
        try copy.addProgram(
            "dpkg-shlibdeps",
            """
            echo "$1 $2 $3" $(basename -a "${@:4}") >'\(copy.path("asked"))'
            echo 'shlibs:Depends=libmpi (>= 1)'
            """)
        return (copy, environment)
    }

    @Test("Libraries whose names differ between releases go beside the program, with their licences")
    func carriedLibraries() throws {
        let (copy, environment) = try copyWithLibraries(runPath: "$ORIGIN")
        let result = try run(
            [copy.path("launch/package"), "--no-build", "--output", copy.path("out")],
            environment: environment)
        #expect(result.status == 0, "\(result)")
        #expect(try bash("tar -xzf out/*.tar.gz && mv lockstep-9.8.7 moved", in: copy.root).status == 0)
        #expect(copy.names(in: "moved/bin") == ["libdnnl.so.2", "libjpeg.so.62", "lockstep"])
        let library = try String(contentsOfFile: copy.path("moved/bin/libdnnl.so.2"), encoding: .utf8)
        #expect(library == "libdnnl.so.2.6")
        #expect(copy.names(in: "moved/licenses") == ["libc6"])
        let asked = try String(contentsOfFile: copy.path("asked"), encoding: .utf8)
        #expect(asked == "-O -xlibc6 -xlibc6 libdnnl.so.2 libjpeg.so.62 lockstep\n")
        #expect(try bash("dpkg-deb -x out/*.deb root", in: copy.root).status == 0)
        for file in ["lib/lockstep/bin/libdnnl.so.2", "share/doc/lockstep/licenses/libc6"] {
            #expect(FileManager.default.fileExists(atPath: copy.path("root/usr/" + file)), "\(file)")
        }
    }

    @Test("A program that looks for libraries elsewhere is not packaged")
    func looksElsewhere() throws {
        let (copy, environment) = try copyWithLibraries(runPath: "/opt/swift/lib")
        let result = try run(
            [copy.path("launch/package"), "--no-build", "--output", copy.path("out")],
            environment: environment)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("does not look for libraries beside itself"))
        #expect(copy.names(in: "out").isEmpty)
    }

    @Test("A program that needs libraries of Swift is not packaged")
    func needsNoSwift() throws {
        let (copy, environment) = try copy(needed: "libswiftCore.so libmpi.so.40")
        let result = try run(
            [copy.path("launch/package"), "--no-build", "--output", copy.path("out")],
            environment: environment)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains("needs libraries of Swift, which nodes lack"))
        #expect(copy.names(in: "out").isEmpty)
    }
}

/// Which program the scripts start.
@Suite struct ProgramChoiceTests {
    private static let start = ["launch/local", "1", Checkout.path("launch/recipes/sentiment.yaml")]
    /// Programs of the machine that a script needs, without Swift.
    private static let basics = [
        "bash", "dirname", "env", "sed", "grep", "nproc", "lscpu", "sort", "wc", "stty", "tr", "cut",
    ]

    private func copy(builtAt place: String?, hasSwift: Bool) throws -> (ScriptCopy, [String: String]) {
        let copy = try ScriptCopy()
        #expect(try bash("mkdir -p .build/release", in: copy.root).status == 0)
        try copy.addProgram(".build/release/lockstep", "exit 0")
        if let place {
            try Data("inputs: [\"\(place)/Sources/x.swift\"]\n".utf8)
                .write(to: URL(fileURLWithPath: copy.path(".build/release.yaml")))
        }
        try copy.linkPrograms(Self.basics)
        try copy.addProgram("mpirun", "echo \"$*\"")
        if hasSwift {
            try copy.addProgram("swift", "echo \"swift $*\" >&2; echo '\(copy.path(".build/release"))'")
        }
        return (copy, ["PATH": copy.programs.path, "LOCKSTEP_BINARY": ""])
    }

    @Test("Without Swift the program that is there is used, and said")
    func withoutSwift() throws {
        let (copy, environment) = try copy(builtAt: nil, hasSwift: false)
        let result = try run([copy.path(Self.start[0])] + Self.start.dropFirst(), environment: environment)
        #expect(result.status == 0, "\(result)")
        #expect(result.errors.contains("There is no Swift here: "))
        #expect(result.output.contains("/.build/release/lockstep train "), "\(result)")
    }

    @Test("A checkout that was copied or moved is not built again")
    func moved() throws {
        let (copy, environment) = try copy(builtAt: "/elsewhere/lockstep", hasSwift: true)
        let result = try run([copy.path(Self.start[0])] + Self.start.dropFirst(), environment: environment)
        #expect(result.status == 0, "\(result)")
        #expect(result.errors.contains("This checkout was built at another place: "))
        #expect(!result.errors.contains("swift build"), "\(result)")
    }

    @Test("A checkout at the place of its build is brought up to date")
    func atItsPlace() throws {
        let (copy, _) = try copy(builtAt: nil, hasSwift: true)
        try Data("inputs: [\"\(copy.root.path)/Sources/x.swift\"]\n".utf8)
            .write(to: URL(fileURLWithPath: copy.path(".build/release.yaml")))
        let result = try run(
            [copy.path(Self.start[0])] + Self.start.dropFirst(),
            environment: ["PATH": copy.programs.path, "LOCKSTEP_BINARY": ""])
        #expect(
            result.errors.contains("swift build --package-path \(copy.root.path) -c release"), "\(result)")
    }

    @Test("A build that says nothing of its place is brought up to date")
    func unknownPlace() throws {
        let (copy, environment) = try copy(builtAt: nil, hasSwift: true)
        let result = try run([copy.path(Self.start[0])] + Self.start.dropFirst(), environment: environment)
        #expect(result.errors.contains("swift build --package-path "), "\(result)")
    }

    @Test("A copy of the scripts alone takes the program that is installed")
    func installed() throws {
        let copy = try ScriptCopy()
        try copy.linkPrograms(Self.basics)
        try copy.addProgram("mpirun", "echo \"$*\"")
        try copy.addProgram("lockstep", "exit 0")
        let result = try run(
            [copy.path(Self.start[0])] + Self.start.dropFirst(),
            environment: ["PATH": copy.programs.path, "LOCKSTEP_BINARY": ""])
        #expect(result.output.contains(" \(copy.programs.path)/lockstep train "), "\(result)")
    }

    @Test("A package's own program comes before any build")
    func packaged() throws {
        let (copy, environment) = try copy(builtAt: nil, hasSwift: true)
        #expect(try bash("mkdir bin", in: copy.root).status == 0)
        try copy.addProgram("bin/lockstep", "exit 0")
        let result = try run([copy.path(Self.start[0])] + Self.start.dropFirst(), environment: environment)
        #expect(result.output.contains("\(copy.root.path)/bin/lockstep train "), "\(result)")
        #expect(!result.errors.contains("swift "), "\(result)")
    }
}
