// A program that fine-tunes a model as part of its work: `example-host recipe.yaml [KEY=VALUE …]`, alone or
// under mpirun.

import Foundation
import Lockstep

@main enum ExampleHost {
    static func main() {
        do {
            let words = Array(CommandLine.arguments.dropFirst())
            var settings: [String: String] = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { leave(64, "\(word) is no KEY=VALUE") }
                settings[String(parts[0])] = String(parts[1])
            }
            let model = try Run(recipe: words.first, settings: settings).train()
            if Run.isFirstRank {
                print("\(model.step) steps, mean loss \(model.meanLoss), \(model.directory)")
            }
        } catch is StoppedOnRequest {
            exit(StoppedOnRequest.exitCode)
        } catch let error as RecipeError {
            leave(2, "keys at fault: \(error.keys.joined(separator: ", "))\n\(error)")
        } catch {
            leave(1, "\(error)")
        }
    }

    private static func leave(_ code: Int32, _ sentence: String) -> Never {
        FileHandle.standardError.write(Data("example-host: \(sentence)\n".utf8))
        exit(code)
    }
}
