//! `/fields`: what a workspace wants to know of people and companies besides, as facts with a type.

use people::fields::{self, CHOICES_MAX, Draft, FIELD, FieldRow, Kind};
use people::lens_for;
use platform::Tx;
use platform::failure::{Failure, Field};
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::{Given, tag};
use super::shape::{Member, Shape, has, id, list, may, named, object, text, text_of, truth, word};

fn part() -> Shape {
    text_of(1, 100).says("The field, by its fact: person.custom.plan.")
}

fn kinds() -> Shape {
    let words: Vec<&'static str> = Kind::ALL.iter().map(|(_, word, _)| *word).collect();
    word(&words)
}

/// What a new field of such a type has to say.
const NEEDED: [(&str, &str); 4] =
    [("choice", "choices"), ("choices", "choices"), ("money", "currency"), ("formula", "formula")];

/// What a field takes, of its type.
fn takes() -> Vec<Member> {
    let choices = list(text_of(1, 120).format("name")).least(1).most(CHOICES_MAX);
    vec![
        may("choices", choices.says("The words of a choice, in their order.")),
        may("currency", text_of(3, 3).format("currency").says("The currency of money, like EUR.")),
        may("formula", text_of(1, 32_000).format("condition").says("The condition of a formula.")),
    ]
}

pub(super) fn calls() -> Vec<Call> {
    let mut new = vec![
        has("label", text_of(1, 120).format("name").says("As people call it.")),
        has("type", kinds()),
        may(
            "of_company",
            truth().usually(false).says("Whether it is about companies rather than people."),
        ),
        may(
            "key",
            text_of(1, 60)
                .format("name")
                .says("The last part of its fact; made of the label unless said."),
        ),
    ];
    new.extend(takes());
    let mut change =
        vec![may("label", text_of(1, 120).format("name").says("As people are to call it."))];
    change.extend(takes());
    vec![
        get("/fields", "listFields", "Every custom field")
            .gives(200, "Of people, then of companies, by their labels.", object(vec![has("fields", list(named("CustomField")))]))
            .reads(all),
        post("/fields", "createField", "Make a field: a fact with a label and a type")
            .more(
                "It is the fact person.custom.KEY or company.custom.KEY. What its type does not take is refused wherever it \
                 comes in.",
            )
            .right(Right::ManageFields)
            .takes(object(new).needs("type", &NEEDED), json!({ "label": "Rating", "type": "choice", "choices": ["A", "B", "C"] }))
            .gives(201, "The field.", named("CustomField"))
            .refuses(&[409])
            .tagged()
            .writes(create),
        get("/fields/{field}", "getField", "One field")
            .at("field", part())
            .gives(200, "The field.", named("CustomField"))
            .tagged()
            .reads(one),
        patch("/fields/{field}", "changeField", "Give a field another label, other choices, another currency or formula")
            .more("Never another type: what was recorded is of this one.")
            .right(Right::ManageFields)
            .at("field", part())
            .takes(object(change), json!({ "label": "Rating of ours" }))
            .gives(200, "The field as it is now.", named("CustomField"))
            .refuses(&[409])
            .tagged()
            .writes(changed),
        delete("/fields/{field}", "removeField", "Remove a field; what was recorded of it stays, as a fact without a field")
            .right(Right::ManageFields)
            .at("field", part())
            .gives_nothing("It is gone.")
            .tagged()
            .writes(remove),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let field = object(vec![
        has("id", id()),
        has("key", text().says("The fact.")),
        has("label", text()),
        has("type", kinds()),
        has("of_company", truth()),
        has("choices", list(text())),
        has("currency", text().or_null()),
        has("formula", text_of(0, 64_000).or_null()),
    ]);
    vec![("CustomField", field)]
}

fn value(row: &FieldRow, ask: &Ask) -> Value {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    json!({
        "id": ask.outside.encode(FIELD, row.id),
        "key": row.key,
        "label": row.label,
        "type": row.kind.word(),
        "of_company": row.is_of_company(),
        "choices": row.choices,
        "currency": some(&row.currency),
        "formula": some(&row.formula),
    })
}

fn tag_of(row: &FieldRow) -> String {
    let choices = row.choices.join("\n");
    tag(&[&row.key, &row.label, &choices, &row.currency, &row.formula])
}

fn given(row: &FieldRow, ask: &Ask) -> Given {
    Given::value(value(row, ask)).tagged(tag_of(row))
}

/// What is wrong with a part of the draft, by the member that says it.
fn mended(failure: Failure) -> Failure {
    let place = |name: String| match name.as_str() {
        "name" => "/key".to_owned(),
        "kind" => "/type".to_owned(),
        _ => format!("/{name}"),
    };
    match failure {
        Failure::Invalid(wrong) => Failure::Invalid(
            wrong
                .into_iter()
                .map(|Field { name, words }| Field { name: place(name), words })
                .collect(),
        ),
        Failure::Refused { code: "condition", words } => Failure::invalid("/formula", words),
        other => other,
    }
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = fields::fields(tx, &ask.who)?;
    let values: Vec<Value> = rows.iter().map(|row| value(row, ask)).collect();
    Ok(Given::value(json!({ "fields": values })))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    Ok(given(&fields::load(tx, &ask.who, ask.text("field"))?, ask))
}

fn choices(ask: &Ask) -> Option<Vec<String>> {
    let said = ask.body.get("choices")?.as_array()?;
    Some(said.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn create(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let draft = Draft {
        of_company: ask.body.get("of_company").and_then(Value::as_bool).unwrap_or_default(),
        name: said("key"),
        label: said("label"),
        choices: choices(ask).unwrap_or_default(),
        currency: said("currency"),
        formula: said("formula"),
    };
    let kind = ask.said("type").and_then(Kind::parse).unwrap_or(Kind::Text);
    let lens = lens_for(tx, &ask.who, None)?.id;
    let row = fields::make(tx, &ask.who, lens, kind, &draft, ask.now).map_err(mended)?;
    let place = format!("/fields/{}", row.key);
    Ok(Given::created(value(&row, ask), &place).tagged(tag_of(&row)))
}

/// The field, if it is as it was read.
fn same(tx: &mut Tx, ask: &Ask) -> Result<FieldRow, Failure> {
    let id = fields::load(tx, &ask.who, ask.text("field"))?.id;
    tx.lock("field", &[id])?;
    let row = fields::load(tx, &ask.who, ask.text("field"))?;
    ask.must_match(&tag_of(&row))?;
    Ok(row)
}

fn changed(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    let said = |name: &str| ask.said(name).map(str::to_owned);
    let draft = Draft {
        label: said("label").unwrap_or(row.label),
        choices: choices(ask).unwrap_or(row.choices),
        currency: said("currency").unwrap_or(row.currency),
        formula: said("formula").unwrap_or(row.formula),
        ..Draft::default()
    };
    let lens = lens_for(tx, &ask.who, None)?.id;
    let row = fields::change(tx, &ask.who, lens, &row.key, &draft, ask.now).map_err(mended)?;
    Ok(given(&row, ask))
}

fn remove(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    fields::remove(tx, &ask.who, &row.key, ask.now)?;
    Ok(Given::nothing())
}
