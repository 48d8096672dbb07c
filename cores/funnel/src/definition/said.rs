//! What a part of a definition says, word for word in pieces that are held against each other: a condition is not one
//! thing that changes as a whole, but what it asks for, and how that hangs together.

use crate::condition::{Condition, English};

/// Something that stays or changes as one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether something is asked for, or it holds together what is: `and`, `(`.
    pub(super) asks: bool,
}

/// What stands beside others of its part: an answer's time, a condition, one of several ways to leave.
pub(super) type Said = Vec<Word>;

/// What can't be taken apart.
pub(super) fn plain(text: impl Into<String>) -> Said {
    vec![Word { text: text.into(), asks: true }]
}

/// A condition with what is said before and behind it; nothing where nothing is said.
pub(super) fn around(before: &str, condition: &Condition, behind: &str) -> Said {
    let mut said = Said::new();
    glue(before, &mut said);
    words(&condition.in_english(), &mut said);
    glue(behind, &mut said);
    said
}

/// What must hold, one by one.
pub(super) fn conjuncts(condition: &Condition) -> Vec<Said> {
    let of = |part: &English| {
        let mut said = Said::new();
        match part {
            English::Any(_) => within(part, &mut said),
            part => words(part, &mut said),
        }
        said
    };
    match condition.in_english() {
        English::All(parts) => parts.iter().map(of).collect(),
        other => {
            let mut said = Said::new();
            words(&other, &mut said);
            vec![said]
        }
    }
}

/// As it is read.
pub(super) fn text(said: &[Word]) -> String {
    let mut text = String::new();
    for word in said {
        let is_open = text.is_empty() || text.ends_with('(');
        if !is_open && word.text != ")" {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

fn glue(text: &str, said: &mut Said) {
    if !text.is_empty() {
        said.push(Word { text: text.to_owned(), asks: false });
    }
}

/// In the words and the order of [`English`] as it is shown.
fn words(english: &English, said: &mut Said) {
    match english {
        English::Phrase(phrase) => said.extend(plain(phrase)),
        English::All(parts) => joined(parts, "and", said),
        English::Any(parts) => joined(parts, "or", said),
        English::Not(part) => match &**part {
            English::Phrase(phrase) => said.extend(plain(format!("not: {phrase}"))),
            part => {
                glue("not", said);
                within(part, said);
            }
        },
    }
}

fn joined(parts: &[English], word: &str, said: &mut Said) {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            glue(word, said);
        }
        match part {
            English::All(_) | English::Any(_) => within(part, said),
            part => words(part, said),
        }
    }
}

fn within(part: &English, said: &mut Said) {
    glue("(", said);
    words(part, said);
    glue(")", said);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_reads_as_the_whole() {
        for text in [
            "known(person.email)",
            "known(person.email) && (two_way() || score.engagement >= 30)",
            "two_way() || known(person.phone) && !(stage == \"lead\" || dwell() > days(3))",
            "!(known(person.email) && two_way()) || !(score.fit > 3)",
        ] {
            let condition = Condition::parse(text).unwrap_or_else(|wrong| panic!("{wrong}"));
            let english = condition.in_english().to_string();
            assert_eq!(super::text(&around("", &condition, "")), english);
            let pieces: Vec<String> =
                conjuncts(&condition).iter().map(|said| super::text(said)).collect();
            assert_eq!(pieces.join(" and "), english);
        }
    }
}
