//! The manifest: what a workspace that was taken out has, so that whoever brings it in can tell that nothing is missing.

use std::collections::BTreeMap;

use moment::Moment;
use platform::failure::Failure;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the file says it is.
pub const FORMAT: &str = "sluice-workspace";
/// The version of the format that is written; older ones are read.
pub const FORMAT_VERSION: u32 = 1;
/// Its name in the archive; it is the last piece.
pub const NAME: &str = "manifest.json";

/// What an archive of a workspace has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// What the workspace is called.
    pub workspace: String,
    /// The moment of the snapshot.
    pub as_of: Moment,
    /// Whether passwords and second factors are in it, as hashes and secrets.
    pub with_secrets: bool,
    /// From which id on none is taken.
    pub next_id: i64,
    /// The steps that the database had taken: slice and name.
    pub steps: Vec<(String, String)>,
    /// The tables that are in it, by name.
    pub tables: BTreeMap<String, TableOut>,
    /// The files that are in it, by name.
    pub files: BTreeMap<String, FileOut>,
    /// Tables that are made again from what is in it.
    pub derived: Vec<String>,
    /// Tables that belong to the installation and stayed there.
    pub stayed: Vec<String>,
}

/// A table in an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOut {
    /// The columns that left.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// In how many pieces: `tables/NAME.00001.jsonl` and so on.
    pub pieces: u32,
    /// SHA-256 over all pieces, one after the other, in hexadecimal.
    pub sha256: String,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOut {
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// `Refused` with `no_workspace_file` for what is none, with `newer_workspace_file` for one of a later format.
    pub fn read(bytes: &[u8]) -> Result<Manifest, Failure> {
        let no = |why: String| {
            let words = format!("The manifest of this file can't be read: {why}.");
            Failure::refused("no_workspace_file", words)
        };
        #[derive(Deserialize)]
        struct Head {
            format: String,
            format_version: u32,
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|error| no(error.to_string()))?;
        if head.format != FORMAT {
            return Err(no(format!("it is of a {:?}", head.format)));
        }
        if head.format_version > FORMAT_VERSION {
            let words = "A newer Sluice wrote this file. Bring it in with that version.";
            return Err(Failure::refused("newer_workspace_file", words));
        }
        serde_json::from_slice(bytes).map_err(|error| no(error.to_string()))
    }

    /// How many rows there are in all.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }

    /// The first way in which what was found is not what the manifest says, in words.
    pub fn differs(&self, found: &Found) -> Option<String> {
        for (name, table) in &self.tables {
            let (rows, sum) = found.tables.get(name).map_or((0, empty()), Tally::told);
            if rows != table.rows {
                return Some(format!("{name} was to have {} rows and has {rows}", table.rows));
            }
            if sum != table.sha256 {
                return Some(format!("the sum of {name} is another"));
            }
        }
        for (name, file) in &self.files {
            let Some(tally) = found.files.get(name) else {
                return Some(format!("the file {name} is missing"));
            };
            if tally.told().1 != file.sha256 {
                return Some(format!("the sum of the file {name} is another"));
            }
        }
        let odd = found.tables.keys().find(|name| !self.tables.contains_key(*name));
        let odd = odd.or_else(|| found.files.keys().find(|name| !self.files.contains_key(*name)));
        odd.map(|name| format!("{name} is in it and not in its manifest"))
    }
}

fn empty() -> String {
    Tally::default().told().1
}

/// What was found in an archive.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// By the name of the table.
    pub tables: BTreeMap<String, Tally>,
    /// By the name of the file.
    pub files: BTreeMap<String, Tally>,
}

/// Lines and a sum over bytes that pass.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    lines: u64,
    sum: Sha256,
}

impl Tally {
    /// These bytes pass.
    pub fn pass(&mut self, bytes: &[u8]) {
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.lines += u64::try_from(lines).unwrap_or(0);
        self.sum.update(bytes);
    }

    /// How many lines, and the sum in hexadecimal.
    pub fn told(&self) -> (u64, String) {
        let sum = self.sum.clone().finalize();
        (self.lines, sum.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_changed_is_told() {
        let mut tally = Tally::default();
        tally.pass(b"{}\n{}\n");
        let (rows, sha256) = tally.told();
        let table = TableOut { columns: Vec::new(), rows, pieces: 1, sha256 };
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: "1".to_owned(),
            workspace: "North".to_owned(),
            as_of: Moment(0),
            with_secrets: false,
            next_id: 1,
            steps: Vec::new(),
            tables: BTreeMap::from([("lens".to_owned(), table)]),
            files: BTreeMap::new(),
            derived: Vec::new(),
            stayed: Vec::new(),
        };
        let read = Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap();
        assert_eq!((&read, read.rows()), (&manifest, 2));
        let mut found = Found::default();
        assert!(manifest.differs(&found).unwrap().contains("2 rows and has 0"));
        found.tables.insert("lens".to_owned(), tally.clone());
        assert_eq!(manifest.differs(&found), None);
        found.files.insert("x".to_owned(), tally.clone());
        assert!(manifest.differs(&found).unwrap().contains("not in its manifest"));
        found.files.clear();
        let mut other = Tally::default();
        other.pass(b"{}\n[]\n");
        found.tables.insert("lens".to_owned(), other);
        assert!(manifest.differs(&found).unwrap().contains("sum of lens"));
    }

    #[test]
    fn a_manifest_of_something_else_is_refused() {
        for (text, code) in [
            ("{}", "no_workspace_file"),
            (r#"{"format":"other","format_version":1}"#, "no_workspace_file"),
            (r#"{"format":"sluice-workspace","format_version":2}"#, "newer_workspace_file"),
        ] {
            let refused = Manifest::read(text.as_bytes()).unwrap_err();
            assert!(
                matches!(refused, Failure::Refused { code: found, .. } if found == code),
                "{text}"
            );
        }
    }
}
