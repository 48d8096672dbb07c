//! People and companies made by hand: as an upsert makes them, and whoever is known is changed only when that is asked for.

use std::sync::Arc;

use funnels::erase::FunnelForgets;
use people::erase::Forgetting;
use people::make::{self, CompanyDraft, Made, PersonDraft, Taken};
use people::person::HeldFact;
use platform::failure::Failure;
use platform::harness::World;
use platform::tables::Tables;
use serde_json::json;
use team::User;

use crate::house::{both, nothing_differs};
use crate::sight::{read, somebody, tell};

const ADD: Taken = Taken { updates: true, brings_back: false };

fn draft(email: &str, name: &str, title: &str, company: &str) -> PersonDraft {
    let text = str::to_owned;
    PersonDraft {
        email: text(email),
        name: text(name),
        title: text(title),
        company: text(company),
        ..PersonDraft::default()
    }
}

fn person(world: &World, who: &User, draft: PersonDraft, how: Taken) -> Result<Made, Failure> {
    let (who, now) = (who.clone(), world.now());
    let made = world.db.write_blocking(move |tx| make::person(tx, &who, &draft, how, now));
    world.clock.advance(moment::Span::minutes(1));
    made
}

fn company(world: &World, who: &User, draft: CompanyDraft, how: Taken) -> Result<Made, Failure> {
    let (who, now) = (who.clone(), world.now());
    let made = world.db.write_blocking(move |tx| make::company(tx, &who, &draft, how, now));
    world.clock.advance(moment::Span::minutes(1));
    made
}

fn facts(world: &World, who: &str) -> Vec<HeldFact> {
    let (who, now) = (who.to_owned(), world.now());
    let record = move |tx: &mut platform::db::Tx| {
        people::person::record(tx, &User::operator(), &who, None, now)
    };
    let record = world.db.read_blocking(record).unwrap();
    record.facts.into_iter().chain(record.company_facts).collect()
}

fn held(facts: &[HeldFact], key: &str) -> Option<(String, String)> {
    let found = facts.iter().find(|fact| fact.key == key)?;
    Some((found.value.clone(), found.source.clone()))
}

fn wrong(came: Result<Made, Failure>) -> Vec<(String, String)> {
    let Err(Failure::Invalid(fields)) = came else { panic!("{came:?}") };
    fields.into_iter().map(|field| (field.name, field.words)).collect()
}

#[test]
fn a_person_is_made_by_hand_with_where_they_work() {
    both(|world| {
        let mara = User::operator();
        let ann = draft(" Ann@North.example ", "Ann Lind", "COO", "north.example");
        let Made::Created(id) = person(world, &mara, ann, Taken::default()).unwrap() else {
            panic!("nobody was made")
        };
        let known = facts(world, "ann@north.example");
        let edit = |value: &str| Some((value.to_owned(), "edit".to_owned()));
        assert_eq!(held(&known, "person.email"), edit("ann@north.example"));
        assert_eq!(held(&known, "person.title"), edit("COO"));
        assert_eq!(held(&known, "company.domain"), edit("north.example"));
        // A name finds a company as well, and says nothing of one that is known.
        tell(
            world,
            &mara,
            json!({ "email": "bo@north.example", "company": { "domain": "north.example", "name": "North Lines" } }),
        );
        let eve = draft("eve@north.example", "Eve", "", "NORTH LINES");
        assert!(matches!(person(world, &mara, eve, Taken::default()), Ok(Made::Created(_))));
        let known = facts(world, "eve@north.example");
        assert_eq!(held(&known, "company.name").unwrap().0, "North Lines");
        assert_eq!(held(&known, "company.domain").unwrap().0, "north.example");
        let log = read(world, &mara, |tx, who| {
            let asked = team::audit::Asked {
                what: Some("person.created".to_owned()),
                ..team::audit::Asked::default()
            };
            Ok(team::audit::list(tx, who, &asked, None, 10)?.rows.len())
        });
        assert_eq!(log.unwrap(), 3, "the audit log tells of each, of {id} too");
        nothing_differs(world);
    });
}

#[test]
fn whoever_is_known_is_not_changed_without_its_being_asked_for() {
    both(|world| {
        let mara = User::operator();
        tell(
            world,
            &mara,
            json!({ "email": "ann@north.example", "phone": "+49301234567", "name": "Ann Lind", "title": "COO" }),
        );
        let again = || draft("ann@north.example", "Ann Lind", "CEO", "south.example");
        let Made::Known(id, news) = person(world, &mara, again(), Taken::default()).unwrap() else {
            panic!("she is known")
        };
        let news: Vec<(&str, &str, Option<&str>)> =
            news.iter().map(|it| (it.key.as_str(), it.says.as_str(), it.held.as_deref())).collect();
        assert_eq!(
            news,
            [("person.title", "CEO", Some("COO")), ("company", "south.example", None)]
        );
        let before = facts(world, "ann@north.example");
        assert_eq!(held(&before, "person.title"), Some(("COO".to_owned(), "api".to_owned())));
        assert_eq!(held(&before, "company.domain"), None);
        assert!(
            matches!(
                company(
                    world,
                    &mara,
                    CompanyDraft { domain: "south.example".into(), ..CompanyDraft::default() },
                    Taken::default()
                ),
                Ok(Made::Created(_))
            ),
            "the company was not made either"
        );

        assert_eq!(person(world, &mara, again(), ADD).unwrap(), Made::Updated(id));
        let after = facts(world, "ann@north.example");
        assert_eq!(held(&after, "person.title"), Some(("CEO".to_owned(), "edit".to_owned())));
        assert_eq!(held(&after, "company.domain").unwrap().0, "south.example");
        assert_eq!(
            person(world, &mara, again(), Taken::default()).unwrap(),
            Made::Known(id, vec![])
        );
        assert_eq!(person(world, &mara, again(), ADD).unwrap(), Made::Unchanged(id));

        // Keys of two people name nobody.
        tell(world, &mara, json!({ "email": "ben@south.example" }));
        let two = PersonDraft {
            phone: "+49 30 1234567".into(),
            ..draft("ben@south.example", "", "", "")
        };
        for how in [Taken::default(), ADD] {
            let came = person(world, &mara, two.clone(), how);
            assert!(matches!(came, Err(Failure::Refused { code: "two_people", .. })), "{came:?}");
        }
        nothing_differs(world);
    });
}

#[test]
fn what_cannot_be_read_is_said_at_its_field_and_nobody_is_made() {
    both(|world| {
        let mara = User::operator();
        let nobody = wrong(person(world, &mara, draft("", "Ann", "", ""), Taken::default()));
        assert_eq!(nobody[0].0, "email");
        let bad = PersonDraft {
            phone: "12".into(),
            owner: "nobody@north.example".into(),
            ..draft("ann at north", "", "", "")
        };
        let names: Vec<String> =
            wrong(person(world, &mara, bad, Taken::default())).into_iter().map(|it| it.0).collect();
        assert_eq!(names, ["email", "phone"]);
        let owner = PersonDraft {
            owner: "nobody@north.example".into(),
            ..draft("ann@north.example", "", "", "")
        };
        assert_eq!(wrong(person(world, &mara, owner, Taken::default()))[0].0, "owner");
        let bad = CompanyDraft {
            name: "North".into(),
            domain: "no domain".into(),
            employees: "many".into(),
            ..CompanyDraft::default()
        };
        let mut names: Vec<String> = wrong(company(world, &mara, bad, Taken::default()))
            .into_iter()
            .map(|it| it.0)
            .collect();
        names.sort();
        assert_eq!(names, ["domain", "employees"]);
        assert_eq!(
            wrong(company(world, &mara, CompanyDraft::default(), Taken::default()))[0].0,
            "name"
        );
        assert!(world.db.read_blocking(|tx| people::ids_after(tx, 0, 9)).unwrap().is_empty());
    });
}

#[test]
fn a_company_is_made_by_hand_and_found_again_by_its_name() {
    both(|world| {
        let mara = User::operator();
        let north = || CompanyDraft {
            name: "North Lines".into(),
            employees: "1,240".into(),
            industry: "logistics".into(),
            ..CompanyDraft::default()
        };
        let Made::Created(id) = company(world, &mara, north(), Taken::default()).unwrap() else {
            panic!("none was made")
        };
        let again =
            || CompanyDraft { domain: "north.example".into(), employees: "900".into(), ..north() };
        let Made::Known(known, news) = company(world, &mara, again(), Taken::default()).unwrap()
        else {
            panic!("it is known")
        };
        assert_eq!(known, id);
        let keys: Vec<&str> = news.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["company.domain", "company.employees"]);
        assert_eq!(news[1].held.as_deref(), Some("1240"));
        assert_eq!(company(world, &mara, again(), ADD).unwrap(), Made::Updated(id));
        let by_domain = CompanyDraft { domain: "north.example".into(), ..CompanyDraft::default() };
        assert_eq!(
            company(world, &mara, by_domain, Taken::default()).unwrap(),
            Made::Known(id, vec![])
        );
        nothing_differs(world);
    });
}

#[test]
fn whoever_sees_their_own_owns_whom_they_make_and_learns_nothing_of_others() {
    both(|world| {
        let (ann, ben) = (somebody(5, ""), somebody(6, "person.title=read"));
        let Made::Created(id) = person(
            world,
            &ann,
            draft("canary@north.example", "Canary", "", "north.example"),
            Taken::default(),
        )
        .unwrap() else {
            panic!("nobody was made")
        };
        assert_eq!(
            read(world, &ann, move |tx, who| people::person::row(tx, who, id)).unwrap().owner,
            Some(5)
        );
        let other = read(world, &ben, move |tx, who| people::person::row(tx, who, id));
        assert!(matches!(other, Err(Failure::Missing { .. })));
        for how in [Taken::default(), ADD] {
            let met = person(world, &ben, draft("canary@north.example", "Ben's", "", ""), how);
            let Err(Failure::Refused { code: "two_people", words }) = met else {
                panic!("{met:?}")
            };
            assert!(!words.contains("anary"), "{words}");
        }
        let title =
            wrong(person(world, &ben, draft("new@south.example", "", "COO", ""), Taken::default()));
        assert_eq!(title[0].0, "title");
        let alone = company(
            world,
            &ben,
            CompanyDraft { name: "South".into(), ..CompanyDraft::default() },
            Taken::default(),
        );
        assert!(matches!(alone, Err(Failure::Refused { code: "somebody_there", .. })), "{alone:?}");
        let reader = User { role: team::Role::Viewer, ..User::operator() };
        let came = person(world, &reader, draft("x@south.example", "", "", ""), Taken::default());
        assert!(matches!(came, Err(Failure::Forbidden)), "{came:?}");
    });
}

#[test]
fn whoever_was_erased_comes_back_only_on_purpose() {
    both(|world| {
        let mara = User::operator();
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
            .with_part(Forgetting(vec![Arc::new(FunnelForgets)]));
        let ann = || draft("ann@north.example", "Ann Lind", "", "");
        person(world, &mara, ann(), Taken::default()).unwrap();
        let now = world.now();
        let looked = people::erase::look(&world.app, &mara, "ann@north.example").unwrap();
        let erase = move |tx: &mut platform::db::Tx| {
            people::erase::erase(tx, &User::operator(), "ann@north.example", &looked, now)
        };
        world.db.write_blocking(erase).unwrap();
        for how in [Taken::default(), ADD] {
            let came = person(world, &mara, ann(), how).unwrap();
            assert!(matches!(came, Made::Erased(at) if at == now), "{came:?}");
        }
        let back = Taken { brings_back: true, ..Taken::default() };
        assert!(matches!(person(world, &mara, ann(), back), Ok(Made::Created(_))));
    });
}
