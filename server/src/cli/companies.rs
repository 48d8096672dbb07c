//! `sluice companies`

use clap::Args;
use people::companies::{self, CompanyList, CompanyListView, CompanySort};
use people::condition::read_of_companies;
use people::list::{Cursor, PAGE_ROWS_MAX};
use people::{COMPANY, Of, lists};
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::json;
use team::Right;

use super::{job, reading};
use crate::house::{House, asking};
use crate::listed::company;
use crate::say::{Ink, Outcome, table};

/// List companies
#[derive(Args)]
#[command(
    long_about = "Lists companies with where they stand, a page at a time: as far as the furthest of their people, or as their own \
        deals bring them. With --where those that meet a condition about companies, and how many they are; what a condition asks \
        for the first time is read out of all histories once, and kept up from then on.",
    after_long_help = "Examples:\n  \
        sluice companies --sort people --limit 50\n  \
        sluice companies --search north\n  \
        sluice companies --where 'company.employees >= 50 && stage == \"prospect\"' --sort touched --json\n  \
        sluice companies --where 'somebody(person.seniority == \"vp\" && did(\"email.replied\", days(30)))'\n  \
        sluice companies --segment \"Large and silent\" --sort company.employees --reverse"
)]
pub(crate) struct Companies {
    /// Only companies that meet a condition about companies
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Only companies in a segment of companies, by its name or id
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// Only companies in a list of companies, by its name or id
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// name, stage, people, touched, intent, created, or a fact like company.employees: of which it is unknown comes last
    #[arg(long, value_name = "ORDER", value_parser = read_sort, default_value = "name")]
    sort: CompanySort,
    /// The other way round: names from Z, the smallest and the longest ago first
    #[arg(long)]
    reverse: bool,
    /// A name, the beginning of one, or a domain
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=PAGE_ROWS_MAX as i64))]
    limit: u16,
    /// Where the page before ended
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

fn read_sort(text: &str) -> Result<CompanySort, String> {
    CompanySort::parse(text).ok_or_else(|| {
        "there are name, stage, people, touched, intent, created, and facts like company.employees"
            .to_owned()
    })
}

impl Companies {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let Companies { condition, segment, list, sort, reverse, search, limit, after, lens } =
            self;
        let not_a_place = || {
            let words = "this is no place in this list: take it as the page before gave it";
            Failure::invalid("after", words)
        };
        let after = after.map(|text| Cursor::parse(&text).ok_or_else(not_a_place)).transpose()?;
        let descending = sort.is_down_by_itself() != reverse;
        let (label, ask) = app.db.read_blocking(move |tx| {
            asking.may(Right::ReadPeople)?;
            let lens = people::lens_for(tx, asking, lens.as_deref())?;
            let of_segment = match &segment {
                Some(which) => {
                    let meant = people::segment::meant_of(tx, asking, Of::Companies, which)?;
                    Some(meant.condition)
                }
                None => None,
            };
            let text = match (condition, of_segment) {
                (Some(a), Some(b)) => Some(format!("({a}) && ({b})")),
                (a, b) => a.or(b),
            };
            let condition = text.map(|text| read_of_companies(tx, lens.id, &text)).transpose()?;
            let list = match &list {
                Some(which) => Some(lists::meant_of(tx, asking, Of::Companies, which)?.id),
                None => None,
            };
            let (lens_id, limit) = (lens.id, usize::from(limit));
            let ask = CompanyList {
                lens: lens_id,
                condition,
                list,
                search,
                sort,
                descending,
                after,
                limit,
            };
            Ok((lens.label, ask))
        })?;
        let unready = ask.clone();
        let jobs =
            app.db.write_blocking(move |tx| companies::prepare(tx, asking, &unready, now))?;
        for job in jobs {
            let progress = house.mouth.progress("reading histories");
            job::run(&app, &house.jobs(), job, &progress, ("done", "total"))?;
        }
        let (view, count) = app.db.read_blocking(move |tx| {
            let not_ready = || Failure::broken("the words of a condition were not made ready");
            let view = companies::list(tx, asking, &ask, now)?.ok_or_else(not_ready)?;
            let count = companies::count(tx, asking, &ask, now)?.ok_or_else(not_ready)?;
            Ok((view, count))
        })?;
        let outside = app.public_ids();
        let value = json!({
            "lens": label,
            "companies": view.rows.iter().map(|row| company(row, outside)).collect::<Vec<_>>(),
            "next": view.next.as_ref().map(Cursor::to_text),
            "count": count,
        });
        house.mouth.result(&value, |ink| shown(&view, count, outside, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(view: &CompanyListView, count: u64, outside: PublicIds, ink: Ink) -> String {
    let heads = ["id", "name", "stage", "people", "heard of", "intent", "employees"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let dash = || "-".to_owned();
    for row in &view.rows {
        rows.push(vec![
            outside.encode(COMPANY, row.company.id),
            row.company.name.clone(),
            row.stage.as_str().to_owned(),
            row.people.map_or_else(dash, |people| people.to_string()),
            row.touched_at.map_or_else(dash, |at| format!("{:.10}", at.to_string())),
            match row.intent {
                _ if row.is_intent_kept => "hidden".to_owned(),
                Some(intent) => format!("{intent:.0}"),
                None => dash(),
            },
            row.company.employees.map_or_else(dash, |employees| employees.to_string()),
        ]);
    }
    let text = table(&rows);
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let more = view.next.as_ref().map(|next| format!("more: --after {}\n", next.to_text()));
    let all = if count == 1 { "1 company".to_owned() } else { format!("{count} companies") };
    format!("{}\n{rest}{}{}", ink.strong(head), ink.quiet(more.unwrap_or_default()), ink.quiet(all))
}
