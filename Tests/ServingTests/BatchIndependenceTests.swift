// What an answer may not depend on: the other requests, their order, and the number of threads.

import Kernels
import Serving
import Testing
import Tokenizers

@Suite struct BatchIndependenceTests {
    @Test("logits are bitwise the same alone, in any batch and on 1 to 4 threads")
    func batches() async {
        await #expect(processExitsWith: .success) {
            let tokenizer = WordTokenizer()
            let inputs = ToyClassifier.texts.map { text in
                let found = tokenizer.encode(text)
                return WorkInput.tokens(found.ids, types: found.typeIDs)
            }
            ThreadPool.configure(threadCount: 1)
            let alone = TextClassifierWorker(try ToyClassifier.model())
            let expected = try inputs.map { try alone.run([$0])[0].get() }
            #expect(expected.allSatisfy { output in expected.filter { $0 == output }.count < 3 })
            for threads in 1...4 {
                ThreadPool.configure(threadCount: threads)
                let worker = TextClassifierWorker(try ToyClassifier.model())
                for size in [1, 2, 7, 40] {
                    for start in stride(from: 0, to: inputs.count, by: size) {
                        let places = Array(start..<min(start + size, inputs.count)).reversed()
                        let found = worker.run(places.map { inputs[$0] })
                        for (place, output) in zip(places, found) {
                            #expect(try output.get() == expected[place], "\(place) of \(size), \(threads)")
                        }
                    }
                }
            }
        }
    }

    @Test("an input that does not fit the model fails alone")
    func unfit() throws {
        let worker = TextClassifierWorker(try ToyClassifier.model())
        let good = WorkInput.tokens([1, 5, 2], types: [0, 0, 0])
        let found = worker.run([good, .tokens([1, 999, 2], types: [0, 0, 0]), good])
        #expect(try found[0].get() == found[2].get())
        #expect(throws: ServiceError.self) { try found[1].get() }
    }
}
