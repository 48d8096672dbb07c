//! Every column is classified: personal, secret, business or system; and nothing is that is no column.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const CLASSES: [&str; 4] = ["personal", "secret", "business", "system"];
/// What is said of a table as a whole.
const FATES: [&str; 2] = ["_kept", "_erased"];
const KEPT: [&str; 4] = ["ground", "derived", "secret", "here"];

pub(super) fn check(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(slices) = fs::read_dir(root.join("slices")) else {
        return vec!["there is no folder slices".to_owned()];
    };
    for slice in slices.flatten() {
        let name = format!("slices/{}", slice.file_name().to_string_lossy());
        let made = made(&slice.path().join("migrations"));
        let text = fs::read_to_string(slice.path().join("columns.toml")).unwrap_or_default();
        found.extend(compare(&name, &made, &text));
    }
    found
}

fn compare(slice: &str, made: &BTreeMap<String, BTreeSet<String>>, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let classified = match text.parse::<toml::Table>() {
        Ok(classified) => classified,
        Err(error) => return vec![format!("{slice}/columns.toml can't be read: {error}")],
    };
    let class = |table: &str, column: &str| {
        classified.get(table).and_then(|table| table.get(column)).and_then(toml::Value::as_str)
    };
    for (table, columns) in made {
        for column in columns {
            match class(table, column) {
                Some(class) if CLASSES.contains(&class) => {}
                Some(class) => found.push(format!("{slice}/columns.toml calls {table}.{column} {class:?}: say one of {CLASSES:?}")),
                None => found.push(format!("{slice}/columns.toml does not say what {table}.{column} holds: say one of {CLASSES:?}")),
            }
        }
    }
    for (table, columns) in made {
        found.extend(fate(slice, table, columns, &class));
    }
    for (table, columns) in &classified {
        for column in columns.as_table().into_iter().flat_map(toml::Table::keys) {
            if FATES.contains(&column.as_str()) {
                continue;
            }
            if !made.get(table).is_some_and(|columns| columns.contains(column)) {
                found.push(format!("{slice}/columns.toml classifies {table}.{column}, which no migration makes: take it out"));
            }
        }
    }
    found
}

/// Says of a table, beside its columns, whether it leaves with the workspace and what erasure does with it.
fn fate<'a>(
    slice: &str,
    table: &str,
    columns: &BTreeSet<String>,
    said: &impl Fn(&str, &str) -> Option<&'a str>,
) -> Vec<String> {
    let mut found = Vec::new();
    if !said(table, "_kept").is_some_and(|kept| KEPT.contains(&kept)) {
        found.push(format!(
            "{slice}/columns.toml does not say `_kept` of {table}: \"ground\" leaves with the workspace, \"derived\" \
             is made again from it, \"secret\" leaves only where secrets are asked for, \"here\" stays with this installation"
        ));
    }
    let erased = said(table, "_erased").unwrap_or_default();
    let (how, rest) = erased.split_once(' ').unwrap_or((erased, ""));
    let are_columns = rest.split(',').all(|name| columns.contains(name.trim()));
    let is_said = match how {
        "not" => rest.is_empty(),
        "gone" | "verb" | "blank" | "drop" => are_columns,
        _ => false,
    };
    if !is_said {
        found.push(format!(
            "{slice}/columns.toml does not say `_erased` of {table}: \"gone COLUMN\" takes the rows whose column is the \
             person's id, \"verb COLUMN\" leaves them to a `people::erase::Forgets` of the slice, \"blank KEY, KEY\" and \
             \"drop KEY\" search its personal columns, \"not\" is for what is not about people"
        ));
    }
    found
}

/// The tables that a folder of migrations makes, each with its columns.
pub(crate) fn made(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut made = BTreeMap::new();
    let Ok(files) = fs::read_dir(folder) else { return made };
    for file in files.flatten() {
        read(&fs::read_to_string(file.path()).unwrap_or_default(), &mut made);
    }
    made
}

fn read(text: &str, made: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut table: Option<String> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("--")) {
        if let Some(rest) = line.strip_prefix("create table ") {
            table =
                rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned);
        } else if let Some((changed, column)) = added(line) {
            made.entry(changed.to_owned()).or_default().insert(column.to_owned());
        } else if line.starts_with(')') {
            table = None;
        } else if let Some(table) = &table {
            let first = line.split_whitespace().next().unwrap_or_default();
            let is_column =
                !first.is_empty() && !["primary", "unique", "check", "foreign"].contains(&first);
            if is_column {
                made.entry(table.clone()).or_default().insert(first.to_owned());
            }
        }
    }
}

/// The table and the column of `alter table note add column …`.
fn added(line: &str) -> Option<(&str, &str)> {
    let (table, rest) = line.strip_prefix("alter table ")?.split_once(" add column ")?;
    Some((table.trim(), rest.split_whitespace().next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclassified_column_and_one_that_is_none_are_found() {
        let mut made = BTreeMap::new();
        read(
            "-- a table\ncreate table note (\n    id bigint primary key,\n    words text not null,\n    primary key (id)\n) {without_rowid};",
            &mut made,
        );
        let found =
            compare("slices/notes", &made, "[note]\nid = \"system\"\ngone = \"business\"\n");
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].contains("note.words") && found[3].contains("note.gone"));
        assert!(found[1].contains("_kept") && found[2].contains("_erased"));
        let whole = "[note]\n_kept = \"ground\"\n_erased = \"blank id\"\nid = \"system\"\nwords = \"personal\"\n";
        assert_eq!(compare("slices/notes", &made, whole), Vec::<String>::new());
        assert!(compare("s", &made, &whole.replace("blank id", "gone by"))[0].contains("_erased"));
        assert!(
            compare("s", &made, "[note]\nid = \"odd\"\nwords = \"personal\"\n")[0].contains("odd")
        );
    }

    #[test]
    fn a_column_that_a_later_step_adds_is_found_too() {
        let mut made = BTreeMap::new();
        read("alter table note add column seen bigint not null default 0;", &mut made);
        assert!(compare("slices/notes", &made, "")[0].contains("note.seen"));
    }
}
