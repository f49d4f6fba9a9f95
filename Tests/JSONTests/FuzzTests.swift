// JSON damaged at random is read or refused at a place inside it; random values read back equal.

import JSON
import TestSupport
import Testing

private func json() -> FuzzedFormat {
    let samples = [
        #"{"a": [1, -2.5e3, true, false, null], "b\n\u00e4\ud83d\ude00": {"c": "d", "": []}}"#,
        "[[[[[[1]]]]], {\"x\": {}}]", "\"text\"", " 0 ",
    ]
    return FuzzedFormat(
        "json", samples: samples.map { Array($0.utf8) },
        words: "{ } [ ] : , \" \\ \\u \\ud800 \\udc00 true null - 1e e+ . [[ {\"a\":",
        place: "nothing is thrown"
    ) { input in
        let value: JSONValue
        do throws(JSONSyntaxError) { value = try JSONValue(parsing: input) } catch {
            guard 0...input.count ~= error.position else {
                throw FuzzFailure("an error at \(error.position)")
            }
            let (line, column) = error.place(in: input)
            guard line > 0, column > 0 else { throw FuzzFailure("an error at \(line):\(column)") }
            return
        }
        guard try JSONValue(parsing: Array(value.json.utf8)) == value else {
            throw FuzzFailure("the value changes when it is written and read")
        }
    }
}

@Suite struct FuzzTests {
    @Test("damaged JSON is read or refused at its place")
    func damaged() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("json"))") {
            try Fuzzing.run(json(), inputs: 30_000)
        }
    }

    private func value(_ random: inout FuzzRandom, depth: Int = 0) -> JSONValue {
        switch random.number(0...(depth < 5 ? 7 : 4)) {
        case 0: return .null
        case 1: return .bool(random.once(in: 2))
        case 2: return .integer(Int(truncatingIfNeeded: random.next()))
        case 3: return .real(Double(bitPattern: random.next()))
        case 4: return .string(random.text(limit: 20))
        case 5, 6: return .array((0..<random.number(0...4)).map { _ in value(&random, depth: depth + 1) })
        default:
            var fields = JSONObject()
            for _ in 0..<random.number(0...20) {
                fields.set(random.text(limit: 4), to: value(&random, depth: depth + 4))
            }
            return .object(fields)
        }
    }

    @Test("random values read back equal")
    func roundTrip() throws {
        for seed in 0..<2_000 {
            var random = FuzzRandom(seed: 3, input: seed)
            let value = value(&random)
            #expect(try JSONValue(parsing: Array(value.json.utf8)) == value, "seed \(seed)")
        }
    }
}
