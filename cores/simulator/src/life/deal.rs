//! Deals: how they begin, the steps, the end, and what customers do after it.

use funnel::history::Value;
use moment::{Moment, Span};

use super::{Life, Talk, days, lateness};
use crate::almanac::{at_work, awake, days_later, minutes_later};
use crate::chance::{Chance, Purpose, exp};
use crate::scribe::Did;
use crate::truth::{Fate, LOST_AT, LOST_REASONS, Persona, STEPS};
use crate::words::Topic;

/// Of those with a deal, how many had one before that was lost.
const SECOND_TRIES: f64 = 0.08;
/// Most uses of the product that are told of one customer.
const USES_MAX: usize = 280;

/// A deal on the way.
struct Deal {
    id: String,
    amount_minor: i64,
}

impl Life<'_> {
    /// When the matter comes up, weeks or months after the arrival.
    pub(super) fn deal_start(&self) -> Moment {
        let mut chance = self.chance(Purpose::Deal);
        let mean = match self.truth.persona {
            Persona::Caller => 6.0,
            Persona::Tester => 14.0,
            Persona::Evaluator => 20.0,
            _ => 70.0,
        };
        let raised = match self.truth.persona {
            Persona::Caller => 0.02,
            _ => 3.0,
        };
        days_later(self.truth.arrived_at, raised + chance.wait(mean), &mut chance)
    }

    /// All deals of the person, and the life of a customer after the last.
    pub(super) fn deals(&mut self) {
        let mut chance = self.chance(Purpose::Deal);
        chance.word();
        let chance = &mut chance;
        let mut from = self.deal_from;
        let mut number = 1;
        if chance.hit(SECOND_TRIES) {
            let step = chance.weighted(&LOST_AT);
            let Some(lost) = self.one_deal(from, number, Some(step), false, chance) else { return };
            from = days_later(lost, 150.0 + chance.wait(60.0), chance);
            number += 1;
        }
        let lost_at = match self.truth.fate {
            Fate::Lost { step } => Some(step),
            Fate::NoDeal | Fate::Won => None,
        };
        let Some(closed) = self.one_deal(from, number, lost_at, true, chance) else { return };
        self.closed_at = Some(closed);
        self.truth.won = lost_at.is_none();
        if self.truth.won {
            self.live_as_customer(closed, number + 1);
        }
    }

    fn note_chance(&mut self, is_last: bool, at: Moment, chance: f64) {
        if is_last && !self.scribe.is_over(at) {
            self.truth.chances.push((at, chance));
        }
    }

    /// One deal, from the first word to the end. Gives when it was closed, if the story was not over.
    fn one_deal(
        &mut self,
        from: Moment,
        number: usize,
        lost_at: Option<usize>,
        is_last: bool,
        chance: &mut Chance,
    ) -> Option<Moment> {
        let mut at = self.raise_hand(from, chance);
        if self.scribe.is_over(at) {
            return None;
        }
        self.is_looked_after = true;
        let deal = self.price(number, chance);
        // A talk and a demo, and then it is worth being written down as a deal.
        at = days_later(at, 0.5 + chance.wait(4.0), chance);
        let end = self.we_speak(at, chance);
        self.criteria(end, 0.75, Talk::Deal, chance);
        if chance.hit(0.6) {
            self.learn_rank(end, "call");
        }
        at = self.demo(minutes_later(end, 10, 240, chance), chance);
        let close = Value::Time(at + Span::days(chance.between(40, 110)));
        let opened = self.scribe.did(at, Did::DealOpened).with("deal", deal.id.as_str());
        let opened = opened.money("amount_minor", deal.amount_minor, self.firm.country.currency);
        opened.with("step", STEPS[0]).with("close", close);
        self.note_chance(is_last, at, self.truth.chance_at_step(0));
        if lost_at == Some(0) {
            return self.lose(at, deal, 0, is_last, chance);
        }
        for (step, name) in STEPS.iter().enumerate().skip(1) {
            at = match step {
                1 => {
                    let tried = self.evaluate(at, chance);
                    self.propose(tried, &deal, chance)
                }
                2 => self.negotiate(at, chance),
                _ => self.agree(at, chance),
            };
            if self.scribe.is_over(at) {
                return None;
            }
            let moved = self.scribe.did(at, Did::DealMoved).with("deal", deal.id.as_str());
            moved.with("step", *name);
            self.note_chance(is_last, at, self.truth.chance_at_step(step));
            if lost_at == Some(step) {
                return self.lose(at, deal, step, is_last, chance);
            }
        }
        let signed = days_later(at, 2.0 + chance.wait(11.0), chance);
        if self.scribe.is_over(signed) {
            return None;
        }
        let agreed = deal.amount_minor / 100 * chance.between(82, 104) / 1000 * 1000;
        let won = self.scribe.did(signed, Did::DealWon).with("deal", deal.id.as_str());
        won.money("amount_minor", agreed, self.firm.country.currency);
        self.note_chance(is_last, signed, 1.0);
        Some(signed)
    }

    /// They come to us with it; gives when we have answered.
    fn raise_hand(&mut self, at: Moment, chance: &mut Chance) -> Moment {
        let ways = match self.truth.persona {
            Persona::Caller => [70, 5, 5, 20],
            Persona::Evaluator => [12, 45, 20, 23],
            Persona::Tester => [10, 30, 15, 45],
            _ => [20, 25, 20, 35],
        };
        match chance.weighted(&ways) {
            0 => self.called(at, "sales", 0.85, chance),
            1 => {
                let pages = 2 + chance.below(4);
                let end = self.look_around(at, pages, chance);
                self.scribe.did(end, Did::DemoRequested).with("path", "/demo").say(Topic::FormText);
            }
            2 => {
                let pages = 2 + chance.below(3);
                let end = self.look_around(at, pages, chance);
                let deed = self.scribe.did(end, Did::FormSubmitted).with("path", "/contact");
                deed.with("form", "prices").say(Topic::FormText);
            }
            _ => {
                self.scribe.did(at, Did::EmailReceived).say(Topic::TheyWrite);
            }
        }
        if chance.hit(0.35) {
            let taken = minutes_later(at, 20, 300, chance);
            self.scribe.did(taken, Did::HandoffAccepted);
        }
        let wait = Span::seconds((self.truth.effort.answer_hours * 3600.0) as i64);
        let answered = at_work(at + wait + Span::minutes(10), chance);
        self.we_write(answered, Topic::OurAnswer, chance);
        answered
    }

    /// What it would cost a year, by the size of the company.
    fn price(&self, number: usize, chance: &mut Chance) -> Deal {
        let heads = f64::from(self.firm.truth.employees.clamp(6, 9_000));
        let scale = if heads > 600.0 { 600.0 + (heads - 600.0) * 0.3 } else { heads };
        let euros = (900.0 + scale * 48.0 * exp(0.4 * chance.normal())) as i64 / 50 * 50;
        Deal { id: format!("D-{}-{number}", self.person), amount_minor: euros.max(900) * 100 }
    }

    fn lose(
        &mut self,
        at: Moment,
        deal: Deal,
        step: usize,
        is_last: bool,
        chance: &mut Chance,
    ) -> Option<Moment> {
        let mut at = at;
        // Silence that is not taken for an answer.
        for _ in 0..chance.below(3) {
            at = days_later(at, 4.0 + chance.wait(5.0), chance);
            self.we_write(at, Topic::Reminder, chance);
        }
        at = days_later(at, 4.0 + chance.wait(20.0), chance);
        if self.scribe.is_over(at) {
            return None;
        }
        let reason = match self.truth.criteria {
            criteria if !criteria.budget && chance.hit(0.6) => LOST_REASONS[0],
            criteria if !criteria.timing && chance.hit(0.4) => LOST_REASONS[3],
            _ => chance.pick(&LOST_REASONS),
        };
        let lost = self.scribe.did(at, Did::DealLost).with("deal", deal.id).with("reason", reason);
        lost.with("step", STEPS[step]).say(Topic::LostNote);
        self.note_chance(is_last, at, 0.0);
        Some(at)
    }

    fn demo(&mut self, from: Moment, chance: &mut Chance) -> Moment {
        let booked = days_later(from, 0.2 + chance.wait(4.0), chance);
        let at = days_later(booked, 3.0 + chance.wait(11.0), chance);
        let deed = self.scribe.did(booked, Did::MeetingBooked).with("about", "demo");
        deed.with("starts", Value::Time(at));
        let end = at + Span::minutes(50);
        let late = lateness(0.06, chance);
        self.scribe.did(end, Did::DemoHeld).late(late).say(Topic::DemoSummary);
        self.criteria(end + Span::minutes(4), 0.6, Talk::Deal, chance);
        at_work(minutes_later(end, 60, 600, chance), chance)
    }

    /// They try it out, or look at their numbers with us; some do neither.
    fn evaluate(&mut self, from: Moment, chance: &mut Chance) -> Moment {
        let at = days_later(from, 1.0 + chance.wait(4.0), chance);
        match chance.weighted(&[15, 35, 50]) {
            0 => {
                self.try_out(at, chance);
                days_later(at, 7.0 + chance.wait(4.0), chance)
            }
            1 => {
                let late = lateness(0.06, chance);
                self.scribe.did(at, Did::MeetingHeld).late(late).say(Topic::MeetingSummary);
                self.criteria(at + Span::minutes(3), 0.4, Talk::Deal, chance);
                at
            }
            _ => at,
        }
    }

    fn propose(&mut self, from: Moment, deal: &Deal, chance: &mut Chance) -> Moment {
        let mut at = days_later(from, 3.0 + chance.wait(8.0), chance);
        let sent = self.scribe.did(at, Did::ProposalSent).with("deal", deal.id.as_str());
        sent.money("amount_minor", deal.amount_minor, self.firm.country.currency)
            .say(Topic::Proposal);
        for _ in 0..(chance.wait(0.6 + 2.0 * self.truth.need) as usize).min(5) {
            at = awake(at + days(0.02 + chance.wait(1.8)));
            self.scribe.did(at, Did::ProposalViewed).with("deal", deal.id.as_str());
        }
        at_work(at + Span::hours(1), chance)
    }

    fn negotiate(&mut self, from: Moment, chance: &mut Chance) -> Moment {
        let mut at = from;
        for _ in 0..1 + chance.below(4) {
            at = days_later(at, 1.0 + chance.wait(8.0), chance);
            self.they_reply(at, "interested", Topic::Negotiation, chance);
            at = minutes_later(at_work(at + days(chance.wait(0.4)), chance), 10, 120, chance);
            self.we_write(at, Topic::NegotiationAnswer, chance);
        }
        for _ in 0..self.truth.effort.calls / 2 {
            at = days_later(at, 1.0 + chance.wait(4.0), chance);
            at = self.we_speak(at, chance);
        }
        if chance.hit(0.4) {
            self.scribe.did(minutes_later(at, 5, 90, chance), Did::NoteWritten).say(Topic::Note);
        }
        at_work(minutes_later(at, 60, 400, chance), chance)
    }

    /// Terms are settled, at a table or by mail.
    fn agree(&mut self, from: Moment, chance: &mut Chance) -> Moment {
        let at = days_later(from, 2.0 + chance.wait(7.0), chance);
        if chance.hit(0.35) {
            self.scribe.did(at, Did::MeetingHeld).say(Topic::MeetingSummary);
        } else {
            self.they_reply(at, "interested", Topic::Negotiation, chance);
        }
        at_work(minutes_later(at, 60, 400, chance), chance)
    }

    /// Use of the product, a survey a year, now and then a question, for some more of it.
    fn live_as_customer(&mut self, won: Moment, number: usize) {
        let mut chance = self.chance(Purpose::Customer);
        let chance = &mut chance;
        let start = days_later(won, 5.0 + chance.wait(10.0), chance);
        self.scribe.did(start, Did::ProductFleetImported);
        // Some plan every morning, most look in once a week or two.
        let gap = 1.0 + 14.0 * chance.unit() * chance.unit() / self.truth.chattiness.max(0.5);
        let mut at = start;
        for _ in 0..USES_MAX {
            at = days_later(at, 0.6 + chance.wait(gap), chance);
            if self.scribe.is_over(at) {
                break;
            }
            // The app works without a signal and tells us later.
            let late = lateness(0.07, chance);
            match chance.weighted(&[120, 50, 9, 3, 2]) {
                0 => drop(self.scribe.did(at, Did::ProductRoutePlanned).late(late)),
                1 => drop(self.scribe.did(at, Did::ProductSignedIn).late(late)),
                2 => drop(self.scribe.did(at, Did::ProductDriverInvited).late(late)),
                3 => {
                    self.scribe.did(at, Did::EmailReceived).say(Topic::CustomerWrites);
                    let answered = minutes_later(at, 20, 400, chance);
                    self.we_write(answered, Topic::CustomerAnswer, chance);
                }
                _ => self.called(at, "support", 0.9, chance),
            }
        }
        let asked = days_later(won, 120.0 + chance.wait(30.0), chance);
        if chance.hit(0.4) {
            let score = chance.between(5, 10) as i32;
            self.scribe.did(asked, Did::SurveyAnswered).with("score", score).say(Topic::Survey);
        }
        if chance.hit(0.14) {
            let more = days_later(won, 150.0 + chance.wait(90.0), chance);
            let deal = self.price(number, chance);
            let (id, currency) = (deal.id.as_str(), self.firm.country.currency);
            let amount = deal.amount_minor / 300 * 100;
            let opened = self.scribe.did(more, Did::DealOpened).with("deal", id);
            opened.money("amount_minor", amount, currency).with("step", STEPS[2]);
            let signed = days_later(more, 8.0 + chance.wait(15.0), chance);
            let won = self.scribe.did(signed, Did::DealWon).with("deal", id);
            won.money("amount_minor", amount, currency);
        }
    }
}
