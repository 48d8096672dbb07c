//! Who writes, reads, changes and removes notes.

use notes::note::Audience;
use notes::write::{Change, NewNote, edit, write as write_note};
use notes::{NoteView, read, remove};
use people::search::{Search, search};
use platform::Failure;
use platform::db::Tx;
use platform::harness::World;
use team::User;

use crate::house::{ANN, BO, both, now_as, read_by, registry, write};

/// Writes a note and gives it.
pub fn note(
    world: &World,
    who: &User,
    which: &'static str,
    text: &'static str,
    audience: Audience,
) -> Result<NoteView, Failure> {
    let (who, now) = (who.clone(), world.now());
    write(world, move |tx| {
        let new = NewNote { text: text.to_owned(), audience, files: Vec::new() };
        write_note(tx, &who, which, &new, now)
    })
}

fn code(failure: &Failure) -> &str {
    match failure {
        Failure::Refused { code, .. } => code,
        Failure::Missing { .. } => "missing",
        Failure::Forbidden => "forbidden",
        Failure::Invalid(_) => "invalid",
        _ => "other",
    }
}

fn found(world: &World, who: &User, text: &str) -> Vec<String> {
    let (who, text) = (who.clone(), text.to_owned());
    let ask = Search { text, people: 5, companies: 5, texts: 5 };
    let found = world.db.read_blocking(move |tx| search(tx, &who, &ask)).unwrap();
    found.texts.into_iter().map(|hit| hit.excerpt.hit).collect()
}

/// How often a kind of activity is in somebody's history.
fn activities(world: &World, which: &'static str, kind: &'static str) -> usize {
    let read = move |tx: &mut Tx| people::person::history(tx, &User::operator(), which);
    let (_, history) = world.db.read_blocking(read).unwrap();
    let is = |entry: &&funnel::history::Entry| match &entry.what {
        funnel::history::What::Activity(activity) => activity.kind.as_str() == kind,
        funnel::history::What::Facts(_) => false,
    };
    history.iter().filter(is).count()
}

#[test]
fn a_note_is_read_by_those_for_whom_it_is() {
    both(|world, team| {
        note(world, &team.mara, ANN, "for all", Audience::Everybody).unwrap();
        note(world, &team.mara, ANN, "for the team", Audience::Team).unwrap();
        note(world, &team.mara, ANN, "for me", Audience::Author).unwrap();
        assert_eq!(read_by(world, &team.mara, ANN), ["for me", "for the team", "for all"]);
        assert_eq!(read_by(world, &team.ben, ANN), ["for the team", "for all"]);
        assert_eq!(read_by(world, &team.olga, ANN), ["for all"]);
        assert_eq!(read_by(world, &User::operator(), ANN), ["for all"]);
        // One who does not see the record sees none of them, and no more by the note's own id.
        let cleo = team.cleo.clone();
        let listed = world.db.read_blocking(move |tx| read::list(tx, &cleo, ANN)).unwrap_err();
        assert_eq!(code(&listed), "missing");
        let id = note(world, &team.mara, BO, "x", Audience::Everybody).unwrap().id;
        let cleo = team.cleo.clone();
        let loaded = world.db.read_blocking(move |tx| read::load(tx, &cleo, id)).unwrap_err();
        assert_eq!(code(&loaded), "missing");
        // What is shared is an activity, and nothing else is.
        assert_eq!(activities(world, ANN, "note.written"), 1);
    });
}

#[test]
fn a_search_finds_notes_for_those_who_read_them_alone() {
    both(|world, team| {
        note(world, &team.mara, ANN, "prefers Wednesdays", Audience::Everybody).unwrap();
        note(world, &team.mara, ANN, "dislikes Xylophones", Audience::Team).unwrap();
        note(world, &team.mara, "north.example", "keeps Zebras", Audience::Author).unwrap();
        for (who, text, expected) in [
            (&team.mara, "wednes", 1),
            (&team.olga, "wednes", 1),
            (&team.cleo, "wednes", 0),
            (&team.mara, "xyloph", 1),
            (&team.ben, "xyloph", 1),
            (&team.olga, "xyloph", 0),
            (&team.mara, "zebras", 1),
            (&team.ben, "zebras", 0),
        ] {
            assert_eq!(found(world, who, text).len(), expected, "{} {text}", who.name);
        }
    });
}

#[test]
fn a_note_is_changed_by_its_author_and_shared_once() {
    both(|world, team| {
        let first = note(world, &team.mara, ANN, "alone", Audience::Author).unwrap();
        let change = |who: &User, text: Option<&str>, audience, revision| {
            let (who, now) = (who.clone(), world.now());
            let change = Change { text: text.map(str::to_owned), audience, files: Vec::new() };
            write(world, move |tx| edit(tx, &who, first.id, &change, revision, now))
        };
        assert_eq!(code(&change(&team.ben, Some("mine"), None, None).unwrap_err()), "missing");
        let shared = change(&team.mara, None, Some(Audience::Everybody), Some(0)).unwrap();
        assert_eq!((shared.text.as_str(), shared.revision), ("alone", 1));
        assert_eq!(activities(world, ANN, "note.written"), 1);
        assert_eq!(code(&change(&team.ben, Some("mine"), None, None).unwrap_err()), "forbidden");
        let late = change(&team.mara, Some("again"), None, Some(0)).unwrap_err();
        assert_eq!(code(&late), "changed_since");
        change(&team.mara, Some("again"), Some(Audience::Team), Some(1)).unwrap();
        change(&team.mara, None, Some(Audience::Everybody), Some(2)).unwrap();
        assert_eq!(activities(world, ANN, "note.written"), 1, "it was written once");
        assert_eq!(read_by(world, &team.olga, ANN), ["again"]);
        assert!(found(world, &team.olga, "alone").is_empty());
        assert_eq!(code(&change(&team.mara, Some("  "), None, None).unwrap_err()), "invalid");
    });
}

#[test]
fn a_note_that_is_removed_can_be_brought_back_for_a_day() {
    both(|world, team| {
        let note = note(world, &team.mara, ANN, "Wednesdays only", Audience::Everybody).unwrap();
        let take = |who: &User| {
            let (who, now) = (who.clone(), world.now());
            write(world, move |tx| remove::remove(tx, &who, note.id, now))
        };
        let restore = |who: &User| {
            let (who, now) = (who.clone(), world.now());
            write(world, move |tx| remove::restore(tx, &who, note.id, now))
        };
        assert_eq!(code(&take(&team.ben).unwrap_err()), "forbidden");
        take(&team.olga).unwrap();
        assert_eq!(code(&take(&team.olga).unwrap_err()), "missing");
        assert!(read_by(world, &team.mara, ANN).is_empty());
        assert!(found(world, &team.mara, "wednes").is_empty());
        assert_eq!(code(&restore(&team.ben).unwrap_err()), "forbidden");
        restore(&team.mara).unwrap();
        assert_eq!(read_by(world, &team.ben, ANN), ["Wednesdays only"]);
        assert_eq!(found(world, &team.ben, "wednes").len(), 1);
        take(&team.mara).unwrap();
        world.clock.advance(moment::Span::days(2));
        world.drain(&registry());
        assert_eq!(code(&restore(&team.mara).unwrap_err()), "missing");
    });
}

#[test]
fn only_a_colleague_who_sees_the_record_is_named() {
    both(|world, team| {
        let named = note(world, &team.mara, ANN, "ask @Ben Berg, @ben", Audience::Everybody);
        let named = named.unwrap();
        assert_eq!(named.mentions.len(), 1);
        for (text, audience, expected) in [
            ("ask @Cleo", Audience::Everybody, "does not see this record"),
            ("ask @Olga Owner", Audience::Team, "not of your team"),
            ("ask @Ben Berg", Audience::Author, "Nobody but you"),
        ] {
            let failure = note(world, &team.mara, ANN, text, audience).unwrap_err();
            assert_eq!(code(&failure), "cannot_see");
            assert!(failure.to_string().contains(expected), "{failure}");
        }
        assert_eq!(read_by(world, &team.mara, ANN).len(), 1, "what is refused is not written");
        let mara = team.mara.clone();
        let offered = move |tx: &mut Tx| notes::mention::offered(tx, &mara, ANN, "b");
        let offered = world.db.read_blocking(offered).unwrap();
        assert_eq!(offered.iter().map(|one| one.id).collect::<Vec<_>>(), [team.ben.id.0]);
        let mara = team.mara.clone();
        let offered = move |tx: &mut Tx| notes::mention::offered(tx, &mara, ANN, "cle");
        assert!(world.db.read_blocking(offered).unwrap().is_empty());
    });
}

#[test]
fn the_operator_writes_for_everybody_and_nobody_writes_without_the_right() {
    both(|world, team| {
        note(world, &User::operator(), ANN, "from the machine", Audience::Everybody).unwrap();
        let alone = note(world, &User::operator(), ANN, "x", Audience::Author).unwrap_err();
        assert_eq!(code(&alone), "invalid");
        let mara = now_as(world, &team.mara);
        let viewer = User { role: team::Role::Viewer, ..mara };
        let refused = note(world, &viewer, ANN, "x", Audience::Everybody).unwrap_err();
        assert_eq!(code(&refused), "forbidden");
        assert_eq!(read_by(world, &viewer, ANN), ["from the machine"]);
    });
}
