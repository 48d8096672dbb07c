//! Lists in the order of a formula: those of whom it is true, those of whom it is false, and last those of whom it is unknown;
//! page by page, for whoever sees everybody or a part, whichever way a list is made.

use moment::Moment;
use people::companies::{self, CompanyList, CompanySort, ListedCompany};
use people::condition::read_of;
use people::list::{Cursor, Key, List, Sieve, Sort, list_of};
use people::{Of, lists, main_lens};
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::World;
use team::User;

use crate::company_lists::{formula, met};
use crate::house::both;
use crate::parts::{BOUNDS, OF_COMPANIES, OF_PEOPLE, fill, firms, make_ready, people, users};
use crate::sight::{read, somebody};

/// Formulas of people, with what they ask: of few, of many, and of some unknown.
const PEOPLES: [(&str, &str); 4] = [
    ("High", "person.custom.rank >= 2"),
    ("Seven", "person.custom.seats == 7"),
    ("Any", "known(person.email)"),
    ("Led", r#"person.custom.rank == 1 || did("demo.held") && person.custom.seats > 50"#),
];
const COMPANIES: [(&str, &str); 3] = [
    ("Large", "company.employees >= 17"),
    ("Crowded", "people >= 2 && company.employees >= 5"),
    ("Seated", "somebody(person.custom.seats < 40)"),
];

fn key(of: Of, label: &str) -> String {
    format!("{}custom.{}", of.facts(), label.to_lowercase())
}

/// Each of these with whether the formula is true of it, in the order in which they came.
fn told(world: &World, who: &User, of: Of, key: &str, all: &[i64]) -> Vec<(i64, Option<bool>)> {
    let (now, key, all) = (world.now(), key.to_owned(), all.to_vec());
    let found = move |tx: &mut Tx, who: &User| {
        let lens = main_lens(tx)?.id;
        let mut among = |text: &str| {
            let asked = read_of(tx, of, lens, text)?;
            Ok::<_, Failure>(asked.among(tx, who, now, &all)?.unwrap())
        };
        let (yes, no) = (among(&key)?, among(&format!("!{key}"))?);
        assert!(!yes.iter().any(|id| no.contains(id)));
        let truth = |id| yes.contains(id).then_some(true).or(no.contains(id).then_some(false));
        Ok(all.iter().map(|id| (*id, truth(id))).collect())
    };
    read(world, who, found).unwrap()
}

/// In the order of the formula, those of whom it is unknown after all others.
fn in_order(mut told: Vec<(i64, Option<bool>)>, descending: bool) -> Vec<i64> {
    told.sort_by_key(|(id, truth)| (*truth, *id));
    if descending {
        told.reverse();
    }
    told.sort_by_key(|(_, truth)| truth.is_none());
    told.into_iter().map(|(id, _)| id).collect()
}

fn ids(rows: &[ListedCompany]) -> Vec<i64> {
    rows.iter().map(|row| row.company.id).collect()
}

#[test]
fn people_are_listed_by_a_formula_whoever_looks_and_however_they_are_found() {
    both(|world| {
        fill(world);
        make_ready(world);
        let mut unknown = 0;
        for (label, text) in PEOPLES {
            formula(world, Of::People, label, text).unwrap();
            let key = key(Of::People, label);
            met(world, Of::People, &key).unwrap();
            let by = Sort::Fact(key.clone());
            for condition in OF_PEOPLE.into_iter().map(Some).chain([None]) {
                for who in users().into_iter().chain([User::operator()]) {
                    let all = people(world, &who, condition, (&Sort::Created, false));
                    let told = told(world, &who, Of::People, &key, &all);
                    unknown += told.iter().filter(|(_, truth)| truth.is_none()).count();
                    for descending in [false, true] {
                        let expected = in_order(told.clone(), descending);
                        for bounds in BOUNDS {
                            let _app = world.app.clone().with_part(bounds);
                            let found = people(world, &who, condition, (&by, descending));
                            assert_eq!(found, expected, "{key} {condition:?} {bounds:?} {who:?}");
                        }
                    }
                }
            }
        }
        assert!(unknown > 0);
        assert_eq!(met(world, Of::People, "known(person.custom.high)").unwrap(), 80);
        assert_eq!(met(world, Of::People, "!known(person.custom.high)").unwrap(), 40);
        assert_eq!(met(world, Of::People, "!known(person.custom.any)").unwrap(), 0);
    });
}

#[test]
fn companies_are_listed_by_a_formula_as_the_people_make_them_whom_one_sees() {
    both(|world| {
        fill(world);
        make_ready(world);
        let mut unknown = 0;
        for (label, text) in COMPANIES {
            formula(world, Of::Companies, label, text).unwrap();
            let key = key(Of::Companies, label);
            met(world, Of::Companies, &key).unwrap();
            let by = CompanySort::Fact(key.clone());
            for condition in OF_COMPANIES.into_iter().map(Some).chain([None]) {
                for who in users().into_iter().chain([User::operator()]) {
                    let all = ids(&firms(world, &who, condition, (&CompanySort::Created, false)));
                    let told = told(world, &who, Of::Companies, &key, &all);
                    unknown += told.iter().filter(|(_, truth)| truth.is_none()).count();
                    for descending in [false, true] {
                        let expected = in_order(told.clone(), descending);
                        for bounds in BOUNDS {
                            let _app = world.app.clone().with_part(bounds);
                            let found = ids(&firms(world, &who, condition, (&by, descending)));
                            assert_eq!(found, expected, "{key} {condition:?} {bounds:?} {who:?}");
                        }
                    }
                }
            }
        }
        assert!(unknown > 0);
        let [known, unknown] = ["known", "!known"].map(|asked| {
            met(world, Of::Companies, &format!("{asked}(company.custom.large)")).unwrap()
        });
        let all = met(world, Of::Companies, "true").unwrap();
        assert!(known > 0 && unknown > 0 && known + unknown == all, "{known} {unknown} {all}");
        assert_eq!(met(world, Of::Companies, "!known(company.custom.seated)").unwrap(), 0);
    });
}

/// The first page of people by a formula.
fn first(
    key: &str,
    after: Option<Cursor>,
    now: Moment,
) -> impl Fn(&mut Tx, &User) -> Result<Option<Vec<i64>>, Failure> + 'static {
    let key = key.to_owned();
    move |tx, who| {
        let (sort, stages) = (Sort::Fact(key.clone()), Vec::new());
        let (lens, after) = (main_lens(tx)?.id, after.clone());
        let ask = List { lens, stages, sort, descending: true, after, search: None, limit: 200 };
        let view = list_of(tx, who, &ask, &Sieve::of(lens), now)?;
        Ok(view.map(|view| view.rows.iter().map(|row| row.person.id).collect()))
    }
}

#[test]
fn a_list_of_a_formula_is_made_ready_and_is_of_a_frozen_list_too() {
    both(|world| {
        fill(world);
        formula(world, Of::People, "High", "person.custom.rank >= 2").unwrap();
        let (who, now) = (User::operator(), world.now());
        let key = key(Of::People, "High");
        // The field is made with what its condition asks for, as far as a job has read it.
        assert_eq!(read(world, &who, first(&key, None, now)).unwrap(), None);
        let (of, sort) = (User::operator(), Sort::Fact(key.clone()));
        let prepare = move |tx: &mut Tx| {
            let lens = main_lens(tx)?.id;
            people::list::prepare(tx, &of, None, (lens, &sort), now)
        };
        for job in world.db.write_blocking(prepare).unwrap() {
            platform::jobs::run_now(&world.app, &crate::house::registry(), job).unwrap();
        }
        let all = read(world, &who, first(&key, None, now)).unwrap().unwrap();
        assert_eq!(all.len(), 120);

        let some: Vec<i64> = all.iter().rev().step_by(3).copied().collect();
        let (within, sort) = (some.clone(), Sort::Fact(key.clone()));
        let put_in = move |tx: &mut Tx| {
            let list = lists::make(tx, &User::operator(), Of::People, "Fair", now)?;
            lists::put_in(tx, &User::operator(), list, &within, now)?;
            Ok(list)
        };
        let list = world.db.write_blocking(put_in).unwrap();
        let paged = move |tx: &mut Tx, who: &User| {
            let (lens, sort) = (main_lens(tx)?.id, sort.clone());
            let sieve = Sieve { list: Some(list), ..Sieve::of(lens) };
            let stages = Vec::new();
            let mut ask =
                List { lens, stages, sort, descending: true, after: None, search: None, limit: 4 };
            let mut found = Vec::new();
            loop {
                let page = list_of(tx, who, &ask, &sieve, now)?.unwrap();
                found.extend(page.rows.iter().map(|row| row.person.id));
                ask.after = page.next.and_then(|next| Cursor::parse(&next.to_text()));
                if ask.after.is_none() {
                    return Ok(found);
                }
            }
        };
        let expected: Vec<i64> = all.into_iter().filter(|id| some.contains(id)).collect();
        assert_eq!(read(world, &who, paged).unwrap(), expected);

        // A place of another order is refused, and one that nobody gave has nothing after it.
        let other = Cursor { value: Key::Text("x".into()), id: 1 };
        let refused = read(world, &who, first(&key, Some(other), now)).unwrap_err();
        assert!(matches!(refused, Failure::Invalid(_)), "{refused:?}");
    });
}

#[test]
fn an_order_is_refused_as_the_condition_of_its_formula_is() {
    both(|world| {
        fill(world);
        formula(world, Of::People, "High", "person.custom.rank >= 2").unwrap();
        let led = r#"somebody(person.custom.rank == 3)"#;
        formula(world, Of::Companies, "Led", led).unwrap();
        met(world, Of::People, "person.custom.high").unwrap();
        met(world, Of::Companies, "company.custom.led").unwrap();
        let refused = |who: &User, key: &str| {
            let listed = read(world, who, first(key, None, world.now())).unwrap_err().problem().0;
            let (who, sort, now) = (who.clone(), Sort::Fact(key.to_owned()), world.now());
            let prepare = move |tx: &mut Tx| {
                let lens = main_lens(tx)?.id;
                people::list::prepare(tx, &who, None, (lens, &sort), now)
            };
            let prepared = world.db.write_blocking(prepare).unwrap_err().problem().0;
            assert_eq!((&listed.code, &listed.detail), (&prepared.code, &prepared.detail));
            (listed.code, listed.detail)
        };
        let kept = "person.custom.rank is kept from you";
        let (code, words) =
            refused(&somebody(5, "person.custom.rank=hidden"), "person.custom.high");
        assert!(code == "formula_order" && words.contains(kept), "{code} {words}");
        let (code, _) = refused(&somebody(5, "person.custom.high=hidden"), "person.custom.high");
        assert_eq!(code, "hidden_field");
        let (code, words) = refused(&User::operator(), "company.custom.led");
        assert!(code == "formula_order" && words.contains("people can't be asked it"), "{words}");

        let who = somebody(5, "person.custom.rank=hidden");
        let by = CompanySort::Fact("company.custom.led".into());
        let list = move |tx: &mut Tx, who: &User| {
            let ask = CompanyList { sort: by.clone(), ..CompanyList::of(main_lens(tx)?.id) };
            companies::list(tx, who, &ask, Moment::START)
        };
        assert_eq!(read(world, &who, list).unwrap_err().problem().0.code, "formula_order");
    });
}
