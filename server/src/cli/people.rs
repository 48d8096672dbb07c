//! `sluice people`

use std::collections::HashMap;

use clap::Args;
use funnel::Stage;
use funnels::segment::Segment;
use people::list::{Cursor, List, PAGE_ROWS_MAX, Sort};
use people::missing::{MissingView, Toward};
use people::{PERSON, PersonId};
use platform::App;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Map, json};
use team::{Right, User};

use super::{job, reading};
use crate::house::House;
use crate::listed::{Page, engagement, one, temperature};
use crate::say::{Ink, Outcome, table};

/// List people
#[derive(Args)]
#[command(
    long_about = "Lists people with where they stand, a page at a time. With --where those who meet a condition, in the order in \
        which they came, and how many they are; what a condition asks for the first time is read out of everybody's \
        history once, and kept up from then on.",
    after_long_help = "Examples:\n  \
        sluice people --stage prospect --sort engagement\n  \
        sluice people --stage lead --stage prospect --limit 50 --json\n  \
        sluice people --search ann\n  \
        sluice people --where 'company.employees >= 50 && !did(\"email.sent\", days(30))'\n  \
        sluice people --stage prospect --missing opportunity\n  \
        sluice people --after i1782~17         the next page, as the one before says at its end"
)]
pub(crate) struct People {
    /// Only people at this stage; may be said several times
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Vec<Stage>,
    /// Only people who meet a condition, as definitions write them
    #[arg(long = "where", value_name = "CONDITION", conflicts_with_all = ["stage", "sort", "reverse", "search"])]
    condition: Option<String>,
    /// name, fit, engagement or touched
    #[arg(long, value_name = "ORDER", default_value = "touched", value_parser = read_sort)]
    sort: Sort,
    /// The other way round: names from Z, the smallest and the longest ago first
    #[arg(long)]
    reverse: bool,
    /// A name, the beginning of one, or an e-mail address
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

pub(super) fn read_sort(text: &str) -> Result<Sort, String> {
    Sort::parse(text).ok_or_else(|| "there are name, fit, engagement and touched".to_owned())
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
        let mut page = match &self.condition {
            Some(condition) => self.meeting(house, &app, condition)?,
            None => self.listed(&app)?,
        };
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

    /// Those at some stages, or of some name, in an order.
    fn listed(self, app: &App) -> Result<Page, Failure> {
        let People { stage, sort, reverse, search, limit, after, lens, .. } = self;
        let after = after.map(|text| Cursor::parse(&text).ok_or_else(not_a_place)).transpose()?;
        app.db.read_blocking(move |tx| {
            User::operator().may(Right::ReadPeople)?;
            let lens = people::lens_for(tx, &User::operator(), lens.as_deref())?;
            let is_down = (sort != Sort::Name) != reverse;
            let list = List {
                lens: lens.id,
                stages: stage,
                sort,
                descending: is_down,
                after,
                search,
                limit: limit.into(),
            };
            let view = people::list::list(tx, &User::operator(), &list)?;
            let next = view.next.as_ref().map(Cursor::to_text);
            Page::new(tx, lens, view.rows, next, None, Some(view.tally))
        })
    }

    /// Those who meet a condition.
    fn meeting(&self, house: &House, app: &App, condition: &str) -> Result<Page, Failure> {
        let now = app.clock.now();
        let (name, text) = (self.lens.clone(), condition.to_owned());
        let segment = app.db.read_blocking(move |tx| {
            Segment::read(&funnels::lens::of(tx, &User::operator(), name.as_deref())?, &text)
        })?;
        let asked = segment.clone();
        let job = app.db.write_blocking(move |tx| asked.prepare(tx, &User::operator(), now))?;
        if let Some(job) = job {
            let progress = house.mouth.progress("reading histories");
            job::run(app, &house.jobs(), job, &progress, ("done", "total"))?;
        }
        let outside = app.public_ids();
        let after = match &self.after {
            Some(text) => outside.decode(PERSON, text).ok_or_else(not_a_place)?,
            None => 0,
        };
        let (limit, name) = (usize::from(self.limit), self.lens.clone());
        app.db.read_blocking(move |tx| {
            let who = User::operator();
            let lens = people::lens_for(tx, &who, name.as_deref())?;
            let not_ready = || Failure::broken("the words of a condition were not made ready");
            let count = segment.count(tx, &who, now)?.ok_or_else(not_ready)?;
            let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let mut ids =
                segment.people(tx, &who, now, (after, one_more))?.ok_or_else(not_ready)?;
            let is_more = ids.len() > limit;
            ids.truncate(limit);
            let next = ids.last().filter(|_| is_more).map(|id| outside.encode(PERSON, *id));
            let rows = people::list::of(tx, &who, lens.id, &ids)?;
            Page::new(tx, lens, rows, next, Some(count), None)
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
    let (lens, now) = (page.lens.id, app.clock.now());
    let ids: Vec<PersonId> = page.rows.iter().map(|row| row.person.id).collect();
    app.db.read_blocking(move |tx| {
        funnels::missing::missing(tx, &User::operator(), lens, &ids, toward, now)
    })
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
            format!("{:.0}", standing.fit.0),
            format!("{:.0}", engagement(standing, &page.lens, now)),
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
