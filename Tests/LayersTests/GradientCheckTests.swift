// Every layer's backward pass against finite differences; no layer escapes the table.

import Foundation
import Layers
import Tensors
import Testing

@Suite struct GradientCheckTests {
    /// Of the largest gradient of the tensor; the differences carry the rounding of float32 outputs.
    private let tolerance = 4e-4

    @Test("gradients of inputs and of every parameter equal finite differences", arguments: gradientChecks)
    func finiteDifferences(check: GradientCheck) {
        let checker = GradientChecker(check)
        let gradients = checker.backward()
        for (index, gradient) in gradients.enumerated() {
            let deviation = checker.deviation(of: gradient, by: checker.inputs[index])
            #expect(deviation < tolerance, "input \(index)")
        }
        for slot in checker.store.layout.slots {
            let deviation = checker.deviation(
                of: checker.store.gradient(slot.index), by: checker.store.value(slot.index),
                frozen: check.frozen[slot.name] ?? 0..<0)
            #expect(deviation < tolerance, "\(slot.name)")
        }
    }

    @Test("a second backward pass adds the same gradients again", arguments: gradientChecks)
    func accumulation(check: GradientCheck) {
        let checker = GradientChecker(check)
        _ = checker.backward(completesGradients: false)
        let once = checker.store.gradients.values()
        _ = checker.backward()
        let largest = once.reduce(0) { max($0, abs($1)) }
        #expect(largest > 0)
        for (first, both) in zip(once, checker.store.gradients.values()) {
            #expect(abs(both - 2 * first) <= 1e-5 * largest)
        }
    }

    @Test(
        "every slot is reported ready once, when the pass completes the gradients, in no other",
        arguments: gradientChecks)
    func readiness(check: GradientCheck) {
        let checker = GradientChecker(check)
        var reported: [Int] = []
        var gradientsThen: [Int: [Float]] = [:]
        checker.store.onGradientReady = { slot in
            reported.append(slot)
            gradientsThen[slot] = checker.store.gradient(slot).values()
        }
        _ = checker.backward(completesGradients: false)
        #expect(reported.isEmpty)
        _ = checker.backward()
        #expect(reported.sorted() == checker.store.layout.slots.map(\.index))
        for slot in checker.store.layout.slots {
            #expect(gradientsThen[slot.index] == checker.store.gradient(slot.index).values(), "\(slot.name)")
        }
        checker.store.onGradientReady = nil
    }

    @Test("every type in Sources/Engine/Layers that conforms to Layer has an entry in the table")
    func coverage() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Sources/Engine/Layers")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let pattern =
            #/(?:class|struct|enum|actor|extension)\s+(\w+)(?:<[^>]*>)?\s*:\s*([^{]*)\{/#
        var found: Set<String> = []
        for name in names where name.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: pattern) {
                let parents = match.output.2.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                if parents.contains("Layer") { found.insert(String(match.output.1)) }
            }
        }
        #expect(found.count >= 6)
        #expect(found.subtracting(gradientChecks.map(\.layer)) == [])
    }
}
