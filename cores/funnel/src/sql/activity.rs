//! What people did: from the last activity of each kind where that says enough, else from the log,
//! and there only of those who did something of the kind in time.

use super::compare::{Typed, real, word};
use super::set::{Set, Source, holds};
use super::text::{Sql, sql};
use super::{Compiler, Dialect, Schema};
use crate::condition::{Activities, Condition, Fault, Op, Term, Window};
use crate::fold::{OURS, TALKS, THEIRS};
use crate::held;
use crate::history::Agent;

/// Kinds of one condition that are read as streams of their own; more are read together, and sorted.
const KINDS_STREAMED_MAX: usize = 16;

/// Activities that a condition asks for.
pub(super) struct Asked<'a> {
    activities: &'a Activities,
    /// Their numbers.
    kinds: Vec<i64>,
    any_agent: bool,
    of_companies: bool,
}

impl Asked<'_> {
    /// Whether the last activity says all: no filter, and no more than a window in time.
    fn is_plain(&self, window: Option<Window>) -> bool {
        self.activities.filter.is_none() && window != Some(Window::Dwell)
    }

    fn is_any(&self) -> bool {
        self.activities.kinds.iter().any(|kind| kind == held::ANY)
    }
}

impl Compiler<'_> {
    pub(super) fn asked<'b>(&self, activities: &'b Activities) -> Asked<'b> {
        let mut asked =
            Asked { activities, kinds: Vec::new(), any_agent: false, of_companies: false };
        let any = [held::ANY.to_owned()];
        let patterns = if asked.is_any() { &any[..] } else { &activities.kinds };
        let numbers = self.ask.numbers;
        for kind in patterns {
            asked.kinds.extend(numbers.kinds.get(kind));
            asked.of_companies |= numbers.of_companies.contains(kind);
        }
        asked.kinds.sort_unstable();
        asked.kinds.dedup();
        if let Some(filter) = &activities.filter {
            filter.terms(&mut |term| {
                asked.any_agent |= matches!(term, Term::Field(name) if name == "agent");
            });
        }
        asked
    }

    fn start(&self, window: Option<Window>) -> Option<i64> {
        match window {
            Some(Window::Last(length)) => Some(self.ask.now.0.saturating_sub(length.span().0)),
            None | Some(Window::Dwell) => None,
        }
    }

    /// Those of whom the last activity of one of the kinds is so.
    fn of_last(&self, asked: &Asked<'_>, test: impl Fn(Sql) -> Sql) -> Set {
        let t = self.ask.schema.held_activity;
        let test = test(sql!["d.", if asked.any_agent { t.any_at } else { t.last_at }]);
        if asked.kinds.len() > KINDS_STREAMED_MAX {
            return Set::stream(Source::HeldActivities(asked.kinds.clone()), test);
        }
        let stream = |kind: &i64| Set::stream(Source::HeldActivity(*kind), test.clone());
        Set::either(asked.kinds.iter().map(stream).collect())
    }

    /// Those of whom such an activity is possible after a moment.
    fn candidates(&self, asked: &Asked<'_>, after: Option<i64>) -> Set {
        self.of_last(asked, |last| match after {
            Some(after) => sql![last, " > ", after],
            None => sql![last, " is not null"],
        })
    }

    /// Those who did such a thing.
    pub(super) fn did(
        &self,
        activities: &Activities,
        window: Option<Window>,
    ) -> Result<Set, Fault> {
        let asked = self.asked(activities);
        let candidates = self.candidates(&asked, self.start(window));
        if asked.is_plain(window) {
            return Ok(candidates);
        }
        let rows = self.rows(&asked, window, &sql!["c.id"])?;
        Ok(Set::tested(candidates, sql!["exists (select 1 ", rows, ")"]))
    }

    /// Those with whom both sides have spoken.
    pub(super) fn two_way(&self, window: Option<Window>) -> Result<Set, Fault> {
        let did = |kinds: &[&str], filter: Option<Condition>| {
            let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            self.did(&Activities { kinds, filter: filter.map(Box::new) }, window)
        };
        let to_one = Condition::Not(Box::new(Condition::Is(Term::Field("bulk".to_owned()))));
        let both = Set::both(vec![did(&THEIRS, None)?, did(&OURS, Some(to_one))?]);
        Ok(Set::either(vec![did(&TALKS, None)?, both]))
    }

    /// Those of whom a count compares so with a number. Who is in no table counts as 0.
    pub(super) fn count(
        &self,
        activities: &Activities,
        window: Option<Window>,
        op: Op,
        number: f64,
    ) -> Result<Set, Fault> {
        let asked = self.asked(activities);
        let of_none = 0.0_f64.total_cmp(&(number + 0.0));
        // Ask for those of whom it takes something: of all others it is as it is of nothing.
        let takes = if op.holds(of_none) { op.negated() } else { op };
        let set = if asked.is_plain(window) && window.is_none() && asked.kinds.len() <= 1 {
            let count = sql!["d.", self.ask.schema.held_activity.count];
            self.of_last(&asked, |_| sql![&count, word(takes), real(number)])
        } else {
            let candidates = self.candidates(&asked, self.start(window));
            let count = self.counted(&asked, window, &sql!["c.id"])?;
            Set::tested(candidates, sql![count, word(takes), real(number)])
        };
        Ok(if op.holds(of_none) { set.others() } else { set })
    }

    /// Those of whom the time since the last such activity compares so; unknown of who never did.
    pub(super) fn since(&self, activities: &Activities, op: Op, length: i64) -> Result<Set, Fault> {
        let asked = self.asked(activities);
        let cut = self.ask.now.0.saturating_sub(length);
        let op = op.mirrored();
        if !asked.is_plain(None) {
            let after = match op {
                Op::More => Some(cut),
                Op::AtLeast => Some(cut.saturating_sub(1)),
                Op::Less | Op::AtMost | Op::Equal | Op::Unequal => None,
            };
            let last = self.last(&asked, &sql!["c.id"])?;
            let test = sql![last, word(op), cut];
            return Ok(Set::tested(self.candidates(&asked, after), test));
        }
        let at = |op: Op| self.of_last(&asked, |last| sql![last, word(op), cut]);
        let later = || at(Op::More).others();
        Ok(match op {
            _ if asked.kinds.len() <= 1 => at(op),
            // Of several kinds it is the latest that counts.
            Op::More | Op::AtLeast => at(op),
            Op::Less => Set::both(vec![at(Op::Less), at(Op::AtLeast).others()]),
            Op::AtMost => Set::both(vec![at(Op::AtMost), later()]),
            Op::Equal => Set::both(vec![at(Op::Equal), later()]),
            Op::Unequal => Set::either(vec![
                at(Op::More),
                Set::both(vec![at(Op::Less), at(Op::AtLeast).others()]),
            ]),
        })
    }

    /// How often a person did such a thing, as an expression.
    pub(super) fn counted(
        &self,
        asked: &Asked<'_>,
        window: Option<Window>,
        id: &Sql,
    ) -> Result<Sql, Fault> {
        Ok(sql!["(select count(*) ", self.rows(asked, window, id)?, ")"])
    }

    /// When a person did such a thing last, as an expression; null if never.
    fn last(&self, asked: &Asked<'_>, id: &Sql) -> Result<Sql, Fault> {
        let at = self.ask.schema.activity.occurred_at;
        Ok(sql!["(select max(a.", at, ") ", self.rows(asked, None, id)?, ")"])
    }

    /// How often, as a value.
    pub(super) fn count_value(
        &self,
        activities: &Activities,
        window: Option<Window>,
        id: &Sql,
    ) -> Result<Typed, Fault> {
        let count = self.counted(&self.asked(activities), window, id)?;
        Ok(Typed::number(count.clone(), count))
    }

    /// How long ago, as a value.
    pub(super) fn since_value(&self, activities: &Activities, id: &Sql) -> Result<Typed, Fault> {
        let asked = self.asked(activities);
        let last = if asked.is_plain(None) && !asked.kinds.is_empty() {
            let t = self.ask.schema.held_activity;
            let kinds = Sql::listed(asked.kinds.iter().copied());
            let now = holds("d.", t.from, t.until, self.ask.now.0);
            sql![
                "(select max(d.",
                t.last_at,
                ") from ",
                t.table,
                " d where d.",
                t.kind,
                " in (",
                kinds,
                ") and d.",
                t.person,
                " = ",
                id,
                " and ",
                now,
                ")"
            ]
        } else {
            self.last(&asked, id)?
        };
        Ok(Typed::length(sql!["(", self.ask.now.0, " - ", last, ")"]))
    }

    /// `from … where …`: the activities of a person that are meant.
    fn rows(&self, asked: &Asked<'_>, window: Option<Window>, id: &Sql) -> Result<Sql, Fault> {
        let t = self.ask.schema.activity;
        let now = self.ask.now.0;
        let mut parts = Vec::new();
        if asked.of_companies {
            parts.extend(self.of_employers(id));
        } else {
            parts.push(sql!["a.", t.subject, " = ", id]);
        }
        if let Some(start) = self.start(window) {
            parts.push(sql!["a.", t.occurred_at, " > ", start]);
        }
        parts.push(sql!["a.", t.occurred_at, " <= ", now]);
        parts.push(sql!["a.", t.recorded_at, " <= ", now]);
        if window == Some(Window::Dwell) {
            parts.push(self.learned_here(asked, id)?);
        }
        parts.push(self.of_kinds(asked));
        if !asked.any_agent {
            parts.push(sql!["a.", t.agent, " = ", Agent::Human.code()]);
        }
        if let Some(filter) = &asked.activities.filter {
            parts.push(self.filter(filter, true)?);
        }
        // In this order, for the later ones cost more.
        let mut whole = sql!["from ", t.table, " a where "];
        for (at, part) in parts.into_iter().enumerate() {
            whole = sql![whole, if at == 0 { "" } else { " and " }, part];
        }
        Ok(whole)
    }

    /// That it is a person's own, their company's, or one's at which they worked when it became known.
    fn of_employers(&self, id: &Sql) -> [Sql; 2] {
        let Schema { activity, person, former, .. } = self.ask.schema;
        let subject = sql!["a.", activity.subject];
        let company = sql![
            "(select w.",
            person.company,
            " from ",
            person.table,
            " w where w.",
            person.id,
            " = ",
            id,
            ")"
        ];
        let left = |column: &'static str| {
            sql!["select ", column, " from ", former.table, " f where f.", former.person, " = ", id]
        };
        let left_company = left(former.company);
        // A list that either database looks up in the key of the log.
        let listed = match self.ask.dialect {
            Dialect::Sqlite => sql![
                " in (select ",
                id,
                " union all select ",
                &company,
                " union all ",
                left_company,
                ")"
            ],
            Dialect::Postgres => {
                sql![" = any(array[", id, ", ", &company, "] || array(", left_company, "))"]
            }
        };
        let until = sql!["f.", former.until];
        let (occurred, recorded) =
            (sql!["a.", activity.occurred_at], sql!["a.", activity.recorded_at]);
        let while_there = sql![
            "exists (",
            left("1"),
            " and f.",
            former.company,
            " = ",
            &subject,
            " and ",
            occurred,
            " < ",
            &until,
            " and ",
            recorded,
            " < ",
            until,
            ")"
        ];
        let theirs = sql![&subject, " in (", id, ", ", company, ")"];
        [sql![subject, listed], Sql::any(&[theirs, while_there])]
    }

    /// That we learned of it since the present stage was entered.
    fn learned_here(&self, asked: &Asked<'_>, id: &Sql) -> Result<Sql, Fault> {
        if asked.of_companies {
            let part = format!("{:?}", asked.activities.kinds.first().map_or("", String::as_str));
            let words = "companies did such things, and when we learned of them through a person is not at hand";
            return Err(self.refuse_text(&part, words));
        }
        let (t, s) = (self.ask.schema.activity, self.ask.schema.standing);
        let entered = sql![
            "(select e.",
            s.entered_at,
            " from ",
            s.table,
            " e where e.",
            s.lens,
            " = ",
            self.ask.lens,
            " and e.",
            s.person,
            " = ",
            id,
            ")"
        ];
        let entered = sql!["coalesce(", entered, ", ", i64::MIN, ")"];
        let (occurred, recorded) = (sql!["a.", t.occurred_at], sql!["a.", t.recorded_at]);
        Ok(Sql::any(&[sql![occurred, " > ", &entered], sql![recorded, " > ", entered]]))
    }

    fn of_kinds(&self, asked: &Asked<'_>) -> Sql {
        let t = self.ask.schema.activity;
        let kind = sql!["a.", t.kind];
        let (open, exact): (Vec<&String>, Vec<&String>) =
            asked.activities.kinds.iter().partition(|kind| kind.ends_with('*'));
        // Facts stand in the log too, and are no activities.
        let no_facts = sql![&kind, " <> ", t.observed.to_owned()];
        if asked.is_any() {
            return no_facts;
        }
        let mut ways = Vec::new();
        if !exact.is_empty() {
            let exact = Sql::listed(exact.into_iter().cloned());
            ways.push(sql![&kind, " in (", exact, ")"]);
        }
        for pattern in open {
            let start = pattern.trim_end_matches('*');
            ways.push(starts(&kind, start));
        }
        Sql::all(&[no_facts, Sql::any(&ways)])
    }
}

/// That a text begins so.
pub(super) fn starts(text: &Sql, start: &str) -> Sql {
    let length = i64::try_from(start.chars().count()).unwrap_or(i64::MAX);
    sql!["substr(", text, ", 1, ", length, ") = ", start.to_owned()]
}
