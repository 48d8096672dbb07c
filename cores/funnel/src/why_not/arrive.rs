//! Which of the ways that a search supposes do arrive, and what of each is needed for it.
//!
//! A search puts ways together from the parts of a condition, and cannot see that a step taken for one part does
//! for another as well. The fold sees it: whatever can be left out of a way that arrives is left out.

use std::rc::Rc;

use moment::Moment;

use super::imagine;
use super::search::{self, Steps};
use super::step::Step;
use super::{TRIED_MAX, WAYS_MAX, Way};
use crate::fold::Folder;
use crate::history::History;
use crate::standing::Stage;

/// Ways tried on one person, each by folding the history as it would be.
pub(super) struct Trial<'a> {
    folder: &'a mut Folder,
    history: &'a History,
    as_of: Moment,
    stage: Stage,
    found: Vec<(Steps, Stage)>,
    /// Steps that were tried by themselves and lead nowhere.
    not_alone: Vec<Rc<Step>>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(
        folder: &'a mut Folder,
        history: &'a History,
        as_of: Moment,
        stage: Stage,
    ) -> Trial<'a> {
        Trial { folder, history, as_of, stage, found: Vec::new(), not_alone: Vec::new() }
    }

    /// The cheapest ways that arrive, the cheapest first: none can lose a step, none contains another.
    pub(super) fn all(mut self, supposed: Vec<Steps>) -> Vec<Way> {
        for steps in supposed.into_iter().take(TRIED_MAX) {
            self.look_at(steps);
        }
        self.found.sort_by_key(|(steps, _)| cost(steps));
        self.found.truncate(WAYS_MAX);
        self.found.iter().map(way).collect()
    }

    /// The first way of [`Trial::all`], found with as few folds as make sure of it.
    pub(super) fn cheapest(&mut self, supposed: Vec<Steps>) -> Option<Way> {
        let mut rest: Vec<Steps> = supposed.into_iter().take(TRIED_MAX).collect();
        rest.reverse();
        while let Some(steps) = rest.pop() {
            if !self.look_at(steps) {
                continue;
            }
            let least = self.found.iter().map(|(steps, _)| cost(steps)).min().unwrap_or(u32::MAX);
            if rest.iter().all(|steps| self.at_least(steps) >= least) {
                break;
            }
        }
        // The first of several that cost the same.
        self.found.iter().min_by_key(|(steps, _)| cost(steps)).map(way)
    }

    /// Tries a way, unless one that is found already is part of it. Whether it added one.
    fn look_at(&mut self, steps: Steps) -> bool {
        if self.found.iter().any(|(known, _)| includes(&steps, known)) {
            return false;
        }
        let Some(to) = self.leads_to(&steps) else { return false };
        let needed = self.without_what_is_idle(steps, to);
        self.found.retain(|(known, _)| !includes(known, &needed.0));
        self.found.push(needed);
        true
    }

    /// Where these steps lead: the stage asked about or a higher one, if there.
    fn leads_to(&mut self, steps: &Steps) -> Option<Stage> {
        if let [alone] = &steps[..]
            && search::has(&self.not_alone, alone)
        {
            return None;
        }
        let imagined = imagine::history(self.history, steps, self.as_of);
        let to = self.folder.fold(&imagined, self.as_of).standing.stage;
        let arrives = !to.is_exit() && to >= self.stage;
        if let ([alone], false) = (&steps[..], arrives) {
            self.not_alone.push(Rc::clone(alone));
        }
        arrives.then_some(to)
    }

    /// A way that arrives, without every step and every repetition that it does not need, the dearest left out first.
    fn without_what_is_idle(&mut self, mut steps: Steps, mut to: Stage) -> (Steps, Stage) {
        'shorter: loop {
            let mut places: Vec<usize> = (0..steps.len()).collect();
            places.sort_by_key(|&at| std::cmp::Reverse(steps[at].cost()));
            for at in places {
                let mut fewer = steps.clone();
                let left_out = fewer.remove(at);
                if !fewer.is_empty()
                    && let Some(leads) = self.leads_to(&fewer)
                {
                    (steps, to) = (fewer, leads);
                    continue 'shorter;
                }
                let Step::Happen { times, .. } = &*left_out else { continue };
                for often in 1..*times {
                    let mut fewer = steps.clone();
                    fewer[at] = Rc::new(left_out.so_often(often));
                    if let Some(leads) = self.leads_to(&fewer) {
                        (steps, to) = (fewer, leads);
                        continue 'shorter;
                    }
                }
            }
            return (steps, to);
        }
    }

    /// The least that whatever is needed of a way may cost.
    fn at_least(&self, steps: &Steps) -> u32 {
        let fails_alone = |step: &Rc<Step>| {
            let is_once = !matches!(&**step, Step::Happen { times: 2.., .. });
            is_once && search::has(&self.not_alone, step)
        };
        let single = steps.iter().filter(|step| !fails_alone(step)).map(|step| step.cost_once());
        let mut costs: Vec<u32> = steps.iter().map(|step| step.cost_once()).collect();
        costs.sort_unstable();
        let pair = match &costs[..] {
            [one, other, ..] => Some(one + other),
            _ => None,
        };
        single.chain(pair).min().unwrap_or(u32::MAX)
    }
}

/// Whether whoever takes the first steps has taken the others too.
fn includes(steps: &Steps, others: &Steps) -> bool {
    others
        .iter()
        .all(|other| steps.iter().any(|step| Rc::ptr_eq(step, other) || step.includes(other)))
}

fn cost(steps: &Steps) -> u32 {
    steps.iter().map(|step| step.cost()).sum()
}

fn way((steps, to): &(Steps, Stage)) -> Way {
    Way { cost: cost(steps), steps: steps.iter().map(|step| (**step).clone()).collect(), to: *to }
}
