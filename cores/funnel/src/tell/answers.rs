//! What has been answered so far.

use std::fmt;

use super::question::{BOTH, BOUGHT, Question, is_talk};

/// What has been answered so far; a question may stay open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Answers([Option<u8>; 8]);

/// A question or an answer that there is not; says what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// The word that was not understood.
    pub word: String,
    /// The question that it was to answer; `None` if the question itself is unknown.
    pub question: Option<Question>,
}

impl Unheard {
    /// The words that there are.
    pub fn possible(&self) -> Vec<&'static str> {
        match self.question {
            None => Question::ALL.iter().map(|question| question.as_str()).collect(),
            Some(question) => question.answers().iter().map(|answer| answer.word).collect(),
        }
    }
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let possible = self.possible().join(", ");
        match self.question {
            None => write!(f, "{:?} is no question; there are {possible}", self.word),
            Some(question) => {
                write!(f, "{:?} is no answer to {}: {possible}", self.word, question.as_str())
            }
        }
    }
}

impl std::error::Error for Unheard {}

impl Answers {
    /// Answers a question by words: `("act", "demo seen")`. Case does not matter, and a hyphen or an
    /// underline is as good as a space.
    ///
    /// # Errors
    /// [`Unheard`], which says what is possible.
    pub fn answer(&mut self, question: &str, answer: &str) -> Result<(), Unheard> {
        let unheard = |word: &str, question| Unheard { word: word.to_owned(), question };
        let asked = Question::parse(&plain(question)).ok_or_else(|| unheard(question, None))?;
        let wanted = plain(answer);
        let wanted = if wanted == "both, keen" { "keen" } else { wanted.as_str() };
        let found = asked.answers().iter().position(|known| known.word == wanted);
        let found = found.and_then(|place| u8::try_from(place).ok());
        self.set(asked, Some(found.ok_or_else(|| unheard(answer, Some(asked)))?));
        Ok(())
    }

    /// Answers a question by the place of the answer, or takes an answer back.
    pub(super) fn set(&mut self, question: Question, answer: Option<u8>) {
        self.0[question as usize] = answer;
    }

    /// The same with one question answered, by the place of the answer from 0.
    #[must_use]
    pub fn with(mut self, question: Question, place: usize) -> Answers {
        let place = u8::try_from(place).ok();
        self.set(question, place.filter(|at| usize::from(*at) < question.answers().len()));
        self
    }

    /// The same with one question open again.
    #[must_use]
    pub fn without(mut self, question: Question) -> Answers {
        self.set(question, None);
        self
    }

    /// The place of the answer that somebody gave.
    pub fn given(&self, question: Question) -> Option<usize> {
        self.0[question as usize].map(usize::from)
    }

    /// The word of the answer that somebody gave.
    pub fn word(&self, question: Question) -> Option<&'static str> {
        self.given(question)
            .and_then(|place| question.answers().get(place))
            .map(|answer| answer.word)
    }

    /// What follows for a question that nobody answered: after a demo seen or a call, both have
    /// spoken.
    pub fn implied(&self, question: Question) -> Option<&'static str> {
        let implies = question == Question::Talk && self.0[question as usize].is_none();
        let place = self.held(question).filter(|_| implies).map(usize::from);
        place.and_then(|place| question.answers().get(place)).map(|answer| answer.word)
    }

    /// How many questions have been answered.
    pub fn count(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// Whether the contact has bought, which ends the questions.
    pub fn bought(&self) -> bool {
        self.0[Question::Act as usize] == Some(BOUGHT)
    }

    /// The answer that somebody gave, or that follows from another.
    pub(super) fn held(&self, question: Question) -> Option<u8> {
        let given = self.0[question as usize];
        let talks = self.0[Question::Act as usize].is_some_and(is_talk);
        match question {
            Question::Talk if given.is_none() && talks => Some(BOTH),
            _ => given,
        }
    }

    /// Whether a question is neither answered nor decided by another answer.
    pub(super) fn is_open(&self, question: Question) -> bool {
        self.held(question).is_none()
    }
}

fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', '_'], " ")
}
