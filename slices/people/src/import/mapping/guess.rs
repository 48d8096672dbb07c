//! A first proposal for a file that nobody has mapped yet, from the names of its columns (English and
//! German) and a few of its rows. A person looks it over; nothing is imported by a guess.

use std::collections::BTreeSet;

use wire::number::{Decimal, NotANumber, Number};
use wire::table::Header;

use super::{
    Column, FactSource, FileLayout, From, Known, Line, Mapping, Recorded, Source, Type, When,
};

/// A proposal, and what the one who looks it over should know.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The mapping. Without keys, and so not yet usable, if no column tells people apart.
    pub mapping: Mapping,
    /// What was seen in the sample, by column.
    pub remarks: Vec<Remark>,
}

/// What was seen in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The column; empty for the file as a whole.
    pub column: String,
    /// What was seen.
    pub words: String,
}

/// What a column's name says it is. Names are compared in small letters, without accents and
/// without anything but letters and digits.
const NAMES: [(&str, &[&str]); 18] = [
    (
        "email",
        &["email", "mail", "emailaddress", "emailadresse", "mailadresse", "workemail", "email1"],
    ),
    (
        "phone",
        &[
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "telefon",
            "telefonnummer",
            "mobile",
            "mobilephone",
            "mobil",
            "handy",
            "rufnummer",
            "workphone",
            "businessphone",
        ],
    ),
    ("given", &["firstname", "givenname", "vorname", "first", "forename"]),
    ("family", &["lastname", "familyname", "surname", "nachname", "familienname", "last"]),
    ("person.name", &["name", "fullname", "contact", "contactname", "kontakt", "ansprechpartner"]),
    (
        "person.title",
        &["title", "jobtitle", "position", "role", "funktion", "rolle", "berufsbezeichnung", "job"],
    ),
    ("person.seniority", &["seniority", "level", "hierarchie"]),
    ("person.department", &["department", "abteilung"]),
    ("person.country", &["country", "land", "countrycode", "staat"]),
    ("person.city", &["city", "town", "ort", "stadt"]),
    ("person.language", &["language", "sprache"]),
    (
        "company",
        &[
            "company",
            "companyname",
            "firma",
            "firmenname",
            "account",
            "accountname",
            "organisation",
            "organization",
            "unternehmen",
            "employer",
            "arbeitgeber",
        ],
    ),
    (
        "domain",
        &["website", "domain", "url", "webseite", "companydomain", "companywebsite", "homepage"],
    ),
    ("company.industry", &["industry", "branche", "sector", "sektor"]),
    (
        "company.employees",
        &[
            "employees",
            "mitarbeiter",
            "mitarbeiterzahl",
            "numberofemployees",
            "companysize",
            "headcount",
            "anzahlmitarbeiter",
            "noofemployees",
        ],
    ),
    ("company.revenue", &["revenue", "umsatz", "annualrevenue", "jahresumsatz"]),
    ("company.country", &["companycountry", "firmenland"]),
    ("nothing", &["salutation", "anrede", "nr", "row", "zeile", "index"]),
];

/// Texts that stand in tables for want of a value.
const PLACEHOLDERS: [&str; 12] =
    ["Select", "n/a", "N/A", "NA", "-", "--", "–", "NULL", "null", "keine Angabe", "k.A.", "#N/A"];

/// Proposes a mapping from the columns and some rows; rows hold as many cells as there are columns.
pub fn guess(header: &Header, sample: &[Vec<String>]) -> Proposal {
    let mut guess = Guess { header, sample, remarks: Vec::new(), decimal: None };
    let unknown = guess.placeholders();
    guess.decimal = guess.decimal_sign(&unknown);
    let mut roles = Roles::default();
    let mut others = Vec::new();
    for column in 0..header.len() {
        match guess.role(column, &unknown) {
            Some("nothing") => {}
            Some(role) if roles.get(role).is_none() => roles.0.push((role, column)),
            _ => others.push(column),
        }
    }
    let mut facts = guess.names(&roles);
    for (role, column) in &roles.0 {
        if role.starts_with("person.") && !facts.iter().any(|(name, _)| name == role)
            || role.starts_with("company.")
        {
            facts.push(((*role).to_owned(), fact(guess.source(*column))));
        }
    }
    let mut keys = Vec::new();
    for (kind, role) in [("email", "email"), ("phone", "phone")] {
        if let Some(column) = roles.get(role) {
            keys.push((kind.to_owned(), guess.source(column)));
        }
    }
    if let Some(column) = guess.outside_id(&others) {
        others.retain(|other| *other != column);
        keys.push((slug(guess.label(column), column), guess.source(column)));
    }
    if keys.is_empty() {
        guess.remark(None, "no column tells people apart: choose a key".to_owned());
    }
    let mut company = Vec::new();
    for (kind, role) in [("domain", "domain"), ("name", "company")] {
        if let Some(column) = roles.get(role) {
            company.push((kind.to_owned(), guess.source(column)));
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for column in others {
        if let Some(source) = guess.custom(column, &unknown) {
            let base = slug(guess.label(column), column);
            let mut name = base.clone();
            for nth in 2.. {
                if taken.insert(name.clone()) {
                    break;
                }
                name = format!("{base}_{nth}");
            }
            facts.push((format!("person.custom.{name}"), fact(source)));
        }
    }
    let file = FileLayout { decimal: guess.decimal, unknown, ..FileLayout::default() };
    let mapping = Mapping {
        name: "A first proposal".to_owned(),
        source: "import".to_owned(),
        file,
        keys,
        known: Known { at: When::Import, recorded: Recorded::Import },
        facts,
        company,
        activities: Vec::new(),
    };
    Proposal { mapping, remarks: guess.remarks }
}

/// Which column is what, in the order of the columns.
#[derive(Default)]
struct Roles(Vec<(&'static str, usize)>);

impl Roles {
    fn get(&self, role: &str) -> Option<usize> {
        self.0.iter().find(|(known, _)| *known == role).map(|(_, column)| *column)
    }
}

fn fact(source: Source) -> FactSource {
    FactSource { source, expires: None, confidence: 100 }
}

struct Guess<'a> {
    header: &'a Header,
    sample: &'a [Vec<String>],
    remarks: Vec<Remark>,
    decimal: Option<Decimal>,
}

impl<'a> Guess<'a> {
    fn label(&self, column: usize) -> &'a str {
        self.header.labels().get(column).map_or("", String::as_str)
    }

    fn source(&self, column: usize) -> Source {
        Source::column(self.label(column))
    }

    fn remark(&mut self, column: Option<usize>, words: String) {
        let column = column.map(|column| self.label(column).to_owned()).unwrap_or_default();
        self.remarks.push(Remark { column, words });
    }

    /// What stands in a column, without what is unknown.
    fn texts(&self, column: usize, unknown: &[String]) -> Vec<&'a str> {
        let cells = self.sample.iter().filter_map(|row| row.get(column)).map(|cell| cell.trim());
        cells.filter(|cell| !cell.is_empty() && !unknown.iter().any(|it| it == cell)).collect()
    }

    /// Which placeholders stand in the sample; a dash only counts where it stands alone, as all do.
    fn placeholders(&mut self) -> Vec<String> {
        let cells: BTreeSet<&str> = self.sample.iter().flatten().map(|cell| cell.trim()).collect();
        let found: Vec<String> = PLACEHOLDERS
            .iter()
            .filter(|it| cells.contains(**it))
            .map(|it| (*it).to_owned())
            .collect();
        if !found.is_empty() {
            self.remark(None, format!("{} taken to mean unknown", found.join(", ")));
        }
        for word in ["unknown", "Unknown", "unbekannt", "Unbekannt", "Other", "Sonstige"] {
            if cells.contains(word) {
                self.remark(
                    None,
                    format!("{word:?} is taken as it stands; say so if it means unknown"),
                );
            }
        }
        found
    }

    /// The decimal sign that some number of the sample leaves no doubt of.
    fn decimal_sign(&mut self, unknown: &[String]) -> Option<Decimal> {
        let (mut points, mut commas, mut doubts) = (0, 0, None);
        for column in 0..self.header.len() {
            for text in self.texts(column, unknown) {
                let reads = |decimal| Number::read(text, Some(decimal)).is_ok();
                match Number::read(text, None) {
                    Err(NotANumber::Ambiguous(_)) => doubts = Some(column),
                    Ok(_) if !text.contains(['.', ',']) => {}
                    Ok(_) if reads(Decimal::Point) && !reads(Decimal::Comma) => points += 1,
                    Ok(_) if reads(Decimal::Comma) && !reads(Decimal::Point) => commas += 1,
                    _ => {}
                }
            }
        }
        match (points, commas) {
            (0, 0) => {
                if let Some(column) = doubts {
                    let words = "1.234 or 1,234: say which sign is the decimal one";
                    self.remark(Some(column), words.to_owned());
                }
                None
            }
            (points, 0) if points > 0 => Some(Decimal::Point),
            (0, _) => Some(Decimal::Comma),
            _ => {
                self.remark(None, "numbers with decimal points and with decimal commas".to_owned());
                None
            }
        }
    }

    fn role(&self, column: usize, unknown: &[String]) -> Option<&'static str> {
        let bare: String = bare(self.label(column));
        if let Some((role, _)) = NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())) {
            return Some(role);
        }
        let texts = self.texts(column, unknown);
        let addresses = texts.iter().filter(|text| identity::email::normal(text).is_ok()).count();
        (addresses > 0 && addresses * 10 >= texts.len() * 9).then_some("email")
    }

    /// The person's name, from its parts or as a whole.
    fn names(&mut self, roles: &Roles) -> Vec<(String, FactSource)> {
        let named = |name: &str, source| (name.to_owned(), fact(source));
        match (roles.get("given"), roles.get("family")) {
            (Some(given), Some(family)) => {
                let columns = [given, family];
                let columns =
                    columns.map(|it| Column { label: self.label(it).into(), line: Line(0) });
                vec![
                    named("person.name", Source::new(From::Columns(columns.to_vec()))),
                    named("person.given_name", self.source(given)),
                    named("person.family_name", self.source(family)),
                ]
            }
            (Some(column), None) | (None, Some(column)) => {
                let whole = roles.get("person.name").unwrap_or(column);
                vec![named("person.name", self.source(whole))]
            }
            (None, None) => Vec::new(),
        }
    }

    /// A column of ids: named so, and with a value of its own in every row.
    fn outside_id(&self, others: &[usize]) -> Option<usize> {
        let is_unique = |column: &&usize| {
            let texts = self.texts(**column, &[]);
            let distinct: BTreeSet<&&str> = texts.iter().collect();
            !texts.is_empty() && texts.len() == self.sample.len() && distinct.len() == texts.len()
        };
        let is_named = |column: &&usize| {
            let label = identity::name::sort_key(self.label(**column));
            let words: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).collect();
            words
                .iter()
                .any(|word| ["id", "uid", "guid", "key", "nr", "no", "nummer"].contains(word))
        };
        others.iter().filter(is_named).find(is_unique).copied()
    }

    /// A fact of one's own, with the type that all of the sample has; none if the sample is empty.
    fn custom(&self, column: usize, unknown: &[String]) -> Option<Source> {
        let texts = self.texts(column, unknown);
        if texts.is_empty() {
            return None;
        }
        let mut source = self.source(column);
        let all = |is: &dyn Fn(&str) -> bool| texts.iter().all(|text| is(text));
        let is_number = |text: &str| Number::read(text, self.decimal).is_ok();
        // A leading zero is kept: it is a code or a number to dial.
        let is_code = |text: &str| {
            text.strip_prefix('0')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        if all(&|text| wire::answer::yes_no(text).is_some() && !is_number(text)) {
            source.kind = Some(Type::YesNo);
        } else if let Some(date) = wire::date::guess(texts.iter().copied()) {
            source.kind = Some(Type::Date);
            source.format = Some(date.format.to_owned());
        } else if all(&is_number) && !texts.iter().any(|text| is_code(text)) {
            source.kind = Some(Type::Number);
        }
        Some(source)
    }
}

/// How many of the texts cannot be read as that, and the first of them.
pub fn unreadable<'a>(
    texts: &[&'a str],
    kind: Type,
    decimal: Option<Decimal>,
) -> Option<(usize, &'a str)> {
    let is_bad = |text: &&&str| match kind {
        Type::Email => identity::email::normal(text).is_err(),
        Type::Phone => identity::phone::normal(text).is_err(),
        Type::Number => Number::read(text, decimal).is_err(),
        Type::Name => identity::name::normal(text).is_err(),
        Type::Domain => identity::domain::normal(text).is_err(),
        Type::Text | Type::YesNo | Type::Date | Type::List => false,
    };
    let mut bad = texts.iter().filter(is_bad);
    bad.next().map(|first| (bad.count() + 1, *first))
}

/// Letters and digits alone, small and without accents.
fn bare(label: &str) -> String {
    identity::name::sort_key(label).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A name for a fact or key: `Gespräch am` is `gesprach_am`.
pub fn slug(label: &str, column: usize) -> String {
    let folded = identity::name::sort_key(label);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.join("_") {
        slug if slug.is_empty() => format!("column_{}", column + 1),
        slug if slug.starts_with(|c: char| c.is_ascii_digit()) => format!("n_{slug}"),
        slug => slug,
    }
}
