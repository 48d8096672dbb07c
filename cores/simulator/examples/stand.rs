//! Where the people of a story stand under the default definition, and what moved them:
//! `cargo run --release -p simulator --example stand [PEOPLE [SEED]]`.

use std::collections::BTreeMap;

use funnel::{Definition, Folder, packs};
use simulator::{Detail, Story, history};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let people = arguments.next().map_or(Ok(5_000), |count| count.parse())?;
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let definition = Definition::parse(packs::DEFAULT).map_err(|faults| format!("{faults:?}"))?;
    let mut folder = Folder::of(&definition);
    let story = Story::new(seed, people, "2026-06-30T12:00:00Z".parse()?, 2, Detail::Lean);
    let mut tables: [BTreeMap<String, usize>; 5] = Default::default();
    let last_month = story.until() - moment::Span::days(30);
    for (company, people) in story.each_company(0..story.companies()) {
        for person in &people {
            let folded = folder.fold(&history(&company, person), story.until());
            let standing = folded.standing;
            let stage = standing.stage.as_str();
            let kind = standing.kind.as_deref().unwrap_or("-");
            let temperature = standing.temperature.map_or("-", |temperature| temperature.as_str());
            let fate = format!("{:?}", person.truth.fate);
            let mut count = |table: usize, row: String| *tables[table].entry(row).or_default() += 1;
            count(0, stage.to_owned());
            count(1, format!("{stage} {kind}"));
            count(2, format!("{stage} {temperature}"));
            count(3, format!("{:8} {stage}", fate.split(' ').next().unwrap_or_default()));
            for moved in &folded.transitions {
                let reason = moved.reason.as_deref().unwrap_or("");
                let row = format!("{} -> {} {reason}", moved.from, moved.to);
                if moved.at > last_month {
                    count(4, format!("{row} (last month)"));
                }
                count(4, row);
            }
        }
    }
    for table in &tables {
        for (row, count) in table {
            println!("{count:>7}  {:5.1} %  {row}", 100.0 * *count as f64 / people as f64);
        }
        println!();
    }
    Ok(())
}
