//! Every pack classifies the people of `packs/people.json` as `packs/expected.json` says, to the
//! second, and passes its own examples.

use funnel::Definition;
use funnel::packs;
use funnel::people_file::{PeopleFile, classification};
use serde_json::Value as Json;

fn read(name: &str, text: &str) -> Definition {
    Definition::parse(text).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{name}: {}", faults.join("\n"))
    })
}

#[test]
fn every_pack_classifies_the_people_as_expected() {
    let file = PeopleFile::parse(packs::PEOPLE).unwrap();
    let expected: Json = serde_json::from_str(packs::EXPECTED).unwrap();
    let mut wrong = Vec::new();
    for (name, text) in packs::ALL {
        let definition = read(name, text);
        let found = classification(&file.classify(&definition, file.as_of.unwrap()));
        let expected = expected["packs"][name].as_object().unwrap();
        assert_eq!(expected.len(), file.people.len(), "{name} expects everybody");
        for (person, expected) in expected {
            if found[person] != *expected {
                wrong.push(format!("{name}, {person}:\n  {expected}\n  {}", found[person]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The three dialogues of the fortune teller: answers as facts and activities of one moment, and the
/// stage under each pack, in the order of [`packs::ALL`].
#[test]
fn the_fortune_teller_tells_what_it_is_known_to_tell() {
    let rows: [(&[&str], [&str; 9]); 3] = [
        (
            &[r#""did":"email.sent""#, r#""did":"email.replied","says":"interested""#],
            ["lead", "none", "prospect", "lead", "prospect", "none", "lead", "none", "lead"],
        ),
        (
            &[
                r#""did":"call.received","asks":"sales""#,
                r#""did":"call.connected""#,
                r#""did":"criterion.answered","criterion":"need","value":"yes""#,
                r#""did":"criterion.answered","criterion":"timing","value":"yes""#,
            ],
            [
                "lead",
                "none",
                "opportunity",
                "opportunity",
                "prospect",
                "none",
                "prospect",
                "none",
                "opportunity",
            ],
        ),
        (
            &[
                r#""facts":{"company.industry":"logistics","company.country":"DE"}"#,
                r#""facts":{"company.employees":300,"company.technologies":["route-planning"]}"#,
                r#""did":"trial.started""#,
                r#""did":"product.used""#,
            ],
            [
                "prospect",
                "lead",
                "lead",
                "opportunity",
                "opportunity",
                "prospect",
                "none",
                "prospect",
                "prospect",
            ],
        ),
    ];
    for (entries, stages) in rows {
        let at = r#"{"at":"2026-06-30T12:00:00Z","#;
        let email = r#""facts":{"person.email":"a@x.example"}"#;
        let entries: Vec<String> =
            [email].iter().chain(entries).map(|entry| format!("{at}{entry}}}")).collect();
        let people = format!(r#"{{"people":[{{"id":"x","history":[{}]}}]}}"#, entries.join(","));
        let file = PeopleFile::parse(&people).unwrap();
        for ((name, text), stage) in packs::ALL.iter().zip(stages) {
            let as_of = "2026-06-30T12:00:00Z".parse().unwrap();
            let folded = file.classify(&read(name, text), as_of);
            assert_eq!(folded[0].1.standing.stage.as_str(), stage, "{name}: {entries:?}");
        }
    }
}

#[test]
fn a_file_of_people_that_cannot_be_read_is_refused_with_its_place() {
    let rows = [
        ("{", "line 1, column 1: this is no JSON"),
        ("{}", "people: expected a list of people"),
        (r#"{"people":[{"id":"a"}]}"#, "people[0] (a): expected a history"),
        (
            r#"{"people":[{"id":"a","history":[{"did":"x.y"}]}]}"#,
            "people[0] (a), history[0]: expected a time",
        ),
        (
            r#"{"people":[{"id":"a","history":[{"at":"today","did":"x.y"}]}]}"#,
            "history[0], at: \"today\" is no moment",
        ),
        (
            r#"{"people":[{"id":"a","history":[{"at":"2026-06-30T12:00:00Z"}]}]}"#,
            "history[0]: expected facts or did",
        ),
        (
            r#"{"people":[{"id":"a","history":[{"at":"2026-06-30T12:00:00Z","did":"x.y","agent":"robot"}]}]}"#,
            "history[0], agent: \"robot\" is no agent",
        ),
        (
            r#"{"people":[{"id":"a","history":[{"at":"2026-06-30T12:00:00Z","facts":{"person.x":{}}}]}]}"#,
            "history[0], person.x: expected a value",
        ),
        (
            r#"{"people":[{"id":"a","history":[{"at":"2026-06-30T12:00:00Z","facts":{},"says":1}]}]}"#,
            "\"says\" belongs to no entry with facts",
        ),
    ];
    for (text, words) in rows {
        let wrong = PeopleFile::parse(text).unwrap_err().to_string();
        assert!(wrong.contains(words), "{text}: {wrong}");
    }
}

#[test]
fn every_pack_passes_its_own_examples() {
    let mut run = 0;
    for (name, text) in packs::ALL {
        for outcome in read(name, text).run_examples() {
            run += 1;
            assert_eq!(outcome.failed, None, "{name}, line {}: {}", outcome.line, outcome.name);
        }
    }
    assert!(run > 80, "only {run} examples were found");
}
