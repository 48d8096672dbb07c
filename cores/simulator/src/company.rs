//! Companies: what they are, what is known of them, and when they are in the market.

use std::ops::Range;

use funnel::history::{Entry, Fact, Value};
use moment::{DAY_US, Moment, Span};

use crate::almanac::{Almanac, days_later};
use crate::chance::{Chance, Purpose, exp};
use crate::names::{self, CompanyName, Country, Industry};
use crate::person::{Approach, Arrival};
use crate::scribe::Scribe;
use crate::staffing;

/// One company, with what became known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SimCompany {
    /// Its number in the story, from 0.
    pub index: usize,
    /// Its people, by their number in the story; the last company of a story may have some beyond it.
    pub staff: Range<usize>,
    /// As it writes itself, e.g. `Transports Valmont SAS`.
    pub name: String,
    /// Its own, under `.example`.
    pub domain: String,
    /// Facts named `company.…`, and `score.intent` as it was observed, in order.
    pub entries: Vec<Entry>,
    /// What is so, known or not.
    pub truth: CompanyTruth,
}

/// What is so of a company, whether anybody knows it or not.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyTruth {
    /// What it does.
    pub industry: Industry,
    /// How many work there.
    pub employees: u32,
    /// Two letters, ISO 3166-1.
    pub country: &'static str,
    /// What it could spend on route planning in a year, in whole euros.
    pub budget: u32,
    /// Sells what we sell.
    pub is_competitor: bool,
    /// How well it fits what we sell, 0 to 1, from what can be known (industry, size, country) and
    /// from what cannot.
    pub fit: f64,
    /// When it is in the market.
    pub intent: Intent,
}

/// How much a company is in the market, over time: a base and waves that rise and ebb.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// Outside all waves, 0 to 1.
    pub base: f64,
    /// In order of nothing in particular; they add up.
    pub waves: Vec<Wave>,
}

/// One time of being in the market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// When it is highest.
    pub peak: Moment,
    /// From the peak to where nothing is left of it.
    pub half_width: Span,
    /// At the peak, 0 to 1.
    pub height: f64,
}

impl Intent {
    /// How much it is in the market at that moment, 0 to 1.
    pub fn at(&self, at: Moment) -> f64 {
        let mut sum = self.base;
        for wave in &self.waves {
            let off = (at - wave.peak).0 as f64 / wave.half_width.0 as f64;
            if off > -1.0 && off < 1.0 {
                let bump = 1.0 - off * off;
                sum += wave.height * bump * bump;
            }
        }
        sum.min(1.0)
    }
}

/// A company before anybody has written down what is known of it.
pub(crate) struct Firm {
    pub index: usize,
    pub staff: Range<usize>,
    pub country: &'static Country,
    pub truth: CompanyTruth,
    /// Looks through every link of every mail before it is delivered.
    pub has_scanner: bool,
    /// Its mail server tells us what it has delivered.
    pub sends_receipts: bool,
    /// How its addresses are made, see [`names::Name::local_part`].
    pub address_style: usize,
    /// Surnames of colleagues: where they begin and by how many they step.
    pub surnames: (usize, usize),
    pub name: CompanyName,
}

const SIZES: [(u32, u32, u32); 7] = [
    // how many of 100, from, to
    (9, 3, 9),
    (17, 10, 49),
    (22, 50, 119),
    (24, 120, 399),
    (15, 400, 1_200),
    (9, 1_200, 5_000),
    (4, 5_000, 30_000),
];

impl Firm {
    pub fn new(seed: u64, almanac: &Almanac, index: usize) -> Firm {
        let mut chance = Chance::new(seed, Purpose::Firm, index);
        let (country, number) = names::home(index);
        let staff = staffing::staff_of(seed, index);
        let industry = Industry::ALL[chance.weighted(&Industry::WEIGHTS)];
        // Where we know many, many work.
        let sizes = SIZES.map(|size| size.0);
        let size = (0..staff.len().min(3)).map(|_| chance.weighted(&sizes)).max().unwrap_or(0);
        let (_, low, high) = SIZES[size];
        let employees = rounded(chance.between(low.into(), high.into()) as u32);
        let is_competitor = match industry {
            Industry::Software => chance.hit(0.27),
            Industry::Logistics => chance.hit(0.004),
            _ => false,
        };
        let profile = profile(industry, employees, country);
        let fit = (0.16 + 0.62 * profile + 0.13 * chance.normal()).clamp(0.01, 0.99);
        let moves_goods = if profile >= 0.45 { 60.0 } else { 22.0 };
        let spend = f64::from(employees) * moves_goods * exp(0.75 * chance.normal());
        let intent = intent(almanac, &mut chance);
        let mut called = Chance::new(seed, Purpose::Names, index);
        let shift = (Chance::new(seed, Purpose::Names, usize::MAX).word() >> 40) as usize;
        let name = names::company_name(country.tongue, number, industry, shift, &mut called);
        Firm {
            index,
            staff,
            country,
            truth: CompanyTruth {
                industry,
                employees,
                country: country.code,
                budget: rounded((spend as u32).clamp(300, 900_000)),
                is_competitor,
                fit,
                intent,
            },
            has_scanner: employees >= 120 && chance.hit(0.12),
            sends_receipts: chance.hit(0.05),
            address_style: chance.weighted(&[60, 22, 8, 10]),
            surnames: (chance.below(names::SURNAMES), 1 + chance.below(names::SURNAMES - 1)),
            name,
        }
    }

    /// The company with what became known of it from `first` on, when its first person appeared.
    pub fn told(self, seed: u64, almanac: &Almanac, first: Arrival) -> SimCompany {
        let mut scribe = Scribe::new(almanac.until, None);
        let mut chance = Chance::new(seed, Purpose::CompanyFacts, self.index);
        let source = match first.approach {
            Approach::Fair => "import",
            Approach::Feed => "feed",
            Approach::Finder => "finder",
            Approach::Call | Approach::Referral => "call",
            _ => "form",
        };
        let at = first.at;
        let truth = &self.truth;
        let mut plain = vec![
            Fact::certain("company.name", self.name.full.as_str()),
            Fact::certain("company.domain", self.name.domain.as_str()),
        ];
        if chance.hit(0.9) {
            plain.push(Fact::certain("company.country", self.country.code));
        }
        scribe.learn(at, source, plain);
        let looked_up = at + Span::seconds(chance.between(60, 7_200));
        if chance.hit(0.94) {
            scribe.learn(looked_up, "enrichment", self.register(&mut chance));
        } else if chance.hit(0.5) {
            let told = days_later(at, 3.0 + chance.wait(20.0), &mut chance);
            scribe.learn(
                told,
                "call",
                vec![Fact::certain("company.industry", truth.industry.as_str())],
            );
        }
        self.learn_money(at, &mut scribe, &mut chance);
        if truth.is_competitor && chance.hit(0.9) {
            let noticed = days_later(at, 1.0 + chance.wait(9.0), &mut chance);
            scribe.learn(noticed, "edit", vec![Fact::certain("company.competitor", true)]);
        }
        if chance.hit(0.2) {
            let later = days_later(at, 200.0 + chance.wait(120.0), &mut chance);
            let employees = rounded(truth.employees * chance.between(88, 125) as u32 / 100);
            let fact = Fact::certain("company.employees", f64::from(employees));
            scribe.learn(later, "enrichment", vec![fact]);
        }
        self.watch(at, &mut scribe, &mut chance);
        SimCompany {
            index: self.index,
            entries: scribe.finish(self.index * 2 + 1),
            staff: self.staff,
            name: self.name.full,
            domain: self.name.domain,
            truth: self.truth,
        }
    }

    /// What a register and an enrichment source say.
    fn register(&self, chance: &mut Chance) -> Vec<Fact> {
        let mut facts = vec![Fact::certain("company.industry", self.truth.industry.as_str())];
        if chance.hit(0.93) {
            facts.push(Fact::certain("company.employees", f64::from(self.truth.employees)));
        }
        if chance.hit(0.45) {
            facts.push(Fact {
                confidence: 80,
                ..Fact::certain("company.technologies", self.technologies(chance))
            });
        }
        facts
    }

    fn technologies(&self, chance: &mut Chance) -> Value {
        let goods = self.truth.fit > 0.5;
        let offered: [(&str, f64); 6] = [
            ("route-planning", if goods { 0.45 } else { 0.1 }),
            ("telematics", if goods { 0.55 } else { 0.15 }),
            ("stock-system", 0.4),
            ("telephony", 0.25),
            ("spreadsheets", 0.5),
            ("crm", 0.3),
        ];
        let mut used: Vec<Box<str>> = Vec::with_capacity(3);
        used.extend(
            offered.iter().filter(|(_, p)| chance.hit(*p)).map(|(name, _)| Box::from(*name)),
        );
        if used.is_empty() {
            used.push("spreadsheets".into());
        }
        Value::List(used)
    }

    /// For some the budget becomes known, for a year.
    fn learn_money(&self, at: Moment, scribe: &mut Scribe, chance: &mut Chance) {
        if !chance.hit(0.42) {
            return;
        }
        let guessed = chance.hit(0.4);
        let wait = if guessed { 0.2 } else { 5.0 + chance.wait(45.0) };
        let known = days_later(at, wait, chance);
        let budget = if guessed {
            rounded(self.truth.budget * chance.between(60, 150) as u32 / 100)
        } else {
            self.truth.budget
        };
        let fact = Fact {
            expires_at: Some(known + Span::days(365)),
            confidence: if guessed { 60 } else { 100 },
            ..Fact::certain("company.budget", f64::from(budget))
        };
        scribe.learn(known, if guessed { "enrichment" } else { "call" }, vec![fact]);
    }

    /// What a source of intent sees of each wave: as it rises, at its peak, and as it ebbs.
    fn watch(&self, first: Moment, scribe: &mut Scribe, chance: &mut Chance) {
        let intent = &self.truth.intent;
        if intent.waves.is_empty() && !chance.hit(0.25) {
            return;
        }
        let begun = first + Span::hours(20);
        let mut looks = vec![begun];
        for wave in &intent.waves {
            let part = |eighths: i64| wave.peak + Span(wave.half_width.0 / 8 * eighths);
            looks.extend([part(-4), part(-1), part(6)].into_iter().filter(|look| *look > begun));
        }
        for look in looks {
            let seen = 100.0 * (0.06 + 0.86 * intent.at(look)) + 7.0 * chance.normal();
            let at = Moment(look.day() * DAY_US) + Span::hours(4);
            let value = f64::from((seen + 0.5) as i32).clamp(1.0, 99.0);
            scribe.learn(at.max(first), "intent", vec![Fact::certain("score.intent", value)]);
        }
    }
}

/// The part of fit that can be known, 0 to 1: the profile of those for whom we build.
fn profile(industry: Industry, employees: u32, country: &Country) -> f64 {
    let trade = matches!(industry, Industry::Logistics | Industry::Food);
    let size = (50..=5_000).contains(&employees);
    let near = matches!(country.code, "DE" | "FR" | "NL" | "PL");
    0.5 * f64::from(u8::from(trade))
        + 0.3 * f64::from(u8::from(size))
        + 0.2 * f64::from(u8::from(near))
}

fn intent(almanac: &Almanac, chance: &mut Chance) -> Intent {
    let base = 0.04 + 0.16 * chance.unit();
    let chances = (almanac.until - almanac.start).0 / DAY_US / 240;
    let mut waves = Vec::new();
    for _ in 0..chances {
        if chance.hit(0.35) {
            let day = almanac.some_day(chance) + chance.between(-40, 60);
            let half_width = Span::days(chance.between(22, 75));
            let height = 0.4 + 0.55 * chance.unit();
            waves.push(Wave { peak: Moment(day * DAY_US), half_width, height });
        }
    }
    Intent { base, waves }
}

/// As people say numbers: two figures, then noughts.
fn rounded(number: u32) -> u32 {
    let mut step = 1;
    while number / step >= 200 {
        step *= 10;
    }
    (number + step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_as_people_say_them() {
        for (number, said) in [(7, 7), (183, 183), (243, 240), (2_449, 2_400), (18_650, 18_700)] {
            assert_eq!(rounded(number), said, "{number}");
        }
    }

    #[test]
    fn intent_is_highest_at_the_peak_and_gone_beside_the_wave() {
        let peak = Moment(0);
        let wave = Wave { peak, half_width: Span::days(30), height: 0.6 };
        let intent = Intent { base: 0.1, waves: vec![wave] };
        assert!((intent.at(peak) - 0.7).abs() < 1e-12);
        assert!(intent.at(peak + Span::days(10)) < 0.7);
        assert!((intent.at(peak + Span::days(31)) - 0.1).abs() < 1e-12);
    }
}
