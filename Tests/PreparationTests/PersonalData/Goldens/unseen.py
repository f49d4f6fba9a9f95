"""Sentences that the rules of personal data were not made with, to measure them on: other templates, locales and negatives
than those of generate.py, labelled alike.

python3 unseen.py --seed N --set a|b --count 1500 --output FILE: the figures are in the article of experiments. Set a was run
once as it came out; set b was written after what set a had shown was mended, and run once, too.
Packages: those of generate.py.
"""

import argparse
import json
import pathlib
import random
import re

from faker import Faker

from values import Values

LOCALES = {"a": ("pl_PL", "pt_BR", "sv_SE", "cs_CZ", "en_AU"), "b": ("da_DK", "fi_FI", "pt_PT", "en_IN", "hu_HU")}

# What people call a number, by its type.
WORDS = {
    "US_SSN": ["SSN", "Social Security no."], "US_ITIN": ["ITIN"], "UK_NHS": ["NHS No"], "UK_NINO": ["NI number", "National Insurance No."],
    "DE_TAX_ID": ["Steuer-IdNr.", "steuerliche Identifikationsnummer"], "FR_NIR": ["n° de sécurité sociale"], "ES_NIF": ["DNI"], "ES_NIE": ["NIE"],
    "IT_FISCAL_CODE": ["cod. fiscale", "codice fiscale"], "PL_PESEL": ["nr PESEL", "PESEL"], "NL_BSN": ["BSN-nummer", "BSN"],
    "BE_NATIONAL_NUMBER": ["rijksregisternr.", "numéro de registre national"], "SE_PERSONNUMMER": ["personnr", "personnummer"],
    "NO_FODSELSNUMMER": ["fødselsnr.", "fødselsnummer"], "DK_CPR": ["CPR-nr.", "CPR"], "FI_PERSONAL_IDENTITY_CODE": ["henkilötunnus", "hetu"],
    "CH_AHV": ["AHV-Nr.", "no AVS"], "PT_NIF": ["NIF", "n.º de contribuinte"], "IE_PPSN": ["PPSN", "PPS no."], "CZ_RODNE_CISLO": ["rodné číslo", "RČ"],
    "RO_CNP": ["CNP", "cod numeric personal"], "BG_EGN": ["ЕГН", "EGN"], "TR_NATIONAL_ID": ["T.C. kimlik numarası"], "BR_CPF": ["CPF", "CPF nº"],
    "CL_RUT": ["RUT"], "AR_CUIT": ["CUIT", "CUIL"], "MX_CURP": ["CURP"], "CA_SIN": ["SIN", "social insurance no."], "IN_AADHAAR": ["Aadhaar no.", "Aadhar"],
    "IN_PAN": ["PAN"], "CN_RESIDENT_ID": ["身份证号"], "KR_RRN": ["주민번호", "주민등록번호"], "JP_MY_NUMBER": ["個人番号", "マイナンバー"], "SG_NRIC_FIN": ["NRIC"],
    "TH_TNIN": ["เลขประจำตัวประชาชน", "Thai ID card"], "IL_ID_NUMBER": ["ת.ז.", "Israeli ID"], "ZA_ID_NUMBER": ["SA ID number", "RSA ID"],
    "AU_TFN": ["TFN"], "AU_MEDICARE": ["Medicare no."],
}

SETS = {
    "a": {
        "NATIONAL": [
            "hiya, quick one - ive moved house and my WORD is VALUE, need anything else?", "Applicant's WORD on file: VALUE (verified)",
            "re: payroll / WORD VALUE", "We could not match WORD VALUE with any record.", "{\"field\": \"WORD\", \"value\": \"VALUE\"}",
            "Why do you ask for my WORD? It's VALUE and nobody needed it before!", "1) WORD - VALUE\n2) date of issue - unknown",
            "WORD=VALUE;status=open", "As agreed on the phone I send you the WORD of my son: VALUE.",
        ],
        "PHONE_NUMBER": [
            "ring the office first ({{PHONE_NATIONAL}}) and then me", "tlf. {{PHONE_NATIONAL}}", "Call-back wanted: {{PHONE_INTERNATIONAL}}, mornings only",
            "SMS to {{PHONE_INTERNATIONAL}} bounced twice", "Kom. {{PHONE_NATIONAL}}, prosze dzwonic", "whats app me: {{PHONE_INTERNATIONAL}}",
            "my cell's {{PHONE_US}} btw", "{\"phone\": \"{{PHONE_INTERNATIONAL}}\"}", "Emergency contact - {{PERSON}}, mobile no. {{PHONE_NATIONAL}}",
            "the courier rang from {{PHONE_INTERNATIONAL}} and hung up", "Telefone para contato: {{PHONE_NATIONAL}}", "Tel./Fax: {{PHONE_NATIONAL}}",
        ],
        "EMAIL_ADDRESS": ["cc {{EMAIL_ADDRESS}} next time", "From: {{EMAIL_ADDRESS}}\nSubject: invoice", "{{EMAIL_ADDRESS}} never got the link", "user={{EMAIL_ADDRESS}}&ok=1"],
        "CREDIT_CARD": ["the number on the front reads {{CREDIT_CARD}}", "Charged to {{CREDIT_CARD}} again??", "pan={{CREDIT_CARD}} exp=0929", "mc {{CREDIT_CARD}}, please refund"],
        "IBAN_CODE": ["Refund goes to {{IBAN_CODE}} (joint account)", "acct {{IBAN_CODE}}", "Konto: {{IBAN_CODE}}", "beneficiary_iban: {{IBAN_CODE}}"],
        "IP_ADDRESS": ["sshd: failed password from {{IP_ADDRESS}} port 52011", "blocked {{IP_ADDRESS}}, please whitelist", "x-forwarded-for: {{IP_ADDRESS}}"],
        "MAC_ADDRESS": ["router label says {{MAC_ADDRESS}}", "lease for {{MAC_ADDRESS}} expired"],
        "CRYPTO": ["I sent it to {{CRYPTO}} by mistake", "payout address={{CRYPTO}}"],
        "URL": ["curl '{{URL}}' returns 403", "shared this with the vendor: {{URL}}"],
        "SECRET": ["export API_TOKEN={{SECRET_KEY}}", "oops I pasted {{SECRET_KEY}} in the channel", "password: {{SECRET_PASSWORD}}"],
        "PERSON": ["Mr {{PERSON}} asked for a copy.", "Dear {{PERSON}},\nthank you for your letter.", "My name is {{PERSON}} and I want to cancel.", "Regards,\n{{PERSON}}"],
        "DATE_OF_BIRTH": ["date of birth {{DATE_OF_BIRTH}}", "born on {{DATE_OF_BIRTH}} in Gdynia", "DOB: {{DATE_OF_BIRTH}}"],
        "NONE": [
            "Parcel {d}{d}{d}{d} {d}{d}{d}{d} {d}{d}{d}{d} left the depot at {d}{d}:{d}{d}.", "Order no. {D}-{d}{d}{d}{d}{d}{d}{d}-{d}{d}{d}{d}{d}{d}{d} is late",
            "ticket #{D}{d}{d}{d}{d}{d}{d}{d} closed", "Total: EUR {D}.{d}{d}{d}.{d}{d}{d},{d}{d} incl. VAT", "build {D}.{d}{d}.{d}{d}{d}{d} crashes, {D}.{d}.{d} does not",
            "The meeting is 2026-0{D}-1{d} at 14:{d}{d}, room {D}{d}{d}.", "ISBN 978-{d}-{d}{d}{d}-{d}{d}{d}{d}{d}-{d}", "sha1 {h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}",
            "uuid {h}{h}{h}{h}{h}{h}{h}{h}-{h}{h}{h}{h}-4{h}{h}{h}-a{h}{h}{h}-{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}", "population {D}{d} {d}{d}{d} {d}{d}{d} in 2019",
            "We sold {D},{d}{d}{d},{d}{d}{d} units at {D}{d}.{d}{d} each.", "The part number is {L}{L}{d}{d}{d}{d}{d}-{d}{d}.", "score 1{d}-{d}, attendance {D}{d} {d}{d}{d}",
            "at pixel ({D}{d}{d}, {D}{d}{d}) the value is {D}.{d}{d}{d}{d}{d}{d}", "Flight {L}{L}{d}{d}{d}{d} on gate {L}{d}{d}, seat {D}{d}C", "unix time 17{d}{d}{d}{d}{d}{d}{d}{d} in the log",
            "lat 5{d}.{d}{d}{d}{d}{d}{d} lon 1{d}.{d}{d}{d}{d}{d}{d}", "See paragraphs {D}.{d}.{d} to {D}.{d}.{d}{d} of the rules.", "serial {L}{d}{d}{L}{d}{d}{d}{d}{L}{d}",
            "the article 0{d}-{d}{d}{d}-{d}{d} is out of stock", "The recipe takes 250 g of flour, 3 eggs and 1/2 l of milk.",
        ],
    },
    "b": {
        "NATIONAL": [
            "Hello team,\nplease add WORD VALUE to the dossier.\nThanks", "| WORD | VALUE |", "is VALUE a valid WORD or did I mistype it", "Hi! You wanted the WORD again: VALUE. Anything else?",
            "<td>WORD</td><td>VALUE</td>", "New hire form > WORD > VALUE", "My wife has WORD VALUE, mine I will send tomorrow.", "- WORD: VALUE (from the scan)",
            "The clerk typed WORD VALUE into the wrong box.",
        ],
        "PHONE_NUMBER": [
            "Best reached at {{PHONE_INTERNATIONAL}} between 9 and 5.", "| Telephone | {{PHONE_NATIONAL}} |", "Doorbell is broken, call {{PHONE_NATIONAL}} when you are there.",
            "sig: J. / {{PHONE_INTERNATIONAL}} / {{EMAIL_ADDRESS}}", "Mobil: {{PHONE_NATIONAL}}", "puh. {{PHONE_NATIONAL}}", "Is {{PHONE_INTERNATIONAL}} one of your numbers?",
            "They want a text to {{PHONE_US}}, not a call.", "Her landline, {{PHONE_NATIONAL}}, has been dead since Monday.", "<a href=\"tel:{{PHONE_INTERNATIONAL}}\">",
            "Telefonszám: {{PHONE_NATIONAL}}", "hotline {{PHONE_INTERNATIONAL}} keeps ringing",
        ],
        "EMAIL_ADDRESS": ["forwarded by {{EMAIL_ADDRESS}} yesterday", "Reply-To: <{{EMAIL_ADDRESS}}>", "both {{EMAIL_ADDRESS}} and {{EMAIL_ADDRESS}} are on the list", "(mailto:{{EMAIL_ADDRESS}})"],
        "CREDIT_CARD": ["Subscription renews on {{CREDIT_CARD}}, stop it.", "| Card | {{CREDIT_CARD}} |", "lost my wallet, the card was {{CREDIT_CARD}}", "last used: {{CREDIT_CARD}}"],
        "IBAN_CODE": ["Please wire 40 to {{IBAN_CODE}}.", "IBAN {{IBAN_CODE}}, BIC below", "| account | {{IBAN_CODE}} |", "salary -> {{IBAN_CODE}}"],
        "IP_ADDRESS": ["dig says {{IP_ADDRESS}} for the host", "denied: {{IP_ADDRESS}} (rule 7)", "client_ip={{IP_ADDRESS}}"],
        "MAC_ADDRESS": ["the printer's hardware address is {{MAC_ADDRESS}}", "arp: {{MAC_ADDRESS}} seen twice"],
        "CRYPTO": ["donations: {{CRYPTO}}", "the exchange froze {{CRYPTO}}"],
        "URL": ["webhook set to {{URL}}", "wget {{URL}} works from home"],
        "SECRET": ["the CI log shows {{SECRET_KEY}}", "token: {{SECRET_KEY}}", "Wi-Fi password: {{SECRET_PASSWORD}}"],
        "PERSON": ["Ms {{PERSON}} signed for the parcel.", "I am {{PERSON}} from unit 4.", "Hi {{PERSON}}, any news?", "Kind regards\n{{PERSON}}"],
        "DATE_OF_BIRTH": ["Date of birth: {{DATE_OF_BIRTH}}", "she was born {{DATE_OF_BIRTH}}", "| DOB | {{DATE_OF_BIRTH}} |"],
        "NONE": [
            "Invoice {D}{d}{d}{d}{d}{d}{d}{d}{d} of March is paid.", "Tracking: 1Z{d}{d}{d}{L}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}", "Meter reading {d}{d}{d}{d}{d}{d},{d} on 3 May",
            "rev {h}{h}{h}{h}{h}{h}{h} of the branch", "Java {D}{d}.0.{d}{d} on Ubuntu 2{d}.04", "Budget: {D} {d}{d}{d} {d}{d}{d} kr over {d}{d} months", "It weighs {D}.{d}{d}{d} kg and costs \u20ac{D},{d}{d}{d}.",
            "Train RE {D}{d}{d}{d} leaves platform {D}{d} at {D}:{d}{d}", "EAN {D}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}{d}", "Results 2{d}:1{d}, 1{d}:2{d} and 2{d}:2{d}.", "Case number {d}{d}/{d}{d}{d}{d}{d}/20{d}{d}",
            "md5 {h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}{h}", "Contract C-{d}{d}{d}{d}-{d}{d}{d}{d}-{d}{d} ends in June.", "the years 1{d}{d}{d}-1{d}{d}{d}",
            "loss 0.{d}{d}{d}{d}{d}{d}{d}{d} at step {D}{d}{d}{d}{d}{d}{d}", "{D}{d}{d} of {D},{d}{d}{d} rows failed", "SKU {d}{d}{d}{d}{d}{d}-{L}{L}", "2026-05-{d}{d}T{d}{d}:{d}{d}:{d}{d}.{d}{d}{d}Z GET /v{D}/items", "Bolt M{D}x{d}{d}, DIN {d}{d}{d}{d}",
            "The clock stopped at quarter past four on a Tuesday.",
        ],
    },
}


class Sentences:
    def __init__(self, seed, name):
        self.values = Values(seed)
        self.random = random.Random(seed + 7)
        self.locals = []
        for locale in LOCALES[name]:
            self.locals.append(Faker(locale))
            self.locals[-1].seed_instance(seed)
        self.set = SETS[name]

    def value(self, name):
        values, local = self.values, self.random.choice(self.locals)
        kinds = {
            "EMAIL_ADDRESS": local.email, "PHONE_INTERNATIONAL": values.international_phone, "PHONE_NATIONAL": values.national_phone,
            "PHONE_US": values.faker.phone_number, "CREDIT_CARD": values.card, "IBAN_CODE": values.iban, "IP_ADDRESS": values.ip,
            "MAC_ADDRESS": values.mac, "CRYPTO": values.crypto, "URL": values.url, "DATE_OF_BIRTH": values.birth, "SECRET_KEY": values.key,
            "SECRET_PASSWORD": values.password, "PERSON": lambda: f"{local.first_name()} {local.last_name()}",
        }
        kind = "PHONE_NUMBER" if name.startswith("PHONE") else "SECRET" if name.startswith("SECRET") else name
        return (kinds[name]() if name in kinds else values.national(name)), kind

    def fill(self, template):
        text, spans, end = "", [], 0
        for match in re.finditer(r"\{\{(\w+)\}\}", template):
            text += template[end:match.start()]
            end = match.end()
            value, kind = self.value(match[1])
            start = len(text.encode())
            text += value
            spans.append([start, len(text.encode()), kind])
        return [text + template[end:], spans]

    def negative(self):
        marks = {"d": "0123456789", "D": "123456789", "h": "0123456789abcdef", "L": "ABCDEFGHKLMNPRSTUVWXYZ"}
        template = self.random.choice(self.set["NONE"])
        return [re.sub(r"\{([dDhL])\}", lambda match: self.random.choice(marks[match[1]]), template), []]

    def made(self, count):
        """A third of the sentences without any; of the others each type as often as each other, phones six times."""
        kinds = sorted(WORDS) + ["PHONE_NUMBER"] * 6 + sorted(set(self.set) - {"NATIONAL", "PHONE_NUMBER", "NONE"})
        for number in range(count):
            if number % 3 == 2:
                yield self.negative()
                continue
            kind = kinds[number * 2 // 3 % len(kinds)]
            if kind in WORDS:
                template = self.random.choice(self.set["NATIONAL"]).replace("WORD", self.random.choice(WORDS[kind]))
                yield self.fill(template.replace("VALUE", "{{" + kind + "}}"))
            else:
                yield self.fill(self.random.choice(self.set[kind]))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--set", choices=sorted(SETS), required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--output", required=True)
    options = arguments.parse_args()
    made = Sentences(options.seed, options.set).made(options.count)
    pathlib.Path(options.output).write_text(json.dumps(list(made), ensure_ascii=False), encoding="utf-8")


main()
