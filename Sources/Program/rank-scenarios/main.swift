// Small programs that tests run under mpirun: `rank-scenarios NAME [RANK]`. Data depends on the rank and
// answers are closed forms of it; each scenario prints lines that begin with `ok`.

import DataParallel
import Files
import Foundation

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "communicator" {
    do {
        try Scenario.communicator()
        exit(0)
    } catch {
        StandardError.write("error: \(error)\n")
        exit(1)
    }
}
guard let name = arguments.first, let scenario = Scenario.all[name] else {
    let names = Scenario.all.keys.sorted().joined(separator: ", ")
    StandardError.write("usage: rank-scenarios NAME [RANK]; NAME is one of \(names)\n")
    exit(64)
}
let chosenRank = arguments.dropFirst().first.flatMap { Int($0) } ?? 0
do {
    let group = try ProcessGroups.start()
    RankFailure.run(group) { try scenario(group, chosenRank) }
} catch {
    StandardError.write("error: \(error)\n")
    exit(1)
}
