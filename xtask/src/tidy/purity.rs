//! Nothing in `cores` knows a clock, a file, a network or chance; SQL never asks for the time.

use super::{Source, code};

const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::env",
    "SystemTime",
    "Instant::now",
    "tokio",
    "use rand",
    "Timestamp::now",
    "thread::sleep",
];
const TIMELY: [&str; 4] = ["now()", "current_timestamp", "random()", "datetime('now"];

pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        if file.path.starts_with("cores/") && file.path.contains("/src/") {
            for (line, text) in code(&file.text) {
                for word in IMPURE.iter().filter(|word| text.contains(**word)) {
                    found.push(format!(
                        "{}:{line} reaches for {word}; a core takes values: hand it in as an argument",
                        file.path
                    ));
                }
            }
        }
        for (line, text) in code(&file.text).filter(|(_, text)| is_sql(text)) {
            for word in TIMELY.iter().filter(|word| text.to_lowercase().contains(**word)) {
                found.push(format!(
                    "{}:{line} asks the database for {word}; hand the moment in as $n",
                    file.path
                ));
            }
        }
    }
    found
}

/// Whether a line looks like a statement: a quoted text that begins as one does.
fn is_sql(line: &str) -> bool {
    let small = line.to_lowercase();
    ["\"select ", "\"insert ", "\"update ", "\"delete ", "values ($1"]
        .iter()
        .any(|start| small.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_clock_in_a_core_and_in_a_statement_is_found() {
        let files = [
            source(
                "cores/funnel/src/x.rs",
                "// std::fs is told of\nlet a = std::time::SystemTime::now();",
            ),
            source("slices/team/src/store.rs", "const A: Sql = sql(\"select now() from x\");"),
            source("server/src/x.rs", "let a = std::fs::read(path);\n"),
        ];
        let found = check(&files);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("cores/funnel/src/x.rs:2") && found[1].contains("now()"));
    }
}
