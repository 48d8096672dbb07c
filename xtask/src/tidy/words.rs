//! `platform` knows no word of the product; nothing is left half done.

use super::{Source, code};

const PRODUCT: [&str; 12] = [
    "lead",
    "leads",
    "prospect",
    "opportunity",
    "customer",
    "funnel",
    "funnels",
    "lens",
    "mql",
    "standing",
    "deal",
    "deals",
];
const LEFT: [&str; 4] = ["#[ignore", "todo!(", "unimplemented!(", "dbg!("];

pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        if file.path.starts_with("platform/src/") {
            for (line, text) in code(&file.text) {
                for word in
                    text.split(|c: char| !c.is_alphanumeric()).filter(|word| PRODUCT.contains(word))
                {
                    found.push(format!(
                        "{}:{line} says {word}, a word of the product; hand it in as data",
                        file.path
                    ));
                }
            }
        }
        if file.path.starts_with("xtask/") {
            continue;
        }
        for (place, text) in file.text.lines().enumerate() {
            for mark in LEFT.iter().filter(|mark| text.contains(**mark)) {
                found.push(format!(
                    "{}:{} holds {mark}: do it, or say in an issue that it is not done",
                    file.path,
                    place + 1
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_product_in_platform_is_found() {
        let file = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("platform/src/x.rs", "let lead = 1;\n// a lead\nlet leading = 2;"),
            file("slices/people/src/x.rs", "let lead = todo!();"),
        ];
        let found = check(&files);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("platform/src/x.rs:1") && found[1].contains("todo!"));
    }
}
