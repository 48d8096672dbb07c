//! What somebody's history reads of their employers, on random companies and random words about them:
//! at every moment what was known of the one at which they worked.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod random;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use funnel::employment::{Employed, Employment, employments, joined};
use funnel::history::{Entry, Fact, History, Observation, Value, What};
use funnel::{Definition, Folder, InForce};
use moment::Moment;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = Vec<Employed>> {
    let word = (0..random::STEPS, -40_i64..200, prop::option::weighted(0.8, 0_i64..3));
    prop::collection::vec(word, 0..6).prop_map(|words| {
        let mut words: Vec<Employed> = words
            .into_iter()
            .map(|(step, delay, company)| Employed {
                said_at: random::moment(step),
                known_at: random::moment(step + delay),
                company,
            })
            .collect();
        words.sort_by_key(|word| word.said_at);
        words
    })
}

fn visible(entry: &Entry) -> Moment {
    entry.occurred_at.max(entry.recorded_at)
}

fn works_at(words: &[Employed], at: Moment) -> Option<i64> {
    let known = |word: &&Employed| word.known_at <= at;
    words.iter().rfind(known).and_then(|word| word.company)
}

/// What is held under each name at a moment, by source.
fn held(entries: &[Entry], at: Moment) -> Vec<(&str, &Value)> {
    let mut held: Vec<(&str, (Moment, i64), &Value)> = Vec::new();
    for entry in entries.iter().filter(|entry| visible(entry) <= at) {
        let What::Facts(told) = &entry.what else { continue };
        for fact in &told.facts {
            let place = (entry.occurred_at, entry.id);
            match held.iter_mut().find(|(key, ..)| **key == *fact.key) {
                Some(there) if there.1 > place => {}
                Some(there) => (there.1, there.2) = (place, &fact.value),
                None => held.push((&fact.key, place, &fact.value)),
            }
        }
    }
    held.retain(|(.., value)| **value != Value::Null);
    held.sort_by_key(|(key, ..)| *key);
    held.into_iter().map(|(key, _, value)| (key, value)).collect()
}

fn done(entries: &[Entry], at: Moment) -> Vec<(Moment, i64)> {
    let is_deed = |entry: &&Entry| matches!(entry.what, What::Activity(_)) && visible(entry) <= at;
    entries.iter().filter(is_deed).map(|entry| (entry.occurred_at, entry.id)).collect()
}

/// What is known of the words and the companies by a moment.
fn known_by(
    words: &[Employed],
    companies: &[History],
    at: Moment,
) -> (Vec<Employed>, Vec<History>) {
    let told = words.iter().filter(|word| word.known_at <= at).copied().collect();
    let by_then = |company: &History| {
        let entries = company.entries.iter().filter(|entry| entry.recorded_at <= at);
        History { entries: entries.cloned().collect() }
    };
    (told, companies.iter().map(by_then).collect())
}

fn whole(words: &[Employed], companies: &[History]) -> History {
    let known = |company: i64| {
        let history = companies.get(usize::try_from(company).unwrap()).unwrap();
        Ok::<_, Infallible>(Arc::new(history.entries.clone()))
    };
    joined(Vec::new(), &employments(words), known).unwrap()
}

proptest! {
    #![proptest_config(random::config(200))]

    #[test]
    fn a_history_reads_the_company_at_which_they_work(
        words in words(),
        mut companies in prop::collection::vec(random::histories(), 3),
        steps in prop::collection::vec(0..random::STEPS + 300, 12),
    ) {
        for (place, company) in companies.iter_mut().enumerate() {
            company.entries.iter_mut().for_each(|entry| entry.id = entry.id * 3 + place as i64);
        }
        let whole = whole(&words, &companies);
        prop_assert!(whole.entries.is_sorted_by_key(|entry| (entry.occurred_at, entry.id)));
        let mut looks: Vec<Moment> = steps.into_iter().map(random::moment).collect();
        looks.extend(words.iter().map(|word| word.known_at));
        looks.sort_unstable();
        for &at in &looks {
            let company = works_at(&words, at).map(|company| &companies[company as usize]);
            let wanted = company.map_or(Vec::new(), |company| held(&company.entries, at));
            prop_assert_eq!(held(&whole.entries, at), wanted, "at {}", at);
        }
        // What is known by then is dated by then, though it holds later: a standing waits for that moment.
        for &at in &looks {
            let (words, companies) = known_by(&words, &companies, at);
            let known = self::whole(&words, &companies);
            let late: Vec<&Entry> = known.entries.iter().filter(|entry| entry.recorded_at > at).collect();
            prop_assert!(late.is_empty(), "at {}: {:?}", at, late);
            prop_assert_eq!(held(&known.entries, at), held(&whole.entries, at), "at {}", at);
        }
        // Each deed of an employer is read once, and stays read.
        let stays = employments(&words);
        for &at in &looks {
            let mut wanted = BTreeSet::new();
            for Employment { company, from, until } in &stays {
                let Some(company) = company else { continue };
                for entry in &companies[*company as usize].entries {
                    let since = visible(entry).max(*from);
                    if since <= at && until.is_none_or(|until| since < until)
                        && matches!(entry.what, What::Activity(_))
                    {
                        wanted.insert((entry.occurred_at, entry.id));
                    }
                }
            }
            prop_assert_eq!(done(&whole.entries, at), wanted.into_iter().collect::<Vec<_>>());
        }
    }
}

fn at(day: i64) -> Moment {
    Moment(day * moment::DAY_US)
}

fn word(said: i64, known: i64, company: i64) -> Employed {
    Employed { said_at: at(said), known_at: at(known), company: (company > 0).then_some(company) }
}

#[test]
fn words_become_employments() {
    // What was said, known, of which company (0: nowhere); then company, from, until (0: open).
    type Row<'a> = (&'a [(i64, i64, i64)], &'a [(i64, i64, i64)]);
    let rows: [Row<'_>; 8] = [
        (&[], &[]),
        (&[(1, 1, 0)], &[]),
        (&[(1, 1, 7)], &[(7, 1, 0)]),
        (&[(1, 5, 7)], &[(7, 5, 0)]),
        (&[(1, 1, 7), (3, 3, 7)], &[(7, 1, 0)]),
        (&[(1, 1, 7), (3, 4, 8)], &[(7, 1, 4), (8, 4, 0)]),
        (&[(1, 9, 7), (3, 4, 8)], &[(8, 4, 0)]),
        (&[(1, 1, 7), (2, 2, 0), (3, 3, 7)], &[(7, 1, 2), (0, 2, 3), (7, 3, 0)]),
    ];
    for (said, wanted) in rows {
        let words: Vec<Employed> = said.iter().map(|&(s, k, c)| word(s, k, c)).collect();
        let found: Vec<(i64, Moment, Moment)> = employments(&words)
            .iter()
            .map(|e| (e.company.unwrap_or(0), e.from, e.until.unwrap_or(at(0))))
            .collect();
        let wanted: Vec<_> = wanted.iter().map(|&(c, f, u)| (c, at(f), at(u))).collect();
        assert_eq!(found, wanted, "{said:?}");
    }
}

#[test]
fn what_is_known_ahead_of_a_later_company_is_waited_for() {
    let facts = vec![Fact::certain("company.employees", 500)];
    let what = What::Facts(Observation { source: "register".into(), facts });
    let ahead = Entry { id: 1, occurred_at: at(20), recorded_at: at(8), what };
    let words = [word(1, 1, 1), word(9, 9, 2)];
    let companies = [Arc::new(Vec::new()), Arc::new(vec![ahead])];
    let known = |company: i64| Ok::<_, Infallible>(Arc::clone(&companies[company as usize - 1]));
    let whole = joined(Vec::new(), &employments(&words), known).unwrap();
    let times: Vec<_> =
        whole.entries.iter().map(|entry| (entry.occurred_at, entry.recorded_at)).collect();
    assert_eq!(times, [(at(20), at(9))], "known since they came, and true from the 20th on");
    let definition =
        Definition::parse("name = \"Large\"\n[stages.lead]\nenter = 'company.employees >= 100'\n");
    let definition = definition.unwrap();
    let versions =
        [InForce { from: Moment::START, version: 1, definition: &definition, lens: None }];
    let mut folder = Folder::new(&versions);
    let own = Entry { id: 0, ..told(0, 2, "person.name", 1) };
    let history = History::new(whole.entries.into_iter().chain([own]).collect());
    assert_eq!(folder.fold(&history, at(12)).standing.next_at, Some(at(20)));
}

fn told(id: i64, day: i64, key: &str, value: i32) -> Entry {
    let facts = vec![Fact::certain(key, value)];
    let what = What::Facts(Observation { source: "import".into(), facts });
    Entry { id, occurred_at: at(day), recorded_at: at(day), what }
}

#[test]
fn a_later_company_is_read_from_when_they_came() {
    let first = vec![told(1, 2, "company.employees", 500), told(2, 4, "company.sites", 3)];
    let second = vec![told(3, 1, "company.employees", 10), told(4, 1, "company.age", 2)];
    let words = [word(1, 1, 1), word(9, 9, 2)];
    let companies = [Arc::new(first), Arc::new(second)];
    let known = |company: i64| Ok::<_, Infallible>(Arc::clone(&companies[company as usize - 1]));
    let whole = joined(Vec::new(), &employments(&words), known).unwrap();
    let rows: Vec<(i64, &str, &Value, &str)> = whole
        .entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Facts(told) => Some((entry, told)),
            What::Activity(_) => None,
        })
        .flat_map(|(entry, told)| {
            let day = entry.occurred_at.0 / moment::DAY_US;
            told.facts.iter().map(move |fact| (day, &*fact.key, &fact.value, &*told.source))
        })
        .collect();
    let number = |number: i32| Value::from(number);
    assert_eq!(
        rows,
        [
            (2, "company.employees", &number(500), "import"),
            (4, "company.sites", &number(3), "import"),
            (9, "company.sites", &Value::Null, "another employer"),
            (9, "company.employees", &number(10), "import"),
            (9, "company.age", &number(2), "import"),
        ],
        "what the new one does not tell is unknown"
    );
}
