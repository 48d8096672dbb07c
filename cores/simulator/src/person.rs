//! People: how they came to us, who they are, and what they are called.

use funnel::history::Entry;
use moment::{DAY_US, Moment, Span};

use crate::almanac::{Almanac, at_hour, office_time, weekday};
use crate::chance::{Chance, Purpose};
use crate::company::{Firm, Intent};
use crate::names::{self, Name, SURNAMES, TONGUES};
use crate::truth::Truth;

/// One person, with everything that happened until the story ends.
#[derive(Clone, Debug, PartialEq)]
pub struct SimPerson {
    /// The person's number in the story, from 0.
    pub index: usize,
    /// Where the person works, by its number in the story.
    pub company_index: usize,
    /// First name and surname.
    pub name: String,
    /// By what the person is recognised; no two people share one.
    pub keys: Keys,
    /// Who of [`crate::TEAM`] looks after the person, if anybody does.
    pub owner: Option<usize>,
    /// Activities and facts named `person.…`, in order. Facts of the company stand in
    /// [`crate::SimCompany::entries`].
    pub entries: Vec<Entry>,
    /// What is so, known or not.
    pub truth: Truth,
}

/// By what a person is recognised, as it became known; one of both at least.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    /// An address under `.example`. For a handful it has letters of two scripts.
    pub email: Option<String>,
    /// With the country's prefix, digits only.
    pub phone: Option<String>,
}

/// How a person first came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approach {
    /// Filled in a form.
    Form,
    /// Gave an address for a paper.
    Asset,
    /// Subscribed to the newsletter.
    Newsletter,
    /// Registered for a webinar.
    Webinar,
    /// Left a card at a fair; imported.
    Fair,
    /// Bought from a feed.
    Feed,
    /// Found by us.
    Finder,
    /// Sent by a partner or customer.
    Referral,
    /// Called us.
    Call,
    /// Began a chat.
    Chat,
    /// Began a trial.
    Trial,
}

impl Approach {
    /// All of them.
    pub const ALL: [Approach; 11] = [
        Approach::Form,
        Approach::Asset,
        Approach::Newsletter,
        Approach::Webinar,
        Approach::Fair,
        Approach::Feed,
        Approach::Finder,
        Approach::Referral,
        Approach::Call,
        Approach::Chat,
        Approach::Trial,
    ];
    /// How often each occurs.
    const WEIGHTS: [u32; 11] = [13, 17, 13, 9, 12, 11, 13, 3, 3, 4, 2];

    /// Whether the person came to us, rather than we to the person.
    pub const fn is_inbound(self) -> bool {
        !matches!(self, Approach::Fair | Approach::Feed | Approach::Finder)
    }
}

/// From arrival to the moment when we know by what to call somebody, at most.
const INTRODUCTION: Span = Span::minutes(40);

/// When and how a person came to be known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub at: Moment,
    pub approach: Approach,
}

impl Arrival {
    /// Nearly half arrive while their company is in the market, if it ever is.
    pub fn new(seed: u64, almanac: &Almanac, person: usize, intent: &Intent) -> Arrival {
        let mut chance = Chance::new(seed, Purpose::Arrival, person);
        let approach = Approach::ALL[chance.weighted(&Approach::WEIGHTS)];
        if approach == Approach::Fair && !almanac.fairs.is_empty() {
            let fair = &almanac.fairs[chance.below(almanac.fairs.len())];
            // One file, read in on the Monday after, row by row.
            let monday = fair.at.day() + 7 - weekday(fair.at.day()) as i64;
            let at = at_hour(monday, 8) + Span::seconds(chance.between(0, 40));
            if at <= almanac.until {
                return Arrival { at, approach };
            }
        }
        let mut day = almanac.some_day(&mut chance);
        if !intent.waves.is_empty() && chance.hit(0.45) {
            let wave = &intent.waves[chance.below(intent.waves.len())];
            let off = (chance.unit() + chance.unit() - 1.3) * wave.half_width.0 as f64;
            let near = (wave.peak + Span(off as i64)).day();
            if (almanac.start.day()..=almanac.until.day()).contains(&near) {
                day = near;
            }
        }
        let at = match approach {
            Approach::Feed => {
                at_hour(day - weekday(day) as i64, 5) + Span::seconds(chance.between(0, 50))
            }
            Approach::Finder | Approach::Call | Approach::Referral => {
                let workday = day - (weekday(day) as i64 - 4).max(0);
                office_time(workday, &mut chance)
            }
            _ if chance.hit(0.15) => at_hour(day, 17) + Span::seconds(chance.between(0, 5 * 3600)),
            _ => office_time(day, &mut chance),
        };
        // Whoever would come this afternoon came yesterday: nobody is left half introduced.
        let at = if at + INTRODUCTION > almanac.until { Moment(at.0 - DAY_US) } else { at };
        Arrival { at: at.max(almanac.start), approach }
    }
}

/// How much a person has to say, by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seniority {
    /// Owns the company, in part at least.
    Owner,
    /// On the board.
    CLevel,
    /// Vice president.
    Vp,
    /// Heads a department.
    Director,
    /// Leads a team.
    Manager,
    /// Does the work.
    Specialist,
}

impl Seniority {
    const ALL: [Seniority; 6] = [
        Seniority::Owner,
        Seniority::CLevel,
        Seniority::Vp,
        Seniority::Director,
        Seniority::Manager,
        Seniority::Specialist,
    ];

    /// The word in facts, e.g. `c-level`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Seniority::Owner => "owner",
            Seniority::CLevel => "c-level",
            Seniority::Vp => "vp",
            Seniority::Director => "director",
            Seniority::Manager => "manager",
            Seniority::Specialist => "specialist",
        }
    }

    fn titles(self) -> &'static [&'static str] {
        match self {
            Seniority::Owner => {
                &["Owner", "Managing Partner", "Founder", "Owner and Managing Director"]
            }
            Seniority::CLevel => {
                &["COO", "CEO", "CFO", "CIO", "Chief Supply Chain Officer", "Managing Director"]
            }
            Seniority::Vp => &["VP Operations", "VP Logistics", "VP Supply Chain", "VP Finance"],
            Seniority::Director => &[
                "Head of Operations",
                "Head of Transport",
                "Director of Logistics",
                "Plant Director",
                "Head of Purchasing",
                "Head of Distribution",
                "IT Director",
            ],
            Seniority::Manager => &[
                "Fleet Manager",
                "Dispatch Manager",
                "Warehouse Manager",
                "Depot Manager",
                "Transport Manager",
                "IT Manager",
                "Purchasing Manager",
                "Customer Service Manager",
            ],
            Seniority::Specialist => &[
                "Transport Planner",
                "Dispatcher",
                "Logistics Coordinator",
                "Buyer",
                "Analyst",
                "Assistant to the Board",
                "Controller",
            ],
        }
    }
}

/// What can be said of a person without any history.
pub(crate) struct Identity {
    pub name: Name,
    pub seniority: Seniority,
    pub title: &'static str,
    pub email: String,
    /// The address has letters of two scripts.
    pub is_suspect: bool,
    pub phone: Option<String>,
    /// Where the person lives, when it is not where the company is.
    pub country: &'static str,
}

impl Identity {
    pub fn new(firm: &Firm, person: usize, approach: Approach, chance: &mut Chance) -> Identity {
        let calls = approach == Approach::Call;
        let here = firm.country.tongue;
        let tongue = if chance.hit(0.87) { here } else { chance.below(TONGUES.len()) };
        // The person's place among colleagues decides the surname, so that no two share one.
        let place = person - firm.staff.start;
        let (from, step) = firm.surnames;
        let name = Name::new(tongue, chance.hit(0.42), (from + place * step) % SURNAMES, chance);
        let ranks: [u32; 6] = match firm.truth.employees {
            0..50 => [22, 13, 1, 10, 30, 24],
            50..1000 => [5, 11, 7, 20, 33, 24],
            _ => [0, 4, 10, 22, 36, 28],
        };
        let seniority = Seniority::ALL[chance.weighted(&ranks)];
        let is_private = chance.hit(0.04);
        // A few by chance, and one early enough for a small story to have it.
        let is_suspect = chance.hit(0.0025) || person == 137;
        let mut email = String::with_capacity(48);
        name.local_part(if is_private { 0 } else { firm.address_style }, &mut email);
        if is_suspect {
            email = with_foreign_letter(&email);
        }
        if is_private {
            email.push_str(&person.to_string());
        }
        email.push('@');
        email.push_str(if is_private { chance.pick(&PRIVATE_MAIL) } else { &firm.name.domain });
        let abroad = chance.hit(0.03);
        Identity {
            title: chance.pick(seniority.titles()),
            phone: (chance.hit(0.62) || calls).then(|| names::phone(firm.country, person)),
            country: match names::COUNTRIES.iter().find(|other| abroad && other.tongue == tongue) {
                Some(other) => other.code,
                None => firm.country.code,
            },
            name,
            seniority,
            email,
            is_suspect,
        }
    }
}

/// Invented hosts of private mail.
const PRIVATE_MAIL: [&str; 4] =
    ["postkasten.example", "boitemail.example", "freepost.example", "skrzynka.example"];

/// Cyrillic letters that look like Latin ones; one takes its likeness's place.
const LIKENESSES: [(char, char); 5] = [('a', 'а'), ('e', 'е'), ('o', 'о'), ('c', 'с'), ('p', 'р')];

fn with_foreign_letter(address: &str) -> String {
    let likeness = LIKENESSES.iter().find(|(latin, _)| address.contains(*latin));
    let (latin, foreign) = likeness.copied().unwrap_or(('.', 'х'));
    address.replacen(latin, &foreign.to_string(), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_foreign_letter_takes_the_place_of_its_likeness() {
        let changed = with_foreign_letter("bruno.keller");
        assert_eq!(changed.chars().count(), "bruno.keller".len());
        assert_eq!(changed.chars().filter(|letter| !letter.is_ascii()).count(), 1);
    }
}
