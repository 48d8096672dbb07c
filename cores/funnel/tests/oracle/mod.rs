//! A fold written a second time, for comparison: it keeps nothing, scans everything, and judges anew
//! at every moment that could matter. Slow, and as close to the words of the rules as can be.

use std::cmp::Ordering;

use funnel::condition::{Activities, Condition, Literal, Op, Score, Term, TextTest, Window};
use funnel::definition::{Definition, Points};
use funnel::fold::MOVES_WITHOUT_NEWS_MAX;
use funnel::history::{Activity, Agent, Entry, Fact, History, Value, What};
use funnel::{Stage, Temperature, Truth};
use moment::{Moment, Span};

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

#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Unknown,
    Bool(bool),
    Number(f64, f64),
    Text(String),
    List(Vec<String>),
    Length(i64),
    Time(Moment),
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

impl At<'_> {
    fn told(&self, moves: Vec<(Moment, Stage, Stage, Option<String>)>) -> Told {
        let fit = match self.score(Score::Fit) {
            Seen::Number(low, high) => (low, high),
            _ => (f64::NAN, f64::NAN),
        };
        Told {
            stage: self.stage,
            kind: self.kind().map(str::to_owned),
            temperature: self.temperature(),
            criteria: (0..self.definition.criteria.len()).map(|i| self.criterion(i)).collect(),
            engagement: self.earned(),
            fit,
            moves,
            asked: Vec::new(),
        }
    }

    fn kind(&self) -> Option<&str> {
        self.definition.kinds.iter().find(|(_, c)| self.holds(c)).map(|(name, _)| &**name)
    }

    /// Every move that could be made now, in the order of the rules.
    fn moves(&self) -> Vec<(Stage, Option<String>)> {
        let mut moves = Vec::new();
        let definition = self.definition;
        if self.stage != Stage::Customer && self.stage != Stage::Disqualified {
            for (when, reason) in &definition.disqualified.enter {
                if self.holds(when) {
                    moves.push((Stage::Disqualified, reason.as_ref().map(ToString::to_string)));
                    break;
                }
            }
        }
        let exit = self.stage == Stage::Recycled || self.stage == Stage::Disqualified;
        let wake = match self.stage {
            Stage::Recycled => definition.recycled.wake.as_ref(),
            Stage::Disqualified => definition.disqualified.wake.as_ref(),
            _ => None,
        };
        let woken = self.woken();
        for to in [Stage::Customer, Stage::Opportunity, Stage::Prospect, Stage::Lead] {
            let Some(rule) = definition.stage(to) else { continue };
            let awake = woken.is_some() || wake.is_some_and(|wake| self.holds(wake));
            if exit && to != Stage::Customer && !awake {
                continue;
            }
            if !exit && to <= self.stage {
                continue;
            }
            if self.holds(&rule.enter) && self.gate(to) && self.stays(to) {
                moves.push((to, woken.clone().filter(|_| to != Stage::Customer)));
            }
        }
        // Whom no rule takes up goes to the lowest stage that they may stand at.
        if let Some(why) = woken {
            let climb = [Stage::Lead, Stage::Prospect, Stage::Opportunity];
            let may = |to: &Stage| {
                self.definition.stage(*to).is_some() && self.gate(*to) && self.stays(*to)
            };
            moves.extend(climb.into_iter().find(may).map(|to| (to, Some(why))));
        }
        for leave in definition.stage(self.stage).map_or(&[][..], |rule| &rule.leave) {
            if self.holds(&leave.when) && self.gate(leave.to) {
                moves.push((leave.to, leave.reason.as_ref().map(ToString::to_string)));
            }
        }
        moves
    }

    /// Why they wake as a hand asked, if they do.
    fn woken(&self) -> Option<String> {
        let wake = self.wake.filter(|_| self.stage == Stage::Recycled)?;
        if wake.on.is_some_and(|on| on <= self.now) {
            return Some("the day came".to_owned());
        }
        let holds = wake.when.is_some_and(|when| self.holds(when));
        holds.then(|| "what they waited for holds".to_owned())
    }

    /// Whether they would not leave a stage as they arrive there.
    fn stays(&self, to: Stage) -> bool {
        let there = At { stage: to, entered: Some(self.now), ..*self };
        let leave = self.definition.stage(to).map_or(&[][..], |rule| &rule.leave);
        !leave.iter().any(|leave| there.holds(&leave.when))
    }

    fn gate(&self, to: Stage) -> bool {
        let rule = self.definition.stage(to);
        rule.and_then(|rule| rule.gate.as_ref()).is_none_or(|gate| self.holds(gate))
    }

    fn holds(&self, condition: &Condition) -> bool {
        self.truth(condition) == Truth::True
    }

    fn truth(&self, condition: &Condition) -> Truth {
        match condition {
            Condition::Constant(value) => Truth::from(*value),
            Condition::All(parts) => {
                let truths: Vec<Truth> = parts.iter().map(|part| self.truth(part)).collect();
                if truths.contains(&Truth::False) {
                    Truth::False
                } else if truths.contains(&Truth::Unknown) {
                    Truth::Unknown
                } else {
                    Truth::True
                }
            }
            Condition::Any(parts) => {
                let truths: Vec<Truth> = parts.iter().map(|part| self.truth(part)).collect();
                if truths.contains(&Truth::True) {
                    Truth::True
                } else if truths.contains(&Truth::Unknown) {
                    Truth::Unknown
                } else {
                    Truth::False
                }
            }
            Condition::Not(part) => match self.truth(part) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Condition::Compare { left, op, right } => {
                compare(&self.value(left), *op, &self.value(right))
            }
            Condition::OneOf { term, list } => one_of(&self.value(term), list),
            Condition::Holds { term, item } => holds_item(&self.value(term), item),
            Condition::Text { term, test, with } => text_test(&self.value(term), *test, with),
            Condition::Is(term) => truth_of(&self.value(term)),
            Condition::Did { activities, window } => {
                Truth::from(!self.found(activities, *window).is_empty())
            }
            Condition::TwoWay { window } => Truth::from(self.two_way(*window)),
            Condition::Somebody(_) => unreachable!("asked of companies"),
            Condition::Known(Term::Fact(key)) => Truth::from(self.fact(key).is_some()),
            Condition::Known(Term::Score(score)) if self.definition.score(*score).is_none() => {
                Truth::from(self.fact(score.fact()).is_some())
            }
            Condition::Known(term) => Truth::from(match self.value(term) {
                Seen::Unknown => false,
                Seen::Number(low, high) => low.total_cmp(&high).is_eq(),
                _ => true,
            }),
        }
    }

    fn value(&self, term: &Term) -> Seen {
        match term {
            Term::Literal(literal) => written(literal),
            Term::Fact(key) => self.fact_value(key),
            Term::Score(score) => self.score(*score),
            Term::Criterion(name) => {
                match self.definition.criterion(name).map_or(Truth::Unknown, |i| self.criterion(i))
                {
                    Truth::Unknown => Seen::Unknown,
                    truth => Seen::Bool(truth == Truth::True),
                }
            }
            Term::Stage => Seen::Text(self.stage.as_str().to_owned()),
            Term::Kind => {
                Seen::Text(self.kind().map_or_else(|| "none".to_owned(), |kind| kind.to_owned()))
            }
            Term::Temperature => {
                Seen::Text(self.temperature().map_or("none", |t| t.as_str()).to_owned())
            }
            Term::Met(names) => {
                let truths: Vec<Truth> = names
                    .iter()
                    .filter_map(|name| self.definition.criterion(name))
                    .map(|at| self.criterion(at))
                    .collect();
                let count = |truth| truths.iter().filter(|&&t| t == truth).count() as f64;
                let yes = count(Truth::True);
                Seen::Number(yes, yes + count(Truth::Unknown))
            }
            Term::Count { activities, window } => {
                let count = self.found(activities, *window).len() as f64;
                Seen::Number(count, count)
            }
            Term::Since(activities) => {
                let last = self.found(activities, None).iter().map(|e| e.occurred_at).max();
                last.map_or(Seen::Unknown, |last| Seen::Length((self.now - last).0))
            }
            Term::Dwell => {
                self.entered.map_or(Seen::Unknown, |entered| Seen::Length((self.now - entered).0))
            }
            Term::Field(_) => unreachable!("fields belong to filters"),
            Term::People => unreachable!("asked of companies"),
        }
    }

    fn visible(&self) -> impl Iterator<Item = &Entry> {
        self.history.entries.iter().filter(|entry| visible_at(entry) <= self.now)
    }

    fn found(&self, activities: &Activities, window: Option<Window>) -> Vec<&Entry> {
        self.visible()
            .filter(|entry| match &entry.what {
                What::Activity(activity) => takes(activities, activity),
                What::Facts(_) => false,
            })
            .filter(|entry| self.in_window(entry, window))
            .collect()
    }

    fn in_window(&self, entry: &Entry, window: Option<Window>) -> bool {
        match window {
            None => true,
            Some(Window::Last(length)) => (self.now - entry.occurred_at).0 < length.span().0,
            Some(Window::Dwell) => self.entered.is_none_or(|entered| visible_at(entry) > entered),
        }
    }

    fn two_way(&self, window: Option<Window>) -> bool {
        let any = |kinds: &[&str], to_one: bool| {
            self.visible().any(|entry| match &entry.what {
                What::Activity(activity) => {
                    kinds.contains(&activity.kind.as_str())
                        && activity.agent == Agent::Human
                        && !(to_one && property(activity, "bulk") == Some(&Value::Bool(true)))
                        && self.in_window(entry, window)
                }
                What::Facts(_) => false,
            })
        };
        any(&["call.connected", "meeting.held", "demo.held"], false)
            || any(
                &[
                    "email.replied",
                    "email.received",
                    "call.received",
                    "chat.started",
                    "meeting.booked",
                ],
                false,
            ) && any(&["email.sent", "call.made", "chat.answered"], true)
    }

    /// The newest fact of a key by when it happened, if it still holds.
    fn fact(&self, key: &str) -> Option<Fact> {
        let mut newest = None;
        for entry in self.visible() {
            if let What::Facts(observation) = &entry.what {
                for fact in observation.facts.iter().filter(|fact| *fact.key == *key) {
                    newest = Some(fact);
                }
            }
        }
        newest
            .filter(|fact| fact.expires_at.is_none_or(|at| at > self.now))
            .filter(|fact| fact.value != Value::Null)
            .cloned()
    }

    fn fact_value(&self, key: &str) -> Seen {
        match self.fact(key) {
            Some(fact) if !fact.suspect => seen(&fact.value),
            _ => Seen::Unknown,
        }
    }

    fn criterion(&self, at: usize) -> Truth {
        let criterion = &self.definition.criteria[at];
        let mut newest = None;
        for entry in self.visible() {
            let What::Activity(activity) = &entry.what else { continue };
            let named = match property(activity, "criterion") {
                Some(Value::Text(name)) => self.definition.criterion(name) == Some(at),
                _ => false,
            };
            let unexpired = criterion.expires.is_none_or(|age| self.now - entry.occurred_at < age);
            let human = activity.agent == Agent::Human;
            if activity.kind.as_str() == "criterion.answered" && named && unexpired && human {
                newest = property(activity, "value").cloned();
            }
        }
        match newest {
            Some(Value::Text(answer)) if &*answer == "yes" => return Truth::True,
            Some(Value::Text(answer)) if &*answer == "no" => return Truth::False,
            _ => {}
        }
        let from = criterion.from.as_ref().map_or(Truth::Unknown, |from| self.truth(from));
        match (from, &criterion.yes) {
            (Truth::Unknown, Some(yes)) if self.holds(yes) => Truth::True,
            (from, _) => from,
        }
    }

    fn score(&self, score: Score) -> Seen {
        let Some(rule) = self.definition.score(score) else { return self.fact_value(score.fact()) };
        let (mut low, mut high, mut conditional) = (0.0, 0.0, false);
        for points in &rule.points {
            if let Points::When(condition, add) = points {
                conditional = true;
                match self.truth(condition) {
                    Truth::True => {
                        low += add;
                        high += add;
                    }
                    Truth::Unknown => {
                        low += add.min(0.0);
                        high += add.max(0.0);
                    }
                    Truth::False => {}
                }
            }
        }
        if conditional {
            low = low.clamp(0.0, 100.0);
            high = high.clamp(0.0, 100.0);
        }
        let earned = if score == Score::Engagement { self.earned() } else { 0.0 };
        Seen::Number(low + earned, high + earned)
    }

    /// Points for activities: those that count, each halved by its age.
    fn earned(&self) -> f64 {
        let Some(rule) = self.definition.score(Score::Engagement) else { return 0.0 };
        let mut sum = 0.0;
        for points in &rule.points {
            let Points::On { activities, add, per_day_max } = points else { continue };
            let found = self.found(activities, None);
            for entry in &found {
                let day = entry.occurred_at.day();
                let before = found.iter().filter(|other| {
                    other.occurred_at.day() == day
                        && (other.occurred_at, other.id) < (entry.occurred_at, entry.id)
                });
                if before.count() < per_day_max.map_or(usize::MAX, |max| max as usize) {
                    let age = (self.now - entry.occurred_at).0 as f64;
                    let halvings = rule.half_life.map_or(0.0, |half| age / half.0 as f64);
                    sum += add * 0.5_f64.powf(halvings);
                }
            }
        }
        sum
    }

    fn temperature(&self) -> Option<Temperature> {
        let all = &self.definition.temperatures;
        all.iter().find(|(_, condition)| self.holds(condition)).map(|(t, _)| *t)
    }

    /// Every atomic condition that stages hang on, and every criterion.
    fn everything(&self) -> Vec<Truth> {
        let mut truths = Vec::new();
        for condition in conditions(self.definition) {
            atoms(condition, &mut |atom| truths.push(self.truth(atom)));
        }
        truths.extend((0..self.definition.criteria.len()).map(|i| self.criterion(i)));
        if let Some(wake) = self.wake {
            if let Some(when) = wake.when {
                atoms(when, &mut |atom| truths.push(self.truth(atom)));
            }
            truths.push(Truth::from(wake.on.is_some_and(|on| on <= self.now)));
        }
        truths
    }
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
        Condition::Not(part) => atoms(part, see),
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

fn takes(activities: &Activities, activity: &Activity) -> bool {
    let kind = activity.kind.as_str();
    let named = activities.kinds.iter().any(|pattern| {
        pattern == "*"
            || pattern == kind
            || pattern.ends_with(".*") && kind.starts_with(pattern.trim_end_matches('*'))
    });
    let text = activities.filter.as_ref().map_or_else(String::new, |filter| filter.to_string());
    let counts = activity.agent == Agent::Human || text.contains("agent");
    named && counts && activities.filter.as_ref().is_none_or(|f| filter(f, activity) == Truth::True)
}

fn filter(condition: &Condition, activity: &Activity) -> Truth {
    let value = |term: &Term| field(term, activity);
    match condition {
        Condition::Constant(value) => Truth::from(*value),
        Condition::All(parts) => {
            parts.iter().map(|part| filter(part, activity)).fold(Truth::True, Truth::and)
        }
        Condition::Any(parts) => {
            parts.iter().map(|part| filter(part, activity)).fold(Truth::False, Truth::or)
        }
        Condition::Not(part) => !filter(part, activity),
        Condition::Compare { left, op, right } => compare(&value(left), *op, &value(right)),
        Condition::OneOf { term, list } => one_of(&value(term), list),
        Condition::Holds { term, item } => holds_item(&value(term), item),
        Condition::Text { term, test, with } => text_test(&value(term), *test, with),
        Condition::Is(term) => truth_of(&value(term)),
        Condition::Known(term) => Truth::from(value(term) != Seen::Unknown),
        Condition::Did { .. } | Condition::TwoWay { .. } | Condition::Somebody(_) => {
            unreachable!("not in a filter")
        }
    }
}

fn field(term: &Term, activity: &Activity) -> Seen {
    let text = |text: Option<&str>| text.map_or(Seen::Unknown, |text| Seen::Text(text.to_owned()));
    match term {
        Term::Literal(literal) => written(literal),
        Term::Field(name) => match name.as_str() {
            "direction" => text(activity.direction.map(|d| d.as_str())),
            "channel" => text(activity.channel.map(|c| c.as_str())),
            "agent" => text(Some(activity.agent.as_str())),
            "campaign" => text(activity.campaign.as_deref()),
            "kind" => text(Some(activity.kind.as_str())),
            name => match property(activity, name) {
                Some(value) => seen(value),
                None if name == "bulk" => Seen::Bool(false),
                None => Seen::Unknown,
            },
        },
        _ => unreachable!("not in a filter"),
    }
}

fn property<'a>(activity: &'a Activity, name: &str) -> Option<&'a Value> {
    activity.properties.iter().find(|(key, _)| **key == *name).map(|(_, value)| value)
}

fn written(literal: &Literal) -> Seen {
    match literal {
        Literal::Bool(value) => Seen::Bool(*value),
        Literal::Number(number) => Seen::Number(*number, *number),
        Literal::Text(text) => Seen::Text(text.clone()),
        Literal::Length(length) => Seen::Length(length.span().0),
        Literal::Date(day) => Seen::Time(*day),
    }
}

fn seen(value: &Value) -> Seen {
    match value {
        Value::Null => Seen::Unknown,
        Value::Bool(value) => Seen::Bool(*value),
        Value::Number(number) => Seen::Number(*number, *number),
        Value::Text(text) => Seen::Text(text.to_string()),
        Value::List(items) => Seen::List(items.iter().map(ToString::to_string).collect()),
        Value::Time(moment) => Seen::Time(*moment),
    }
}

fn truth_of(seen: &Seen) -> Truth {
    match seen {
        Seen::Bool(value) => Truth::from(*value),
        _ => Truth::Unknown,
    }
}

fn one_of(seen: &Seen, list: &[Literal]) -> Truth {
    list.iter().map(|item| compare(seen, Op::Equal, &written(item))).fold(Truth::False, Truth::or)
}

fn holds_item(seen: &Seen, item: &str) -> Truth {
    match seen {
        Seen::List(items) => Truth::from(items.iter().any(|held| held == item)),
        Seen::Text(text) => Truth::from(text == item),
        _ => Truth::Unknown,
    }
}

fn text_test(seen: &Seen, test: TextTest, with: &str) -> Truth {
    let Seen::Text(text) = seen else { return Truth::Unknown };
    Truth::from(match test {
        TextTest::Starts => text.starts_with(with),
        TextTest::Contains => text.contains(with),
        TextTest::Matches => regex::Regex::new(with).is_ok_and(|with| with.is_match(text)),
    })
}

/// A day or a moment written as a text.
fn read(text: &str) -> Option<Moment> {
    let day = format!("{text}T00:00:00Z");
    if text.len() == 10 { day.parse().ok() } else { text.parse().ok() }
}

fn compare(left: &Seen, op: Op, right: &Seen) -> Truth {
    let (a, b) = match (left, right) {
        (Seen::Number(a, b), Seen::Number(c, d)) => ((*a, *b), (*c, *d)),
        (Seen::Length(a), Seen::Length(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Bool(a), Seen::Bool(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Text(a), Seen::Text(b)) if matches!(op, Op::Equal | Op::Unequal) => {
            return Truth::from(op.holds(a.cmp(b)));
        }
        (Seen::Time(a), Seen::Time(b)) => return Truth::from(op.holds(a.cmp(b))),
        (Seen::Time(a), Seen::Text(b)) => {
            return read(b).map_or(Truth::Unknown, |b| Truth::from(op.holds(a.cmp(&b))));
        }
        (Seen::Text(a), Seen::Time(b)) => {
            return read(a).map_or(Truth::Unknown, |a| Truth::from(op.holds(a.cmp(b))));
        }
        _ => return Truth::Unknown,
    };
    // Every pair of a number of one range with a number of the other: the corners, and whether they
    // can be equal, tell them all.
    let mut answers: Vec<bool> = Vec::new();
    for x in [a.0, a.1] {
        for y in [b.0, b.1] {
            answers.push(op.holds(x.partial_cmp(&y).unwrap_or(Ordering::Equal)));
        }
    }
    if a.0 <= b.1 && b.0 <= a.1 && !(a.0.total_cmp(&a.1).is_eq() && b.0.total_cmp(&b.1).is_eq()) {
        match op {
            Op::Equal | Op::Unequal => answers.extend([true, false]),
            _ => {}
        }
    }
    if answers.iter().all(|&answer| answer) {
        Truth::True
    } else if answers.iter().all(|&answer| !answer) {
        Truth::False
    } else {
        Truth::Unknown
    }
}
