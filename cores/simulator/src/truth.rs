//! The hidden model: what a person is, and from it, by written coefficients, whether a deal comes of it.
//!
//! Two logistic draws decide, and nothing else does. Each takes only what is known before it:
//!
//! ```text
//! deal_logit  = -5.60 + 2.4 fit + 2.2 need + 2.4 timing + 0.5 budget + 0.5 authority + persona + approach
//! close_logit = -4.85 + 1.9 fit + 1.8 need + 1.5 timing + 0.8 budget + 0.6 authority
//!               + answer + 0.15 calls + 0.25 colleagues + skill
//! P(deal)          = logistic(deal_logit)
//! P(won | deal)    = logistic(close_logit)
//! P(won)           = P(deal) * P(won | deal),     win_logit = log-odds of it
//! ```
//!
//! `fit`, `need` and `timing` are fractions (timing is the company's intent ten days after arrival),
//! `budget`, `authority` and `colleagues` are 0 or 1. `persona` and `approach` are the bonuses written
//! beside [`Persona`] and in `approach_bonus`; `answer` is +0.35 when sales answers within four hours
//! and -0.35 after more than a day, `calls` counts the calls that sales means to make, `skill` is
//! that of whoever looks after them. Who works for a competitor never buys.
//!
//! Behaviour before a deal follows from the same traits and never from the draws, so nobody who ranks
//! people by what they did before a deal can, but for luck, do better than `win_logit` does: over
//! whole stories its area under the ROC curve is near 0.92, that of `close_logit` among deals near
//! 0.73. A deal that is lost is lost at a step drawn from [`LOST_AT`], whoever it is.

use moment::Moment;

use crate::almanac::Almanac;
use crate::chance::{Chance, exp, log_odds, logistic};
use crate::company::{Firm, Intent};
use crate::person::{Approach, Arrival, Seniority};

/// How a person behaves. Drawn from approach, fit, need and intent, before any outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Persona {
    /// Never says a word; -3.2 to a deal.
    Silent,
    /// Reads the newsletter; -1.4.
    Subscriber,
    /// Reads everything, for its own sake; -0.6.
    Researcher,
    /// Answers, and mostly no; -1.1.
    Skeptic,
    /// Looks for a system; +1.7.
    Evaluator,
    /// Tries it out; +1.4.
    Tester,
    /// Takes the telephone; +1.7.
    Caller,
}

impl Persona {
    /// All of them.
    pub const ALL: [Persona; 7] = [
        Persona::Silent,
        Persona::Subscriber,
        Persona::Researcher,
        Persona::Skeptic,
        Persona::Evaluator,
        Persona::Tester,
        Persona::Caller,
    ];

    const fn bonus(self) -> f64 {
        match self {
            Persona::Silent => -3.2,
            Persona::Subscriber => -1.4,
            Persona::Researcher => -0.6,
            Persona::Skeptic => -1.1,
            Persona::Evaluator | Persona::Caller => 1.7,
            Persona::Tester => 1.4,
        }
    }

    /// Whether readiness to buy makes this persona likelier.
    const fn is_ready(self) -> bool {
        matches!(self, Persona::Evaluator | Persona::Tester | Persona::Caller)
    }
}

/// Weights of the personas, a row for each approach, before readiness.
const PERSONAS: [[u32; 7]; 11] = [
    // silent, subscriber, researcher, skeptic, evaluator, tester, caller
    [20, 5, 20, 12, 34, 6, 5], // form
    [25, 18, 38, 6, 10, 3, 1], // asset
    [20, 55, 18, 3, 3, 1, 1],  // newsletter
    [18, 22, 38, 6, 12, 3, 1], // webinar
    [48, 14, 13, 9, 11, 1, 4], // fair
    [66, 6, 8, 10, 7, 1, 2],   // feed
    [60, 4, 9, 16, 8, 1, 2],   // finder
    [12, 6, 18, 8, 44, 6, 8],  // referral
    [8, 3, 10, 12, 25, 2, 40], // call
    [25, 8, 25, 10, 22, 6, 4], // chat
    [20, 4, 20, 4, 15, 36, 1], // trial
];

const fn approach_bonus(approach: Approach) -> f64 {
    match approach {
        Approach::Referral => 0.6,
        Approach::Call => 0.3,
        Approach::Feed => -0.4,
        _ => 0.0,
    }
}

/// Steps of a deal, in order.
pub const STEPS: [&str; 4] = ["evaluation", "proposal", "negotiation", "signature"];
/// Of a hundred deals that are lost, how many at each step.
pub const LOST_AT: [u32; 4] = [22, 34, 28, 16];
/// Why deals are lost.
pub const LOST_REASONS: [&str; 6] =
    ["no budget", "no decision", "rival", "not this year", "missing feature", "champion left"];

/// What becomes of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No deal, ever.
    NoDeal,
    /// The last deal is lost at that step, by its place in [`STEPS`].
    Lost {
        /// Place in [`STEPS`].
        step: usize,
    },
    /// The last deal is won.
    Won,
}

/// The four classic criteria as they are, whatever anybody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// At least 5,000 euros a year.
    pub budget: bool,
    /// May sign.
    pub authority: bool,
    /// Need above 0.5.
    pub need: bool,
    /// Intent at arrival above 0.4.
    pub timing: bool,
}

impl Criteria {
    /// In the order budget, authority, need, timing, by name.
    pub const fn named(self) -> [(&'static str, bool); 4] {
        [
            ("budget", self.budget),
            ("authority", self.authority),
            ("need", self.need),
            ("timing", self.timing),
        ]
    }
}

/// What sales does, as far as it bears on the outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Hours from a hand raised to the first answer.
    pub answer_hours: f64,
    /// Calls that sales means to make in a deal, 0 to 5.
    pub calls: u32,
    /// Whether a colleague of the person is known as well.
    pub has_colleagues: bool,
    /// Of whoever looks after the person, -0.3 to 0.3.
    pub skill: f64,
}

/// What is so of a person, known to anybody or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// When the person came to be known.
    pub arrived_at: Moment,
    /// How.
    pub approach: Approach,
    /// How the person behaves.
    pub persona: Persona,
    /// Rank.
    pub seniority: Seniority,
    /// The company's fit, 0 to 1.
    pub fit: f64,
    /// How much the person needs it, 0 to 1.
    pub need: f64,
    /// How much the person does with us, whatever it leads to; 0.3 to 2.5, 1 in the middle.
    pub chattiness: f64,
    /// The company's intent over time; see [`Intent::at`].
    pub intent: Intent,
    /// The classic criteria as they are.
    pub criteria: Criteria,
    /// What sales does.
    pub effort: Effort,
    /// Log-odds that a deal is ever opened.
    pub deal_logit: f64,
    /// Log-odds that the deal is won, given that there is one.
    pub close_logit: f64,
    /// Log-odds that the person is ever won, seen from the arrival: the best that can be known then.
    pub win_logit: f64,
    /// What becomes of the person, be it after the end of the story.
    pub fate: Fate,
    /// Whether the last deal was won before the story ends: `deal.won` is then in the history.
    pub won: bool,
    /// How the probability to win stood, from when on: at arrival, at each step of the last deal, and
    /// 0 or 1 when that deal closed. Within the story.
    pub chances: Vec<(Moment, f64)>,
}

impl Truth {
    /// Draws a person's traits and fate.
    pub(crate) fn draw(
        firm: &Firm,
        almanac: &Almanac,
        arrival: Arrival,
        seniority: Seniority,
        skill: f64,
        chance: &mut Chance,
    ) -> Truth {
        let company = &firm.truth;
        let fit = company.fit;
        let need = (0.12 + 0.52 * fit + 0.2 * chance.normal()).clamp(0.0, 1.0);
        let timing = company.intent.at(arrival.at + moment::Span::days(10));
        let authority = chance.hit(match seniority {
            Seniority::Owner | Seniority::CLevel | Seniority::Vp => 0.93,
            Seniority::Director => 0.45,
            Seniority::Manager => 0.12,
            Seniority::Specialist => 0.02,
        });
        let criteria = Criteria {
            budget: company.budget >= 5_000,
            authority,
            need: need > 0.5,
            timing: timing > 0.4,
        };
        let readiness = 0.3 * fit + 0.3 * need + 0.6 * timing;
        let mut weights = PERSONAS[arrival.approach as usize].map(|weight| weight * 64);
        for (persona, weight) in Persona::ALL.iter().zip(&mut weights) {
            let factor = match persona {
                _ if persona.is_ready() => 0.2 + 1.6 * readiness,
                Persona::Silent => 1.4 - 0.8 * readiness,
                _ => 1.0,
            };
            *weight = (f64::from(*weight) * factor) as u32;
        }
        let persona = Persona::ALL[chance.weighted(&weights)];
        let chattiness = exp(0.55 * chance.normal()).clamp(0.3, 2.5);
        let effort = Effort {
            answer_hours: chance.wait(if skill > 0.1 { 5.0 } else { 12.0 }),
            calls: chance.below(6) as u32,
            has_colleagues: firm.staff.len() > 1,
            skill,
        };
        let bit = |holds: bool| f64::from(u8::from(holds));
        let (budget, authority) = (bit(criteria.budget), bit(criteria.authority));
        let deal_logit = -5.60
            + 2.4 * fit
            + 2.2 * need
            + 2.4 * timing
            + 0.5 * budget
            + 0.5 * authority
            + persona.bonus()
            + approach_bonus(arrival.approach);
        let answer = match effort.answer_hours {
            hours if hours <= 4.0 => 0.35,
            hours if hours > 24.0 => -0.35,
            _ => 0.0,
        };
        let close_logit = -4.85
            + 1.9 * fit
            + 1.8 * need
            + 1.5 * timing
            + 0.8 * budget
            + 0.6 * authority
            + answer
            + 0.15 * f64::from(effort.calls)
            + 0.25 * bit(effort.has_colleagues)
            + skill;
        let (deal, close) = (logistic(deal_logit), logistic(close_logit));
        let fate = if company.is_competitor || !chance.hit(deal) {
            Fate::NoDeal
        } else if chance.hit(close) {
            Fate::Won
        } else {
            Fate::Lost { step: chance.weighted(&LOST_AT) }
        };
        let win = if company.is_competitor { 1e-9 } else { deal * close };
        Truth {
            arrived_at: arrival.at,
            approach: arrival.approach,
            persona,
            seniority,
            fit,
            need,
            chattiness,
            intent: company.intent.clone(),
            criteria,
            effort,
            deal_logit,
            close_logit,
            win_logit: log_odds(win),
            fate,
            won: false,
            chances: vec![(arrival.at.min(almanac.until), win)],
        }
    }

    /// The true probability that a deal at that step is won: of those to be lost, some are gone already.
    pub fn chance_at_step(&self, step: usize) -> f64 {
        let won = logistic(self.close_logit);
        let gone: u32 = LOST_AT.iter().take(step).sum();
        let still_to_lose = (1.0 - won) * f64::from(100 - gone.min(100)) / 100.0;
        won / (won + still_to_lose)
    }

    /// The probability to win as it stood at that moment; none before the person was known.
    pub fn chance_at(&self, at: Moment) -> Option<f64> {
        self.chances.iter().rev().find(|(from, _)| *from <= at).map(|(_, chance)| *chance)
    }
}
