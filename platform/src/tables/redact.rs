//! Rows about others, out of which a value of somebody is taken.
use super::{Kept, Table};
use crate::db::{Arg, Sql};
use crate::{Failure, Tx, args};

impl Table {
    /// Takes something out of the personal texts of every row of a ground table that is about somebody else; gives whom
    /// those rows are about, one for each row that changed. What `redacted` gives nothing for stays.
    ///
    /// # Errors
    /// As [`Tx::row`](crate::Tx::row).
    pub fn redact_others(
        &self,
        tx: &mut Tx,
        id: i64,
        redacted: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<i64>, Failure> {
        let Some(about) = self.about().filter(|_| self.kept == Kept::Ground) else {
            return Ok(Vec::new());
        };
        // What is part of the key says which row it is, and is nobody's words.
        let is_text = |name: &&str| !self.key.iter().any(|key| key == name);
        let personal: Vec<&str> = self.of_class("personal").filter(is_text).collect();
        if personal.is_empty() || self.key.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.key.len();
        let columns: Vec<&str> =
            self.key.iter().map(String::as_str).chain(personal.iter().copied()).collect();
        let text = format!(
            "select {about}, {} from {} where {about} <> $1",
            columns.join(", "),
            self.name
        );
        let mut found = Vec::new();
        tx.each(Sql::built(&text), args![id], |row| {
            for (place, column) in personal.iter().enumerate() {
                if let Some(Arg::Text(text)) = row.value(1 + keys + place)
                    && let Some(text) = redacted(&text)
                {
                    let key: Vec<Arg> = (1..=keys).filter_map(|at| row.value(at)).collect();
                    found.push((row.int(0), *column, key, text));
                }
            }
            Ok(())
        })?;
        let mut touched = Vec::with_capacity(found.len());
        let key: Vec<String> =
            (2..).zip(&self.key).map(|(at, key)| format!("{key} = ${at}")).collect();
        for (about, column, values, text) in found {
            let statement =
                format!("update {} set {column} = $1 where {}", self.name, key.join(" and "));
            let mut values = values;
            values.insert(0, Arg::Text(text));
            tx.execute(Sql::built(&statement), values)?;
            touched.push(about);
        }
        Ok(touched)
    }
}
