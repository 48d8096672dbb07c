//! Pages that are made from the code, and must not be older than it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::tidy::columns;

/// The pages: where each stands, and what it must say.
pub fn pages(root: &Path) -> Vec<(&'static str, String)> {
    vec![("docs/reference/schema.md", schema(root)), ("docs/reference/commands.md", commands(root))]
}

/// Writes the pages.
///
/// # Errors
/// When a file can't be written.
pub fn write(root: &Path) -> std::io::Result<()> {
    for (path, text) in pages(root) {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The pages that are older than the code.
pub(crate) fn check(root: &Path) -> Vec<String> {
    let is_old = |path: &str, text: &str| {
        fs::read_to_string(root.join(path)).is_ok_and(|there| there == text)
    };
    pages(root)
        .into_iter()
        .filter(|(path, text)| !is_old(path, text))
        .map(|(path, _)| format!("{path} is older than the code: `cargo xtask docs` writes it"))
        .collect()
}

fn schema(root: &Path) -> String {
    let mut text = String::from(
        "# Tables\n\nMade from the migrations and each slice's `columns.toml` by `cargo xtask docs`. A column is *personal* \
         (about a human),\n*secret*, *business* (the firm's own) or *system*.\n\nKept: *ground* leaves with an exported workspace, *derived* is made again from it, *here* stays. \
         Erased: what becomes of rows about\na person who is erased; *gone* and *verb* name the column that says \
         whom a row is about, *blank* and *drop* are searched.\n",
    );
    for slice in ["team", "journal", "people", "notes", "funnels", "away"] {
        let folder = root.join("slices").join(slice);
        let classes = fs::read_to_string(folder.join("columns.toml")).unwrap_or_default();
        let classes: toml::Table = classes.parse().unwrap_or_default();
        let _ = writeln!(text, "\n## slices/{slice}");
        for (table, columns) in columns::made(&folder.join("migrations")) {
            let fate = |key: &str| classes.get(&table)?.get(key)?.as_str();
            let (kept, erased) = (fate("_kept").unwrap_or("?"), fate("_erased").unwrap_or("?"));
            let _ = writeln!(text, "\n### {table}\n\nKept: {kept}. Erased: {erased}.");
            let _ = writeln!(text, "\n| column | holds |\n|---|---|");
            for column in columns {
                let class = classes.get(&table).and_then(|table| table.get(&column));
                let _ = writeln!(
                    text,
                    "| `{column}` | {} |",
                    class.and_then(toml::Value::as_str).unwrap_or("?")
                );
            }
        }
    }
    text
}

/// The help of every command, as the test of the command line holds it against the program.
fn commands(root: &Path) -> String {
    let help = fs::read_to_string(root.join("server/tests/cli/help.txt")).unwrap_or_default();
    format!(
        "# Commands\n\nWhat `sluice help` says of each, made by `cargo xtask docs`.\n\n```text\n{}\n```\n",
        help.trim_end()
    )
}
