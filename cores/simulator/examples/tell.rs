//! Tells one life in full: `cargo run -p simulator --example tell [PERSON]`.

use funnel::history::{Agent, Value, What};
use simulator::{Detail, Story, TEAM, history};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let person = std::env::args().nth(1).map_or(Ok(0), |person| person.parse())?;
    let story = Story::new(1, person + 1, "2026-06-30T12:00:00Z".parse()?, 2, Detail::Full);
    let Some(person) = story.person(person) else { return Ok(()) };
    let Some(company) = story.company(person.company_index) else { return Ok(()) };
    let owner = person.owner.map_or("nobody", |owner| TEAM[owner].name);
    println!("{} of {} ({}), looked after by {owner}", person.name, company.name, company.domain);
    println!("{:?}\n{:#?}\n{:?}", person.keys, person.truth, company.truth);
    let shown = |value: &Value| match value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    for entry in history(&company, &person).entries {
        let late = if entry.recorded_at > entry.occurred_at { " (late)" } else { "" };
        print!("{:.16}{late} ", entry.occurred_at.to_string());
        match entry.what {
            What::Activity(activity) => {
                let machine = if activity.agent == Agent::Human { "" } else { " [not human]" };
                print!("{}{machine} {}", activity.kind, activity.campaign.unwrap_or_default());
                for (name, value) in &activity.properties {
                    print!(" {name}={}", shown(value));
                }
            }
            What::Facts(observed) => {
                print!("{}:", observed.source);
                for fact in &observed.facts {
                    print!(" {}={}", fact.key, shown(&fact.value));
                }
            }
        }
        println!();
    }
    Ok(())
}
