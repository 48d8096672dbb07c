//! A fold written a second time, for comparison: it keeps nothing, scans everything, and judges anew
//! at every moment that could matter. Slow, and as close to the words of the rules as can be.

mod at;
mod value;

use funnel::condition::{Condition, Literal, Score, Term, Window};
use funnel::definition::{Definition, Points};
use funnel::fold::MOVES_WITHOUT_NEWS_MAX;
use funnel::history::{Activity, Agent, Entry, History, Value, What};
use funnel::{Stage, Temperature, Truth};
use moment::{Moment, Span};

use value::property;

/// What the oracle says of a history.
#[derive(Debug)]
pub struct Told {
    pub stage: Stage,
    pub kind: Option<String>,
    pub temperature: Option<Temperature>,
    pub criteria: Vec<Truth>,
    pub engagement: f64,
    pub fit: (f64, f64),
    /// When, from, to, why.
    pub moves: Vec<(Moment, Stage, Stage, Option<String>)>,
    /// What the conditions from outside come to.
    pub asked: Vec<Truth>,
}

#[derive(Clone, Copy)]
struct At<'a> {
    definition: &'a Definition,
    history: &'a History,
    now: Moment,
    stage: Stage,
    entered: Option<Moment>,
    wake: Option<Wake<'a>>,
}

/// What wakes whoever was recycled by hand.
#[derive(Clone, Copy)]
struct Wake<'a> {
    on: Option<Moment>,
    when: Option<&'a Condition>,
}

/// Tells the standing as of a moment and what conditions from outside come to then, and when it next changes without
/// a new entry, looking no further than `horizon`.
pub fn tell(
    (definition, lens): (&Definition, &str),
    history: &History,
    as_of: Moment,
    horizon: Moment,
    asked: &[Condition],
) -> (Told, Option<Moment>) {
    let known: Vec<Entry> =
        history.entries.iter().filter(|e| e.recorded_at <= as_of).cloned().collect();
    let known = History { entries: known };
    let wakes = wakes(&known);
    let mut run = Run::new(definition, lens, &known, &wakes);
    run.go(as_of);
    let at = At { now: as_of, ..run.at };
    let mut told = at.told(run.moves.clone());
    told.asked = asked.iter().map(|condition| at.truth(condition)).collect();
    let fingerprint = |at: &At<'_>| {
        let told = at.told(Vec::new());
        (told.stage, told.kind, told.temperature, told.criteria)
    };
    let before = fingerprint(&at);
    while let Some(next) = run.next_stop().filter(|&next| next <= horizon) {
        run.go(next);
        if fingerprint(&run.at) != before {
            return (told, Some(next));
        }
    }
    (told, None)
}

struct Run<'a> {
    at: At<'a>,
    spans: Vec<i64>,
    falling: Vec<f64>,
    moves: Vec<(Moment, Stage, Stage, Option<String>)>,
    held_back: Option<Vec<Truth>>,
    without_news: usize,
    lens: &'a str,
    wakes: &'a [(String, Condition)],
}

impl<'a> Run<'a> {
    fn new(
        definition: &'a Definition,
        lens: &'a str,
        history: &'a History,
        wakes: &'a [(String, Condition)],
    ) -> Run<'a> {
        let mut spans: Vec<i64> =
            definition.criteria.iter().filter_map(|c| c.expires).map(|s| s.0).collect();
        let mut falling = Vec::new();
        let wake = wakes.iter().map(|(_, condition)| condition);
        for condition in conditions(definition).into_iter().chain(wake) {
            lengths(condition, &mut spans);
            thresholds(condition, &mut falling);
        }
        spans.sort_unstable();
        spans.dedup();
        let (now, stage) = (Moment::START, Stage::None);
        let at = At { definition, history, now, stage, entered: None, wake: None };
        Run { at, spans, falling, moves: Vec::new(), held_back: None, without_news: 0, lens, wakes }
    }

    fn go(&mut self, until: Moment) {
        while let Some(next) = self.next_stop().filter(|&next| next <= until) {
            self.at.now = next;
            self.judge();
        }
    }

    /// The next moment at which anything at all could be different.
    fn next_stop(&self) -> Option<Moment> {
        let now = self.at.now;
        let mut stops = Vec::new();
        for entry in &self.at.history.entries {
            stops.push(visible_at(entry));
            if visible_at(entry) > now {
                continue;
            }
            for &span in &self.spans {
                stops.push(entry.occurred_at + Span(span));
                stops.push(entry.occurred_at + Span(span + 1));
            }
            if let What::Facts(observation) = &entry.what {
                stops.extend(observation.facts.iter().filter_map(|fact| fact.expires_at));
            }
        }
        stops.extend(self.at.wake.and_then(|wake| wake.on));
        if let Some(entered) = self.at.entered {
            for &span in &self.spans {
                stops.push(entered + Span(span));
                stops.push(entered + Span(span + 1));
            }
        }
        if now > Moment::START {
            stops.extend(self.falling.iter().filter_map(|&number| self.crossing(number)));
        }
        stops.into_iter().filter(|&stop| stop > now).min()
    }

    /// When engagement, which only halves, is first below a number, or first no longer above it.
    fn crossing(&self, number: f64) -> Option<Moment> {
        let rule = self.at.definition.score(Score::Engagement)?;
        let half_life = rule.half_life?;
        let seen = History { entries: self.at.visible().cloned().collect() };
        let value = |at: i64| At { history: &seen, now: Moment(at), ..self.at }.earned();
        let now = self.at.now.0;
        if number <= 0.0 || value(now) <= number && value(now) < number {
            return None;
        }
        let side = |at: i64| (value(at) >= number, value(at) > number);
        let (mut low, mut high) = (now, now + 200 * half_life.0);
        let before = side(low);
        if side(high) == before {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if side(middle) == before { low = middle } else { high = middle }
        }
        Some(Moment(high))
    }

    fn judge(&mut self) {
        let now = self.at.now;
        let fresh: Vec<&Entry> =
            self.at.history.entries.iter().filter(|e| visible_at(e) == now).collect();
        if !self.at.history.entries.iter().any(|e| visible_at(e) <= now) {
            return;
        }
        if fresh.is_empty() && self.held_back.as_ref() == Some(&self.at.everything()) {
            return;
        }
        let mut visited = vec![self.at.stage];
        let mut cut = false;
        if !fresh.is_empty() {
            self.without_news = 0;
        }
        for entry in fresh {
            let What::Activity(activity) = &entry.what else { continue };
            if activity.kind.as_str() != "stage.moved" || activity.agent != Agent::Human {
                continue;
            }
            let Some(Value::Text(to)) = property(activity, "to") else { continue };
            let Some(to) = Stage::parse(to) else { continue };
            let elsewhere = |lens: &str| lens != "*" && lens != self.lens;
            if matches!(property(activity, "lens"), Some(Value::Text(lens)) if elsewhere(lens)) {
                continue;
            }
            let wake = self.wake(activity).filter(|_| to == Stage::Recycled);
            if to == self.at.stage && to == Stage::Recycled {
                self.at.wake = wake;
            }
            if to != self.at.stage && self.at.gate(to) {
                let reason = match property(activity, "reason") {
                    Some(Value::Text(text)) => Some(text.to_string()),
                    _ => None,
                };
                self.go_to(to, reason);
                self.at.wake = wake;
                visited.push(to);
            }
        }
        while self.without_news < MOVES_WITHOUT_NEWS_MAX {
            let mut found = None;
            for (to, reason) in self.at.moves() {
                if visited.contains(&to) {
                    cut = true;
                } else {
                    found = Some((to, reason));
                    break;
                }
            }
            let Some((to, reason)) = found else { break };
            self.go_to(to, reason);
            visited.push(to);
        }
        self.held_back = cut.then(|| self.at.everything());
    }

    fn go_to(&mut self, to: Stage, reason: Option<String>) {
        self.moves.push((self.at.now, self.at.stage, to, reason));
        self.at.stage = to;
        self.at.entered = Some(self.at.now);
        self.at.wake = None;
        self.without_news += 1;
    }

    /// What a move by hand says of waking.
    fn wake(&self, activity: &Activity) -> Option<Wake<'a>> {
        let on = match property(activity, "wake_on") {
            Some(Value::Time(at)) => Some(*at),
            _ => None,
        };
        let when = match property(activity, "wake_when") {
            Some(Value::Text(text)) => self.wakes.iter().find(|(known, _)| **known == **text),
            _ => None,
        };
        let when = when.map(|(_, condition)| condition);
        (on.is_some() || when.is_some()).then_some(Wake { on, when })
    }
}

/// The wake-up conditions that moves by hand name.
fn wakes(history: &History) -> Vec<(String, Condition)> {
    let mut wakes = Vec::new();
    for entry in &history.entries {
        let What::Activity(activity) = &entry.what else { continue };
        if let Some(Value::Text(text)) = property(activity, "wake_when") {
            wakes
                .extend(Condition::parse(text).ok().map(|condition| (text.to_string(), condition)));
        }
    }
    wakes
}

fn visible_at(entry: &Entry) -> Moment {
    entry.occurred_at.max(entry.recorded_at)
}

/// The conditions that stages hang on.
fn conditions(definition: &Definition) -> Vec<&Condition> {
    let mut all = Vec::new();
    for criterion in &definition.criteria {
        all.extend(criterion.from.iter().chain(&criterion.yes));
    }
    for rule in &definition.scores {
        for points in &rule.points {
            if let Points::When(condition, _) = points {
                all.push(condition);
            }
        }
    }
    all.extend(definition.temperatures.iter().map(|(_, c)| c));
    for rule in &definition.stages {
        all.push(&rule.enter);
        all.extend(&rule.gate);
        all.extend(rule.leave.iter().map(|leave| &leave.when));
    }
    all.extend(&definition.recycled.wake);
    all.extend(&definition.disqualified.wake);
    all.extend(definition.disqualified.enter.iter().map(|(c, _)| c));
    all
}

fn atoms<'a>(condition: &'a Condition, see: &mut dyn FnMut(&'a Condition)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| atoms(part, see));
        }
        Condition::Not(part) | Condition::Decided(part) => atoms(part, see),
        Condition::Constant(_) => {}
        atom => see(atom),
    }
}

fn lengths(condition: &Condition, spans: &mut Vec<i64>) {
    let mut window = |window: &Option<Window>| {
        if let Some(Window::Last(length)) = window {
            spans.push(length.span().0);
        }
    };
    atoms(condition, &mut |atom| match atom {
        Condition::Did { window: w, .. } | Condition::TwoWay { window: w } => window(w),
        Condition::Compare { left, right, .. } => {
            for term in [left, right] {
                match term {
                    Term::Count { window: w, .. } => window(w),
                    Term::Literal(Literal::Length(length)) => {
                        window(&Some(Window::Last(*length)));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    });
}

fn thresholds(condition: &Condition, numbers: &mut Vec<f64>) {
    atoms(condition, &mut |atom| {
        if let Condition::Compare {
            left: Term::Score(Score::Engagement),
            right: Term::Literal(Literal::Number(number)),
            ..
        } = atom
        {
            numbers.push(*number);
        }
    });
}
