//! `/drafts`: a definition on its way to be adopted.

use funnels::drafts::{self, DRAFT, DraftRow, DraftView};
use platform::Tx;
use platform::failure::Failure;
use serde_json::{Value, json};
use team::{Right, USER};

use super::ask::Ask;
use super::call::{Call, get, patch, post};
use super::definitions::{EXAMPLE, adopted, checked_value, from, from_of, lens_name};
use super::given::{Given, tag};
use super::shape::{
    Shape, has, id, list, may, moment, named, object, text, text_of, truth, whole, word,
};

fn text_of_draft() -> Shape {
    text_of(0, funnel::definition::TEXT_BYTES_MAX).says("The definition, mistakes and all.")
}

fn note() -> Shape {
    text_of(0, 500).says("Why, in its author's words.")
}

fn draft() -> Shape {
    text_of(1, 100).says("The id of a draft.")
}

pub(super) fn calls() -> Vec<Call> {
    vec![
        get("/drafts", "listDrafts", "The newest drafts, whatever became of them")
            .right(Right::ReadDefinitions)
            .gives(200, "The last changed first.", object(vec![has("drafts", list(named("ListedDraft")))]))
            .reads(all),
        post("/drafts", "createDraft", "Begin a draft of a definition")
            .more("Without a text it begins with the definition that is in force. It may be saved with mistakes in it.")
            .right(Right::ChangeDefinitions)
            .takes(
                object(vec![may("lens", lens_name()), may("text", text_of_draft().or_null()), may("note", note())]),
                json!({ "text": EXAMPLE, "note": "An address alone makes a lead." }),
            )
            .gives(201, "The draft.", named("Draft"))
            .refuses(&[404])
            .tagged()
            .writes(create),
        get("/drafts/{draft}", "getDraft", "A draft, with what can be said of it")
            .right(Right::ReadDefinitions)
            .at("draft", draft())
            .gives(200, "The draft.", named("Draft"))
            .tagged()
            .reads(one),
        patch("/drafts/{draft}", "changeDraft", "Change a draft")
            .more("Takes its proposal back, and every approval: what was approved is what is adopted.")
            .right(Right::ChangeDefinitions)
            .at("draft", draft())
            .takes(
                object(vec![may("text", text_of_draft()), may("note", note())]),
                json!({ "note": "An address alone makes a lead, as marketing asked." }),
            )
            .gives(200, "The draft.", named("Draft"))
            .refuses(&[409])
            .tagged()
            .writes(change),
        post("/drafts/{draft}/propose", "proposeDraft", "Propose a draft, so that the teams can say yes to it")
            .right(Right::ChangeDefinitions)
            .at("draft", draft())
            .gives(200, "The draft.", named("Draft"))
            .refuses(&[409])
            .tagged()
            .writes(propose),
        post("/drafts/{draft}/approve", "approveDraft", "Say yes to a proposed draft for a team")
            .right(Right::ChangeDefinitions)
            .at("draft", draft())
            .takes(object(vec![has("team", text_of(1, 100))]), json!({ "team": "sales" }))
            .gives(200, "The draft.", named("Draft"))
            .refuses(&[409])
            .tagged()
            .writes(approve),
        post("/drafts/{draft}/adopt", "adoptDraft", "Put a draft in force to which every team has said yes")
            .right(Right::ChangeDefinitions)
            .at("draft", draft())
            .takes(object(vec![may("from", from())]), json!({}))
            .gives(200, "The version that is in force now.", named("Adopted"))
            .refuses(&[409])
            .tagged()
            .writes(adopt),
        post("/drafts/{draft}/withdraw", "withdrawDraft", "Give a draft up; it stays to be read")
            .right(Right::ChangeDefinitions)
            .at("draft", draft())
            .gives(200, "The draft.", named("Draft"))
            .refuses(&[409])
            .tagged()
            .writes(withdraw),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let listed = || {
        vec![
            has("id", id()),
            has("state", word(&["draft", "proposed", "adopted", "withdrawn"])),
            has("note", text()),
            has("revision", whole(1, i64::MAX)),
            has("made_at", moment()),
            has("changed_at", moment()),
            has("proposed_at", moment().or_null()),
            has("closed_at", moment().or_null()),
            has(
                "version",
                whole(1, i64::MAX).or_null().says("What it became, once it was adopted."),
            ),
        ]
    };
    let yes = object(vec![has("team", text()), has("user", id().or_null()), has("at", moment())]);
    let mut whole_draft = listed();
    whole_draft.extend([
        has("lens", text()),
        has("text", text_of_draft()),
        has("checked", named("Checked")),
        has("approvals", list(yes)),
        has("teams", list(text()).says("Whose yes it takes.")),
        has("missing", list(text()).says("Who has not said yes.")),
        has("is_open", truth().says("Whether anything may still become of it.")),
    ]);
    vec![("ListedDraft", object(listed())), ("Draft", object(whole_draft))]
}

fn row(row: &DraftRow, ask: &Ask) -> Value {
    json!({
        "id": ask.outside.encode(DRAFT, row.id),
        "state": row.state,
        "note": row.note,
        "revision": row.revision,
        "made_at": row.made_at,
        "changed_at": row.changed_at,
        "proposed_at": row.proposed_at,
        "closed_at": row.closed_at,
        "version": row.version,
    })
}

/// Another whenever its text, its note or its state is.
fn tag_of(row: &DraftRow) -> String {
    tag(&[&row.id.to_string(), &row.revision.to_string(), row.state.as_str()])
}

fn whole_value(view: &DraftView, ask: &Ask) -> Value {
    let mut value = row(&view.row, ask);
    let yes = |yes: &drafts::Approval| {
        let user = yes.user.map(|user| ask.outside.encode(USER, user));
        json!({ "team": yes.team, "user": user, "at": yes.at })
    };
    let more = json!({
        "lens": view.lens.name,
        "text": view.row.text,
        "checked": checked_value(&view.checked),
        "approvals": view.approvals.iter().map(yes).collect::<Vec<_>>(),
        "teams": view.teams,
        "missing": view.missing,
        "is_open": view.row.state.is_open(),
    });
    if let (Some(members), Value::Object(more)) = (value.as_object_mut(), more) {
        members.extend(more);
    }
    value
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let drafts: Vec<Value> =
        drafts::list(tx, &ask.who)?.iter().map(|draft| row(draft, ask)).collect();
    Ok(Given::value(json!({ "drafts": drafts })))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let view = view(tx, ask)?;
    Ok(Given::value(whole_value(&view, ask)).tagged(tag_of(&view.row)))
}

fn view(tx: &mut Tx, ask: &Ask) -> Result<DraftView, Failure> {
    drafts::view(tx, &ask.who, ask.id("draft", DRAFT)?)
}

/// The draft, if it is as it was read.
fn same(tx: &mut Tx, ask: &Ask) -> Result<DraftRow, Failure> {
    let id = ask.id("draft", DRAFT)?;
    tx.lock("draft", &[id])?;
    let row = view(tx, ask)?.row;
    ask.must_match(&tag_of(&row))?;
    Ok(row)
}

fn create(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let note = ask.said("note").unwrap_or_default();
    let id = drafts::create(tx, &ask.who, ask.said("lens"), ask.said("text"), note, ask.now)?;
    let view = drafts::view(tx, &ask.who, id)?;
    let place = format!("/drafts/{}", ask.outside.encode(DRAFT, id));
    Ok(Given::created(whole_value(&view, ask), &place).tagged(tag_of(&view.row)))
}

fn change(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    let text = ask.said("text").unwrap_or(&row.text);
    let note = ask.said("note").unwrap_or(&row.note);
    drafts::save(tx, &ask.who, (row.id, row.revision), (text, note), ask.now)?;
    one(tx, ask)
}

fn propose(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    // Whoever proposes what can't be read is told as of a state that does not allow it: nothing they sent is wrong.
    drafts::propose(tx, &ask.who, row.id, ask.now).map_err(|failure| match failure {
        Failure::Invalid(_) => {
            Failure::refused("not_sound", format!("It can't be proposed as it is: {failure}"))
        }
        other => other,
    })?;
    one(tx, ask)
}

fn approve(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    drafts::approve(tx, &ask.who, row.id, ask.said("team").unwrap_or_default(), ask.now)?;
    one(tx, ask)
}

fn adopt(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    let done = drafts::adopt(tx, &ask.who, row.id, from_of(ask), ask.now)?;
    let value = adopted(tx, &done)?;
    let row = view(tx, ask)?.row;
    Ok(Given::value(value).tagged(tag_of(&row)))
}

fn withdraw(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = same(tx, ask)?;
    drafts::withdraw(tx, &ask.who, row.id, ask.now)?;
    one(tx, ask)
}
