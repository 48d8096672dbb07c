//! Lists of a condition in any order, segments, lists and changes of many, on both databases.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use funnel::Stage;
use moment::Span;
use people::bulk::{self, Chosen, Counts, Deed, Matching};
use people::list::{Cursor, List, Sieve, Sort, list_of};
use people::{LensId, Of, PersonId, condition, lists, main_lens, segment};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::User;

use crate::house::{both, bring, registry};

const MAPPING: &str = r#"
name = "People"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"person.country" = { column = "country" }
"person.custom.seats" = { column = "seats", type = "number" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
"#;
const PEOPLE: usize = 700;

/// Countries are few, seats many and unknown of every fifth; names are not in the order of anything else.
fn file() -> String {
    let mut file = String::from("email,name,country,seats,first\n");
    for n in 0..PEOPLE {
        let country = ["DE", "fr", "Österreich", "NL", "", "PL", "DE"][n % 7];
        let seats = if n % 5 == 0 { String::new() } else { (n * 37 % 101).to_string() };
        let name = format!("{} Nr{n}", ["Zoë", "ann", "Émile", "Bo"][n * 13 % 4]);
        let _ = writeln!(file, "p{n}@x.example,{name},{country},{seats},2026-01-{:02}", n % 28 + 1);
    }
    file
}

fn ready(world: &World, texts: &[&str], sorts: &[Sort]) {
    let now = world.now();
    let (texts, sorts) =
        (texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), sorts.to_vec());
    let made = world
        .db
        .write_blocking(move |tx| {
            let (who, lens) = (User::operator(), main_lens(tx)?.id);
            let mut made = BTreeSet::new();
            for sort in &sorts {
                made.extend(people::list::prepare(tx, &who, None, (lens, sort), now)?);
            }
            for text in &texts {
                let asked = condition::read(tx, lens, text)?;
                let sort = (lens, &Sort::Name);
                made.extend(people::list::prepare(tx, &who, Some(&asked), sort, now)?);
            }
            Ok(made)
        })
        .unwrap();
    for job in made {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
}

/// Everybody of a condition in an order, a few at a time.
fn paged(
    world: &World,
    text: Option<&str>,
    stages: &[Stage],
    sort: &Sort,
    descending: bool,
    limit: usize,
) -> Vec<PersonId> {
    let (text, now) = (text.map(str::to_owned), world.now());
    let (stages, sort) = (stages.to_vec(), sort.clone());
    world
        .db
        .read_blocking(move |tx| {
            let lens = main_lens(tx)?.id;
            let condition = text.map(|text| condition::read(tx, lens, &text)).transpose()?;
            let sieve = Sieve { condition, ..Sieve::of(lens) };
            let mut ask = List { lens, stages, sort, descending, after: None, search: None, limit };
            let mut found = Vec::new();
            loop {
                let page = list_of(tx, &User::operator(), &ask, &sieve, now)?.unwrap();
                found.extend(page.rows.iter().map(|row| row.person.id));
                assert!(page.rows.len() <= limit);
                let Some(next) = page.next else { break };
                ask.after = Cursor::parse(&next.to_text());
            }
            Ok(found)
        })
        .unwrap()
}

#[test]
fn a_condition_is_listed_whole_in_every_order_and_page_by_page() {
    both(|world| {
        assert_eq!(bring(world, "people.csv", &file(), MAPPING).created, 700);
        let texts = [
            r#"person.country == "DE""#,
            r#"person.country == "fr" && person.custom.seats >= 90"#,
            r#"stage == "lead" && !(person.country == "DE")"#,
            r#"known(person.custom.seats) || person.country in ["NL", "PL"]"#,
            r#"person.custom.seats == 5"#,
            // Those in a part of an order by what the condition asks about.
            r#"person.custom.seats >= 40 && person.custom.seats < 60"#,
            r#"person.country in ["fr", "Österreich", "NL"]"#,
            "score.fit >= 0 && score.fit <= 100",
            "score.engagement >= 0 && score.engagement < 1000",
        ];
        let facts = ["person.country", "person.custom.seats", "person.name"];
        let mut sorts: Vec<Sort> = Sort::ALL.into_iter().map(|(sort, _)| sort).collect();
        sorts.extend(facts.map(|key| Sort::Fact(key.to_owned())));
        ready(world, &texts, &sorts);
        for text in texts {
            for sort in &sorts {
                for descending in [false, true] {
                    let whole = paged(world, Some(text), &[], sort, descending, 200);
                    let everybody = paged(world, None, &[], sort, descending, 200);
                    let met: BTreeSet<PersonId> =
                        paged(world, Some(text), &[], &Sort::Created, false, 200)
                            .into_iter()
                            .collect();
                    // Whoever meets it, in the order in which everybody comes.
                    let expected: Vec<PersonId> =
                        everybody.into_iter().filter(|id| met.contains(id)).collect();
                    assert_eq!(whole, expected, "{text} {sort:?} {descending}");
                    if descending {
                        let paged = paged(world, Some(text), &[], sort, descending, 31);
                        assert_eq!(paged, expected, "{text} {sort:?}, a few at a time");
                    }
                }
            }
            let leads = paged(
                world,
                Some(text),
                &[Stage::Lead],
                &Sort::Fact("person.name".into()),
                false,
                50,
            );
            assert!(
                !leads.is_empty()
                    && paged(world, Some(text), &[Stage::Customer], &Sort::Name, false, 50)
                        .is_empty()
            );
        }
    });
}

#[test]
fn whoever_has_no_value_is_listed_last_in_both_directions_and_on_no_page_twice() {
    both(|world| {
        bring(world, "people.csv", &file(), MAPPING);
        let sorts = ["person.custom.seats", "person.country"].map(|key| Sort::Fact(key.to_owned()));
        let unknown = sorts.each_ref().map(|sort| format!("!known({})", sort.word()));
        let known_sixty = "person.custom.seats >= 60";
        let texts = [unknown[0].as_str(), &unknown[1], known_sixty, r#"person.country == "DE""#];
        ready(world, &texts, &sorts);
        let by_number = |text: &str| paged(world, Some(text), &[], &Sort::Created, false, 200);
        for (sort, unknown) in sorts.iter().zip(&unknown) {
            let mut without = by_number(unknown);
            assert!([PEOPLE / 5, PEOPLE / 7].contains(&without.len()), "{}", without.len());
            for descending in [false, true] {
                if descending {
                    without.reverse();
                }
                // Pages that end before, at and after the border between those with a value and those without.
                let with = PEOPLE - without.len();
                for limit in [200, with / 4, with / 4 + 1] {
                    let all = paged(world, None, &[], sort, descending, limit);
                    assert_eq!(all.len(), PEOPLE, "{sort:?} {descending} {limit}");
                    assert_eq!(all[with..], without, "{sort:?} {descending} {limit}");
                    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), PEOPLE);
                }
                let leads = paged(world, None, &[Stage::Lead], sort, descending, 50);
                assert_eq!(leads.len(), PEOPLE);
            }
        }
        // A condition about something else lets some of them through, one about the value itself none.
        let [seats, _] = &sorts;
        let german = paged(world, Some(r#"person.country == "DE""#), &[], seats, true, 33);
        assert_eq!(german.len(), by_number(r#"person.country == "DE""#).len());
        let many = paged(world, Some(known_sixty), &[], seats, true, 33);
        assert_eq!(many.len(), by_number(known_sixty).len());
    });
}

fn matching(lens: LensId, condition: Option<&str>, list: Option<i64>) -> Chosen {
    let condition = condition.map(str::to_owned);
    Chosen::Matching(Matching { of: Of::People, lens, stages: Vec::new(), condition, list })
}

fn changed(world: &World, chosen: &Chosen, deed: &Deed) -> Counts {
    // What is told later is told after what was imported.
    world.clock.advance(Span::minutes(1));
    let (chosen, deed, now) = (chosen.clone(), deed.clone(), world.now());
    let started = world
        .db
        .write_blocking(move |tx| bulk::start(tx, &User::operator(), &chosen, &deed, now))
        .unwrap();
    for job in started.jobs() {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
    let row = world
        .db
        .read_blocking(move |tx| bulk::load(tx, &User::operator(), started.change))
        .unwrap();
    assert!(row.finished_at.is_some() && row.counts.done() == row.counts.whole, "{row:?}");
    row.counts
}

#[test]
fn a_change_of_many_adds_up_and_the_same_again_changes_nothing() {
    both(|world| {
        bring(world, "people.csv", &file(), MAPPING);
        let (now, text) = (world.now(), r#"person.country == "DE""#);
        let (lens, few) = world
            .db
            .read_blocking(|tx| Ok((main_lens(tx)?.id, people::ids_after(tx, 0, 3)?)))
            .unwrap();
        let chosen = matching(lens, Some(text), None);
        let met = (0..PEOPLE).filter(|n| matches!(n % 7, 0 | 6)).count() as u64;
        // What it changes is what it asks for: who they are was settled before.
        let fact = |value| Deed::Fact { key: "person.country".into(), value };
        let counts = changed(world, &chosen, &fact(json!("AT")));
        assert_eq!(counts, Counts { whole: met, changed: met, unchanged: 0, rejected: 0 });
        assert_eq!(changed(world, &chosen, &fact(json!("AT"))).whole, 0);
        let austrian = r#"person.country == "AT""#;
        assert_eq!(paged(world, Some(austrian), &[], &Sort::Name, false, 200).len() as u64, met);

        let few = Chosen::People(few);
        let plan = Deed::Fact { key: "person.custom.plan".into(), value: json!("pro") };
        assert_eq!(changed(world, &few, &plan).changed, 3);
        assert_eq!(changed(world, &few, &plan).unchanged, 3);
        let recycle = Deed::Recycle { reason: "cooled".into() };
        assert_eq!(changed(world, &few, &recycle).changed, 3);
        assert_eq!(changed(world, &few, &recycle).unchanged, 3);

        let list = world
            .db
            .write_blocking(move |tx| lists::make(tx, &User::operator(), Of::People, "Fair", now))
            .unwrap();
        assert_eq!(changed(world, &few, &Deed::PutIn { list }).changed, 3);
        let all = matching(lens, None, None);
        let counts = changed(world, &all, &Deed::PutIn { list });
        assert_eq!((counts.whole, counts.changed, counts.unchanged), (700, 697, 3));
        let of_list = matching(lens, None, Some(list));
        assert_eq!(changed(world, &of_list, &Deed::TakeOut { list }).changed, 700);
        let row =
            world.db.read_blocking(move |tx| lists::load(tx, &User::operator(), list)).unwrap();
        assert_eq!((row.members, row.name.as_str()), (0, "Fair"));

        let refuse = |deed: Deed| {
            let all = all.clone();
            world
                .db
                .write_blocking(move |tx| bulk::start(tx, &User::operator(), &all, &deed, now))
                .unwrap_err()
        };
        let email = Deed::Fact { key: "person.email".into(), value: json!("a@x.example") };
        assert!(matches!(refuse(email), Failure::Invalid(_)));
        assert!(matches!(refuse(Deed::Recycle { reason: " ".into() }), Failure::Invalid(_)));
        assert!(matches!(refuse(Deed::PutIn { list: 12 }), Failure::Missing { .. }));
    });
}

#[test]
fn a_segment_is_live_and_a_list_of_it_is_not() {
    both(|world| {
        bring(world, "people.csv", &file(), MAPPING);
        let now = world.now();
        let (segment, lens) = world
            .db
            .write_blocking(move |tx| {
                let (who, lens) = (User::operator(), main_lens(tx)?.id);
                let text = r#"person.country == "NL""#;
                Ok((segment::make(tx, &who, lens, ("Dutch", text), now)?, lens))
            })
            .unwrap();
        ready(world, &[r#"person.country == "NL""#], &[]);
        let row = world
            .db
            .read_blocking(move |tx| segment::meant(tx, &User::operator(), "dutch"))
            .unwrap();
        assert_eq!(row.id, segment);
        let list = world
            .db
            .write_blocking(move |tx| {
                lists::make(tx, &User::operator(), Of::People, "Dutch in January", now)
            })
            .unwrap();
        let of_segment = matching(lens, Some(&row.condition), None);
        let counts = changed(world, &of_segment, &Deed::PutIn { list });
        let away = Deed::Fact { key: "person.country".into(), value: json!(null) };
        assert_eq!(changed(world, &of_segment, &away).changed, counts.whole);
        let left = paged(world, Some(r#"person.country == "NL""#), &[], &Sort::Name, false, 50);
        assert!(left.is_empty());
        let row =
            world.db.read_blocking(move |tx| lists::load(tx, &User::operator(), list)).unwrap();
        assert_eq!(row.members, counts.whole);
        let again = world
            .db
            .write_blocking(move |tx| {
                segment::make(tx, &User::operator(), lens, ("DUTCH", "true"), now)
            })
            .unwrap_err();
        assert!(again.to_string().contains("already"), "{again}");
    });
}
