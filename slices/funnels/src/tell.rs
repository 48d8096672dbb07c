//! `tell`: the fortune teller over the lenses of a workspace, or over the packs.
//!
//! Nobody is imagined but the contact of whom the answers speak: no person of the workspace is looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use funnel::tell::{Answers, Question, Teller, Unheard, Verdict};
use funnel::{Definition, Stage, packs};
use people::LensId;
use platform::db::Tx;
use platform::failure::{Failure, Field};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use team::{Right, User};

use crate::lens::{self, Lens};

/// The name by which the first lens is chosen, whatever it is called.
pub const FIRST: &str = "default";
/// How many mistakes are named at most.
const WRONG_MAX: usize = 16;
/// How many bytes the name of a lens or an answer may have that is said again in a refusal.
const WORD_BYTES_MAX: usize = 80;

/// What is asked: a lens, and what is known of the contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Through which lens; the user's own if none is named.
    pub lens: Option<String>,
    /// What has been answered.
    pub answers: Answers,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// Somebody of the team.
    User(&'a User),
    /// Anybody, who is answered only where the fortune teller is [`Public`].
    Stranger,
}

/// Whether strangers are answered; a part of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Public(pub bool);

/// What every lens makes of the answers, and what to ask next.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The lens that was chosen.
    pub lens: String,
    /// What has been answered.
    pub answers: Answers,
    /// The question to ask next; none once nothing can change the chosen lens's verdict.
    pub next: Option<Question>,
    /// The chosen lens's verdict.
    pub verdict: Verdict,
    /// Each lens with its verdict, the chosen one among them.
    pub lenses: Vec<(String, Verdict)>,
}

type SharedTeller = Arc<Mutex<Teller>>;

/// Tellers that were made once, by lens and version: what is adopted never changes. A part of the app.
#[derive(Default)]
pub struct Tellers(Mutex<HashMap<(LensId, i64), SharedTeller>>);

impl Tellers {
    /// The teller of each lens that has a definition in force; those of earlier ones are forgotten.
    fn of(&self, lenses: &[Lens]) -> Vec<(String, SharedTeller)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current = |lens: &Lens| lens.current().map(|(row, _)| (lens.id, row.version));
        kept.retain(|key, _| lenses.iter().any(|lens| current(lens) == Some(*key)));
        let mut tellers = Vec::new();
        for lens in lenses {
            let Some((row, definition)) = lens.current() else { continue };
            let teller = kept
                .entry((lens.id, row.version))
                .or_insert_with(|| Arc::new(Mutex::new(Teller::new(definition))));
            tellers.push((lens.name.clone(), Arc::clone(teller)));
        }
        tellers
    }
}

/// Tells what every lens of the workspace makes of the answers.
///
/// # Errors
/// `Forbidden` without the right to read people, `SignIn` for a stranger where it is not public, `Refused` with
/// `no_lens` and the names that there are.
pub fn tell(tx: &mut Tx, who: Asker<'_>, asked: &Asked) -> Result<Told, Failure> {
    let lenses = lens::lenses(tx)?;
    let tellers = tx.part::<Tellers>().of(&lenses);
    let names: Vec<&str> = tellers.iter().map(|(name, _)| name.as_str()).collect();
    let chosen = match who {
        Asker::User(user) => {
            user.may(Right::ReadPeople)?;
            let own = lens::of(tx, user, None)?.name;
            let own = names.iter().position(|name| *name == own).unwrap_or_default();
            choose(&names, asked.lens.as_deref(), own)?
        }
        Asker::Stranger if tx.find_part::<Public>().is_some_and(|public| public.0) => {
            choose(&names, asked.lens.as_deref(), 0)?
        }
        Asker::Stranger => return Err(Failure::SignIn),
    };
    told(asked.answers, tellers, chosen)
}

/// Tells what every pack makes of the answers, the one that a workspace starts with first.
///
/// # Errors
/// `Refused` with `no_lens` and the names that there are.
pub fn tell_packs(asked: &Asked) -> Result<Told, Failure> {
    let mut tellers = Vec::new();
    let (articles, first) = packs::ALL.split_at(packs::ALL.len().saturating_sub(1));
    for (name, text) in first.iter().chain(articles) {
        let definition = Definition::parse(text)
            .map_err(|_| Failure::broken(format_args!("the pack {name} can't be read")))?;
        tellers.push(((*name).to_owned(), Arc::new(Mutex::new(Teller::new(&definition)))));
    }
    let names: Vec<&str> = tellers.iter().map(|(name, _)| name.as_str()).collect();
    let chosen = choose(&names, asked.lens.as_deref(), 0)?;
    told(asked.answers, tellers, chosen)
}

/// The place of the lens that is meant: the one of that name, in whatever case; the first if it is called
/// [`FIRST`] and none bears that name; `own` if none is named.
fn choose(names: &[&str], wanted: Option<&str>, own: usize) -> Result<usize, Failure> {
    let Some(wanted) = wanted.map(str::trim).filter(|wanted| !wanted.is_empty()) else {
        return Ok(own);
    };
    let lower = wanted.to_lowercase();
    let found = names.iter().position(|name| name.to_lowercase() == lower);
    let found = found.or((lower == FIRST && !names.is_empty()).then_some(0));
    let words = || format!("There is no lens {}; there is {}.", short(wanted), names.join(", "));
    found.ok_or_else(|| Failure::refused("no_lens", words()))
}

fn told(
    answers: Answers,
    tellers: Vec<(String, SharedTeller)>,
    chosen: usize,
) -> Result<Told, Failure> {
    let mut lenses = Vec::new();
    let mut next = None;
    for (place, (name, teller)) in tellers.into_iter().enumerate() {
        let mut teller = teller.lock().unwrap_or_else(PoisonError::into_inner);
        if place == chosen {
            next = teller.next(&answers);
        }
        let verdict = teller.verdict(&answers);
        lenses.push((name, verdict));
    }
    let Some((lens, verdict)) = lenses.get(chosen).cloned() else {
        return Err(Failure::missing("lens", lens::MAIN));
    };
    Ok(Told { lens, answers, next, verdict, lenses })
}

impl Asked {
    /// Reads `{"lens": "Shared", "answers": {"firm": "profile", …}}`, or the answers alone; in both a lens may be
    /// named, and an answer that is `null` stays open.
    ///
    /// # Errors
    /// `Invalid` with each question or answer that there is not, and those that there are.
    pub fn parse(json: &Value) -> Result<Asked, Failure> {
        let object = |json: &Value, name: &str| match json.as_object() {
            Some(object) => Ok(object.clone()),
            None => Err(Failure::invalid(name, "must be an object: {\"firm\": \"profile\"}")),
        };
        let outer = object(json, "answers")?;
        let nested = outer.get("answers").map(|answers| object(answers, "answers")).transpose()?;
        let mut asked = Asked::default();
        let mut wrong = Vec::new();
        let keys = outer.iter().filter(|(key, _)| nested.is_none() || *key != "answers");
        for (key, value) in keys.chain(nested.iter().flatten()) {
            if wrong.len() == WRONG_MAX {
                break;
            }
            match value {
                Value::Null => {}
                Value::String(name) if key == "lens" => asked.lens = Some(name.clone()),
                Value::String(answer) => {
                    asked.hear(key, answer, &mut wrong);
                }
                other if key != "lens" => asked.hear(key, &other.to_string(), &mut wrong),
                _ => wrong.push(field("lens", "must be a name in quotes")),
            }
        }
        if wrong.is_empty() { Ok(asked) } else { Err(Failure::Invalid(wrong)) }
    }

    /// Answers one question by words; what there is not goes to `wrong`, with what there is.
    pub fn hear(&mut self, question: &str, answer: &str, wrong: &mut Vec<Field>) {
        let Err(unheard) = self.answers.answer(question, answer) else { return };
        let Unheard { word, question } = &unheard;
        let possible = unheard.possible().join(", ");
        wrong.push(match question {
            None => field(short(word), format!("is no question; there are {possible}")),
            Some(question) => field(
                question.as_str(),
                format!("has no answer {:?}; there are {possible}", short(word)),
            ),
        });
    }
}

fn field(name: &str, words: impl Into<String>) -> Field {
    Field { name: name.to_owned(), words: words.into() }
}

/// The beginning of what somebody wrote.
fn short(word: &str) -> &str {
    let end = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
    word.get(..end.take_while(|end| *end <= WORD_BYTES_MAX).last().unwrap_or_default())
        .unwrap_or("")
}

/// What is told, as programs read it.
#[derive(Clone, Debug, Serialize)]
pub struct TellView {
    /// The lens that was chosen.
    pub lens: String,
    /// Its verdict, with everything unasked unknown.
    pub stage: Stage,
    /// Whether nothing that is still open could change it.
    pub settled: bool,
    /// How many questions have been answered.
    pub asked: usize,
    /// The question to ask next.
    pub next: Option<NextView>,
    /// What follows from an answer to another question: after a demo or a call, both have spoken.
    #[serde(serialize_with = "as_map")]
    pub implied: Vec<(String, &'static str)>,
    /// What each lens makes of it.
    #[serde(serialize_with = "as_map")]
    pub lenses: Vec<(String, VerdictView)>,
}

/// A question to ask.
#[derive(Clone, Debug, Serialize)]
pub struct NextView {
    /// Its word.
    pub question: &'static str,
    /// As it is asked.
    pub ask: &'static str,
    /// The words of its answers.
    pub answers: Vec<&'static str>,
}

/// What a lens makes of the answers.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictView {
    /// The stage.
    pub stage: Stage,
    /// Whether what is still open could change it.
    pub so_far: bool,
    /// The first single answer that gives the highest stage that one can reach; none if none gives a higher one.
    pub change: Option<ChangeView>,
}

/// A single answer, and what would come of it.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// To which question.
    pub question: &'static str,
    /// The answer.
    pub answer: &'static str,
    /// The stage.
    pub stage: Stage,
}

fn as_map<S: Serializer, T: Serialize>(
    pairs: &[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl Told {
    /// As programs read it.
    pub fn view(&self) -> TellView {
        let implied = |question: Question| {
            Some((question.as_str().to_owned(), self.answers.implied(question)?))
        };
        let verdict = |verdict: &Verdict| VerdictView {
            stage: verdict.stage,
            so_far: verdict.is_so_far,
            change: verdict.change.map(|change| ChangeView {
                question: change.question.as_str(),
                answer: change.answer.word,
                stage: change.stage,
            }),
        };
        TellView {
            lens: self.lens.clone(),
            stage: self.verdict.stage,
            settled: !self.verdict.is_so_far,
            asked: self.answers.count(),
            next: self.next.map(|question| NextView {
                question: question.as_str(),
                ask: question.ask(),
                answers: question.answers().iter().map(|answer| answer.word).collect(),
            }),
            implied: Question::ALL.into_iter().filter_map(implied).collect(),
            lenses: self.lenses.iter().map(|(name, one)| (name.clone(), verdict(one))).collect(),
        }
    }
}
