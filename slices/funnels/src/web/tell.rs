//! `GET /tell`, one question at a time, and `POST /api/v1/tell` of whoever shows no token: a page, or a stranger where it is
//! public.
//!
//! What has been answered stands in the address alone, so that a page works without script, goes back with the
//! browser, and can be sent to somebody.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use funnel::Stage;
use funnel::tell::{Answers, Question, Verdict};
use people::frame;
use people::pages::marks::StageMark;
use platform::app::App;
use platform::failure::Failure;
use platform::page::{Icon, Page, filters};
use serde_json::Value;
use team::User;

use crate::tell::{Asked, Asker, Public, TellView, Told, tell};

/// The title of the page.
const TITLE: &str = "Fortune teller";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tell", get(page))
}

/// Who may ask: somebody of the team, else anybody where it is public.
fn asker(app: &App, who: Result<User, Failure>) -> Result<Option<User>, Failure> {
    match who {
        Ok(user) => Ok(Some(user)),
        Err(Failure::SignIn) if app.find_part::<Public>().is_some_and(|public| public.0) => {
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Answers `POST /api/v1/tell` for whoever shows no token.
pub async fn without_token(app: App, request: Request) -> Response {
    api.call(request, app).await
}

async fn api(
    State(app): State<App>,
    who: Result<User, Failure>,
    Json(body): Json<Value>,
) -> Result<Json<TellView>, Failure> {
    let who = asker(&app, who)?;
    let asked = Asked::parse(&body)?;
    let told = app
        .db
        .read(move |tx| tell(tx, who.as_ref().map_or(Asker::Stranger, Asker::User), &asked))
        .await?;
    Ok(Json(told.view()))
}

async fn page(
    State(app): State<App>,
    who: Result<User, Failure>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let is_public = app.find_part::<Public>().is_some_and(|public| public.0);
    let is_embedded = is_public && fields.iter().any(|(key, value)| key == "embed" && value == "1");
    // Within a frame nobody is known, even where a browser says who it is: the page is for everybody.
    let who = asker(&app, who)?.filter(|_| !is_embedded);
    let asked = asked(&fields)?;
    let (told, shell) = app
        .db
        .read(move |tx| match &who {
            None => Ok((tell(tx, Asker::Stranger, &asked)?, None)),
            Some(who) => {
                let told = tell(tx, Asker::User(who), &asked)?;
                Ok((told, Some(frame::shell(tx, who, "/tell")?)))
            }
        })
        .await?;
    let wanted = fields.iter().find(|(key, _)| key == "ask").map(|(_, value)| value.as_str());
    let view = TellPage::of(&told, wanted, shell.is_none(), is_embedded);
    Ok(match shell {
        Some(shell) => Page::new(&shell, TITLE, &view).into_response(),
        None => Page::bare(TITLE, &view).embeddable().into_response(),
    })
}

/// What the fields of an address ask; those that are no question are for others.
fn asked(fields: &[(String, String)]) -> Result<Asked, Failure> {
    let mut asked = Asked::default();
    let mut wrong = Vec::new();
    for (key, value) in fields {
        if key == "lens" {
            asked.lens = Some(value.clone());
        } else if Question::parse(key).is_some() {
            asked.hear(key, value, &mut wrong);
        }
    }
    if wrong.is_empty() { Ok(asked) } else { Err(Failure::Invalid(wrong)) }
}

/// One answer that could be given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    key: usize,
    says: &'static str,
    href: String,
}

/// The question to answer now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Now {
    number: usize,
    ask: &'static str,
    choices: Vec<Choice>,
}

/// What has been answered, or follows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    ask: &'static str,
    says: &'static str,
    follows: bool,
    /// Where the question is asked anew.
    href: String,
}

/// What a lens makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    lens: String,
    href: String,
    stage: StageMark,
    is_so_far: bool,
    /// The stage that one answer would bring, and that answer; else why there is none.
    change: Result<(StageMark, &'static str), &'static str>,
}

#[derive(Clone, Debug, Template)]
#[template(path = "tell.html")]
struct TellPage {
    /// Without the shell, for anybody.
    is_bare: bool,
    /// Within a page of another site.
    is_embedded: bool,
    now: Option<Now>,
    said: Vec<Said>,
    back: Option<String>,
    again: String,
    chosen: Line,
    /// How many answers it took.
    settled: String,
    others: Vec<Line>,
}

impl TellPage {
    /// `wanted` is a question to ask now although its answer follows from another.
    fn of(told: &Told, wanted: Option<&str>, is_bare: bool, is_embedded: bool) -> TellPage {
        let answers = told.answers;
        let href = |lens: &str, answers: &Answers| address(lens, answers, is_embedded);
        let here = |answers: &Answers| href(&told.lens, answers);
        let count = answers.count();
        let wanted = wanted.and_then(Question::parse).filter(|q| answers.implied(*q).is_some());
        let now = wanted.or(told.next).map(|question| Now {
            number: count + 1,
            ask: question.ask(),
            choices: question
                .answers()
                .iter()
                .enumerate()
                .map(|(place, answer)| Choice {
                    key: place + 1,
                    says: answer.says,
                    href: here(&answers.with(question, place)),
                })
                .collect(),
        });
        let said = Question::ALL.into_iter().filter_map(|question| {
            let follows = answers.implied(question);
            let word = answers.word(question).or(follows)?;
            let answer = question.answers().iter().find(|answer| answer.word == word)?;
            Some(Said {
                ask: question.ask(),
                says: answer.says,
                follows: follows.is_some(),
                href: match follows {
                    Some(_) => format!("{}&ask={}", here(&answers), question.as_str()),
                    None => here(&answers.without(question)),
                },
            })
        });
        let last = Question::ALL.into_iter().rfind(|question| answers.given(*question).is_some());
        let line = |lens: &str, verdict: &Verdict| Line {
            lens: lens.to_owned(),
            href: href(lens, &answers),
            stage: StageMark::of(verdict.stage.as_str()),
            is_so_far: verdict.is_so_far,
            change: change(verdict),
        };
        let others = told.lenses.iter().filter(|(name, _)| *name != told.lens);
        TellPage {
            is_bare,
            is_embedded,
            now,
            said: said.collect(),
            back: last.map(|question| here(&answers.without(question))),
            again: here(&Answers::default()),
            chosen: line(&told.lens, &told.verdict),
            settled: match count {
                1 => "Settled after one answer".to_owned(),
                count => format!("Settled after {count} answers"),
            },
            others: others.map(|(name, verdict)| line(name, verdict)).collect(),
        }
    }

    fn logo(&self) -> Icon<'static> {
        Icon { name: "logo", class: "" }
    }
}

fn change(verdict: &Verdict) -> Result<(StageMark, &'static str), &'static str> {
    match verdict.change {
        Some(change) => Ok((StageMark::of(change.stage.as_str()), change.answer.if_so)),
        None if verdict.stage == Stage::Customer => Err("they have bought"),
        None if verdict.stage == Stage::Opportunity => Err("nothing higher but a purchase"),
        None => Err("no single answer"),
    }
}

/// Where the same is asked with these answers.
fn address(lens: &str, answers: &Answers, is_embedded: bool) -> String {
    let mut address = format!("/tell?lens={}", encoded(lens));
    for question in Question::ALL {
        if let Some(word) = answers.word(question) {
            address.push_str(&format!("&{}={}", question.as_str(), encoded(word)));
        }
    }
    if is_embedded {
        address.push_str("&embed=1");
    }
    address
}

/// As a value of a query (WHATWG URL, `application/x-www-form-urlencoded`).
pub(super) fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' => text.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) => {
                text.push(char::from(byte));
            }
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use funnel::tell::Teller;
    use funnel::{Definition, packs};

    use super::*;

    fn told(said: &[(&str, &str)]) -> Told {
        let json = said.iter().map(|(key, word)| ((*key).to_owned(), Value::from(*word)));
        let asked = Asked::parse(&Value::Object(json.collect())).unwrap();
        let mut teller = Teller::new(&Definition::parse(packs::DEFAULT).unwrap());
        let verdict = teller.verdict(&asked.answers);
        Told {
            lens: "Shared & <ours>".to_owned(),
            answers: asked.answers,
            next: teller.next(&asked.answers),
            verdict,
            lenses: vec![("Shared & <ours>".to_owned(), verdict), ("Sales".to_owned(), verdict)],
        }
    }

    #[test]
    fn each_answer_is_a_link_with_a_key_and_the_address_holds_all_that_was_said() {
        let told = told(&[("firm", "?"), ("act", "demo seen")]);
        let view = TellPage::of(&told, None, false, false);
        let now = view.now.as_ref().unwrap();
        assert_eq!((now.number, now.ask), (3, "Right country, size and tools?"));
        assert_eq!(
            now.choices[0].href,
            "/tell?lens=Shared+%26+%3Cours%3E&firm=%3F&act=demo+seen&place=all"
        );
        assert_eq!(view.back.as_deref(), Some("/tell?lens=Shared+%26+%3Cours%3E&firm=%3F"));
        assert_eq!(
            view.said.iter().map(|said| (said.says, said.follows)).collect::<Vec<_>>(),
            [("I do not know", false), ("Saw a demo", false), ("Both", true)]
        );
        let talk = TellPage::of(&told, Some("talk"), false, false).now.unwrap();
        assert!(view.said[2].href.ends_with("&act=demo+seen&ask=talk"));
        assert!(talk.choices[4].href.ends_with("&act=demo+seen&talk=keen"), "said otherwise");
        let html = view.render().unwrap();
        assert!(html.contains(r#"data-press="1""#) && html.contains("Sales"), "{html}");
        assert!(!html.contains("<ours>"), "{html}");
        let embedded = TellPage::of(&told, None, true, true);
        assert!(embedded.now.unwrap().choices.iter().all(|one| one.href.ends_with("&embed=1")));
    }

    #[test]
    fn what_is_settled_asks_nothing_more() {
        let told = told(&[("act", "bought")]);
        let view = TellPage::of(&told, None, true, false);
        assert_eq!((view.now, view.settled.as_str()), (None, "Settled after one answer"));
        let view = TellPage::of(&told, None, true, false);
        assert!(view.render().unwrap().contains("Customer"));
    }

    #[test]
    fn an_address_with_an_answer_that_there_is_not_is_refused() {
        let field = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert!(asked(&[field("utm_source", "x"), field("need", "now")]).is_ok());
        let refused = asked(&[field("need", "soon")]).unwrap_err().to_string();
        assert!(refused.contains("there are now, later, no, ?"), "{refused}");
    }
}
