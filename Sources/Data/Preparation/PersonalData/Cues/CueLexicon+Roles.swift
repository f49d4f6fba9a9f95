// Words with other roles: titles, greetings, things that are counted, parts of addresses.

extension CueLexicon {
    /// Words and phrases by role, in lower case; apostrophes, hyphens and points part words.
    static let roleWords: [(CueRole, String)] = [
        (
            .ownNumber,
            "number is|my number|his number|her number|their number|your number|our number|new number|numbers are"
                + "|number at|old number|number|nummer|numero|número|numéro|nr"
        ),
        (
            .identity,
            "id|identity|identification|national id|identity number|id number|personal number|personal id"
                + "|identity card|id card|citizen|resident|tax|taxpayer|insurance|ausweis|ausweisnummer"
                + "|personalausweis|identité|identidad|identità|identidade|cédula|cedula|document|documento"
                + "|personal code|personal codes|identity code|identity codes|personal identity code|personal identity codes"
                + "|personal identification|national number|number for the|tax number|tin"
        ),
        (
            .thing,
            "order|orders|invoice|isbn|issn|ean|upc|asin|sku|tracking|track|shipment|parcel|ticket|case|ref"
                + "|reference|serial|part|item|model|build|batch|lot|transaction|trans|confirmation|booking"
                + "|reservation|po|purchase|quote|price|total|amount|cost|costs|sum|usd|eur|gbp|dollars|euros|page"
                + "|pages|chapter|section|error|code|line|port|product|products|article|artikel|bestellung"
                + "|bestellnummer|rechnung|rechnungsnummer|auftrag|auftragsnummer|sendungsnummer|commande|facture"
                + "|pedido|factura|ordine|fattura|zamówienie|population|views|downloads|rows|bytes|kb|mb|gb"
                + "|request|session|commit|hash|checksum|md5|sha|sha1|uuid|timestamp|epoch|unix|seconds|ms|doi"
                + "|arxiv|pmid|patent|gtin|barcode|imei|vin|job|row|record|records|index|offset|size|inventory"
                + "|stock|flight|coupon|voucher|revenue|profit|votes|inhabitants|followers|steps|tokens|distance"
                + "|coordinates|latitude|longitude|lat|lon|ratio|score|pi|measured|sensor|pid|process"
                + "|thread|claim|policy|customer number|member number|docket|room|seed|iteration|counter|count"
                + "|quantity|qty|weight|contract|catalog|catalogue|rma|return|sample|experiment|lottery|dataset"
        ),
        (
            .version,
            "version|versions|v|ver|release|released|build|firmware|upgrade|update|upgraded|section|chapter|kernel|python|node|java|chrome|windows|android|ios|clause|figure|table|schema|sdk|api"
        ),
        (
            .title,
            "mr|mrs|ms|miss|mx|dr|prof|professor|doctor|sir|madam|herr|herrn|frau|monsieur|madame"
                + "|mademoiselle|mme|mlle|señor|señora|sr|sra|srta|senhor|senhora|signor|signora|sig|dott|dhr|mevr"
                + "|mevrouw|meneer|pan|pani|hr|fru|rev|reverend|sgt|sergeant|lt|lieutenant|officer"
                + "|judge|senator|attorney|messrs|ing|dipl"
        ),
        (
            .greeting,
            "dear|hello|hi|hey|hallo|liebe|lieber|bonjour|cher|chère|hola|estimado|estimada|querido|querida|ciao"
                + "|gentile|caro|cara|olá|prezado|prezada|beste|geachte|hej|cześć|szanowny|szanowna|good morning"
                + "|good afternoon|good evening|guten tag|guten morgen|sehr geehrter|sehr geehrte|thanks|thank you"
        ),
        (
            .introduction,
            "my name is|my name s|full name is|mein name ist|ich heiße|ich heisse|je m appelle"
                + "|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|meu nome é|me chamo|mijn naam is"
                + "|ik heet|nazywam się|mam na imię|jag heter|jeg heter|jeg hedder|minun nimeni on|меня зовут"
                + "|calls me|call me"
                + "|called me|what s your name|what is your name|his name is|her name is|partner s name"
                + "|maiden name is|name to|correct it to|change it to|changed to"
        ),
        (
            .weakIntroduction,
            "name is|names are|under the name|under the name of|in the name of|named|name was|by the name of|i am|i m|this is|it s|speaking to|speak to|speak with|spoke with|ask for|ich bin|hier ist|je suis|soy|sono|ik ben|here is|signed|regards|met|meet|with|from|by|and|for|to|said|says|told|asked|about|maybe it s under|it under"
        ),
        (
            .nameLabel,
            "name|full name|fullname|first name|last name|firstname|lastname|surname|given name|family name"
                + "|patient|patient name|customer|customer name|client|client name|contact name|cardholder"
                + "|card holder|cardholder name|holder|account holder|applicant|employee|employee name|recipient"
                + "|ship to|bill to|attn|attention|from|to|cc|sender|author|user|tenant|student|student name|agent"
                + "|vorname|nachname|kunde|patientin|nom|prénom|nombre|apellido|apellidos|cognome|nome|naam|nazwisko"
        ),
        (
            .closing,
            "regards|best regards|kind regards|warm regards|sincerely|sincerely yours|yours sincerely|yours truly"
                + "|yours faithfully|best|best wishes|cheers|thanks|thank you|many thanks|thanks again|cordially"
                + "|respectfully|yours|love|mit freundlichen grüßen|freundliche grüße|viele grüße|liebe grüße|mfg"
                + "|beste grüße|cordialement|bien à vous|bien cordialement|saludos|un saludo|atentamente"
                + "|saludos cordiales|cordiali saluti|distinti saluti|saluti|atenciosamente|cumprimentos|abraço"
                + "|met vriendelijke groet|groeten|med vänlig hälsning|med venlig hilsen|pozdrawiam|z poważaniem"
        ),
        (
            .month,
            "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar"
                + "|apr|jun|jul|aug|sep|sept|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier"
                + "|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo"
                + "|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile"
                + "|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho|julho"
                + "|setembro|outubro|dezembro|januari|februari|maart|mei|augustus|okt|dez"
        ),
        (
            .streetSuffix,
            "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|ter"
                + "|way|parkway|pkwy|circle|cir|highway|hwy|trail|trl|alley|crescent|close|gardens|grove|mews|row"
                + "|loop|plaza|ridge|run|path|walk|crossing|pike|turnpike|expressway|freeway|point|manor|ferry|ford"
                + "|port|shore|shores|valley|village|station|stream|summit|tunnel|union|via|view|views|ville|vista"
                + "|bypass|causeway|common|commons|corner|corners|course|cove|creek|divide|estate|estates|extension"
                + "|falls|field|fields|flat|flats|forest|forge|fork|forks|fort|garden|gateway|glen|glens|green"
                + "|greens|groves|harbor|harbors|haven|heights|hill|hills|hollow|inlet|island|islands|isle|junction"
                + "|key|keys|knoll|knolls|lake|lakes|land|landing|light|lights|lock|locks|lodge|mall|meadow|meadows"
                + "|mill|mills|mission|motorway|mount|mountain|neck|orchard|oval|overpass|park|parks|parkways|pass"
                + "|passage|pine|pines|plain|plains|plazas|ports|prairie|radial|ramp|ranch|rapid|rapids|rest|ridges"
                + "|river|roads|route|shoal|shoals|skyway|spring|springs|spur|spurs|squares|stravenue|streets|trace"
                + "|track|trafficway|throughway|underpass|unions|valleys|viaduct|villages|walks|wall|ways|well|wells"
                + "|brook|brooks|burg|burgs|branch|bridge|bluff|bluffs|bottom|beach|bend|bayou|anex|arcade|camp|canyon"
                + "|cape|center|centers|circles|cliff|cliffs|club|courts|crest|crossroad|curve|dale|dam|drives"
        ),
        (
            .streetPrefix,
            "rue|boulevard|avenue|place|chemin|impasse|allée|quai|route|cours|calle|avenida|plaza|paseo|camino"
                + "|carrer|via|viale|piazza|corso|vicolo|largo|rua|travessa|praça|estrada|ulica|ul|aleja|al"
        ),
        (.unit, "apt|apartment|suite|ste|unit|flat|floor|room|building|bldg|po box|box|studio|psc"),
        (
            .state,
            "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc"
                + "|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|pr|gu|vi|as|mp|fm|mh|pw|aa|ae|ap|nsw|vic"
                + "|qld|act|tas|nt"
        ),
        (
            .secretLabel,
            "password|passwd|pwd|pass|passphrase|passwort|kennwort|contraseña|senha|mot de passe|secret|api key"
                + "|apikey|access key|secret key|secret access key|token|access token|auth token|bearer"
                + "|authorization bearer|client secret|private key|credentials|refresh token|api token|api secret"
                + "|wachtwoord|hasło|auth|key|pin code|encryption key|account key|accountkey|sharedaccesskey"
        ),
        (.filler, "is|was|number|no|nr|num|ist|lautet|es|est|the|on|of|with|at|it|my|his|her|their|under|as"),
    ]
}
