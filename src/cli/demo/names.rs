//! The words that the demonstration's rows are made of. No logic, and no row of its own.

/// Company names as a register of 1998 would hold them; `{}` takes a distinguishing word.
pub(super) const COMPANIES: [&str; 30] = [
    "{} Müller & Söhne GmbH",
    "{} Maschinenbau GmbH & Co. KG",
    "{} Straßenbau AG",
    "Bäckerei {}",
    "{} Industries Ltd",
    "{} & O'Neil Partners",
    "The {} Kettle Company",
    "Acme {} Supplies",
    "{} Logistics, Inc.",
    "{} Hardware \"Wholesale\"",
    "100% {} Foods",
    "{}_Trading",
    "Société {} et Fils",
    "Café {} Zoe\u{301}", // the accent is a combining character, on purpose
    "Crêperie {} Île",
    "{} Ångström AB",
    "{} Rødgrød ApS",
    "Łódź {} Sp. z o.o.",
    "{} Čapek s.r.o.",
    "Ιωάννης {} Α.Ε.",
    "ООО {} Снаб",
    "株式会社{}商事",
    "東京{}工業株式会社",
    "有限会社{}やかん",
    "{} 한국무역",
    "{} Coffee ☕ Roasters",
    "🚀 {} Launch Services",
    "{} Família 👨‍👩‍👧 Móveis",
    "İstanbul {} Ticaret",
    "{} Öl und Gas",
];

/// Words that tell companies of one pattern apart.
pub(super) const WORDS: [&str; 40] = [
    "Alder",
    "Amber",
    "Aspen",
    "Basalt",
    "Beacon",
    "Birch",
    "Bramble",
    "Cedar",
    "Cobalt",
    "Copper",
    "Delta",
    "Ember",
    "Falcon",
    "Fjord",
    "Garnet",
    "Granite",
    "Harbour",
    "Hazel",
    "Heron",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Linden",
    "Maple",
    "Meridian",
    "Nordlicht",
    "Oak",
    "Onyx",
    "Pine",
    "Quartz",
    "Raven",
    "Rowan",
    "Sable",
    "Silver",
    "Summit",
    "Thistle",
    "Tundra",
    "Vesper",
    "Willow",
    "Zephyr",
];

/// Cities with the code of their country.
pub(super) const CITIES: [(&str, &str); 24] = [
    ("Köln", "DE"),
    ("München", "DE"),
    ("Gießen", "DE"),
    ("Berlin", "DE"),
    ("Wien", "AT"),
    ("Zürich", "CH"),
    ("London", "GB"),
    ("Leeds", "GB"),
    ("Dublin", "IE"),
    ("New York", "US"),
    ("St. Louis", "US"),
    ("San José", "US"),
    ("Lyon", "FR"),
    ("Orléans", "FR"),
    ("Malmö", "SE"),
    ("Århus", "DK"),
    ("Łódź", "PL"),
    ("Brno", "CZ"),
    ("Αθήνα", "GR"),
    ("東京", "JP"),
    ("大阪", "JP"),
    ("서울", "KR"),
    ("São Paulo", "BR"),
    ("İzmir", "TR"),
];

/// Streets.
pub(super) const STREETS: [&str; 14] = [
    "Hauptstraße",
    "Bahnhofsweg",
    "Am Graben",
    "High Street",
    "Mill Lane",
    "Station Road",
    "Rue de l'Église",
    "Storgatan",
    "Piotrkowska",
    "本町",
    "Avenida Paulista",
    "Wharf Rd.",
    "MySakila Drive",
    "Elm St",
];

/// Classes of customers, kept in CHAR(10).
pub(super) const CLASSES: [&str; 6] = ["RETAIL", "WHOLESALE", "Wholesale", "EXPORT", "PUBLIC", "STAFF"];

/// Remarks on invoices and customers.
pub(super) const REMARKS: [&str; 14] = [
    "Please quote the invoice number",
    "Lieferung frei Haus",
    "Ware vor Zahlung prüfen",
    "納品書同封",
    "call before delivery ☎",
    "50% in advance, rest on delivery",
    "see C:\\ORDERS\\1998\\[old]",
    "  leading and trailing blanks  ",
    "line one\nline two",
    "\"urgent\"",
    "customer's own carrier",
    "naïve re\u{301}sume\u{301} of terms",
    "to_be_checked!",
    "n/a",
];

/// Kinds of goods with their group, kept in CHAR(10).
pub(super) const GOODS: [(&str, &str); 20] = [
    ("Kettle", "KITCHEN"),
    ("Teekessel", "KITCHEN"),
    ("やかん", "KITCHEN"),
    ("Café press", "KITCHEN"),
    ("Crêpe pan", "KITCHEN"),
    ("MacBook sleeve", "OFFICE"),
    ("Label printer", "OFFICE"),
    ("Aktenordner", "OFFICE"),
    ("Ledger, 200 pages", "OFFICE"),
    ("Bolt M6", "HARDWARE"),
    ("Bolt M6 \"fine\"", "HARDWARE"),
    ("Flush bracket", "HARDWARE"),
    ("Dübel 8 mm", "HARDWARE"),
    ("5% steel wire", "HARDWARE"),
    ("Work gloves", "Hardware"),
    ("Cable 3_core", "ELECTRIC"),
    ("Sicherung 16 A", "ELECTRIC"),
    ("電球 60W", "ELECTRIC"),
    ("Lamp 💡 warm", "ELECTRIC"),
    ("Delivery", "SERVICE"),
];

/// What tells goods of one kind apart.
pub(super) const FINISHES: [&str; 20] = [
    "black", "white", "red", "blue", "grün", "steel", "copper", "brass", "matt", "glossy", "small", "medium", "large",
    "XL", "left", "right", "2-pack", "10-pack", "used", "neu",
];

/// Status codes: eight pairs and more that differ by case alone, since codes ran out in the eighties.
pub(super) const STATUS_CODES: [(&str, &str, &str); 18] = [
    ("A", "INVHDR", "Accepted"),
    ("a", "INVHDR", "Accepted with changes"),
    ("C", "INVHDR", "Cancelled"),
    ("c", "INVHDR", "Closed"),
    ("D", "INVHDR", "Disputed"),
    ("d", "INVHDR", "Draft"),
    ("O", "INVHDR", "Open"),
    ("o", "INVHDR", "On hold"),
    ("P", "INVHDR", "Paid"),
    ("p", "INVHDR", "Partly paid"),
    ("R", "INVHDR", "Reminded"),
    ("r", "INVHDR", "Returned"),
    ("K1", "CUSTMAST", "Key account"),
    ("k1", "CUSTMAST", "Small account"),
    ("X9", "CUSTMAST", "Blocked"),
    ("x9", "CUSTMAST", ""),
    ("Ä", "CUSTMAST", "Ältere Kunden"),
    ("ä", "CUSTMAST", "ältere Kunden ohne Umsatz"),
];

/// Ways of paying, kept in CHAR(10).
pub(super) const METHODS: [&str; 5] = ["WIRE", "CARD", "CHEQUE", "CASH", "DEBIT"];
