//! A note as a line of the timeline, and where one is written.

use askama::Template;
use platform::page::filters;
use platform::page::words::{Almanac, bytes};
use platform::public_id::PublicIds;

use crate::note::{AUDIENCES, Audience, Mentioned, NoteView};
use crate::{FILE, NOTE};

/// Who is to read a note, as one of several.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub word: &'static str,
    pub label: &'static str,
    pub is_here: bool,
}

/// Every audience, with the one that is chosen.
pub(crate) fn choices(chosen: Audience) -> Vec<Choice> {
    let choice = |(audience, label): &(Audience, &'static str)| Choice {
        word: audience.as_str(),
        label,
        is_here: *audience == chosen,
    };
    AUDIENCES.iter().map(choice).collect()
}

/// A part of a note's text: plain, a colleague who is named, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    pub is_mention: bool,
    pub href: String,
}

#[derive(Clone, Debug)]
pub(crate) struct FileLine {
    pub href: String,
    pub name: String,
    pub size: String,
}

/// The line.
#[derive(Clone, Debug, Template)]
#[template(path = "note.html")]
pub(crate) struct NoteLine {
    /// The public id.
    pub id: String,
    pub author: String,
    /// In a word or two; empty for everybody.
    pub audience: &'static str,
    /// `edited 12 Nov, 09:42`; empty if it was not.
    pub edited: String,
    pub clock: String,
    pub iso: String,
    pub pieces: Vec<Piece>,
    pub files: Vec<FileLine>,
    pub may_edit: bool,
    pub may_remove: bool,
    /// Where it is changed.
    pub action: String,
    /// The record.
    pub here: String,
    pub text: String,
    pub revision: i64,
    pub choices: Vec<Choice>,
}

impl NoteLine {
    pub(crate) fn of(note: &NoteView, here: &str, ids: PublicIds, almanac: &Almanac) -> NoteLine {
        let id = ids.encode(NOTE, note.id);
        let at = almanac.clock(note.written_at);
        let file = |file: &crate::file::FileView| FileLine {
            href: format!("/files/{}", ids.encode(FILE, file.id)),
            name: file.name.clone(),
            size: bytes(file.bytes),
        };
        NoteLine {
            action: format!("/notes/{id}"),
            id,
            author: note.author_name.clone(),
            audience: match note.audience {
                Audience::Everybody => "",
                Audience::Team => "for the team",
                Audience::Author => "only for you",
            },
            edited: note
                .edited_at
                .map(|at| format!("edited {}", almanac.minute(at).words))
                .unwrap_or_default(),
            clock: at.words,
            iso: at.iso,
            pieces: pieces(&note.text, &note.mentions),
            files: note.files.iter().map(file).collect(),
            may_edit: note.may_edit,
            may_remove: note.may_remove,
            here: here.to_owned(),
            text: note.text.clone(),
            revision: note.revision,
            choices: choices(note.audience),
        }
    }
}

/// A text with those who are named and the addresses in it told apart.
fn pieces(text: &str, mentions: &[Mentioned]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let special = special(rest, before, mentions);
        let length = special.as_ref().map_or(letter.len_utf8(), |piece| piece.text.len());
        let (here, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match special {
            Some(piece) => {
                if !plain.is_empty() {
                    pieces.push(piece_of(std::mem::take(&mut plain)));
                }
                pieces.push(piece);
            }
            None => plain.push_str(here),
        }
        before = here.chars().next_back().unwrap_or(before);
        rest = after;
    }
    if !plain.is_empty() {
        pieces.push(piece_of(plain));
    }
    pieces
}

fn piece_of(text: String) -> Piece {
    Piece { text, is_mention: false, href: String::new() }
}

/// Somebody who is named, or an address, at the beginning of a text.
fn special(rest: &str, before: char, mentions: &[Mentioned]) -> Option<Piece> {
    if before.is_alphanumeric() {
        return None;
    }
    if let Some(name) = rest.strip_prefix('@') {
        let said = mentions.iter().map(|one| one.said.as_str());
        let said = said.filter(|said| name.starts_with(said)).max_by_key(|said| said.len())?;
        return Some(Piece { is_mention: true, ..piece_of(format!("@{said}")) });
    }
    if !(rest.starts_with("https://") || rest.starts_with("http://")) {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || "<>\"'`".contains(c)).unwrap_or(rest.len());
    let address = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
    let has_host = address.split_once("://").is_some_and(|(_, host)| !host.is_empty());
    has_host.then(|| Piece { href: address.to_owned(), ..piece_of(address.to_owned()) })
}

/// What stands above the timeline.
#[derive(Clone, Debug, Template)]
#[template(path = "above.html")]
pub(crate) struct Above {
    /// The note that was just removed, where it can be brought back.
    pub undo: Option<String>,
    pub may_write: bool,
    pub here: String,
    pub choices: Vec<Choice>,
}

/// What stands in the head of a record.
#[derive(Clone, Debug, Template)]
#[template(path = "head.html")]
pub(crate) struct Head {
    pub here: String,
    pub is_followed: bool,
    /// How many follow.
    pub count: usize,
    /// Who follows, for a pointer over it.
    pub hint: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_apart_from_the_rest() {
        let mentions = [
            Mentioned { user: 1, said: "Ben".to_owned() },
            Mentioned { user: 2, said: "Ben Åström".to_owned() },
        ];
        let text =
            "@Ben Åström, see https://a.example/x?y=1. Or @Ben (a@Ben), javascript:x http://";
        let found = pieces(text, &mentions);
        let marked: Vec<(&str, bool)> = found
            .iter()
            .filter(|piece| piece.is_mention || !piece.href.is_empty())
            .map(|piece| (piece.text.as_str(), piece.is_mention))
            .collect();
        let expected = [("@Ben Åström", true), ("https://a.example/x?y=1", false), ("@Ben", true)];
        assert_eq!(marked, expected);
        let whole: String = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn what_a_note_says_is_escaped() {
        let almanac = Almanac::new(moment::Moment(0), "UTC");
        let note = NoteView {
            id: 1,
            subject: 2,
            author: None,
            author_name: "<i>".to_owned(),
            audience: Audience::Author,
            text: "<script>alert(1)</script>\" onclick=x".to_owned(),
            written_at: moment::Moment(0),
            edited_at: Some(moment::Moment(0)),
            revision: 1,
            entry: None,
            mentions: Vec::new(),
            files: Vec::new(),
            may_edit: true,
            may_remove: true,
        };
        let line = NoteLine::of(&note, "/people/per_1", PublicIds::default(), &almanac);
        let html = line.render().unwrap();
        assert!(!html.contains("<script") && !html.contains("<i>"), "{html}");
        assert!(html.contains("only for you") && html.contains("edited"), "{html}");
    }
}
