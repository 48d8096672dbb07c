//! A list as a file: everybody of it once, the counts said, no formula run.

use funnel::Stage;
use funnels::export::Export;
use people::export::{Format, Layout};
use people::list::Sort;
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use team::User;

use crate::house::{LEADS, both, bring, registry};

fn all(format: Format) -> Export {
    Export {
        lens: None,
        condition: None,
        stages: Vec::new(),
        sort: Sort::Name,
        descending: false,
        search: None,
        layout: Layout::new(format, vec!["person.custom.origin".to_owned()]).unwrap(),
    }
}

fn written(world: &World, export: Export) -> Result<(u64, String), Failure> {
    let now = world.now();
    let who = User::operator();
    let (asked, asker) = (export.clone(), who.clone());
    let segment = world.db.read_blocking(move |tx| asked.segment(tx, &asker))?;
    if let Some(asked) = segment.clone() {
        let asker = who.clone();
        let job = world.db.write_blocking(move |tx| asked.prepare(tx, &asker, now))?;
        jobs::run_now(&world.app, &registry(), job.unwrap()).unwrap();
    }
    world.db.read_blocking(move |tx| {
        let (mut file, mut announced) = (Vec::new(), 0);
        let begin = |_: &mut Vec<u8>, count| {
            announced = count;
            Ok(())
        };
        let exported = export.write(tx, &who, segment.as_ref(), now, &mut file, begin)?;
        assert_eq!(announced, exported.people);
        Ok((exported.people, String::from_utf8(file).unwrap()))
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
        let wrong = written(world, Export { condition: condition.clone(), ..all(Format::Csv) });
        assert!(matches!(wrong, Err(Failure::Invalid(_))), "{wrong:?}");
        let stages = vec![Stage::Lead];
        let wrong = written(world, Export { condition, stages, ..all(Format::Csv) });
        assert!(wrong.unwrap_err().to_string().contains("asked alone"));
        let member = team::User { role: team::Role::Member, ..User::operator() };
        let refused = world.db.read_blocking(move |tx| all(Format::Csv).segment(tx, &member));
        assert!(matches!(refused, Err(Failure::Forbidden)));
        assert!(Layout::new(Format::Csv, vec!["a b".to_owned()]).is_err());
    });
}
