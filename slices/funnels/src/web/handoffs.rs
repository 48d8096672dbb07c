//! `GET /handoffs`: who waits to be taken on, and what came of those who were handed over.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use moment::Moment;
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::{Almanac, When, grouped};
use platform::page::{Page, filters};
use serde::Deserialize;
use team::{Right, User};

use super::tell::encoded;
use crate::handoff::{
    Counts, HandoffView, HandoffsView, LISTED_MAX, Line, Outcome, Pick, Since, handoffs, picked,
};
use crate::panel::time_left;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/handoffs", get(page))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    days: String,
    outcome: String,
    version: String,
    via: Option<String>,
    campaign: Option<String>,
    /// `all` shows everybody who waits, else only the first few are.
    show: String,
}

impl Ask {
    fn since(&self) -> Since {
        WINDOWS
            .iter()
            .find(|window| window.0 == self.days)
            .and_then(|window| window.2)
            .map_or(Since::Always, Since::Days)
    }

    /// Of which handoffs the people are listed, if of any.
    fn pick(&self) -> Option<Pick> {
        Some(Pick {
            outcome: Outcome::parse(&self.outcome)?,
            version: self.version.parse().ok(),
            via: self.via.clone(),
            campaign: self.campaign.clone(),
        })
    }
}

const WINDOWS: [(&str, &str, Option<i64>); 4] = [
    ("30", "30 days", Some(30)),
    ("90", "90 days", Some(90)),
    ("365", "1 year", Some(365)),
    ("", "All", None),
];

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = view(tx, &who, &ask, now)?;
            Ok((frame::shell(tx, &who, "/handoffs")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Handoffs", &view))
}

struct Window {
    label: &'static str,
    href: String,
    is_here: bool,
}

struct Waits {
    name: String,
    record: String,
    stage: StageMark,
    handed: When,
    version: i64,
    source: String,
    clock: String,
    is_overdue: bool,
}

/// A number that leads to the people whom it counts.
struct Number {
    count: i64,
    href: String,
}

struct Row {
    name: String,
    badge: String,
    handed_over: i64,
    accepted: Number,
    rejected: Number,
    waiting: Number,
    overdue: String,
    moved_on: Number,
    late: String,
    rate: String,
    interval: String,
    reasons: Vec<(String, i64)>,
}

struct Table {
    id: &'static str,
    title: &'static str,
    head: &'static str,
    rows: Vec<Row>,
}

struct Listed {
    name: String,
    record: String,
    stage: StageMark,
    handed: When,
    answered: Option<When>,
    is_late: bool,
    version: i64,
    source: String,
    reason: String,
}

struct List {
    title: String,
    rows: Vec<Listed>,
    is_cut: bool,
}

#[derive(Template)]
#[template(path = "handoffs.html")]
struct HandoffsPage {
    lens: String,
    asks: bool,
    may_answer: bool,
    here: String,
    windows: Vec<Window>,
    waits: i64,
    waits_words: String,
    waiting: Vec<Waits>,
    /// Where the rest of them is, if there is more.
    more: Option<String>,
    said: Vec<String>,
    handed_over: i64,
    balance: String,
    is_balanced: bool,
    tables: Vec<Table>,
    list: Option<List>,
}

fn view(tx: &mut Tx, who: &User, ask: &Ask, now: Moment) -> Result<HandoffsPage, Failure> {
    let since = ask.since();
    let found = handoffs(tx, who, None, &since, now)?;
    let list = match ask.pick() {
        Some(pick) => {
            let rows = picked(tx, who, None, (&since, &pick), now)?;
            Some((pick, rows))
        }
        None => None,
    };
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let total = found.total.counts;
    let shown = if ask.show == "all" { usize::MAX } else { WAITING_SHOWN };
    Ok(HandoffsPage {
        may_answer: who.can(Right::EditPeople),
        here: address(&ask.days, "", &[]),
        windows: WINDOWS
            .iter()
            .map(|window| Window {
                label: window.1,
                href: address(window.0, "", &[]),
                is_here: WINDOWS.iter().find(|known| known.0 == ask.days).unwrap_or(&WINDOWS[3]).0
                    == window.0,
            })
            .collect(),
        waits: int(found.waits),
        waits_words: waits_words(&found),
        waiting: found.waiting.iter().take(shown).map(|one| waits(one, &almanac)).collect(),
        more: (found.waiting.len() > shown).then(|| address(&ask.days, "", &[("show", "all")])),
        said: found.total.reasons.iter().map(|said| said.reason.clone()).take(SUGGESTED).collect(),
        handed_over: int(total.handed_over),
        balance: balance(total),
        is_balanced: total.accepted + total.rejected + total.waiting + total.moved_on
            == total.handed_over,
        tables: tables(&found, &ask.days),
        list: list.map(|(pick, rows)| listed(&pick, &rows, &almanac)),
        asks: found.asks,
        lens: found.lens,
    })
}

/// People who wait, as many as are shown at first: what came of the others is not to be far below.
const WAITING_SHOWN: usize = 12;
/// Reasons that are suggested to whoever hands back: those that were given most often.
const SUGGESTED: usize = 20;

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn waits_words(found: &HandoffsView) -> String {
    let listed = int(u64::try_from(found.waiting.len()).unwrap_or(u64::MAX));
    let mut words = match found.overdue {
        0 => "all of them in time".to_owned(),
        late => format!("{} overdue", grouped(int(late))),
    };
    if int(found.waits) > listed {
        words = format!("{words}; the first {}", grouped(listed));
    }
    words
}

fn waits(one: &HandoffView, almanac: &Almanac) -> Waits {
    let left_us = (one.due_at - almanac.now()).0;
    Waits {
        name: one.name.clone(),
        record: format!("/people/{}", one.person),
        stage: StageMark::of(one.stage.as_str()),
        handed: almanac.minute(one.handed_at),
        version: one.version,
        source: one.source.clone(),
        clock: time_left(left_us),
        is_overdue: left_us <= 0,
    }
}

fn balance(counts: Counts) -> String {
    let parts = [
        (counts.accepted, "accepted"),
        (counts.rejected, "rejected"),
        (counts.waiting, "waiting"),
        (counts.moved_on, "moved on without an answer"),
    ];
    let words: Vec<String> =
        parts.iter().map(|(n, word)| format!("{} {word}", grouped(int(*n)))).collect();
    words.join(" + ")
}

fn tables(found: &HandoffsView, days: &str) -> Vec<Table> {
    let row = |line: &Line| row(line, days);
    vec![
        Table {
            id: "versions",
            title: "By version of the definition",
            head: "Version",
            rows: found.versions.iter().map(row).collect(),
        },
        Table {
            id: "sources",
            title: "By source",
            head: "Came by",
            rows: found.sources.iter().map(row).collect(),
        },
    ]
}

fn row(line: &Line, days: &str) -> Row {
    let version = line.version.map(|version| version.to_string());
    let mut of = Vec::new();
    for (name, value) in [("version", &version), ("via", &line.via), ("campaign", &line.campaign)] {
        if let Some(value) = value {
            of.push((name, value.as_str()));
        }
    }
    let number = |count: u64, outcome: Outcome| Number {
        count: int(count),
        href: format!("{}#people", address(days, outcome.as_str(), &of)),
    };
    let counts = line.counts;
    let some = |n: u64, word: &str| match n {
        0 => String::new(),
        n => format!("{} {word}", grouped(int(n))),
    };
    Row {
        name: line.name.clone(),
        badge: version.clone().map(|version| format!("version {version}")).unwrap_or_default(),
        handed_over: int(counts.handed_over),
        accepted: number(counts.accepted, Outcome::Accepted),
        rejected: number(counts.rejected, Outcome::Rejected),
        waiting: number(counts.waiting, Outcome::Waiting),
        overdue: some(counts.overdue, "overdue"),
        moved_on: number(counts.moved_on, Outcome::MovedOn),
        late: some(counts.late, "late"),
        rate: line.rejection_rate.map_or_else(|| "unknown".to_owned(), per_cent),
        interval: line.rejection_interval.map_or_else(String::new, |interval| {
            format!("{} to {}", per_cent(interval.low), per_cent(interval.high))
        }),
        reasons: line.reasons.iter().map(|said| (said.reason.clone(), int(said.count))).collect(),
    }
}

fn per_cent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn listed(pick: &Pick, rows: &[HandoffView], almanac: &Almanac) -> List {
    let what = match pick.outcome {
        Outcome::Waiting => "Waiting",
        Outcome::Accepted => "Accepted",
        Outcome::Rejected => "Rejected",
        Outcome::MovedOn => "Moved on without an answer",
    };
    let mut of: Vec<String> =
        pick.version.iter().map(|version| format!("version {version}")).collect();
    of.extend(pick.via.iter().map(|via| format!("by {via}")));
    of.extend(pick.campaign.iter().filter(|name| !name.is_empty()).cloned());
    List {
        title: if of.is_empty() { what.to_owned() } else { format!("{what}: {}", of.join(", ")) },
        is_cut: i64::try_from(rows.len()).is_ok_and(|rows| rows == LISTED_MAX),
        rows: rows
            .iter()
            .map(|one| Listed {
                name: one.name.clone(),
                record: format!("/people/{}", one.person),
                stage: StageMark::of(one.stage.as_str()),
                handed: almanac.minute(one.handed_at),
                answered: one.answered_at.map(|at| almanac.minute(at)),
                is_late: one.is_late,
                version: one.version,
                source: one.source.clone(),
                reason: one.reason.clone().unwrap_or_default(),
            })
            .collect(),
    }
}

/// The address of this page with what it is asked for.
fn address(days: &str, outcome: &str, of: &[(&str, &str)]) -> String {
    let asked: Vec<String> = [("days", days), ("outcome", outcome)]
        .iter()
        .chain(of)
        .filter(|(name, value)| !value.is_empty() || *name == "campaign")
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if asked.is_empty() { "/handoffs".to_owned() } else { format!("/handoffs?{}", asked.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_names_and_no_more() {
        assert_eq!(address("", "", &[]), "/handoffs");
        let of = [("via", "forms"), ("campaign", "")];
        assert_eq!(
            address("30", "rejected", &of),
            "/handoffs?days=30&outcome=rejected&via=forms&campaign="
        );
        assert_eq!(
            address("", "waiting", &[("campaign", "a & b")]),
            "/handoffs?outcome=waiting&campaign=a+%26+b"
        );
    }
}
