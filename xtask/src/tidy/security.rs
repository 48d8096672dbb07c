//! What docs/security.md names to show that something holds exists.

use std::fs;
use std::path::Path;

use super::Source;

const PAGE: &str = "docs/security.md";

pub(super) fn check(root: &Path, files: &[Source]) -> Vec<String> {
    let text = fs::read_to_string(root.join(PAGE)).unwrap_or_default();
    let has_test = |name: &str| files.iter().any(|file| file.text.contains(&format!("fn {name}(")));
    missing(&text, |path| root.join(path).exists(), has_test)
}

fn missing(
    text: &str,
    is_there: impl Fn(&str) -> bool,
    has_test: impl Fn(&str) -> bool,
) -> Vec<String> {
    // What stands between backticks is every second piece.
    let named = text.split('`').skip(1).step_by(2);
    let mut found = Vec::new();
    for name in named {
        let is_plain =
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:".contains(&byte));
        let test = name.rsplit_once("::").map(|(_, test)| test);
        match test {
            Some(test) if is_plain && test.contains('_') && !has_test(test) => {
                found.push(format!("{PAGE} names the test {name}, and there is none of that name"));
            }
            None if is_plain && name.contains('/') && name.contains(char::is_alphabetic) => {
                let is_address = name.starts_with('/') || name.contains("://");
                if !is_address && !is_there(name) {
                    found.push(format!("{PAGE} names {name}, which is not there"));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_and_not_there_is_found() {
        let text = "`a/b.rs`, `a/gone.rs`, `x::it_holds`, `x::it_is_gone`, `/metrics`, `http://a`, `cargo x`";
        let found = missing(text, |path| path == "a/b.rs", |test| test == "it_holds");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("a/gone.rs") && found[1].contains("it_is_gone"));
    }
}
