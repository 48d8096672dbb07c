//! `GET /funnel`: parse, call the verb, fill the view.

mod backtests;
mod call;
mod compare;
mod definitions;
mod drafts;
pub mod export;
mod form;
mod handoffs;
mod kinds;
mod lenses;
mod load;
mod packs;
mod plot;
mod record;
mod roster;
mod tell;
mod tried;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum::routing::{get, post};
use funnel::condition::{Condition, English};
use funnel::{Definition, Stage};
use moment::{Moment, Span};
use people::fields::Labels;
use people::frame;
use people::pages::marks::{Markup, StageMark};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::{Almanac, grouped, lasting};
use serde::Deserialize;
use team::{Right, User};

pub use tell::without_token;

use crate::agreement::Depth;
use crate::funnel::{FunnelView, before, funnel};
use crate::lens;
use crate::pages::flow::{self, Flow, title_case};
use crate::pages::funnel::{
    Compared, FunnelPage, KindLine, Meaning, RuleLine, Rung, Standing, Window,
};

/// `/funnel`, `/handoffs`, `/kinds`, `/lens`, `/lenses`, `/definitions`, `/backtests` and `/tell`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/funnel", get(page))
        .route("/lens", post(choose))
        .merge(lenses::routes())
        .merge(definitions::routes())
        .merge(drafts::routes())
        .merge(form::routes())
        .merge(export::routes())
        .merge(backtests::routes())
        .merge(compare::routes())
        .merge(record::routes())
        .merge(handoffs::routes())
        .merge(kinds::routes())
        .merge(call::routes())
        .merge(tell::routes())
        .merge(packs::routes())
        .merge(roster::routes())
}

#[derive(Deserialize)]
struct Chosen {
    choice: String,
}

/// Looks through another lens, and goes back to the page where one was.
async fn choose(
    State(app): State<App>,
    who: User,
    headers: HeaderMap,
    Form(form): Form<Chosen>,
) -> Result<Redirect, Failure> {
    let lens = form.choice.parse().map_err(|_| Failure::missing("lens", &form.choice))?;
    app.db.write(move |tx| lens::choose(tx, &who, lens)).await?;
    Ok(Redirect::to(&team::came_from(&headers).unwrap_or_else(|| "/funnel".to_owned())))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    days: String,
    /// `1` to hold the window against as many days before it.
    compare: String,
}

const WINDOWS: [(&str, &str, &str, Option<i64>); 4] = [
    ("30", "30 days", "the last 30 days", Some(30)),
    ("90", "90 days", "the last 90 days", Some(90)),
    ("365", "1 year", "the last year", Some(365)),
    ("all", "All", "all the time", None),
];

async fn page(State(app): State<App>, who: User, Query(ask): Query<Ask>) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let view = view(tx, &who, &ask.days, ask.compare == "1", now)?;
            Ok((frame::shell(tx, &who, "/funnel")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Funnel", &view))
}

/// The view of the page for one of the windows, 90 days unless it is said.
pub(crate) fn view(
    tx: &mut Tx,
    who: &User,
    days: &str,
    compares: bool,
    now: Moment,
) -> Result<FunnelPage, Failure> {
    let here = WINDOWS.iter().find(|window| window.0 == days).unwrap_or(&WINDOWS[1]);
    let found = funnel(tx, who, None, here.3, now)?;
    let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
    let flow = Flow::of(&found.moves);
    let labels = &Labels::seen(tx, who)?;
    let int = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let stand = flow.stand();
    let lens = lens::of(tx, who, None)?;
    let agreed = crate::drafts::agreed_by(tx, who, lens.id, found.version.version)?;
    let before = match here.3.filter(|_| compares) {
        Some(days) => compared(&flow, &Flow::of(&before(tx, who, None, days, now)?)),
        None => Vec::new(),
    };
    let balance: Vec<String> = stand
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(stage, n)| format!("{} {stage}", grouped(int(*n))))
        .collect();
    Ok(FunnelPage {
        lens: format!("{} definition", found.lens),
        definition: format!("{}, version {}", found.version.name, found.version.version),
        since: since(&found, &almanac),
        agreed: match agreed.is_empty() {
            true => String::new(),
            false => format!("Agreed by {}.", agreed.join(" and ")),
        },
        is_starter: found.version.is_starter,
        windows: WINDOWS
            .iter()
            .map(|window| Window {
                label: window.1,
                href: match window.0 {
                    "30" => "/funnel?days=30",
                    "365" => "/funnel?days=365",
                    "all" => "/funnel?days=all",
                    _ => "/funnel",
                },
                is_here: window.0 == here.0,
            })
            .collect(),
        window: here.2.to_owned(),
        compare: here.3.map(|days| Window {
            label: match days {
                30 => "Compare with the 30 days before",
                365 => "Compare with the year before",
                _ => "Compare with the 90 days before",
            },
            href: match (here.0, compares) {
                ("30", false) => "/funnel?days=30&compare=1",
                ("30", true) => "/funnel?days=30",
                ("365", false) => "/funnel?days=365&compare=1",
                ("365", true) => "/funnel?days=365",
                (_, false) => "/funnel?compare=1",
                (_, true) => "/funnel",
            },
            is_here: compares,
        }),
        before,
        standing: found
            .tally
            .iter()
            .filter(|(stage, n)| *stage != Stage::None || *n > 0)
            .map(|(stage, n)| Standing {
                stage: StageMark::of(stage.as_str()),
                count: int(*n),
                href: format!("/people?stage={stage}"),
            })
            .collect(),
        picture: flow::svg(&flow),
        ladder: ladder(&flow),
        came: int(flow.came()),
        balance: balance.join(" + "),
        is_balanced: stand.iter().map(|(_, n)| n).sum::<u64>() == flow.came(),
        meanings: meanings(&found.definition, &flow, labels),
        temperatures: found
            .definition
            .temperatures
            .iter()
            .map(|(temperature, condition)| kind_line(labels, temperature.as_str(), condition))
            .collect(),
        kinds: found
            .definition
            .kinds
            .iter()
            .map(|(name, condition)| kind_line(labels, name, condition))
            .collect(),
        examples: match found.definition.examples.len() {
            0 => "no examples say what it is meant to do".to_owned(),
            count => format!("{count} of {count} examples hold"),
        },
        text: found.definition.text.clone(),
        tried: tried::panel(tx, who, &lens, &almanac)?,
        lenses: lenses::panel(tx, who, Depth::Counts, now)?,
        may_change: who.can(Right::ChangeDefinitions),
        lens_name: found.lens.clone(),
    })
}

fn since(found: &FunnelView, almanac: &Almanac) -> String {
    if found.version.from == Moment::START {
        "from the start".to_owned()
    } else {
        format!("since {}", almanac.date(found.version.from).words)
    }
}

/// How many came to each stage, and how many in the window before.
fn compared(flow: &Flow, before: &Flow) -> Vec<Compared> {
    let int = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let stages = Stage::ALL.iter().filter(|stage| **stage != Stage::None);
    stages
        .map(|stage| (*stage, int(flow.entered(*stage)), int(before.entered(*stage))))
        .filter(|(_, now, was)| now + was > 0)
        .map(|(stage, now, was)| Compared {
            stage: StageMark::of(stage.as_str()),
            now,
            was,
            change: match now - was {
                0 => "as many".to_owned(),
                more if more > 0 => format!("{} more", grouped(more)),
                fewer => format!("{} fewer", grouped(-fewer)),
            },
        })
        .collect()
}

fn ladder(flow: &Flow) -> Vec<Rung> {
    let steps =
        Stage::ALL.iter().filter(|stage| **stage != Stage::None && flow.entered(**stage) > 0);
    steps
        .map(|stage| {
            let int = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let mut words = vec![format!("{} still there", grouped(int(flow.still(*stage))))];
            for to in Stage::ALL {
                let n = flow.moved(*stage, *to);
                if n > 0 {
                    words.push(format!("{} to {to}", grouped(int(n))));
                }
            }
            Rung {
                stage: StageMark::of(stage.as_str()),
                entered: int(flow.entered(*stage)),
                words: words.join(", "),
            }
        })
        .collect()
}

fn meanings(definition: &Definition, flow: &Flow, labels: &Labels) -> Vec<Meaning> {
    let entered = |stage: Stage| {
        format!("{} came", grouped(i64::try_from(flow.entered(stage)).unwrap_or(i64::MAX)))
    };
    let mut meanings: Vec<Meaning> = definition
        .stages
        .iter()
        .map(|rule| {
            let mut rules = vec![line(labels, "enter", &rule.enter, "")];
            rules.extend(rule.gate.iter().map(|gate| line(labels, "always asks", gate, "")));
            rules.extend(rule.leave.iter().map(|leave| {
                let note = match &leave.reason {
                    Some(reason) => format!("to {}: {reason}", leave.to),
                    None => format!("to {}", leave.to),
                };
                line(labels, "leaves when", &leave.when, &note)
            }));
            rules.extend(rule.accept_within.map(|within| {
                let text = format!("sla = {{ accept = \"{}\" }}", written(within));
                said("taken on within", &[&lasting(within)], &text)
            }));
            Meaning {
                stage: StageMark::of(rule.stage.as_str()),
                rules,
                entered: entered(rule.stage),
            }
        })
        .collect();
    for (stage, exit) in
        [(Stage::Recycled, &definition.recycled), (Stage::Disqualified, &definition.disqualified)]
    {
        let mut rules: Vec<RuleLine> = exit
            .enter
            .iter()
            .map(|(condition, reason)| {
                line(labels, "enter", condition, reason.as_deref().unwrap_or_default())
            })
            .collect();
        rules.extend(exit.wake.iter().map(|wake| line(labels, "comes back when", wake, "")));
        if !exit.reasons.is_empty() {
            let words: Vec<&str> = exit.reasons.iter().map(AsRef::as_ref).collect();
            let text = format!("reasons = [\"{}\"]", words.join("\", \""));
            rules.push(said("by hand because", &words, &text));
        }
        if !rules.is_empty() {
            meanings.push(Meaning {
                stage: StageMark::of(stage.as_str()),
                rules,
                entered: entered(stage),
            });
        }
    }
    meanings
}

/// A length of time as a definition writes it: `4h`.
fn written(span: Span) -> String {
    let minutes = span.0 / Span::minutes(1).0;
    match minutes {
        _ if minutes % 1_440 == 0 => format!("{}d", minutes / 1_440),
        _ if minutes % 60 == 0 => format!("{}h", minutes / 60),
        _ => format!("{minutes}m"),
    }
}

/// A rule that is no condition.
fn said(part: &'static str, words: &[&str], text: &str) -> RuleLine {
    let chips =
        |out: &mut people::pages::marks::Chips| words.iter().for_each(|word| out.chip(word));
    RuleLine {
        part,
        english: Markup::escaped_from(chips),
        note: String::new(),
        text: text.to_owned(),
    }
}

fn line(labels: &Labels, part: &'static str, condition: &Condition, note: &str) -> RuleLine {
    RuleLine {
        part,
        english: Markup::escaped_from(|out| chips(out, &labels.english(condition), false)),
        note: note.to_owned(),
        text: condition.to_string(),
    }
}

fn kind_line(labels: &Labels, name: &str, condition: &Condition) -> KindLine {
    KindLine {
        name: title_case(name),
        english: Markup::escaped_from(|out| chips(out, &labels.english(condition), false)),
        text: condition.to_string(),
    }
}

/// English as chips: a box for each thing asked, the small words between them.
fn chips(out: &mut people::pages::marks::Chips, english: &English, within: bool) {
    let many = |out: &mut people::pages::marks::Chips, parts: &[English], word: &str| {
        if within {
            out.word("(");
        }
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                out.word(word);
            }
            chips(out, part, true);
        }
        if within {
            out.word(")");
        }
    };
    match english {
        English::Phrase(words) => out.chip(words),
        English::All(parts) => many(out, parts, "AND"),
        English::Any(parts) => many(out, parts, "OR"),
        English::Not(part) => {
            out.word("NOT");
            chips(out, part, true);
        }
    }
}
