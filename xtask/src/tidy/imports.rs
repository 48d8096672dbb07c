//! Who may import whom.

use std::fs;
use std::path::Path;

/// A crate's folder and what of ours it may depend on.
const MAY: [(&str, &[&str]); 13] = [
    ("cores/moment", &[]),
    ("cores/funnel", &["moment"]),
    ("cores/identity", &[]),
    ("cores/wire", &["moment"]),
    ("cores/simulator", &["moment", "funnel"]),
    ("platform", &["moment"]),
    ("slices/team", &["moment", "wire", "platform"]),
    ("slices/journal", &["moment", "funnel", "platform", "team"]),
    ("slices/people", &["moment", "funnel", "identity", "wire", "platform", "team", "journal"]),
    ("slices/notes", &["moment", "funnel", "platform", "team", "journal", "people"]),
    (
        "slices/funnels",
        &["moment", "funnel", "identity", "wire", "platform", "team", "journal", "people"],
    ),
    (
        "slices/away",
        &["moment", "funnel", "wire", "platform", "team", "journal", "people", "funnels"],
    ),
    ("server", OURS),
];

const OURS: &[&str] = &[
    "moment",
    "funnel",
    "identity",
    "wire",
    "simulator",
    "platform",
    "team",
    "journal",
    "people",
    "notes",
    "funnels",
    "away",
];

pub(super) fn check(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, may) in MAY {
        let manifest = root.join(folder).join("Cargo.toml");
        match fs::read_to_string(&manifest) {
            Ok(text) => found.extend(breaches(folder, &text, may)),
            Err(error) => found.push(format!("{folder}/Cargo.toml can't be read: {error}")),
        }
    }
    found
}

fn breaches(folder: &str, manifest: &str, may: &[&str]) -> Vec<String> {
    let Ok(table) = manifest.parse::<toml::Table>() else {
        return vec![format!("{folder}/Cargo.toml is no TOML")];
    };
    let Some(dependencies) = table.get("dependencies").and_then(toml::Value::as_table) else {
        return Vec::new();
    };
    let unasked = dependencies
        .keys()
        .filter(|name| OURS.contains(&name.as_str()) && !may.contains(&name.as_str()));
    unasked
        .map(|name| {
            format!("{folder}/Cargo.toml imports {name}, which stands behind a wall: offer a trait here and let the server wire it")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_against_the_order_is_found() {
        let manifest =
            "[dependencies]\nmoment.workspace = true\nfunnels.workspace = true\nserde = \"1\"\n";
        let found = breaches("slices/people", manifest, &["moment"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("imports funnels"), "{found:?}");
    }
}
