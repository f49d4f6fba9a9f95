"""Writes checks.json: national numbers and whether python-stdnum 2.2 takes them for valid, telephone numbers that
phonenumbers 9.0.43 takes for valid, account numbers of schwifty 2026.10.1 and intervals of scipy.

    python3 generate_checks.py checks.json
"""

import json
import random
import string
import sys

import phonenumbers
import scipy.stats
from phonenumbers import PhoneNumberFormat
from schwifty import IBAN

import values as made

# Types that stdnum judges: the module that does, and the name of the maker.
JUDGES = {
    "UK_NHS": made.nhs, "DE_TAX_ID": made.idnr, "FR_NIR": made.nir, "ES_NIF": made.dni, "ES_NIE": made.nie,
    "IT_FISCAL_CODE": made.codicefiscale, "PL_PESEL": made.pesel, "NL_BSN": made.bsn, "BE_NATIONAL_NUMBER": made.nn,
    "NO_FODSELSNUMMER": made.fodselsnummer, "FI_PERSONAL_IDENTITY_CODE": made.hetu, "CH_AHV": made.ahv,
    "PT_NIF": made.nif, "IE_PPSN": made.pps, "CZ_RODNE_CISLO": made.rc, "RO_CNP": made.cnp, "BG_EGN": made.egn,
    "TR_NATIONAL_ID": made.tckimlik, "BR_CPF": made.cpf, "CL_RUT": made.rut, "AR_CUIT": made.cuit, "MX_CURP": made.curp,
    "CA_SIN": made.sin, "IN_AADHAAR": made.aadhaar, "CN_RESIDENT_ID": made.ric, "KR_RRN": made.rrn,
    "JP_MY_NUMBER": made.my_number, "TH_TNIN": made.pin, "IL_ID_NUMBER": made.israeli, "AU_TFN": made.tfn,
}


def main():
    maker = made.Values(21)
    random_numbers = random.Random(22)
    national = []
    for kind, judge in sorted(JUDGES.items()):
        for _ in range(12):
            number = "".join(c for c in maker.national(kind) if c.isalnum() or kind == "FI_PERSONAL_IDENTITY_CODE")
            national.append([kind, number, True])
            # One digit changed: most, not all, are invalid then.
            place = random_numbers.choice([place for place, c in enumerate(number) if c.isdigit()])
            changed = number[:place] + random_numbers.choice(string.digits.replace(number[place], "")) + number[place + 1:]
            # Korean numbers given out since October 2020 have no check digit.
            if not judge.is_valid(changed) and kind != "KR_RRN":
                national.append([kind, changed, False])
    phones = [phonenumbers.format_number(maker.valid_phone(region), PhoneNumberFormat.E164) for region in maker.regions for _ in range(2)]
    accounts = sorted({IBAN.random(random=maker.random).compact for _ in range(150)})
    intervals = []
    for successes, trials in ((0, 1), (8, 10), (199, 200), (200, 200), (50, 1000)):
        interval = scipy.stats.binomtest(successes, trials).proportion_ci(method="wilson")
        intervals.append([successes, trials, interval.low, interval.high])
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"national": national, "phones": phones, "accounts": accounts, "intervals": intervals}, file, separators=(",", ":"))
        file.write("\n")


main()
