//! What a mapping may say, what is said of one that says something else, and the round trip.

use proptest::prelude::*;

use super::*;

const WHOLE: &str = r#"
name = "Fair in Hanover, October 2025"
source = "fair"

[file]
encoding = "windows-1252"
delimiter = "semicolon"
header = false
decimal = ","
zone = "Europe/Berlin"
country = "DE"
unknown = ["n/a", "-"]

[key]
email = "E-Mail"
badge = { column = "Badge no." }

[known]
at = { columns = ["Tag", "Uhrzeit"], format = "%d.%m.%Y %H:%M" }
recorded = "occurred"

[facts]
"person.name" = { columns = ["Vorname", "Nachname"] }
"company.employees" = { column = "Mitarbeiter", unreadable = "leave out" }
"company.country" = { column = "Land", map = { Deutschland = "DE", Polen = "PL" } }
"person.custom.fair" = { value = "Hanover 2025" }
person.title = "Position"
person.custom.budget_until = { column = "Bis", format = "%d.%m.%Y", zone = "UTC", expires = "180d", confidence = 80 }

[company]
domain = "Website"
name = "Firma"

[[activities]]
kind = "meeting.held"
at = { column = "Tag", format = "%d.%m.%Y" }
recorded = { column = "Notiert", format = "unix" }
channel = "event"
direction = "inbound"
agent = "human"
campaign = { value = "Hanover fair" }
source = "Herkunft"
amount = { column = "Wert", currency = { value = "EUR" } }
natural_key = ["Tag", "Badge no."]
properties = { says = { column = "Interesse", map = { ja = "interested" } }, hall = "Halle" }
when = [{ column = "Tag", known = true }, { column = "Art", is = ["A", "B"], is_not = "C" }]

[[activities]]
kind = "product.route_planned"
at = "import"

[[activities]]
kind = "newsletter.subscribed"
at = { fixed = 2026-01-01 }
"#;

fn problems(text: &str) -> Vec<String> {
    match Mapping::parse(text) {
        Ok(mapping) => panic!("{mapping:?}"),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_mapping_says_all_that_it_may() {
    let mapping = Mapping::parse(WHOLE).unwrap();
    assert_eq!(
        (mapping.name.as_str(), mapping.source.as_str()),
        ("Fair in Hanover, October 2025", "fair")
    );
    assert_eq!(mapping.file.delimiter, Some(';'));
    assert_eq!(mapping.layout().delimiter, Some(b';'));
    assert!(!mapping.layout().has_header);
    let kinds: Vec<&str> = mapping.keys.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["email", "badge"]);
    let names: Vec<&str> = mapping.facts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "person.name",
            "company.employees",
            "company.country",
            "person.custom.fair",
            "person.title",
            "person.custom.budget_until",
        ]
    );
    let [.., (_, until)] = mapping.facts.as_slice() else { panic!() };
    assert_eq!((until.expires, until.confidence), (Some(Span::days(180)), 80));
    assert_eq!(until.source.kind, Some(Type::Date));
    let [held, planned, subscribed] = mapping.activities.as_slice() else { panic!() };
    assert_eq!((held.channel, held.direction), (Some(Channel::Event), Some(Direction::Inbound)));
    assert_eq!((held.when.len(), held.natural_key.len(), held.line), (3, 2, Line(45)));
    assert_eq!(planned.at, When::Import);
    // Midnight in Berlin.
    assert_eq!(subscribed.at, When::Fixed("2025-12-31T23:00:00Z".parse().unwrap()));
    assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
}

#[test]
fn the_mapping_that_the_documentation_shows_is_one() {
    let source = include_str!("../mapping.rs");
    let lines = source.lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim);
    let example: Vec<&str> = lines
        .skip_while(|line| *line != "```toml")
        .skip(1)
        .take_while(|line| *line != "```")
        .collect();
    let mapping = Mapping::parse(&example.join("\n")).unwrap();
    assert_eq!((mapping.facts.len(), mapping.activities.len()), (5, 1));
    assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
}

#[test]
fn every_slip_is_named_with_its_line_and_the_nearest_name() {
    for (text, expected) in [
        ("name = \"x\n", &["line 1: this is no TOML: invalid basic string, expected `\"`"][..]),
        (
            "name = \"x\"\n",
            &[
                "line 1, key: a mapping needs at least one key, e.g. email = \"E-Mail\" under [key]: \
               how else should a row find its person?",
            ],
        ),
        (
            "[keys]\nemail = \"E-Mail\"\n[key]\nid = \"Nr\"\n",
            &["line 1, keys: here may hold name, source, file, key, known, facts, company, \
               activities, and no \"keys\"; did you mean \"key\"?"],
        ),
        (
            "[key]\nname = \"Name\"\n",
            &[
                "line 1, key.name: a name does not tell people apart; use an address, a number or the \
               id that another system gave them",
            ],
        ),
        (
            "[key]\nemail = 5\n\"Kunden-Nr\" = \"Nr\"\n",
            &[
                "line 2, key.email: a column in quotes was expected, or { value = … } for the same \
                 in every row",
                "line 3, key.Kunden-Nr: a name of letters from a to z, digits and _ was expected",
            ],
        ),
        (
            "[key]\nid = \"Nr\"\n[facts]\n\"person.titel\" = \"Titel\"\ntitle = \"T\"\n\
             \"person.custom.größe\" = \"G\"\n",
            &[
                "line 4, facts.\"person.titel\": \"person.titel\" is almost a fact that this program \
                 knows; one of your own is called \"person.custom.titel\"; did you mean \"person.title\"?",
                "line 5, facts.title: a fact is called person.… or company.…, e.g. \"person.title\"; \
                 one of your own \"person.custom.…\", with letters from a to z, digits and _; \
                 did you mean \"person.title\"?",
                "line 6, facts.\"person.custom.größe\": a fact is called person.… or company.…, e.g. \
                 \"person.title\"; one of your own \"person.custom.…\", with letters from a to z, \
                 digits and _",
            ],
        ),
        (
            "[key]\nid = \"Nr\"\n[facts]\n\"person.title\" = \"T\"\nperson.title = \"U\"\n",
            &["line 5, facts.person.title: this fact stands here twice"],
        ),
        (
            "[key]\nid = \"Nr\"\n[facts]\n\"person.name\" = { columns = [\"Name\", \"Name\"] }\n",
            &[
                "line 4, facts.\"person.name\".columns: the column \"Name\" stands here twice; once is enough",
            ],
        ),
        (
            "[key]\nid = { colum = \"Nr\" }\n",
            &[
                "line 2, key.id.colum: key.id may hold column, columns, value, type, unknown, map, \
                 format, zone, separator, unreadable, and no \"colum\"; did you mean \"column\"?",
                "line 2, key.id: one of column = \"…\", columns = [\"…\", \"…\"] and value = … was \
                 expected",
            ],
        ),
        (
            "[key]\nid = { column = \"Nr\", type = \"numbr\", unreadable = \"skip\" }\n",
            &[
                "line 2, key.id.type: \"numbr\" is none of \"text\", \"number\", \"yes or no\", \
                 \"date\", \"list\", \"email\", \"phone\", \"name\", \"domain\"; did you mean \"number\"?",
                "line 2, key.id.unreadable: \"skip\" is none of \"leave out\", \"reject\"",
            ],
        ),
        (
            "[key]\nid = \"Nr\"\n[facts]\n\"person.title\" = { column = \"T\", expires = \"half a year\", \
             confidence = 120 }\n",
            &[
                "line 4, facts.\"person.title\".expires: a span like \"180d\" or \"12h\" was expected",
                "line 4, facts.\"person.title\".confidence: a whole number from 0 to 100 was expected",
            ],
        ),
        (
            "[file]\nencoding = \"utf8x\"\ndelimiter = \"-\"\ndecimal = \"'\"\nzone = \"Berlin\"\n\
             country = \"Germany\"\nheader = \"no\"\n[key]\nid = \"Nr\"\n",
            &[
                "line 2, file.encoding: no encoding is called \"utf8x\"; did you mean \"utf-8\"?",
                "line 3, file.delimiter: \"-\" is none of \",\", \";\", \"\\t\", \"|\", \
                 \"comma\", \"semicolon\", \"tab\", \"pipe\", \":\"",
                "line 4, file.decimal: \"'\" is none of \".\", \",\"",
                "line 5, file.zone: \"Berlin\" is no time zone; use one like Europe/Berlin or UTC",
                "line 6, file.country: \"Germany\" is no country whose phone numbers are known, like \
                 \"DE\"",
                "line 7, file.header: true or false was expected, not a text",
            ],
        ),
        (
            "[key]\nid = \"Nr\"\n[[activities]]\nat = \"import\"\n[[activities]]\nkind = \"form.submited\"\n\
             [[activities]]\nkind = \"Form submitted\"\nat = { column = \"d\", format = \"dd.mm.yyyy\" }\n",
            &[
                "line 3, activities[1].kind: what happened? kind = \"form.submitted\", or another kind \
                 of activity",
                "line 5, activities[2].at: when did it happen? at = { column = \"…\", format = \
                 \"%d.%m.%Y\" }, at = { fixed = \"2026-01-01\" } or at = \"import\"",
                "line 6, activities[2].kind: \"form.submited\" is almost an activity that this program \
                 knows; did you mean \"form.submitted\"?",
                "line 8, activities[3].kind: \"Form submitted\" is no kind of activity; it is called \
                 subject.verb, in small letters, like \"form.submitted\" or \"product.opened\"; did you \
                 mean \"form.submitted\"?",
                "line 9, activities[3].at.format: \"dd.mm.yyyy\" is no date format (a pattern has parts \
                 like %Y); use iso, rfc3339, unix, unix_ms or a pattern like %d.%m.%Y %H:%M",
            ],
        ),
        (
            "[key]\nid = \"Nr\"\n[[activities]]\nkind = \"deal.won\"\nat = { fixed = \"2026-02-30\" }\n\
             recorded = \"ocurred\"\namount = { column = \"Wert\" }\nwhen = { is = \"1\" }\n\
             channel = \"mail\"\n",
            &[
                "line 5, activities[1].at.fixed: \"2026-02-30\" is no day or time that there is",
                "line 6, activities[1].recorded: \"ocurred\" is neither \"occurred\" nor \"import\"; a \
                 column is written { column = \"ocurred\" }; did you mean \"occurred\"?",
                "line 7, activities[1].amount: an amount needs its currency: currency = \"column\" or \
                 { value = \"EUR\" }",
                "line 8, activities[1].when: of which column? column = \"…\"",
                "line 9, activities[1].channel: \"mail\" is none of \"web\", \"email\", \"phone\", \
                 \"chat\", \"meeting\", \"event\", \"partner\", \"product\"; did you mean \"email\"?",
            ],
        ),
    ] {
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn a_column_that_the_file_lacks_is_named_with_the_nearest_it_has() {
    let text = "[key]\nemail = \"Email\"\n[facts]\n\"person.title\" = \"Position\"\n\
                [[activities]]\nkind = \"form.submitted\"\nat = \"Gesendet\"\n";
    let mapping = Mapping::parse(text).unwrap();
    let header = Header::new(&["E-Mail", "Positon", "Ort"]);
    let problems: Vec<String> = mapping.check(&header).iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 2, key.email: the file has no column \"Email\"; did you mean \"E-Mail\"?",
            "line 4, facts.\"person.title\": the file has no column \"Position\"; did you mean \
             \"Positon\"?",
            "line 7, activities[1].at: the file has no column \"Gesendet\"",
        ]
    );
    assert!(mapping.check(&Header::new(&["Email", "Position", "Gesendet"])).is_empty());
    assert_eq!(mapping.uses("Position"), ["facts.\"person.title\""]);
    assert_eq!(mapping.uses("Gesendet"), ["activities[1].at"]);
    assert!(mapping.uses("Ort").is_empty());
}

#[test]
fn a_proposal_is_made_from_names_and_samples() {
    let header = Header::new(&[
        "E-Mail",
        "Vorname",
        "Nachname",
        "Firma",
        "Mitarbeiter",
        "Telefon",
        "Interne Nr.",
        "Gespräch am",
        "Budget?",
        "Umsatz",
        "Notiz",
        "",
    ]);
    let rows = [
        [
            "greta@karnan.example",
            "Greta",
            "Lind",
            "Kärnan",
            "140",
            "",
            "A-1",
            "22.10.2025",
            "ja",
            "1.200,50",
            "will Angebot",
            "",
        ],
        [
            "m.rossi@",
            "Marco",
            "Rossi",
            "Adriatica",
            "ca. 200",
            "+39 06 69812345",
            "A-2",
            "23.10.2025",
            "nein",
            "n/a",
            "unknown",
            "",
        ],
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    let proposal = guess(&header, &rows);
    assert_eq!(
        proposal.mapping.to_toml(),
        r#"name = "A first proposal"

[file]
decimal = ","
unknown = ["n/a"]

[key]
email = "E-Mail"
phone = "Telefon"
interne_nr = "Interne Nr."

[facts]
"person.name" = { columns = ["Vorname", "Nachname"] }
"person.given_name" = "Vorname"
"person.family_name" = "Nachname"
"company.employees" = "Mitarbeiter"
"company.revenue" = "Umsatz"
"person.custom.gesprach_am" = { column = "Gespräch am", format = "%d.%m.%Y" }
"person.custom.budget" = { column = "Budget?", type = "yes or no" }
"person.custom.notiz" = "Notiz"

[company]
name = "Firma"
"#
    );
    let remarks: Vec<String> =
        proposal.remarks.iter().map(|it| format!("{}: {}", it.column, it.words)).collect();
    assert_eq!(
        remarks,
        [
            ": n/a taken to mean unknown",
            ": \"unknown\" is taken as it stands; say so if it means unknown",
        ]
    );
    let unread = |texts: &[&'static str], kind| unreadable(texts, kind, Some(Decimal::Comma));
    assert_eq!(unread(&["140", "ca. 200", "?"], Type::Number), Some((2, "ca. 200")));
    assert_eq!(unread(&["ann@north.example", "m.rossi@"], Type::Email), Some((1, "m.rossi@")));
    assert_eq!(unread(&["ann@north.example"], Type::Email), None);
    assert!(Mapping::parse(&proposal.mapping.to_toml()).is_ok());
    let nobody = guess(&Header::new(&["Color"]), &[vec!["red".into()], vec!["red".into()]]);
    assert!(nobody.mapping.keys.is_empty());
}

fn label() -> impl Strategy<Value = String> {
    "[A-Za-zÄö0-9 .\"'\\\\#?\t-]{1,12}"
}

fn column() -> impl Strategy<Value = Column> {
    label().prop_map(|label| Column { label, line: Line(0) })
}

/// Of several, no two with one label: a mapping that says so is refused.
fn columns() -> impl Strategy<Value = Vec<Column>> {
    prop::collection::btree_set(label(), 1..3).prop_map(|labels| {
        labels.into_iter().map(|label| Column { label, line: Line(0) }).collect()
    })
}

fn source() -> impl Strategy<Value = Source> {
    let constant = || {
        prop_oneof![
            label().prop_map(Constant::Text),
            (-1e6..1e6).prop_map(Constant::Number),
            any::<bool>().prop_map(Constant::Bool),
        ]
    };
    let from = prop_oneof![
        3 => columns().prop_map(From::Columns),
        1 => constant().prop_map(From::Constant),
    ];
    let types = Type::ALL.map(|(_, kind)| kind).to_vec();
    let format = prop::sample::select(vec!["iso", "unix", "%d.%m.%Y %H:%M"]);
    (
        from,
        prop::option::of(prop::sample::select(types)),
        prop::collection::vec(label(), 0..2),
        prop::collection::btree_map(label(), constant(), 0..3),
        prop::option::of(format),
        prop::option::of(Just("Europe/Berlin".to_owned())),
        any::<bool>(),
    )
        .prop_map(|(from, kind, unknown, map, format, zone, is_left_out)| Source {
            from,
            kind: if format.is_some() { kind.or(Some(Type::Date)) } else { kind },
            unknown,
            map: map.into_iter().collect(),
            format: format.map(str::to_owned),
            zone,
            separator: kind.filter(|kind| *kind == Type::List).map(|_| "|".to_owned()),
            is_left_out,
            line: Line(0),
        })
}

fn when() -> impl Strategy<Value = When> {
    let columns = (
        columns(),
        prop::sample::select(vec!["iso", "unix_ms", "%m/%d/%Y"]),
        prop::option::of(Just("Europe/Berlin".to_owned())),
    )
        .prop_map(|(columns, format, zone)| When::Columns {
            columns,
            format: format.into(),
            zone,
        });
    let fixed = (0_i64..4_000_000_000_000_000).prop_map(|us| When::Fixed(Moment(us)));
    prop_oneof![Just(When::Import), fixed, columns]
}

fn rule() -> impl Strategy<Value = ActivityRule> {
    let recorded = prop_oneof![
        Just(Recorded::Import),
        Just(Recorded::Occurred),
        when().prop_filter_map("said as import", |when| {
            (when != When::Import).then_some(Recorded::At(when))
        }),
    ];
    let holds = prop_oneof![
        prop::collection::vec(label(), 1..3).prop_map(Holds::Is),
        prop::collection::vec(label(), 1..3).prop_map(Holds::IsNot),
        any::<bool>().prop_map(Holds::Known),
    ];
    let tests = (column(), holds).prop_map(|(column, holds)| Test { column, holds });
    let amount = (source(), column()).prop_map(|(source, column)| Amount {
        source,
        currency: Source::new(From::Columns(vec![column])),
    });
    (
        when(),
        recorded,
        prop::option::of(prop::sample::select(Channel::ALL)),
        prop::option::of(source()),
        prop::collection::btree_map("[a-z_]{1,8}", source(), 0..3),
        prop::option::of(amount),
        prop::collection::vec(tests, 0..3),
        prop::collection::vec(column(), 0..2),
        prop::sample::select(Agent::ALL),
    )
        .prop_map(|(at, recorded, channel, source, properties, amount, when, key, agent)| {
            ActivityRule {
                kind: "deal.won".to_owned(),
                at,
                recorded,
                channel,
                direction: None,
                agent,
                campaign: source.clone(),
                source,
                properties: properties.into_iter().collect(),
                amount,
                when,
                natural_key: key,
                line: Line(0),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_mapping_is_written_as_it_is_read(
        name in label(),
        keys in prop::collection::btree_map("[a-m_]{1,8}", source(), 1..3),
        facts in prop::collection::btree_map("[a-z_]{1,8}", (source(), 1_i64..5_000, 0_u8..=100), 0..4),
        company in prop::collection::btree_map("[a-z_]{1,8}", source(), 0..2),
        activities in prop::collection::vec(rule(), 0..3),
        at in when(),
        unknown in prop::collection::vec(label(), 0..2),
        decimal in prop::option::of(prop::sample::select(vec![Decimal::Point, Decimal::Comma])),
    ) {
        let fact = |(name, (source, minutes, confidence)): (String, (Source, i64, u8))| {
            let expires = (minutes % 3 > 0).then_some(Span::minutes(minutes * 20));
            (format!("person.custom.{name}"), FactSource { source, expires, confidence })
        };
        let mapping = Mapping {
            name,
            source: "import".to_owned(),
            file: FileLayout { unknown, decimal, ..FileLayout::default() },
            keys: keys.into_iter().collect(),
            known: Known { at, recorded: Recorded::Import },
            facts: facts.into_iter().map(fact).collect(),
            company: company.into_iter().collect(),
            activities,
        };
        let text = mapping.to_toml();
        let again = Mapping::parse(&text).map_err(|problems| format!("{problems:?}\n{text}"));
        prop_assert_eq!(again, Ok(mapping));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}|(\\[[a-z]{1,5}\\]\n|[a-z.]{1,8} = [\"0-9a-z{}=\\[\\]]{0,9}\n){0,6}") {
        let _ = Mapping::parse(&text);
    }
}
