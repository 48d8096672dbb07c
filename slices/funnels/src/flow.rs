//! What a person's moves add to the flow, and by which way they came in.

use std::collections::BTreeMap;

use funnel::history::{Agent, Direction, Entry, What};
use moment::Moment;

use crate::store::{Edge, TransitionRow};

/// The day under which somebody's moves are counted: that of the first.
pub(crate) fn day(moves: &[TransitionRow]) -> Option<i64> {
    moves.first().map(|first| first.moved_at.day())
}

/// Adds (or, with `times` -1, takes away) moves of one person who came on that day.
pub(crate) fn count(
    differences: &mut BTreeMap<Edge, i64>,
    day: Option<i64>,
    moves: &[TransitionRow],
    times: i64,
) {
    let Some(day) = day else { return };
    for step in moves {
        let edge = Edge { day, from: step.from.code(), to: step.to.code(), via: step.via.clone() };
        *differences.entry(edge).or_default() += times;
    }
}

/// By which way a person came in: what they first did themselves, at the latest when they first
/// moved; else where the first facts came from. A word of a small set, for the flow's left edge.
pub(crate) fn via(history: &[Entry], first_move: Option<Moment>) -> &'static str {
    let until = first_move.unwrap_or(Moment::END);
    let mut source = "other";
    for entry in history.iter().filter(|entry| entry.recorded_at <= until) {
        match &entry.what {
            What::Activity(activity)
                if activity.agent == Agent::Human
                    && activity.direction == Some(Direction::Inbound) =>
            {
                return of_kind(activity.kind.as_str());
            }
            What::Activity(activity) if activity.kind.as_str() == "feed.purchased" => {
                return "partners";
            }
            What::Facts(observation) if source == "other" => {
                source = of_source(&observation.source)
            }
            What::Activity(_) | What::Facts(_) => {}
        }
    }
    source
}

/// The first campaign that anything names by when a person first moved, if one does.
pub(crate) fn campaign(history: &[Entry], first_move: Option<Moment>) -> Option<&str> {
    let until = first_move.unwrap_or(Moment::END);
    history.iter().filter(|entry| entry.recorded_at <= until).find_map(|entry| match &entry.what {
        What::Activity(activity) => activity.campaign.as_deref(),
        What::Facts(_) => None,
    })
}

fn of_kind(kind: &str) -> &'static str {
    match kind.split('.').next().unwrap_or(kind) {
        "form" | "demo" | "survey" => "forms",
        "chat" => "chat",
        "call" | "meeting" => "calls",
        "email" => "mail",
        "webinar" => "events",
        "page" | "asset" | "newsletter" | "cart" | "proposal" => "website",
        "trial" | "product" => "product",
        "referral" | "feed" => "partners",
        _ => "other",
    }
}

fn of_source(source: &str) -> &'static str {
    match source {
        "import" => "imports",
        "form" => "forms",
        "finder" | "enrichment" => "finder",
        "feed" => "partners",
        "chat" => "chat",
        _ => "other",
    }
}
