//! Random histories: late, known ahead, by machines, suspect, expired, moved by hand. Times lie on a
//! coarse grid, so that ages meet windows exactly.

use funnel::history::{
    Activity, Agent, Entry, Fact, History, Kind, Observation, Value, What, usual,
};
use moment::{Moment, Span};
use proptest::prelude::*;

/// The first moment of the grid: 2025-06-01T00:00:00Z.
pub const FIRST: Moment = Moment::from_seconds(1_748_736_000);
/// The grid's steps are six hours.
pub const STEP: Span = Span::hours(6);
/// How many steps a history spans.
pub const STEPS: i64 = 1_600;

/// Proptest's own number of cases, unless `PROPTEST_CASES` says another.
const DEFAULT_CASES: u32 = 256;

/// So many cases, or as many as `PROPTEST_CASES` says: the usual number keeps a change quick to test.
pub fn config(usual: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if asked.cases == DEFAULT_CASES { usual } else { asked.cases };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}

pub fn moment(step: i64) -> Moment {
    Moment(FIRST.0 + step * STEP.0)
}

pub fn histories() -> impl Strategy<Value = History> {
    // Histories of one busy fortnight, and of a long time.
    (1_i64..=16, 1_usize..24).prop_flat_map(|(width, count)| {
        prop::collection::vec(entry(width * 100), count).prop_map(|entries| {
            let entries = entries.into_iter().enumerate();
            History::new(entries.map(|(id, entry)| Entry { id: id as i64, ..entry }).collect())
        })
    })
}

fn entry(steps: i64) -> impl Strategy<Value = Entry> {
    let delay = prop_oneof![
        6 => Just(0_i64),
        1 => 1_i64..40,
        1 => 1_i64..STEPS,
        1 => -60_i64..0,
    ];
    let what = prop_oneof![6 => activity(), 3 => facts(), 2 => answer(), 1 => by_hand()];
    (0..steps, delay, what).prop_map(|(step, delay, what)| {
        let occurred_at = moment(step);
        Entry { id: 0, occurred_at, recorded_at: moment(step + delay), what }
    })
}

const KINDS: [&str; 32] = [
    "page.viewed",
    "page.viewed",
    "page.viewed",
    "email.sent",
    "email.sent",
    "email.sent",
    "email.replied",
    "email.replied",
    "email.received",
    "email.opened",
    "email.clicked",
    "form.submitted",
    "asset.downloaded",
    "asset.downloaded",
    "newsletter.subscribed",
    "webinar.attended",
    "webinar.registered",
    "chat.started",
    "chat.answered",
    "call.made",
    "call.received",
    "call.connected",
    "meeting.booked",
    "demo.requested",
    "demo.held",
    "trial.started",
    "product.route_planned",
    "feed.purchased",
    "handoff.accepted",
    "cart.abandoned",
    "deal.lost",
    "deal.won",
];

fn activity() -> impl Strategy<Value = What> {
    let kind = prop_oneof![30 => prop::sample::select(&KINDS[..31]), 1 => Just("deal.won")];
    let agent =
        prop_oneof![8 => Just(Agent::Human), 1 => Just(Agent::Machine), 1 => Just(Agent::Unsure)];
    let property = prop_oneof![
        3 => Just(None),
        2 => Just(Some(("says", Value::from("interested")))),
        1 => Just(Some(("says", Value::from("not-now")))),
        2 => Just(Some(("asks", Value::from("sales")))),
        2 => Just(Some(("about", Value::from("demo")))),
        1 => Just(Some(("asset", Value::from("white-paper")))),
        1 => Just(Some(("asset", Value::from("e-book")))),
        2 => Just(Some(("path", Value::from("/product/a")))),
        1 => Just(Some(("path", Value::from("/pricing")))),
        1 => Just(Some(("bulk", Value::from(true)))),
    ];
    (kind, agent, property, prop::bool::weighted(0.1)).prop_map(
        |(kind, agent, property, silent)| {
            let usual = usual(kind).filter(|_| !silent);
            What::Activity(Activity {
                kind: Kind::new(kind),
                channel: usual.map(|(channel, _)| channel),
                direction: usual.map(|(_, direction)| direction),
                agent,
                campaign: None,
                properties: property.into_iter().map(|(key, value)| (key.into(), value)).collect(),
            })
        },
    )
}

fn facts() -> impl Strategy<Value = What> {
    let texts = |texts: &[&str]| Value::List(texts.iter().map(|&text| text.into()).collect());
    let fact = prop::sample::select(vec![
        ("person.email", Value::from("a@x.example")),
        ("person.email", Value::Null),
        ("person.phone", Value::from("+442079460123")),
        ("person.seniority", Value::from("owner")),
        ("person.seniority", Value::from("manager")),
        ("company.industry", Value::from("food")),
        ("company.industry", Value::from("logistics")),
        ("company.industry", Value::from("retail")),
        ("company.industry", Value::from("education")),
        ("company.country", Value::from("DE")),
        ("company.country", Value::from("BR")),
        ("company.employees", Value::from(300)),
        ("company.employees", Value::from(12)),
        ("company.employees", Value::from("many")),
        ("company.budget", Value::from(9000)),
        ("company.budget", Value::from(900)),
        ("company.technologies", texts(&["route-planning", "telematics"])),
        ("company.technologies", texts(&[])),
        ("company.competitor", Value::from(true)),
        ("company.competitor", Value::from(false)),
        ("person.custom.renews", Value::Time(moment(300))),
        ("person.custom.renews", Value::from("2025-09-01")),
        ("score.intent", Value::from(81)),
        ("score.intent", Value::from(45)),
        ("score.intent", Value::from(10)),
        ("score.likelihood", Value::from(0.62)),
        ("score.likelihood", Value::from(0.1)),
    ]);
    let one = (fact, prop::bool::weighted(0.1), prop::option::weighted(0.15, 0..STEPS)).prop_map(
        |((key, value), suspect, expires)| Fact {
            suspect,
            expires_at: expires.map(moment),
            ..Fact::certain(key, value)
        },
    );
    prop::collection::vec(one, 1..6)
        .prop_map(|facts| What::Facts(Observation { source: "random".into(), facts }))
}

fn answer() -> impl Strategy<Value = What> {
    let criteria = vec![
        "budget",
        "authority",
        "need",
        "timing",
        "demand",
        "interest",
        "suitable",
        "location",
        "technology",
        "industry",
        "weather",
    ];
    let value = prop::sample::select(vec!["yes", "yes", "yes", "no", "no", "unknown"]);
    (prop::sample::select(criteria), value, prop::bool::weighted(0.05)).prop_map(
        |(criterion, value, machine)| {
            plain("criterion.answered", machine, &[("criterion", criterion), ("value", value)])
        },
    )
}

fn by_hand() -> impl Strategy<Value = What> {
    let to = prop::sample::select(vec![
        "lead",
        "prospect",
        "opportunity",
        "customer",
        "recycled",
        "disqualified",
        "none",
        "elsewhere",
    ]);
    let to = prop_oneof![1 => to, 1 => Just("recycled")];
    let lens = prop::sample::select(vec![
        None,
        None,
        Some("*"),
        Some("Shared"),
        Some("Shared"),
        Some("Sales"),
    ]);
    let wake_on = prop::option::weighted(0.4, 0..STEPS);
    let wake_when = prop::option::weighted(0.5, prop::sample::select(&WAKES[..]));
    (to, lens, wake_on, wake_when).prop_map(|(to, lens, wake_on, wake_when)| {
        let mut what = plain("stage.moved", false, &[("to", to), ("reason", "said so")]);
        if let What::Activity(activity) = &mut what {
            let properties = &mut activity.properties;
            properties.extend(lens.map(|lens| ("lens".into(), lens.into())));
            properties.extend(wake_on.map(|at| ("wake_on".into(), Value::Time(moment(at)))));
            properties.extend(wake_when.map(|text| ("wake_when".into(), text.into())));
        }
        what
    })
}

/// What somebody who was recycled by hand may wait for: everything that changes by time, by news or by the stage, what
/// no definition reads, and what is no condition.
const WAKES: [&str; 12] = [
    "did(\"email.replied\", dwell())",
    "did(\"page.viewed\", days(3)) && count(\"page.viewed\", days(20)) >= 2",
    "!did(\"*\", days(11))",
    "dwell() >= days(9) && company.employees > 100",
    "score.engagement > 3.3 && score.engagement < 31.7",
    "criterion.budget || criterion.fresh",
    "temperature != \"cold\" && since(\"email.sent\") > days(4)",
    "two_way(days(6)) || score.fit >= 40",
    "known(company.technologies) && stage == \"recycled\"",
    "met(criterion.need, criterion.stale) >= 1",
    "true",
    "no such condition",
];

fn plain(kind: &str, machine: bool, properties: &[(&str, &str)]) -> What {
    let usual = usual(kind);
    What::Activity(Activity {
        kind: Kind::new(kind),
        channel: usual.map(|(channel, _)| channel),
        direction: usual.map(|(_, direction)| direction),
        agent: if machine { Agent::Machine } else { Agent::Human },
        campaign: None,
        properties: properties.iter().map(|&(key, value)| (key.into(), value.into())).collect(),
    })
}
