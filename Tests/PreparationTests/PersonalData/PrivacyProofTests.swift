// A proof plants values, finds what a cleaner leaves, and says how sure it is.

import JSON
import Preparation
import Testing

@Suite struct PrivacyProofTests {
    private let records = [
        "I would like to know when my parcel arrives, it is late.", "Hello, can you help me with my account?",
        "The meeting was moved to Monday.\n\nPlease tell the others, and bring the papers of last week.",
        "Order number 4829103 was paid, but the invoice says something else. Why is that?",
    ]

    private func proof(_ types: Set<PersonalDataType> = .all, seed: UInt64 = 3, values: Int = 40)
        -> PrivacyProof
    {
        var proof = PrivacyProof(
            cleaner: PersonalDataCleaner(types: types), seed: seed, valuesPerType: values)
        for record in records { proof.add(record) }
        return proof
    }

    @Test("values of every type are planted, and nearly all of each are found")
    func certificate() {
        let certificate = proof().certificate()
        #expect(Set(certificate.counts.keys) == Set.all && certificate.recordCount == 4)
        for (type, counts) in certificate.counts {
            #expect(counts.planted == 40)
            #expect(counts.recall.share >= 0.9 && counts.precision.share >= 0.9, "\(type) \(counts)")
        }
        #expect(certificate.types(belowRecall: 0.5) == [])
        // Forty values never make a share of 1 certain.
        #expect(certificate.types(belowRecall: 1).count == Set.all.count)
    }

    @Test("the same records and seed give the same certificate, another seed other values")
    func determinism() {
        #expect(proof(values: 5).certificate() == proof(values: 5).certificate())
        let types: Set<PersonalDataType> = [.emailAddress]
        #expect(
            proof(types, values: 5).certificate().json != proof(types, seed: 4, values: 5).certificate().json)
    }

    @Test("the certificate as JSON has a row a type with both intervals")
    func json() throws {
        let json = proof([.emailAddress, .creditCard], values: 10).certificate().json
        let rows = try #require(json["types"]?.array)
        #expect(rows.map { $0["type"]?.string } == ["CREDIT_CARD", "EMAIL_ADDRESS"])
        #expect(rows[0]["planted"]?.integer == 10 && rows[0]["recall"]?["lower"]?.double ?? 1 < 1)
        #expect(json["records"]?.integer == 4 && json["confidence"]?.double == 0.95)
    }

    @Test("a sample of fixed size is kept of many records, and without any the values stand alone")
    func sample() {
        var proof = PrivacyProof(seed: 1, valuesPerType: 2, sampleSize: 3)
        #expect(proof.certificate().counts[.iban]?.found == 2)
        for number in 0..<1000 { proof.add("record \(number)") }
        #expect(proof.recordCount == 1000 && proof.certificate().recordCount == 1000)
    }

    @Test("values that the words around them turn into something else are counted as leaks and listed")
    func leaks() throws {
        // Words for orders on both sides of every planted value: bare national numbers are no longer told
        // apart.
        var proof = PrivacyProof(
            cleaner: PersonalDataCleaner(types: [.usPassport]), seed: 9, valuesPerType: 30)
        proof.add("https://example.org/a/b")
        let kept = proof.certificate()
        let counts = try #require(kept.counts[.usPassport])
        #expect(counts.leaked == 30 - counts.found && kept.leaks.count == min(20, counts.leaked))
        #expect(
            kept.leaks.allSatisfy { $0.sentence.contains($0.value) && !$0.sentence.contains("example.org") })
    }

    @Test("Wilson's interval is that of scipy")
    func intervals() throws {
        for row in try PersonalDataGoldens.checks.get().intervals {
            let interval = WilsonInterval(Int(row[0]), of: Int(row[1]))
            #expect(abs(interval.lower - row[2]) < 1e-9 && abs(interval.upper - row[3]) < 1e-9, "\(row)")
        }
        #expect(WilsonInterval(0, of: 0).upper == 1)
    }
}
