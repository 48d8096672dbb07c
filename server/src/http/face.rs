//! How failures look in a browser.

use axum::http::{StatusCode, Uri};
use platform::failure::Failure;
use platform::failure::http::{Face, Problem, set_face};
use platform::page::{Fault, fault};

/// From now on failures are shown as pages to whoever asked for one.
pub(super) fn wear() {
    set_face(Face { page, sign_in: "/sign-in" });
}

/// For every address that nothing answers.
pub(super) async fn no_such_page(address: Uri) -> Failure {
    Failure::missing("page", address.path())
}

fn page(problem: &Problem) -> String {
    let title = match problem.code {
        "missing" => "There is no such page",
        "forbidden" => "You may not do this",
        "invalid" => "Something could not be read",
        "too_many" => "Too many tries",
        "busy" => "Too much at once",
        "broken" => "This did not work",
        _ => "This was not done",
    };
    let told = Fault {
        title: title.to_owned(),
        words: sentence(&problem.detail),
        incident: problem.incident.clone(),
        request_id: problem.request_id.clone(),
        fields: problem
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.words.clone()))
            .collect(),
        way_out: ("Back to the start".to_owned(), "/".to_owned()),
        status: problem.status,
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    fault(status, &told).html().to_owned()
}

/// With a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let mut text: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    text.push_str(letters.as_str());
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_sentence() {
        for (words, expected) in [
            ("there is no page /x", "There is no page /x."),
            ("It is closed.", "It is closed."),
            ("", "."),
        ] {
            assert_eq!(sentence(words), expected);
        }
    }
}
