"""Valid values of each type of personal data, made with the packages phonenumbers, python-stdnum, schwifty and faker,
and numbers that look like them and are none."""

import hashlib
import random
import string

import phonenumbers
from faker import Faker
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from schwifty import IBAN
from stdnum import bitcoin, isbn, luhn
from stdnum.ar import cuit
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.il import idnr as israeli
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn
from stdnum.za import idnr as south_african


class Values:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.fakers = {}
        for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL"):
            self.fakers[locale] = Faker(locale)
            self.fakers[locale].seed_instance(self.random.randrange(1 << 30))
        self.faker = self.fakers["en_US"]
        self.regions = sorted(phonenumbers.SUPPORTED_REGIONS)

    def digits(self, count):
        return "".join(self.random.choice(string.digits) for _ in range(count))

    def letters(self, count):
        return "".join(self.random.choice(string.ascii_uppercase) for _ in range(count))

    def date(self, form):
        return self.faker.date_of_birth(minimum_age=18, maximum_age=90).strftime(form)

    def completed(self, module, make, alphabet=string.digits, unknown=1):
        """A number whose last characters are tried until the module of stdnum accepts it."""
        while True:
            base = make()
            tails = [""]
            for _ in range(unknown):
                tails = [tail + character for tail in tails for character in alphabet]
            self.random.shuffle(tails)
            for tail in tails:
                if module.is_valid(base + tail):
                    return base + tail

    def grouped(self, number, sizes, separators):
        separator = self.random.choice(separators)
        parts, place = [], 0
        for size in sizes:
            parts.append(number[place:place + size])
            place += size
        return separator.join(parts)

    # Telephone numbers

    def valid_phone(self, region=None):
        """A valid number of a region: its example with other last digits."""
        while True:
            code = region or self.random.choice(self.regions)
            kind = self.random.choice((PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE))
            example = phonenumbers.example_number_for_type(code, kind)
            if example is None:
                continue
            text = str(example.national_number)
            for _ in range(50):
                number = phonenumbers.PhoneNumber(
                    country_code=example.country_code,
                    national_number=int(text[:-4] + self.digits(4)),
                    italian_leading_zero=example.italian_leading_zero)
                if phonenumbers.is_valid_number(number):
                    return number

    def noisy(self, text):
        """Other separators than the usual ones, each with a small chance."""
        chance = self.random.random()
        if chance < 0.1:
            return text.replace(" ", "-")
        if chance < 0.2:
            return text.replace(" ", ".").replace("-", ".")
        if chance < 0.25:
            return text.replace(" ", "\u00a0")
        if chance < 0.3:
            return text.replace("-", " ")
        if chance < 0.33:
            return text.replace("-", "\u2011")
        return text

    def international_phone(self):
        number = self.valid_phone()
        form = self.random.choice((PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.INTERNATIONAL))
        text = self.noisy(phonenumbers.format_number(number, form))
        if self.random.random() < 0.1:
            text = "00" + text[1:]
        return text

    def national_phone(self):
        return self.noisy(phonenumbers.format_number(self.valid_phone(), PhoneNumberFormat.NATIONAL))

    def bare_phone(self):
        text = phonenumbers.format_number(self.valid_phone(), PhoneNumberFormat.NATIONAL)
        return "".join(c for c in text if c.isdigit())

    # Accounts and machines

    def card(self):
        kind = self.random.choice(
            ("visa16", "visa16", "visa13", "visa19", "mastercard", "mastercard", "amex", "discover", "jcb16", "diners", "maestro"))
        number = self.faker.credit_card_number(card_type=kind)
        if len(number) == 16 and self.random.random() < 0.5:
            return self.grouped(number, (4, 4, 4, 4), (" ", "-", " "))
        if len(number) == 15 and self.random.random() < 0.5:
            return self.grouped(number, (4, 6, 5), (" ", "-"))
        return number

    def iban(self):
        account = IBAN.random(random=self.random)
        text = account.compact
        chance = self.random.random()
        if chance < 0.4:
            return account.formatted
        if chance < 0.5:
            return account.formatted.replace(" ", "-")
        return text

    def ip(self):
        return self.faker.ipv6() if self.random.random() < 0.3 else self.faker.ipv4()

    def mac(self):
        text = self.faker.mac_address()
        chance = self.random.random()
        if chance < 0.3:
            return text.upper().replace(":", "-")
        return text.upper() if chance < 0.6 else text

    def crypto(self):
        chance = self.random.random()
        if chance < 0.3:
            return "0x" + "".join(self.random.choice("0123456789abcdefABCDEF") for _ in range(40))
        if chance < 0.6:
            return self.bech32(bytes(self.random.randrange(256) for _ in range(20)))
        body = bytes([self.random.choice((0, 5))]) + bytes(self.random.randrange(256) for _ in range(20))
        body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
        alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        value, text = int.from_bytes(body, "big"), ""
        while value:
            value, digit = divmod(value, 58)
            text = alphabet[digit] + text
        text = "1" * (len(body) - len(body.lstrip(b"\0"))) + text
        assert bitcoin.is_valid(text)
        return text

    def bech32(self, program):
        bits = "".join(f"{byte:08b}" for byte in program)
        data = [0] + [int(bits[place:place + 5], 2) for place in range(0, len(bits), 5)]

        def polymod(values):
            check = 1
            for value in values:
                top = check >> 25
                check = (check & 0x1FFFFFF) << 5 ^ value
                for index, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                    check ^= generator if top >> index & 1 else 0
            return check

        check = polymod([3, 3, 0, 2, 3] + data + [0] * 6) ^ 1
        data += [check >> 5 * (5 - index) & 31 for index in range(6)]
        text = "bc1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[value] for value in data)
        assert bitcoin.is_valid(text)
        return text

    def token(self, count, alphabet=string.ascii_letters + string.digits):
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def key(self):
        """A key with a provider's prefix."""
        urlsafe = string.ascii_letters + string.digits + "-_"
        return self.random.choice((
            lambda: "AKIA" + self.token(16, string.ascii_uppercase + string.digits),
            lambda: "ghp_" + self.token(36),
            lambda: "sk-" + self.token(48),
            lambda: "sk_live_" + self.token(24),
            lambda: "xoxb-" + self.digits(12) + "-" + self.digits(12) + "-" + self.token(24),
            lambda: "AIza" + self.token(35, urlsafe[:-2]),
            lambda: "glpat-" + self.token(20),
            lambda: "hf_" + self.token(34),
            lambda: "eyJhbGciOiJIUzI1NiJ9.eyJ" + self.token(40) + "." + self.token(43, urlsafe[:-2]),
        ))()

    def password(self):
        return self.faker.password(length=self.random.randrange(8, 20), special_chars=False) + self.digits(1)

    def url(self):
        host = self.faker.domain_name()
        return self.random.choice((
            lambda: f"https://{self.faker.user_name()}:{self.password()}@{host}/repository.git",
            lambda: f"https://{host}/callback?access_token={self.token(32)}",
            lambda: f"https://api.{host}/v1/items?limit=10&api_key={self.token(24)}",
            lambda: f"https://{host}/reset?user=7&token={self.token(20)}",
            lambda: f"postgres://{self.faker.user_name()}:{self.password()}@{host}:5432/main",
        ))()

    def birth(self):
        return self.date(self.random.choice(
            ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%B %d, %Y", "%d %B %Y", "%d %b %Y", "%m/%d/%y")))

    # National numbers

    def national(self, kind):
        return getattr(self, "make_" + kind)()

    def make_US_SSN(self):
        while True:
            number = self.digits(9)
            if ssn.is_valid(number):
                return self.grouped(number, (3, 2, 4), ("-", "-", "-", " ", ""))

    def make_US_ITIN(self):
        while True:
            number = "9" + self.digits(8)
            if itin.is_valid(number):
                return self.grouped(number, (3, 2, 4), ("-", "-", ""))

    def make_US_PASSPORT(self):
        return self.random.choice((self.digits(9), self.letters(1) + self.digits(8)))

    def make_US_DRIVER_LICENSE(self):
        return self.letters(1) + self.digits(self.random.choice((7, 8, 12)))

    def make_UK_NHS(self):
        number = self.completed(nhs, lambda: self.random.choice("4679") + self.digits(8))
        return self.grouped(number, (3, 3, 4), (" ", " ", "-", ""))

    def make_UK_NINO(self):
        first = self.random.choice("ABCEGHJKLMNOPRSTWXYZ")
        second = self.random.choice("ABCEGHJKLMNPRSTWXYZ")
        if first + second in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
            return self.make_UK_NINO()
        number = first + second + self.digits(6) + self.random.choice("ABCD")
        return self.grouped(number, (2, 2, 2, 2, 1), (" ", ""))

    def make_DE_TAX_ID(self):
        def base():
            places = list(self.random.sample(string.digits, 9))
            places.insert(self.random.randrange(9), self.random.choice(places))
            return "".join(places)
        return self.grouped(self.completed(idnr, base), (2, 3, 3, 3), (" ", ""))

    def make_FR_NIR(self):
        number = self.completed(
            nir, lambda: self.random.choice("12") + self.date("%y%m") + f"{self.random.randrange(1, 96):02d}" + self.digits(6),
            unknown=2)
        return self.grouped(number, (1, 2, 2, 2, 3, 3, 2), (" ", ""))

    def make_ES_NIF(self):
        number = self.completed(dni, lambda: self.digits(8), string.ascii_uppercase)
        return self.random.choice((number, number, number[:8] + "-" + number[8]))

    def make_ES_NIE(self):
        number = self.completed(nie, lambda: self.random.choice("XYZ") + self.digits(7), string.ascii_uppercase)
        return self.random.choice((number, number[0] + "-" + number[1:8] + "-" + number[8]))

    def make_IT_FISCAL_CODE(self):
        return self.completed(
            codicefiscale,
            lambda: "".join(self.random.choice("BCDFGLMNPRSTV") for _ in range(6)) + self.date("%y")
            + self.random.choice("ABCDEHLMPRST") + f"{self.random.randrange(1, 29):02d}"
            + self.random.choice("ABCDEFGHL") + f"{self.random.randrange(100, 900)}", string.ascii_uppercase)

    def make_PL_PESEL(self):
        return self.completed(pesel, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + self.digits(4))

    def make_NL_BSN(self):
        return self.grouped(self.completed(bsn, lambda: self.random.choice("123456789") + self.digits(7)), (4, 2, 3), (".", "", ""))

    def make_BE_NATIONAL_NUMBER(self):
        number = self.completed(
            nn, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + f"{self.random.randrange(1, 998):03d}",
            unknown=2)
        if self.random.random() < 0.6:
            return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
        return number

    def make_SE_PERSONNUMMER(self):
        number = self.completed(personnummer, lambda: self.faker.date_of_birth(minimum_age=20, maximum_age=90).strftime("%y%m%d") + "-" + self.digits(3))
        return self.random.choice((number, number, number.replace("-", "")))

    def make_NO_FODSELSNUMMER(self):
        number = self.completed(
            fodselsnummer, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=80).strftime("%d%m%y") + f"{self.random.randrange(500):03d}",
            unknown=2)
        return self.grouped(number, (6, 5), (" ", ""))

    def make_DK_CPR(self):
        while True:
            number = self.faker.date_of_birth(minimum_age=30, maximum_age=80).strftime("%d%m%y") + self.digits(4)
            if cpr.is_valid(number):
                return self.grouped(number, (6, 4), ("-", "-", ""))

    def make_FI_PERSONAL_IDENTITY_CODE(self):
        return self.completed(
            hetu, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%d%m%y") + "-" + f"{self.random.randrange(2, 899):03d}",
            "0123456789ABCDEFHJKLMNPRSTUVWXY")

    def make_CH_AHV(self):
        number = self.completed(ahv, lambda: "756" + self.digits(9))
        return self.random.choice((ahv.format(number), number))

    def make_PT_NIF(self):
        return self.grouped(self.completed(nif, lambda: self.random.choice("123") + self.digits(7)), (3, 3, 3), (" ", "", ""))

    def make_IE_PPSN(self):
        return self.completed(pps, lambda: self.digits(7), string.ascii_uppercase)

    def make_CZ_RODNE_CISLO(self):
        number = self.completed(rc, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=60).strftime("%y%m%d") + self.digits(3))
        return number[:6] + self.random.choice(("/", "/", "")) + number[6:]

    def make_RO_CNP(self):
        return self.completed(cnp, lambda: self.random.choice("12") + self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + f"{self.random.randrange(1, 41):02d}" + f"{self.random.randrange(1, 999):03d}")

    def make_BG_EGN(self):
        return self.completed(egn, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + self.digits(3))

    def make_TR_NATIONAL_ID(self):
        return self.completed(tckimlik, lambda: self.random.choice("123456789") + self.digits(8), unknown=2)

    def make_BR_CPF(self):
        number = self.completed(cpf, lambda: self.digits(9), unknown=2)
        return self.random.choice((cpf.format(number), cpf.format(number), number))

    def make_CL_RUT(self):
        number = self.completed(rut, lambda: self.random.choice("12") + self.digits(7), "0123456789K")
        return self.random.choice((rut.format(number), number[:-1] + "-" + number[-1]))

    def make_AR_CUIT(self):
        number = self.completed(cuit, lambda: self.random.choice(("20", "27", "23")) + self.digits(8))
        return self.random.choice((cuit.format(number), number))

    def make_MX_CURP(self):
        while True:
            base = (self.letters(1) + self.random.choice("AEIOU") + self.letters(2) + self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d")
                    + self.random.choice("HM") + self.random.choice(("AS", "BC", "DF", "JC", "NL", "PL", "VZ"))
                    + "".join(self.random.choice("BCDFGHJKLMNP") for _ in range(3)) + self.digits(1))
            for digit in string.digits:
                if curp.is_valid(base + digit):
                    return base + digit

    def make_CA_SIN(self):
        return self.grouped(self.completed(sin, lambda: self.random.choice("1234567") + self.digits(7)), (3, 3, 3), (" ", "-", ""))

    def make_IN_AADHAAR(self):
        return self.grouped(self.completed(aadhaar, lambda: self.random.choice("23456789") + self.digits(10)), (4, 4, 4), (" ", " ", ""))

    def make_IN_PAN(self):
        while True:
            number = self.letters(3) + "P" + self.letters(1) + self.digits(4) + self.letters(1)
            if pan.is_valid(number):
                return number

    def make_CN_RESIDENT_ID(self):
        return self.completed(
            ric, lambda: self.random.choice(("110105", "310101", "440305", "510104", "330106")) + self.date("%Y%m%d") + self.digits(3), "0123456789X")

    def make_KR_RRN(self):
        number = self.completed(rrn, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + self.random.choice("12") + f"{self.random.randrange(0, 90):02d}" + self.digits(3))
        return self.random.choice((number[:6] + "-" + number[6:], number))

    def make_JP_MY_NUMBER(self):
        return self.grouped(self.completed(my_number, lambda: self.digits(11)), (4, 4, 4), (" ", ""))

    def make_SG_NRIC_FIN(self):
        weights = (2, 7, 6, 5, 4, 3, 2)
        first, digits = self.random.choice("STFG"), self.digits(7)
        total = sum(int(digit) * weight for digit, weight in zip(digits, weights)) + (4 if first in "TG" else 0)
        return first + digits + ("JZIHGFEDCBA" if first in "ST" else "XWUTRQPNMLK")[total % 11]

    def make_TH_TNIN(self):
        number = self.completed(pin, lambda: self.random.choice("12345678") + self.digits(11))
        return self.random.choice((pin.format(number), number))

    def make_IL_ID_NUMBER(self):
        return self.completed(israeli, lambda: self.random.choice("0123") + self.digits(7))

    def make_ZA_ID_NUMBER(self):
        return self.completed(south_african, lambda: self.faker.date_of_birth(minimum_age=30, maximum_age=90).strftime("%y%m%d") + self.digits(4) + self.random.choice("01") + "8")

    def make_AU_TFN(self):
        return self.grouped(self.completed(tfn, lambda: self.random.choice("123456789") + self.digits(7)), (3, 3, 3), (" ", ""))

    def make_AU_MEDICARE(self):
        number = self.random.choice("23456") + self.digits(7)
        check = sum(int(digit) * weight for digit, weight in zip(number, (1, 3, 7, 9, 1, 3, 7, 9))) % 10
        return self.grouped(number + str(check) + self.random.choice("123456789"), (4, 5, 1), (" ", ""))

    # What is no personal data

    def negative(self, kind):
        return getattr(self, "negative_" + kind)()

    def negative_order(self):
        return self.random.choice((
            self.digits(8), self.digits(9), self.digits(10), self.digits(11), self.digits(12),
            f"{self.digits(3)}-{self.digits(7)}-{self.digits(7)}", f"{self.letters(2)}-{self.digits(6)}", f"2024-{self.digits(5)}"))

    def negative_isbn(self):
        number = self.random.choice((self.faker.isbn13(), self.faker.isbn10()))
        return self.random.choice((number, isbn.format(number.replace("-", ""))))

    def negative_price(self):
        return self.random.choice((
            f"${self.random.randrange(1, 5000)}.{self.digits(2)}", f"€{self.random.randrange(1, 999)},{self.digits(2)}",
            f"${self.random.randrange(1, 999)},{self.digits(3)},{self.digits(3)}", f"{self.random.randrange(10, 999)}.{self.digits(3)},{self.digits(2)} EUR"))

    def negative_version(self):
        return self.random.choice((
            f"{self.random.randrange(30)}.{self.random.randrange(30)}.{self.random.randrange(30)}",
            f"v{self.random.randrange(30)}.{self.random.randrange(30)}.{self.random.randrange(300)}.{self.random.randrange(30)}",
            f"v{self.random.randrange(9)}.{self.random.randrange(30)}.{self.random.randrange(30)}-rc{self.random.randrange(9)}"))

    def negative_date(self):
        return self.date(self.random.choice(("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%B %d, %Y", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S")))

    def negative_card(self):
        """Digits like a card's that fail its check."""
        while True:
            number = self.random.choice("45") + self.digits(15)
            if not luhn.is_valid(number):
                return self.random.choice((number, self.grouped(number, (4, 4, 4, 4), (" ", "-"))))

    def negative_hex(self):
        return self.random.choice((
            self.faker.sha1(), self.faker.md5(), self.faker.uuid4(), self.faker.sha256(), "#" + self.faker.sha1()[:6],
            "0x" + self.faker.sha1()[:8]))

    def negative_number(self):
        return self.random.choice((
            f"{self.random.random() * 1000:.6f}", f"{self.random.random():.12f}", f"{self.random.randrange(10 ** 6):,}",
            f"{self.random.randrange(10 ** 9):,}", f"{self.random.randrange(90)}.{self.digits(6)}, -{self.random.randrange(90)}.{self.digits(6)}",
            f"{self.random.randrange(12)}:{self.random.randrange(10, 60)}:{self.random.randrange(10, 60)}", f"{self.random.randrange(100)}%",
            f"{self.random.randrange(1900, 2030)}-{self.random.randrange(1900, 2030)}", f"{self.random.randrange(1, 9)}.{self.digits(4)}e-{self.random.randrange(1, 20)}",
            f"17{self.digits(8)}", f"17{self.digits(11)}"))

    def negative_code(self):
        return self.random.choice((
            f"std::vector<int>(arr, {self.digits(5)})", f"user_{self.digits(9)}.png", f"IMG-{self.digits(8)}-WA{self.digits(4)}.jpg",
            f"@{self.faker.user_name()}", f"foo@{self.digits(3)}", f"--port={self.digits(4)}", f"a::b::c", f"row[{self.digits(3)}:{self.digits(3)}]",
            f"/var/log/app/{self.digits(10)}/out.txt", f"{self.faker.word()}.{self.faker.word()}({self.digits(4)})", f"https://{self.faker.domain_name()}/posts/{self.digits(10)}",
            f"GB{self.digits(20)}", f"192.168.{self.random.randrange(256, 999)}.1", f"{self.digits(3)}-{self.digits(2)}"))
