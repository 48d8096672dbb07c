//! Lists of people and companies for those who see a part, in every order: they are everybody's, without those whom
//! one does not see, and as the people make them whom one sees. Whether these are few or many is no matter.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use funnels::lens::From;
use people::companies::{self, CompanyList, CompanySort, ListedCompany};
use people::condition::{ConditionSource, read_of};
use people::list::{Bounds, List, Sieve, Sort, list_of};
use people::upsert::{Told, upsert, upsert_companies};
use people::{CompanyId, Of, PersonId, sight};
use platform::db::Tx;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::sight::Limits;
use team::{Sees, Sight, User};

use crate::house::{adopt, both, nothing_differs, registry};
use crate::sight::{RULES, read, somebody};

const PEOPLE: usize = 120;
const COMPANIES: usize = 36;
const TERRITORIES: [i64; 2] = [77, 78];
/// Everybody was told these.
const SEATS: &str = "person.custom.seats";
/// Of some these are unknown.
const RANK: &str = "person.custom.rank";
const EMPLOYEES: &str = "company.employees";
pub const OF_PEOPLE: [&str; 4] = [
    "person.custom.seats < 40",
    r#"person.custom.seats >= 20 && stage == "lead""#,
    r#"did("demo.held") || person.custom.seats == 7"#,
    "score.fit >= 0",
];
pub const OF_COMPANIES: [&str; 4] = [
    "people >= 2",
    r#"stage == "opportunity" || stage == "lead""#,
    "somebody(person.custom.seats < 40) && people < 4",
    r#"company.industry in ["rail", "food"]"#,
];
/// As far as these lists look: as if nobody saw few, as if everybody did, and as it is.
pub const BOUNDS: [Bounds; 3] = [
    Bounds { first: 5, few: 0, nearly: 1_000 },
    Bounds { first: 5, few: 1_000, nearly: 10 },
    Bounds { first: 400, few: 20_000, nearly: 4_000 },
];

/// People of three owners and of nobody, some of them in territories, at companies where several of them have people.
pub fn fill(world: &World) {
    adopt(world, RULES, From::Start);
    for owner in [5, 6, 7, 0] {
        let of_owner = (0..PEOPLE).filter(|n| [5, 6, 7, 0][n % 4] == owner).map(|n| {
            let did = [vec![], vec!["page.viewed"], vec!["demo.held"], vec!["deal.won"]];
            let did: Vec<_> = did[n * 7 % 4].iter().map(|kind| json!({ "kind": kind })).collect();
            let mut facts = json!({ "person.custom.seats": n * 37 % 101 });
            // Of some it is unknown.
            if n % 3 != 1 {
                facts["person.custom.rank"] = json!(n * 7 % 4);
            }
            let firm = n * n % COMPANIES;
            json!({
                "email": format!("p{n}@x.example"), "name": format!("{} {n}", ["Zoë", "ann", "Bo"][n * 5 % 3]),
                "facts": facts, "activities": did,
                "company": { "domain": format!("f{firm}.example") },
            })
        });
        let (told, now): (Vec<_>, _) = (of_owner.collect(), world.now());
        let who = if owner == 0 { User::operator() } else { somebody(owner, "") };
        let came = world.db.write_blocking(move |tx| upsert(tx, &who, &told, now)).unwrap();
        assert!(came.iter().all(|one| matches!(one, Told::Created(_))), "{came:?}");
        world.clock.advance(moment::Span::hours(1));
    }
    let firms = (0..PEOPLE).map(|n| n * n % COMPANIES).collect::<std::collections::BTreeSet<_>>();
    let firms = firms.into_iter().map(|firm| {
        let industry = ["rail", "food", "steel"][firm % 3];
        let mut told = json!({ "company.industry": industry });
        if !firm.is_multiple_of(4) {
            told["company.employees"] = json!(firm);
        }
        json!({ "domain": format!("f{firm}.example"), "facts": told })
    });
    let (firms, now): (Vec<_>, _) = (firms.collect(), world.now());
    let told = move |tx: &mut Tx| upsert_companies(tx, &User::operator(), &firms, now);
    assert!(
        world.db.write_blocking(told).unwrap().iter().all(|one| matches!(one, Told::Updated(_)))
    );
    let enter = |tx: &mut Tx| {
        let all = people::ids_after(tx, 0, 1_000)?;
        let [some, others] = TERRITORIES;
        let some = all.iter().step_by(5).map(|person| (some, *person));
        let enter = some.chain(all.iter().step_by(7).map(|person| (others, *person)));
        sight::enter_and_leave(tx, enter.collect(), Vec::new())
    };
    world.db.write_blocking(enter).unwrap();
}

pub fn users() -> Vec<User> {
    let sees = |owners: &[i64], territories: &[i64]| {
        let (owners, territories) = (owners.to_vec(), territories.to_vec());
        let limits = Limits { sees: Sees::Own, owners, territories };
        User { sight: Sight::Limited(Arc::new(limits)), ..somebody(5, "") }
    };
    let [some, others] = TERRITORIES;
    vec![sees(&[5], &[]), sees(&[5, 6], &[some]), sees(&[], &[some, others]), sees(&[8], &[])]
}

pub fn make_ready(world: &World) {
    let now = world.now();
    let made = world.db.write_blocking(move |tx| {
        let (who, lens) = (User::operator(), people::main_lens(tx)?.id);
        let mut made = BTreeSet::new();
        let of_people = OF_PEOPLE.iter().map(|text| (Of::People, *text));
        for (of, text) in of_people.chain(OF_COMPANIES.iter().map(|text| (Of::Companies, *text))) {
            made.extend(read_of(tx, of, lens, text)?.prepare(tx, &who, now)?);
        }
        let source = tx.part::<ConditionSource>();
        let facts = [(Of::People, SEATS), (Of::People, RANK)];
        let of_companies = ["company.industry", EMPLOYEES].map(|key| (Of::Companies, key));
        for of in facts.into_iter().chain(of_companies) {
            made.extend(source.0.prepare_fact(tx, &who, of, now)?);
        }
        Ok(made)
    });
    for job in made.unwrap() {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
}

/// Everybody on all pages, and whether they are as many as are counted.
pub fn people(
    world: &World,
    who: &User,
    condition: Option<&'static str>,
    (sort, descending): (&Sort, bool),
) -> Vec<PersonId> {
    let (sort, now) = (sort.clone(), world.now());
    let pages = move |tx: &mut Tx, who: &User| {
        let lens = people::main_lens(tx)?.id;
        let condition = condition.map(|text| read_of(tx, Of::People, lens, text)).transpose()?;
        let sieve = Sieve { condition, ..Sieve::of(lens) };
        let (stages, sort) = (Vec::new(), sort.clone());
        let mut ask = List { lens, stages, sort, descending, after: None, search: None, limit: 7 };
        let mut found = Vec::new();
        loop {
            let page = list_of(tx, who, &ask, &sieve, now)?.unwrap();
            found.extend(page.rows.iter().map(|row| row.person.id));
            ask.after = page.next;
            if ask.after.is_none() {
                assert_eq!(sieve.count(tx, who, now)?, Some(found.len() as u64));
                return Ok(found);
            }
        }
    };
    read(world, who, pages).unwrap()
}

pub fn firms(
    world: &World,
    who: &User,
    condition: Option<&'static str>,
    (sort, descending): (&CompanySort, bool),
) -> Vec<ListedCompany> {
    let (sort, now) = (sort.clone(), world.now());
    let pages = move |tx: &mut Tx, who: &User| {
        let lens = people::main_lens(tx)?.id;
        let condition = condition.map(|text| read_of(tx, Of::Companies, lens, text)).transpose()?;
        let sort = sort.clone();
        let mut ask =
            CompanyList { condition, sort, descending, limit: 4, ..CompanyList::of(lens) };
        let mut found = Vec::new();
        loop {
            let page = companies::list(tx, who, &ask, now)?.unwrap();
            found.extend(page.rows);
            ask.after = page.next;
            if ask.after.is_none() {
                let count = companies::count(tx, who, &ask, now)?;
                assert_eq!(count, Some(found.len() as u64));
                return Ok(found);
            }
        }
    };
    read(world, who, pages).unwrap()
}

#[test]
fn whoever_sees_a_part_is_listed_their_people_in_everybodys_order() {
    both(|world| {
        fill(world);
        nothing_differs(world);
        make_ready(world);
        let mut sorts: Vec<Sort> = Sort::ALL.into_iter().map(|(sort, _)| sort).collect();
        sorts.extend([SEATS, RANK].map(|key| Sort::Fact(key.to_owned())));
        let conditions = OF_PEOPLE.into_iter().map(Some).chain([None]);
        for condition in conditions {
            for order in sorts.iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                let everybody = people(world, &User::operator(), condition, order);
                for who in users() {
                    let all = everybody.clone();
                    let seen = move |tx: &mut Tx, who: &User| sight::seen(tx, who, &all);
                    let expected = read(world, &who, seen).unwrap();
                    for bounds in BOUNDS {
                        let _app = world.app.clone().with_part(bounds);
                        let found = people(world, &who, condition, order);
                        assert_eq!(found, expected, "{condition:?} {order:?} {bounds:?} {who:?}");
                    }
                }
            }
        }
    });
}

#[test]
fn whoever_sees_a_part_is_listed_companies_as_their_people_make_them() {
    both(|world| {
        fill(world);
        make_ready(world);
        let mut sorts: Vec<CompanySort> =
            CompanySort::ALL.into_iter().map(|(sort, _)| sort).collect();
        let facts = ["company.industry", EMPLOYEES];
        sorts.extend(facts.map(|key| CompanySort::Fact(key.to_owned())));
        for condition in OF_COMPANIES.into_iter().map(Some).chain([None]) {
            for who in users().into_iter().chain([User::operator()]) {
                let by_id = firms(world, &who, condition, (&CompanySort::Created, false));
                for (sort, descending) in sorts.iter().flat_map(|it| [(it, false), (it, true)]) {
                    let expected = in_order(by_id.clone(), sort, descending);
                    for bounds in BOUNDS {
                        let _app = world.app.clone().with_part(bounds);
                        let found = firms(world, &who, condition, (sort, descending));
                        let found: Vec<_> = found.iter().map(|row| row.company.id).collect();
                        assert_eq!(
                            found, expected,
                            "{condition:?} {sort:?} {descending} {bounds:?} {who:?}"
                        );
                    }
                }
            }
        }
    });
}

/// The rows in an order that they say themselves; of which the value is unknown comes last, whichever way it goes.
fn in_order(rows: Vec<ListedCompany>, sort: &CompanySort, descending: bool) -> Vec<CompanyId> {
    let is_known = |row: &ListedCompany| match sort {
        CompanySort::Intent => row.intent.is_some(),
        CompanySort::Fact(key) if key == EMPLOYEES => row.company.employees.is_some(),
        CompanySort::Fact(_) => row.company.industry.is_some(),
        _ => true,
    };
    let by = |a: &ListedCompany, b: &ListedCompany| -> Ordering {
        match sort {
            CompanySort::Name => a.company.name_key.cmp(&b.company.name_key),
            CompanySort::Stage => a.stage.code().cmp(&b.stage.code()),
            CompanySort::People => a.people.cmp(&b.people),
            CompanySort::Touched => a.touched_at.cmp(&b.touched_at),
            CompanySort::Intent => a.intent.partial_cmp(&b.intent).unwrap(),
            CompanySort::Created => Ordering::Equal,
            CompanySort::Fact(key) if key == EMPLOYEES => {
                a.company.employees.partial_cmp(&b.company.employees).unwrap()
            }
            CompanySort::Fact(_) => a.company.industry.cmp(&b.company.industry),
        }
    };
    let (mut with, mut without): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_known);
    for part in [&mut with, &mut without] {
        part.sort_by(|a, b| by(a, b).then(a.company.id.cmp(&b.company.id)));
        if descending {
            part.reverse();
        }
    }
    with.iter().chain(&without).map(|row| row.company.id).collect()
}
