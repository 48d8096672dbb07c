//! Companies: where they stand, in every order, and for whoever sees a part of the people as those people make it.

use std::collections::BTreeSet;
use std::sync::Arc;

use funnel::Stage;
use funnel::history::{Entry, Fact, Observation, Value, What};
use funnels::lens::From;
use journal::{Batch, NewEntry, Repeats};
use people::companies::{self, CompanyList, CompanySort, ListedCompany};
use people::erase;
use platform::db::Tx;
use platform::harness::World;
use platform::tables::Tables;
use serde_json::json;
use team::User;

use crate::house::{adopt, both, nothing_differs};
use crate::sight::{RULES, read, somebody, tell};

/// Every row in an order, two at a time.
fn rows(world: &World, who: &User, sort: CompanySort, descending: bool) -> Vec<ListedCompany> {
    let now = world.now();
    let page = move |tx: &mut Tx, who: &User| {
        let lens = people::main_lens(tx)?.id;
        let mut ask =
            CompanyList { sort: sort.clone(), descending, limit: 2, ..CompanyList::of(lens) };
        let mut rows = Vec::new();
        loop {
            let view = companies::list(tx, who, &ask, now)?.unwrap();
            rows.extend(view.rows);
            ask.after = view.next;
            if ask.after.is_none() {
                // Of which a score is unknown is not in its order.
                if ask.sort != CompanySort::Intent {
                    assert_eq!(companies::count(tx, who, &ask, now)?, Some(rows.len() as u64));
                }
                return Ok(rows);
            }
        }
    };
    read(world, who, page).unwrap()
}

fn names(world: &World, who: &User, sort: CompanySort, descending: bool) -> String {
    let rows = rows(world, who, sort, descending);
    rows.iter().map(|row| row.company.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Each company by name: where it stands and how many work there.
fn stand(world: &World, who: &User) -> Vec<(String, Stage, u64)> {
    let rows = rows(world, who, CompanySort::Name, false);
    rows.into_iter().map(|row| (row.company.name, row.stage, row.people.unwrap())).collect()
}

fn person(email: &str, company: &str, kinds: &[&str]) -> serde_json::Value {
    let did: Vec<_> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
    json!({ "email": email, "company": { "domain": company }, "activities": did })
}

#[test]
fn companies_come_in_every_order() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let who = User::operator();
        tell(world, &who, person("a@ähre.example", "ähre.example", &["demo.held"]));
        world.clock.advance(moment::Span::hours(1));
        tell(world, &who, person("b@berg.example", "berg.example", &["page.viewed"]));
        tell(world, &who, person("c@berg.example", "berg.example", &[]));
        world.clock.advance(moment::Span::hours(1));
        tell(world, &who, person("d@zaun.example", "zaun.example", &["deal.won"]));
        tell(
            world,
            &who,
            json!({ "email": "e@zaun.example", "company": { "domain": "chor.example" } }),
        );
        nothing_differs(world);
        for (sort, up) in [
            (CompanySort::Name, "ähre.example berg.example chor.example zaun.example"),
            (CompanySort::Created, "ähre.example berg.example zaun.example chor.example"),
        ] {
            assert_eq!(names(world, &who, sort.clone(), false), up, "{sort:?}");
            let mut down: Vec<&str> = up.split(' ').collect();
            down.reverse();
            assert_eq!(names(world, &who, sort, true), down.join(" "));
        }
        let first = |sort| names(world, &who, sort, true).split(' ').next().unwrap().to_owned();
        assert_eq!(first(CompanySort::People), "berg.example");
        assert_eq!(first(CompanySort::Stage), "zaun.example");
        assert_eq!(first(CompanySort::Touched), "berg.example");
        // Of none the intent is known: they stand as they came.
        let came = "ähre.example berg.example zaun.example chor.example";
        assert_eq!(names(world, &who, CompanySort::Intent, false), came);
        let found = read(world, &who, |tx, who| {
            let lens = people::main_lens(tx)?.id;
            let ask = CompanyList { search: Some("ahre".into()), ..CompanyList::of(lens) };
            companies::list(tx, who, &ask, moment::Moment::START)
        });
        assert_eq!(found.unwrap().unwrap().rows.len(), 1);
    });
}

#[test]
fn a_company_is_what_the_people_make_of_it_whom_one_sees() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let (ann, ben) = (somebody(5, ""), somebody(6, ""));
        tell(world, &ann, person("a@north.example", "north.example", &[]));
        tell(
            world,
            &ben,
            person("canary@north.example", "north.example", &["deal.won", "page.viewed"]),
        );
        tell(world, &ben, person("b@south.example", "south.example", &["demo.held"]));
        let all = User::operator();
        tell(world, &all, person("c@west.example", "west.example", &["demo.held"]));
        let north = |stage, n| ("north.example".to_owned(), stage, n);
        let south = ("south.example".to_owned(), Stage::Opportunity, 1);
        let west = ("west.example".to_owned(), Stage::Opportunity, 1);
        assert_eq!(stand(world, &ann), [north(Stage::Lead, 1)]);
        assert_eq!(stand(world, &ben), [north(Stage::Customer, 1), south.clone()]);
        assert_eq!(stand(world, &all), [north(Stage::Customer, 2), south.clone(), west.clone()]);
        for sort in [CompanySort::Stage, CompanySort::People, CompanySort::Touched] {
            assert_eq!(names(world, &ann, sort.clone(), true), "north.example", "{sort:?}");
            assert_eq!(names(world, &ben, sort, true).split(' ').count(), 2);
        }
        let heard = |who: &User| rows(world, who, CompanySort::Name, false)[0].touched_at;
        assert_eq!((heard(&ann), heard(&ben).is_some()), (None, true));
        let record = read(world, &ann, |tx, who| {
            people::company::company(tx, who, "north.example", None, moment::Moment(1))
        });
        assert_eq!(record.unwrap().stage, Stage::Lead, "the customer there is not Ann's");

        // Somebody else's, elsewhere, and gone: each company is what is left.
        let says = |who: &'static str, key: &'static str, value: Value| {
            world.clock.advance(moment::Span::hours(1));
            let now = world.now();
            let write = move |tx: &mut Tx| {
                let subject = people::find::find(tx, &User::operator(), who)?;
                let facts = vec![Fact::certain(key, value)];
                let what = What::Facts(Observation { source: "test".into(), facts });
                let entry = Entry { id: tx.ids(1)?, occurred_at: now, recorded_at: now, what };
                let new = NewEntry { subject, entry, is_dated: true, source: None, actor: None };
                let (entries, repeats) = (vec![new], Repeats::Keep);
                journal::record(tx, Batch { now, entries, new_subjects: BTreeSet::new(), repeats })
            };
            world.db.write_blocking(write).unwrap();
            nothing_differs(world);
        };
        let ids = world.db.public_ids();
        let now_anns = Value::from(ids.encode(team::USER, 5).as_str());
        says("canary@north.example", people::OWNER, now_anns);
        assert_eq!(stand(world, &ann), [north(Stage::Customer, 2)]);
        assert_eq!(stand(world, &ben), [south.clone()]);
        assert!(heard(&ann).is_some());
        let west_id =
            read(world, &all, |tx, who| companies::find(tx, who, "west.example")).unwrap();
        let at_west = Value::from(ids.encode(people::COMPANY, west_id).as_str());
        says("canary@north.example", people::WORKS_AT, at_west);
        let west_too = ("west.example".to_owned(), Stage::Customer, 1);
        assert_eq!(stand(world, &ann), [north(Stage::Lead, 1), west_too]);
        assert_eq!(heard(&ann), None, "who was heard of works elsewhere now");
        let west = ("west.example".to_owned(), Stage::Customer, 2);
        assert_eq!(stand(world, &all), [north(Stage::Lead, 1), south, west]);
        assert_eq!(
            names(world, &all, CompanySort::Touched, true).split(' ').next(),
            Some("west.example")
        );
        let slices = [
            platform::slice::platform(),
            team::slice(),
            journal::slice(),
            people::slice(),
            funnels::slice(),
        ];
        let _app = world
            .app
            .clone()
            .with_part(Tables::of(&slices).unwrap())
            .with_part(erase::Forgetting(vec![Arc::new(funnels::erase::FunnelForgets)]));
        let (whom, now) = ("canary@north.example", world.now());
        let looked = erase::look(&world.app, &User::operator(), whom).unwrap();
        let gone = move |tx: &mut Tx| erase::erase(tx, &User::operator(), whom, &looked, now);
        world.db.write_blocking(gone).unwrap();
        nothing_differs(world);
        assert_eq!(stand(world, &ann), [north(Stage::Lead, 1)]);
        assert_eq!(rows(world, &all, CompanySort::Name, false)[2].people, Some(1));
    });
}
