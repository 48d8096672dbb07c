//! Counts what a story holds: `cargo run --release -p simulator --example census [PEOPLE]`.

use std::collections::BTreeMap;

use funnel::history::{Agent, What};
use simulator::{Detail, Fate, Story};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let people = std::env::args().nth(1).map_or(Ok(20_000), |count| count.parse())?;
    let story = Story::new(1, people, "2026-06-30T12:00:00Z".parse()?, 2, Detail::Lean);
    let mut kinds = BTreeMap::new();
    let mut lengths = Vec::with_capacity(people);
    let (mut won, mut lost, mut open, mut late, mut machine, mut last_month) = (0, 0, 0, 0, 0, 0);
    let mut fates = [0; 3];
    for person in story.each_person(0..people) {
        lengths.push(person.entries.len());
        let mut deals = [false; 3];
        for entry in &person.entries {
            late += usize::from(entry.recorded_at > entry.occurred_at);
            last_month += usize::from((story.until() - entry.occurred_at).0 < 30 * moment::DAY_US);
            let kind = match &entry.what {
                What::Activity(activity) => {
                    machine += usize::from(activity.agent != Agent::Human);
                    activity.kind.as_str().to_owned()
                }
                What::Facts(observed) => format!("facts from {}", observed.source),
            };
            deals[0] |= kind == "deal.opened";
            deals[1] |= kind == "deal.won";
            deals[2] |= kind == "deal.lost";
            *kinds.entry(kind).or_insert(0_usize) += 1;
        }
        won += usize::from(deals[1]);
        lost += usize::from(deals[2] && !deals[1]);
        open += usize::from(deals[0] && !deals[1] && !deals[2]);
        fates[match person.truth.fate {
            Fate::NoDeal => 0,
            Fate::Lost { .. } => 1,
            Fate::Won => 2,
        }] += 1;
    }
    let entries: usize = lengths.iter().sum();
    lengths.sort_unstable();
    for (kind, count) in &kinds {
        println!("{count:>9}  {kind}");
    }
    let at = |share: f64| lengths[((people - 1) as f64 * share) as usize];
    println!("{people} people of {} companies, {entries} entries", story.companies());
    println!("{:.1} entries a person", entries as f64 / people as f64);
    println!("entries: median {}, 90 % {}, 99 % {}, most {}", at(0.5), at(0.9), at(0.99), at(1.0));
    let percent = |count: usize| 100.0 * count as f64 / people as f64;
    println!("won {:.1} %, lost {:.1} %, open {:.1} %", percent(won), percent(lost), percent(open));
    println!("in the end: no deal {}, lost {}, won {}", fates[0], fates[1], fates[2]);
    let share = |count: usize| 100.0 * count as f64 / entries as f64;
    println!(
        "late {:.1} %, not human {:.1} %, last month {:.1} %",
        share(late),
        share(machine),
        share(last_month)
    );
    Ok(())
}
