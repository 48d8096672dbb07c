//! `/people/{person}/bases`, `…/everything`, `…/erase`: lawful bases, all that is held of somebody, and their erasure.

use axum::response::Response;
use people::basis::{self, BASES};
use people::{PERSON, erase, gdpr};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::json;
use team::Right;

use super::ask::Ask;
use super::call::{Call, get, post};
use super::given::Given;
use super::people::who;
use super::shape::{
    Shape, any, count, has, id, list, map, may, moment, named, object, text_of, truth, word,
};

fn words() -> Vec<&'static str> {
    BASES.iter().map(|basis| basis.word).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let said = object(vec![
        has("basis", word(&words()).or_null().says("Null if it is unknown again.")),
        has("at", moment().says("Since when.")),
        has("until", moment().or_null().says("Until when, if it runs out.")),
        has("recorded_at", moment().says("When it became known here.")),
        has("source", text_of(0, 200)),
        has("evidence", text_of(0, 10_000).or_null().says("What shows it.")),
    ]);
    let purpose = object(vec![
        has("purpose", text_of(1, 200)),
        has("basis", word(&words()).or_null().says("What holds now; null if none is known.")),
        has(
            "allows",
            truth()
                .or_null()
                .says("Whether the purpose may be served; null is unknown, and not yes."),
        ),
        has("said", list(named("BasisSaid")).says("All that was said, the newest first.")),
    ]);
    let erased = object(vec![
        has("rows", count().says("Rows about them that went.")),
        has("blanked", count().says("Rows of imports and jobs that are blank or gone.")),
        has("redacted", count().says("Entries about others out of which they were taken.")),
        has("files", count()),
        has("keys", count().says("Keys that can't come back without notice.")),
    ]);
    vec![("BasisSaid", said), ("Purpose", purpose), ("Erased", erased)]
}

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/people/{person}/bases", "listBases", "On which lawful basis a person's data serves what")
            .at("person", who())
            .right(Right::ReadPeople)
            .gives(
                200,
                "Every purpose of which something was said, and the usual ones.",
                object(vec![has("person", id()), has("purposes", list(named("Purpose")))]),
            )
            .refuses(&[409])
            .reads(bases),
        post("/people/{person}/bases", "recordBasis", "Record a lawful basis, or that it was taken back")
            .more("It is a fact like others: a condition asks for it as person.basis.marketing == \"consent\".")
            .at("person", who())
            .right(Right::EditPeople)
            .takes(
                object(vec![
                    has("purpose", text_of(1, 60).says("In small letters, digits and _.")),
                    has("basis", word(&words())),
                    may("evidence", text_of(0, 2_000).says("What shows it.")),
                    may("at", moment().says("Since when; now unless said.")),
                    may("until", moment().says("Until when, if it runs out.")),
                ]),
                json!({ "purpose": "marketing", "basis": "consent", "evidence": "Ticked the box of the webinar form" }),
            )
            .gives(
                200,
                "What holds now.",
                object(vec![has("person", id()), has("purposes", list(named("Purpose")))]),
            )
            .refuses(&[409])
            .writes(record),
        get("/people/{person}/everything", "getEverything", "Everything that is held of a person")
            .more(
                "For whoever asks what is held of them (Art. 15 and 20 of the GDPR). Files that hang on notes about them are \
                 named; `/people/{person}/everything/file` holds them. That it was taken out stands in the audit log.",
            )
            .at("person", who())
            .right(Right::ErasePeople)
            .gives(200, "All of it, table by table.", map(any()))
            .refuses(&[409])
            .waits(|app, ask| Box::pin(everything(app, ask))),
        get("/people/{person}/everything/file", "getEverythingAsFile", "Everything that is held of a person, as one file")
            .more(
                "The same as JSON, as a text for people, and with every file that hangs on a note about them: to be handed \
                 to whoever asks (Art. 15 and 20 of the GDPR).",
            )
            .at("person", who())
            .right(Right::ErasePeople)
            .gives_a_file("A ZIP file.", &["application/zip"])
            .refuses(&[409])
            .sends(|app, ask| Box::pin(everything_as_file(app, ask))),
        post("/people/{person}/erase", "erasePerson", "Erase a person for good")
            .more("Their history, facts, keys and standings go; what they counted for stays counted. It can't be undone.")
            .at("person", who().example("leaver@north.example"))
            .right(Right::ErasePeople)
            .takes(
                object(vec![has(
                    "confirm",
                    text_of(1, 512).says("Their address, their name or their id, so that nobody is erased by mistake."),
                )]),
                json!({ "confirm": "leaver@north.example" }),
            )
            .gives(200, "What went.", named("Erased"))
            .refuses(&[409])
            .waits(|app, ask| Box::pin(erased(app, ask))),
    ]
}

fn bases(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (id, purposes) = basis::purposes(tx, &ask.who, ask.text("person"), ask.now)?;
    Ok(Given::value(json!({ "person": ask.outside.encode(PERSON, id), "purposes": purposes })))
}

fn record(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let text = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let at = |name: &str| ask.said(name).and_then(|text| text.parse().ok());
    let said = basis::Ask {
        purpose: text("purpose"),
        basis: text("basis"),
        evidence: text("evidence"),
        at: at("at"),
        until: at("until"),
    };
    basis::say(tx, &ask.who, ask.text("person"), &said, ask.now)?;
    bases(tx, ask)
}

async fn everything(app: App, ask: Ask) -> Result<Given, Failure> {
    let all =
        app.db.write(move |tx| gdpr::everything(tx, &ask.who, ask.text("person"), ask.now)).await?;
    Ok(Given::value(all.told))
}

async fn everything_as_file(app: App, ask: Ask) -> Result<Response, Failure> {
    let person = ask.text("person").to_owned();
    people::web::all_of(app, ask.who, person).await
}

async fn erased(app: App, ask: Ask) -> Result<Given, Failure> {
    let typed = ask.said("confirm").unwrap_or_default().to_owned();
    let (who, person) = (ask.who.clone(), ask.text("person").to_owned());
    let erased: erase::Erased = people::web::erase_confirmed(app, who, person, typed).await?;
    Ok(Given::value(json!(erased)))
}
