//! What we do unasked: marketing hands people over, sales writes and calls, some answer.

use moment::{Moment, Span};

use super::{Life, Talk, days, lateness};
use crate::almanac::{at_work, awake, days_later, minutes_later};
use crate::chance::{Chance, Purpose};
use crate::person::Approach;
use crate::scribe::Did;
use crate::truth::Persona;
use crate::words::Topic;

/// What somebody says to one of our mails or calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Nothing,
    Interested,
    NotNow,
    Stop,
}

/// Of a hundred mails of ours: how many are answered with interest, with not now, with stop.
const fn answers(persona: Persona) -> [u32; 3] {
    match persona {
        Persona::Silent => [0, 0, 1],
        Persona::Subscriber => [1, 2, 1],
        Persona::Researcher => [8, 4, 1],
        Persona::Skeptic => [4, 17, 6],
        Persona::Evaluator => [32, 5, 1],
        Persona::Tester => [20, 4, 1],
        Persona::Caller => [16, 4, 1],
    }
}

impl Life<'_> {
    /// One or two rounds of mails and calls, until somebody answers or a deal begins by itself.
    pub(super) fn outreach(&mut self) {
        let mut chance = self.chance(Purpose::Outreach);
        let chance = &mut chance;
        let asked = matches!(
            self.truth.approach,
            Approach::Form | Approach::Call | Approach::Chat | Approach::Trial | Approach::Referral
        );
        // Sales sees what is known, not what is so: a bad fit is picked less often.
        let looks_good = self.truth.fit + 0.15 * chance.normal() > 0.5;
        let reached = match self.truth.approach {
            Approach::Finder => 0.97,
            _ if asked => 0.93,
            Approach::Feed => 0.7,
            Approach::Fair | Approach::Asset | Approach::Webinar if looks_good => 0.65,
            Approach::Newsletter if looks_good => 0.2,
            Approach::Fair => 0.25,
            _ => 0.06,
        };
        if !chance.hit(reached) {
            return;
        }
        let begun = self.truth.arrived_at;
        let mut at = if asked {
            at_work(begun + Span::seconds((self.truth.effort.answer_hours * 3600.0) as i64), chance)
        } else {
            days_later(begun, 0.3 + chance.wait(6.0), chance)
        };
        let handed_over = match self.truth.approach {
            Approach::Finder | Approach::Referral => 0.0,
            Approach::Feed | Approach::Fair => 0.15,
            _ => 0.5,
        };
        if chance.hit(handed_over) && !self.hand_over(at, looks_good, chance) {
            return;
        }
        at = minutes_later(at, 2, 50, chance);
        if self.wants_demo && chance.hit(0.7) {
            return self.show(at, chance);
        }
        let said = self.round(at, chance);
        if said == Says::NotNow && chance.hit(0.6) {
            // Asked again when they said, or half a year later.
            let again = days_later(at, 100.0 + chance.wait(70.0), chance);
            self.round(again, chance);
        }
    }

    /// Somebody asked for a demo: we answer, and mostly it takes place.
    pub(super) fn show(&mut self, from: Moment, chance: &mut Chance) {
        self.we_write(from, Topic::OurAnswer, chance);
        let booked = days_later(from, 0.1 + chance.wait(1.5), chance);
        if booked < self.deal_from {
            let at = days_later(booked, 2.0 + chance.wait(6.0), chance);
            self.meet(booked, at, true, chance);
        }
    }

    /// Gives whether sales takes the person on.
    fn hand_over(&mut self, at: Moment, looks_good: bool, chance: &mut Chance) -> bool {
        if chance.hit(if looks_good { 0.88 } else { 0.5 }) {
            self.scribe.did(at, Did::HandoffAccepted);
            return true;
        }
        let reason =
            chance.pick(&["too small", "no need", "wrong person", "not reachable", "duplicate"]);
        self.scribe.did(at, Did::HandoffRejected).with("reason", reason).say(Topic::Rejection);
        false
    }

    /// A round of touches; gives what came of it.
    fn round(&mut self, begun: Moment, chance: &mut Chance) -> Says {
        let touches = 2 + chance.below(4);
        let mut at = begun;
        for touch in 0..touches {
            // A deal has begun by itself: the rest of the round is dropped.
            if self.scribe.is_over(at) || at > self.deal_from {
                return Says::Nothing;
            }
            let calls = self.who.phone.is_some() && chance.hit(0.3);
            let said =
                if calls { self.try_call(at, chance) } else { self.try_mail(at, touch, chance) };
            match said {
                None => return Says::Nothing,
                Some(Says::Nothing) => {}
                Some(said) => return said,
            }
            at = days_later(at, 2.0 + chance.wait(4.0), chance);
        }
        Says::Nothing
    }

    /// A mail of ours; gives what is said to it, or nothing if it came back.
    fn try_mail(&mut self, at: Moment, touch: usize, chance: &mut Chance) -> Option<Says> {
        self.we_write(at, if touch == 0 { Topic::FirstMail } else { Topic::FollowUp }, chance);
        if touch == 0 && chance.hit(0.018) {
            let bounce = self.scribe.did(at + Span::seconds(30), Did::EmailBounced);
            bounce.with("bounce", chance.pick(&["hard", "hard", "soft"])).by_machine();
            return None;
        }
        if chance.hit(
            0.16 * self.truth.chattiness
                * f64::from(u8::from(self.truth.persona != Persona::Silent)),
        ) {
            let opened = awake(minutes_later(at, 5, 60 * 20, chance));
            self.scribe.did(opened, Did::EmailOpened);
            if chance.hit(0.15) {
                self.scribe.did(opened + Span::seconds(30), Did::EmailClicked);
                let pages = 1 + chance.below(2);
                self.look_around(opened + Span::seconds(33), pages, chance);
            }
        }
        let [interested, not_now, stop] = answers(self.truth.persona);
        let replied = at_work(at + days(0.05 + chance.wait(0.9)), chance);
        let said = [Says::Interested, Says::NotNow, Says::Stop, Says::Nothing]
            [chance.weighted(&[interested, not_now, stop, 100 - interested - not_now - stop])];
        match said {
            Says::Nothing => {}
            Says::Interested => {
                self.they_reply(replied, "interested", Topic::Interested, chance);
                self.talk(replied, chance);
            }
            Says::NotNow => {
                self.they_reply(replied, "not now", Topic::NotNow, chance);
                if chance.hit(0.5) {
                    self.we_write(
                        minutes_later(replied, 30, 900, chance),
                        Topic::OurAnswer,
                        chance,
                    );
                }
            }
            Says::Stop => {
                self.they_reply(replied, "stop", Topic::Stop, chance);
                self.scribe.did(replied + Span::seconds(90), Did::EmailUnsubscribed);
                self.no_mail_from = self.no_mail_from.min(replied);
            }
        }
        Some(said)
    }

    /// A call of ours; one in four gets through.
    fn try_call(&mut self, at: Moment, chance: &mut Chance) -> Option<Says> {
        let is_caller = self.truth.persona == Persona::Caller;
        if !chance.hit(if is_caller { 0.6 } else { 0.17 }) {
            let late = lateness(0.16, chance);
            self.is_looked_after = true;
            self.scribe.did(at, Did::CallMade).late(late).say(Topic::CallMissed);
            return Some(Says::Nothing);
        }
        let end = self.we_speak(at, chance);
        self.criteria(end, 0.5, Talk::Phone, chance);
        if chance.hit(0.4) {
            self.learn_rank(end, "call");
        }
        let [interested, not_now, _] = answers(self.truth.persona);
        let weights = [interested + 3, not_now * 2 + 14, 40];
        let said = [Says::Interested, Says::NotNow, Says::Nothing][chance.weighted(&weights)];
        if said == Says::Interested {
            self.talk(end, chance);
        }
        Some(said)
    }

    /// Interest was shown: letters go back and forth, perhaps they meet, and criteria come up.
    fn talk(&mut self, begun: Moment, chance: &mut Chance) {
        let mut at = begun;
        for _ in 0..1 + (chance.wait(1.1 * self.truth.chattiness) as usize).min(6) {
            at = minutes_later(at_work(at + days(chance.wait(0.5)), chance), 5, 200, chance);
            self.we_write(at, Topic::OurAnswer, chance);
            if chance.hit(0.25) {
                return;
            }
            at = days_later(at, 0.05 + chance.wait(1.2), chance);
            if at > self.deal_from {
                return;
            }
            self.they_reply(at, "interested", Topic::Interested, chance);
        }
        if chance.hit(0.4) {
            self.learn_rank(at, "signature");
        }
        let ready = 0.3 * self.truth.fit + 0.4 * self.truth.need;
        let next = days_later(at, 1.0 + chance.wait(3.0), chance);
        if next > self.deal_from {
            return;
        }
        match chance.unit() {
            roll if roll < 0.3 + ready => {
                let is_demo = self.truth.persona.looks_at_demos() && chance.hit(0.7);
                self.meet(at, next, is_demo, chance);
            }
            roll if roll < 0.9 => {
                let end = self.we_speak(next, chance);
                self.criteria(end, 0.65, Talk::Phone, chance);
                self.ask_again(end, chance);
            }
            _ => {}
        }
    }

    fn meet(&mut self, booked: Moment, at: Moment, is_demo: bool, chance: &mut Chance) {
        let about =
            if is_demo { "demo" } else { chance.pick(&["first talk", "needs", "site visit"]) };
        let deed = self.scribe.did(booked, Did::MeetingBooked).with("about", about);
        deed.with("starts", funnel::history::Value::Time(at));
        if chance.hit(0.12) {
            return;
        }
        let late = lateness(0.16, chance);
        let end = at + Span::minutes(55);
        if is_demo {
            self.scribe.did(end, Did::DemoHeld).late(late).say(Topic::DemoSummary);
        } else {
            self.scribe.did(end, Did::MeetingHeld).late(late).say(Topic::MeetingSummary);
        }
        self.criteria(end + Span::minutes(6), 0.7, Talk::Meeting, chance);
        if chance.hit(0.3) {
            self.scribe.did(minutes_later(end, 10, 200, chance), Did::NoteWritten).say(Topic::Note);
        }
        self.ask_again(end, chance);
    }

    /// A few more touches, weeks apart, after a first talk that led to nothing yet.
    fn ask_again(&mut self, from: Moment, chance: &mut Chance) {
        let mut at = from;
        for _ in 0..chance.below(4) {
            at = days_later(at, 12.0 + chance.wait(20.0), chance);
            if self.scribe.is_over(at) || at > self.deal_from {
                return;
            }
            if self.who.phone.is_some() && chance.hit(0.45) {
                let end = self.we_speak(at, chance);
                self.criteria(end, 0.3, Talk::Phone, chance);
                continue;
            }
            self.we_write(at, Topic::FollowUp, chance);
            if chance.hit(0.25 * self.truth.chattiness) {
                let says = if chance.hit(self.truth.need) { "interested" } else { "not now" };
                let topic = if says == "interested" { Topic::Interested } else { Topic::NotNow };
                at = days_later(at, chance.wait(1.0), chance);
                self.they_reply(at, says, topic, chance);
            }
        }
    }
}

impl Persona {
    const fn looks_at_demos(self) -> bool {
        matches!(self, Persona::Evaluator | Persona::Researcher | Persona::Tester)
    }
}
