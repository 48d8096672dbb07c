//! What a score is made of: the facts that count in it, wherever they are asked for.

use std::collections::BTreeSet;

use super::{Criterion, Definition, Points};
use crate::condition::{Condition, Score, Term};

impl Definition {
    /// The facts that count in a score, also through another score or through a criterion. A score that the definition
    /// does not count comes from outside, and is made of none.
    pub fn facts_of_score(&self, score: Score) -> BTreeSet<&str> {
        let mut seen = Seen { definition: self, facts: BTreeSet::new(), scores: Vec::new() };
        seen.score(score);
        seen.facts
    }
}

struct Seen<'a> {
    definition: &'a Definition,
    facts: BTreeSet<&'a str>,
    /// Scores and, by their places, criteria that were looked into.
    scores: Vec<Score>,
}

impl<'a> Seen<'a> {
    fn score(&mut self, score: Score) {
        if self.scores.contains(&score) {
            return;
        }
        self.scores.push(score);
        for points in self.definition.score(score).into_iter().flat_map(|rule| &rule.points) {
            match points {
                Points::When(condition, _) => self.condition(condition),
                Points::On { activities, .. } => {
                    activities.filter.iter().for_each(|filter| self.condition(filter));
                }
            }
        }
    }

    fn condition(&mut self, condition: &'a Condition) {
        condition.terms(&mut |term| match term {
            Term::Fact(key) => drop(self.facts.insert(key)),
            Term::Score(score) => self.score(*score),
            Term::Criterion(name) => self.criterion(name),
            Term::Met(names) => names.iter().for_each(|name| self.criterion(name)),
            Term::Literal(_)
            | Term::Stage
            | Term::People
            | Term::Kind
            | Term::Temperature
            | Term::Count { .. }
            | Term::Since(_)
            | Term::Dwell
            | Term::Field(_) => {}
        });
    }

    fn criterion(&mut self, name: &str) {
        let place = self.definition.criterion(name);
        let found: Option<&'a Criterion> =
            place.and_then(|place| self.definition.criteria.get(place));
        let made_of = found.into_iter().flat_map(|it| it.from.iter().chain(&it.yes));
        // No criterion asks for itself: a definition that goes round in a circle can't be read.
        made_of.for_each(|condition| self.condition(condition));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_made_of_facts_wherever_they_are_asked_for() {
        let text = r#"
            name = "Ours"
            [criteria]
            authority = { ask = "Who signs?", from = 'person.seniority == "owner"' }
            [scores.fit]
            points = [ { when = 'company.employees >= 50', add = 40 }, { when = 'known(person.title)', add = 10 } ]
            [scores.engagement]
            points = [ { on = 'page.viewed', add = 1 }, { when = 'criterion.authority', add = 10 } ]
            [scores.likelihood]
            points = [ { when = 'score.fit >= 40 && met(criterion.authority) >= 1', add = 1 } ]
            [stages.lead]
            enter = 'known(person.email)'
        "#;
        let definition = Definition::parse(text).unwrap();
        let facts = |score| definition.facts_of_score(score).into_iter().collect::<Vec<_>>();
        assert_eq!(facts(Score::Fit), ["company.employees", "person.title"]);
        assert_eq!(facts(Score::Engagement), ["person.seniority"]);
        let all = ["company.employees", "person.seniority", "person.title"];
        assert_eq!(facts(Score::Likelihood), all);
        assert_eq!(facts(Score::Intent), [""; 0], "it comes from outside");
    }
}
