//! How many a list finds, and how many are not in its order.

use axum::Json;
use axum::extract::{Query, State};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Map, Value, json};
use team::{Right, User};

use super::ask::Ask;
use super::columns::Column;
use super::wanted::{self, Order, Wanted};
use super::{COUNTED_AT_ONCE, Looked, ROWS, both, int};
use crate::Of;
use crate::pages::list::{Total, Waiting};

/// How many are found: at once where that costs little, else it is asked for by the page. `shown` are on this page,
/// whether more follow or not.
pub(super) fn total(
    tx: &mut Tx,
    who: &User,
    ask: &Ask,
    wanted: &Wanted,
    (everyone, waiting, shown): (u64, Option<&Waiting>, usize),
    now: Moment,
) -> Result<Total, Failure> {
    let known = |count: Option<u64>, asks| Total {
        is_more: count.is_some_and(|count| wanted.is_more_than(count)),
        count: count.map(int),
        asks,
    };
    let asks = ask.asking("count");
    match waiting {
        Some(Waiting::Reading(_)) => return Ok(known(None, asks)),
        Some(Waiting::Fault(_) | Waiting::NoOrder(_)) => return Ok(known(None, String::new())),
        None => {}
    }
    if wanted.is_nearest_first() && shown < ROWS {
        // They are all there are.
        return Ok(known(u64::try_from(shown).ok(), asks));
    }
    if !wanted.is_narrow() && !wanted.is_searched() {
        return Ok(known(wanted.count(tx, who, now)?, String::new()));
    }
    if everyone > COUNTED_AT_ONCE {
        return Ok(known(None, asks));
    }
    Ok(known(wanted.count(tx, who, now)?, asks))
}

/// Those of whom the fact is unknown by which the list is ordered: the fact, and where they are.
pub(super) fn unordered(ask: &Ask, order: &Order) -> Option<(String, String)> {
    let key = order.fact()?;
    let unknown = format!("!known({key})");
    let condition = match ask.condition.trim() {
        "" => unknown,
        other => format!("({other}) && {unknown}"),
    };
    let href = ask.but(|ask| {
        (ask.sort, ask.dir) = ("name".to_owned(), String::new());
        ask.condition = condition;
    });
    Some((Column::Fact(key.to_owned()).label(), href))
}

/// How many are not in the order because the fact is unknown by which it goes; nothing where nobody is, and of a search,
/// which is shown in an order of its own.
pub(super) fn left_out(
    tx: &mut Tx,
    who: &User,
    ask: &Ask,
    wanted: &Wanted,
    everyone: u64,
    now: Moment,
) -> Result<Option<Total>, Failure> {
    let order = wanted.order();
    let Some(key) = order.fact().filter(|_| !wanted.is_nearest_first()) else { return Ok(None) };
    let condition = both(&ask.condition, &format!("!known({key})"));
    let by_name = if ask.of == Of::People { "name" } else { "" };
    let ask = Ask {
        condition,
        sort: by_name.to_owned(),
        dir: String::new(),
        // The condition is the address's own, whatever its view shows.
        changed: if ask.view.is_empty() { String::new() } else { "1".to_owned() },
        ..ask.clone()
    };
    let asks = ask.asking("count");
    if everyone > COUNTED_AT_ONCE {
        return Ok(Some(Total { count: None, asks, is_more: false }));
    }
    let looked = Looked::of(tx, who, &ask)?;
    if looked.fault.is_some() {
        return Ok(None);
    }
    let count = looked.wanted.count(tx, who, now)?.map(int);
    Ok(Some(Total { count, asks, is_more: false }).filter(|_| count != Some(0)))
}

/// How many stand where, for a page that is open.
pub(super) async fn counts(
    of: Of,
    State(app): State<App>,
    who: User,
) -> Result<Json<Value>, Failure> {
    who.may(Right::ReadPeople)?;
    let tally = app
        .db
        .read(move |tx| {
            let lens = crate::lens_for(tx, &who, None)?;
            wanted::tally(tx, &who, of, lens.id)
        })
        .await?;
    let everyone: u64 = tally.iter().map(|(_, count)| count).sum();
    let mut counts: Map<String, Value> =
        tally.iter().map(|(stage, count)| (stage.as_str().to_owned(), json!(count))).collect();
    counts.insert(String::new(), json!(everyone));
    Ok(Json(Value::Object(counts)))
}

/// How many meet a condition, for a page that is open; nothing while it is not ready.
pub(super) async fn count(
    of: Of,
    State(app): State<App>,
    who: User,
    Query(ask): Query<Ask>,
) -> Result<Json<Value>, Failure> {
    let now = app.clock.now();
    let (count, is_more) = app
        .db
        .read(move |tx| {
            let (looked, _) = Looked::at(tx, &who, Ask { of, ..ask })?;
            match looked.fault {
                Some(_) => Ok((None, false)),
                None => {
                    let count = looked.wanted.count(tx, &who, now)?;
                    Ok((count, count.is_some_and(|count| looked.wanted.is_more_than(count))))
                }
            }
        })
        .await?;
    Ok(Json(json!({ "count": count, "is_more": is_more })))
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;
    use crate::list::Sort;

    #[test]
    fn whoever_is_in_no_order_can_be_shown() {
        let ask = Ask { condition: "a || b".into(), ..Ask::default() };
        let (label, href) =
            unordered(&ask, &Order::by_fact(Of::People, "person.custom.plan")).unwrap();
        assert_eq!(label, "plan");
        assert!(href.contains(&encode("(a || b) && !known(person.custom.plan)")), "{href}");
        assert_eq!(unordered(&ask, &Order::People(Sort::Name)), None);
    }
}
