//! A note as whoever may read it sees it, and who that is.

use std::collections::BTreeSet;

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::file::FileView;
use crate::store::NoteRow;

/// Letters of a note at most.
pub const LETTERS_MAX: usize = 10_000;

/// Who reads a note, of those who see the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// All of them.
    #[default]
    Everybody,
    /// Those of the author's teams, and whoever manages a team above.
    Team,
    /// The author alone.
    Author,
}

/// All of them, with what people read.
pub const AUDIENCES: [(Audience, &str); 3] = [
    (Audience::Everybody, "For everybody"),
    (Audience::Team, "For my team"),
    (Audience::Author, "For me alone"),
];

impl Audience {
    /// As it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Audience::Everybody => "everybody",
            Audience::Team => "team",
            Audience::Author => "me",
        }
    }

    /// From its word.
    ///
    /// # Errors
    /// `Invalid` for another.
    pub fn parse(word: &str) -> Result<Audience, Failure> {
        let found = AUDIENCES.iter().find(|(audience, _)| audience.as_str() == word);
        let wrong = || Failure::invalid("audience", "say everybody, team or me");
        found.map(|(audience, _)| *audience).ok_or_else(wrong)
    }
}

/// Somebody who is named in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// The user.
    pub user: i64,
    /// As they are named there, without the sign.
    pub said: String,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteView {
    /// Inside.
    pub id: i64,
    /// About whom.
    pub subject: i64,
    /// Who wrote it; nobody for the operator.
    pub author: Option<i64>,
    /// Their name.
    pub author_name: String,
    /// Who reads it.
    pub audience: Audience,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub written_at: Moment,
    /// When it was changed last, if it was.
    pub edited_at: Option<Moment>,
    /// How often it was changed.
    pub revision: i64,
    /// The activity that tells of it, if it was shared.
    pub entry: Option<i64>,
    /// Who is named in it.
    pub mentions: Vec<Mentioned>,
    /// What hangs on it.
    pub files: Vec<FileView>,
    /// Whether whoever looks may change it.
    pub may_edit: bool,
    /// Whether whoever looks may remove it.
    pub may_remove: bool,
}

/// Whose notes for their team somebody reads.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    me: Option<i64>,
    circle: BTreeSet<i64>,
}

impl Reader {
    pub(crate) fn of(tx: &mut Tx, who: &User) -> Result<Reader, Failure> {
        let circle = match who.actor() {
            Some(_) => team::sight::circle(tx, who.id)?.into_iter().collect(),
            None => BTreeSet::new(),
        };
        Ok(Reader { me: who.actor(), circle })
    }

    /// Whether they read a note, if they see the record.
    pub(crate) fn reads(&self, note: &NoteRow) -> bool {
        let is_author = note.author.is_some() && note.author == self.me;
        match note.audience {
            Audience::Everybody => true,
            Audience::Team => {
                is_author || note.author.is_some_and(|author| self.circle.contains(&author))
            }
            Audience::Author => is_author,
        }
    }
}

/// Whether somebody may change a note: its author, and nobody else.
pub(crate) fn may_edit(who: &User, note: &NoteRow) -> bool {
    who.can(Right::EditPeople) && note.author == who.actor()
}

/// Whether somebody may remove a note that they read: its author, and whoever manages the team.
pub(crate) fn may_remove(who: &User, note: &NoteRow) -> bool {
    may_edit(who, note) || who.can(Right::ManageTeam)
}

/// What was typed, as it is kept: lines end alike, and nothing stands around it.
///
/// # Errors
/// `Invalid` for nothing and for too much.
pub(crate) fn tidied(typed: &str) -> Result<String, Failure> {
    let text = typed.replace("\r\n", "\n").replace(['\r', '\0'], "");
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::invalid("text", "a note says something: write a word or two"));
    }
    let letters = text.chars().count();
    if letters > LETTERS_MAX {
        let words = format!("a note has {LETTERS_MAX} letters at most, and this has {letters}");
        return Err(Failure::invalid("text", words));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_as_it_was_typed_but_for_what_stands_around_it() {
        assert_eq!(tidied(" a\r\n\r\nb \0\n").unwrap(), "a\n\nb");
        assert!(tidied(" \r\n ").is_err());
        assert!(tidied(&"é".repeat(LETTERS_MAX)).is_ok());
        assert!(tidied(&"é".repeat(LETTERS_MAX + 1)).is_err());
    }

    #[test]
    fn an_audience_reads_as_it_prints() {
        for (audience, _) in AUDIENCES {
            assert_eq!(Audience::parse(audience.as_str()).unwrap(), audience);
        }
        assert!(Audience::parse("all").unwrap_err().to_string().contains("everybody, team or me"));
    }
}
