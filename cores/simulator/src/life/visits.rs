//! What a person does unasked over the months: looks in, downloads, chats, falls silent, returns.

use moment::Moment;

use super::{Life, days};
use crate::almanac::{at_work, minutes_later};
use crate::chance::Purpose;
use crate::person::Approach;
use crate::scribe::Did;
use crate::truth::{Fate, Persona};
use crate::words::Topic;

/// Most visits of one person in one stretch.
const VISITS_MAX: usize = 60;

/// Visits in a day at the beginning, and for how many days that takes to halve.
const fn pace(persona: Persona) -> (f64, f64) {
    match persona {
        Persona::Silent => (0.004, 20.0),
        Persona::Subscriber => (0.010, 60.0),
        Persona::Researcher => (0.036, 36.0),
        Persona::Skeptic => (0.014, 30.0),
        Persona::Evaluator => (0.062, 28.0),
        Persona::Tester => (0.08, 25.0),
        Persona::Caller => (0.025, 30.0),
    }
}

impl Life<'_> {
    pub(super) fn visits(&mut self) {
        let mut chance = self.chance(Purpose::Visits);
        let (pace, half) = pace(self.truth.persona);
        let pace = if self.truth.approach.is_inbound() { pace } else { pace * 0.35 };
        let begun = self.truth.arrived_at;
        let mut returns = chance.hit(0.10 + 0.10 * self.truth.need);
        // Whoever has lost a deal with us mostly stays away; customers come by a side door.
        let stays = chance.hit(0.15);
        let mut fresh_from = begun;
        let mut at = begun + days(0.2);
        for _ in 0..VISITS_MAX {
            let age = (at - fresh_from).0 as f64 / (half * 86_400.0 * 1e6);
            // The first days are the busiest: most of the reading is done in a week.
            let fresh = 0.6 + 5.0 / (1.0 + 50.0 * age * age);
            let rate = pace * fresh * self.activity_at(at) / (1.0 + age * age);
            let gap = chance.wait(1.0 / rate.max(1e-6));
            if gap > 150.0 {
                if !returns {
                    return;
                }
                // Silence, and one day the matter is on the table again.
                returns = false;
                at = at_work(at + days(130.0 + chance.wait(110.0)), &mut chance);
                fresh_from = at;
                if !self.truth.approach.is_inbound() && chance.hit(0.6) {
                    continue;
                }
            } else {
                at = at_work(at + days(gap), &mut chance);
            }
            let closed = self.closed_at.is_some_and(|closed| at > closed);
            let quiet = self.no_mail_from < at;
            if self.scribe.is_over(at) || (closed && !stays) || quiet {
                return;
            }
            self.visit(at);
        }
    }

    fn visit(&mut self, at: Moment) {
        // A stream for each visit would be dear; the moment itself is as good a seed.
        let mut chance =
            crate::chance::Chance::new(self.seed ^ at.0 as u64, Purpose::Visit, self.person);
        let chance = &mut chance;
        let pages = 1 + (chance.wait(0.25 + 0.75 * self.activity_at(at)) as usize).min(7);
        let end = self.look_around(at, pages, chance);
        let researches = matches!(self.truth.persona, Persona::Researcher | Persona::Evaluator);
        let rolls = [
            if researches { 0.13 } else { 0.05 }, // a paper
            0.025,                                // a chat
            0.03,                                 // a webinar
            0.012,                                // a form
            if self.truth.persona == Persona::Tester { 0.08 } else { 0.006 }, // a trial
            0.008,                                // a survey in the page
            if self.subscribed_at.is_none() { 0.03 } else { 0.0 }, // the newsletter
            if researches && at < self.deal_from { 0.016 } else { 0.0 }, // a demo
        ];
        let mut left = chance.unit();
        let chosen = rolls.iter().position(|roll| {
            left -= roll;
            left < 0.0
        });
        let then = minutes_later(end, 0, 2, chance);
        match chosen {
            Some(0) => self.download(then, chance),
            Some(1) => self.chat(then, chance),
            Some(2) => self.join_webinar(then, chance),
            Some(3) => {
                let deed = self.scribe.did(then, Did::FormSubmitted).with("path", "/contact");
                deed.with("form", "contact").say(Topic::FormText);
                let answered = at_work(then + days(0.02 + chance.wait(0.3)), chance);
                self.we_write(answered, Topic::OurAnswer, chance);
            }
            Some(4) if self.truth.approach != Approach::Trial => self.try_out(then, chance),
            Some(5) => {
                let said = chance.between(3, 10) as i32;
                self.scribe.did(then, Did::SurveyAnswered).with("score", said);
            }
            Some(6) => {
                self.scribe.did(then, Did::NewsletterSubscribed);
                self.subscribed_at = Some(then);
            }
            Some(7) => {
                let deed = self.scribe.did(then, Did::DemoRequested).with("path", "/demo");
                deed.say(Topic::FormText);
                let answered = at_work(then + days(0.02 + chance.wait(0.4)), chance);
                self.show(answered, chance);
            }
            _ => {}
        }
    }

    /// Whether the story of this person ended in a loss.
    pub(super) fn was_lost(&self) -> bool {
        self.closed_at.is_some() && matches!(self.truth.fate, Fate::Lost { .. })
    }
}
