//! `/backtests`: what a definition would have said of the past.

use funnels::backtest::{self, BACKTEST, BacktestRow, Question};
use moment::{DAY_US, Span};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::call::{Call, delete, get, post};
use super::definitions::{EXAMPLE, definition, lens_name};
use super::given::Given;
use super::shape::{
    Shape, any, count, has, id, list, map, may, moment, named, number, object, share, text,
    text_of, truth, whole, word,
};

fn part() -> Shape {
    text_of(1, 100).says("The id of a backtest.")
}

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/backtests", "listBacktests", "The newest backtests")
            .gives(200, "The newest first, without their results.", object(vec![
                has("backtests", list(named("Backtest"))),
            ]))
            .refuses(&[409])
            .reads(all),
        post("/backtests", "startBacktest", "Try a definition over the whole past")
            .more("A job reads everybody's history; ask for the backtest until its `state` is no more `running`.")
            .takes(
                object(vec![
                    has("text", definition()),
                    may("lens", lens_name()),
                    may("within_days", whole(1, 3_650).or_null().says(
                        "How long after being called somebody may win so that it counts: any time unless said.",
                    )),
                    may("until", moment().or_null().says("Where the past ends: now unless said.")),
                ]),
                json!({ "text": EXAMPLE, "within_days": 90 }),
            )
            .gives(202, "It was begun.", named("Backtest"))
            .refuses(&[404, 409])
            .writes(start),
        get("/backtests/{backtest}", "getBacktest", "A backtest, with what it came to")
            .at("backtest", part())
            .gives(200, "The backtest.", named("Backtest"))
            .refuses(&[409])
            .reads(one),
        get("/backtests/{backtest}/against/{other}", "compareBacktests", "Hold one stored backtest against another")
            .more("Every difference is the second less the first; where two intervals overlap it may be chance.")
            .at("backtest", part().says("The id of the first."))
            .at("other", part().says("The id of the second."))
            .gives(200, "Both, and by how much the second differs from the first.", named("BacktestComparison"))
            .refuses(&[409])
            .reads(compare),
        delete("/backtests/{backtest}", "cancelBacktest", "Give a backtest up that has not ended")
            .at("backtest", part())
            .gives(200, "The backtest as it is now; one that had ended stays as it is.", named("Backtest"))
            .refuses(&[409])
            .writes(cancel),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let backtest = object(vec![
        has("id", id()),
        has("name", text()),
        has("state", word(&backtest::State::ALL.map(backtest::State::as_str))),
        has("started_at", moment()),
        has("finished_at", moment().or_null()),
        has("until", moment()),
        has("within_days", whole(0, i64::MAX).or_null()),
        has("refusal", text().or_null().says("Why it says nothing, if it is refused.")),
        may("result", named("BacktestResult").or_null()),
    ]);
    let interval = object(vec![has("low", share()), has("high", share())]).or_null();
    let quartiles =
        object(["p25", "median", "p75"].map(|name| has(name, whole(i64::MIN, i64::MAX))).into());
    let load = || vec![has("mean", number()), has("max", count())];
    let mut owner = load();
    owner.push(may("weeks", list(count()).most(100_000)));
    let figures = object(vec![
        has("called", count()),
        has("won", count()),
        has("precision", share().or_null()),
        has("precision_interval", interval.clone()),
        has("recall", share().or_null()),
        has("recall_interval", interval),
        has("too_recent", count()),
        has("too_late", count()),
        has("lead_days", quartiles.or_null()),
        has("weekly", object(load())),
    ]);
    let days = || whole(i64::MIN, i64::MAX).or_null();
    let shift = object(vec![
        has("only_draft", count()),
        has("only_in_force", count()),
        has("same", count()),
        has("earlier", count()),
        has("earlier_days", days()),
        has("later", count()),
        has("later_days", days()),
    ]);
    let call = object(vec![has("at", moment()), has("receipt", named("Transition"))]);
    let difference = object(vec![
        has("person", id()),
        has("name", text()),
        has("company", text().or_null()),
        has("stage", any()),
        has("days_earlier", days()),
        has("outcome", any().says(
            "What became of their deals: `is` says won (with amount_minor and currency), lost, open, no-deal or untold.",
        )),
        has("because", text().or_null().says("Over which part of the condition the two part.")),
        has("draft", call.clone().or_null()),
        has("in_force", call.or_null()),
    ]);
    let result = object(vec![
        has("definition", text()),
        has("lens", text()),
        has("version", count()),
        has("stages", map(figures.clone())),
        has("in_force", map(figures)),
        has("moved", map(shift)),
        has("load", map(object(owner))),
        has("people", count()),
        has("entries", count()),
        has("won", count()),
        has("differ", count()),
        has("from", moment().or_null()),
        has("to", moment().or_null()),
        has("until", moment()),
        has("within_days", days()),
        has("differences", list(difference)),
    ]);
    let side = object(vec![
        has("backtest", id()),
        has("definition", text()),
        has("lens", text()),
        has("version", count()),
        has("started_at", moment()),
    ])
    .and_more()
    .says("A backtest, and what it came to.");
    let share_by = object(vec![
        has("by", number()),
        has("is_apart", truth().says("Whether the intervals at 95 % lie apart.")),
    ])
    .or_null();
    let stage = object(vec![
        has("called", whole(i64::MIN, i64::MAX)),
        has("won", whole(i64::MIN, i64::MAX)),
        has("precision", share_by.clone()),
        has("recall", share_by),
        has("lead_days", days()),
        has("weekly", number()),
    ]);
    let comparison = object(vec![
        has("first", side.clone()),
        has("second", side),
        has(
            "difference",
            object(vec![
                has("stages", map(stage)),
                has(
                    "is_alike",
                    truth().says("Whether both were asked the same of the same people."),
                ),
            ])
            .and_more(),
        ),
    ]);
    vec![("Backtest", backtest), ("BacktestResult", result), ("BacktestComparison", comparison)]
}

fn value(row: &BacktestRow, ask: &Ask) -> Map<String, Value> {
    let value = json!({
        "id": ask.outside.encode(BACKTEST, row.id),
        "name": row.name,
        "state": row.state().as_str(),
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "until": row.asked.until,
        "within_days": row.asked.within.map(|within| within.0 / DAY_US),
        "refusal": row.refusal,
    });
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = backtest::list(tx, &ask.who)?;
    Ok(Given::value(
        json!({ "backtests": rows.iter().map(|row| value(row, ask)).collect::<Vec<_>>() }),
    ))
}

fn whole_value(tx: &mut Tx, ask: &Ask, id: i64) -> Result<Value, Failure> {
    let row = backtest::load(tx, &ask.who, id)?;
    let mut members = value(&row, ask);
    let result = row.result.as_deref().map(serde_json::from_str::<Value>).transpose();
    members.insert("result".to_owned(), result.map_err(anyhow::Error::from)?.unwrap_or_default());
    Ok(Value::Object(members))
}

fn start(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let question = Question {
        within: ask.body.get("within_days").and_then(Value::as_i64).map(Span::days),
        until: ask.said("until").and_then(|at| at.parse().ok()),
    };
    let text = ask.said("text").unwrap_or_default();
    let started = backtest::start(tx, &ask.who, text, ask.said("lens"), question, ask.now)?;
    let place = format!("/backtests/{}", ask.outside.encode(BACKTEST, started.backtest));
    Ok(Given::accepted(whole_value(tx, ask, started.backtest)?, &place))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("backtest", BACKTEST)?;
    Ok(Given::value(whole_value(tx, ask, id)?))
}

fn compare(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (first, second) = (ask.id("backtest", BACKTEST)?, ask.id("other", BACKTEST)?);
    Ok(Given::value(json!(backtest::compare(tx, &ask.who, first, second)?)))
}

fn cancel(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("backtest", BACKTEST)?;
    backtest::cancel(tx, &ask.who, id, ask.now)?;
    Ok(Given::value(whole_value(tx, ask, id)?))
}
