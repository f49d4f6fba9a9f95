"""Sentences around the values: what people write to a service desk, in letters, forms and logs."""

LABELS = {
    "US_SSN": ["SSN", "social security number", "SSN:"], "US_ITIN": ["ITIN", "individual taxpayer identification number"],
    "US_PASSPORT": ["passport number", "US passport", "passport"],
    "US_DRIVER_LICENSE": ["driver's license number", "driver's license", "driving licence"],
    "UK_NHS": ["NHS number", "NHS no."], "UK_NINO": ["National Insurance number", "NINO", "NI number"],
    "DE_TAX_ID": ["Steuer-ID", "Steueridentifikationsnummer", "German tax ID"],
    "FR_NIR": ["numéro de sécurité sociale", "NIR"], "ES_NIF": ["DNI", "NIF"], "ES_NIE": ["NIE"],
    "IT_FISCAL_CODE": ["codice fiscale"], "PL_PESEL": ["PESEL"], "NL_BSN": ["BSN", "burgerservicenummer"],
    "BE_NATIONAL_NUMBER": ["rijksregisternummer", "national register number", "numéro national"],
    "SE_PERSONNUMMER": ["personnummer", "Swedish personal number"], "NO_FODSELSNUMMER": ["fødselsnummer"],
    "DK_CPR": ["CPR number", "CPR-nummer"], "FI_PERSONAL_IDENTITY_CODE": ["henkilötunnus", "HETU"],
    "CH_AHV": ["AHV-Nummer", "AVS number"], "PT_NIF": ["NIF", "número de contribuinte"], "IE_PPSN": ["PPS number", "PPSN"],
    "CZ_RODNE_CISLO": ["rodné číslo"], "RO_CNP": ["CNP"], "BG_EGN": ["EGN"], "TR_NATIONAL_ID": ["TC kimlik no", "Kimlik no"],
    "BR_CPF": ["CPF"], "CL_RUT": ["RUT"], "AR_CUIT": ["CUIT", "CUIL"], "MX_CURP": ["CURP"],
    "CA_SIN": ["SIN", "social insurance number"], "IN_AADHAAR": ["Aadhaar", "Aadhaar number"], "IN_PAN": ["PAN", "PAN card"],
    "CN_RESIDENT_ID": ["身份证号码", "resident identity card number"], "KR_RRN": ["주민등록번호", "resident registration number"],
    "JP_MY_NUMBER": ["My Number", "マイナンバー"], "SG_NRIC_FIN": ["NRIC", "FIN"], "TH_TNIN": ["Thai ID", "Thai national ID"],
    "IL_ID_NUMBER": ["Teudat Zehut", "Israeli ID number"], "ZA_ID_NUMBER": ["South African ID", "ID number"],
    "AU_TFN": ["TFN", "tax file number"], "AU_MEDICARE": ["Medicare number", "Medicare card"],
}

BARE = ["Here it is: VALUE", "VALUE", "I wrote VALUE on the form.", "Please update the file of VALUE, thank you."]

PHONE = [
    "Please call me at {{PHONE_NATIONAL}}.", "My phone number is {{PHONE_BARE}}.", "Tel: {{PHONE_NATIONAL}}", "Phone: {{PHONE_BARE}}",
    "You can reach me on {{PHONE_NATIONAL}} after six.", "Text me: {{PHONE_US}}", "Mobile {{PHONE_NATIONAL}}, fax {{PHONE_NATIONAL}}",
    "I was told to dial {{PHONE_INTERNATIONAL}} for this.", "{{PHONE_INTERNATIONAL}}", "Our new number is {{PHONE_NATIONAL}}, the old one is off.",
    "Send it to {{PHONE_INTERNATIONAL}} or to {{EMAIL_ADDRESS}} today.", "WhatsApp {{PHONE_INTERNATIONAL}} any time",
    "Rufen Sie mich bitte unter {{PHONE_NATIONAL}} an.", "Mon téléphone : {{PHONE_NATIONAL}}", "Mi teléfono es {{PHONE_BARE}}, gracias",
    "Nobody answers at {{PHONE_US}}!", "contact: {{PHONE_INTERNATIONAL}} ({{PERSON}})", "Cell {{PHONE_US}} / home phone {{PHONE_US}}",
    "The caller had {{PHONE_INTERNATIONAL}} on the display.", "我的电话是{{PHONE_INTERNATIONAL}}。", "Telefon {{PHONE_NATIONAL}}, Frau {{PERSON}}",
]

TEMPLATES = {
    "PHONE_NUMBER": PHONE,
    "NATIONAL": [
        "My LABEL is VALUE.", "LABEL: VALUE", "Customer gave LABEL VALUE and wants a copy.", "Can you check the LABEL VALUE for me?",
        "His LABEL (VALUE) was rejected twice.", "LABEL VALUE", "the system says that LABEL VALUE is in use already",
        "For the contract you need my LABEL, it is VALUE, and my e-mail {{EMAIL_ADDRESS}}.",
    ],
    "EMAIL_ADDRESS": [
        "Write to {{EMAIL_ADDRESS}}.", "<{{EMAIL_ADDRESS}}> wrote:", "mail:{{EMAIL_ADDRESS}};{{EMAIL_ADDRESS}}", "my login is {{EMAIL_ADDRESS}}, it fails",
        "E-Mail: {{EMAIL_ADDRESS}}, Telefon: {{PHONE_NATIONAL}}",
    ],
    "CREDIT_CARD": [
        "My card {{CREDIT_CARD}} was charged twice.", "Please block {{CREDIT_CARD}} at once", "card number: {{CREDIT_CARD}}, exp 04/27, cvv 123",
        "I paid with Visa {{CREDIT_CARD}} on {{NOT_DATE}}.", "Kreditkarte {{CREDIT_CARD}}",
    ],
    "IBAN_CODE": [
        "Transfer it to {{IBAN_CODE}}, please.", "IBAN: {{IBAN_CODE}}", "Meine IBAN lautet {{IBAN_CODE}}", "from {{IBAN_CODE}} to {{IBAN_CODE}}",
    ],
    "IP_ADDRESS": [
        "Login from {{IP_ADDRESS}} failed.", "host {{IP_ADDRESS}} is down", "[{{IP_ADDRESS}}] GET /index.html 200", "my IP is {{IP_ADDRESS}}",
    ],
    "MAC_ADDRESS": ["The device {{MAC_ADDRESS}} joined.", "MAC: {{MAC_ADDRESS}}", "ether {{MAC_ADDRESS}} txqueuelen 1000"],
    "CRYPTO": ["Send 0.2 to {{CRYPTO}} now.", "wallet {{CRYPTO}}", "BTC address: {{CRYPTO}}"],
    "URL": ["The link {{URL}} does not work.", "clone {{URL}} first", "see <{{URL}}>"],
    "SECRET": [
        "password: {{SECRET_PASSWORD}}", "api_key={{SECRET_KEY}}", "My token is {{SECRET_KEY}}", "export SECRET_KEY={{SECRET_KEY}}",
        "The password is {{SECRET_PASSWORD}}, please change it.", "Authorization: Bearer {{SECRET_KEY}}", "I pasted {{SECRET_KEY}} by mistake",
        "{\"password\": \"{{SECRET_PASSWORD}}\", \"retries\": 3}",
    ],
    "DATE_OF_BIRTH": [
        "I was born on {{DATE_OF_BIRTH}}.", "DOB: {{DATE_OF_BIRTH}}", "Date of birth: {{DATE_OF_BIRTH}}, nationality: Dutch",
        "geboren am {{DATE_OF_BIRTH}} in Ulm", "Her birthday is {{DATE_OF_BIRTH}}",
    ],
    "PERSON": [
        "My name is {{PERSON}} and I need help.", "Dear {{PERSON}},\nthank you for your letter.", "Best regards,\n{{PERSON}}", "This is Mr. {{last_name}} speaking.",
        "Name: {{PERSON}}\nAge: 41", "Please ask for Dr. {{last_name}}.", "Ich heiße {{PERSON}}.",
    ],
    "LOCATION": ["I live at {{LOCATION}}.", "Ship it to {{LOCATION}}", "My new address is {{LOCATION}}, since May."],
}

NEGATIVES = [
    ["Where is my order {{NOT_ORDER}}?", "Order number: {{NOT_ORDER}}", "Invoice {{NOT_ORDER}} was paid on {{NOT_DATE}}.", "tracking {{NOT_ORDER}} has not moved",
     "Ticket #{{NOT_ORDER}} is still open", "Bestellnummer {{NOT_ORDER}} fehlt", "Your confirmation code is {{NOT_ORDER}}."],
    ["The book has ISBN {{NOT_ISBN}}.", "ISBN: {{NOT_ISBN}}, 320 pages"],
    ["It costs {{NOT_PRICE}} with tax.", "Total: {{NOT_PRICE}}", "We paid {{NOT_PRICE}} and got {{NOT_PRICE}} back."],
    ["Upgrade to version {{NOT_VERSION}} first.", "release {{NOT_VERSION}} is out", "firmware {{NOT_VERSION}}"],
    ["We met on {{NOT_DATE}}.", "The flight leaves {{NOT_DATE}}.", "from {{NOT_DATE}} to {{NOT_DATE}}", "[{{NOT_DATE}}] INFO started"],
    ["The number {{NOT_CARD}} is refused by the form.", "{{NOT_CARD}}", "test value {{NOT_CARD}}"],
    ["commit {{NOT_HEX}} broke it", "id={{NOT_HEX}}", "checksum {{NOT_HEX}}", "{{NOT_HEX}}"],
    ["The value was {{NOT_NUMBER}} in the end.", "{{NOT_NUMBER}} of them", "x = {{NOT_NUMBER}}", "about {{NOT_NUMBER}} people came"],
    ["see {{NOT_CODE}} for that", "{{NOT_CODE}}", "run {{NOT_CODE}} again"],
    ["I would like to know when the shop opens tomorrow.", "Hello, can you help me with my account?", "Thanks, that is all I need. Have a nice day!",
     "The meeting is at 10:30 in room 204.", "He scored 31 points in 38 minutes.", "Chapter 12, pages 120-145.", "Add 250 g flour and 3 eggs; bake for 45 minutes at 180 °C.",
     "Section 3.2.1 of the manual", "The token is missing.", "My password does not work", "Call me later, it is 5 o'clock."],
]
