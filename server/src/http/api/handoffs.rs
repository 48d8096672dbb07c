//! `/handoffs`: who waits to be taken on by sales, and what came of the others.

use funnels::handoff::{LISTED_MAX, Outcome, Pick, Since, handoffs, picked};
use platform::Tx;
use platform::failure::Failure;
use serde_json::json;

use super::ask::Ask;
use super::at_field;
use super::call::{Call, get};
use super::given::Given;
use super::people::any_stage;
use super::shape::{
    Member, Shape, count, has, id, list, may, moment, named, object, share, text, text_of, truth,
    whole, word,
};

const OUTCOMES: [&str; 4] = ["waiting", "accepted", "rejected", "moved_on"];

pub(super) fn calls() -> Vec<Call> {
    let windowed = |call: Call| {
        call.lens().ask(
            "since",
            text_of(1, 40)
                .format("day")
                .example("2026-01-01")
                .says("Count only those handed over since this day; who waits is always told."),
        )
    };
    let most = usize::try_from(LISTED_MAX).unwrap_or(usize::MAX);
    vec![
        windowed(get("/handoffs", "listHandoffs", "Who waits to be taken on by sales, and what came of the others"))
            .more(
                "Whoever climbs to a stage with an `sla` is handed over, once for each time. handed_over = accepted + rejected + \
                 waiting + moved_on, for every version and every source.",
            )
            .gives(200, "The handoffs.", named("Handoffs"))
            .refuses(&[409])
            .reads(all),
        windowed(get("/handoffs/people", "listHandedOver", "Those of whom one came, the newest first"))
            .ask("outcome", word(&OUTCOMES).usually("waiting").says("What came of them."))
            .ask("version", whole(1, i64::MAX).says("By which version of the definition."))
            .ask("via", text_of(0, 200).says("By which way they once came in."))
            .ask("campaign", text_of(0, 500).says("By which campaign."))
            .gives(200, "At most 200.", object(vec![has("people", list(named("HandedOver")).most(most))]))
            .refuses(&[409])
            .reads(people),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let numbers = ["handed_over", "accepted", "rejected", "waiting", "moved_on", "overdue", "late"];
    let reason = object(vec![has("reason", text()), has("count", count())]);
    let interval = object(vec![has("low", share()), has("high", share())]).or_null();
    let mut line: Vec<Member> = vec![
        may("version", whole(0, i64::MAX)),
        has("name", text().says("The version as its file names it, or the source.")),
        may("via", text()),
        may("campaign", text()),
    ];
    line.extend(numbers.map(|name| has(name, count())));
    line.extend([
        has(
            "rejection_rate",
            share()
                .or_null()
                .says("rejected of accepted + rejected; null before the first answer."),
        ),
        has("rejection_interval", interval.says("Where it lies with 95 % confidence.")),
        has("reasons", list(reason).most(100_000).says("Why, the most frequent first.")),
    ]);
    let one = object(vec![
        has("person", id()),
        has("name", text()),
        has("stage", any_stage()),
        has("version", whole(0, i64::MAX)),
        has("source", text()),
        has("handed_at", moment()),
        has("due_at", moment()),
        has("outcome", word(&OUTCOMES)),
        has("answered_at", moment().or_null()),
        has("reason", text().or_null()),
        has("is_late", truth()),
        may(
            "left_s",
            whole(i64::MIN, i64::MAX).says(
                "Seconds that are left; below zero if the time has run out. Of those who wait.",
            ),
        ),
    ]);
    let handoffs = object(vec![
        has("lens", text()),
        has("asks", truth().says("Whether the definition in force names a time within which anybody is to be taken on.")),
        has("since", moment().or_null()),
        has("total", named("HandoffLine")),
        has("versions", list(named("HandoffLine")).most(100_000).says("The newest first.")),
        has("sources", list(named("HandoffLine")).most(100_000).says("The largest first.")),
        has("waits", count()),
        has("overdue", count()),
        has("waiting", list(named("HandedOver")).says("The oldest first, at most 200.")),
    ]);
    vec![("HandoffLine", object(line)), ("HandedOver", one), ("Handoffs", handoffs)]
}

fn since(ask: &Ask) -> Since {
    ask.find("since").map_or(Since::Always, |day| Since::Date(day.to_owned()))
}

fn mended(failure: Failure) -> Failure {
    at_field(failure, &[("no_date", "since")])
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let found = handoffs(tx, &ask.who, ask.lens(), &since(ask), ask.now).map_err(mended)?;
    Ok(Given::value(json!(found)))
}

fn people(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let text = |name: &str| ask.find(name).map(str::to_owned);
    let pick = Pick {
        outcome: ask.find("outcome").and_then(Outcome::parse).unwrap_or(Outcome::Waiting),
        version: ask.whole("version"),
        via: text("via"),
        campaign: text("campaign"),
    };
    let found = picked(tx, &ask.who, ask.lens(), (&since(ask), &pick), ask.now).map_err(mended)?;
    Ok(Given::value(json!({ "people": found })))
}
