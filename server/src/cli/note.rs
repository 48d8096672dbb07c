//! `sluice note …`

use clap::{Args, Subcommand};
use notes::note::Audience;
use notes::write::{Change, NewNote, edit, write};
use notes::{FILE, NOTE, NoteView, read, remove};
use platform::Tx;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use serde_json::{Value, json};
use team::{Right, User};

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Notes about people and companies: write, list, change and remove them
#[derive(Subcommand)]
pub(crate) enum NoteCommand {
    Add(Add),
    List(List),
    Edit(Edit),
    Remove(Remove),
    Restore(Restore),
}

/// Write a note about a person or a company
#[derive(Args)]
#[command(
    long_about = "Writes a note about a person or a company, which everybody reads who sees the record; with --team the author's teams \
        alone, with --private the author. A colleague who is named in it by @ and the name or the address is told. The operator is no \
        user, and so writes no notes for a team or for themselves: say with --as whose it is to be.",
    after_long_help = "Examples:\n  \
        sluice note add ann@north.example \"Signs only after the board met, says @Mara Lind.\"\n  \
        sluice note add north.example \"Three sites; Verona starts in April.\"\n  \
        sluice --as mara@north.example note add ann@north.example --team \"Wants to be asked by Ben.\""
)]
pub(crate) struct Add {
    /// A person or a company, as for `sluice person` and `sluice company`
    #[arg(value_name = "WHO")]
    who: String,
    /// What it says
    #[arg(value_name = "TEXT")]
    text: String,
    /// For the author's teams, and whoever manages a team above them
    #[arg(long, conflicts_with = "private")]
    team: bool,
    /// For the author alone
    #[arg(long)]
    private: bool,
}

/// List the notes about a person or a company
#[derive(Args)]
#[command(
    long_about = "Lists the notes about a person or a company, the newest first: those that everybody reads who sees the record. Notes for a \
        team or for their author alone are theirs, and not the operator's.",
    after_long_help = "Examples:\n  \
        sluice note list ann@north.example\n  \
        sluice note list north.example --json | jq '.notes[].text'"
)]
pub(crate) struct List {
    /// A person or a company
    #[arg(value_name = "WHO")]
    who: String,
}

/// Change what a note of the operator's says
#[derive(Args)]
pub(crate) struct Edit {
    /// Which, as `sluice note list` names it
    #[arg(value_name = "NOTE")]
    note: String,
    /// What it is to say
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Remove a note; for a day it can be brought back
#[derive(Args)]
pub(crate) struct Remove {
    /// Which, as `sluice note list` names it
    #[arg(value_name = "NOTE")]
    note: String,
}

/// Bring a note back that was removed within the last day
#[derive(Args)]
pub(crate) struct Restore {
    /// Which, as `sluice note remove` was told
    #[arg(value_name = "NOTE")]
    note: String,
}

impl NoteCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            NoteCommand::Add(ask) => ask.run(house)?,
            NoteCommand::List(ask) => ask.run(house)?,
            NoteCommand::Edit(ask) => ask.run(house)?,
            NoteCommand::Remove(ask) => ask.run(house)?,
            NoteCommand::Restore(ask) => ask.run(house)?,
        }
        Ok(Outcome::Done)
    }
}

/// The note that somebody wants to change; whoever may change none is told so first.
fn meant(tx: &Tx, who: &User, note: &str) -> Result<i64, Failure> {
    who.may(Right::EditPeople)?;
    tx.public_ids().decode(NOTE, note).ok_or_else(|| Failure::missing("note", note))
}

impl Add {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let audience = match (self.team, self.private) {
            (true, _) => Audience::Team,
            (_, true) => Audience::Author,
            _ => Audience::Everybody,
        };
        let note = app.db.write_blocking(move |tx| {
            let new = NewNote { text: self.text, audience, files: Vec::new() };
            write(tx, asking, &self.who, &new, now)
        })?;
        house.mouth.result(&told(&note, ids), |ink| shown(std::slice::from_ref(&note), ids, ink))
    }
}

impl List {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let ids = app.public_ids();
        let (_, notes) = app.db.read_blocking(move |tx| read::list(tx, asking, &self.who))?;
        let value =
            json!({ "notes": notes.iter().map(|note| told(note, ids)).collect::<Vec<_>>() });
        house.mouth.result(&value, |ink| match notes.as_slice() {
            [] => "There are no notes.".to_owned(),
            notes => shown(notes, ids, ink),
        })
    }
}

impl Edit {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let note = app.db.write_blocking(move |tx| {
            let id = meant(tx, asking, &self.note)?;
            let change = Change { text: Some(self.text), ..Change::default() };
            edit(tx, asking, id, &change, None, now)
        })?;
        house.mouth.result(&told(&note, ids), |ink| shown(std::slice::from_ref(&note), ids, ink))
    }
}

impl Remove {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let shown = self.note.clone();
        app.db.write_blocking(move |tx| {
            let id = meant(tx, asking, &self.note)?;
            remove::remove(tx, asking, id, now)
        })?;
        let value = json!({ "id": shown, "removed": true });
        house.mouth.result(&value, |ink| format!("{} is removed.", ink.strong(&shown)))
    }
}

impl Restore {
    fn run(self, house: &House) -> Result<(), Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, ids) = (app.clock.now(), app.public_ids());
        let note = app.db.write_blocking(move |tx| {
            let id = meant(tx, asking, &self.note)?;
            remove::restore(tx, asking, id, now)?;
            read::load(tx, asking, id)
        })?;
        house.mouth.result(&told(&note, ids), |ink| shown(std::slice::from_ref(&note), ids, ink))
    }
}

/// A note for programs.
pub(crate) fn told(note: &NoteView, ids: PublicIds) -> Value {
    let about = if journal::is_company(note.subject) { people::COMPANY } else { people::PERSON };
    let file = |file: &notes::file::FileView| {
        json!({
            "id": ids.encode(FILE, file.id), "name": file.name, "media_type": file.media, "bytes": file.bytes,
        })
    };
    json!({
        "id": ids.encode(NOTE, note.id),
        "about": ids.encode(about, note.subject),
        "author": note.author.map(|author| ids.encode(team::USER, author)),
        "author_name": note.author_name,
        "audience": note.audience.as_str(),
        "text": note.text,
        "written_at": note.written_at,
        "edited_at": note.edited_at,
        "mentions": note.mentions.iter().map(|one| ids.encode(team::USER, one.user)).collect::<Vec<_>>(),
        "files": note.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn shown(notes: &[NoteView], ids: PublicIds, ink: Ink) -> String {
    let one = |note: &NoteView| {
        let files: Vec<&str> = note.files.iter().map(|file| file.name.as_str()).collect();
        let files = if files.is_empty() {
            String::new()
        } else {
            format!("\n  files: {}", files.join(", "))
        };
        let whom = match note.audience {
            Audience::Everybody => "",
            Audience::Team => ", for a team",
            Audience::Author => ", private",
        };
        format!(
            "{}  {}, {}{whom}\n  {}{files}\n",
            ids.encode(NOTE, note.id),
            ink.strong(&note.author_name),
            note.written_at,
            note.text.replace('\n', "\n  "),
        )
    };
    notes.iter().map(one).collect()
}
