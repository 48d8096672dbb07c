//! The panel of a person's record that says why they stand where they stand.

use askama::Template;
use funnel::explain::Explained;
use funnel::receipt::Part;
use funnel::{Condition, Definition, Stage, Truth};
use moment::{Moment, Span};
use people::pages::marks::{Heat, StageMark, Temperature, TruthMark};
use people::pages::person::label;
use people::pages::timeline;
use people::panel::{Moved, Panel};
use people::{PERSON, PersonId};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::filters;
use platform::page::words::{Almanac, lasting};
use team::{Right, User};

use crate::dispute::DisputeView;
use crate::handoff::{self, Outcome};
use crate::why::{
    BY_HAND, BecauseView, CriterionView, HandView, MoveView, RestView, WhyView, seen_in_words, why,
};
use crate::why_not::{WayView, why_not};
use crate::{lens, store};

/// Receipts, criteria, and what the next stage asks for: the panel that funnels give to the record.
pub struct ReceiptPanel;

impl Panel for ReceiptPanel {
    fn panel(
        &self,
        tx: &mut Tx,
        who: &User,
        person: PersonId,
        now: Moment,
    ) -> Result<String, Failure> {
        let id = tx.public_ids().encode(PERSON, person);
        let why = why(tx, who, &id, None, now)?;
        let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
        let lens = lens::of(tx, who, None)?;
        let Some((_, definition)) = lens.current() else { return Ok(String::new()) };
        let mut slip = Slips::of(&why, definition, &almanac);
        slip.may_edit = who.can(Right::EditPeople);
        slip.may_resolve = who.can(Right::ChangeDefinitions);
        if slip.next.is_some() {
            let found = why_not(tx, who, &id, None, None, now)?;
            slip.ways = found.ways.iter().take(WAYS_SHOWN).map(way_words).collect();
            slip.ask_next = found.ask.map(|question| question.ask).unwrap_or_default();
            slip.is_kept = found.is_kept && !found.is_there;
        }
        if lens::lenses(tx)?.iter().filter(|lens| lens.current().is_some()).count() > 1 {
            slip.lens = Some(lens.name.clone());
        }
        slip.handed = handed(tx, lens.id, person, &almanac)?;
        slip.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
    }

    fn moves(&self, tx: &mut Tx, who: &User, person: PersonId) -> Result<Vec<Moved>, Failure> {
        who.may(Right::ReadPeople)?;
        let lens = lens::of(tx, who, None)?.id;
        let rows = store::transitions(tx, lens, &[person])?.remove(&person).unwrap_or_default();
        let count = rows.len();
        let moves = rows.into_iter().enumerate().map(|(place, row)| Moved {
            at: row.moved_at,
            from: row.from,
            to: row.to,
            reason: row.reason,
            anchor: anchor(count - place),
        });
        Ok(moves.collect())
    }
}

/// Ways up that the record names.
const WAYS_SHOWN: usize = 4;

/// A way up in a sentence part: `they answer; answer yes: Who signs?`.
pub(crate) fn way_words(way: &WayView) -> String {
    let steps: Vec<&str> = way.steps.iter().map(|step| step.english.as_str()).collect();
    steps.join("; ")
}

/// How somebody stands who was handed to sales.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Handed {
    /// What is left of the time in which sales takes them on, or what came of it.
    words: String,
    /// Whether nobody has answered yet.
    waits: bool,
    /// Whether the answer came late, or is late by now.
    is_late: bool,
}

/// The handoff in which they are, if they are in one.
fn handed(
    tx: &mut Tx,
    lens: people::LensId,
    person: PersonId,
    almanac: &Almanac,
) -> Result<Option<Handed>, Failure> {
    let Some(row) = handoff::waiting_of(tx, lens, person)? else { return Ok(None) };
    let answered_at = row.answered_at.unwrap_or(almanac.now());
    let day = almanac.minute(answered_at).words;
    let reason = row.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let words = match row.outcome {
        Outcome::Waiting => time_left((row.due_at - almanac.now()).0),
        Outcome::Accepted => format!("taken on, answered {day}{reason}"),
        Outcome::Rejected => format!("handed back, answered {day}{reason}"),
        Outcome::MovedOn => return Ok(None),
    };
    let waits = row.outcome == Outcome::Waiting;
    Ok(Some(Handed { words, waits, is_late: answered_at > row.due_at }))
}

/// `3 h left to take them on`, or how much too long they wait.
pub(crate) fn time_left(left_us: i64) -> String {
    if left_us > 0 {
        format!("{} left to take them on", lasting(Span(left_us)))
    } else {
        format!("waiting {} too long", lasting(Span(-left_us)))
    }
}

/// The id of a receipt within the page; 1 is the newest.
fn anchor(place: usize) -> String {
    format!("receipt-{place}")
}

/// A condition as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    truth: TruthMark,
    english: String,
    seen: String,
    /// What it rests on, each with where it is shown.
    rests: Vec<Rested>,
    /// `gate`, or another word of where in the rule it stands; empty for the rule itself.
    badge: &'static str,
    /// Whether another condition read it.
    is_under: bool,
}

/// An activity or a fact that a condition rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rested {
    words: String,
    href: String,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slip {
    anchor: String,
    stage: StageMark,
    version: u32,
    sentence: String,
    rule: String,
    evidence: String,
    day: String,
    lines: Vec<Line>,
    /// What a hand said beside the reason: under which lens it counts, when they wake, what was promised.
    said: Vec<String>,
    /// The move's moment and stage, for a dispute.
    at: i64,
    disputes: Vec<Said>,
}

/// What is said against a move.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    id: String,
    words: String,
    by: String,
    resolved: Option<(String, String)>,
}

/// A criterion as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Within the definition.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) truth: TruthMark,
    pub(crate) source: String,
    pub(crate) is_stale: bool,
    ask: String,
}

/// The whole panel.
#[derive(Clone, Debug, Template)]
#[template(path = "panel.html")]
struct Slips {
    stage: StageMark,
    now: Option<Slip>,
    earlier: Vec<Slip>,
    framework: String,
    temperature: Option<Temperature>,
    criteria: Vec<Known>,
    others: Vec<Known>,
    next: Option<StageMark>,
    asks: Vec<Line>,
    /// The person's address.
    here: String,
    may_edit: bool,
    may_resolve: bool,
    /// What would bring them up, the cheapest first.
    ways: Vec<String>,
    /// Whether they are kept from the user.
    is_kept: bool,
    /// The question to ask next; may be empty.
    ask_next: String,
    /// How long sales has, or what it said; nothing of whom nobody handed over.
    handed: Option<Handed>,
    /// Where one can move them by hand: the stages.
    moves: Vec<StageMark>,
    /// The exits to which a hand can put them.
    exits: Vec<Exit>,
    /// The lens under which a move counts, if there are several.
    lens: Option<String>,
}

/// An exit to which a hand can put somebody.
#[derive(Clone, Debug)]
struct Exit {
    stage: StageMark,
    /// What is said of it: `Recycle`, `Put off`, `Disqualify`.
    verb: &'static str,
    /// Reasons that the definition knows.
    reasons: Vec<String>,
    /// Whether it must be one of these.
    is_list: bool,
    /// Whether one may say when they wake.
    wakes: bool,
}

/// The exits to which a hand can put somebody who stands at a stage.
fn exits(stands: Stage, definition: &Definition) -> Vec<Exit> {
    let exit = |stage: Stage, verb: &'static str| {
        let reasons = definition.reasons(stage);
        Exit {
            stage: StageMark::of(stage.as_str()),
            verb,
            reasons: reasons.words.iter().map(|word| (*word).to_owned()).collect(),
            is_list: reasons.is_list,
            wakes: stage == Stage::Recycled,
        }
    };
    let recycle = if stands == Stage::Recycled { "Put off" } else { "Recycle" };
    let mut exits = vec![exit(Stage::Recycled, recycle)];
    if stands != Stage::Disqualified {
        exits.push(exit(Stage::Disqualified, "Disqualify"));
    }
    exits
}

impl Slips {
    fn of(why: &WhyView, definition: &Definition, almanac: &Almanac) -> Slips {
        let mut slips: Vec<Slip> = why
            .moves
            .iter()
            .enumerate()
            .map(|(place, step)| slip(place, step, why, almanac))
            .collect();
        let earlier = slips.split_off(slips.len().min(1));
        let framework = definition.frameworks.first();
        let within: Vec<&str> =
            framework.iter().flat_map(|framework| &framework.criteria).map(AsRef::as_ref).collect();
        let known = |name: &str| why.criteria.iter().find(|criterion| criterion.name == name);
        let criteria: Vec<&CriterionView> = within.iter().filter_map(|name| known(name)).collect();
        let others =
            why.criteria.iter().filter(|criterion| !within.contains(&criterion.name.as_str()));
        let heat = why.temperature.and_then(|heat| Heat::of(&heat.to_string()));
        let gate = |view: &crate::why::NextView| {
            definition.stage(view.stage).is_some_and(|rule| rule.gate.is_some())
        };
        let stands = StageMark::of(why.stage.as_str());
        let told = Told { person: &why.person, almanac };
        let known_to = |mark: &StageMark| match Stage::parse(mark.word()) {
            Some(stage) => definition.stage(stage).is_some(),
            None => false,
        };
        Slips {
            here: format!("/people/{}", why.person),
            may_edit: false,
            may_resolve: false,
            ways: Vec::new(),
            is_kept: false,
            ask_next: String::new(),
            handed: None,
            moves: StageMark::STANDS
                .into_iter()
                .filter(|mark| *mark != stands && known_to(mark))
                .collect(),
            exits: exits(why.stage, definition),
            lens: None,
            stage: StageMark::of(why.stage.as_str()),
            now: slips.pop(),
            earlier,
            framework: framework.map(|framework| framework.name.to_string()).unwrap_or_default(),
            temperature: heat.map(|heat| Temperature {
                heat,
                pips: criteria
                    .iter()
                    .map(|criterion| (criterion.name.clone(), mark(criterion.truth)))
                    .collect(),
            }),
            criteria: criteria.iter().map(|criterion| self::known(criterion, almanac)).collect(),
            others: others.map(|criterion| self::known(criterion, almanac)).collect(),
            next: why.next.as_ref().map(|next| StageMark::of(next.stage.as_str())),
            asks: why.next.as_ref().map_or_else(Vec::new, |next| {
                let has_gate = gate(next);
                let mut lines = Vec::new();
                for (place, part) in next.parts.iter().enumerate() {
                    spread(
                        part,
                        if has_gate && place == 0 { "gate" } else { "" },
                        false,
                        &told,
                        &mut lines,
                    );
                }
                lines
            }),
        }
    }
}

pub(crate) fn mark(truth: Truth) -> TruthMark {
    match truth {
        Truth::True => TruthMark::True,
        Truth::False => TruthMark::False,
        Truth::Unknown => TruthMark::Unknown,
    }
}

/// Under which lenses a move by hand counts, beside the rule; nothing of one that says nothing.
fn under(step: &MoveView) -> String {
    match &step.by_hand {
        Some(hand) if step.rule == BY_HAND => match &hand.lens {
            Some(lens) => format!("{}, under {lens} alone", step.rule),
            None => format!("{}, under every lens", step.rule),
        },
        _ => step.rule.clone(),
    }
}

fn slip(place: usize, step: &MoveView, why: &WhyView, almanac: &Almanac) -> Slip {
    let (lens, told) = (&why.lens, Told { person: &why.person, almanac });
    let (from, to) = (StageMark::of(step.from.as_str()), StageMark::of(step.to.as_str()));
    let reason = step.reason.as_ref().map(|reason| format!(", “{reason}”,")).unwrap_or_default();
    Slip {
        anchor: anchor(place + 1),
        stage: to,
        version: step.version,
        sentence: format!(
            "{} to {}{reason} on {}, by the definition “{lens}”",
            from.title(),
            to.title().to_lowercase(),
            almanac.full(step.at).words,
        ),
        rule: under(step),
        evidence: if step.evidence_at == step.at {
            String::new()
        } else {
            format!("happened {}", almanac.full(step.evidence_at).words)
        },
        day: almanac.date(step.at).words,
        lines: step.because.iter().map(|because| line(because, &told)).collect(),
        said: step.by_hand.as_ref().map(|said| in_words(said, almanac)).unwrap_or_default(),
        at: step.at.0,
        disputes: step.disputes.iter().map(|dispute| said(dispute, almanac)).collect(),
    }
}

/// What a hand said beside its reason, a sentence each.
fn in_words(hand: &HandView, almanac: &Almanac) -> Vec<String> {
    let mut said = Vec::new();
    let on = hand.wake_on.map(|at| format!("on {}", almanac.date(at).words));
    let when = hand.wake_english.as_ref().map(|english| format!("when this holds: {english}"));
    let wakes: Vec<String> = on.into_iter().chain(when).collect();
    if !wakes.is_empty() {
        said.push(format!("Wakes {}", wakes.join(", or ")));
    }
    if let Some(promise) = &hand.promise {
        let by = hand.promise_by.map(|at| format!(", by {}", almanac.date(at).words));
        said.push(format!("Promised: {promise}{}", by.unwrap_or_default()));
    }
    said
}

fn said(dispute: &DisputeView, almanac: &Almanac) -> Said {
    let by = |name: &Option<String>, at: Moment| {
        let name = name.as_deref().unwrap_or("the operator");
        format!("{name}, {}", almanac.date(at).words)
    };
    Said {
        id: dispute.id.clone(),
        words: dispute.words.clone(),
        by: by(&dispute.by, dispute.raised_at),
        resolved: dispute.resolved.as_ref().map(|one| (one.words.clone(), by(&one.by, one.at))),
    }
}

/// Of whom it is told, and in whose words of time.
struct Told<'a> {
    person: &'a str,
    almanac: &'a Almanac,
}

fn line(because: &BecauseView, told: &Told<'_>) -> Line {
    Line {
        truth: mark(because.truth),
        english: because.english.clone(),
        seen: because.seen.as_deref().map(seen_in_words).unwrap_or_default().to_owned(),
        rests: rests(because.rests_on.iter(), told),
        badge: match because.part {
            Part::Gate => "gate",
            Part::Wake => "wake",
            Part::Enter | Part::Leave | Part::Under => "",
        },
        is_under: because.part == Part::Under,
    }
}

/// What a condition rests on: `email replied, 3 Jun 2026`, `Industry from import, 30 May 2026`; the newest first.
fn rests<'a>(rests: impl DoubleEndedIterator<Item = &'a RestView>, told: &Told<'_>) -> Vec<Rested> {
    let mut said: Vec<Rested> = Vec::new();
    for rest in rests.rev() {
        let what = match &rest.source {
            Some(source) => format!("{} from {source}", label(&rest.what)),
            None => rest.what.replace(['.', '_'], " "),
        };
        let words = format!("{what}, {}", told.almanac.date(rest.at).words);
        if said.iter().any(|known| known.words == words) {
            continue;
        }
        // What a company is stands among its facts; the timeline is the person's own.
        let is_own = rest.source.is_none() || rest.what.starts_with("person.");
        let href = match is_own {
            true => timeline::address(told.person, rest.at, rest.entry),
            false => format!("#fact-{}", rest.what),
        };
        said.push(Rested { words, href });
    }
    said
}

pub(crate) fn known(criterion: &CriterionView, almanac: &Almanac) -> Known {
    let mut source = match criterion.since {
        Some(since) => format!("since {}", almanac.day(since).words),
        None => "nothing says it yet".to_owned(),
    };
    let mut is_stale = false;
    if let Some(expires) = criterion.expires_at {
        let has_run_out = expires <= almanac.now();
        let word = if has_run_out { "ran out" } else { "runs out" };
        source = format!("{source}; {word} {}", almanac.day(expires).words);
        is_stale = expires - almanac.now() < moment::Span::days(14);
    }
    Known {
        id: criterion.name.clone(),
        name: label(&criterion.name),
        truth: mark(criterion.truth),
        source,
        is_stale,
        ask: match criterion.truth {
            Truth::Unknown => criterion.ask.clone().unwrap_or_default(),
            Truth::True | Truth::False => String::new(),
        },
    }
}

/// The parts of a condition that must all hold, each a line; those of which one is enough follow theirs.
fn spread(
    part: &Explained,
    badge: &'static str,
    is_under: bool,
    told: &Told<'_>,
    into: &mut Vec<Line>,
) {
    let condition = Condition::parse(&part.text);
    if matches!(condition, Ok(Condition::All(_))) && !is_under {
        for part in &part.parts {
            spread(part, badge, is_under, told, into);
        }
        return;
    }
    let is_choice = matches!(condition, Ok(Condition::Any(_)));
    let rested: Vec<RestView> = part
        .rests_on
        .iter()
        .map(|rest| RestView {
            what: rest.what.to_string(),
            source: rest.source.as_deref().map(str::to_owned),
            at: rest.at,
            entry: rest.id,
        })
        .collect();
    let opens = is_choice && !is_under;
    into.push(Line {
        truth: mark(part.truth),
        english: if opens { "any one of these".to_owned() } else { part.english.clone() },
        seen: match &part.seen {
            Some(seen) if !is_choice => seen_in_words(seen).to_owned(),
            Some(_) | None => String::new(),
        },
        rests: if opens { Vec::new() } else { rests(rested.iter(), told) },
        badge,
        is_under,
    });
    if opens {
        for part in &part.parts {
            spread(part, "", true, told, into);
        }
    }
}
