// Words that name a type of personal data, in the languages where its numbers are at home.

extension CueLexicon {
    /// Words and phrases by type, in lower case; apostrophes, hyphens and points part words.
    static let typeWords: [(PersonalDataType, String)] = [
        (
            .phoneNumber,
            "phone|phones|telephone|tel|telephon|mobile|mob|cell|cellphone|cellular|fax|landline|hotline|call|calls"
                + "|called|calling|dial|text|sms|whatsapp|signal|ring|reach|reached|reachable|contact|callback"
                + "|voicemail|extension|desk|handset|answering|answers|answer|pick up|helpline|switchboard|viber|telegram|pager"
                + "|phoned|texted|messages to|message|direct line|ph|handy|telefon|telefonnummer|rufnummer"
                + "|mobilnummer|mobil|handynummer|anrufen|ruf|rufen|téléphone|portable|numéro de|appelez|appeler"
                + "|joindre|teléfono|telefono|móvil|movil|celular|llame|llamar|llama|cellulare|chiama|chiamare"
                + "|chiamami|telefone|telemóvel|ligue|ligar|telefoon|telefoonnummer|mobiel|bel|bellen|telefonu"
                + "|telefonie|zadzwoń|komórka|puhelin|puhelinnumero|telefonnummer|ring mig|mobilen|телефон|тел"
                + "|позвоните|звоните|номер телефона|电话|手机|電話|携帯|전화|휴대폰|whats app|tlf|tlph|kom|kontakttelefon"
                + "|gsm|telefono fisso|matkapuhelin|mobiltelefon|telefonszám|telemovel"
        ),
        (
            .creditCard,
            "card|cards|credit|debit|visa|mastercard|amex|american express|discover|diners|jcb|maestro|unionpay|cc"
                + "|pan|kreditkarte|kreditkartennummer|kartennummer|carte|carte bancaire|tarjeta|carta|cartão|karta"
                + "|kortnummer|kort|creditcard|payment card|ccn"
        ),
        (
            .iban,
            "iban|bank account|kontonummer|account number|konto|bankverbindung|compte|cuenta|conto|rekening"
        ),
        (
            .ipAddress,
            "ip|ipv4|ipv6|host|server|address|dns|gateway|subnet|ping|client|peer|remote|router|proxy"
        ),
        (.macAddress, "mac|hardware address|ethernet|bssid"),
        (.crypto, "btc|bitcoin|wallet|ethereum|eth|crypto"),
        (
            .dateOfBirth,
            "born|dob|d o b|birth|birthday|birthdate|date of birth|birth date|geboren|geburtsdatum|geb|geburtstag"
                + "|né le|née le|née|date de naissance|naissance|nacido|nacida|nací|fecha de nacimiento|nacimiento"
                + "|nato il|nata il|nato|nata|data di nascita|nascita|data de nascimento|nascimento|nascido|nascida"
                + "|geboortedatum|urodzony|urodzona|data urodzenia|född|født|fødselsdato|syntynyt|syntymäaika|b day"
                + "|bday|biological birthday"
        ),
        (
            .usSocialSecurity,
            "ssn|ssns|social security|social security number|social|soc sec|ss #|ss|us ssn|social insurance us"
        ),
        (.usTaxpayer, "itin|taxpayer|taxpayer identification|tax id|tax identification|individual taxpayer"),
        (.usPassport, "passport|passports|passport number|reisepass|pasaporte|passeport"),
        (
            .usDriverLicense,
            "driver license|drivers license|driver s license|driver licence|driving licence|driving license|dl|dl #"
                + "|license number|licence number|driver s licence|dmv|drivers licence|driver’s license"
        ),
        (.ukHealthService, "nhs|nhs number|national health service|health service number"),
        (.ukNationalInsurance, "nino|national insurance|ni number|nin|insurance number"),
        (
            .germanTaxNumber,
            "steuer id|steuerid|steueridentifikationsnummer|steuer identifikationsnummer|steuernummer|idnr|tin"
                + "|steuerliche identifikationsnummer|german tax id|german tax|tax number|tax id|steuer idnr"
                + "|identifikationsnummer"
        ),
        (
            .frenchSocialSecurity,
            "nir|insee|sécurité sociale|securite sociale|numéro de sécurité sociale|sécu|secu|carte vitale"
                + "|french social security"
        ),
        (.spanishTaxNumber, "dni|nif|documento nacional"),
        (.spanishForeigner, "nie|extranjero"),
        (.italianFiscalCode, "codice fiscale|fiscal code|cf"),
        (.polishCitizen, "pesel"),
        (.dutchCitizen, "bsn|burgerservicenummer|sofinummer|sofi|citizen service number"),
        (
            .belgianNational,
            "rijksregisternummer|rijksregister|registre national|national register|insz|niss|numéro national"
                + "|belgian national number|national number|nrn|rijksregisternr|rijksregister nr"
        ),
        (
            .swedishPersonal,
            "personnummer|personnr|swedish|swedish personal|personal identity number|samordningsnummer|pnr"
        ),
        (
            .norwegianBirth,
            "fødselsnummer|fødselsnr|fodselsnummer|fodselsnr|norwegian|norwegian national|personnummer|personnr"
                + "|birth number"
        ),
        (.danishPersonal, "cpr|cpr nummer|cpr nr|cpr number|personnummer|personnr|danish|danish personal"),
        (
            .finnishIdentity,
            "hetu|henkilötunnus|henkilotunnus|personbeteckning|finnish|finnish personal|finnish personal identity code"
        ),
        (.swissSocialSecurity, "ahv|ahv nummer|avs|oasi|numéro avs|swiss social security|ahvn13"),
        (.portugueseTaxNumber, "contribuinte|nif|número de contribuinte|portuguese tax"),
        (.irishPublicService, "pps|ppsn|personal public service|pps number|irish"),
        (.czechBirth, "rodné číslo|rodne cislo|rodné|rč|birth number"),
        (.romanianPersonal, "cnp|cod numeric personal"),
        (.bulgarianCivil, "egn|егн|единен граждански номер"),
        (.turkishNational, "tc kimlik|kimlik|tckn|t c kimlik|kimlik no|turkish identity|turkish national"),
        (.brazilianTaxpayer, "cpf|cadastro de pessoas|cadastro"),
        (.chileanNational, "rut|run|rol único|rol unico|chilean"),
        (.argentineTaxpayer, "cuit|cuil"),
        (.mexicanPopulation, "curp"),
        (.canadianInsurance, "sin|social insurance|social insurance number|nas|assurance sociale"),
        (.indianAadhaar, "aadhaar|aadhar|adhaar|uidai|uid|आधार"),
        (.indianTaxpayer, "pan|permanent account"),
        (.chineseResident, "身份证|身份证号|身份证号码|resident identity|resident id|chinese id"),
        (.koreanResident, "rrn|resident registration|주민등록번호|주민번호|주민"),
        (.japaneseIndividual, "my number|mynumber|マイナンバー|individual number|個人番号"),
        (.singaporeanIdentity, "nric|fin|singapore"),
        (.thaiNational, "thai id|thai national|thai|thailand|บัตรประชาชน|เลขประจำตัวประชาชน"),
        (.israeliIdentity, "teudat zehut|teudat|zehut|israeli id|israeli|תעודת זהות|מספר זהות|ת ז"),
        (.southAfricanIdentity, "south african id|rsa id|sa id|south african"),
        (.australianTaxFile, "tfn|tax file|tax file number"),
        (.australianMedicare, "medicare"),
    ]
}
