//! A mapping: what the columns of a file mean, in a TOML file that a marketer can read and write.
//!
//! **Promise:** a mapping that parses can be carried out; one that does not is answered with every
//! problem it has, each with its line, what was expected, and the nearest name that exists.
//! **Never:** reads a row (that is [`super::plan`]), opens a file.
//!
//! ```toml
//! name = "Fair in Hanover, October 2025"
//!
//! [file]                                    # all optional
//! encoding = "windows-1252"                 # else found out; so is the delimiter
//! delimiter = ";"
//! header = true                             # false: the columns are "column 1", "column 2" …
//! decimal = ","                             # else a number such as 1.234 is refused as ambiguous
//! zone = "Europe/Berlin"                    # of times that do not say their own; else UTC
//! country = "DE"                            # of phone numbers without + or 00; else unknown
//! unknown = ["n/a", "-"]                    # what means unknown in every column, as empty does
//!
//! [key]                                     # how a row finds its person: the first that is not empty
//! email = "E-Mail"                          # a plain text names a column …
//! badge = "Badge no."                       # … and any other name is the id of another system
//!
//! [known]                                   # since when the facts hold; else since the import
//! at = { column = "Scanned", format = "%d.%m.%Y %H:%M" }
//! recorded = "occurred"                     # another system knew it then; else: learned today
//!
//! [facts]
//! "person.name" = { columns = ["Vorname", "Nachname"] }
//! "person.title" = "Position"
//! "company.employees" = { column = "Mitarbeiter", unreadable = "leave out" }
//! "company.country" = { column = "Land", map = { Deutschland = "DE", Polen = "PL" } }
//! "person.custom.fair" = { value = "Hanover 2025" }
//!
//! [company]                                 # how a row finds its company, if it names one
//! domain = "Website"
//! name = "Firma"
//!
//! [[activities]]
//! kind = "meeting.held"
//! at = { column = "Gespräch am", format = "%d.%m.%Y" }
//! campaign = { value = "Hanover fair" }
//! properties = { says = { column = "Interesse", map = { ja = "interested" } } }
//! when = { column = "Gespräch am", known = true }
//! ```
//!
//! What is not said: an empty cell is unknown, and takes nothing back that is known. A cell that
//! cannot be read rejects its row, unless its column says `unreadable = "leave out"`, which is noted.
//! Without `[company]`, or in a row that names none, facts of the company stay with the person.
//!
//! | of a value | means |
//! |---|---|
//! | `column`, `columns` | where it stands; of several, those that are not empty, joined by a space |
//! | `value` | the same in every row: a text, a number, true or false |
//! | `type` | `text`, `number`, `yes or no`, `date`, `list`, `email`, `phone`, `name`, `domain`; else what the fact usually is, or text |
//! | `unknown` | texts that mean unknown here, besides those of `[file]` |
//! | `map` | what to put for a text; others stay as they are |
//! | `format`, `zone` | of a date |
//! | `separator` | of a list; else a comma |
//! | `unreadable` | `"leave out"`: without this value, with a note, rather than reject the row |
//! | `expires`, `confidence` | of a fact: `"180d"`, and 0 to 100 |

mod check;
pub mod dates;
mod guess;
mod parse;
mod problem;
#[cfg(test)]
mod tests;
mod values;
mod walk;
mod write;

use funnel::history::{Agent, Channel, Direction};
use moment::{Moment, Span};
use wire::number::Decimal;
use wire::table::{Header, Layout};

pub use dates::Dates;
pub use guess::{Proposal, Remark, guess, slug, unreadable};
pub use parse::KNOWN_FACTS;
pub use problem::Problem;

/// What the columns of a file mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// What people call it.
    pub name: String,
    /// What its facts name as their source; `import` if not said.
    pub source: String,
    /// How the file is written.
    pub file: FileLayout,
    /// How a row finds its person: kinds of key, each with its value, in the order in which they are
    /// tried. At least one.
    pub keys: Vec<(String, Source)>,
    /// Since when the facts hold.
    pub known: Known,
    /// Facts of the person and of the company, by their names.
    pub facts: Vec<(String, FactSource)>,
    /// How a row finds its company.
    pub company: Vec<(String, Source)>,
    /// What the row says has happened.
    pub activities: Vec<ActivityRule>,
}

/// How the file is written, as far as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct FileLayout {
    /// A label of the WHATWG encoding standard.
    pub encoding: Option<String>,
    /// One ASCII character.
    pub delimiter: Option<char>,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// The decimal sign of its numbers.
    pub decimal: Option<Decimal>,
    /// The zone of times that do not say their own.
    pub zone: String,
    /// The country (ISO 3166) of phone numbers that do not say theirs.
    pub country: Option<String>,
    /// Texts that mean unknown in every column.
    pub unknown: Vec<String>,
}

impl Default for FileLayout {
    fn default() -> FileLayout {
        FileLayout {
            encoding: None,
            delimiter: None,
            has_header: true,
            decimal: None,
            zone: "UTC".to_owned(),
            country: None,
            unknown: Vec::new(),
        }
    }
}

/// The line of the mapping on which something stands. Two mappings are the same wherever it does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line(pub usize);

impl PartialEq for Line {
    fn eq(&self, _: &Line) -> bool {
        true
    }
}

/// A column of the file, by its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// As [`wire::table::Header`] labels it.
    pub label: String,
    /// Where the mapping names it.
    pub line: Line,
}

/// Where a value comes from, and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where from.
    pub from: From,
    /// As what it is read, if said.
    pub kind: Option<Type>,
    /// Texts that mean unknown, besides those of the file.
    pub unknown: Vec<String>,
    /// What to put for a text.
    pub map: Vec<(String, Constant)>,
    /// The format of a date; `iso` if not said.
    pub format: Option<String>,
    /// The zone of a date, if not the file's.
    pub zone: Option<String>,
    /// What parts a list.
    pub separator: Option<String>,
    /// Whether the value is left out if it cannot be read, rather than the row rejected.
    pub is_left_out: bool,
    /// Where the mapping names it.
    pub line: Line,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// Columns; of several, those that are not empty are joined by a space.
    Columns(Vec<Column>),
    /// The same in every row.
    Constant(Constant),
}

/// A value that the mapping itself gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
}

/// As what a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// As it stands, trimmed.
    Text,
    /// A number, in any way of writing that leaves no doubt.
    Number,
    /// `yes`, `no` and their like in a few languages.
    YesNo,
    /// A date or time, by its format.
    Date,
    /// Several texts.
    List,
    /// An e-mail address, in its normal form.
    Email,
    /// A phone number, in its normal form.
    Phone,
    /// The name of a human.
    Name,
    /// A domain, out of an address of any kind.
    Domain,
}

impl Type {
    /// All of them with their words.
    pub const ALL: [(&'static str, Type); 9] = [
        ("text", Type::Text),
        ("number", Type::Number),
        ("yes or no", Type::YesNo),
        ("date", Type::Date),
        ("list", Type::List),
        ("email", Type::Email),
        ("phone", Type::Phone),
        ("name", Type::Name),
        ("domain", Type::Domain),
    ];

    /// The word that mappings use.
    pub fn as_str(self) -> &'static str {
        Type::ALL.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }

    /// What a fact or key of that name usually is.
    pub fn usual(name: &str) -> Type {
        match name {
            "person.email" | "email" => Type::Email,
            "person.phone" | "phone" => Type::Phone,
            "person.name" | "person.given_name" | "person.family_name" => Type::Name,
            "company.domain" | "domain" => Type::Domain,
            "company.employees" | "company.revenue" | "company.budget" => Type::Number,
            "company.competitor" => Type::YesNo,
            "company.technologies" => Type::List,
            _ => Type::Text,
        }
    }
}

/// A fact: its value, and how long and how surely it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FactSource {
    /// Where its value comes from.
    pub source: Source,
    /// How long it holds.
    pub expires: Option<Span>,
    /// 0 to 100.
    pub confidence: u8,
}

/// Since when facts hold, and when that was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Since when.
    pub at: When,
    /// Learned when.
    pub recorded: Recorded,
}

/// When something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// At the import, for want of anything better.
    Import,
    /// The same for every row, as the mapping says.
    Fixed(Moment),
    /// As the row says.
    Columns {
        /// Of several, those that are not empty, joined by a space: a date and a time.
        columns: Vec<Column>,
        /// As [`wire::date::Format`] has it.
        format: String,
        /// If not the file's.
        zone: Option<String>,
    },
}

/// When something was learned, which no standing sees before.
#[derive(Clone, Debug, PartialEq)]
pub enum Recorded {
    /// At the import.
    Import,
    /// When it happened: another system recorded it then.
    Occurred,
    /// As the row says; not before it happened, and at the import if the row does not say.
    At(When),
}

/// An activity that a row may tell of.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityRule {
    /// `subject.verb-in-the-past`.
    pub kind: String,
    /// When it happened. A row without that time is rejected, unless `when` keeps it away.
    pub at: When,
    /// When it was learned.
    pub recorded: Recorded,
    /// By which way, if not the usual one of its kind.
    pub channel: Option<Channel>,
    /// Who spoke to whom, if not as usual.
    pub direction: Option<Direction>,
    /// Who did it.
    pub agent: Agent,
    /// The campaign it belongs to.
    pub campaign: Option<Source>,
    /// Where it came from: a channel of marketing, another system.
    pub source: Option<Source>,
    /// What else it carries.
    pub properties: Vec<(String, Source)>,
    /// What it was worth.
    pub amount: Option<Amount>,
    /// What must hold of a row for it to tell of this activity; all of it.
    pub when: Vec<Test>,
    /// What tells this activity from others of its kind, everywhere. If not said: person and time.
    pub natural_key: Vec<Column>,
    /// Where the mapping begins it.
    pub line: Line,
}

/// An amount of money, kept in minor units as `amount_minor` and `currency`.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// The number.
    pub source: Source,
    /// ISO 4217.
    pub currency: Source,
}

/// Something that must hold of a row. Texts are compared as they stand, trimmed.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Of which column.
    pub column: Column,
    /// What must hold.
    pub holds: Holds,
}

/// What must hold of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// It is one of these.
    Is(Vec<String>),
    /// It is none of these. An unknown one is none of them.
    IsNot(Vec<String>),
    /// It is known, or it is not.
    Known(bool),
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// Every problem there is, in order of the lines.
    pub fn parse(text: &str) -> Result<Mapping, Vec<Problem>> {
        parse::mapping(text)
    }

    /// What the file lacks that the mapping names, with the nearest column that it has.
    pub fn check(&self, header: &Header) -> Vec<Problem> {
        check::columns(self, header)
    }

    /// What it says of a column, by the names under which it does: `key.email`, `activities[1].at`.
    pub fn uses(&self, label: &str) -> Vec<String> {
        check::uses(self, label)
    }

    /// The mapping as a file, which parses to the same again.
    pub fn to_toml(&self) -> String {
        write::mapping(self)
    }

    /// How to open the file.
    pub fn layout(&self) -> Layout {
        Layout {
            encoding: self.file.encoding.as_deref().map(Box::from),
            delimiter: self.file.delimiter.and_then(|c| u8::try_from(c).ok()),
            has_header: self.file.has_header,
            ..Layout::default()
        }
    }
}

impl Source {
    /// A column, read as it usually is.
    pub fn column(label: &str) -> Source {
        Source::new(From::Columns(vec![Column { label: label.to_owned(), line: Line(0) }]))
    }

    fn new(from: From) -> Source {
        Source {
            from,
            kind: None,
            unknown: Vec::new(),
            map: Vec::new(),
            format: None,
            zone: None,
            separator: None,
            is_left_out: false,
            line: Line(0),
        }
    }

    /// The columns it is made of.
    pub fn columns(&self) -> &[Column] {
        match &self.from {
            From::Columns(columns) => columns,
            From::Constant(_) => &[],
        }
    }
}

impl When {
    /// The columns it is made of.
    pub fn columns(&self) -> &[Column] {
        match self {
            When::Columns { columns, .. } => columns,
            When::Import | When::Fixed(..) => &[],
        }
    }
}
