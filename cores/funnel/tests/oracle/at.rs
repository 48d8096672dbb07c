//! What holds at one moment, told from everything that was visible then.

use funnel::condition::{Activities, Condition, Score, Term, Window};
use funnel::definition::Points;
use funnel::history::{Agent, Entry, Fact, Value, What};
use funnel::{Stage, Temperature, Truth};
use moment::Moment;

use super::value::{
    Seen, compare, holds_item, one_of, property, seen, takes, text_test, truth_of, written,
};
use super::{At, Told, atoms, conditions, visible_at};

impl At<'_> {
    pub(super) fn told(&self, moves: Vec<(Moment, Stage, Stage, Option<String>)>) -> Told {
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
    pub(super) fn moves(&self) -> Vec<(Stage, Option<String>)> {
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

    pub(super) fn gate(&self, to: Stage) -> bool {
        let rule = self.definition.stage(to);
        rule.and_then(|rule| rule.gate.as_ref()).is_none_or(|gate| self.holds(gate))
    }

    fn holds(&self, condition: &Condition) -> bool {
        self.truth(condition) == Truth::True
    }

    pub(super) fn truth(&self, condition: &Condition) -> Truth {
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
            Condition::Decided(part) => Truth::from(self.truth(part) != Truth::Unknown),
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

    pub(super) fn visible(&self) -> impl Iterator<Item = &Entry> {
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

    pub(super) fn score(&self, score: Score) -> Seen {
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
    pub(super) fn earned(&self) -> f64 {
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
    pub(super) fn everything(&self) -> Vec<Truth> {
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
