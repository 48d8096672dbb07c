//! `sluice search TEXT`

use clap::Args;
use people::search::{HITS_MAX, Search, SearchView, search};
use platform::failure::Failure;
use platform::public_id::PublicIds;

use super::reading;
use crate::house::{House, asking};
use crate::listed::{self, subject};
use crate::say::{Ink, Outcome, table};

/// Find people, companies, and what was said and written
#[derive(Args)]
#[command(
    long_about = "Finds people and companies by words of their names, by addresses, telephones, domains and ids, and \
        activities and notes by their words. Case and accents do not matter, and words may be begun only. Where \
        nothing is found, one slip of the keyboard in each word is forgiven.",
    after_long_help = "Examples:\n  \
        sluice search muler\n  \
        sluice search \"ann north\" --json | jq .people\n  \
        sluice search ann@north"
)]
pub(crate) struct SearchFor {
    /// Words, or the beginnings of words
    #[arg(value_name = "TEXT", required = true, num_args = 1..)]
    text: Vec<String>,
    /// How many of each at most, up to 50
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=50))]
    limit: u8,
}

impl SearchFor {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let limit = usize::from(self.limit).min(HITS_MAX);
        let ask =
            Search { text: self.text.join(" "), people: limit, companies: limit, texts: limit };
        let found = app.db.read_blocking(move |tx| search(tx, asking, &ask))?;
        let outside = app.public_ids();
        house.mouth.result(&listed::found(&found, outside), |ink| shown(&found, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &SearchView, outside: PublicIds, ink: Ink) -> String {
    let mut text = String::new();
    if let Some(instead) = &found.instead {
        text.push_str(&format!("Nothing is called so. Found for {}:\n", ink.strong(instead)));
    }
    let dash = || "-".to_owned();
    let people = found.people.iter().map(|hit| {
        let company = hit.company.clone().unwrap_or_else(dash);
        let stage = hit.standing.stage.as_str().to_owned();
        vec![subject(hit.person.id, outside), hit.person.name.clone(), company, stage]
    });
    let companies = found.companies.iter().map(|company| {
        let domain = company.domain.clone().unwrap_or_else(dash);
        vec![subject(company.id, outside), company.name.clone(), domain]
    });
    let texts = found.texts.iter().map(|hit| {
        let excerpt = format!("{}{}{}", hit.excerpt.before, hit.excerpt.hit, hit.excerpt.after);
        vec![subject(hit.subject, outside), hit.name.clone(), hit.kind.clone(), excerpt]
    });
    let parts: [(&str, Vec<Vec<String>>); 3] = [
        ("People", people.collect()),
        ("Companies", companies.collect()),
        ("Said and written", texts.collect()),
    ];
    for (title, rows) in parts.iter().filter(|(_, rows)| !rows.is_empty()) {
        text.push_str(&format!("{}\n{}", ink.strong(title), table(rows)));
    }
    if text.is_empty() { "Nothing is found.".to_owned() } else { text }
}
