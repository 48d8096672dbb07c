//! Mentions: a colleague who is named in a note, by `@` and a name or an address.

use platform::db::Tx;
use platform::failure::Failure;
use team::{Colleague, Right, User, roster};

use crate::note::{Audience, Mentioned};

/// Colleagues that are offered while somebody types.
pub const OFFERED_MAX: usize = 6;
/// Colleagues who are looked at for that: whoever does not see the record is not offered.
const LOOKED_AT_MAX: usize = 40;

/// Who is named in a text, each once: by the whole name, the address, or the first name if nobody else has it.
///
/// # Errors
/// `Refused` with `ambiguous_mention` if a name is that of two.
pub(crate) fn named(text: &str, colleagues: &[Colleague]) -> Result<Vec<Mentioned>, Failure> {
    let mut found: Vec<Mentioned> = Vec::new();
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let begins = letter == '@' && !before.is_alphanumeric();
        before = letter;
        let Some(rest) = text.get(at + 1..).filter(|_| begins) else { continue };
        if let Some(one) = first_of(rest, colleagues)?
            && !found.iter().any(|known| known.user == one.user)
        {
            found.push(one);
        }
    }
    Ok(found)
}

/// Whom the beginning of a text names: of several names that fit, the longest counts.
fn first_of(rest: &str, colleagues: &[Colleague]) -> Result<Option<Mentioned>, Failure> {
    let mut best: (usize, Vec<&Colleague>) = (0, Vec::new());
    for colleague in colleagues {
        let first = colleague.name.split_whitespace().next().unwrap_or_default();
        let ways = [colleague.name.as_str(), colleague.email.as_str(), first];
        let Some(long) = ways.iter().filter_map(|way| begins_with(rest, way)).max() else {
            continue;
        };
        if long > best.0 {
            best = (long, Vec::new());
        }
        if long == best.0 {
            best.1.push(colleague);
        }
    }
    let said = rest.get(..best.0).unwrap_or_default();
    match best.1.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(Mentioned { user: one.id, said: said.to_owned() })),
        several => {
            let names: Vec<String> =
                several.iter().map(|one| format!("@{} ({})", one.email, one.name)).collect();
            let words = format!(
                "@{said} means more than one colleague. Write the address: {}.",
                names.join(" or ")
            );
            Err(Failure::refused("ambiguous_mention", words))
        }
    }
}

/// How many bytes of a text are that name, in whatever capitals, if it begins with it as a word.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    if name.is_empty() {
        return None;
    }
    let mut letters = text.char_indices();
    let mut end = 0;
    for wanted in name.chars() {
        let (at, letter) = letters.next()?;
        if !letter.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        end = at + letter.len_utf8();
    }
    let next = letters.next().map(|(_, letter)| letter);
    (!next.is_some_and(char::is_alphanumeric)).then_some(end)
}

/// Who is named in a text about somebody: colleagues who may read it.
///
/// # Errors
/// `Refused` with `ambiguous_mention`; with `cannot_see` for a colleague who does not see the record, or is not one of
/// those for whom the note is.
pub(crate) fn allowed(
    tx: &mut Tx,
    who: &User,
    subject: i64,
    audience: Audience,
    text: &str,
) -> Result<Vec<Mentioned>, Failure> {
    if !text.contains('@') {
        return Ok(Vec::new());
    }
    let named = named(text, &team::colleagues(tx)?)?;
    for one in named.iter().filter(|one| Some(one.user) != who.actor()) {
        let said = &one.said;
        let words = match audience {
            Audience::Author => format!(
                "Nobody but you reads this note, so that @{said} can't be told of it: share it, or leave the name out."
            ),
            Audience::Team if !is_of_team(tx, who, one.user)? => format!(
                "{said} is not of your team, and so can't read this note: share it with everybody, or leave the name out."
            ),
            Audience::Team | Audience::Everybody if !sees(tx, one.user, subject)? => format!(
                "{said} does not see this record, and so can't be told of it: ask whoever looks after it to share it, or \
                 leave the name out."
            ),
            Audience::Team | Audience::Everybody => continue,
        };
        return Err(Failure::refused("cannot_see", words));
    }
    Ok(named)
}

/// Whether a colleague reads what the user writes for their team.
pub(crate) fn is_of_team(tx: &mut Tx, who: &User, colleague: i64) -> Result<bool, Failure> {
    let (Some(user), Some(me)) = (roster::user(tx, colleague)?, who.actor()) else {
        return Ok(false);
    };
    Ok(team::sight::circle(tx, user.id)?.binary_search(&me).is_ok())
}

/// Whether a colleague sees a record.
fn sees(tx: &mut Tx, colleague: i64, subject: i64) -> Result<bool, Failure> {
    match roster::user(tx, colleague)? {
        Some(user) if user.can(Right::ReadPeople) => people::sight::sees(tx, &user, subject),
        Some(_) | None => Ok(false),
    }
}

/// Colleagues who see a record and whose name or address has a word that begins with what was typed: a few.
///
/// # Errors
/// `Forbidden` without the right to edit people; `Missing` if nobody is meant whom the user sees.
pub fn offered(
    tx: &mut Tx,
    who: &User,
    which: &str,
    typed: &str,
) -> Result<Vec<Colleague>, Failure> {
    who.may(Right::EditPeople)?;
    let subject = people::edit::subject(tx, who, which)?;
    let typed = typed.trim().to_lowercase();
    let begins = |one: &Colleague| {
        let name = one.name.to_lowercase();
        name.starts_with(&typed)
            || name.split_whitespace().any(|word| word.starts_with(&typed))
            || one.email.to_lowercase().starts_with(&typed)
    };
    let mut found = Vec::new();
    for one in team::colleagues(tx)?.into_iter().filter(begins).take(LOOKED_AT_MAX) {
        if found.len() == OFFERED_MAX {
            break;
        }
        if Some(one.id) != who.actor() && sees(tx, one.id, subject)? {
            found.push(one);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team() -> Vec<Colleague> {
        [
            (1, "Mara Lind", "mara@f.example"),
            (2, "Mara Olsen", "olsen@f.example"),
            (3, "Ben Åström", "ben@f.example"),
        ]
        .map(|(id, name, email)| Colleague { id, name: name.into(), email: email.into() })
        .into()
    }

    #[test]
    fn whoever_is_named_is_found_once() {
        for (text, expected) in [
            ("ask @Mara Lind, please", vec![(1, "Mara Lind")]),
            ("@mara lind and @MARA OLSEN", vec![(1, "mara lind"), (2, "MARA OLSEN")]),
            ("(@ben) said so, @Ben Åström too", vec![(3, "ben")]),
            ("@olsen@f.example.", vec![(2, "olsen@f.example")]),
            ("write to ann@ben.example", vec![]),
            ("@benjamin, @home, @ ben", vec![]),
            ("no names", vec![]),
        ] {
            let found = named(text, &team()).unwrap();
            let found: Vec<(i64, &str)> =
                found.iter().map(|one| (one.user, one.said.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_name_of_two_is_refused_with_both() {
        let words = named("ask @Mara", &team()).unwrap_err().to_string();
        assert!(words.contains("@mara@f.example") && words.contains("@olsen@f.example"), "{words}");
    }
}
