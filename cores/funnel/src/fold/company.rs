//! Scores that are a company's: points for what its people and it itself did, told as facts.
//!
//! **Promise:** a fact is yielded at each moment at which the score comes to lie otherwise to a number
//! that the definition names, and at no other; it rests on nothing that was recorded later. Until the
//! first of them a company has 0 points.
//!
//! Deeds come from one person's history at a time, and the score from the company's deeds alone, so
//! that nothing here ever reads two people's histories at once. A fact is no deed: what is told of a
//! company can't move its own score.
//!
//! A person's activity counts for the company at which they worked when it happened, as we know it at
//! each moment: for the first employer of whom we heard, if it happened before we heard of any. When
//! we learn better, it counts for the other from that moment on.

use std::cmp::Ordering;
use std::hash::Hasher;

use moment::{Moment, Span};

use super::id;
use super::pattern::Pattern;
use super::plan::{OnPlan, index};
use super::score::{Tally, crossing};
use super::state::{Fnv, NEVER};
use crate::condition::{Condition, Op, Score};
use crate::definition::check::numbers_named;
use crate::definition::{Definition, Points, ScoreRule};
use crate::employment::Employed;
use crate::history::{Entry, History, What};

/// How a definition counts the score of a company, made ready.
#[derive(Clone, Debug)]
pub struct CompanyScore {
    score: Score,
    rule: i64,
    activities: i64,
    key: String,
    half_life: Option<Span>,
    patterns: Vec<Pattern>,
    on: Vec<OnPlan>,
    /// The numbers that the definition names, in order.
    named: Vec<f64>,
}

/// Something done that earns a company points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// The company.
    pub company: i64,
    /// When it happened.
    pub occurred_at: Moment,
    /// By whom: a person, or the company itself.
    pub by: i64,
    /// The activity's id in their history.
    pub id: i64,
    /// Which of the rule's points it earns, by their place.
    pub point: u32,
    /// From when on it counts: when we knew both of it and that they work there.
    pub counts_from: Moment,
    /// From when on it counts no more, for we learned that they worked elsewhere.
    pub counts_until: Option<Moment>,
}

/// What the score came to at a moment, from then until the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// When.
    pub at: Moment,
    /// The score at that moment.
    pub value: f64,
}

/// What a company's deeds come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// The facts of the score, oldest first.
    pub crossings: Vec<Crossing>,
    /// Before this moment nothing follows without a new deed; `None`: never.
    pub next_at: Option<Moment>,
}

impl CompanyScore {
    /// The company's score of a definition: `[scores.intent]` with `of = "company"`.
    pub fn of(definition: &Definition) -> Option<CompanyScore> {
        let rule = definition.scores.iter().find(|rule| rule.of_company)?;
        let named = numbers_named(definition, rule.score);
        let number = number_of(rule, &named);
        let mut score = CompanyScore {
            score: rule.score,
            rule: number,
            activities: number_of_activities(rule),
            key: format!("{}.{number:016x}", rule.score.fact()),
            half_life: rule.half_life,
            patterns: Vec::new(),
            on: Vec::new(),
            named,
        };
        for points in &rule.points {
            let Points::On { activities, add, per_day_max } = points else { continue };
            score.on.push(OnPlan {
                pattern: id(score.patterns.len()),
                add: *add,
                per_day_max: per_day_max.unwrap_or(u32::MAX),
            });
            score.patterns.push(Pattern::new(activities));
        }
        Some(score)
    }

    /// Which score it is.
    pub fn score(&self) -> Score {
        self.score
    }

    /// A number for the rule and the numbers that the definition names: definitions that agree on them
    /// count, and tell, the same.
    pub fn rule(&self) -> i64 {
        self.rule
    }

    /// A number for the activities that give points, in their order: whoever agrees on them has the same deeds.
    pub fn activities(&self) -> i64 {
        self.activities
    }

    /// The key of the fact that holds the score in a person's history.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What somebody did that earns points, for whichever company, in order. `employed` is what was said
    /// about where they work, in the order of the history; a company works at itself.
    pub fn deeds(&self, by: i64, history: &[Entry], employed: &[Employed]) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if employed.is_empty() {
            return deeds;
        }
        for entry in history {
            let What::Activity(activity) = &entry.what else { continue };
            let kind = activity.kind.as_str();
            let takes = |pattern: &Pattern| pattern.takes_kind(kind) && pattern.takes(activity);
            let mut stays = None;
            for (point, _) in self.patterns.iter().enumerate().filter(|(_, p)| takes(p)) {
                for stay in stays.get_or_insert_with(|| stays_at(entry, employed)).iter() {
                    deeds.push(Deed {
                        company: stay.company,
                        occurred_at: entry.occurred_at,
                        by,
                        id: entry.id,
                        point: id(point),
                        counts_from: stay.from,
                        counts_until: stay.until,
                    });
                }
            }
        }
        deeds.sort_unstable();
        deeds
    }

    /// Counts one company's deeds, in any order, as of a moment.
    pub fn count(&self, deeds: &[Deed], as_of: Moment) -> Counted {
        let mut deeds: Vec<&Deed> = deeds.iter().collect();
        deeds.sort_unstable();
        let mut turns = turns(&deeds).into_iter().peekable();
        let mut tally = Tally::default();
        tally.clear(self.on.len());
        let mut counted = Counted::default();
        let mut lies: Vec<Ordering> = self.lies(0.0).collect();
        let mut now = Moment::START.0;
        loop {
            let turn = turns.peek().map_or(NEVER, |turn| turn.at);
            let next = turn.min(self.fades_at(&tally, now, turn));
            if next > as_of.0 || next == NEVER {
                counted.next_at = (next != NEVER).then_some(Moment(next));
                return counted;
            }
            now = next;
            while let Some(turn) = turns.next_if(|turn| turn.at == now) {
                let Some(deed) = deeds.get(index(turn.deed)) else { continue };
                if turn.counts {
                    let at = deed.occurred_at.0;
                    tally.add(&self.on, self.half_life, turn.deed, at, deed.point);
                } else {
                    tally.take_out(&self.on, self.half_life, turn.deed, deed.point);
                }
            }
            let value = tally.value(now, self.half_life);
            if !self.lies(value).eq(lies.iter().copied()) {
                counted.crossings.push(Crossing { at: Moment(now), value });
                lies = self.lies(value).collect();
            }
        }
    }

    /// Gives facts about the score, by its own name, the key under which the fold looks for what was
    /// counted: for examples, which say what a score is and not what a company did.
    pub(crate) fn take_as_counted(&self, history: &mut History) {
        for entry in &mut history.entries {
            let What::Facts(observation) = &mut entry.what else { continue };
            for fact in observation.facts.iter_mut().filter(|f| *f.key == *self.score.fact()) {
                fact.key = self.key.as_str().into();
            }
        }
    }

    /// How a value lies to each of the numbers that the definition names.
    fn lies(&self, value: f64) -> impl Iterator<Item = Ordering> {
        self.named.iter().map(move |number| value.total_cmp(number))
    }

    /// The first moment after `now`, and before `turn`, at which the score crosses a number by time alone.
    fn fades_at(&self, tally: &Tally, now: i64, turn: i64) -> i64 {
        let Some(half_life) = self.half_life.filter(|_| !tally.hits.is_empty()) else {
            return NEVER;
        };
        let value = |at: i64| tally.value(at, Some(half_life));
        // It moves towards 0 alone, so that what lies the same at both ends lay the same between.
        if turn != NEVER && self.lies(value(turn)).eq(self.lies(value(now))) {
            return NEVER;
        }
        let crosses = |number: &f64| {
            let ops = [Op::AtLeast, Op::AtMost].into_iter();
            ops.filter_map(|op| crossing(tally, half_life, op, *number, now, true)).min()
        };
        self.named.iter().filter_map(crosses).min().unwrap_or(NEVER)
    }
}

/// A deed begins to count, or counts no more.
#[derive(Clone, Copy, Debug)]
struct Turn {
    at: i64,
    counts: bool,
    deed: u32,
}

fn turns(deeds: &[&Deed]) -> Vec<Turn> {
    let mut turns = Vec::with_capacity(deeds.len());
    for (place, deed) in deeds.iter().enumerate() {
        turns.push(Turn { at: deed.counts_from.0, counts: true, deed: id(place) });
        let until =
            deed.counts_until.map(|until| Turn { at: until.0, counts: false, deed: id(place) });
        turns.extend(until);
    }
    turns.sort_by_key(|turn| (turn.at, turn.deed));
    turns
}

/// During which time something done counts for which company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stay {
    company: i64,
    from: Moment,
    until: Option<Moment>,
}

fn stays_at(entry: &Entry, employed: &[Employed]) -> Vec<Stay> {
    let visible = entry.occurred_at.max(entry.recorded_at);
    let mut looks: Vec<Moment> =
        employed.iter().map(|word| word.visible_at()).filter(|at| *at > visible).collect();
    looks.push(visible);
    looks.sort_unstable();
    looks.dedup();
    let mut stays: Vec<Stay> = Vec::new();
    let mut before = None;
    for look in looks {
        let company = employer(employed, entry.occurred_at, look);
        if company == before {
            continue;
        }
        if let (Some(_), Some(last)) = (before, stays.last_mut()) {
            last.until = Some(look);
        }
        stays.extend(company.map(|company| Stay { company, from: look, until: None }));
        before = company;
    }
    stays
}

/// Where somebody worked when something happened, as it is known at a moment.
fn employer(employed: &[Employed], happened_at: Moment, known_by: Moment) -> Option<i64> {
    let known = || employed.iter().filter(|word| word.visible_at() <= known_by);
    let newest = known().rfind(|word| word.said_at <= happened_at);
    newest.or_else(|| known().next()).and_then(|word| word.company)
}

/// A number made of all that a company's score hangs on.
fn number_of(rule: &ScoreRule, named: &[f64]) -> i64 {
    let mut hash = Fnv::default();
    let mut part = |text: &str| hash.write(format!("{text}\n").as_bytes());
    part(rule.score.as_str());
    part(&rule.half_life.map_or_else(String::new, |half| half.0.to_string()));
    for points in &rule.points {
        let Points::On { activities, add, per_day_max } = points else { continue };
        let did = Condition::Did { activities: activities.clone(), window: None };
        part(&format!("{did} {:x} {per_day_max:?}", add.to_bits()));
    }
    named.iter().for_each(|number| part(&format!("{:x}", number.to_bits())));
    (hash.finish() >> 1).cast_signed()
}

/// A number made of the activities that give points.
fn number_of_activities(rule: &ScoreRule) -> i64 {
    let mut hash = Fnv::default();
    for points in &rule.points {
        let Points::On { activities, .. } = points else { continue };
        let did = Condition::Did { activities: activities.clone(), window: None };
        hash.write(format!("{did}\n").as_bytes());
    }
    (hash.finish() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Activity, Fact, Observation};

    const DAY: i64 = moment::DAY_US;
    const RULE: &str = r#"
        name = "Market"
        [scores.intent]
        of = "company"
        half_life = "10d"
        points = [ { on = "page.viewed", add = 10, max_per_day = 2 }, { on = "deal.lost", add = -30 } ]
        [stages.lead]
        enter = 'true'
        [stages.prospect]
        enter = 'score.intent >= 20 && !(5 > score.intent)'
    "#;

    fn score(text: &str) -> CompanyScore {
        CompanyScore::of(&Definition::parse(text).unwrap()).unwrap()
    }

    fn viewed(by: i64, day: i64) -> Deed {
        deed(by, day, 0)
    }

    fn deed(by: i64, day: i64, point: u32) -> Deed {
        let at = Moment(day * DAY);
        Deed {
            company: 1,
            occurred_at: at,
            by,
            id: by * 1_000 + day,
            point,
            counts_from: at,
            counts_until: None,
        }
    }

    /// Days and rounded values.
    fn told(deeds: &[Deed], day: i64) -> Vec<(i64, i64)> {
        let counted = score(RULE).count(deeds, Moment(day * DAY));
        let rounded = |c: &Crossing| (c.at.0.div_euclid(DAY), c.value.round() as i64);
        counted.crossings.iter().map(rounded).collect()
    }

    #[test]
    fn a_fact_is_told_at_each_crossing_and_at_no_other_moment() {
        let late = Deed { counts_from: Moment(30 * DAY), ..viewed(2, 1) };
        let taken_back = Deed { counts_until: Some(Moment(2 * DAY)), ..viewed(2, 1) };
        type Row<'a> = (&'a str, &'a [Deed], &'a [(i64, i64)]);
        let rows: [Row<'_>; 8] = [
            ("nobody did anything", &[], &[]),
            ("one view, which fades below 5", &[viewed(2, 1)], &[(1, 10), (11, 5), (11, 5)]),
            (
                "two people meet 20 exactly",
                &[viewed(2, 1), viewed(4, 1)],
                &[(1, 20), (1, 20), (21, 5), (21, 5)],
            ),
            (
                "the third of a day adds nothing",
                &[viewed(2, 1), viewed(4, 1), viewed(6, 1)],
                &[(1, 20), (1, 20), (21, 5), (21, 5)],
            ),
            ("a deal that is lost", &[viewed(2, 1), deed(1, 3, 1)], &[(1, 10), (3, -21)]),
            ("late news counts when it comes", &[late], &[]),
            ("what counts no more", &[taken_back], &[(1, 10), (2, 0)]),
            ("news of the future", &[viewed(2, 99)], &[]),
        ];
        for (words, deeds, wanted) in rows {
            assert_eq!(told(deeds, 60), wanted, "{words}");
        }
        assert_eq!(told(&[late, viewed(4, 30)], 60)[0], (30, 11), "both at once");
    }

    #[test]
    fn it_says_when_it_will_cross_by_itself() {
        let score = score(RULE);
        let counted = score.count(&[viewed(2, 1)], Moment(2 * DAY));
        let next = counted.next_at.unwrap();
        assert_eq!(next, Moment(11 * DAY), "10 points halve in 10 days");
        assert_eq!(score.count(&[viewed(2, 1)], next).crossings.len(), 2);
        assert_eq!(score.count(&[viewed(2, 1)], Moment(99 * DAY)).next_at, None);
        let ahead = score.count(&[viewed(2, 99)], Moment(2 * DAY));
        assert_eq!(ahead.next_at, Some(Moment(99 * DAY)));
    }

    #[test]
    fn an_activity_counts_where_they_worked_as_we_know_it() {
        let at = |day: i64| Moment(day * DAY);
        let word = |said: i64, known: i64, company: i64| Employed {
            said_at: at(said),
            known_at: at(known),
            company: (company > 0).then_some(company),
        };
        // What was said, when the view happened and was recorded; then company, from, until.
        type Row<'a> = (&'a [Employed], (i64, i64), &'a [(i64, i64, i64)]);
        let rows: [Row<'_>; 7] = [
            (&[], (5, 5), &[]),
            (&[word(1, 1, 1)], (5, 5), &[(1, 5, 0)]),
            (&[word(9, 9, 1)], (5, 5), &[(1, 9, 0)]),
            (&[word(1, 1, 1), word(7, 7, 3)], (5, 5), &[(1, 5, 0)]),
            (&[word(1, 1, 1), word(7, 7, 3)], (8, 8), &[(3, 8, 0)]),
            (&[word(1, 1, 1), word(4, 7, 3)], (5, 5), &[(1, 5, 7), (3, 7, 0)]),
            (&[word(1, 1, 1), word(4, 7, 0), word(4, 8, 1)], (5, 5), &[(1, 5, 7), (1, 8, 0)]),
        ];
        for (employed, (occurred, recorded), wanted) in rows {
            let entry = Entry {
                id: 7,
                occurred_at: at(occurred),
                recorded_at: at(recorded),
                what: What::Activity(Activity::usual("page.viewed")),
            };
            let found = score(RULE).deeds(2, &[entry], employed);
            let wanted: Vec<_> = wanted
                .iter()
                .map(|&(company, from, until)| {
                    (company, at(from), (until > 0).then_some(at(until)))
                })
                .collect();
            let found: Vec<_> =
                found.iter().map(|d| (d.company, d.counts_from, d.counts_until)).collect();
            assert_eq!(found, wanted, "{employed:?}");
        }
    }

    #[test]
    fn what_is_told_is_no_deed_and_is_read_under_its_own_key() {
        let score = score(RULE);
        let facts = vec![Fact::certain(score.key(), 70.0), Fact::certain("score.intent", 5.0)];
        let entry = Entry {
            id: 1,
            occurred_at: Moment(DAY),
            recorded_at: Moment(DAY),
            what: What::Facts(Observation { source: "folded".into(), facts }),
        };
        let company =
            [Employed { said_at: Moment::START, known_at: Moment::START, company: Some(1) }];
        assert_eq!(score.deeds(1, std::slice::from_ref(&entry), &company), []);
        let definition = Definition::parse(RULE).unwrap();
        let folded = crate::fold(&definition, &History::new(vec![entry]), Moment(DAY));
        assert_eq!(folded.standing.stage, crate::Stage::Prospect, "70, and not 5");
        let rests = &folded.transitions[0].receipt.because[0].rests_on;
        assert_eq!(&*rests[0].what, "score.intent");
    }

    #[test]
    fn the_same_rule_and_numbers_have_the_same_key() {
        let key = |text: &str| score(text).key().to_owned();
        assert_eq!(
            key(RULE),
            key(&RULE.replace("Market", "Other").replace("'true'", "'known(person.email)'"))
        );
        for (from, to) in [("10d", "11d"), ("add = 10", "add = 9"), (">= 20", ">= 21")] {
            assert_ne!(key(RULE), key(&RULE.replace(from, to)), "{to}");
            let deeds = |text: &str| score(text).activities();
            assert_eq!(deeds(RULE), deeds(&RULE.replace(from, to)), "{to}: the same deeds");
        }
        assert_ne!(
            score(RULE).activities(),
            score(&RULE.replace("page.viewed", "page.*")).activities()
        );
    }

    #[test]
    fn what_a_company_cannot_count_is_refused_in_words() {
        let rows = [
            ("of = \"company\"", "of = \"firm\"", "there is no subject \"firm\""),
            ("scores.intent", "scores.engagement", "only intent can be a company's"),
            (
                "{ on = \"deal.lost\", add = -30 }",
                "{ when = 'known(company.domain)', add = 1 }",
                "count activities with `on`",
            ),
            ("score.intent >= 20", "score.intent >= company.employees", "compared with a number"),
            ("score.intent >= 20", "score.intent in [20, 30]", "compared with a number"),
        ];
        for (from, to, words) in rows {
            let faults = Definition::parse(&RULE.replace(from, to)).unwrap_err();
            let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
            assert!(told.iter().any(|fault| fault.contains(words)), "{to}: {told:?}");
        }
    }

    #[test]
    fn examples_say_what_the_score_is() {
        let text = RULE.to_owned()
            + "[examples]\n\"in the market\" = { score = { intent = 30 }, expect = \"prospect\" }\n";
        assert_eq!(Definition::parse(&text).unwrap().run_examples()[0].failed, None);
    }
}
