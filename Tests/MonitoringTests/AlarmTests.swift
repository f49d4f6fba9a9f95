// False alarms come at the stated rate, and a loss is found within the stated number of requests.

import Metrics
import Monitoring
import Testing

@Suite struct AlarmTests {
    @Test("of 1,000 quiet weeks no more raise an alarm than the stated share, and not far fewer")
    func quietWeeks() {
        let service = SimulatedService(overconfidence: 1.5)
        var (alarms, reference) = (0, ReferenceStatistics())
        for week in 0..<1_000 {
            // A model is trained anew each 10 weeks.
            if week % 10 == 0 {
                reference = service.reference(training: 1_000, validation: 600, seed: UInt64(week) + 50_000)
            }
            let rows = service.rows(300, seed: UInt64(week))
            if !SimulatedService.comparison(rows, reference, rate: 0.05).alarms.isEmpty { alarms += 1 }
        }
        // 50 of 1,000 are stated; three standard deviations of a binomial count above it are 71.
        #expect(alarms <= 71, "\(alarms) alarms")
        #expect(alarms >= 10, "\(alarms) alarms: the tests could not find anything either")
    }

    @Test("a loss of 5 points of F1 is found within the stated number of requests, nine times of ten")
    func plantedLoss() throws {
        let service = SimulatedService(overconfidence: 1.5)
        let reference = service.reference(training: 2_000, validation: 4_000, seed: 9)
        let known = try #require(reference.answers?.metrics.last)
        #expect(known.estimate.name == "f1")
        let count = try #require(
            WindowComparison.requestsNeeded(
                forLoss: 0.05, known, metricCount: 2, falseAlarmRate: 0.05))
        #expect((300...6_000).contains(count), "\(count) requests")
        // Harder rows of the same kind: the spread of logits falls until F1 is 5 points lower.
        var (low, high) = (0.5, service.spread)
        func f1(_ spread: Double) -> Double {
            let rows = SimulatedService(overconfidence: 1.5, spread: spread).rows(20_000, seed: 77)
            return EstimatedMetric.f1(label: 1).value(rows.map { ($0.answer, $0.truth) }, labelCount: 2)
        }
        let goal = f1(service.spread) - 0.05
        for _ in 0..<12 {
            let middle = (low + high) / 2
            if f1(middle) < goal { low = middle } else { high = middle }
        }
        let harder = SimulatedService(overconfidence: 1.5, spread: low)
        var found = 0
        for trial in 0..<40 {
            let rows = harder.rows(count, seed: 5_000 + UInt64(trial))
            let comparison = SimulatedService.comparison(rows, reference)
            if comparison.alarms.contains(where: { $0.feature == .estimatedPerformance }) { found += 1 }
        }
        #expect(found >= 36, "\(found) of 40 found with \(count) requests")
    }

    @Test("each kind of drift raises the alarm of its own signal")
    func kinds() {
        let service = SimulatedService()
        let reference = service.reference(training: 2_000, validation: 1_000, seed: 3)
        func alarms(_ change: (inout SimulatedService.Row) -> Void) -> Set<DriftSignal.Feature> {
            var rows = service.rows(800, seed: 4)
            for index in rows.indices { change(&rows[index]) }
            return Set(SimulatedService.comparison(rows, reference, rate: 0.01).alarms.map(\.feature))
        }
        #expect(alarms { _ in } == [])
        #expect(alarms { $0.tokens += 6 }.contains(.inputLength))
        #expect(alarms { $0.unknown += 1 }.contains(.unknownTokens))
        #expect(alarms { if $0.language == "en", $0.tokens % 4 == 0 { $0.language = "fr" } } == [.language])
        #expect(alarms { if $0.tokens % 9 == 0 { $0.tokens = 400 } }.contains(.lengthBounds))
        #expect(alarms { if $0.tokens % 9 == 0 { $0.tokens = 0 } }.contains(.missingInput))
        #expect(alarms { $0.answer = 1 }.contains(.predictedLabel))
    }

    @Test("an alarm marks the smallest p-values first, each against the number that is left")
    func holm() {
        let values = [0.02, 0.001, 0.5, 0.013]
        let signals = values.map { DriftSignal(.confidence, pValue: $0, test: "") }
        #expect(signals.markingAlarms(rate: 0.05).map(\.isAlarm) == [true, true, false, true])
        #expect(signals.markingAlarms(rate: 0.03).map(\.isAlarm) == [false, true, false, false])
    }
}
