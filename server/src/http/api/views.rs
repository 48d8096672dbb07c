//! `/views`: what is asked of the list of people or of companies, in which order and columns it is shown, by a name.

use people::Of;
use people::companies::CompanySort;
use people::list::Sort;
use people::views::{self, Shows, VIEW, ViewRow};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::{Given, tag};
use super::listing::in_address;
use super::shape::{Shape, has, id, like, list, may, named, object, text, text_of, truth, word};

fn of() -> Shape {
    word(&[Of::People.word(), Of::Companies.word()])
}

fn part() -> Shape {
    text_of(1, 100).says("The id of a view.")
}

fn shows() -> Shape {
    let stages = ["lead", "prospect", "opportunity", "customer", "recycled", "disqualified"];
    let toward = ["lead", "prospect", "opportunity", "customer", "next"];
    object(vec![
        may("stage", word(&stages).or_null()),
        may("where", in_address(text_of(0, 1).format("condition")).or_null().says("A condition.")),
        may(
            "sort",
            text_of(0, 100).or_null().says("By what people are ordered, as `sort` of /people."),
        ),
        may("order", word(&["asc", "desc"]).or_null()),
        may("missing", word(&toward).or_null().says("For which stage what is missing is shown.")),
        may(
            "columns",
            list(text_of(1, 100))
                .most(30)
                .says("Words of columns, in their order; the usual ones if there is none."),
        ),
        may("density", word(&["compact", "roomy"]).or_null()),
    ])
    .says("What a view shows; what is left out or null is as usual.")
}

pub(super) fn calls() -> Vec<Call> {
    let name = || like("[A-Za-z0-9]", 100).format("name").says("By which people know it.");
    let shared = || truth().says("Whether everybody sees it, which takes the right lists.manage.");
    vec![
        get("/views", "listViews", "One's own views of the lists of people and of companies, and those that are shared")
            .ask("of", of().says("Of one of the lists alone."))
            .gives(200, "In the order in which they were made.", object(vec![has("views", list(named("View")))]))
            .reads(all),
        post("/views", "createView", "Save a view under a name")
            .takes(
                object(vec![
                    has("name", name()),
                    may("of", of().usually("people").says("Of which list.")),
                    may("is_shared", shared().usually(false)),
                    has("shows", named("Shows")),
                ]),
                json!({ "name": "Warm leads", "shows": { "stage": "lead", "where": "temperature == \"warm\"", "sort": "engagement" } }),
            )
            .gives(201, "The view.", named("View"))
            .refuses(&[409])
            .tagged()
            .writes(create),
        get("/views/{view}", "getView", "One view")
            .at("view", part())
            .gives(200, "The view.", named("View"))
            .tagged()
            .reads(one),
        patch("/views/{view}", "changeView", "Have a view show something else, or call it otherwise")
            .more("`shows` takes the place of all that it showed.")
            .at("view", part())
            .takes(
                object(vec![may("name", name()), may("is_shared", shared()), may("shows", named("Shows"))]),
                json!({ "name": "Leads to call" }),
            )
            .gives(200, "The view as it is now.", named("View"))
            .refuses(&[409])
            .tagged()
            .writes(change),
        delete("/views/{view}", "removeView", "Remove a view")
            .at("view", part())
            .gives_nothing("It is gone.")
            .tagged()
            .writes(remove),
        post("/views/first", "chooseFirstView", "Say with which view one's own list begins")
            .takes(
                object(vec![
                    has("view", text_of(1, 100).or_null().says("The id of a view; null for everybody.")),
                    may("of", of().usually("people").says("Which list begins with everybody, where `view` is null.")),
                ]),
                json!({ "view": null }),
            )
            .gives_nothing("The list begins so.")
            .refuses(&[404])
            .writes(first),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let view = object(vec![
        has("id", id()),
        has("name", text()),
        has("of", of().says("Of which list.")),
        has("is_own", truth()),
        has("is_shared", truth()),
        has("is_first", truth().says("Whether one's own list begins with it.")),
        has("shows", named("Shows")),
    ]);
    vec![("View", view), ("Shows", shows())]
}

fn value(row: &ViewRow, ask: &Ask) -> Value {
    let Shows { stage, condition, sort, dir, missing, cols, density } = &row.shows;
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let columns: Vec<&str> = cols.split(',').filter(|word| !word.is_empty()).collect();
    json!({
        "id": ask.outside.encode(VIEW, row.id),
        "name": row.name,
        "of": row.of.word(),
        "is_own": row.owner == ask.who.actor(),
        "is_shared": row.is_shared,
        "is_first": row.is_first,
        "shows": {
            "stage": some(stage), "where": some(condition), "sort": some(sort), "order": some(dir),
            "missing": some(missing), "columns": columns, "density": some(density),
        },
    })
}

fn tag_of(row: &ViewRow) -> String {
    let Shows { stage, condition, sort, dir, missing, cols, density } = &row.shows;
    let shared = row.is_shared.to_string();
    tag(&[&row.name, &shared, stage, condition, sort, dir, missing, cols, density])
}

fn given(row: &ViewRow, ask: &Ask) -> Given {
    Given::value(value(row, ask)).tagged(tag_of(row))
}

/// What a view is to show, as an address of the list says it; the condition as it is written when it can be read.
fn shown(tx: &mut Tx, of: Of, ask: &Ask) -> Result<Option<Shows>, Failure> {
    let Some(said) = ask.body.get("shows") else { return Ok(None) };
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut condition = text("where");
    if !condition.trim().is_empty() {
        let lens = people::lens_for(tx, &ask.who, None)?.id;
        let read = people::condition::read_of(tx, of, lens, &condition).and_then(|asked| {
            asked.check(tx, &ask.who)?;
            Ok(asked.condition().to_string())
        });
        condition = read.map_err(|failure| match failure {
            Failure::Refused { code: "condition", words } => {
                Failure::invalid("/shows/where", words)
            }
            other => other,
        })?;
    }
    let sort = text("sort");
    let (is_order, words) = match of {
        Of::People => (
            Sort::parse(&sort).is_some(),
            "there are name, fit, engagement, touched, created, and facts like company.employees",
        ),
        Of::Companies => (
            CompanySort::parse(&sort).is_some(),
            "there are name, stage, people, touched, intent, created, and facts like company.employees",
        ),
    };
    if !sort.is_empty() && !is_order {
        return Err(Failure::invalid("/shows/sort", words));
    }
    let columns = said.get("columns").and_then(Value::as_array);
    let columns: Vec<&str> = columns.into_iter().flatten().filter_map(Value::as_str).collect();
    Ok(Some(Shows {
        stage: text("stage"),
        condition,
        sort,
        dir: text("order"),
        missing: text("missing"),
        cols: columns.join(","),
        density: text("density"),
    }))
}

fn is_shared(ask: &Ask) -> Option<bool> {
    ask.body.get("is_shared").and_then(Value::as_bool)
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let only = ask.find("of").and_then(Of::parse);
    let mut values: Vec<Value> = Vec::new();
    for of in Of::BOTH.into_iter().filter(|of| only.is_none_or(|only| only == *of)) {
        values.extend(views::views(tx, &ask.who, of)?.iter().map(|row| value(row, ask)));
    }
    Ok(Given::value(json!({ "views": values })))
}

fn found(tx: &mut Tx, ask: &Ask) -> Result<ViewRow, Failure> {
    views::load(tx, &ask.who, ask.id("view", VIEW)?)
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    Ok(given(&found(tx, ask)?, ask))
}

fn create(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let of = ask.said("of").and_then(Of::parse).unwrap_or_default();
    let shows = shown(tx, of, ask)?.unwrap_or_default();
    let named = (ask.said("name").unwrap_or_default(), is_shared(ask).unwrap_or_default());
    let id = views::save(tx, &ask.who, of, named, &shows, ask.now)?;
    let row = views::load(tx, &ask.who, id)?;
    let place = format!("/views/{}", ask.outside.encode(VIEW, id));
    Ok(Given::created(value(&row, ask), &place).tagged(tag_of(&row)))
}

/// The view, if it is as it was read.
fn same(tx: &mut Tx, ask: &Ask) -> Result<ViewRow, Failure> {
    let id = found(tx, ask)?.id;
    tx.lock("view", &[id])?;
    let row = views::load(tx, &ask.who, id)?;
    ask.must_match(&tag_of(&row))?;
    Ok(row)
}

fn change(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    let shows = shown(tx, row.of, ask)?.unwrap_or_else(|| row.shows.clone());
    let named = (ask.said("name").unwrap_or(&row.name), is_shared(ask).unwrap_or(row.is_shared));
    views::change(tx, &ask.who, row.id, named, &shows, ask.now)?;
    Ok(given(&views::load(tx, &ask.who, row.id)?, ask))
}

fn remove(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    views::remove(tx, &ask.who, row.id, ask.now)?;
    Ok(Given::nothing())
}

fn first(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    match ask.said("view") {
        Some(text) => {
            let id = ask.outside.decode(VIEW, text);
            views::make_first(tx, &ask.who, id.ok_or_else(|| Failure::missing("view", text))?)?;
        }
        None => {
            let of = ask.said("of").and_then(Of::parse).unwrap_or_default();
            views::make_none_first(tx, &ask.who, of)?;
        }
    }
    Ok(Given::nothing())
}
