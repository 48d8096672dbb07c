//! The whole workspace as one file: taken out in an open form, and brought into an empty one.
//!
//! The file is an archive (`tar` in `gzip`): a piece of JSON Lines for each table, each line a row by the names of its
//! columns; the files that people uploaded; and a manifest with counts and sums. `docs/reference/workspace-file.md` says
//! what is in it. Which tables those are is not written down here: `columns.toml` of each slice says it.

mod export;
mod import;

pub use export::{Exported, begin, write};
pub use import::{Imported, check, detail, import};

/// Under this name settings are in it.
const SETTINGS: &str = "setting";
/// Under this name jobs that are still to be done are in it.
const JOBS: &str = "job";
/// Settings that say something of the installation, and stay there.
const STAYING: [&str; 2] = ["backup.last_at", "people.search"];

/// The name of a piece of a table, counted from 1.
fn piece_name(table: &str, number: u32) -> String {
    format!("tables/{table}.{number:05}.jsonl")
}

/// The table of whose rows a piece is.
fn table_of(piece: &str) -> Option<&str> {
    let (name, number) = piece.strip_prefix("tables/")?.strip_suffix(".jsonl")?.split_once('.')?;
    number.bytes().all(|digit| digit.is_ascii_digit()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_piece_tells_its_table() {
        assert_eq!(table_of(&piece_name("activity", 12)), Some("activity"));
        for odd in ["manifest.json", "files/abc", "tables/activity.jsonl", "tables/a.x.jsonl"] {
            assert_eq!(table_of(odd), None, "{odd}");
        }
    }
}
