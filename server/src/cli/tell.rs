//! `sluice tell`

use std::io::{IsTerminal, Read, Write, stderr, stdin};

use clap::Args;
use funnel::Stage;
use funnel::tell::{Answers, Question, Verdict};
use funnels::tell::{Asked, Asker, Told, tell, tell_packs};
use platform::App;
use platform::failure::Failure;

use super::why::stage;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// The most that answers may be, in bytes.
const ANSWERS_BYTES_MAX: u64 = 1 << 16;

/// Say what a contact is from a few answers, and which one would change it
#[derive(Args)]
#[command(
    long_about = "Asks a few questions about one contact, whom nobody need have recorded, and says what every lens makes of \
        the answers, each with the single fact that would change it. It asks only what can change the verdict of the \
        lens that you choose, and stops as soon as nothing can.\n\n\
        At a terminal it asks question by question: answer with a number or a word, `b` to take the last answer back, \
        an empty line to stop with the verdict so far. From anywhere else it reads the answers from standard input: \
        a JSON object, or a line for each question.\n\n\
        Questions and answers:\n  \
        firm      profile, market, outside, ?\n  \
        act       nothing, looked, signed up, downloaded, trial, demo agreed, demo seen, called sales,\n            \
        bought\n  \
        talk      nobody, only we, only they, both, keen\n  \
        place     all, part, none, ?\n  \
        need      now, later, no, ?\n  \
        budget    yes, no, ?\n  \
        signs     yes, no, ?\n  \
        accepted  yes, no",
    after_long_help = "Examples:\n  \
        sluice tell\n  \
        sluice tell --lens Marketing\n  \
        echo '{\"act\": \"trial\", \"talk\": \"nobody\"}' | sluice tell --json\n  \
        echo '{\"lens\": \"Marketing\", \"answers\": {\"act\": \"trial\"}}' | sluice tell --json | jq .next\n  \
        sluice tell --pack article-d"
)]
pub(crate) struct Tell {
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
    /// Ask the definitions that Sluice ships with instead of a workspace's lenses
    #[arg(long)]
    packs: bool,
    /// The same, through one of them: default, article-a …
    #[arg(long, value_name = "NAME", conflicts_with = "lens")]
    pack: Option<String>,
}

/// Whom to ask: a workspace, or the packs.
enum Over {
    Workspace(App),
    Packs,
}

impl Over {
    fn tell(&self, asked: &Asked) -> Result<Told, Failure> {
        match self {
            Over::Packs => tell_packs(asked),
            Over::Workspace(app) => {
                let (asked, who) = (asked.clone(), asking(app));
                app.db.read_blocking(move |tx| tell(tx, Asker::User(who), &asked))
            }
        }
    }
}

impl Tell {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let over = if self.packs || self.pack.is_some() {
            Over::Packs
        } else {
            Over::Workspace(house.open_begun()?)
        };
        let named = self.pack.or(self.lens);
        let told = if stdin().is_terminal() {
            ask(house, &over, named)?
        } else {
            let mut text = String::new();
            stdin().take(ANSWERS_BYTES_MAX).read_to_string(&mut text)?;
            answered(&over, &text, named, house.mouth.json)?
        };
        house.mouth.result(&told.view(), |ink| shown(&told, ink))?;
        Ok(Outcome::Done)
    }
}

/// Takes answers from a text: a JSON object, or a line for each question that is asked.
fn answered(
    over: &Over,
    text: &str,
    named: Option<String>,
    is_json: bool,
) -> Result<Told, Failure> {
    let text = text.trim();
    if text.starts_with('{') || is_json {
        let json = serde_json::from_str(if text.is_empty() { "{}" } else { text })
            .map_err(|error| Failure::invalid("answers", format!("can't be read: {error}")))?;
        let asked = Asked::parse(&json)?;
        return over.tell(&Asked { lens: named.or(asked.lens), ..asked });
    }
    let mut told = over.tell(&Asked { lens: named.clone(), ..Asked::default() })?;
    for line in text.lines() {
        let Some(question) = told.next else {
            let words = format!("is one answer too many: {}", settled(&told));
            return Err(Failure::invalid(line.trim(), words));
        };
        let answers = heard(&told, question, line)
            .map_err(|words| Failure::invalid(question.as_str(), words))?;
        told = over.tell(&Asked { lens: named.clone(), answers })?;
    }
    Ok(told)
}

/// The answers with one more, by its number or its word.
fn heard(told: &Told, question: Question, line: &str) -> Result<Answers, String> {
    let line = line.trim();
    let mut answers = told.answers;
    let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let numbered = number.and_then(|place| question.answers().get(place));
    let word = numbered.map_or(line, |answer| answer.word);
    match answers.answer(question.as_str(), word) {
        Ok(()) => Ok(answers),
        Err(unheard) => {
            Err(format!("there is no answer {line:?}; there are {}", unheard.possible().join(", ")))
        }
    }
}

/// Asks question by question.
fn ask(house: &House, over: &Over, lens: Option<String>) -> Result<Told, Failure> {
    let (mouth, ink) = (house.mouth, house.mouth.side_ink);
    let mut told = over.tell(&Asked { lens: lens.clone(), ..Asked::default() })?;
    let mut before = Vec::new();
    mouth.note(ink.quiet(format!(
        "Through the lens {}. A number or a word answers, b goes back, an empty line stops.",
        told.lens
    )));
    while let Some(question) = told.next {
        let title = ink.strong(format!("{}. {}", before.len() + 1, question.ask()));
        mouth.note(format_args!("\n{title}"));
        for (place, answer) in (1..).zip(question.answers()) {
            let word = ink.quiet(answer.word);
            mouth.note(format_args!("  {place}  {}  {word}", answer.says));
        }
        let _unheard = write!(stderr(), "> ").and_then(|()| stderr().flush());
        let mut line = String::new();
        let read = stdin().read_line(&mut line)?;
        match line.trim() {
            "" => {
                if read == 0 {
                    mouth.note("");
                }
                break;
            }
            "b" | "back" => match before.pop() {
                Some(earlier) => told = earlier,
                None => mouth.note("  This is the first question."),
            },
            line => match heard(&told, question, line) {
                Err(words) => mouth.note(format_args!("  {}", ink.bad(words))),
                Ok(answers) => {
                    let next = over.tell(&Asked { lens: lens.clone(), answers })?;
                    before.push(std::mem::replace(&mut told, next));
                }
            },
        }
    }
    mouth.note("");
    Ok(told)
}

fn settled(told: &Told) -> String {
    let stands = stage(told.verdict.stage);
    match told.answers.count() {
        _ if told.verdict.is_so_far => format!("{stands} so far"),
        1 => format!("{stands}, settled after 1 answer"),
        count => format!("{stands}, settled after {count} answers"),
    }
}

fn shown(told: &Told, ink: Ink) -> String {
    let mut text = format!("{}\n{}\n", ink.strong(settled(told)), ink.quiet(&told.lens));
    for question in Question::ALL {
        let given = told.answers.word(question);
        let implied = told.answers.implied(question);
        if let Some(word) = given.or(implied) {
            let how = if given.is_some() { "" } else { "  (follows)" };
            text.push_str(&format!("  {:<9} {word}{how}\n", question.as_str()));
        }
    }
    if let Some(question) = told.next {
        text.push_str(&format!("\n{} {}\n", ink.strong("Ask next:"), question.ask()));
    }
    let mut rows =
        vec![vec!["lens".to_owned(), "verdict".to_owned(), "what would change it".to_owned()]];
    for (lens, verdict) in &told.lenses {
        let so_far = if verdict.is_so_far { " so far" } else { "" };
        let stands = format!("{}{so_far}", stage(verdict.stage));
        rows.push(vec![lens.clone(), stands, change(verdict)]);
    }
    text.push_str(&format!("\n{}", table(&rows)));
    text
}

fn change(verdict: &Verdict) -> String {
    match verdict.change {
        Some(change) => {
            let (question, answer) = (change.question.as_str(), change.answer.word);
            format!("{question} = {answer}: {}", stage(change.stage))
        }
        None if verdict.stage == Stage::Customer => "nothing: they have bought".to_owned(),
        None if verdict.stage == Stage::Opportunity => "nothing but a purchase".to_owned(),
        None => "no single answer".to_owned(),
    }
}
