//! Rows that leave with a workspace, and come back: a JSON object for each, by the names of its columns.
use serde_json::Value;

use super::{Kept, Table, Tables, as_json};
use crate::db::{Arg, Sql};
use crate::{Failure, Tx, args};

impl Tables {
    /// The tables that leave with a workspace, in the order in which they are made; those by which somebody signs in
    /// among them if secrets are asked for.
    pub fn leaving(&self, with_secrets: bool) -> impl Iterator<Item = &Table> {
        self.0.iter().filter(move |table| match table.kept {
            Kept::Ground => true,
            Kept::Secret => with_secrets,
            Kept::Derived | Kept::Here => false,
        })
    }
}

impl Table {
    /// The columns that leave, in the order of their names.
    pub fn leaving_columns(&self, with_secrets: bool) -> Vec<&str> {
        let leaves = |class: &str| with_secrets || class != "secret";
        let names = self.columns.iter().filter(|(_, class)| leaves(class));
        names.map(|(name, _)| name.as_str()).collect()
    }

    /// Hands over every row as a line of JSON, in the order of the table's key; what is null is left out, bytes are
    /// `{"hex": …}`.
    ///
    /// # Errors
    /// As [`Tx::each`](crate::Tx::each), and what `with` gives.
    pub fn each_line(
        &self,
        tx: &mut Tx,
        with_secrets: bool,
        mut with: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let names = self.leaving_columns(with_secrets);
        let order = match self.key.is_empty() {
            true => names.join(", "),
            false => self.key.join(", "),
        };
        let text = format!("select {} from {} order by {order}", names.join(", "), self.name);
        let mut line = Vec::new();
        tx.each(Sql::built(&text), args![], |row| {
            line.clear();
            serde_json::to_writer(&mut line, &as_json(row, &names)).map_err(anyhow::Error::from)?;
            line.push(b'\n');
            with(&line)
        })
    }

    /// Puts rows in as they left: each has its values in the order of these columns.
    ///
    /// # Errors
    /// As [`Tx::bulk`](crate::Tx::bulk); `Broken` for a row that is there already.
    pub fn put(&self, tx: &mut Tx, columns: &[&str], rows: Vec<Vec<Arg>>) -> Result<(), Failure> {
        let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
        let (names, places) = (columns.join(", "), places.join(", "));
        let text = format!("insert into {} ({names}) values ({places})", self.name);
        tx.bulk(Sql::built(&text), rows).map(drop)
    }

    /// Whether the table has a row.
    ///
    /// # Errors
    /// As [`Tx::row`](crate::Tx::row).
    pub fn has_rows(&self, tx: &mut Tx) -> Result<bool, Failure> {
        let text = format!("select 1 from {} limit 1", self.name);
        Ok(tx.row(Sql::built(&text), args![])?.is_some())
    }
}

/// Reads a line that [`Table::each_line`] gave: the values of these columns, in their order.
///
/// # Errors
/// `Invalid` for what is no such line, and for a column that is not among them.
pub fn read_line(line: &[u8], columns: &[&str]) -> Result<Vec<Arg>, Failure> {
    let invalid = |words: String| Failure::invalid("row", words);
    let value: Value = serde_json::from_slice(line).map_err(|error| invalid(error.to_string()))?;
    let Value::Object(mut members) = value else {
        return Err(invalid("a row is an object".to_owned()));
    };
    let mut row = Vec::with_capacity(columns.len());
    for column in columns {
        let value = members.remove(*column);
        row.push(arg(value.as_ref()).ok_or_else(|| invalid(format!("{column} can't be read")))?);
    }
    match members.keys().next() {
        None => Ok(row),
        Some(odd) => Err(invalid(format!("there is no column {odd}"))),
    }
}

fn arg(value: Option<&Value>) -> Option<Arg> {
    Some(match value {
        None | Some(Value::Null) => Arg::Null,
        Some(Value::String(text)) => Arg::Text(text.clone()),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(whole) => Arg::Int(whole),
            None => Arg::Real(number.as_f64()?),
        },
        Some(Value::Object(members)) => {
            let hex = members.get("hex")?.as_str()?;
            let bytes = (0..hex.len()).step_by(2).map(|at| {
                let pair = hex.get(at..at + 2)?;
                u8::from_str_radix(pair, 16).ok()
            });
            Arg::Blob(bytes.collect::<Option<Vec<u8>>>()?)
        }
        Some(Value::Bool(_) | Value::Array(_)) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let line = br#"{"a":7,"c":0.5,"d":"x \u0000{","e":{"hex":"00ff"}}"#;
        let read = read_line(line, &["a", "b", "c", "d", "e"]).unwrap();
        let text = Arg::Text("x \0{".to_owned());
        assert_eq!(read, [Arg::Int(7), Arg::Null, Arg::Real(0.5), text, Arg::Blob(vec![0, 255])]);
    }

    #[test]
    fn what_is_no_row_is_refused_by_name() {
        for (line, words) in [
            ("{\"z\":1}", "no column z"),
            ("[]", "an object"),
            ("{\"a\":true}", "a can't be read"),
            ("{\"a\":{\"hex\":\"0g\"}}", "a can't be read"),
            ("{", "EOF"),
        ] {
            let refused = read_line(line.as_bytes(), &["a"]).unwrap_err();
            let Failure::Invalid(fields) = refused else { panic!("{line}") };
            assert!(fields[0].words.contains(words), "{line}: {fields:?}");
        }
    }
}
