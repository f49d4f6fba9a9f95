// An evaluation that is cut short on all ranks when one is asked to stop.

import DataParallel
import Datasets
import Evaluation
import Synchronization
import Testing

@Suite struct EvaluationInterruptionTests {
    @Test("without a request every rank has its batches, and nothing is exchanged where none is listened for")
    func whole() throws {
        let seen = Mutex<[Int]>([])
        try ThreadProcessGroup.run(size: 2) { group in
            let sampler = EvaluationSampler(rowCount: 10, batchRows: 3)
            try sampler.forEachBatch(of: group) { batch in seen.withLock { $0.append(batch) } }
            try EvaluationInterruption.listening(to: { false }) {
                try sampler.forEachBatch(of: group) { batch in seen.withLock { $0.append(batch) } }
            }
        }
        #expect(seen.withLock { $0.sorted() } == [0, 0, 1, 1, 2, 2, 3, 3])
    }

    @Test("a request to one rank ends the evaluation of all")
    func oneRank() throws {
        let counts = Mutex<[Int: Int]>([:])
        try ThreadProcessGroup.run(size: 3) { group in
            let sampler = EvaluationSampler(rowCount: 12, batchRows: 1)
            let asked = Mutex(0)
            #expect(throws: EvaluationInterrupted.self) {
                try EvaluationInterruption.listening(to: {
                    group.rank == 1
                        && asked.withLock {
                            $0 += 1
                            return $0 > 2
                        }
                }) {
                    try sampler.forEachBatch(of: group) { _ in
                        counts.withLock { $0[group.rank, default: 0] += 1 }
                    }
                }
            }
            // The channel is in order afterwards.
            try group.barrier()
        }
        #expect(counts.withLock(\.self) == [0: 4, 1: 2, 2: 4])
    }
}
