//! A list as a file: everybody of it once, the counts said, no formula run.

use funnel::Stage;
use funnels::export::Export;
use people::export::{Format, Layout};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use team::User;

use crate::house::{LEADS, both, bring, registry};

fn all(format: Format) -> Export {
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
    let now = world.now();
    let who = User::operator();
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
