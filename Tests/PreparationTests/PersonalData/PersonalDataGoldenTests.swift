// Recall and precision on 2,600 generated sentences, and the checks of numbers against the packages'
// verdicts.

import Preparation
import Testing

@Suite struct PersonalDataGoldenTests {
    private let cleaner = PersonalDataCleaner()

    @Test("structured types reach recall and precision of 0.98, each single type 0.9, telephone numbers 0.95")
    func detection() throws {
        let sentences = try PersonalDataGoldens.sentences.get()
        var table = DetectionTable()
        for sentence in sentences { table.add(sentence, found: cleaner.spans(in: sentence.text)) }
        #expect(sentences.count == 2600)
        let all = table.structured
        #expect(all.found + all.missed > 1800)
        #expect(all.recall >= 0.98 && all.precision >= 0.98, "\(all) \(table.errors)")
        for (type, counts) in table.counts where type.isStructured {
            #expect(counts.recall >= 0.9 && counts.precision >= 0.9, "\(type) \(counts)")
        }
        #expect(Set(table.counts.keys) == Set.all)
        let phones = try #require(table.counts[.phoneNumber])
        #expect(phones.found + phones.missed > 150 && phones.recall >= 0.95)
    }

    /// Words that name the number of a type, so that its check alone decides.
    private static let labels: [String: String] = [
        "UK_NHS": "NHS number", "DE_TAX_ID": "Steuer-ID", "FR_NIR": "NIR", "ES_NIF": "DNI", "ES_NIE": "NIE",
        "IT_FISCAL_CODE": "codice fiscale", "PL_PESEL": "PESEL", "NL_BSN": "BSN",
        "BE_NATIONAL_NUMBER": "rijksregisternummer", "NO_FODSELSNUMMER": "fødselsnummer",
        "FI_PERSONAL_IDENTITY_CODE": "HETU", "CH_AHV": "AHV-Nummer", "PT_NIF": "contribuinte",
        "IE_PPSN": "PPSN",
        "CZ_RODNE_CISLO": "rodné číslo", "RO_CNP": "CNP", "BG_EGN": "EGN", "TR_NATIONAL_ID": "Kimlik",
        "BR_CPF": "CPF", "CL_RUT": "RUT", "AR_CUIT": "CUIT", "MX_CURP": "CURP", "CA_SIN": "SIN",
        "IN_AADHAAR": "Aadhaar", "CN_RESIDENT_ID": "身份证号码", "KR_RRN": "주민등록번호",
        "JP_MY_NUMBER": "マイナンバー", "TH_TNIN": "Thai ID", "IL_ID_NUMBER": "Teudat Zehut", "AU_TFN": "TFN",
    ]

    @Test("a number is of a national type where python-stdnum takes it for valid, and nowhere else")
    func nationalChecks() throws {
        let golden = try PersonalDataGoldens.checks.get().national
        #expect(golden.count { $0.isValid } == 360 && golden.count { !$0.isValid } > 250)
        for number in golden {
            let label = try #require(Self.labels[number.type])
            let found = cleaner.spans(in: "\(label): \(number.text)").contains {
                $0.type.rawValue == number.type
            }
            #expect(found == number.isValid, "\(number.type) \(number.text)")
        }
    }

    @Test("telephone numbers of every region and account numbers of every country are found without a word")
    func plansAndRegistry() throws {
        let golden = try PersonalDataGoldens.checks.get()
        #expect(golden.phones.count > 480 && golden.accounts.count == 150)
        for phone in golden.phones {
            #expect(cleaner.spans(in: "Send \(phone) a copy.").map(\.type) == [.phoneNumber], "\(phone)")
        }
        for account in golden.accounts {
            #expect(cleaner.spans(in: "Send \(account) a copy.").map(\.type) == [.iban], "\(account)")
            guard let last = account.last, last.isNumber else { continue }
            let changed = account.dropLast() + (last == "9" ? "8" : "9")
            #expect(!cleaner.spans(in: "Send \(changed) a copy.").contains { $0.type == .iban }, "\(changed)")
        }
    }
}
