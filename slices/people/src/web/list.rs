//! `GET /people` and the counts that keep it live.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use funnel::Stage;
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::{Page, words};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use team::{Right, User};

use crate::frame;
use crate::list::{Cursor, List, Listed, Sort, list};
use crate::missing::{MissingSource, MissingView, Toward};
use crate::pages::list::{Head, Lack, ListPage, MissingChoice, Row, Tab};
use crate::pages::marks::{Bar, Heat, Score, StageMark, Temperature, TruthMark};
use crate::stand::{self, Standing};
use crate::{LensId, LensLabel, PERSON, PersonId};

/// Rows on a page.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people", get(page)).route("/people/counts", get(counts))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    stage: String,
    sort: String,
    dir: String,
    after: String,
    q: String,
    missing: String,
}

impl Ask {
    /// The address of the list with some of it changed; what is usual is left out.
    fn href(&self, stage: &str, sort: &str, dir: &str, after: &str) -> String {
        let parts = [
            ("stage", stage),
            ("sort", sort),
            ("dir", dir),
            ("after", after),
            ("q", &self.q),
            ("missing", &self.missing),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if said.is_empty() { "/people".to_owned() } else { format!("/people?{}", said.join("&")) }
    }

    /// Where this list is a file: all of it, in this order.
    fn export(&self) -> String {
        let whole = Ask { missing: String::new(), ..self.clone() };
        let href = whole.href(&self.stage, &self.sort, &self.dir, "");
        href.replacen("/people", "/people/export", 1)
    }
}

/// Percent-encodes a value of a query (RFC 3986, 2.3: all but the unreserved).
pub(crate) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = view(tx, &who, &ask, now)?;
            Ok((frame::shell(tx, &who, "/people")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "People", &view))
}

fn view(tx: &mut Tx, who: &User, ask: &Ask, now: Moment) -> Result<ListPage, Failure> {
    who.may(Right::ReadPeople)?;
    let lens = crate::lens_for(tx, who, None)?;
    let stages = match ask.stage.as_str() {
        "" => Vec::new(),
        word => vec![Stage::parse(word).ok_or_else(|| Failure::missing("stage", word))?],
    };
    let sort = Sort::parse(&ask.sort).unwrap_or(Sort::Engagement);
    let descending = match ask.dir.as_str() {
        "asc" => false,
        "desc" => true,
        _ => sort != Sort::Name,
    };
    let asked = List {
        lens: lens.id,
        stages,
        sort,
        descending,
        after: Cursor::parse(&ask.after),
        search: Some(ask.q.clone()).filter(|q| !q.trim().is_empty()),
        limit: ROWS,
    };
    let found = list(tx, who, &asked)?;
    let toward = Toward::parse(&ask.missing);
    let mut lacks = lacks(tx, who, &found.rows, lens.id, toward, now)?;
    let owners: Vec<i64> = found.rows.iter().filter_map(|row| row.person.owner).collect();
    let owners = team::names(tx, &owners)?;
    let outside = tx.public_ids();
    let rows = found
        .rows
        .iter()
        .map(|listed| {
            let owner =
                listed.person.owner.and_then(|id| owners.iter().find(|(user, _)| *user == id));
            let owner = owner.map(|(_, name)| name.clone()).unwrap_or_default();
            let id = listed.person.id;
            Row {
                missing: lacks.remove(&id).map(|view| lack(&view, toward)),
                ..row(listed, &lens, owner, outside.encode(PERSON, id), now)
            }
        })
        .collect();
    let everyone: i64 = found.tally.iter().map(|(_, n)| int(*n)).sum();
    let here = found.tally.iter().find(|(stage, _)| stage.as_str() == ask.stage);
    let more = found.next.map(|cursor| {
        ask.href(
            &ask.stage,
            sort.word(),
            if descending { "desc" } else { "asc" },
            &cursor.to_text(),
        )
    });
    let kept =
        [("stage", &ask.stage), ("sort", &ask.sort), ("dir", &ask.dir), ("missing", &ask.missing)];
    Ok(ListPage {
        tabs: tabs(ask, &found.tally, everyone),
        heads: heads(ask, sort, descending),
        missing: choices(ask),
        is_missing_shown: toward.is_some(),
        search: ask.q.clone(),
        kept: kept
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect(),
        rows,
        more,
        total: here.map_or(everyone, |(_, n)| int(*n)),
        bar: bar(&found.tally),
        is_empty: everyone == 0,
        may_demo: who.can(Right::ManageWorkspace),
        may_import: who.can(Right::ImportPeople),
        export: if who.can(Right::ExportPeople) && everyone > 0 {
            ask.export()
        } else {
            String::new()
        },
    })
}

/// What the people on the page lack; nothing is asked unless the column is shown.
fn lacks(
    tx: &mut Tx,
    who: &User,
    rows: &[Listed],
    lens: LensId,
    toward: Option<Toward>,
    now: Moment,
) -> Result<HashMap<PersonId, MissingView>, Failure> {
    let Some(toward) = toward else { return Ok(HashMap::new()) };
    let ids: Vec<PersonId> = rows.iter().map(|listed| listed.person.id).collect();
    let source = tx.part::<MissingSource>();
    source.0.missing(tx, who, lens, &ids, toward, now)
}

fn lack(view: &MissingView, toward: Option<Toward>) -> Lack {
    let stage = view.stage.filter(|_| toward == Some(Toward::Next));
    Lack {
        words: view.words(),
        stage: stage.map(|stage| StageMark::of(stage.as_str())),
        is_open: !view.steps.is_empty(),
    }
}

/// The stages for which it can be said what is missing, and not to say it.
fn choices(ask: &Ask) -> Vec<MissingChoice> {
    let words = [
        ("", "Not shown"),
        ("next", "for the next stage"),
        ("lead", "to be a lead"),
        ("prospect", "to be a prospect"),
        ("opportunity", "to be an opportunity"),
        ("customer", "to be a customer"),
    ];
    let choice = |(word, label): (&str, &'static str)| {
        let other = Ask { missing: word.to_owned(), ..ask.clone() };
        MissingChoice {
            label,
            href: other.href(&ask.stage, &ask.sort, &ask.dir, ""),
            is_here: word == ask.missing,
        }
    };
    words.into_iter().map(choice).collect()
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn tabs(ask: &Ask, tally: &[(Stage, u64)], everyone: i64) -> Vec<Tab> {
    let mut tabs = vec![Tab {
        label: "Everyone".to_owned(),
        href: ask.href("", &ask.sort, &ask.dir, ""),
        count: everyone,
        stage: "",
        is_here: ask.stage.is_empty(),
    }];
    for (stage, count) in tally {
        let is_here = stage.as_str() == ask.stage;
        if *stage == Stage::None && *count == 0 && !is_here {
            continue;
        }
        tabs.push(Tab {
            label: plural(*stage).to_owned(),
            href: ask.href(stage.as_str(), &ask.sort, &ask.dir, ""),
            count: int(*count),
            stage: stage.as_str(),
            is_here,
        });
    }
    // Who stands nowhere yet comes last.
    if tabs.get(1).is_some_and(|tab| tab.stage == "none") {
        let nowhere = tabs.remove(1);
        tabs.push(nowhere);
    }
    tabs
}

fn plural(stage: Stage) -> &'static str {
    match stage {
        Stage::None => "No stage",
        Stage::Lead => "Leads",
        Stage::Prospect => "Prospects",
        Stage::Opportunity => "Opportunities",
        Stage::Customer => "Customers",
        Stage::Recycled => "Recycled",
        Stage::Disqualified => "Disqualified",
    }
}

fn heads(ask: &Ask, sort: Sort, descending: bool) -> Vec<Head> {
    let by = |label, cell, by: Sort, is_right| {
        let is_sorted = by == sort && ask.q.trim().is_empty();
        // The same column again turns the order round.
        let is_asc_next = if is_sorted { descending } else { by == Sort::Name };
        let dir = if is_asc_next { "asc" } else { "desc" };
        let sorted = match (is_sorted, descending) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        Head { label, cell, href: ask.href(&ask.stage, by.word(), dir, ""), sorted, is_right }
    };
    let plain =
        |label, cell| Head { label, cell, href: String::new(), sorted: "", is_right: false };
    let mut heads = vec![
        by("Name", "name", Sort::Name, false),
        plain("Company", "co"),
        plain("Stage", "stage"),
        plain("Kind", "kind"),
        plain("Temperature", "temp"),
        by("Fit", "fit", Sort::Fit, false),
        by("Engagement", "eng", Sort::Engagement, false),
        plain("Likelihood", "lik"),
        plain("Owner", "owner"),
        by("Last heard", "last", Sort::Touched, true),
    ];
    if Toward::parse(&ask.missing).is_some() {
        heads.insert(3, plain("What is missing", "missing"));
    }
    heads
}

fn row(listed: &Listed, lens: &LensLabel, owner: String, id: String, now: Moment) -> Row {
    let standing = &listed.standing;
    Row {
        href: format!("/people/{id}"),
        name: listed.person.name.clone(),
        company: listed.company.clone().unwrap_or_default(),
        stage: StageMark::of(standing.stage.as_str()),
        kind: standing.kind.clone().unwrap_or_default(),
        temperature: temperature(standing, lens),
        fit: Score::between(standing.fit.0, standing.fit.1),
        engagement: Score::between(engagement(standing, lens, now), 0.0).low,
        likelihood: standing
            .likelihood
            .map(|likelihood| Score::between(likelihood * 100.0, 0.0).low),
        owner,
        touched: if standing.touched_at == Moment::START {
            String::new()
        } else {
            words::ago(now - standing.touched_at)
        },
        missing: None,
    }
}

/// Engagement as it is now: what was stored, halved since.
pub(crate) fn engagement(standing: &Standing, lens: &LensLabel, now: Moment) -> f64 {
    let Some(half) = lens.half_life_us else { return standing.engagement };
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a score needs no more digits"
    )]
    let halvings = (now - standing.folded_at).0 as f64 / half as f64;
    standing.engagement * (-halvings).exp2()
}

/// The temperature with a pip for each criterion of the framework.
pub(crate) fn temperature(standing: &Standing, lens: &LensLabel) -> Option<Temperature> {
    let heat = match standing.temperature {
        3 => Heat::Hot,
        2 => Heat::Warm,
        1 => Heat::Cold,
        _ => return None,
    };
    let pips = lens.framework.iter().filter_map(|place| {
        let truth = match standing.criteria.as_bytes().get(*place)? {
            b't' => TruthMark::True,
            b'f' => TruthMark::False,
            _ => TruthMark::Unknown,
        };
        Some((lens.criteria.get(*place)?.clone(), truth))
    });
    Some(Temperature { heat, pips: pips.collect() })
}

fn bar(tally: &[(Stage, u64)]) -> Bar {
    let standing = tally.iter().filter(|(stage, count)| *stage != Stage::None && *count > 0);
    let words: Vec<String> = standing
        .clone()
        .map(|(stage, count)| StageMark::of(stage.as_str()).counted(int(*count)))
        .collect();
    Bar {
        class: "mixbar not-phone",
        parts: standing.map(|(stage, count)| (stage.as_str(), int(*count))).collect(),
        whole: 0,
        words: words.join(", "),
    }
}

/// How many stand where, for a page that is open.
async fn counts(State(app): State<App>, who: User) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadPeople)?;
    let tally = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            stand::tally_for(tx, &who, lens.id)
        })
        .await?;
    let everyone: u64 = tally.iter().map(|(_, count)| count).sum();
    let mut counts: Map<String, Value> =
        tally.iter().map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect();
    counts.insert(String::new(), json!(everyone));
    Ok(Json(Value::Object(counts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_is_not_usual() {
        let ask = Ask { q: "ann & co".into(), ..Ask::default() };
        assert_eq!(Ask::default().href("", "", "", ""), "/people");
        assert_eq!(ask.href("lead", "", "", ""), "/people?stage=lead&q=ann%20%26%20co");
        assert_eq!(ask.export(), "/people/export?q=ann%20%26%20co");
        let ask = Ask { missing: "next".into(), ..Ask::default() };
        assert_eq!(ask.href("", "fit", "", ""), "/people?sort=fit&missing=next");
        assert_eq!(heads(&ask, Sort::Name, false).len(), 11);
        let choices = choices(&ask);
        assert_eq!((choices[0].href.as_str(), choices[1].is_here), ("/people", true));
    }

    #[test]
    fn the_same_column_again_turns_the_order_round() {
        let ask = Ask::default();
        let href =
            |sort, descending, place: usize| heads(&ask, sort, descending)[place].href.clone();
        assert!(href(Sort::Name, false, 0).contains("dir=desc"));
        assert!(href(Sort::Name, true, 0).contains("dir=asc"));
        assert!(href(Sort::Fit, true, 0).contains("dir=asc"));
        assert!(href(Sort::Fit, true, 5).contains("dir=asc"));
        assert!(href(Sort::Name, true, 5).contains("dir=desc"));
    }
}
