//! How many activities are folded in a second of processor time, in memory.
//!
//! `cargo run --release -p funnel --example fold_speed [PACK]`: 20 entries a person, then one person
//! of 20,000, then the same with a third of it late. No other work should run beside it.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use funnel::history::{
    Activity, Agent, Entry, Fact, History, Kind, Observation, Value, What, usual,
};
use funnel::{Definition, Folder, packs};
use moment::{Moment, Span};

/// Kinds with how often each comes in a hundred.
const KINDS: &[(&str, u64)] = &[
    ("page.viewed", 42),
    ("email.sent", 22),
    ("email.opened", 10),
    ("email.clicked", 5),
    ("email.replied", 5),
    ("asset.downloaded", 4),
    ("form.submitted", 4),
    ("webinar.attended", 2),
    ("product.route_planned", 2),
    ("call.made", 1),
    ("call.connected", 1),
    ("newsletter.subscribed", 1),
    ("meeting.booked", 1),
];

/// A linear congruential generator (D. E. Knuth, MMIX), so that every run folds the same people.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn history(numbers: &mut Numbers, entries: i64, late_of_ten: u64) -> History {
    let start = Moment::from_seconds(1_735_689_600);
    let mut list = Vec::new();
    for id in 0..entries {
        let minutes = id * 525_600 / entries + i64::try_from(numbers.below(300)).unwrap_or(0);
        let occurred_at = start + Span::minutes(minutes);
        let late = if numbers.below(10) < late_of_ten { numbers.below(40) } else { 0 };
        let recorded_at = occurred_at + Span::days(i64::try_from(late).unwrap_or(0));
        let what = if id % 20 == 0 { facts(numbers) } else { activity(numbers) };
        list.push(Entry { id, occurred_at, recorded_at, what });
    }
    History::new(list)
}

fn facts(numbers: &mut Numbers) -> What {
    let industry = ["logistics", "food", "retail", "education"][numbers.below(4) as usize];
    let country = ["DE", "FR", "NL", "BR"][numbers.below(4) as usize];
    let employees = 10.0 + numbers.below(600) as f64;
    What::Facts(Observation {
        source: "form".into(),
        facts: vec![
            Fact::certain("person.email", "a@x.example"),
            Fact::certain("person.title", "Head of Logistics"),
            Fact::certain("company.industry", industry),
            Fact::certain("company.country", country),
            Fact::certain("company.employees", employees),
        ],
    })
}

fn activity(numbers: &mut Numbers) -> What {
    let mut pick = numbers.below(100);
    let mut kind = "page.viewed";
    for &(candidate, share) in KINDS {
        if pick < share {
            kind = candidate;
            break;
        }
        pick -= share;
    }
    let usual = usual(kind);
    let path = ["/", "/pricing", "/product/routes", "/blog/peak-season"][numbers.below(4) as usize];
    What::Activity(Activity {
        kind: Kind::new(kind),
        channel: usual.map(|(channel, _)| channel),
        direction: usual.map(|(_, direction)| direction),
        agent: if numbers.below(12) == 0 { Agent::Machine } else { Agent::Human },
        campaign: None,
        properties: match kind {
            "page.viewed" => vec![("path".into(), Value::from(path))],
            "email.replied" => vec![("says".into(), Value::from("interested"))],
            _ => Vec::new(),
        },
    })
}

/// Processor time that this thread has had, as Linux counts it; wall time elsewhere.
fn processor_seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match stat.split(' ').next().and_then(|first| first.parse::<f64>().ok()) {
        Some(nanoseconds) => nanoseconds / 1e9,
        None => START.get_or_init(Instant::now).elapsed().as_secs_f64(),
    }
}

fn measure(what: &str, folder: &mut Folder, people: &[History]) {
    let as_of = Moment::from_seconds(1_782_820_800);
    let entries: usize = people.iter().map(|person| person.entries.len()).sum();
    let mut moves = 0;
    let mut rounds = 0;
    let start = processor_seconds();
    // The kernel counts in steps of some milliseconds.
    while rounds < 3 || processor_seconds() - start < 0.7 {
        moves = 0;
        for person in people {
            moves += black_box(folder.fold(person, as_of)).transitions.len();
        }
        rounds += 1;
    }
    let each = (processor_seconds() - start) / f64::from(rounds) / entries as f64;
    println!(
        "{what:<32} {entries:>7} entries {:>6.0} ns each {:>7.2} million a second, {moves} moves",
        each * 1e9,
        1e-6 / each
    );
}

fn main() {
    let wanted = std::env::args().nth(1);
    let mut numbers = Numbers(42);
    let people: Vec<History> = (0..20_000).map(|_| history(&mut numbers, 20, 0)).collect();
    let long = vec![history(&mut numbers, 20_000, 0)];
    let late = vec![history(&mut numbers, 20_000, 3)];
    for (name, text) in packs::ALL.iter().filter(|(n, _)| wanted.as_deref().is_none_or(|w| w == *n))
    {
        let Ok(definition) = Definition::parse(text) else { continue };
        let mut folder = Folder::of(&definition);
        println!("{name}: {} atomic conditions", folder.conditions());
        measure("  20 entries each", &mut folder, &people);
        measure("  one person", &mut folder, &long);
        measure("  one person, three of ten late", &mut folder, &late);
    }
}
