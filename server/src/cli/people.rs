//! `sluice people`

use clap::Args;
use funnel::Stage;
use people::list::{Cursor, List, ListView, PAGE_ROWS_MAX, Sort};
use people::stand::Standing;
use people::{LensLabel, PERSON};
use platform::Tx;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Map, Value, json};
use team::{Right, User};

use super::reading;
use crate::house::House;
use crate::say::{Ink, Outcome, table};

/// List people
#[derive(Args)]
#[command(
    long_about = "Lists people with where they stand, a page at a time.",
    after_long_help = "Examples:\n  \
        sluice people --stage prospect --sort engagement\n  \
        sluice people --stage lead --stage prospect --limit 50 --json\n  \
        sluice people --search ann\n  \
        sluice people --after i1782~17         the next page, as the one before says at its end"
)]
pub(crate) struct People {
    /// Only people at this stage; may be said several times
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Vec<Stage>,
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
    #[arg(long, value_name = "PLACE", value_parser = read_cursor)]
    after: Option<Cursor>,
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
    Sort::parse(text).ok_or_else(|| "there are name, fit, engagement and touched".to_owned())
}

fn read_cursor(text: &str) -> Result<Cursor, String> {
    Cursor::parse(text).ok_or_else(|| "take it as the page before gave it".to_owned())
}

impl People {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let now = app.clock.now();
        let People { stage, sort, reverse, search, limit, after, lens } = self;
        let (lens, view, owners) = app.db.read_blocking(move |tx| {
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
            let view = people::list::list(tx, &list)?;
            let owners = owners(tx, &view)?;
            Ok((lens, view, owners))
        })?;
        let outside = app.public_ids();
        let value = json!({
            "lens": lens.label,
            "people": view.rows.iter().map(|row| {
                let person = &row.person;
                let owner = person.owner.and_then(|id| owners.iter().find(|(owner, _)| *owner == id));
                let mut one = json!({
                    "id": outside.encode(PERSON, person.id),
                    "name": person.name,
                    "email": person.email,
                    "title": person.title,
                    "company": row.company,
                    "owner": owner.map(|(_, name)| name),
                });
                if let (Some(one), Value::Object(standing)) =
                    (one.as_object_mut(), standing_value(&row.standing, &lens, now))
                {
                    one.extend(standing);
                }
                one
            }).collect::<Vec<_>>(),
            "next": view.next.as_ref().map(Cursor::to_text),
            "stages": view.tally.iter().filter(|(stage, _)| *stage != Stage::None)
                .map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect::<Map<_, _>>(),
        });
        house.mouth.result(&value, |ink| shown(&view, &lens, now, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn owners(tx: &mut Tx, view: &ListView) -> Result<Vec<(i64, String)>, Failure> {
    let mut ids: Vec<i64> = view.rows.iter().filter_map(|row| row.person.owner).collect();
    ids.sort_unstable();
    ids.dedup();
    team::names(tx, &ids)
}

/// Where somebody stands, with engagement as it is now.
pub(super) fn standing_value(standing: &Standing, lens: &LensLabel, now: moment::Moment) -> Value {
    let criteria: Map<String, Value> = lens
        .criteria
        .iter()
        .zip(standing.criteria.chars())
        .map(|(name, letter)| {
            let truth = match letter {
                't' => json!(true),
                'f' => json!(false),
                _ => Value::Null,
            };
            (name.clone(), truth)
        })
        .collect();
    json!({
        "stage": match standing.stage { Stage::None => None, stage => Some(stage.as_str()) },
        "kind": standing.kind,
        "temperature": temperature(standing.temperature),
        "criteria": criteria,
        "fit": [standing.fit.0, standing.fit.1],
        "engagement": engagement(standing, lens, now),
        "intent": standing.intent,
        "likelihood": standing.likelihood,
        "since": standing.entered_at,
    })
}

/// The score halved for every half-life since it was folded.
fn engagement(standing: &Standing, lens: &LensLabel, now: moment::Moment) -> f64 {
    match lens.half_life_us {
        Some(half_life) if half_life > 0 => {
            let age = (now - standing.folded_at).0.max(0) as f64;
            standing.engagement * (-age / half_life as f64).exp2()
        }
        _ => standing.engagement,
    }
}

fn temperature(code: i64) -> Option<&'static str> {
    match code {
        3 => Some("hot"),
        2 => Some("warm"),
        1 => Some("cold"),
        _ => None,
    }
}

fn shown(
    view: &ListView,
    lens: &LensLabel,
    now: moment::Moment,
    outside: PublicIds,
    ink: Ink,
) -> String {
    let heads = ["id", "name", "company", "stage", "kind", "temperature", "fit", "engagement"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let dash = || "-".to_owned();
    for row in &view.rows {
        let standing = &row.standing;
        rows.push(vec![
            outside.encode(PERSON, row.person.id),
            row.person.name.clone(),
            row.company.clone().unwrap_or_else(dash),
            standing.stage.as_str().to_owned(),
            standing.kind.clone().unwrap_or_else(dash),
            temperature(standing.temperature).map_or_else(dash, str::to_owned),
            format!("{:.0}", standing.fit.0),
            format!("{:.0}", engagement(standing, lens, now)),
        ]);
    }
    let text = table(&rows);
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let more = view.next.as_ref().map(|next| format!("more: --after {}\n", next.to_text()));
    let tally: Vec<String> = view
        .tally
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(stage, count)| format!("{count} {}", stage.as_str()))
        .collect();
    format!(
        "{}\n{rest}{}{}",
        ink.strong(head),
        ink.quiet(more.unwrap_or_default()),
        ink.quiet(tally.join(", "))
    )
}
