//! The fortune teller: a few questions about one contact, and what a definition makes of the answers.
//!
//! **Promise:** asks only what can change the verdict, and says when nothing can any more.
//! **Never:** has a rule of its own: answers become facts and activities of one moment, and the fold
//! decides.
//!
//! ```
//! use funnel::tell::{Answers, Question, Teller};
//! use funnel::{Definition, Stage, packs};
//!
//! let definition = Definition::parse(packs::DEFAULT).expect("the pack reads");
//! let mut teller = Teller::new(&definition);
//! let mut answers = Answers::default();
//! for (question, answer) in [("firm", "profile"), ("act", "trial"), ("talk", "nobody")] {
//!     answers.answer(question, answer).expect("there is such an answer");
//! }
//! assert_eq!(teller.next(&answers), Some(Question::Place));
//! answers.answer("place", "all").expect("there is such an answer");
//! assert_eq!((teller.next(&answers), teller.stage(&answers)), (None, Stage::Prospect));
//! ```

mod answers;
mod imagine;
mod question;

pub use answers::{Answers, Unheard};
pub use question::{ANSWERS_MAX, Answer, Becomes, Question};

use crate::definition::Definition;
use crate::fold::Folder;
use crate::standing::Stage;
use question::{BOTH, BOUGHT, is_talk};

/// Tells what one definition makes of answers. What was folded once is kept: a byte for each of the
/// 51,840 ways to answer everything; answers between which the definition cannot tell are folded as
/// one.
#[derive(Debug)]
pub struct Teller {
    folder: Folder,
    told: Vec<Option<Stage>>,
    /// For each answer to each question the first one that weighs the same.
    like: [[u8; ANSWERS_MAX]; 8],
}

/// The single answer that brings a contact highest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// To which question.
    pub question: Question,
    /// The answer.
    pub answer: &'static Answer,
    /// The stage that they would have with it.
    pub stage: Stage,
}

/// What a definition makes of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The stage, with everything unasked unknown.
    pub stage: Stage,
    /// Whether what is still open could change it.
    pub is_so_far: bool,
    /// The first single answer, in the order of the questions, that gives the highest stage that one
    /// can reach; `None` if none gives a higher one. Buying is no answer here, for it always would.
    pub change: Option<Change>,
}

impl Teller {
    /// Makes a definition ready.
    pub fn new(definition: &Definition) -> Teller {
        let ways = Question::ALL.iter().map(|question| question.answers().len()).product();
        let folder = Folder::of(definition);
        let like = Question::ALL.map(|question| {
            let weighs = |answer: &'static Answer| -> Vec<&'static Becomes> {
                let parts = answer.becomes.iter();
                parts.filter(|part| folder.weighs(&imagine::entry(part))).collect()
            };
            let all: Vec<_> = question.answers().iter().map(weighs).collect();
            let mut like = [0; ANSWERS_MAX];
            for (like, answer) in like.iter_mut().zip(&all) {
                let first = all.iter().position(|other| other == answer);
                *like = first.and_then(|place| u8::try_from(place).ok()).unwrap_or_default();
            }
            like
        });
        Teller { folder, told: vec![None; ways], like }
    }

    /// The stage with everything unasked unknown: nothing done, nobody spoken to, not accepted.
    pub fn stage(&mut self, answers: &Answers) -> Stage {
        self.of(Question::ALL.map(|q| answers.held(q).unwrap_or(q.unasked())))
    }

    /// Whether every way of answering the rest gives the same stage.
    pub fn is_settled(&mut self, answers: &Answers) -> bool {
        let mut first = None;
        Ways::of(answers, None).filter(|way| go_together(answers, *way)).all(|way| {
            let stage = self.of(way);
            *first.get_or_insert(stage) == stage
        })
    }

    /// The question to ask next: the first one open that can still change the stage. `None` when
    /// every way of answering the rest gives the same stage, and of a contact who has bought.
    pub fn next(&mut self, answers: &Answers) -> Option<Question> {
        if answers.bought() {
            return None;
        }
        let open = Question::ALL.into_iter().filter(|question| answers.is_open(*question));
        open.into_iter().find(|question| self.matters(answers, *question))
    }

    /// Whether some way of answering the rest leaves an open question to decide.
    fn matters(&mut self, answers: &Answers, question: Question) -> bool {
        Ways::of(answers, Some(question)).any(|mut way| {
            let mut first = None;
            let mut places = 0..sizes()[question as usize];
            places.any(|place| {
                way[question as usize] = place;
                if !go_together(answers, way) {
                    return false;
                }
                let stage = self.of(way);
                *first.get_or_insert(stage) != stage
            })
        })
    }

    /// The verdict, whether it is the last, and what would change it.
    pub fn verdict(&mut self, answers: &Answers) -> Verdict {
        let stage = self.stage(answers);
        Verdict { stage, is_so_far: !self.is_settled(answers), change: self.change(answers, stage) }
    }

    fn change(&mut self, answers: &Answers, stage: Stage) -> Option<Change> {
        let mut best: Option<Change> = None;
        for question in Question::ALL {
            for (place, answer) in question.answers().iter().enumerate() {
                let changed = answers.with(question, place);
                if changed.bought() {
                    continue;
                }
                let reached = self.stage(&changed);
                if height(reached) > best.map_or(height(stage), |best| height(best.stage)) {
                    best = Some(Change { question, answer, stage: reached });
                }
            }
        }
        best
    }

    /// The stage of a contact of whom everything was answered.
    fn of(&mut self, mut way: [u8; 8]) -> Stage {
        for (answer, like) in way.iter_mut().zip(&self.like) {
            *answer = like.get(usize::from(*answer)).copied().unwrap_or(*answer);
        }
        let place = way
            .iter()
            .zip(sizes())
            .fold(0, |place, (answer, size)| place * usize::from(size) + usize::from(*answer));
        let told = self.told.get(place).copied().flatten();
        told.unwrap_or_else(|| {
            let stage = self.folder.fold(&imagine::history(way), imagine::AT).standing.stage;
            if let Some(slot) = self.told.get_mut(place) {
                *slot = Some(stage);
            }
            stage
        })
    }
}

/// How high a stage is; the exits lie beneath everything.
fn height(stage: Stage) -> u8 {
    match stage {
        Stage::Disqualified => 0,
        Stage::Recycled => 1,
        Stage::None => 2,
        Stage::Lead => 3,
        Stage::Prospect => 4,
        Stage::Opportunity => 5,
        Stage::Customer => 6,
    }
}

fn sizes() -> [u8; 8] {
    Question::ALL.map(|question| u8::try_from(question.answers().len()).unwrap_or(u8::MAX))
}

/// Whether answers that were not given could be given together: a demo seen or a call means that
/// both have spoken, and a purchase is not waited for, since it makes a customer of anybody. What
/// somebody answered stands, whatever it is.
fn go_together(given: &Answers, way: [u8; 8]) -> bool {
    let [_, act, talk, ..] = way;
    let talks = !given.is_open(Question::Talk) || !is_talk(act) || talk >= BOTH;
    talks && (act != BOUGHT || given.bought())
}

/// Every way of answering what is open, whether it goes together or not; the last question turns
/// fastest.
struct Ways {
    open: [bool; 8],
    next: Option<[u8; 8]>,
}

impl Ways {
    /// Every way of answering what is open, apart from one question, which stays at its first answer.
    fn of(given: &Answers, apart_from: Option<Question>) -> Ways {
        Ways {
            open: Question::ALL.map(|q| given.is_open(q) && Some(q) != apart_from),
            next: Some(Question::ALL.map(|question| given.held(question).unwrap_or(0))),
        }
    }
}

impl Iterator for Ways {
    type Item = [u8; 8];

    fn next(&mut self) -> Option<[u8; 8]> {
        let way = self.next?;
        let mut turned = way;
        let answers = turned.iter_mut().zip(sizes()).zip(self.open);
        let turning = answers.rev().filter(|(_, is_open)| *is_open).map(|(answer, _)| answer);
        let mut is_done = true;
        for (answer, size) in turning {
            if *answer + 1 < size {
                *answer += 1;
                is_done = false;
                break;
            }
            *answer = 0;
        }
        self.next = (!is_done).then_some(turned);
        Some(way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs;

    #[test]
    fn answers_folded_as_one_come_to_the_same() {
        for (name, text) in packs::ALL {
            let definition = Definition::parse(text).unwrap();
            let mut teller = Teller::new(&definition);
            let mut folder = Folder::of(&definition);
            for way in Ways::of(&Answers::default(), None).step_by(61) {
                let folded = folder.fold(&imagine::history(way), imagine::AT).standing.stage;
                assert_eq!(teller.of(way), folded, "{name}: {way:?}");
            }
            let like = |question: Question| teller.like[question as usize];
            if *name == "default" {
                assert_eq!(like(Question::Accepted)[..2], [0, 0], "only a kind asks for it");
            }
        }
    }
}
