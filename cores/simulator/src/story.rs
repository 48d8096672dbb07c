//! The story: any person or company of it, in any order.

use std::ops::Range;

use funnel::history::{Entry, History, What};
use moment::Moment;

use crate::almanac::Almanac;
use crate::chance::{Chance, Purpose};
use crate::company::{Firm, SimCompany};
use crate::life::Life;
use crate::names::TONGUES;
use crate::person::{Arrival, Identity, Keys, SimPerson};
use crate::scribe::Scribe;
use crate::staffing;
use crate::team::{self, TEAM};
use crate::truth::Truth;
use crate::words::Words;

/// How much is told of each activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// With subjects and texts of mails, calls, notes and forms.
    Full,
    /// Without: small, for benchmarks and millions of people. All else is the same.
    Lean,
}

/// A story: so many people, so many years, up to a moment.
pub struct Story {
    seed: u64,
    people: usize,
    detail: Detail,
    almanac: Almanac,
}

impl Story {
    /// A story of `people` people over the `years` (at least one) that end at `until`. The first people
    /// of a longer story with the same seed, end and years are those of a shorter one.
    pub fn new(seed: u64, people: usize, until: Moment, years: u32, detail: Detail) -> Story {
        Story { seed, people, detail, almanac: Almanac::new(until, years) }
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people
    }

    /// How many companies there are: all that have at least one of the people.
    pub fn companies(&self) -> usize {
        self.people.checked_sub(1).map_or(0, |last| staffing::company_of(self.seed, last) + 1)
    }

    /// When the story begins.
    pub fn begins(&self) -> Moment {
        self.almanac.start
    }

    /// When the story ends: nothing is recorded after it.
    pub fn until(&self) -> Moment {
        self.almanac.until
    }

    /// Person number `person`; none beyond the last. Costs the same wherever it stands.
    pub fn person(&self, person: usize) -> Option<SimPerson> {
        (person < self.people).then(|| {
            let firm = self.firm(staffing::company_of(self.seed, person));
            self.person_of(&firm, person)
        })
    }

    /// Company number `company`; none beyond the last.
    pub fn company(&self, company: usize) -> Option<SimCompany> {
        (company < self.companies()).then(|| self.tell(self.firm(company)))
    }

    /// People in order of their number, each made when it is asked for. Any part of the story can be
    /// walked through on its own, so shards may be made side by side.
    pub fn each_person(&self, part: Range<usize>) -> impl Iterator<Item = SimPerson> + '_ {
        let mut last: Option<Firm> = None;
        (part.start..part.end.min(self.people)).map(move |person| {
            let firm = match last.take() {
                Some(firm) if firm.staff.contains(&person) => firm,
                _ => self.firm(staffing::company_of(self.seed, person)),
            };
            let person = self.person_of(&firm, person);
            last = Some(firm);
            person
        })
    }

    /// Companies in order of their number, each with its people.
    pub fn each_company(
        &self,
        part: Range<usize>,
    ) -> impl Iterator<Item = (SimCompany, Vec<SimPerson>)> + '_ {
        (part.start..part.end.min(self.companies())).map(move |company| {
            let firm = self.firm(company);
            let staff = firm.staff.start..firm.staff.end.min(self.people);
            let people = staff.map(|person| self.person_of(&firm, person)).collect();
            (self.tell(firm), people)
        })
    }

    fn firm(&self, company: usize) -> Firm {
        Firm::new(self.seed, &self.almanac, company)
    }

    fn tell(&self, firm: Firm) -> SimCompany {
        let arrivals = firm.staff.clone().map(|person| self.arrival(&firm, person));
        match arrivals.min_by_key(|arrival| arrival.at) {
            Some(first) => firm.told(self.seed, &self.almanac, first),
            None => unreachable!("every company has a person, see staffing"),
        }
    }

    fn arrival(&self, firm: &Firm, person: usize) -> Arrival {
        Arrival::new(self.seed, &self.almanac, person, &firm.truth.intent)
    }

    fn person_of(&self, firm: &Firm, person: usize) -> SimPerson {
        let mut chance = Chance::new(self.seed, Purpose::Person, person);
        let arrival = self.arrival(firm, person);
        let who = Identity::new(firm, person, arrival.approach, &mut chance);
        let owner = team::looks_after(firm.country.code, firm.index);
        let skill = TEAM[owner].skill;
        let mut truth =
            Truth::draw(firm, &self.almanac, arrival, who.seniority, skill, &mut chance);
        let words = (self.detail == Detail::Full).then(|| Words {
            chance: Chance::new(self.seed, Purpose::Words, person),
            hello: TONGUES[firm.country.tongue].hello,
            first: who.name.first,
            company: firm.name.short.as_str().into(),
            us: TEAM[owner].first(),
            vehicles: (firm.truth.employees / 3).max(2),
            sites: firm.truth.employees / 90,
        });
        let scribe = Scribe::new(self.almanac.until, words);
        let life = Life::new(self.seed, person, &self.almanac, firm, &who, &mut truth, scribe);
        let lived = life.live();
        SimPerson {
            index: person,
            company_index: firm.index,
            name: who.name.full(),
            keys: keys(who.email, who.phone, &lived.entries),
            owner: lived.is_looked_after.then_some(owner),
            entries: lived.entries,
            truth,
        }
    }
}

/// Of what a person could be recognised by, that which has become known.
fn keys(email: String, phone: Option<String>, entries: &[Entry]) -> Keys {
    let (mut knows_email, mut knows_phone) = (false, false);
    for entry in entries {
        if let What::Facts(observed) = &entry.what {
            knows_email |= observed.facts.iter().any(|fact| &*fact.key == "person.email");
            knows_phone |= observed.facts.iter().any(|fact| &*fact.key == "person.phone");
        }
    }
    Keys { email: knows_email.then_some(email), phone: phone.filter(|_| knows_phone) }
}

/// What a fold reads of a person: its own entries, and those of its company, in order.
pub fn history(company: &SimCompany, person: &SimPerson) -> History {
    let mut entries: Vec<Entry> = Vec::with_capacity(company.entries.len() + person.entries.len());
    entries.extend_from_slice(&company.entries);
    entries.extend_from_slice(&person.entries);
    History::new(entries)
}
