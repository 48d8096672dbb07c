//! The columns of the lists of people and of companies: which there are, and by what they order it.

use super::ask::Ask;
use super::wanted::Order;
use crate::Of;
use crate::companies::CompanySort;
use crate::list::Sort;
use crate::missing::Toward;
use crate::pages::list::Head;

/// A column beside the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Company,
    Stage,
    Kind,
    Temperature,
    Fit,
    Engagement,
    Likelihood,
    Owner,
    Touched,
    Since,
    Created,
    Email,
    Phone,
    Title,
    Country,
    People,
    Intent,
    Domain,
    Industry,
    Employees,
    /// What is held true under a key.
    Fact(String),
}

/// A column with its word in addresses, which is the name of its cells too, and its label.
type Known = (Column, &'static str, &'static str);

const PEOPLE: &[Known] = &[
    (Column::Company, "co", "Company"),
    (Column::Stage, "stage", "Stage"),
    (Column::Kind, "kind", "Kind"),
    (Column::Temperature, "temp", "Temperature"),
    (Column::Fit, "fit", "Fit"),
    (Column::Engagement, "eng", "Engagement"),
    (Column::Likelihood, "lik", "Likelihood"),
    (Column::Owner, "owner", "Owner"),
    (Column::Touched, "last", "Last heard"),
    (Column::Since, "since", "In stage since"),
    (Column::Created, "created", "Known since"),
    (Column::Email, "email", "E-mail"),
    (Column::Phone, "phone", "Phone"),
    (Column::Title, "title", "Title"),
    (Column::Country, "country", "Country"),
];
const COMPANIES: &[Known] = &[
    (Column::Stage, "stage", "Stage"),
    (Column::People, "people", "People"),
    (Column::Intent, "intent", "Intent"),
    (Column::Touched, "last", "Last heard"),
    (Column::Industry, "industry", "Industry"),
    (Column::Employees, "employees", "Employees"),
    (Column::Country, "country", "Country"),
    (Column::Domain, "domain", "Domain"),
    (Column::Created, "created", "Known since"),
];
const PEOPLE_USUAL: &[Column] = &[
    Column::Company,
    Column::Stage,
    Column::Kind,
    Column::Temperature,
    Column::Fit,
    Column::Engagement,
    Column::Likelihood,
    Column::Owner,
    Column::Touched,
];
const COMPANIES_USUAL: &[Column] = &[
    Column::Stage,
    Column::People,
    Column::Intent,
    Column::Touched,
    Column::Industry,
    Column::Employees,
    Column::Country,
];

/// Those that every workspace has.
const fn known(of: Of) -> &'static [Known] {
    match of {
        Of::People => PEOPLE,
        Of::Companies => COMPANIES,
    }
}

impl Column {
    /// Those that are shown unless others are asked for.
    pub(super) const fn usual(of: Of) -> &'static [Column] {
        match of {
            Of::People => PEOPLE_USUAL,
            Of::Companies => COMPANIES_USUAL,
        }
    }

    /// Those that every workspace has.
    pub(super) fn all(of: Of) -> impl Iterator<Item = Column> {
        known(of).iter().map(|(column, ..)| column.clone())
    }

    pub(super) fn parse(of: Of, word: &str) -> Option<Column> {
        let found = known(of).iter().find(|(_, other, _)| *other == word);
        found.map(|(column, ..)| column.clone()).or_else(|| match Order::parse(of, word)? {
            Order::People(Sort::Fact(key)) | Order::Companies(CompanySort::Fact(key)) => {
                Some(Column::Fact(key))
            }
            Order::People(_) | Order::Companies(_) => None,
        })
    }

    fn known(&self) -> Option<(&'static str, &'static str)> {
        let found = PEOPLE.iter().chain(COMPANIES).find(|(column, ..)| column == self);
        found.map(|(_, word, label)| (*word, *label))
    }

    pub(super) fn word(&self) -> &str {
        match self {
            Column::Fact(key) => key,
            known => known.known().map_or("", |(word, _)| word),
        }
    }

    /// The name of its cells.
    pub(super) fn cell(&self) -> &'static str {
        self.known().map_or("fact", |(word, _)| word)
    }

    pub(super) fn label(&self) -> String {
        match self {
            Column::Fact(key) => fact_label(key),
            known => known.known().map_or_else(String::new, |(_, label)| label.to_owned()),
        }
    }

    /// The order by it, if there is one.
    pub(super) fn order(&self, of: Of) -> Option<Order> {
        let fact = |key: &str| Some(Order::by_fact(of, key));
        match (self, of) {
            (Column::Fact(key), _) => fact(key),
            (Column::Touched, Of::People) => Some(Order::People(Sort::Touched)),
            (Column::Touched, Of::Companies) => Some(Order::Companies(CompanySort::Touched)),
            (Column::Created, Of::People) => Some(Order::People(Sort::Created)),
            (Column::Created, Of::Companies) => Some(Order::Companies(CompanySort::Created)),
            (Column::Country, Of::People) => fact("person.country"),
            (Column::Country, Of::Companies) => fact("company.country"),
            (Column::Fit, _) => Some(Order::People(Sort::Fit)),
            (Column::Engagement, _) => Some(Order::People(Sort::Engagement)),
            (Column::Company, _) => fact("company.name"),
            (Column::Likelihood, _) => fact("score.likelihood"),
            (Column::Owner, _) => fact(crate::OWNER),
            (Column::Email, _) => fact("person.email"),
            (Column::Title, _) => fact("person.title"),
            (Column::Stage, Of::Companies) => Some(Order::Companies(CompanySort::Stage)),
            (Column::People, _) => Some(Order::Companies(CompanySort::People)),
            (Column::Intent, _) => Some(Order::Companies(CompanySort::Intent)),
            (Column::Domain, _) => fact("company.domain"),
            (Column::Industry, _) => fact("company.industry"),
            (Column::Employees, _) => fact("company.employees"),
            (Column::Stage, Of::People)
            | (Column::Kind | Column::Temperature | Column::Since | Column::Phone, _) => None,
        }
    }

    /// Whether its cells stand at the right.
    fn is_right(&self) -> bool {
        matches!(
            self,
            Column::Touched | Column::Since | Column::Created | Column::People | Column::Employees
        )
    }
}

/// `person.custom.plan` is `plan`, `company.employees` is `company employees`.
pub(super) fn fact_label(key: &str) -> String {
    let rest = key.strip_prefix("person.").unwrap_or(key).replace(".custom.", ".");
    rest.strip_prefix("custom.").unwrap_or(&rest).replace(['.', '_'], " ")
}

/// The heads of the table: the name, and each column.
pub(super) fn heads(ask: &Ask, columns: &[Column], order: &Order, descending: bool) -> Vec<Head> {
    let head = |label: String, cell, by: Option<Order>, is_right| {
        let is_sorted = by.as_ref() == Some(order) && ask.q.trim().is_empty();
        let href = by.map(|by| {
            // The same column again turns the order round.
            let is_down = if is_sorted { !descending } else { by.is_down_by_itself() };
            ask.but(|ask| {
                ask.sort = by.word().to_owned();
                ask.dir = if is_down { "desc" } else { "asc" }.to_owned();
            })
        });
        let sorted = match (is_sorted, descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        Head { label, cell, href: href.unwrap_or_default(), sorted, is_right }
    };
    let by_name = match ask.of {
        Of::People => Order::People(Sort::Name),
        Of::Companies => Order::Companies(CompanySort::Name),
    };
    let mut heads = vec![head("Name".to_owned(), "name", Some(by_name), false)];
    for column in columns {
        let by = column.order(ask.of);
        heads.push(head(column.label(), column.cell(), by, column.is_right()));
    }
    if ask.toward().is_some() {
        let place = heads.iter().position(|head| head.cell == "stage").map_or(1, |at| at + 1);
        heads.insert(place, head("What is missing".to_owned(), "missing", None, false));
    }
    heads
}

impl Ask {
    /// For which stage it is shown what is missing; of people alone.
    pub(super) fn toward(&self) -> Option<Toward> {
        Toward::parse(&self.missing).filter(|_| self.of == Of::People)
    }
}
