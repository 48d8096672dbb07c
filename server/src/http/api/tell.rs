//! `/tell`: what every lens makes of a few answers about one contact, whom nobody need have recorded.
//!
//! Whoever shows no token is answered, too, by [`funnels::web`]: a browser's session, and a stranger where it is public.

use funnel::tell::Question;
use funnels::tell::{Asked, Asker, tell};
use funnels::web::without_token;
use platform::Tx;
use platform::failure::Failure;
use serde_json::json;
use team::Right;

use super::ask::Ask;
use super::call::{Call, post};
use super::given::Given;
use super::shape::{Member, Shape, count, has, list, map, may, named, object, text, truth, word};

const STAGES: [&str; 7] =
    ["none", "lead", "prospect", "opportunity", "customer", "recycled", "disqualified"];

pub(super) fn calls() -> Vec<Call> {
    let lens = || {
        may(
            "lens",
            text()
                .or_null()
                .says("The lens to look through, by its name; `default` is the main one."),
        )
    };
    let nested = object(questions()).says("What has been answered; what is null stays open.");
    let mut members = questions();
    members.extend([lens(), may("answers", nested)]);
    vec![
        post("/tell", "tell", "Say what a contact is from a few answers, and which one would change it")
            .more(
                "Records nothing. The answers stand in `answers`, or by themselves beside `lens`. `next` is the question that \
                 can still change the verdict of the chosen lens; it is null once nothing can. With `[tell] public = true` it is \
                 answered without a token, too.",
            )
            .right(Right::ReadPeople)
            .takes(
                object(members),
                json!({ "lens": "default", "answers": { "firm": "profile", "act": "trial", "talk": "nobody" } }),
            )
            .gives(200, "What every lens makes of it.", named("Telling"))
            .refuses(&[404])
            .reads(told)
            .also_without_token(|app, request| Box::pin(without_token(app, request))),
    ]
}

/// Every question with its answers.
fn questions() -> Vec<Member> {
    let one = |question: Question| {
        let words: Vec<&'static str> = question.answers().iter().map(|one| one.word).collect();
        may(question.as_str(), word(&words).or_null().says(question.ask()))
    };
    Question::ALL.into_iter().map(one).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let next = object(vec![
        has("question", text()),
        has("ask", text().says("As it is asked.")),
        has("answers", list(text()).says("The words of its answers.")),
    ]);
    let change =
        object(vec![has("question", text()), has("answer", text()), has("stage", word(&STAGES))]);
    let verdict = object(vec![
        has("stage", word(&STAGES)),
        has("so_far", truth().says("Whether what is still open could change it.")),
        has(
            "change",
            change
                .or_null()
                .says("The first single answer that gives the highest stage that one can reach."),
        ),
    ]);
    let told = object(vec![
        has("lens", text().says("The lens that was chosen.")),
        has("stage", word(&STAGES).says("Its verdict, with everything unasked unknown.")),
        has("settled", truth().says("Whether nothing that is still open could change it.")),
        has("asked", count().says("How many questions have been answered.")),
        has("next", next.or_null().says("The question to ask next.")),
        has("implied", map(text()).says("What follows from an answer to another question.")),
        has("lenses", map(named("VerdictOfLens")).says("What each lens makes of it.")),
    ]);
    vec![("Telling", told), ("VerdictOfLens", verdict)]
}

fn told(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let asked = Asked::parse(&ask.body)?;
    Ok(Given::value(json!(tell(tx, Asker::User(&ask.who), &asked)?.view())))
}

#[cfg(test)]
mod tests {
    use funnels::tell::tell_packs;
    use serde_json::Value;

    use super::*;
    use crate::http::api::{ask, table};

    #[test]
    fn what_is_told_is_as_it_is_described() {
        let said = |value: Value| tell_packs(&Asked::parse(&value).unwrap()).unwrap().view();
        let shape = table::shape("Telling").unwrap();
        let mut answers = serde_json::Map::new();
        for question in Question::ALL {
            for answer in question.answers() {
                answers.insert(question.as_str().to_owned(), json!(answer.word));
                let told = json!(said(Value::Object(answers.clone())));
                assert!(ask::check(shape, &told).is_ok(), "{told}");
            }
        }
        let Some(super::super::call::Takes::Json(takes, example)) =
            calls().into_iter().next().map(|call| call.takes)
        else {
            panic!("it takes JSON")
        };
        assert!(ask::check(&takes, &example).is_ok());
        assert!(ask::check(&takes, &Value::Object(answers)).is_ok(), "by themselves, too");
        for odd in [json!({ "mood": "good" }), json!({ "answers": null })] {
            assert!(ask::check(&takes, &odd).is_err() && Asked::parse(&odd).is_err(), "{odd}");
        }
    }
}
