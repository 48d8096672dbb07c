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
