//! What a column can become: as choices on the page, and as the mapping that the choices make.

use std::collections::BTreeSet;

use funnel::history::Agent;
use jiff::tz::TimeZone;
use platform::page::words::{counted, grouped};
use wire::table::Header;

use crate::import::mapping::{
    ActivityRule, Column, Dates, FactSource, FileLayout, From, Holds, Known, Line, Mapping,
    Proposal, Recorded, Source, Test, Type, When, dates, guess, slug, unreadable,
};

/// Each choice: its value in the form, and its words.
pub(super) const TARGETS: [(&str, &str); 23] = [
    ("", "Do not import"),
    ("email", "E-mail (finds the person)"),
    ("phone", "Phone (finds the person)"),
    ("outside", "Id in another system (finds the person)"),
    ("person.name", "Full name"),
    ("given", "First name"),
    ("family", "Last name"),
    ("person.title", "Title"),
    ("person.seniority", "Seniority"),
    ("person.department", "Department"),
    ("person.city", "City"),
    ("person.country", "Country of the person"),
    ("person.language", "Language"),
    ("company.name", "Company (finds the company)"),
    ("company.domain", "Company's website (finds the company)"),
    ("company.industry", "Company's industry"),
    ("company.employees", "People at the company"),
    ("company.revenue", "Company's revenue"),
    ("company.country", "Country of the company"),
    ("custom", "A fact of its own"),
    ("form", "When they sent a form"),
    ("met", "When we met"),
    ("won", "When a deal was won"),
];
/// Those of which several columns may be one each.
const SEVERAL: [&str; 6] = ["", "outside", "custom", "form", "met", "won"];
/// Those that are a time at which something happened, with its kind.
const HAPPENED: [(&str, &str); 3] =
    [("form", "form.submitted"), ("met", "meeting.held"), ("won", "deal.won")];

/// The beginning of a file: its columns, its first rows, and what these let one propose.
pub(super) struct Looked {
    pub(super) header: Header,
    rows: Vec<Vec<String>>,
    pub(super) proposal: Proposal,
}

/// What somebody chose for a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// Value of one of the [`TARGETS`].
    pub(super) target: String,
    /// The format of its dates, where two would do.
    pub(super) format: String,
}

/// What was seen in a column, under what was chosen for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// In words.
    pub(super) words: String,
    /// Whether rows would be rejected.
    pub(super) is_bad: bool,
    /// How its dates may be read, if in two ways: a format and its words. The one in force first chosen.
    pub(super) formats: Vec<(&'static str, String)>,
}

/// Columns that can't both be what was chosen for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// Which, from 0.
    pub(super) places: Vec<usize>,
    /// What to do.
    pub(super) words: String,
}

impl Looked {
    pub(super) fn new(header: Header, rows: Vec<Vec<String>>) -> Looked {
        let proposal = guess(&header, &rows);
        Looked { header, rows, proposal }
    }

    pub(super) fn label(&self, place: usize) -> &str {
        self.header.labels().get(place).map_or("", String::as_str)
    }

    /// What the file's columns would become by the proposal.
    pub(super) fn proposed(&self) -> Vec<Choice> {
        let target = |label: &String| target(&self.proposal.mapping, label).to_owned();
        let labels = self.header.labels().iter();
        labels.map(|label| Choice { target: target(label), format: String::new() }).collect()
    }

    /// What stands in a column of the first rows, without what means unknown.
    fn texts(&self, place: usize) -> Vec<&str> {
        let unknown = &self.proposal.mapping.file.unknown;
        let cells = self.rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.trim());
        cells.filter(|cell| !cell.is_empty() && !unknown.iter().any(|it| it == cell)).collect()
    }

    /// The first value of a column.
    pub(super) fn first(&self, place: usize) -> &str {
        self.texts(place).first().copied().unwrap_or_default()
    }

    /// How the dates of a column are written, if what was chosen for it is a date, and what stands in it are dates.
    fn dates(&self, place: usize, choice: &Choice) -> Option<Dates> {
        let is_custom = choice.target == "custom";
        if !is_custom && !HAPPENED.iter().any(|(target, _)| *target == choice.target) {
            return None;
        }
        let dates = Dates::of(&self.texts(place))?;
        // Whatever has a meaning of its own is a date only without a doubt.
        let is_doubtful = dates.odd.is_some() || dates.is_count();
        (!is_custom || !is_doubtful).then_some(dates)
    }

    /// What there is to say of a column under what was chosen for it.
    pub(super) fn seen(&self, place: usize, choice: &Choice, zone: &TimeZone) -> Seen {
        let texts = self.texts(place);
        if let Some(dates) = self.dates(place, choice) {
            return seen_dates(&dates, choice, zone);
        }
        if texts.is_empty() {
            let words = "empty in the first rows".to_owned();
            return Seen { words, ..Seen::default() };
        }
        if HAPPENED.iter().any(|(target, _)| *target == choice.target) {
            let words = format!(
                "no dates that we can read, e.g. “{}”: their rows would be rejected. The text below can name a format",
                texts.first().copied().unwrap_or_default()
            );
            return Seen { words, is_bad: true, ..Seen::default() };
        }
        let kind = match choice.target.as_str() {
            "given" | "family" => Type::Name,
            target => Type::usual(target),
        };
        let decimal = self.proposal.mapping.file.decimal;
        let remarks = self.proposal.remarks.iter();
        let mut words: Vec<String> = remarks
            .filter(|remark| !remark.column.is_empty() && remark.column == self.label(place))
            .map(|remark| remark.words.clone())
            .collect();
        let bad = unreadable(&texts, kind, decimal);
        if let Some((count, first)) = bad {
            let fate = if is_left_out(&choice.target) {
                "they would be left out, with a note"
            } else {
                "their rows would be rejected"
            };
            words.push(format!(
                "{count} of the first {} can't be read, e.g. “{first}”: {fate}",
                texts.len()
            ));
        }
        let is_bad = bad.is_some() && !is_left_out(&choice.target);
        Seen { words: words.join("; "), is_bad, formats: Vec::new() }
    }

    /// The mapping that the choices make. `zone` is that of times that do not say their own.
    pub(super) fn mapping(&self, name: &str, choices: &[Choice], zone: &str) -> Mapping {
        let chosen = |wanted: &str| -> Vec<usize> {
            let targets = choices.iter().map(|choice| choice.target.as_str());
            targets.enumerate().filter(|(_, it)| *it == wanted).map(|(place, _)| place).collect()
        };
        let first = |wanted: &str| chosen(wanted).first().copied();
        let dates = |place: usize| {
            let choice = choices.get(place)?;
            Some(in_force(&self.dates(place, choice)?, choice))
        };
        let mut keys = Vec::new();
        for kind in ["email", "phone"] {
            keys.extend(first(kind).map(|place| (kind.to_owned(), self.source(&[place]))));
        }
        let mut taken: BTreeSet<String> = ["email", "phone", "name"].map(str::to_owned).into();
        for place in chosen("outside") {
            keys.push((self.name(place, &mut taken), self.source(&[place])));
        }
        let mut facts = Vec::new();
        let parts: Vec<usize> = ["given", "family"].into_iter().filter_map(first).collect();
        if !parts.is_empty() {
            facts.push(("person.name".to_owned(), self.source(&parts)));
        }
        for (target, _) in TARGETS {
            let is_fact = target.starts_with("person.") || target.starts_with("company.");
            let is_key = matches!(target, "company.name" | "company.domain");
            if !is_fact || is_key || target == "person.name" && !parts.is_empty() {
                continue;
            }
            if let Some(place) = first(target) {
                let source = Source { is_left_out: is_left_out(target), ..self.source(&[place]) };
                facts.push((target.to_owned(), source));
            }
        }
        let mut taken = BTreeSet::new();
        for place in chosen("custom") {
            let format = dates(place);
            let source = Source {
                kind: format.map(|_| Type::Date),
                is_left_out: format.is_some(),
                format: format.map(str::to_owned),
                ..self.source(&[place])
            };
            facts.push((format!("person.custom.{}", self.name(place, &mut taken)), source));
        }
        let mut company = Vec::new();
        for (kind, target) in [("domain", "company.domain"), ("name", "company.name")] {
            company.extend(first(target).map(|place| (kind.to_owned(), self.source(&[place]))));
        }
        let activities: Vec<ActivityRule> = HAPPENED
            .iter()
            .flat_map(|(target, kind)| chosen(target).into_iter().map(move |it| (it, *kind)))
            .map(|(place, kind)| self.happened(place, kind, dates(place).unwrap_or("iso")))
            .collect();
        let has_times =
            !activities.is_empty() || chosen("custom").into_iter().any(|it| dates(it).is_some());
        let proposed = &self.proposal.mapping.file;
        let file = FileLayout {
            decimal: proposed.decimal,
            unknown: proposed.unknown.clone(),
            zone: if has_times { zone.to_owned() } else { FileLayout::default().zone },
            ..FileLayout::default()
        };
        let fact = |(name, source)| (name, FactSource { source, expires: None, confidence: 100 });
        Mapping {
            name: name.to_owned(),
            source: "import".to_owned(),
            file,
            keys,
            known: Known { at: When::Import, recorded: Recorded::Import },
            facts: facts.into_iter().map(fact).collect(),
            company,
            activities,
        }
    }

    /// Which columns were chosen for the same thing, though only one of them can be it.
    pub(super) fn clashes(&self, choices: &[Choice]) -> Vec<Clash> {
        let places = |wanted: &str| -> Vec<usize> {
            let targets = choices.iter().enumerate();
            targets.filter(|(_, it)| it.target == wanted).map(|(place, _)| place).collect()
        };
        let mut clashes = Vec::new();
        for (target, words) in TARGETS.iter().filter(|(target, _)| !SEVERAL.contains(target)) {
            let places = places(target);
            if places.len() > 1 {
                let other = if places.len() > 2 { "the others" } else { "the other" };
                let words = format!(
                    "{} can’t {} become “{words}”. Keep one of them, and choose “A fact of its own” or “Do not import” for {other}.",
                    self.quoted(&places),
                    if places.len() > 2 { "all" } else { "both" },
                );
                clashes.push(Clash { places, words });
            }
        }
        let (whole, parts) = (places("person.name"), [places("given"), places("family")].concat());
        if !whole.is_empty() && !parts.is_empty() {
            let words = format!(
                "{} would be the full name, and {} a part of it, and there is one name only. Choose “Do not import” for the one or the other.",
                self.quoted(&whole),
                self.quoted(&parts),
            );
            clashes.push(Clash { places: [whole, parts].concat(), words });
        }
        clashes
    }

    /// `“Firma”, “Company” and “Account”`.
    fn quoted(&self, places: &[usize]) -> String {
        let labels: Vec<String> =
            places.iter().map(|place| format!("“{}”", self.label(*place))).collect();
        match labels.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            Some((one, _)) => one.clone(),
            None => String::new(),
        }
    }

    fn happened(&self, place: usize, kind: &str, format: &str) -> ActivityRule {
        ActivityRule {
            kind: kind.to_owned(),
            at: When::Columns {
                columns: self.columns(&[place]),
                format: format.to_owned(),
                zone: None,
            },
            recorded: Recorded::Occurred,
            channel: None,
            direction: None,
            agent: Agent::Human,
            campaign: None,
            source: None,
            properties: Vec::new(),
            amount: None,
            when: self
                .columns(&[place])
                .into_iter()
                .map(|column| Test { column, holds: Holds::Known(true) })
                .collect(),
            natural_key: Vec::new(),
            line: Line(0),
        }
    }

    fn columns(&self, places: &[usize]) -> Vec<Column> {
        let column = |place: &usize| Column { label: self.label(*place).to_owned(), line: Line(0) };
        places.iter().map(column).collect()
    }

    fn source(&self, places: &[usize]) -> Source {
        Source { from: From::Columns(self.columns(places)), ..Source::column("") }
    }

    /// A name for a key or fact out of a column's, which nothing else has.
    fn name(&self, place: usize, taken: &mut BTreeSet<String>) -> String {
        let base = slug(self.label(place), place);
        let mut name = base.clone();
        let mut nth = 1;
        while !taken.insert(name.clone()) {
            nth += 1;
            name = format!("{base}_{nth}");
        }
        name
    }
}

/// Whether a value that can't be read is left out with a note, rather than its row rejected.
fn is_left_out(target: &str) -> bool {
    matches!(target, "company.employees" | "company.revenue")
}

/// The format that was chosen of the two that read a column, else the likelier.
fn in_force(dates: &Dates, choice: &Choice) -> &'static str {
    dates.or.filter(|or| *or == choice.format).unwrap_or(dates.format)
}

fn seen_dates(dates: &Dates, choice: &Choice, zone: &TimeZone) -> Seen {
    let is = |format| format!("{} is {}", dates.example, dates.example_as(format, zone));
    let format = in_force(dates, choice);
    let mut seen = match dates.or {
        None => Seen {
            words: format!("dates as {}: {}", dates::in_words(format), is(format)),
            ..Seen::default()
        },
        Some(or) => Seen {
            words: format!(
                "dates as {}. Is it the day or the month that comes first? Both would do",
                dates::in_words(format)
            ),
            is_bad: false,
            formats: vec![(dates.format, is(dates.format)), (or, is(or))],
        },
    };
    if let Some((count, first)) = &dates.odd {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        let whole = i64::try_from(dates.texts).unwrap_or(i64::MAX);
        seen.words.push_str(&format!(
            "; {} of the first {}, e.g. “{first}”: rejected",
            counted(count, "is not", "are not"),
            grouped(whole),
        ));
        seen.is_bad = true;
    }
    seen
}

fn target(mapping: &Mapping, label: &str) -> &'static str {
    let named =
        |name: &str| TARGETS.iter().find(|(value, _)| *value == name).map(|(value, _)| *value);
    for (kind, source) in &mapping.keys {
        if reads(source, label) {
            return named(kind).unwrap_or("outside");
        }
    }
    for (kind, source) in &mapping.company {
        if reads(source, label) {
            return if kind == "domain" { "company.domain" } else { "company.name" };
        }
    }
    for (name, fact) in &mapping.facts {
        let places: Vec<&str> = names(&fact.source);
        let Some(place) = places.iter().position(|other| *other == label) else { continue };
        if name == "person.name" && places.len() > 1 {
            return if place == 0 { "given" } else { "family" };
        }
        return named(name).unwrap_or("custom");
    }
    ""
}

fn reads(source: &Source, label: &str) -> bool {
    names(source).contains(&label)
}

fn names(source: &Source) -> Vec<&str> {
    source.columns().iter().map(|column| column.label.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(columns: &[(&str, &[&str])]) -> Looked {
        let header = Header::new(&columns.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let count = columns.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let cell = |cells: &[&str], row: usize| cells.get(row).copied().unwrap_or("").to_owned();
        let rows = (0..count)
            .map(|row| columns.iter().map(|(_, cells)| cell(cells, row)).collect())
            .collect();
        Looked::new(header, rows)
    }

    fn choices(targets: &[&str]) -> Vec<Choice> {
        let choice = |target: &&str| Choice { target: (*target).to_owned(), ..Choice::default() };
        targets.iter().map(choice).collect()
    }

    fn berlin() -> TimeZone {
        wire::date::zone("Europe/Berlin").unwrap()
    }

    #[test]
    fn the_proposal_as_choices_makes_a_mapping_that_parses() {
        for names in [
            &["E-Mail", "Vorname", "Nachname", "Firma", "Website", "Land", "Umsatz", "Notiz"][..],
            &["Name", "Company", "Phone", "Country"][..],
            &["email", "quoted \"name\"", "back\\slash"][..],
        ] {
            let columns: Vec<(&str, &[&str])> =
                names.iter().map(|name| (*name, &["ann@north.example"][..])).collect();
            let looked = looked(&columns);
            let choices = looked.proposed();
            assert!(looked.clashes(&choices).is_empty());
            let made = looked.mapping("a \"file\".csv", &choices, "UTC");
            let text = made.to_toml();
            let mapping =
                Mapping::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
            assert_eq!(mapping, made, "{text}");
            assert!(mapping.check(&looked.header).is_empty(), "{text}");
        }
    }

    #[test]
    fn every_choice_can_be_said_in_a_mapping() {
        let labels: Vec<String> = TARGETS.iter().map(|(value, _)| format!("Col {value}")).collect();
        let columns: Vec<(&str, &[&str])> =
            labels.iter().map(|label| (label.as_str(), &["x"][..])).collect();
        let targets: Vec<&str> = TARGETS.iter().map(|(value, _)| *value).collect();
        let text = looked(&columns).mapping("all.csv", &choices(&targets), "UTC").to_toml();
        let mapping =
            Mapping::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        assert_eq!(
            (mapping.keys.len(), mapping.company.len(), mapping.activities.len()),
            (3, 2, 3)
        );
    }

    #[test]
    fn dates_are_read_as_the_first_rows_are_written() {
        let looked = looked(&[
            ("E-Mail", &["ann@north.example", "ben@north.example"][..]),
            ("Gespräch am", &["22.10.2025", "3.11.2025"]),
            ("Signed", &["03/04/2025", "05/04/2025"]),
            ("Sent", &["22.10.2025", "n/a"]),
            ("Renewal", &["2026-01-31", ""]),
        ]);
        let mut choices = choices(&["email", "met", "won", "form", "custom"]);
        let text = looked.mapping("fair.csv", &choices, "Europe/Berlin").to_toml();
        for line in [
            "zone = \"Europe/Berlin\"\nunknown = [\"n/a\"]",
            "kind = \"meeting.held\"\nat = { column = \"Gespräch am\", format = \"%d.%m.%Y\" }",
            "kind = \"deal.won\"\nat = { column = \"Signed\", format = \"%d/%m/%Y\" }",
            "kind = \"form.submitted\"\nat = { column = \"Sent\", format = \"%d.%m.%Y\" }",
            "\"person.custom.renewal\" = { column = \"Renewal\", format = \"iso\", unreadable = \"leave out\" }",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let seen = looked.seen(1, &choices[1], &berlin());
        assert_eq!(seen.words, "dates as day.month.year: 22.10.2025 is 22 October 2025");
        let seen = looked.seen(2, &choices[2], &berlin());
        assert_eq!(
            seen.formats,
            [
                ("%d/%m/%Y", "03/04/2025 is 3 April 2025".to_owned()),
                ("%m/%d/%Y", "03/04/2025 is 4 March 2025".to_owned()),
            ]
        );
        choices[2].format = "%m/%d/%Y".to_owned();
        let text = looked.mapping("fair.csv", &choices, "UTC").to_toml();
        assert!(text.contains("{ column = \"Signed\", format = \"%m/%d/%Y\" }"), "{text}");
    }

    #[test]
    fn what_is_no_date_is_told_before_its_rows_are_rejected() {
        let looked = looked(&[
            ("E-Mail", &["a@north.example"; 3][..]),
            ("Met", &["22.10.2025", "23.10.2025", "soon"]),
            ("Won", &["yes", "no", "soon"]),
            ("Number", &["1761136200", "1761136201", "1761136202"]),
        ]);
        let choices = choices(&["email", "met", "won", "custom"]);
        let met = looked.seen(1, &choices[1], &berlin());
        assert!(met.is_bad && met.words.contains("1 is not of the first 3"), "{met:?}");
        let won = looked.seen(2, &choices[2], &berlin());
        assert!(won.is_bad && won.words.contains("“yes”"), "{won:?}");
        assert_eq!(looked.seen(3, &choices[3], &berlin()), Seen::default(), "a number is no date");
    }

    #[test]
    fn two_columns_for_one_fact_are_told_by_their_names() {
        let looked = looked(&[
            ("E-Mail", &["ann@north.example"][..]),
            ("Work email", &["ann@north.example"]),
            ("Name", &["Ann Lee"]),
            ("First", &["Ann"]),
            ("Note", &["x"]),
            ("Notes", &["x"]),
        ]);
        let none: Vec<Clash> = Vec::new();
        let fine = choices(&["email", "custom", "person.name", "", "custom", "custom"]);
        assert_eq!(looked.clashes(&fine), none);
        let clashes = looked.clashes(&choices(&["email", "email", "person.name", "given", "", ""]));
        assert_eq!(clashes.len(), 2);
        assert_eq!(clashes[0].places, [0, 1]);
        assert!(clashes[0].words.starts_with(
            "“E-Mail” and “Work email” can’t both become “E-mail (finds the person)”. Keep one"
        ));
        assert_eq!(clashes[1].places, [2, 3]);
        let three = looked.clashes(&choices(&["email", "email", "", "", "email", ""]));
        assert!(three[0].words.starts_with("“E-Mail”, “Work email” and “Note” can’t all become"));
    }

    #[test]
    fn columns_whose_names_come_to_the_same_keep_a_name_each() {
        let looked = looked(&[
            ("E-Mail", &["ann@north.example"][..]),
            ("Email", &["A-1"]),
            ("Note", &["x"]),
            ("Note?", &["x"]),
        ]);
        let text = looked
            .mapping("f.csv", &choices(&["email", "outside", "custom", "custom"]), "UTC")
            .to_toml();
        for line in ["email_2 = \"Email\"", "person.custom.note_2\" = \"Note?\""] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(Mapping::parse(&text).is_ok(), "{text}");
    }
}
