//! How many a list finds, and how many come last in it for what its order goes by is unknown of them.

use axum::Json;
use axum::extract::{Query, State};
use moment::Moment;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use serde_json::{Map, Value, json};
use team::{Right, User};

use super::ask::{ALL, Ask};
use super::choices::label;
use super::columns::Column;
use super::wanted::{self, Order, Wanted};
use super::{COUNTED_AT_ONCE, Looked, ROWS, both, int};
use crate::Of;
use crate::fields::FieldRow;
use crate::pages::list::{Total, Waiting, Without};

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

/// Those of whom it is unknown by what the list is ordered, and who come last for that; nothing where nobody is, and of a
/// search, which is shown in an order of its own.
pub(super) fn without(
    tx: &mut Tx,
    who: &User,
    (ask, fields): (&Ask, &[FieldRow]),
    wanted: &Wanted,
    everyone: u64,
    now: Moment,
) -> Result<Option<Without>, Failure> {
    let order = wanted.order();
    let Some(key) = order.fact().filter(|_| !wanted.is_nearest_first()) else { return Ok(None) };
    let ask = ask_without(ask, key);
    let (label, href) = (order_label(ask.of, &order, key, fields), ask.href());
    let asks = ask.asking("count");
    if everyone > COUNTED_AT_ONCE {
        return Ok(Some(Without {
            label,
            href,
            total: Total { count: None, asks, is_more: false },
        }));
    }
    let looked = Looked::of(tx, who, &ask)?;
    if looked.fault.is_some() {
        return Ok(None);
    }
    let count = looked.wanted.count(tx, who, now)?.map(int);
    let total = Total { count, asks, is_more: false };
    Ok(Some(Without { label, href, total }).filter(|_| count != Some(0)))
}

/// The same list of those alone of whom a fact is unknown, by name.
fn ask_without(ask: &Ask, key: &str) -> Ask {
    let by_name = if ask.of == Of::People { "name" } else { "" };
    // The condition is the address's own, whatever its view shows.
    let is_viewed = !ask.view.is_empty() && ask.view != ALL;
    Ask {
        condition: both(&ask.condition, &format!("!known({key})")),
        sort: by_name.to_owned(),
        dir: String::new(),
        after: String::new(),
        changed: if is_viewed { "1".to_owned() } else { String::new() },
        ..ask.clone()
    }
}

/// What an order goes by, as one says it: a custom field by its label.
fn order_label(of: Of, order: &Order, key: &str, fields: &[FieldRow]) -> String {
    let by_it = |column: &Column| column.order(of).as_ref() == Some(order);
    match Column::all(of).find(by_it) {
        Some(column) => column.label().to_lowercase(),
        None => label(&Column::Fact(key.to_owned()), fields),
    }
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

    #[test]
    fn whoever_has_no_value_can_be_shown_by_themselves() {
        let ask = Ask {
            condition: "a || b".into(),
            sort: "person.custom.plan".into(),
            dir: "desc".into(),
            after: "u~7".into(),
            ..Ask::default()
        };
        let asked = encode("(a || b) && (!known(person.custom.plan))");
        let other = ask_without(&ask, "person.custom.plan");
        assert_eq!(other.href(), format!("/people?where={asked}&sort=name"));
        let ask = Ask { of: Of::Companies, view: "viw_1".into(), ..Ask::default() };
        let asked = encode("!known(company.employees)");
        let href = format!("/companies?where={asked}&view=viw_1&changed=1");
        assert_eq!(ask_without(&ask, "company.employees").href(), href);
    }

    #[test]
    fn an_order_says_by_what_it_goes() {
        let says = |of, word: &str| {
            let order = Order::parse(of, word).unwrap();
            order_label(of, &order, order.fact().unwrap(), &[])
        };
        assert_eq!(says(Of::People, "score.likelihood"), "likelihood");
        assert_eq!(says(Of::People, "person.custom.plan"), "plan");
        assert_eq!(says(Of::People, "company.employees"), "company employees");
        assert_eq!(says(Of::Companies, "company.employees"), "employees");
        assert_eq!(says(Of::Companies, "intent"), "intent");
    }
}
