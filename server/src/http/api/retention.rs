//! `/retention/rules`: of whom nothing is kept once nothing was heard of them for long.

use away::retention::{self, Draft, RULE};
use funnel::Stage;
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::json;
use team::Right;

use super::ask::Ask;
use super::call::{Call, delete, get, post};
use super::given::Given;
use super::shape::{
    Shape, count, has, id, list, may, moment, named, object, text_of, truth, whole, word,
};
use crate::ruled::rule_value;

/// People whom a rule reports on a page.
const REPORTED_MAX: i64 = 1_000;

fn stages() -> Shape {
    let words: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    list(word(&words)).most(7)
}

fn draft_shape() -> Shape {
    object(vec![
        has("name", text_of(1, 120)),
        has("quiet_months", whole(1, 240).says("Nothing was heard of them for so many months.")),
        may("stages", stages().says("At these stages under the main lens; at any unless said.")),
        may(
            "where",
            text_of(0, 32_000).format("condition").says("A condition that holds of them besides."),
        ),
        may(
            "erase_after_days",
            whole(1, 365).says(
                "They are erased so many days after they were reported; only reported unless said.",
            ),
        ),
    ])
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let run = object(vec![
        has("ran_at", moment()),
        has("met", count().says("Whom it met.")),
        has("noticed", count().says("Of them, who was reported for the first time.")),
        has("lifted", count().says("Who was reported and meets it no more.")),
        has("erased", count()),
        has("left_due", count().says("Who is due and left for the next run.")),
        has("failure", text_of(0, 10_000).or_null()),
    ]);
    let rule = object(vec![
        has("id", id()),
        has("name", text_of(1, 120)),
        has("quiet_months", count()),
        has("stages", stages()),
        has("where", text_of(0, 32_000)),
        has("erases", truth()),
        has("notice_days", count()),
        has("made_at", moment()),
        has("noticed", count().says("Whom it reports now.")),
        has("next_due_at", moment().or_null()),
        has("runs", list(named("RetentionRun")).says("The last ten, the newest first.")),
    ]);
    let preview = object(vec![
        has("quiet_since", moment()),
        has("people", count().says("Whom it would meet now.")),
        has("of", count().says("Of how many.")),
        has("first_erased_at", moment().or_null()),
    ]);
    vec![("RetentionRun", run), ("RetentionRule", rule), ("RetentionPreview", preview)]
}

pub(super) fn calls() -> Vec<Call> {
    let example = json!({ "name": "Cold leads", "quiet_months": 24, "stages": ["lead"], "erase_after_days": 30 });
    vec![
        get("/retention/rules", "listRetentionRules", "The rules of retention, with what they came to")
            .right(Right::ErasePeople)
            .gives(200, "Every rule by name.", object(vec![has("rules", list(named("RetentionRule")))]))
            .reads(all),
        post("/retention/rules", "makeRetentionRule", "Make a rule of retention")
            .more("It runs within the hour, and then every day. Whoever is to be erased is reported first.")
            .right(Right::ErasePeople)
            .takes(draft_shape(), example.clone())
            .gives(201, "It is made.", named("RetentionRule"))
            .refuses(&[404, 409])
            .writes(make),
        post("/retention/rules/try", "tryRetentionRule", "Say whom a rule would meet now, and change nothing")
            .right(Right::ErasePeople)
            .takes(draft_shape(), example)
            .gives(200, "Whom it would meet.", named("RetentionPreview"))
            .refuses(&[404, 409])
            .waits(|app, ask| Box::pin(attempt(app, ask))),
        delete("/retention/rules/{rule}", "removeRetentionRule", "Take a rule away")
            .at("rule", text_of(1, 200).says("Its id, or its name.").example("Cold leads"))
            .right(Right::ErasePeople)
            .gives_nothing("It is gone.")
            .writes(remove),
        get("/retention/rules/{rule}/people", "listReported", "Whom a rule reports, those who are due first")
            .at("rule", text_of(1, 200).says("Its id, or its name.").example("Cold leads"))
            .right(Right::ErasePeople)
            .gives(
                200,
                "The first thousand.",
                object(vec![has(
                    "people",
                    list(object(vec![
                        has("id", id()),
                        has("name", text_of(0, 10_000)),
                        has("noticed_at", moment()),
                        has("due_at", moment()),
                    ])),
                )]),
            )
            .reads(reported),
    ]
}

fn draft(ask: &Ask) -> Draft {
    let small = |name: &str| {
        // 24.0 is a whole number, too.
        let found = ask.body.get(name).and_then(serde_json::Value::as_f64);
        found.and_then(|number| number.to_string().parse().ok())
    };
    let stages = ask.body.get("stages").and_then(serde_json::Value::as_array);
    let stages = stages.into_iter().flatten().filter_map(|word| Stage::parse(word.as_str()?));
    let days = small("erase_after_days");
    Draft {
        name: ask.said("name").unwrap_or_default().to_owned(),
        quiet_months: small("quiet_months").unwrap_or(0),
        stages: stages.collect(),
        condition: ask.said("where").unwrap_or_default().to_owned(),
        erases: days.is_some(),
        notice_days: days.unwrap_or(0),
    }
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rules = retention::rules(tx, &ask.who)?;
    let rules: Vec<_> = rules.iter().map(|ruled| rule_value(ask.outside, ruled)).collect();
    Ok(Given::value(json!({ "rules": rules })))
}

/// How long a call waits for the words of a condition.
const WORDS_WAIT: std::time::Duration = std::time::Duration::from_secs(25);
const WORDS_LOOK: std::time::Duration = std::time::Duration::from_millis(40);

fn make(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rule = retention::make(tx, &ask.who, &draft(ask), ask.now)?;
    let place = format!("/retention/rules/{}", ask.outside.encode(RULE, rule.id));
    let ruled = retention::Ruled { rule, noticed: 0, next_due_at: None, runs: Vec::new() };
    Ok(Given::created(rule_value(ask.outside, &ruled), &place))
}

async fn attempt(app: App, ask: Ask) -> Result<Given, Failure> {
    let draft = draft(&ask);
    let (asked, who, now) = (draft.clone(), ask.who.clone(), ask.now);
    app.db.write(move |tx| retention::prepare(tx, &who, &asked, now)).await?;
    // The first time a word is asked, a job reads it out of all histories.
    let begun = tokio::time::Instant::now();
    let found = loop {
        let (draft, who) = (draft.clone(), ask.who.clone());
        match app.db.read(move |tx| retention::preview(tx, &who, &draft, now)).await {
            Err(Failure::Busy { .. }) if begun.elapsed() < WORDS_WAIT => {
                tokio::time::sleep(WORDS_LOOK).await;
            }
            found => break found?,
        }
    };
    Ok(Given::value(json!({
        "quiet_since": found.quiet_since, "people": found.people, "of": found.of,
        "first_erased_at": found.first_erased_at,
    })))
}

fn remove(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    retention::remove(tx, &ask.who, ask.text("rule"), ask.now)?;
    Ok(Given::nothing())
}

fn reported(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let people = retention::reported(tx, &ask.who, ask.text("rule"), REPORTED_MAX)?;
    Ok(Given::value(json!({ "people": people })))
}
