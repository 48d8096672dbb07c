//! A table has one owner: the slice whose folder holds its migration. Nobody else names it in a statement.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Source, code};

/// Words before a table's name.
const BEFORE: [&str; 5] = ["from", "join", "into", "update", "table"];

pub(super) fn check(root: &Path, files: &[Source]) -> Vec<String> {
    let owners = owners(root);
    let mut found = Vec::new();
    for file in
        files.iter().filter(|file| file.path.starts_with("slices/") && file.path.contains("/src/"))
    {
        let slice = file.path.split('/').nth(1).unwrap_or_default();
        for (line, text) in code(&file.text) {
            for table in named(text) {
                match owners.get(table) {
                    Some(owner) if owner != slice => found.push(format!(
                        "{}:{line} names table {table}, which belongs to slices/{owner}: call a verb of {owner} instead",
                        file.path
                    )),
                    Some(_) | None => {}
                }
            }
        }
    }
    found
}

/// Tables by the slice whose migration makes them.
pub(super) fn owners(root: &Path) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    let Ok(slices) = fs::read_dir(root.join("slices")) else { return owners };
    for slice in slices.flatten() {
        let name = slice.file_name().to_string_lossy().into_owned();
        for (table, _) in super::columns::made(&slice.path().join("migrations")) {
            owners.insert(table, name.clone());
        }
    }
    owners
}

/// The names that stand where a statement names a table.
fn named(line: &str) -> Vec<&str> {
    let words: Vec<&str> = line
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .collect();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [before, table] if BEFORE.contains(before) => Some(*table),
        _ => None,
    });
    if line.contains('"') || line.contains("     ") { pairs.collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_where_statements_name_them() {
        assert_eq!(
            named("const A: Sql = sql(\"select a from person join company on x\");"),
            ["person", "company"]
        );
        assert_eq!(named("    \"update import set a = $1\""), ["import"]);
        assert_eq!(named("// from person"), Vec::<&str>::new());
    }
}
