//! `sluice people`

use std::collections::HashMap;

use clap::Args;
use funnel::Stage;
use people::list::{Cursor, List, PAGE_ROWS_MAX, Sieve, Sort};
use people::missing::{MissingView, Toward};
use people::{PERSON, PersonId};
use platform::App;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Map, json};
use team::Right;

use super::{job, reading};
use crate::house::{House, asking};
use crate::listed::{Page, engagement, one, temperature};
use crate::say::{Ink, Outcome, table};

/// List people
#[derive(Args)]
#[command(
    long_about = "Lists people with where they stand, a page at a time. With --where those who meet a condition, in the order in \
        which they came unless told otherwise, and how many they are; what a condition asks for the first time is read out of everybody's \
        history once, and kept up from then on.",
    after_long_help = "Examples:\n  \
        sluice people --stage prospect --sort engagement\n  \
        sluice people --stage lead --stage prospect --limit 50 --json\n  \
        sluice people --search ann\n  \
        sluice people --where 'company.employees >= 50 && !did(\"email.sent\", days(30))'\n  \
        sluice people --where 'person.country == \"DE\"' --sort company.employees --reverse\n  \
        sluice people --segment \"Budget unknown\" --sort fit\n  \
        sluice people --stage prospect --missing opportunity\n  \
        sluice people --after i1782~17         the next page, as the one before says at its end"
)]
pub(crate) struct People {
    /// Only people at this stage; may be said several times
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Vec<Stage>,
    /// Only people who meet a condition, as definitions write them
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Only people in a segment, by its name or id
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// Only people in a list, by its name or id
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// name, fit, engagement, touched, created, or a fact like company.employees: of whom it is unknown comes last
    /// [default: touched; with --where created]
    #[arg(long, value_name = "ORDER", value_parser = read_sort)]
    sort: Option<Sort>,
    /// The other way round: names from Z, the smallest and the longest ago first
    #[arg(long)]
    reverse: bool,
    /// A name, the beginning of one, or an e-mail address; with --sort the 1,000 nearest in that order
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=PAGE_ROWS_MAX as i64))]
    limit: u16,
    /// Where the page before ended
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// Say what each lacks for this stage, or for the next one: lead, prospect, opportunity, customer or next
    #[arg(long, value_name = "STAGE", value_parser = read_toward)]
    missing: Option<Toward>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

pub(super) fn read_stage(text: &str) -> Result<Stage, String> {
    let named = Stage::parse(text).filter(|stage| *stage != Stage::None);
    named.ok_or_else(|| {
        "there are lead, prospect, opportunity, customer, recycled and disqualified".to_owned()
    })
}

fn read_sort(text: &str) -> Result<Sort, String> {
    Sort::parse(text).ok_or_else(|| {
        "there are name, fit, engagement, touched, created, and facts like company.employees"
            .to_owned()
    })
}

fn read_toward(text: &str) -> Result<Toward, String> {
    let toward = Toward::parse(text);
    toward.ok_or_else(|| "there are lead, prospect, opportunity, customer and next".to_owned())
}

impl People {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let now = app.clock.now();
        let toward = self.missing;
        let mut page = self.listed(house, &app)?;
        if let Some(toward) = toward {
            page.lacks = Some(lacks(&app, &page, toward)?);
        }
        let outside = app.public_ids();
        let mut value = json!({
            "lens": page.lens.label,
            "people": page.rows.iter().map(|row| one(row, &page, outside, now)).collect::<Vec<_>>(),
            "next": page.next,
        });
        if let Some(count) = page.count {
            value["count"] = json!(count);
        }
        if let Some(tally) = &page.tally {
            value["stages"] = tally
                .iter()
                .filter(|(stage, _)| *stage != Stage::None)
                .map(|(stage, count)| (stage.as_str().to_owned(), json!(count)))
                .collect::<Map<_, _>>()
                .into();
        }
        house.mouth.result(&value, |ink| shown(&page, now, outside, ink))?;
        Ok(Outcome::Done)
    }

    /// Those at some stages, of some name, or who meet a condition, in an order; what is not ready is made first.
    fn listed(self, house: &House, app: &App) -> Result<Page, Failure> {
        let asking = asking(app);
        let People {
            stage,
            condition,
            segment,
            list,
            sort,
            reverse,
            search,
            limit,
            after,
            lens,
            ..
        } = self;
        let now = app.clock.now();
        let after = after.map(|text| Cursor::parse(&text).ok_or_else(not_a_place)).transpose()?;
        // In an order of their own those of a text are a list like others.
        let is_sorted = sort.is_some();
        // Without an order those of a condition come as they came.
        let (sort, is_down) = match sort {
            Some(sort) => (sort.clone(), sort.is_down_by_itself() != reverse),
            None if condition.is_some() || segment.is_some() || list.is_some() => {
                (Sort::Created, reverse)
            }
            None => (Sort::Touched, !reverse),
        };
        let (name, text) = (lens.clone(), condition.clone());
        let (asked, list, lens_id) = app.db.read_blocking(move |tx| {
            let who = asking;
            let lens = people::lens_for(tx, who, name.as_deref())?;
            let of_segment = match &segment {
                Some(which) => Some(people::segment::meant(tx, who, which)?.condition),
                None => None,
            };
            let text = match (text, of_segment) {
                (Some(a), Some(b)) => Some(format!("({a}) && ({b})")),
                (a, b) => a.or(b),
            };
            let asked = text.map(|text| people::condition::read(tx, lens.id, &text)).transpose()?;
            let list = match &list {
                Some(which) => {
                    Some(people::lists::meant_of(tx, who, people::Of::People, which)?.id)
                }
                None => None,
            };
            Ok((asked, list, lens.id))
        })?;
        let (unready, by) = (asked.clone(), sort.clone());
        let jobs = app.db.write_blocking(move |tx| {
            people::list::prepare(tx, asking, unready.as_ref(), (lens_id, &by), now)
        })?;
        for job in jobs {
            let progress = house.mouth.progress("reading histories");
            job::run(app, &house.jobs(), job, &progress, ("done", "total"))?;
        }
        app.db.read_blocking(move |tx| {
            let who = asking;
            who.may(Right::ReadPeople)?;
            let lens = people::lens_for(tx, who, lens.as_deref())?;
            let (mut search, mut found) = (search, None);
            if let Some(text) = search.take_if(|_| is_sorted) {
                found = Some(people::list::found(tx, who, &text)?);
            }
            let sieve = Sieve {
                stages: stage.clone(),
                condition: asked,
                list,
                found,
                ..Sieve::of(lens.id)
            };
            let list = List {
                lens: lens.id,
                stages: stage,
                sort,
                descending: is_down,
                after,
                search,
                limit: limit.into(),
            };
            let not_ready = || Failure::broken("the words of a condition were not made ready");
            let view = people::list::list_of(tx, who, &list, &sieve, now)?.ok_or_else(not_ready)?;
            let count = match (&sieve.condition, sieve.list, &list.search) {
                (None, None, _) | (_, _, Some(_)) => None,
                _ => Some(sieve.count(tx, who, now)?.ok_or_else(not_ready)?),
            };
            let next = view.next.as_ref().map(Cursor::to_text);
            let tally = match count {
                Some(_) => None,
                None => Some(people::stand::tally_for(tx, who, lens.id)?),
            };
            Page::new(tx, lens, view.rows, next, count, tally)
        })
    }
}

fn not_a_place() -> Failure {
    Failure::invalid("after", "this is no place in this list: take it as the page before gave it")
}

fn lacks(
    app: &App,
    page: &Page,
    toward: Toward,
) -> Result<HashMap<PersonId, MissingView>, Failure> {
    let asking = asking(app);
    let (lens, now) = (page.lens.id, app.clock.now());
    let ids: Vec<PersonId> = page.rows.iter().map(|row| row.person.id).collect();
    app.db.read_blocking(move |tx| funnels::missing::missing(tx, asking, lens, &ids, toward, now))
}

/// A score, or that it is kept from whoever asks.
fn told(is_kept: bool, score: f64) -> String {
    if is_kept { "hidden".to_owned() } else { format!("{score:.0}") }
}

fn shown(page: &Page, now: moment::Moment, outside: PublicIds, ink: Ink) -> String {
    let heads = ["id", "name", "company", "stage", "kind", "temperature", "fit", "engagement"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    if page.lacks.is_some() {
        rows[0].push("missing".to_owned());
    }
    let dash = || "-".to_owned();
    for row in &page.rows {
        let standing = &row.standing;
        rows.push(vec![
            outside.encode(PERSON, row.person.id),
            row.person.name.clone(),
            row.company.clone().unwrap_or_else(dash),
            standing.stage.as_str().to_owned(),
            standing.kind.clone().unwrap_or_else(dash),
            temperature(standing.temperature).map_or_else(dash, str::to_owned),
            told(page.lens.kept.fit, standing.fit.0),
            told(page.lens.kept.engagement, engagement(standing, &page.lens, now)),
        ]);
        if let (Some(lacks), Some(cells)) = (&page.lacks, rows.last_mut()) {
            cells.push(lacks.get(&row.person.id).map(MissingView::words).unwrap_or_default());
        }
    }
    let text = table(&rows);
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let more = page.next.as_ref().map(|next| format!("more: --after {next}\n"));
    let tally = page.tally.iter().flatten().filter(|(_, count)| *count > 0);
    let mut tally: Vec<String> =
        tally.map(|(stage, count)| format!("{count} {}", stage.as_str())).collect();
    tally.extend(page.count.map(|count| format!("{count} meet the condition")));
    format!(
        "{}\n{rest}{}{}",
        ink.strong(head),
        ink.quiet(more.unwrap_or_default()),
        ink.quiet(tally.join(", "))
    )
}
