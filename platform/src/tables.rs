//! Tables as their slices' `columns.toml` classify them: what leaves with a workspace, and what becomes of rows that are
//! about somebody who is erased.
//!
//! **Promise:** an export, an import and an erasure know every table, for one that is not classified is refused.
mod redact;
mod travel;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use travel::read_line;

use crate::db::{Arg, Row, Sql};
use crate::{Failure, Slice, Tx, args};

/// Whether a table leaves with a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is exported as it is, and imported as it was.
    Ground,
    /// It is made again from what is ground.
    Derived,
    /// By it somebody signs in: it leaves only where secrets are asked for.
    Secret,
    /// It belongs to this installation and stays: sessions, jobs, locks.
    Here,
}

/// What becomes of a table's rows that are about somebody who is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// Rows whose column names them go.
    Gone(String),
    /// The slice's own code sees to the rows whose column names them, for counts hang on them.
    Verb(String),
    /// Rows that hold a value of theirs are blanked where they are personal; these columns name the row.
    Blank(Vec<String>),
    /// Rows that hold a value of theirs go; these columns name the row.
    Drop(Vec<String>),
    /// It is not about them.
    Not,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether it leaves.
    pub kept: Kept,
    /// What erasure does.
    pub erased: Erased,
    /// Its columns in the order of their names, each with its class.
    pub columns: BTreeMap<String, String>,
    /// The columns of its primary key, in their order; none if it has none.
    pub key: Vec<String>,
}

/// Every table of the program; a part of the app.
#[derive(Clone, Debug)]
pub struct Tables(pub Vec<Table>);

impl Tables {
    /// The tables of these slices: slice by slice, in the order in which their steps make them.
    ///
    /// # Errors
    /// `Broken` for a table that is not classified.
    pub fn of(slices: &[Slice]) -> Result<Tables, Failure> {
        let mut tables = Vec::new();
        for slice in slices {
            let classified: toml::Table = slice.columns.parse().map_err(anyhow::Error::from)?;
            let steps: String = slice.migrations.files.iter().map(|(_, text)| *text).collect();
            let mut found = Vec::new();
            for (name, columns) in &classified {
                let Some(columns) = columns.as_table() else { continue };
                // A later step may make it anew.
                let made = steps.rfind(&format!("create table {name} "));
                let text = made.and_then(|made| steps.get(made..)).unwrap_or_default();
                let key = key(text);
                found.push((made.unwrap_or(usize::MAX), Table { key, ..table(name, columns)? }));
            }
            found.sort_by_key(|(made, _)| *made);
            tables.extend(found.into_iter().map(|(_, table)| table));
        }
        Ok(Tables(tables))
    }

    /// The table of that name.
    pub fn find(&self, name: &str) -> Option<&Table> {
        self.0.iter().find(|table| table.name == name)
    }
}

/// The primary key of the table with whose making the text begins.
fn key(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with(')'));
    for line in lines.filter(|line| !line.starts_with("--")) {
        if let Some(names) = line.strip_prefix("primary key (") {
            let names = names.split(')').next().unwrap_or_default().split(',');
            return names.map(|name| name.trim().to_owned()).collect();
        }
        if line.contains("primary key") {
            return line.split_whitespace().next().map(str::to_owned).into_iter().collect();
        }
    }
    Vec::new()
}

fn table(name: &str, classified: &toml::Table) -> Result<Table, Failure> {
    let said = |key: &str| classified.get(key).and_then(toml::Value::as_str);
    let unknown =
        |key: &str| Failure::broken(format!("columns.toml does not say {key} of the table {name}"));
    let kept = match said("_kept") {
        Some("ground") => Kept::Ground,
        Some("derived") => Kept::Derived,
        Some("secret") => Kept::Secret,
        Some("here") => Kept::Here,
        _ => return Err(unknown("_kept")),
    };
    let how = said("_erased").unwrap_or("not");
    let (how, rest) = how.split_once(' ').unwrap_or((how, ""));
    let names = || rest.split(',').map(|name| name.trim().to_owned()).collect::<Vec<String>>();
    let erased = match (how, rest) {
        ("not", "") => Erased::Not,
        ("gone", column) => Erased::Gone(column.to_owned()),
        ("verb", column) => Erased::Verb(column.to_owned()),
        ("blank", _) => Erased::Blank(names()),
        ("drop", _) => Erased::Drop(names()),
        _ => return Err(unknown("_erased")),
    };
    let columns = classified
        .iter()
        .filter(|(column, _)| !column.starts_with('_'))
        .filter_map(|(column, class)| Some((column.clone(), class.as_str()?.to_owned())))
        .collect();
    Ok(Table { name: name.to_owned(), kept, erased, columns, key: Vec::new() })
}

impl Table {
    /// The column that names whom a row is about.
    pub fn about(&self) -> Option<&str> {
        match &self.erased {
            Erased::Gone(column) | Erased::Verb(column) => Some(column),
            Erased::Blank(_) | Erased::Drop(_) | Erased::Not => None,
        }
    }

    /// Columns of a class.
    pub fn of_class<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a str> {
        self.columns.iter().filter(move |(_, of)| *of == class).map(|(name, _)| name.as_str())
    }

    /// Every row about somebody, as JSON by the names of the columns, secrets left out.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn rows_about(&self, tx: &mut Tx, id: i64) -> Result<Vec<Value>, Failure> {
        let Some(about) = self.about() else { return Ok(Vec::new()) };
        let names: Vec<&str> = self.open().collect();
        let text = format!("select {} from {} where {about} = $1", names.join(", "), self.name);
        let mut rows = Vec::new();
        tx.each(Sql::built(&text), args![id], |row| {
            rows.push(Value::Object(as_json(row, &names)));
            Ok(())
        })?;
        Ok(rows)
    }

    /// Columns that are no secrets.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|(_, class)| *class != "secret").map(|(name, _)| name.as_str())
    }

    /// Takes the rows about somebody away, where that is all there is to do; says how many.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn forget(&self, tx: &mut Tx, id: i64) -> Result<u64, Failure> {
        let Erased::Gone(about) = &self.erased else { return Ok(0) };
        let text = format!("delete from {} where {about} = $1", self.name);
        tx.execute(Sql::built(&text), args![id])
    }

    /// Reads every row of a table that is searched, and gives the keys of those in which `is_theirs` finds something,
    /// with what it was.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn search(
        &self,
        tx: &mut Tx,
        is_theirs: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Hit>, Failure> {
        let (Erased::Blank(keys) | Erased::Drop(keys)) = &self.erased else {
            return Ok(Vec::new());
        };
        let personal: Vec<&str> = self.of_class("personal").collect();
        let names: Vec<&str> =
            keys.iter().map(String::as_str).chain(personal.iter().copied()).collect();
        let text = format!("select {} from {}", names.join(", "), self.name);
        let mut hits = Vec::new();
        tx.each(Sql::built(&text), args![], |row| {
            let found = (keys.len()..names.len()).any(|at| row.text_opt(at).is_some_and(is_theirs));
            if found {
                let key = (0..keys.len()).filter_map(|at| row.value(at)).collect();
                hits.push(Hit { key, row: Value::Object(as_json(row, &names)) });
            }
            Ok(())
        })?;
        Ok(hits)
    }

    /// Blanks or drops rows that were found; says how many.
    ///
    /// # Errors
    /// As [`Tx::row`].
    pub fn blank(&self, tx: &mut Tx, hits: Vec<Hit>) -> Result<u64, Failure> {
        let keyed = |keys: &[String]| {
            let pairs = (1..).zip(keys).map(|(at, key)| format!("{key} = ${at}"));
            pairs.collect::<Vec<_>>().join(" and ")
        };
        let text = match &self.erased {
            Erased::Blank(keys) => {
                let blanks: Vec<String> =
                    self.of_class("personal").map(|name| format!("{name} = ''")).collect();
                format!("update {} set {} where {}", self.name, blanks.join(", "), keyed(keys))
            }
            Erased::Drop(keys) => format!("delete from {} where {}", self.name, keyed(keys)),
            Erased::Gone(_) | Erased::Verb(_) | Erased::Not => return Ok(0),
        };
        let mut touched = 0;
        for hit in hits {
            touched += tx.execute(Sql::built(&text), hit.key)?;
        }
        Ok(touched)
    }
}

/// A row in which something was found.
#[derive(Clone, Debug)]
pub struct Hit {
    key: Vec<Arg>,
    /// Its key and what it holds that is personal.
    pub row: Value,
}

/// A row by the names of its columns; what is null is left out, bytes are written in hexadecimal.
pub fn as_json(row: &Row, names: &[&str]) -> Map<String, Value> {
    let cell = |(at, name): (usize, &&str)| {
        let value = row.value(at)?;
        let value = match value {
            Arg::Null => return None,
            Arg::Int(number) => Value::from(number),
            Arg::Real(number) => Value::from(number),
            Arg::Text(text) => Value::from(text),
            Arg::Blob(bytes) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                serde_json::json!({ "hex": hex })
            }
        };
        Some(((*name).to_owned(), value))
    };
    names.iter().enumerate().filter_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_table_is_read_from_its_step() {
        for (text, expected) in [
            ("create table a (\n    id bigint primary key,\n    b text\n);", &["id"][..]),
            (
                "create table a (\n    x text,\n    -- primary key\n    primary key (x, y)\n);",
                &["x", "y"],
            ),
            ("create table a (\n    x text\n);\ncreate table b (\n    primary key (x)", &[]),
        ] {
            assert_eq!(key(text), expected);
        }
    }

    #[test]
    fn a_table_says_what_becomes_of_it_or_is_refused() {
        let read = |text: &str| {
            let all: toml::Table = text.parse().unwrap();
            table("note", all["note"].as_table().unwrap())
        };
        let note =
            read("[note]\n_kept = \"ground\"\n_erased = \"blank id, row\"\nwords = \"personal\"\n");
        let note = note.unwrap();
        assert_eq!((note.kept, note.columns.len()), (Kept::Ground, 1));
        assert_eq!(note.erased, Erased::Blank(vec!["id".to_owned(), "row".to_owned()]));
        assert!(read("[note]\nwords = \"personal\"\n").unwrap_err().to_string().contains("_kept"));
        let odd = read("[note]\n_kept = \"here\"\n_erased = \"perhaps\"\n");
        assert!(odd.unwrap_err().to_string().contains("_erased"));
    }
}
