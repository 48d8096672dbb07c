//! A list as a file: everybody of it once, the counts said, no formula run.

use std::sync::Arc;

use funnel::Stage;
use funnels::export::Export;
use funnels::lens::From;
use people::export::{Format, Layout};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::{CustomRole, Right, Rights, Role, User};

use crate::company_lists::formula;
use crate::house::{LEADS, adopt, both, bring, registry};
use crate::sight::{RULES, somebody, tell};

pub fn all(format: Format) -> Export {
    Export {
        of: people::Of::People,
        lens: None,
        within: None,
        condition: None,
        stages: Vec::new(),
        sort: None,
        descending: None,
        search: None,
        layout: Layout::new(format, vec!["person.custom.origin".to_owned()]).unwrap(),
    }
}

fn written(world: &World, export: Export) -> Result<(u64, String), Failure> {
    written_by(world, &User::operator(), export)
}

pub fn written_by(world: &World, who: &User, export: Export) -> Result<(u64, String), Failure> {
    let (who, now) = (who.clone(), world.now());
    let (asked, asker) = (export.clone(), who.clone());
    let jobs = world.db.write_blocking(move |tx| asked.prepare(tx, &asker, now))?;
    for job in jobs {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
    world.db.read_blocking(move |tx| {
        let (mut file, mut announced) = (Vec::new(), 0);
        let begin = |_: &mut Vec<u8>, count| {
            announced = count;
            Ok(())
        };
        let exported = export.write(tx, &who, now, &mut file, begin)?;
        assert_eq!(announced, exported.rows);
        Ok((exported.rows, String::from_utf8(file).unwrap()))
    })
}

#[test]
fn everybody_of_a_list_is_in_the_file_once_and_no_cell_is_a_formula() {
    both(|world| {
        let mut file = "id,origin,first\n".to_owned();
        for nth in 0..4_500 {
            file.push_str(&format!(
                "a{nth},{},2026-01-02\n",
                if nth % 3 == 0 { "ads" } else { "=1+1" }
            ));
        }
        bring(world, "leads.csv", &file, LEADS);
        let (people, csv) = written(world, all(Format::Csv)).unwrap();
        assert_eq!((people, csv.lines().count()), (4_500, 4_501));
        let head = csv.lines().next().unwrap();
        assert!(head.starts_with("id,name,email,phone") && head.ends_with(",person.custom.origin"));
        assert!(csv.lines().nth(1).unwrap().starts_with("per_"), "{csv:.300}");
        assert_eq!(csv.matches("\"'=1+1\"").count(), 3_000);
        let once: std::collections::BTreeSet<&str> = csv.lines().map(|line| &line[..17]).collect();
        assert_eq!(once.len(), 4_501);

        let (_, json) = written(world, all(Format::JsonLines)).unwrap();
        let lines: Vec<serde_json::Value> =
            json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[4_500], serde_json::json!({ "end": { "people": 4_500 } }));
        assert_eq!(lines[0]["person.custom.origin"].as_str().map(|it| it.len() > 2), Some(true));

        let condition = Some(r#"person.custom.origin == "ads""#.to_owned());
        let (people, csv) = written(world, Export { condition, ..all(Format::Csv) }).unwrap();
        assert_eq!((people, csv.matches(",ads\n").count()), (1_500, 1_500));

        let stages = vec![Stage::Customer];
        let (people, csv) = written(world, Export { stages, ..all(Format::Csv) }).unwrap();
        assert_eq!((people, csv.lines().count()), (0, 1));
        let search = Some("a449".to_owned());
        let (people, _) = written(world, Export { search, ..all(Format::Csv) }).unwrap();
        assert_eq!(people, 11);
    });
}

#[test]
fn a_file_in_the_order_of_a_formula_has_last_those_of_whom_it_is_unknown() {
    both(|world| {
        let mut file = "id,origin,first\n".to_owned();
        for nth in 0..90 {
            file.push_str(&format!("a{nth},{},2026-01-02\n", ["ads", "fair", ""][nth % 3]));
        }
        bring(world, "leads.csv", &file, LEADS);
        formula(world, people::Of::People, "Paid", r#"person.custom.origin == "ads""#).unwrap();
        for (descending, first) in [(true, ["ads", "fair", ""]), (false, ["fair", "ads", ""])] {
            let (sort, descending) = (Some("person.custom.paid".to_owned()), Some(descending));
            let export = Export { sort, descending, ..all(Format::Csv) };
            let (people, csv) = written(world, export).unwrap();
            assert_eq!(people, 90);
            let origins: Vec<&str> =
                csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
            assert_eq!(origins, first.iter().flat_map(|it| [*it; 30]).collect::<Vec<_>>());
        }
    });
}

#[test]
fn what_can_not_be_asked_is_said() {
    both(|world| {
        let condition = Some("person.custom.origin ==".to_owned());
        let wrong = written(world, Export { condition, ..all(Format::Csv) });
        assert!(matches!(wrong, Err(Failure::Invalid(_))), "{wrong:?}");
        let member = team::User { role: team::Role::Member, ..User::operator() };
        let now = world.now();
        let refused = world.db.write_blocking(move |tx| all(Format::Csv).prepare(tx, &member, now));
        assert!(matches!(refused, Err(Failure::Forbidden)));
        assert!(Layout::new(Format::Csv, vec!["a b".to_owned()]).is_err());
    });
}

/// What stands in the columns of a file of companies, by company: name, stage, people and industry.
fn firms(world: &World, who: &User, condition: Option<&str>) -> Vec<[String; 4]> {
    let export = Export {
        of: people::Of::Companies,
        condition: condition.map(str::to_owned),
        layout: Layout::new(Format::Csv, vec!["company.custom.tier".to_owned()]).unwrap(),
        ..all(Format::Csv)
    };
    let (count, csv) = written_by(world, who, export).unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heads = lines.next().unwrap();
    let columns = ["name", "stage", "people", "industry"];
    let places = columns.map(|name| heads.iter().position(|head| *head == name).unwrap());
    let rows: Vec<_> = lines.map(|line| places.map(|place| line[place].to_owned())).collect();
    assert_eq!(rows.len() as u64, count);
    rows
}

#[test]
fn companies_are_written_to_a_file_as_those_make_them_whom_one_sees() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let owner = somebody(5, "");
        for (who, email, site, kinds) in [
            (&owner, "ann@north.example", "north.example", &[][..]),
            (&User::operator(), "bo@north.example", "north.example", &["demo.held"][..]),
            (&User::operator(), "cole@south.example", "south.example", &[][..]),
        ] {
            let did: Vec<_> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
            let firm = json!({ "domain": site, "facts": { "company.industry": "rail" } });
            tell(world, who, json!({ "email": email, "company": firm, "activities": did }));
        }
        let exporter = |fields: &str| {
            let rights = Rights::of(&[Right::ReadPeople, Right::ExportPeople]);
            let Role::Custom(role) = somebody(5, fields).role else { unreachable!("it is") };
            let role = CustomRole { rights, ..CustomRole::clone(&role) };
            User { role: Role::Custom(Arc::new(role)), ..somebody(5, fields) }
        };
        let row = |name: &str, stage: &str, people: &str, industry: &str| {
            [name, stage, people, industry].map(str::to_owned)
        };
        assert_eq!(
            firms(world, &User::operator(), None),
            [
                row("north.example", "opportunity", "2", "rail"),
                row("south.example", "lead", "1", "rail")
            ]
        );
        // Of North somebody else's Bo is left out, and of South there is nothing.
        let mine = [row("north.example", "lead", "1", "rail")];
        assert_eq!(firms(world, &exporter(""), None), mine);
        assert_eq!(firms(world, &exporter(""), Some("people >= 1")), mine);
        assert!(firms(world, &exporter(""), Some("somebody(did(\"demo.held\"))")).is_empty());
        // What is kept from the user stands in no column.
        let hidden = exporter("company.industry=hidden");
        assert_eq!(firms(world, &hidden, None), [row("north.example", "lead", "1", "")]);
        let hidden = exporter("person.works_at=hidden");
        assert_eq!(firms(world, &hidden, None), [row("north.example", "", "", "rail")]);
        let now = world.now();
        let asked = Export { of: people::Of::Companies, ..all(Format::Csv) };
        let refused = world.db.write_blocking(move |tx| asked.prepare(tx, &owner, now));
        assert!(matches!(refused, Err(Failure::Forbidden)), "who may not export people");
    });
}

#[test]
fn a_frozen_list_a_segment_and_a_view_are_files_in_their_order() {
    both(|world| {
        let file = "id,origin,first\na1,ads,2026-01-02\nb2,,2026-01-03\nc3,web,2026-01-04\nd4,ads,2026-01-05\n";
        bring(world, "leads.csv", file, LEADS);
        let now = world.now();
        let made = world.db.write_blocking(move |tx| {
            let who = User::operator();
            let lens = people::main_lens(tx)?.id;
            let list = people::lists::make(tx, &who, people::Of::People, "Fair", now)?;
            let ids = people::ids_after(tx, 0, 10)?;
            people::lists::put_in(tx, &who, list, &ids[1..], now)?;
            let condition = "person.custom.origin == \"ads\"";
            let segment = people::segment::make(tx, &who, lens, ("Ads", condition), now)?;
            let shows = people::views::Shows {
                condition: condition.to_owned(),
                sort: "created".to_owned(),
                dir: "asc".to_owned(),
                ..people::views::Shows::default()
            };
            let view =
                people::views::save(tx, &who, people::Of::People, ("Ads", true), &shows, now)?;
            let ids = tx.public_ids();
            Ok([("lst", list), ("seg", segment), ("viw", view)].map(|(of, id)| ids.encode(of, id)))
        });
        let [list, segment, view] = made.unwrap();
        let origins = |export: Export| {
            let (people, csv) = written(world, export).unwrap();
            let last = csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().to_owned());
            let last: Vec<String> = last.collect();
            assert_eq!(last.len() as u64, people);
            last
        };
        let of = |within: &str| Export { within: Some(within.to_owned()), ..all(Format::Csv) };
        let by_origin = Some("person.custom.origin".to_owned());
        let ordered = origins(Export { sort: by_origin.clone(), ..of(&list) });
        assert_eq!(ordered, ["ads", "web", ""], "of whom it is unknown comes last");
        let ordered =
            origins(Export { sort: by_origin, descending: Some(true), ..all(Format::Csv) });
        assert_eq!(ordered, ["web", "ads", "ads", ""]);
        assert_eq!(origins(of(&segment)), ["ads", "ads"]);
        assert_eq!(origins(of(&view)), ["ads", "ads"]);
        let both = Some("person.custom.origin == \"web\"".to_owned());
        assert_eq!(origins(Export { condition: both, ..of(&list) }), ["web"]);
        let odd = written(world, of("per_0000000000000"));
        assert!(matches!(odd, Err(Failure::Refused { code: "no_such_list", .. })), "{odd:?}");

        let list_id = list.clone();
        world
            .db
            .write_blocking(move |tx| of(&list_id).note(tx, &User::operator(), 3, now))
            .unwrap();
        let asked =
            team::audit::Asked { what: Some("people.exported".into()), ..Default::default() };
        let page = world
            .db
            .read_blocking(move |tx| team::audit::list(tx, &User::operator(), &asked, None, 10));
        let rows = page.unwrap().rows;
        assert_eq!((rows.len(), rows[0].subject.as_deref()), (1, Some(list.as_str())));
        assert_eq!(rows[0].detail["people"], 3);
    });
}
