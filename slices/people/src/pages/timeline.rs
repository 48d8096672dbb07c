//! The timeline: activities as sentences, grouped by day.

use std::collections::{HashMap, HashSet};

use funnel::history::{Activity, Agent, Direction, Entry, Fact, Observation, Value, What};
use moment::Moment;
use platform::page::words::Almanac;

use super::marks::StageMark;
use super::money::money;
use crate::fields::Reading;
use crate::panel::{Line, Moved};

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Icon, without `i-`.
    pub icon: &'static str,
    /// Who, in strong letters; empty if the sentence says it.
    pub who: String,
    /// What they did.
    pub did: String,
    /// What it was about, quiet.
    pub about: String,
    /// A longer text: a message, a note.
    pub text: String,
    /// Whether it was written to us.
    pub is_inbound: bool,
    /// Whether a machine did it, or may have, so that nothing counts it.
    pub is_machine: bool,
    /// A move from one stage to another, and the id of its receipt within the page.
    pub moved: Option<(StageMark, StageMark, String)>,
    /// The id within the page, to which receipts lead; empty for a move.
    pub anchor: String,
    /// The time of day.
    pub clock: String,
    /// The moment, for machines.
    pub iso: String,
    /// The whole line, where a later slice tells it; else empty.
    pub html: String,
}

/// A day of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// `Today`, `Yesterday`, `Friday 14 November` …
    pub heading: String,
    /// Its lines, the newest first.
    pub items: Vec<Item>,
}

/// Which lines are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// What was said between us.
    Talk,
    /// Mail alone.
    Mail,
    /// Visits to our pages.
    Visits,
    /// Notes alone.
    Notes,
}

impl Show {
    /// All, with the word in addresses and the word on the page.
    pub const ALL: [(Show, &'static str, &'static str); 5] = [
        (Show::All, "", "All"),
        (Show::Talk, "two-way", "Two-way"),
        (Show::Mail, "mail", "Mail"),
        (Show::Visits, "visits", "Visits"),
        (Show::Notes, "notes", "Notes"),
    ];

    /// From its word.
    pub fn parse(word: &str) -> Show {
        Show::ALL.iter().find(|(_, other, _)| *other == word).map_or(Show::All, |(show, ..)| *show)
    }

    fn shows(self, kind: &str) -> bool {
        let subject = kind.split('.').next().unwrap_or(kind);
        match self {
            Show::All => true,
            Show::Talk => is_talk(kind),
            Show::Mail => subject == "email",
            Show::Visits => subject == "page" || subject == "asset",
            Show::Notes => subject == "note",
        }
    }
}

fn is_talk(kind: &str) -> bool {
    matches!(
        kind,
        "email.replied"
            | "email.received"
            | "email.sent"
            | "call.received"
            | "call.made"
            | "call.connected"
            | "chat.started"
            | "chat.answered"
            | "meeting.booked"
            | "meeting.held"
            | "demo.held"
    )
}

/// Lines shown at most at once.
pub const ITEMS_MAX: usize = 200;

/// Where a part of the timeline ended: a moment, and what is unique at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Before {
    at: Moment,
    id: i64,
}

impl Before {
    /// As it stands in an address.
    pub fn to_text(self) -> String {
        format!("{}~{}", self.at.0, self.id)
    }

    /// Read from an address; nothing if it is none of ours.
    pub fn parse(text: &str) -> Option<Before> {
        let (at, id) = text.split_once('~')?;
        Some(Before { at: Moment(at.parse().ok()?), id: id.parse().ok()? })
    }
}

/// The id that a line of the timeline has within its page.
pub fn anchor(entry: i64) -> String {
    format!("entry-{entry}")
}

/// Where a line of somebody's timeline is shown, however old it is: the part that begins with it, and in it the line.
pub fn address(person: &str, at: Moment, entry: i64) -> String {
    let before = Before { at, id: entry.saturating_add(1) };
    format!("/people/{person}?before={}#{}", before.to_text(), anchor(entry))
}

/// What the timeline is made from and which part of it is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Everything recorded, in order.
    pub entries: &'a [Entry],
    /// Whose name it is.
    pub name: &'a str,
    /// Others whose activities, but no facts, are told with it, by name.
    pub others: &'a [(String, Vec<Entry>)],
    /// Moves between stages, the oldest first.
    pub moves: &'a [Moved],
    /// Lines that later slices tell.
    pub lines: &'a [Line],
    /// Which lines.
    pub show: Show,
    /// Whether what machines did is told too.
    pub machines: bool,
    /// Only what is older than this.
    pub before: Option<Before>,
    /// How facts read; as they were told without it.
    pub reading: Option<&'a Reading>,
}

/// What may become a line, and its place.
struct Place<'a> {
    at: Before,
    what: Thing<'a>,
}

enum Thing<'a> {
    Entry(&'a str, &'a Entry),
    Move(&'a Moved),
    Line(&'a Line),
}

/// The newest lines as days, at most [`ITEMS_MAX`] of them; facts that came in are a line each. Gives too
/// where they ended if there are older ones.
pub fn days<'a>(told: &Told<'a>, almanac: &Almanac) -> (Vec<Day>, Option<Before>) {
    // Among others one is called by the whole name.
    let first = told.name.split(' ').next().filter(|_| told.others.is_empty());
    let first = first.unwrap_or(told.name);
    let placed = |entry: &Entry| Before { at: entry.occurred_at, id: entry.id };
    let back = taken_back(told.entries);
    let instead: HashSet<i64> = told.lines.iter().filter_map(|line| line.instead_of).collect();
    let own = told.entries.iter().filter(|entry| !instead.contains(&entry.id));
    let place = |name, entry| Place { at: placed(entry), what: Thing::Entry(name, entry) };
    let mut places: Vec<Place<'_>> = own.map(|entry| place(first, entry)).collect();
    for (name, entries) in told.others {
        let did = entries.iter().filter(|entry| matches!(entry.what, What::Activity(_)));
        places.extend(did.map(|entry| place(name.as_str(), entry)));
    }
    if told.show == Show::All {
        // A move stands above what caused it at the same moment; later moves above earlier ones.
        let above = (0..=i64::MAX).rev();
        let moves = told.moves.iter().rev().zip(above);
        places.extend(
            moves.map(|(step, id)| Place {
                at: Before { at: step.at, id },
                what: Thing::Move(step),
            }),
        );
    }
    if matches!(told.show, Show::All | Show::Notes) {
        let line = |line: &'a Line| {
            let Line { at, id, .. } = *line;
            Place { at: Before { at, id }, what: Thing::Line(line) }
        };
        places.extend(told.lines.iter().map(line));
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.at));
    let mut days: Vec<Day> = Vec::new();
    let (mut shown, mut last) = (0, None);
    for Place { at: place, what } in places {
        if told.before.is_some_and(|before| place >= before) {
            continue;
        }
        let line = match what {
            Thing::Entry(name, entry) => {
                let about = if told.others.is_empty() { "" } else { name };
                let of = (told.reading, back.contains(&entry.id));
                item(entry, (name, about), told.show, of, almanac)
            }
            Thing::Move(step) => Some(change(step, almanac)),
            Thing::Line(line) => Some(Item { html: line.html.clone(), ..blank(line.at, almanac) }),
        };
        let Some(line) = line.filter(|line| told.machines || !line.is_machine) else { continue };
        if shown == ITEMS_MAX {
            return (days, last);
        }
        shown += 1;
        last = Some(place);
        let heading = almanac.heading(place.at);
        match days.last_mut() {
            Some(day) if day.heading == heading => day.items.push(line),
            _ => days.push(Day { heading, items: vec![line] }),
        }
    }
    (days, None)
}

fn blank(at: Moment, almanac: &Almanac) -> Item {
    let at = almanac.clock(at);
    Item {
        icon: "info",
        who: String::new(),
        did: String::new(),
        about: String::new(),
        text: String::new(),
        is_inbound: false,
        is_machine: false,
        moved: None,
        anchor: String::new(),
        clock: at.words,
        iso: at.iso,
        html: String::new(),
    }
}

fn change(step: &Moved, almanac: &Almanac) -> Item {
    let [from, to] = [step.from, step.to].map(|stage| StageMark::of(stage.as_str()));
    Item {
        icon: "funnel",
        about: step.reason.clone().unwrap_or_default(),
        moved: Some((from, to, step.anchor.clone())),
        ..blank(step.at, almanac)
    }
}

/// Ids that are given one after the other end far below this; those made of what names an entry begin far above.
const GIVEN_IDS_END: i64 = 1 << 48;

/// The entries that take back what was said by hand: of one fact, what held before, as its own source had said it, and
/// under an id that was given. What a source says by itself has an id that is made of it.
fn taken_back(entries: &[Entry]) -> HashSet<i64> {
    struct Word<'a> {
        source: &'a str,
        value: &'a Value,
        is_by_hand: bool,
    }
    let mut words: HashMap<&str, Vec<Word<'_>>> = HashMap::new();
    let mut found = HashSet::new();
    for entry in entries {
        let What::Facts(Observation { source, facts }) = &entry.what else { continue };
        for Fact { key, value, .. } in facts {
            let said = words.entry(key).or_default();
            let mut is_by_hand = **source == *crate::edit::EDIT && facts.len() == 1;
            if let ([.., last], 1) = (said.as_slice(), facts.len())
                && last.is_by_hand
                && (0..GIVEN_IDS_END).contains(&entry.id)
            {
                let before = said.len().checked_sub(2).and_then(|at| said.get(at));
                let (of, held) =
                    before.map_or((crate::edit::EDIT, &Value::Null), |it| (it.source, it.value));
                if (of, held) == (&**source, value) {
                    found.insert(entry.id);
                    is_by_hand = true;
                }
            }
            said.push(Word { source, value, is_by_hand });
        }
    }
    found
}

/// A line about an entry of whoever is called `first`; `about_whom` names them where others are told of, too.
fn item(
    entry: &Entry,
    (first, about_whom): (&str, &str),
    show: Show,
    (reading, is_taken_back): (Option<&Reading>, bool),
    almanac: &Almanac,
) -> Option<Item> {
    let blank = Item { anchor: anchor(entry.id), ..blank(entry.occurred_at, almanac) };
    match &entry.what {
        What::Facts(_) if show != Show::All => None,
        What::Facts(observation) => {
            let said: Vec<String> = observation
                .facts
                .iter()
                .filter(|fact| !matches!(fact.key.as_ref(), "person.works_at" | "person.owner"))
                .filter(|fact| !fact.key.starts_with(journal::OUTRANKED))
                .map(|fact| {
                    let text = crate::person::in_words(&fact.value);
                    match reading {
                        Some(reading) => {
                            let words = reading.words(&fact.key, &text);
                            format!("{} {words}", reading.label(&fact.key))
                        }
                        None => format!("{} {text}", super::person::label(&fact.key)),
                    }
                })
                .collect();
            if said.is_empty() {
                return None;
            }
            let said = said.join(", ");
            let (icon, did, about) = match (&*observation.source, is_taken_back) {
                (crate::edit::EDIT, true) => {
                    ("undo", "Taken back".to_owned(), format!("{said} again"))
                }
                (source, true) => {
                    ("undo", "Taken back".to_owned(), format!("{said} again, as {source} said it"))
                }
                (crate::edit::EDIT, false) => ("file", "Said by hand".to_owned(), said),
                (source, false) => ("file", format!("Learned from {source}"), said),
            };
            Some(Item { icon, did, about, ..blank })
        }
        What::Activity(activity) if show.shows(activity.kind.as_str()) => {
            let (icon, is_theirs, did) = sentence(activity);
            Some(Item {
                icon: if activity.agent == Agent::Machine { "robot" } else { icon },
                who: if is_theirs { first.to_owned() } else { String::new() },
                did: if is_theirs { did } else { capital(&did) },
                about: match (is_theirs, about_whom, about(activity)) {
                    (true, _, about) | (false, "", about) => about,
                    (false, whom, about) if about.is_empty() => whom.to_owned(),
                    (false, whom, about) => format!("{whom}: {about}"),
                },
                text: text(activity, "text"),
                is_inbound: activity.direction == Some(Direction::Inbound)
                    && is_talk(activity.kind.as_str()),
                is_machine: activity.agent != Agent::Human,
                ..blank
            })
        }
        What::Activity(_) => None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn text(activity: &Activity, name: &str) -> String {
    let value = activity.properties.iter().find(|(key, _)| **key == *name).map(|(_, value)| value);
    value.map(crate::person::in_words).unwrap_or_default()
}

/// Icon, whether the sentence is about them, and the sentence without who did it.
fn sentence(activity: &Activity) -> (&'static str, bool, String) {
    let kind = activity.kind.as_str();
    let has = |name: &str| !text(activity, name).is_empty();
    let (icon, is_theirs, words) = match kind {
        "page.viewed" if has("path") => ("globe", true, "visited"),
        "page.viewed" => ("globe", true, "visited a page"),
        "form.submitted" if has("form") => ("form", true, "sent the form"),
        "form.submitted" => ("form", true, "sent a form"),
        "asset.downloaded" => ("download", true, "downloaded"),
        "newsletter.subscribed" => ("mail-in", true, "subscribed to the newsletter"),
        "webinar.registered" => ("calendar", true, "registered for a webinar"),
        "webinar.attended" => ("calendar", true, "attended a webinar"),
        "chat.started" => ("chat", true, "started a chat"),
        "chat.answered" => ("chat", false, "we answered in the chat"),
        "email.sent" => ("mail", false, "we wrote"),
        "email.delivered" => ("check", false, "a message was delivered"),
        "email.opened" => ("eye", true, "opened a message"),
        "email.clicked" => ("ext", true, "followed a link in a message"),
        "email.replied" => ("mail-in", true, "replied"),
        "email.received" => ("mail-in", true, "wrote to us"),
        "email.bounced" => ("alert", false, "a message bounced"),
        "email.complained" => ("alert", true, "complained of a message"),
        "email.unsubscribed" => ("slash", true, "unsubscribed"),
        "call.made" => ("phone", false, "we called"),
        "call.received" => ("phone", true, "called us"),
        "call.connected" => ("phone", false, "we spoke on the telephone"),
        "meeting.booked" => ("calendar", true, "booked a meeting"),
        "meeting.held" => ("people", false, "we met"),
        "demo.requested" => ("form", true, "asked for a demo"),
        "demo.held" => ("people", false, "we showed the product"),
        "trial.started" => ("bolt", true, "started a trial"),
        "proposal.sent" => ("send", false, "we sent a proposal"),
        "proposal.viewed" => ("eye", true, "read the proposal"),
        "deal.opened" => ("deal", false, "a deal was opened"),
        "deal.moved" => ("deal", false, "the deal moved on"),
        "deal.won" => ("deal", false, "the deal was won"),
        "deal.lost" => ("deal", false, "the deal was lost"),
        "criterion.answered" => ("task", false, "a criterion was answered"),
        "note.written" => ("note", false, "a note was written"),
        "stage.moved" => ("funnel", false, "moved by hand"),
        "handoff.accepted" => ("check", false, "sales accepted the handoff"),
        "handoff.rejected" => ("x", false, "sales rejected the handoff"),
        "feed.purchased" => ("file", false, "bought from a list"),
        "referral.received" => ("people", false, "referred to us"),
        "cart.abandoned" => ("undo", true, "left a cart behind"),
        "survey.answered" => ("form", true, "answered a survey"),
        _ => ("bolt", activity.direction == Some(Direction::Inbound), ""),
    };
    let words = if words.is_empty() { kind.replace(['.', '_'], " ") } else { words.to_owned() };
    (icon, is_theirs, words)
}

/// What an activity was about, from what it carries.
fn about(activity: &Activity) -> String {
    let mut said: Vec<String> = Vec::new();
    for name in [
        "subject",
        "path",
        "asset",
        "form",
        "criterion",
        "value",
        "asks",
        "says",
        "about",
        "step",
        "reason",
        "origin",
    ] {
        let value = text(activity, name);
        if !value.is_empty() && value != "unknown" || name == "value" && !value.is_empty() {
            said.push(match name {
                "asks" => format!("asks for {value}"),
                "says" => format!("says {value}"),
                "about" => format!("about {value}"),
                "origin" => format!("from {value}"),
                _ => value,
            });
        }
    }
    if let Some(amount) = amount(activity) {
        said.push(amount);
    }
    if let Some(campaign) = &activity.campaign {
        said.push(format!("campaign {campaign}"));
    }
    said.join(", ")
}

/// Money in the activity, as people write it.
fn amount(activity: &Activity) -> Option<String> {
    let minor = activity.properties.iter().find(|(key, _)| **key == *"amount_minor");
    let Value::Number(minor) = minor?.1 else { return None };
    let currency = text(activity, "currency");
    #[expect(clippy::as_conversions, reason = "whole minor units; `as` saturates")]
    Some(money(minor.trunc() as i64, &currency))
}

/// When somebody last did something, for the head of the record; nothing for never.
pub fn last_heard(at: Moment, almanac: &Almanac) -> Option<String> {
    (at != Moment::START).then(|| almanac.ago(at).words)
}

#[cfg(test)]
mod tests;
