// How much room a run asks for before its first step.

import Checkpoints
import TestSupport
import Testing

struct RoomTests {
    @Test("the least is a checkpoint and the final model, the most what is there while one replaces another")
    func amounts() {
        func needed(_ saves: Int, _ limit: Int?) -> RoomNeeded {
            RoomNeeded(checkpoint: 30, finalModel: 10, saves: saves, limit: limit)
        }
        #expect(needed(0, nil).least == 10 && needed(0, nil).most == 10)
        #expect(needed(1, 1).least == 40 && needed(1, 1).most == 40)
        #expect(needed(5, 1).least == 40 && needed(5, 1).most == 60)
        #expect(needed(5, 2).most == 90)
        #expect(needed(5, nil).most == 160 && needed(5, 0).most == 160 && needed(5, 9).most == 160)
    }

    @Test("a disk without room for the least is refused in one sentence, without room for all with a warning")
    func disk() throws {
        let folder = try TemporaryFolder()
        let small = RoomNeeded(checkpoint: 3_000_000, finalModel: 1_000_000, saves: 2, limit: 1)
        #expect(try small.require(in: folder.path) == nil)
        let huge = RoomNeeded(checkpoint: 1 << 60, finalModel: 1_000_000, saves: 2, limit: 1)
        let text = thrownMessage { _ = try huge.require(in: folder.path) }
        #expect(
            text?.hasPrefix(
                "output_dir \(folder.path): this run writes a checkpoint of 1152921504607 MB and the final "
                    + "model of 1 MB, but only ") == true)
        #expect(
            text?.hasSuffix(" MB are free on its file system: make room, or choose another output_dir")
                == true)
        let many = RoomNeeded(checkpoint: 1_000_000, finalModel: 1, saves: 1 << 40, limit: nil)
        #expect(try many.require(in: folder.path)?.contains("save_total_limit keeps all") == true)
    }
}
