//! `/notes`, `/files`, and who follows whom: what users write about people and companies.

use std::sync::PoisonError;

use ::notes::note::Audience;
use ::notes::write::{Change, NewNote, edit, write};
use ::notes::{FILE, NOTE, NoteView, file, follow, read, remove, web};
use axum::response::Response;
use futures_util::StreamExt;
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};
use team::{Right, USER};

use super::ask::Ask;
use super::call::{Call, delete, get, patch, post};
use super::given::{Given, tag};
use super::people::who;
use super::shape::{Shape, count, has, id, list, may, moment, named, object, text, text_of, word};
use crate::cli::note::told;

/// Notes of an answer at most; the newest.
const MOST: usize = read::NOTES_MAX;

fn words() -> Shape {
    text_of(1, ::notes::note::LETTERS_MAX)
        .format("note")
        .says("What it says. A colleague is named by @ and the name or the address, and is told.")
}

fn audience() -> Shape {
    word(&["everybody", "team", "me"])
        .says("Who reads it, of those who see the record: everybody, the author's team, or the author alone.")
}

fn note_part() -> Shape {
    text_of(1, 100).says("The id of a note.")
}

fn file_part() -> Shape {
    text_of(1, 100).says("The id of a file.")
}

fn company() -> Shape {
    text_of(1, 512).example("north.example").says("The id, the domain, or the name of a company.")
}

pub(super) fn calls() -> Vec<Call> {
    let mut calls = vec![
        get("/notes/{note}", "getNote", "One note")
            .at("note", note_part())
            .gives(200, "The note.", named("Note"))
            .tagged()
            .reads(one),
        patch("/notes/{note}", "changeNote", "Change a note of one's own, or for whom it is")
            .right(Right::EditPeople)
            .at("note", note_part())
            .takes(
                object(vec![may("text", words()), may("audience", audience())]),
                json!({ "text": "Signs only after the board met." }),
            )
            .gives(200, "The note as it is now.", named("Note"))
            .refuses(&[409])
            .tagged()
            .writes(change),
        delete(
            "/notes/{note}",
            "removeNote",
            "Remove a note: one's own, or any that one reads with the right to manage the team",
        )
        .right(Right::EditPeople)
        .at("note", note_part())
        .gives_nothing("It is gone.")
        .tagged()
        .writes(take_away),
        post(
            "/notes/{note}/restore",
            "restoreNote",
            "Bring a note back that was removed within the last day",
        )
        .more("Its author may, and whoever removed it.")
        .right(Right::EditPeople)
        .at("note", note_part())
        .gives(200, "The note as it is again.", named("Note"))
        .writes(bring_back),
        post("/notes/{note}/files", "addFile", "Hang a file on a note of one's own")
            .more("At most 20 MB; 10 files on one note.")
            .right(Right::EditPeople)
            .at("note", note_part())
            .ask(
                "name",
                text_of(1, 150)
                    .format("name")
                    .usually("file")
                    .says("What the file is called.")
                    .example("offer.pdf"),
            )
            .takes_a_file()
            .gives(201, "The note as it is now.", named("Note"))
            .refuses(&[409])
            .waits(|app, ask| Box::pin(add_file(app, ask))),
        get("/files/{file}", "getFile", "A file that hangs on a note")
            .at("file", file_part())
            .gives_a_file("The file, as it came.", file::MEDIA)
            .sends(|app, ask| Box::pin(give_file(app, ask))),
        delete("/files/{file}", "removeFile", "Take a file off a note of one's own")
            .right(Right::EditPeople)
            .at("file", file_part())
            .gives_nothing("It is gone.")
            .writes(take_off),
    ];
    for (part, shape, paths, ids) in [
        (
            "person",
            who as fn() -> Shape,
            [
                "/people/{person}/notes",
                "/people/{person}/followers",
                "/people/{person}/follow",
                "/people/{person}/unfollow",
            ],
            ["listNotes", "writeNote", "listFollowers", "follow", "unfollow"],
        ),
        (
            "company",
            company as fn() -> Shape,
            [
                "/companies/{company}/notes",
                "/companies/{company}/followers",
                "/companies/{company}/follow",
                "/companies/{company}/unfollow",
            ],
            [
                "listCompanyNotes",
                "writeCompanyNote",
                "listCompanyFollowers",
                "followCompany",
                "unfollowCompany",
            ],
        ),
    ] {
        calls.extend(of_record(part, shape, paths, ids));
    }
    calls
}

fn of_record(
    part: &'static str,
    shape: fn() -> Shape,
    [notes, followers, follow, unfollow]: [&'static str; 4],
    [listing, writing, listing_followers, following, leaving]: [&'static str; 5],
) -> Vec<Call> {
    let user = object(vec![has("id", id()), has("name", text())]);
    let all = object(vec![has("notes", list(named("Note")).most(MOST))]);
    vec![
        get(notes, listing, "The notes about a record that one reads")
            .at(part, shape())
            .gives(200, "The newest first, 500 at most.", all)
            .refuses(&[409])
            .reads(about),
        post(notes, writing, "Write a note")
            .more("One that everybody reads is an activity of the record, too: `note.written`.")
            .right(Right::EditPeople)
            .at(part, shape())
            .takes(
                object(vec![
                    has("text", words()),
                    may("audience", audience().usually("everybody")),
                ]),
                json!({ "text": "Signs only after the board met.", "audience": "everybody" }),
            )
            .gives(201, "The note.", named("Note"))
            .refuses(&[409])
            .tagged()
            .writes(add),
        get(followers, listing_followers, "Who wants to hear of a record")
            .at(part, shape())
            .gives(200, "By name.", object(vec![has("followers", list(user).most(100_000))]))
            .refuses(&[409])
            .reads(who_follows),
        post(follow, following, "Be told of what happens to a record")
            .at(part, shape())
            .gives_nothing("One follows it.")
            .refuses(&[409])
            .writes(be_told),
        post(unfollow, leaving, "Be told of a record no more")
            .at(part, shape())
            .gives_nothing("One follows it no more.")
            .refuses(&[409])
            .writes(be_left_alone),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let file = object(vec![
        has("id", id()),
        has("name", text()),
        has("media_type", text().says("By its first bytes.")),
        has("bytes", count()),
    ]);
    vec![(
        "Note",
        object(vec![
            has("id", id()),
            has("about", id().says("The person or the company.")),
            has("author", id().or_null().says("The user; null for the operator.")),
            has("author_name", text()),
            has("audience", audience()),
            has("text", text_of(1, ::notes::note::LETTERS_MAX)),
            has("written_at", moment()),
            has("edited_at", moment().or_null()),
            has("mentions", list(id()).says("The users who are named in it.")),
            has("files", list(file)),
        ]),
    )]
}

fn tag_of(note: &NoteView) -> String {
    let files: Vec<String> = note.files.iter().map(|file| file.id.to_string()).collect();
    tag(&[&note.id.to_string(), &note.revision.to_string(), &files.join(",")])
}

fn given(note: &NoteView, ask: &Ask) -> Given {
    Given::value(told(note, ask.outside)).tagged(tag_of(note))
}

fn record(ask: &Ask) -> &str {
    ask.find("person").unwrap_or_else(|| ask.text("company"))
}

fn about(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = subject(tx, ask)?;
    let (_, notes) = read::list(tx, &ask.who, &which)?;
    let notes: Vec<Value> = notes.iter().map(|note| told(note, ask.outside)).collect();
    Ok(Given::value(json!({ "notes": notes })))
}

/// The record that is meant, as its public id: a person for `/people`, a company for `/companies`.
fn subject(tx: &mut Tx, ask: &Ask) -> Result<String, Failure> {
    let which = record(ask);
    let id = match ask.find("person") {
        Some(person) => people::person::find(tx, &ask.who, person)?,
        None => people::companies::find(tx, &ask.who, which)?,
    };
    Ok(people::edit::public_id(tx, id))
}

fn audience_of(ask: &Ask) -> Result<Option<Audience>, Failure> {
    ask.said("audience").map(Audience::parse).transpose()
}

fn add(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = subject(tx, ask)?;
    let text = ask.said("text").unwrap_or_default().to_owned();
    let new = NewNote { text, audience: audience_of(ask)?.unwrap_or_default(), files: Vec::new() };
    let note = write(tx, &ask.who, &which, &new, ask.now)?;
    let place = format!("/notes/{}", ask.outside.encode(NOTE, note.id));
    Ok(Given::created(told(&note, ask.outside), &place).tagged(tag_of(&note)))
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let note = read::load(tx, &ask.who, ask.id("note", NOTE)?)?;
    Ok(given(&note, ask))
}

/// The note, if it is as it was read.
fn same(tx: &mut Tx, ask: &Ask) -> Result<NoteView, Failure> {
    let id = ask.id("note", NOTE)?;
    tx.lock("note", &[id])?;
    let note = read::load(tx, &ask.who, id)?;
    ask.must_match(&tag_of(&note))?;
    Ok(note)
}

fn change(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let note = same(tx, ask)?;
    let text = ask.said("text").map(str::to_owned);
    let change = Change { text, audience: audience_of(ask)?, files: Vec::new() };
    let note = edit(tx, &ask.who, note.id, &change, Some(note.revision), ask.now)?;
    Ok(given(&note, ask))
}

fn take_away(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let note = same(tx, ask)?;
    remove::remove(tx, &ask.who, note.id, ask.now)?;
    Ok(Given::nothing())
}

fn bring_back(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("note", NOTE)?;
    remove::restore(tx, &ask.who, id, ask.now)?;
    Ok(Given::value(told(&read::load(tx, &ask.who, id)?, ask.outside)))
}

async fn add_file(app: App, ask: Ask) -> Result<Given, Failure> {
    ask.who.may(Right::EditPeople)?;
    let id = ask.id("note", NOTE)?;
    let who = ask.who.clone();
    // Whoever may not is told before the file is taken.
    let note = app.db.read(move |tx| read::load(tx, &who, id)).await?;
    if !note.may_edit {
        return Err(Failure::Forbidden);
    }
    let body = ask.file.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut stream = body.unwrap_or_default().into_data_stream();
    let mut keeping = file::Keeping::begin(&app, ask.find("name").unwrap_or("file"))?;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| {
            Failure::refused("unreadable", format!("The file broke off: {error}"))
        })?;
        keeping = keeping.write(piece).await?;
    }
    let kept = keeping.keep().await?;
    let files = vec![kept];
    let (change, now, who) =
        (Change { files: files.clone(), ..Change::default() }, ask.now, ask.who.clone());
    let hung = app.db.write(move |tx| edit(tx, &who, id, &change, None, now)).await;
    let note = hung.inspect_err(|_| file::drop_kept(&app, &files))?;
    let place = format!("/notes/{}", ask.outside.encode(NOTE, note.id));
    Ok(Given::created(told(&note, ask.outside), &place))
}

async fn give_file(app: App, ask: Ask) -> Result<Response, Failure> {
    let id = ask.id("file", FILE)?;
    let found = app.db.write(move |tx| file::download(tx, &ask.who, id, ask.now)).await?;
    web::file_answer(&app, &found).await
}

fn take_off(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    file::remove(tx, &ask.who, ask.id("file", FILE)?, ask.now)?;
    Ok(Given::nothing())
}

fn who_follows(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = subject(tx, ask)?;
    let followers = follow::followers(tx, &ask.who, &which)?;
    let user =
        |(id, name): &(i64, String)| json!({ "id": ask.outside.encode(USER, *id), "name": name });
    Ok(Given::value(json!({ "followers": followers.iter().map(user).collect::<Vec<_>>() })))
}

fn be_told(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = subject(tx, ask)?;
    follow::follow(tx, &ask.who, &which, ask.now)?;
    Ok(Given::nothing())
}

fn be_left_alone(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let which = subject(tx, ask)?;
    follow::unfollow(tx, &ask.who, &which)?;
    Ok(Given::nothing())
}
