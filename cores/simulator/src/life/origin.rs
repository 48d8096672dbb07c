//! How somebody comes to be known: the first minutes, and what is looked up after them.

use funnel::history::Fact;
use moment::{Moment, Span};

use super::{Life, Talk, days, lateness};
use crate::almanac::{Almanac, minutes_later};
use crate::chance::{Chance, Purpose};
use crate::person::Approach;
use crate::scribe::Did;
use crate::truth::Persona;
use crate::words::Topic;

/// Where visitors say, or their links say, that they come from, with weights.
const ORIGINS: [&str; 8] =
    ["organic_search", "paid_search", "direct", "social", "email", "partner", "display", "unknown"];
const ORIGIN_WEIGHTS: [u32; 8] = [30, 20, 16, 12, 7, 5, 4, 6];
const ASSETS: [&str; 7] = [
    "white-paper",
    "e-book",
    "datasheet",
    "cold-chain-guide",
    "cost-calculator",
    "case-study",
    "tender-checklist",
];

impl Life<'_> {
    pub(super) fn origin(&mut self) {
        let mut chance = self.chance(Purpose::Origin);
        let chance = &mut chance;
        let at = self.truth.arrived_at;
        // How likely the newsletter comes with it.
        let subscribes = match self.truth.approach {
            Approach::Form => self.by_form(at, chance),
            Approach::Asset => {
                let from = self.by_link(at, chance);
                self.introduce(from, "form", chance);
                self.download(from, chance);
                0.3
            }
            Approach::Newsletter => {
                let from = self.by_link(at, chance);
                self.introduce(from, "form", chance);
                self.scribe.did(from, Did::NewsletterSubscribed);
                self.subscribed_at = Some(from);
                1.0
            }
            Approach::Webinar => {
                self.introduce(at, "form", chance);
                self.join_webinar(at, chance);
                0.3
            }
            Approach::Fair => {
                self.introduce(at, "import", chance);
                self.meet_at_fair(at, chance);
                0.2
            }
            Approach::Feed => {
                self.introduce(at, "feed", chance);
                let cost = chance.between(24, 68) * 100;
                self.scribe.did(at, Did::FeedPurchased).money("cost_minor", cost, "EUR");
                0.0
            }
            Approach::Finder => {
                self.introduce(at, "finder", chance);
                0.0
            }
            Approach::Referral => {
                self.introduce(at, "referral", chance);
                let by = chance.pick(&["customer", "partner", "consultant"]);
                self.scribe.did(at, Did::ReferralReceived).with("by", by);
                0.1
            }
            Approach::Call => self.by_call(at, chance),
            Approach::Chat => self.by_chat(at, chance),
            Approach::Trial => {
                let from = self.by_link(at, chance);
                self.introduce(from, "trial", chance);
                self.try_out(from, chance);
                0.45
            }
        };
        if self.subscribed_at.is_none() && chance.hit(subscribes) {
            let at = self.truth.arrived_at + Span::minutes(3);
            self.scribe.did(at, Did::NewsletterSubscribed);
            self.subscribed_at = Some(at);
        }
        self.look_up(at, chance);
    }

    /// Pages before the person tells who it is.
    fn by_link(&mut self, at: Moment, chance: &mut Chance) -> Moment {
        let pages = 1 + chance.below(4);
        self.look_around(at, pages, chance)
    }

    fn by_form(&mut self, at: Moment, chance: &mut Chance) -> f64 {
        let pages = 2 + chance.below(4);
        let from = self.look_around(at, pages, chance);
        self.introduce(from, "form", chance);
        let wants_demo = self.truth.persona == Persona::Evaluator && chance.hit(0.45);
        self.wants_demo = wants_demo;
        let form = if wants_demo {
            "demo"
        } else {
            chance.pick(&["contact", "contact", "calculator", "prices"])
        };
        let origin = ORIGINS[chance.weighted(&ORIGIN_WEIGHTS)];
        let campaign = match origin {
            "paid_search" => Some("ads-route-cost"),
            "social" => Some("social-cold-chain"),
            "display" => Some("display-peak-season"),
            _ => None,
        };
        let path = if wants_demo { "/demo" } else { "/contact" };
        let deed = self.scribe.did(from, Did::FormSubmitted).with("path", path).with("form", form);
        let deed = match campaign {
            Some(name) => deed.campaign(&format!("{name}-{}", self.almanac.quarter(from))),
            None => deed,
        };
        deed.with("origin", origin).say(Topic::FormText);
        if wants_demo {
            self.scribe.did(from, Did::DemoRequested);
        } else if chance.hit(0.25) {
            self.download(minutes_later(from, 2, 12, chance), chance);
        }
        0.15
    }

    fn meet_at_fair(&mut self, at: Moment, chance: &mut Chance) {
        if let Some(fair) = self.almanac.fairs.iter().rev().find(|fair| fair.at <= at) {
            let (met, campaign) = (fair.at, fair.campaign.clone());
            if chance.hit(0.45) {
                // Written down at the stand, imported with the rest.
                let deed = self.scribe.did(met, Did::NoteWritten).late(at - met);
                deed.campaign(&campaign).say(Topic::FairNote);
            }
            let thanks = at + Span::minutes(30);
            self.scribe.did(thanks, Did::EmailSent).with("bulk", true).campaign(&campaign);
            self.machines_open(thanks, 0.8, chance);
        }
    }

    fn by_call(&mut self, at: Moment, chance: &mut Chance) -> f64 {
        let mut facts = vec![Fact::certain("person.name", self.who.name.full())];
        facts.extend(
            self.who.phone.as_ref().map(|phone| Fact::certain("person.phone", phone.as_str())),
        );
        self.scribe.learn(at, "call", facts);
        let asks = if self.truth.persona == Persona::Silent || chance.hit(0.25) {
            chance.pick(&["support", "press", "job"])
        } else {
            "sales"
        };
        self.called(at, asks, 0.8, chance);
        // The address comes with the call, or with the first mail.
        let told =
            if chance.hit(0.6) { at + Span::minutes(4) } else { at + days(1.0 + chance.wait(2.0)) };
        self.introduce(told, "call", chance);
        0.1
    }

    fn by_chat(&mut self, at: Moment, chance: &mut Chance) -> f64 {
        let pages = 1 + chance.below(3);
        let from = self.look_around(at, pages, chance);
        self.chat(from, chance);
        self.introduce(from + Span::minutes(2), "chat", chance);
        0.15
    }

    /// A call of theirs reaches us, or not.
    pub(super) fn called(
        &mut self,
        at: Moment,
        asks: &str,
        gets_through: f64,
        chance: &mut Chance,
    ) {
        let late = lateness(0.03, chance);
        let topic = if asks == "sales" { Topic::CallReceived } else { Topic::CallOther };
        self.scribe.did(at, Did::CallReceived).with("asks", asks).late(late).say(topic);
        if chance.hit(gets_through) {
            let connected = at + Span::seconds(chance.between(5, 50));
            self.scribe.did(connected, Did::CallConnected).late(late);
            self.is_looked_after |= asks == "sales";
            if asks == "sales" {
                self.criteria(minutes_later(connected, 5, 15, chance), 0.4, Talk::Phone, chance);
            }
        }
    }

    pub(super) fn chat(&mut self, at: Moment, chance: &mut Chance) {
        self.scribe.did(at, Did::ChatStarted).say(Topic::Chat);
        if chance.hit(0.85) {
            let answer = at + Span::seconds(chance.between(15, 200));
            self.scribe.did(answer, Did::ChatAnswered).say(Topic::ChatAnswer);
        }
    }

    /// A paper, most of them behind a form.
    pub(super) fn download(&mut self, at: Moment, chance: &mut Chance) {
        let asset = ASSETS[chance.below(ASSETS.len())];
        if chance.hit(0.75) {
            let form = self.scribe.did(at, Did::FormSubmitted).with("path", "/papers");
            form.with("form", asset);
        }
        let deed = self.scribe.did(at, Did::AssetDownloaded).with("asset", asset);
        if chance.hit(0.2) {
            deed.campaign(&format!("ads-{asset}-{}", self.almanac.quarter(at)));
        }
    }

    /// Registers for the next webinar, and attends it or not.
    pub(super) fn join_webinar(&mut self, at: Moment, chance: &mut Chance) {
        let Some(next) = Almanac::after(&self.almanac.webinars, at).first() else { return };
        let registered = self.scribe.did(at, Did::WebinarRegistered).with("about", next.about);
        registered.campaign(&next.campaign);
        if chance.hit(0.45 + 0.2 * (self.truth.chattiness - 0.8).min(1.0)) {
            let came = next.at + Span::seconds(chance.between(-120, 600));
            self.scribe.did(came, Did::WebinarAttended).campaign(&next.campaign);
        }
    }

    /// A trial: a fortnight of use that fades, sooner for most.
    pub(super) fn try_out(&mut self, at: Moment, chance: &mut Chance) {
        self.scribe.did(at, Did::TrialStarted);
        if chance.hit(0.55) {
            self.scribe.did(at + Span::minutes(20), Did::ProductFleetImported);
        }
        let interest = 1.0 + 9.0 * self.truth.need * self.truth.chattiness.min(1.4);
        let uses = chance.wait(interest) as usize;
        let mut used = at + Span::minutes(40);
        for _ in 0..uses.min(25) {
            let what = [Did::ProductRoutePlanned, Did::ProductSignedIn, Did::ProductDriverInvited]
                [chance.weighted(&[6, 3, 1])];
            self.scribe.did(used, what);
            used = crate::almanac::days_later(used, 0.02 + chance.wait(0.8), chance);
        }
        if uses > 6 && chance.hit(0.12) {
            self.scribe.did(used, Did::CartAbandoned).with("path", "/pricing/checkout");
        }
    }

    /// The facts that come with the first word.
    fn introduce(&mut self, at: Moment, source: &str, chance: &mut Chance) {
        let who = self.who;
        let mut facts = Vec::with_capacity(4);
        let by_call = self.truth.approach == Approach::Call;
        if !by_call {
            facts.push(Fact::certain("person.name", who.name.full()));
        }
        facts.push(Fact {
            suspect: who.is_suspect,
            ..Fact::certain("person.email", who.email.as_str())
        });
        let tells_phone = match self.truth.approach {
            Approach::Feed | Approach::Fair | Approach::Finder | Approach::Referral => 1.0,
            Approach::Form | Approach::Trial => 0.75,
            _ => 0.3,
        };
        if let Some(phone) = who.phone.as_ref().filter(|_| !by_call && chance.hit(tells_phone)) {
            facts.push(Fact::certain("person.phone", phone.as_str()));
        }
        if chance.hit(0.55) {
            facts.push(Fact::certain("person.title", who.title));
        }
        if chance.hit(0.5) {
            facts.push(Fact::certain("person.country", who.country));
        }
        self.scribe.learn(at, source, facts);
    }

    /// What enrichment finds minutes later.
    fn look_up(&mut self, at: Moment, chance: &mut Chance) {
        if !chance.hit(0.7) {
            return;
        }
        let found = minutes_later(at, 5, 90, chance);
        let sure = if chance.hit(0.8) { 90 } else { 60 };
        let mut facts = vec![Fact {
            confidence: sure,
            ..Fact::certain("person.seniority", self.who.seniority.as_str())
        }];
        if chance.hit(0.4) {
            facts.push(Fact { confidence: sure, ..Fact::certain("person.title", self.who.title) });
        }
        self.scribe.learn(found, "enrichment", facts);
    }
}
