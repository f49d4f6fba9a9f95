// Files of ratings damaged at random: read or refused by name.

import Foundation
import Ratings
import TestSupport
import Testing

/// A folder of items and ratings of which one file is damaged.
private func folders(_ file: String) throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let items = try folder.items(rows: 3)
    try items.keep(in: folder.path)
    let store = try RatingStore(directory: folder.path, items: items)
    try store.record([
        Rating(rater: Rater("ann"), item: 0, system: 0, criterion: .allCases[0], score: 3),
        Rating(rater: Rater("bob"), item: 2, system: 1, criterion: .allCases[1], score: 5),
    ])
    let sample = Array(try folder.text(of: file).utf8)
    return FuzzedFormat(
        file, samples: [sample], words: "{ } [ ] : , \" rater item system rating format seed null -1",
        place: folder.path
    ) { input in
        try folder.write(input, to: file)
        let items = try RatingItems(directory: folder.path)
        _ = RatingResults(try FinalRatings(directory: folder.path, items: items), of: items)
    }
}

@Suite struct FuzzTests {
    @Test("damaged ratings are read or refused by name")
    func damagedRatings() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("ratings.jsonl"))") {
            try Fuzzing.run(folders("ratings.jsonl"), inputs: 2_000)
        }
    }

    @Test("damaged items are read or refused by name")
    func damagedItems() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("rating_items.json"))") {
            try Fuzzing.run(folders("rating_items.json"), inputs: 2_000)
        }
    }
}
