//! Random conditions that name formulas, and the same with what these ask written in their places: what stands for a
//! formula in a statement is held against a text that never heard of one.

use funnel::condition::Of;
use people::fields::{self, Draft, Kind};
use platform::Failure;
use platform::db::Tx;
use platform::harness::World;
use proptest::prelude::*;
use team::User;

use crate::segments::of;

/// How a formula F is asked, and what the condition C that it is made of says at that place.
const WAYS: [(&str, &str); 8] = [
    ("F", "(C)"),
    ("F == true", "(C)"),
    ("F != true", "!(C)"),
    ("false == F", "!(C)"),
    ("F in [true]", "(C)"),
    ("F in [false]", "!(C)"),
    ("F in [false, true]", "((C) || !(C))"),
    ("known(F)", "known((C))"),
];

/// Stands around the place of a formula in a text that is not written out yet: no condition has it.
const MARK: char = '§';

/// What formulas of companies ask that people can be asked, too.
const OF_FACTS: [&str; 5] = [
    "company.competitor",
    "company.employees > 45",
    r#"company.industry == "food" || known(company.country)"#,
    r#"!(company.budget < 300) && company.technologies.contains("tele")"#,
    r#"known((company.employees > 12 && "food" in company.technologies))"#,
];

/// A formula: of whom it is, the key under which it is asked, and what it asks.
#[derive(Clone, Debug)]
pub struct Formula {
    pub of: Of,
    pub label: &'static str,
    pub asks: String,
}

impl Formula {
    fn key(&self) -> String {
        let whose = if self.of == Of::Companies { "company" } else { "person" };
        format!("{whose}.custom.{}", self.label)
    }
}

/// The place of one of these formulas, in any of the ways.
pub fn place(labels: &'static [&'static str]) -> impl Strategy<Value = String> {
    (of(labels), 0..WAYS.len()).prop_map(|(label, way)| format!("{MARK}{label} {way}{MARK}"))
}

/// The labels of `of_both`.
pub const OF_BOTH: [&str; 4] = ["pa", "pb", "ca", "cb"];

/// Two formulas of people, and two of companies over facts alone.
pub fn of_both(of_people: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<Formula>> {
    let of_people = prop::collection::vec(of_people, 2);
    (of_people, of(&OF_FACTS), of(&OF_FACTS)).prop_map(|(of_people, a, b)| {
        let of_companies = [a, b].map(|asks| (Of::Companies, asks.to_owned()));
        let all = of_people.into_iter().map(|asks| (Of::People, asks)).chain(of_companies);
        all.zip(OF_BOTH).map(|((of, asks), label)| Formula { of, label, asks }).collect()
    })
}

/// Makes the formulas, and gives those that there are now. Not there is what no formula may ask, and whatever asks of the
/// time in a stage: of which companies that can be asked hangs on the whole condition.
pub fn make(world: &World, formulas: &[Formula]) -> Vec<Formula> {
    let (formulas, now) = (formulas.to_vec(), world.now());
    let made = move |tx: &mut Tx| {
        let lens = people::main_lens(tx)?.id;
        let mut made = Vec::new();
        for formula in formulas.into_iter().filter(|it| !it.asks.contains("dwell()")) {
            let draft = Draft {
                label: formula.label.to_owned(),
                formula: formula.asks.clone(),
                of_company: formula.of == Of::Companies,
                ..Draft::default()
            };
            match fields::make(tx, &User::operator(), lens, Kind::Formula, &draft, now) {
                Ok(field) => {
                    assert_eq!(field.key, formula.key());
                    made.push(formula);
                }
                Err(Failure::Refused { code: "condition", .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(made)
    };
    world.db.write_blocking(made).unwrap()
}

/// A text with the names of formulas, and with what they ask. A formula that is not there is a fact that nobody told.
pub fn write(text: &str, formulas: &[Formula]) -> (String, String) {
    let (mut named, mut plain) = (String::new(), String::new());
    for (at, part) in text.split(MARK).enumerate() {
        let Some((label, way)) = part.split_once(' ').filter(|_| at % 2 == 1) else {
            named.push_str(part);
            plain.push_str(part);
            continue;
        };
        let (asked, says) = WAYS[way.parse::<usize>().unwrap()];
        let whose = if label.starts_with('p') { "person" } else { "company" };
        let asked = asked.replace('F', &format!("{whose}.custom.{label}"));
        match formulas.iter().find(|formula| formula.label == label) {
            Some(formula) => plain.push_str(&says.replace('C', &formula.asks)),
            None => plain.push_str(&asked),
        }
        named.push_str(&asked);
    }
    (named, plain)
}

#[test]
fn a_text_names_formulas_or_says_what_they_ask() {
    let asks = "company.employees > 12".to_owned();
    let there = [Formula { of: Of::Companies, label: "ca", asks }];
    let (named, plain) = write("(§ca 2§ && stage == \"lead\") || known((§pa 0§))", &there);
    assert_eq!(
        named,
        "(company.custom.ca != true && stage == \"lead\") || known((person.custom.pa))"
    );
    assert_eq!(
        plain,
        "(!(company.employees > 12) && stage == \"lead\") || known((person.custom.pa))"
    );
}
