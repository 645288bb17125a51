"""Words of the synthetic practices, in several languages: enough variety for text search, no meaning intended."""

#: language → (what, for whom, sentences)
PHRASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "Language café",
            "Housing agency",
            "Mentoring",
            "Job orientation",
            "Health guides",
            "Sports club",
            "Welcome desk",
        ),
        ("newcomers", "young people", "women", "families", "refugees", "neighbours"),
        (
            "Volunteers meet newcomers every week and practise the language of the place.",
            "The town keeps a register of flats and vouches for the first months of rent.",
            "A guide comes along to offices, schools and doctors.",
            "Employers offer short placements before a contract is signed.",
            "Neighbours cook, garden and repair together.",
            "Children are looked after while their parents learn.",
            "The project began with two rooms and one part-time post.",
            "After the first funding ended, the municipality took over the costs.",
        ),
    ),
    "de": (
        (
            "Sprachcafé",
            "Wohnungsvermittlung",
            "Patenschaften",
            "Berufsorientierung",
            "Gesundheitslotsen",
            "Sportverein",
        ),
        ("Zugezogene", "Jugendliche", "Frauen", "Familien", "Geflüchtete", "die Nachbarschaft"),
        (
            "Freiwillige treffen sich jede Woche mit Zugezogenen und üben Deutsch.",
            "Die Gemeinde führt eine Liste freier Wohnungen und bürgt für die ersten Monatsmieten.",
            "Eine Begleitung kommt mit zu Ämtern, Schulen und Arztpraxen.",
            "Betriebe bieten kurze Praktika an, bevor ein Vertrag unterschrieben wird.",
            "Die Nachbarschaft kocht, gärtnert und repariert gemeinsam.",
            "Kinder werden betreut, während ihre Eltern lernen.",
        ),
    ),
    "it": (
        ("Caffè linguistico", "Agenzia per la casa", "Tutoraggio", "Orientamento al lavoro", "Guide alla salute"),
        ("nuovi arrivati", "giovani", "donne", "famiglie", "rifugiati", "vicini di casa"),
        (
            "Le volontarie incontrano ogni settimana i nuovi arrivati e parlano italiano.",
            "Il comune tiene un elenco di alloggi e garantisce i primi mesi di affitto.",
            "Una guida accompagna negli uffici, a scuola e dal medico.",
            "Le imprese offrono brevi tirocini prima del contratto.",
            "I vicini cucinano, coltivano l’orto e riparano insieme.",
        ),
    ),
    "fr": (
        ("Café des langues", "Agence du logement", "Parrainage", "Orientation professionnelle"),
        ("nouveaux arrivants", "jeunes", "femmes", "familles"),
        (
            "Des bénévoles rencontrent chaque semaine les nouveaux habitants et pratiquent le français.",
            "La commune tient une liste de logements et garantit les premiers loyers.",
            "Un guide accompagne aux bureaux, à l’école et chez le médecin.",
        ),
    ),
    "es": (
        ("Café de idiomas", "Agencia de vivienda", "Mentoría", "Orientación laboral"),
        ("recién llegados", "jóvenes", "mujeres", "familias"),
        (
            "Personas voluntarias se reúnen cada semana con los recién llegados y practican español.",
            "El ayuntamiento lleva una lista de pisos y avala los primeros meses de alquiler.",
            "Una guía acompaña a oficinas, escuelas y médicos.",
        ),
    ),
    "pl": (
        ("Kawiarnia językowa", "Biuro mieszkaniowe", "Mentoring", "Doradztwo zawodowe"),
        ("nowych mieszkańców", "młodzieży", "kobiet", "rodzin"),
        (
            "Wolontariusze spotykają się co tydzień z nowymi mieszkańcami i ćwiczą język polski.",
            "Gmina prowadzi listę mieszkań i ręczy za pierwsze miesiące czynszu.",
            "Przewodnik towarzyszy w urzędach, szkołach i u lekarza.",
        ),
    ),
}
PROGRAMMES = (
    "AMIF",
    "ESF+",
    "LEADER",
    "Interreg",
    "Erasmus+",
    "municipal",
    "national",
    "regional",
    "donations",
    "URBACT",
)
