//! A life: everything that happens between one person and us, in five chapters.
//!
//! Each chapter draws from a stream of its own. What a chapter must know of another (from when on a
//! deal is being talked about, since when somebody wants no more mail) stands in [`Life`].

mod deal;
mod letters;
mod origin;
mod outreach;
mod visits;

use funnel::history::{Entry, Fact};
use moment::{Moment, Span};

use crate::almanac::{Almanac, minutes_later};
use crate::chance::{Chance, Purpose};
use crate::company::Firm;
use crate::person::Identity;
use crate::scribe::{Did, Scribe};
use crate::truth::{Fate, Truth};
use crate::words::Topic;

/// One life in the making.
pub(crate) struct Life<'a> {
    seed: u64,
    person: usize,
    almanac: &'a Almanac,
    firm: &'a Firm,
    who: &'a Identity,
    truth: &'a mut Truth,
    scribe: Scribe,
    /// When the deal begins to be talked about; never, if there is none.
    deal_from: Moment,
    /// When the last deal was closed, if it was.
    closed_at: Option<Moment>,
    /// From when on the person wants no more mail.
    no_mail_from: Moment,
    /// From when on the newsletter comes.
    subscribed_at: Option<Moment>,
    /// Whether a demo was asked for on arrival.
    wants_demo: bool,
    /// Whether anybody of ours has spoken or written to the person, and thus looks after them.
    is_looked_after: bool,
}

/// Where criteria come up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Talk {
    Phone,
    Meeting,
    /// While a deal is on the way.
    Deal,
}

/// How a life ends up.
pub(crate) struct Lived {
    pub entries: Vec<Entry>,
    pub is_looked_after: bool,
}

impl<'a> Life<'a> {
    pub fn new(
        seed: u64,
        person: usize,
        almanac: &'a Almanac,
        firm: &'a Firm,
        who: &'a Identity,
        truth: &'a mut Truth,
        scribe: Scribe,
    ) -> Life<'a> {
        let mut life = Life {
            seed,
            person,
            almanac,
            firm,
            who,
            truth,
            scribe,
            deal_from: Moment::END,
            closed_at: None,
            no_mail_from: Moment::END,
            subscribed_at: None,
            wants_demo: false,
            is_looked_after: false,
        };
        if life.truth.fate != Fate::NoDeal {
            life.deal_from = life.deal_start();
        }
        life
    }

    /// Lives it to the end of the story.
    pub fn live(mut self) -> Lived {
        self.origin();
        self.outreach();
        if self.deal_from < Moment::END {
            self.deals();
        }
        self.visits();
        self.letters();
        let entries = self.scribe.finish(self.person * 2);
        Lived { entries, is_looked_after: self.is_looked_after }
    }

    fn chance(&self, purpose: Purpose) -> Chance {
        Chance::new(self.seed, purpose, self.person)
    }

    /// How much the person does at that moment: of its own nature, and as its company is in the market.
    fn activity_at(&self, at: Moment) -> f64 {
        self.truth.chattiness * (0.4 + 1.5 * self.truth.intent.at(at))
    }

    /// Some pages in a row; gives the time after the last.
    fn look_around(&mut self, mut at: Moment, pages: usize, chance: &mut Chance) -> Moment {
        for _ in 0..pages {
            let path = PATHS[chance.weighted(&PATH_WEIGHTS)];
            self.scribe.did(at, Did::PageViewed).with("path", path);
            at = minutes_later(at, 0, 4, chance) + Span::seconds(11);
        }
        at
    }

    /// We write to one person. Scanners, receipts, openings and absences follow by themselves.
    fn we_write(&mut self, at: Moment, topic: Topic, chance: &mut Chance) {
        self.is_looked_after = true;
        self.scribe.did(at, Did::EmailSent).say(topic);
        if self.firm.sends_receipts {
            self.scribe.did(at + Span::seconds(3), Did::EmailDelivered).by_machine();
        }
        self.machines_open(at, 0.8, chance);
        if chance.hit(0.035) {
            let reply = self.scribe.did(at + Span::seconds(20), Did::EmailReplied);
            reply.by_machine().say(Topic::OutOfOffice);
        }
    }

    /// Where a scanner guards the mail, it opens and follows everything within seconds.
    fn machines_open(&mut self, sent: Moment, probability: f64, chance: &mut Chance) {
        if self.firm.has_scanner && chance.hit(probability) {
            let at = sent + Span::seconds(chance.between(2, 9));
            self.scribe.did(at, Did::EmailOpened).by_machine();
            self.scribe.did(at + Span::seconds(1), Did::EmailClicked).by_machine();
        }
    }

    /// They write to us.
    fn they_reply(&mut self, at: Moment, says: &str, topic: Topic, chance: &mut Chance) {
        let late = lateness(0.05, chance);
        self.scribe.did(at, Did::EmailReplied).with("says", says).late(late).say(topic);
    }

    /// We get through by telephone; gives the end of the call.
    fn we_speak(&mut self, at: Moment, chance: &mut Chance) -> Moment {
        self.is_looked_after = true;
        let late = lateness(0.16, chance);
        self.scribe.did(at, Did::CallMade).late(late);
        let connected = at + Span::seconds(chance.between(8, 40));
        self.scribe.did(connected, Did::CallConnected).late(late).say(Topic::CallSummary);
        minutes_later(connected, 3, 24, chance)
    }

    /// What a talk brings to light: criteria, and sometimes facts. `share` is how likely each is asked.
    fn criteria(&mut self, at: Moment, share: f64, talk: Talk, chance: &mut Chance) {
        use funnel::history::Channel::{Meeting, Phone};
        let channel = if talk == Talk::Phone { Phone } else { Meeting };
        let late = lateness(0.16, chance);
        let mut at = at;
        let mut answer = |scribe: &mut Scribe, criterion: &str, value: &str| {
            let deed = scribe.did(at, Did::CriterionAnswered).channel(channel).late(late);
            deed.with("criterion", criterion).with("value", value);
            at = at + Span::seconds(2);
        };
        for (criterion, holds) in self.truth.criteria.named() {
            if !chance.hit(share) {
                continue;
            }
            // Who negotiates has found time and somebody who signs, or says so.
            let holds = holds || (talk == Talk::Deal && chance.hit(0.55));
            // One answer in ten is wrong, one in fifteen is "we do not know".
            let said = if chance.hit(0.07) {
                "unknown"
            } else if holds != chance.hit(0.1) {
                "yes"
            } else {
                "no"
            };
            answer(&mut self.scribe, criterion, said);
        }
        if chance.hit(share * 0.35) {
            let criterion = chance.pick(&["metrics", "champion", "rules", "process"]);
            let said = if chance.hit(0.3 + 0.5 * self.truth.need) { "yes" } else { "no" };
            answer(&mut self.scribe, criterion, said);
        }
    }

    /// What becomes known of the person in a talk or a mail, if it is not known yet.
    fn learn_rank(&mut self, at: Moment, source: &str) {
        let facts = vec![
            Fact::certain("person.title", self.who.title),
            Fact::certain("person.seniority", self.who.seniority.as_str()),
        ];
        self.scribe.learn(at, source, facts);
    }
}

/// Some activities are noted down days after they happened.
fn lateness(probability: f64, chance: &mut Chance) -> Span {
    if chance.hit(probability) { Span::hours(chance.between(20, 24 * 13)) } else { Span(0) }
}

/// How a day is reckoned in fractions.
fn days(days: f64) -> Span {
    Span::seconds((days * 86_400.0) as i64)
}

const PATHS: [&str; 14] = [
    "/",
    "/product",
    "/product/drivers-app",
    "/product/replanning",
    "/pricing",
    "/pricing/calculator",
    "/customers",
    "/customers/cold-chain",
    "/blog/empty-kilometres",
    "/blog/peak-season",
    "/blog/driver-hours",
    "/security",
    "/about",
    "/careers",
];
const PATH_WEIGHTS: [u32; 14] = [20, 16, 8, 7, 13, 5, 8, 6, 8, 7, 6, 3, 3, 2];
