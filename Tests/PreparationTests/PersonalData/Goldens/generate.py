"""Makes sentences with personal data, each with the offsets of its UTF-8 bytes and types, for PersonalDataGoldenTests.

The goldens: python3 generate.py --seed 11 --templates own --count 1100 --output sentences.json.gz
A set to measure on: other seeds, and `--templates presidio`, whose sentences and labels come from packages.
Packages: presidio-evaluator 0.3.2, phonenumbers 9.0.43, python-stdnum 2.2, schwifty 2026.10.1, Faker 40.63.0.
"""

import argparse
import ast
import gzip
import importlib
import json
import pathlib
import random
import re

import presidio_analyzer
import presidio_evaluator
from presidio_evaluator.data_generator.faker_extensions import providers

from templates import BARE, LABELS, NEGATIVES, TEMPLATES
from values import Values

STDNUM = {
    "US_SSN": "us.ssn", "US_ITIN": "us.itin", "UK_NHS": "gb.nhs", "DE_TAX_ID": "de.idnr", "FR_NIR": "fr.nir", "ES_NIF": "es.dni",
    "ES_NIE": "es.nie", "IT_FISCAL_CODE": "it.codicefiscale", "PL_PESEL": "pl.pesel", "NL_BSN": "nl.bsn",
    "BE_NATIONAL_NUMBER": "be.nn", "SE_PERSONNUMMER": "se.personnummer", "NO_FODSELSNUMMER": "no.fodselsnummer", "DK_CPR": "dk.cpr",
    "FI_PERSONAL_IDENTITY_CODE": "fi.hetu", "CH_AHV": "ch.ssn", "PT_NIF": "pt.nif", "IE_PPSN": "ie.pps", "CZ_RODNE_CISLO": "cz.rc",
    "RO_CNP": "ro.cnp", "BG_EGN": "bg.egn", "TR_NATIONAL_ID": "tr.tckimlik", "BR_CPF": "br.cpf", "CL_RUT": "cl.rut",
    "AR_CUIT": "ar.cuit", "MX_CURP": "mx.curp", "CA_SIN": "ca.sin", "IN_AADHAAR": "in_.aadhaar", "IN_PAN": "in_.pan",
    "CN_RESIDENT_ID": "cn.ric", "KR_RRN": "kr.rrn", "JP_MY_NUMBER": "jp.in_", "TH_TNIN": "th.pin", "IL_ID_NUMBER": "il.idnr",
    "ZA_ID_NUMBER": "za.idnr", "AU_TFN": "au.tfn",
}


class Sentences:
    def __init__(self, seed):
        self.values = Values(seed)
        self.random = random.Random(seed + 1)
        faker = self.values.faker
        for provider in (
            providers.IpAddressProvider, providers.NationalityProvider, providers.OrganizationProvider,
            providers.UsDriverLicenseProvider, providers.AgeProvider, providers.AddressProviderNew,
            providers.PhoneNumberProviderNew, providers.ReligionProvider,
        ):
            faker.add_provider(provider)
        random.seed(seed)

    def value(self, name):
        """A value and its type; the type is None for what is no personal data by the rules, "?" for what counts neither way."""
        values, faker = self.values, self.values.faker
        own = {
            "EMAIL_ADDRESS": lambda: self.random.choice(list(values.fakers.values())).email(),
            "PHONE_INTERNATIONAL": values.international_phone, "PHONE_NATIONAL": values.national_phone, "PHONE_BARE": values.bare_phone,
            "PHONE_US": lambda: faker.phone_number(), "CREDIT_CARD": values.card, "IBAN_CODE": values.iban, "IP_ADDRESS": values.ip,
            "MAC_ADDRESS": values.mac, "CRYPTO": values.crypto, "URL": values.url, "DATE_OF_BIRTH": values.birth, "SECRET_KEY": values.key,
            "SECRET_PASSWORD": values.password, "PERSON": faker.name, "LOCATION": faker.address,
        }
        if name in own:
            kind = "PHONE_NUMBER" if name.startswith("PHONE") else "SECRET" if name.startswith("SECRET") else name
            return own[name](), kind
        if hasattr(values, "make_" + name):
            return values.national(name), name
        if name.startswith("NOT_"):
            return values.negative(name[4:].lower()), None
        presidio = {
            "phone_number": (faker.phone_number, "PHONE_NUMBER"), "credit_card_number": (faker.credit_card_number, "CREDIT_CARD"),
            "iban": (faker.iban, "IBAN_CODE"), "email": (faker.email, "EMAIL_ADDRESS"), "ip_address": (faker.ip_address, "IP_ADDRESS"),
            "ssn": (faker.ssn, "US_SSN"), "us_driver_license": (faker.us_driver_license, "US_DRIVER_LICENSE"),
            "date_of_birth": (lambda: faker.date_of_birth().strftime("%Y-%m-%d"), "DATE_OF_BIRTH"), "person": (faker.name, "PERSON"),
            "address": (faker.address, "LOCATION"), "url": (faker.url, None), "date_time": (lambda: str(faker.date_time()), None),
            "zipcode": (faker.postcode, "?"), "postcode": (faker.postcode, "?"), "street_name": (faker.street_name, "?"),
            "building_number": (faker.building_number, "?"), "secondary_address": (faker.secondary_address, "?"), "city": (faker.city, "?"),
            "state_abbr": (faker.state_abbr, "?"), "age": (lambda: str(faker.age()), None),
        }
        if name in presidio:
            make, kind = presidio[name]
            return make(), kind
        kind = "PERSON" if name in ("name", "first_name", "last_name") or name.startswith(("first_name_", "last_name_", "name_")) else None
        return str(getattr(faker, name)()), kind

    def fill(self, template):
        text, spans, end = "", [], 0
        for match in re.finditer(r"\{\{(\w+)\}\}", template):
            text += template[end:match.start()]
            end = match.end()
            value, kind = self.value(match[1])
            start = len(text.encode())
            text += value
            if kind:
                spans.append([start, len(text.encode()), kind])
        return {"text": text + template[end:], "spans": spans}


def own_sentences(sentences, count):
    """As many for each type as for each other, phones five times as many, and a third without any."""
    made = []
    kinds = sorted(LABELS) + ["PHONE_NUMBER"] * 5 + sorted(TEMPLATES)
    negatives = [template for templates in NEGATIVES for template in templates]
    while len(made) < count:
        if len(made) % 3 == 2:
            made.append(sentences.fill(sentences.random.choice(negatives)))
            continue
        kind = kinds[(len(made) * 2 // 3) % len(kinds)]
        if kind in LABELS:
            frame = sentences.random.choice(BARE if kind in ("BR_CPF", "FI_PERSONAL_IDENTITY_CODE", "IT_FISCAL_CODE", "CN_RESIDENT_ID") and sentences.random.random() < 0.2 else TEMPLATES["NATIONAL"])
            made.append(sentences.fill(frame.replace("LABEL", sentences.random.choice(LABELS[kind])).replace("VALUE", "{{" + kind + "}}")))
        elif kind != "NATIONAL":
            made.append(sentences.fill(sentences.random.choice(TEMPLATES[kind])))
        else:
            made.append(sentences.fill(sentences.random.choice(negatives)))
    return made


def presidio_templates(half):
    """The templates of the package: those of even number beside the goldens' making, those of odd number to measure on."""
    path = pathlib.Path(presidio_evaluator.__file__).parent / "data_generator/raw_data/templates.txt"
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    kept = [line for number, line in enumerate(lines) if line.strip() and (number % 2 == 0 if half == 0 else number % 2 == 1 and number > 30)]
    return [line.replace("\\n", "\n") for line in kept]


def stdnum_label(kind):
    """The first line of the module's documentation names the number: `BSN (Burgerservicenummer, the Dutch ...)`."""
    line = importlib.import_module("stdnum." + STDNUM[kind]).__doc__.strip().split("\n")[0].rstrip(".")
    return line


def context_words():
    """The words that the recognisers of presidio-analyzer 2.2.366 expect beside a number, by its type."""
    words = {}
    folder = pathlib.Path(presidio_analyzer.__file__).parent / "predefined_recognizers"
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        entity = re.search(r'supported_entity: str = "([A-Z_]+)"', text)
        context = re.search(r"CONTEXT = (\[[^\]]*\])", text)
        if entity and context:
            words[entity[1]] = ast.literal_eval(context[1])
    return words


def presidio_sentences(sentences, count, half):
    templates = presidio_templates(half)
    slots = ("{{credit_card_number}}", "{{phone_number}}", "{{ssn}}", "{{us_driver_license}}", "{{iban}}")
    slotted = [template for template in templates if any(slot in template for slot in slots)]
    made = []
    # Other words beside the numbers than in the sentences that the rules were made with.
    contexts = context_words() if half == 1 else {}
    kinds = sorted(STDNUM)
    generic = ["PHONE_INTERNATIONAL", "PHONE_NATIONAL", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO", "URL", "SECRET_KEY", "EMAIL_ADDRESS"]
    while len(made) < count:
        turn = len(made) % 4
        if turn < 2:
            template = sentences.random.choice(templates if turn == 0 else slotted)
        elif turn == 2:
            kind = kinds[len(made) // 4 % len(kinds)]
            label = sentences.random.choice(contexts[kind]) if kind in contexts else stdnum_label(kind)
            template = replaced(sentences, slotted, slots, label + sentences.random.choice((" ", ": ", " is ")) + "{{" + kind + "}}")
        elif sentences.random.random() < 0.5:
            template = replaced(sentences, slotted, slots, "{{" + sentences.random.choice(generic) + "}}")
        else:
            negative = sentences.random.choice([name for name in dir(sentences.values) if name.startswith("negative_")])[9:]
            template = sentences.random.choice([t for t in templates if "{{" not in t or "date" in t or "year" in t]) + " {{NOT_" + negative.upper() + "}}"
        made.append(sentences.fill(template))
    return made


def replaced(sentences, templates, slots, value):
    template = sentences.random.choice(templates)
    for slot in slots:
        template = template.replace(slot, value, 1)
    return template


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--templates", choices=("own", "presidio-even", "presidio-odd"), required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--output", required=True)
    options = arguments.parse_args()
    sentences = Sentences(options.seed)
    made = (
        own_sentences(sentences, options.count) if options.templates == "own"
        else presidio_sentences(sentences, options.count, 0 if options.templates == "presidio-even" else 1))
    lines = [json.dumps([one["text"], one["spans"]], ensure_ascii=False, separators=(",", ":")) for one in made]
    text = ("[\n" + ",\n".join(lines) + "\n]\n").encode()
    pathlib.Path(options.output).write_bytes(gzip.compress(text, 9, mtime=0) if options.output.endswith(".gz") else text)


main()
