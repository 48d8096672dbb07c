//! `/companies`: who people work for.

mod list;

pub(super) use list::orders;

use people::companies::{self, CompanyView};
use people::upsert::{PEOPLE_MAX, Tally, Told, update_company, upsert_companies};
use people::{COMPANY, CompanyRow};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::Right;

use super::ask::Ask;
use super::call::{Call, get, patch, post};
use super::given::Given;
use super::people::{any_stage, company_members, fact, placed, tag_of, told};
use super::shape::{
    Shape, any, count, either, has, id, list as several_of, may, moment, named, number, object,
    text, text_of, word,
};

fn which() -> Shape {
    text_of(1, 512).example("north.example").says("The id, the domain, or the name of a company.")
}

fn example() -> Value {
    json!({ "domain": "north.example", "name": "North Holdings", "facts": { "company.employees": 120 } })
}

pub(super) fn calls() -> Vec<Call> {
    let several = several_of(any()).most(PEOPLE_MAX).says("Each as `NewCompany`.");
    vec![
        list::page_call(),
        list::count_call(),
        post(
            "/companies",
            "tellCompany",
            "Create or update a company, found by its domain or its name",
        )
        .right(Right::EditPeople)
        .takes(named("NewCompany"), example())
        .gives(200, "Known before; `status` says whether anything was news.", named("ToldCompany"))
        .gives(201, "Created.", named("ToldCompany"))
        .refuses(&[409])
        .writes(tell),
        post("/companies/batch", "tellCompanies", "Create or update up to 1,000 companies at once")
            .more(
                "What is wrong with one hinders no other: each has its own result, in their order.",
            )
            .right(Right::ImportPeople)
            .takes(
                either(vec![several.clone(), object(vec![has("companies", several)])]),
                json!({ "companies": [example(), { "name": "South Freight" }] }),
            )
            .gives(200, "What came of each.", named("Told"))
            .writes(tell_many),
        get("/companies/{company}", "getCompany", "What is held of a company")
            .at("company", which())
            .gives(200, "The company.", named("WholeCompany"))
            .tagged()
            .reads(one),
        patch("/companies/{company}", "updateCompany", "Tell more of a company that is known")
            .right(Right::EditPeople)
            .at("company", which())
            .takes(named("CompanyNews"), json!({ "facts": { "company.industry": "logistics" } }))
            .gives(200, "The company as it is now.", named("WholeCompany"))
            .refuses(&[409])
            .tagged()
            .writes(more),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let row = || {
        vec![
            has("id", id()),
            has("name", text()),
            has("domain", text().or_null()),
            has("industry", text().or_null()),
            has("country", text().or_null()),
            has("employees", count().or_null()),
        ]
    };
    let key = object(vec![has("kind", text()), has("value", text())]);
    let mut whole = row();
    whole.push(has("keys", several_of(key).most(100_000).says("All by which it is found.")));
    whole.push(has("facts", several_of(named("Fact")).most(100_000)));
    // Whoever asks for some members is given those.
    let listed = vec![
        has("id", id()),
        may("name", text()),
        may("domain", text().or_null()),
        may("industry", text().or_null()),
        may("country", text().or_null()),
        may("employees", count().or_null()),
        may("stage", any_stage().says("As far as the furthest of the people whom you see there, or as its own deals bring it.")),
        may("people", count().or_null().says("How many of the people whom you see work there; null for whoever is not told where people work.")),
        may("touched_at", moment().or_null().says("When somebody there last did something.")),
        may("intent", number().or_null().says("The company's score of intent, as it was last told.")),
        may("kept", several_of(word(&["intent"])).says("Scores that are null because a fact counts in them that is hidden from the caller.")),
        may("created_at", moment()),
    ];
    vec![
        ("ListedCompany", object(listed)),
        ("WholeCompany", object(whole)),
        ("CompanyNews", object(company_members()).says("What is new of a company that is known.")),
        (
            "ToldCompany",
            object(vec![
                has("id", id()),
                has("status", word(&["created", "updated", "unchanged"])),
            ]),
        ),
    ]
}

fn row(row: &CompanyRow, ask: &Ask) -> Value {
    json!({
        "id": ask.outside.encode(COMPANY, row.id),
        "name": row.name,
        "domain": row.domain,
        "industry": row.industry,
        "country": row.country,
        "employees": row.employees,
    })
}

fn whole(view: &CompanyView, ask: &Ask) -> Given {
    let mut value = row(&view.company, ask);
    if let Some(members) = value.as_object_mut() {
        let key = |(kind, value): &(String, String)| json!({ "kind": kind, "value": value });
        members.insert("keys".to_owned(), view.keys.iter().map(key).collect());
        members.insert("facts".to_owned(), view.facts.iter().map(fact).collect());
    }
    Given::value(value).tagged(tag_of(&view.history))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let view = companies::one(tx, &ask.who, ask.text("company"), ask.now)?;
    Ok(whole(&view, ask))
}

fn tell(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let told = upsert_companies(tx, &ask.who, std::slice::from_ref(&ask.body), ask.now)?.pop();
    let told = told.ok_or_else(|| Failure::broken("nothing came of a company"))?;
    super::people::one_told(told, |id, status| {
        let id = ask.outside.encode(COMPANY, id);
        let value = json!({ "id": id, "status": status });
        (value, format!("/companies/{id}"))
    })
}

fn tell_many(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let companies = match &ask.body {
        Value::Array(companies) => Some(companies),
        body => body.get("companies").and_then(Value::as_array),
    };
    let companies = companies.map_or(&[][..], Vec::as_slice);
    let came = upsert_companies(tx, &ask.who, companies, ask.now)?;
    let came = placed(came, companies, "NewCompany");
    let results: Vec<Value> = came.iter().map(|one| told(one, COMPANY, ask)).collect();
    Ok(Given::value(json!({ "counts": Tally::of(&came), "results": results })))
}

fn more(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = companies::find(tx, &ask.who, ask.text("company"))?;
    tx.lock("subject", &[id])?;
    let id_text = ask.outside.encode(COMPANY, id);
    if ask.if_match.is_some() {
        let view = companies::one(tx, &ask.who, &id_text, ask.now)?;
        ask.must_match(&tag_of(&view.history))?;
    }
    match update_company(tx, &ask.who, id, &ask.body, ask.now)? {
        Told::Rejected(fields) => Err(Failure::Invalid(fields)),
        Told::Conflict(code, field) => Err(super::people::against(code, field)),
        Told::Created(_) | Told::Updated(_) | Told::Unchanged(_) => {
            Ok(whole(&companies::one(tx, &ask.who, &id_text, ask.now)?, ask))
        }
    }
}
