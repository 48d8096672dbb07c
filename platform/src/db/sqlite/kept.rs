//! What the writer has read and keeps until it may be otherwise: most of what a write asks first is how the workspace is
//! arranged, which changes once in a thousand writes.
//!
//! **Promise:** nothing kept is older than the tables of which it was made. It is let go of when a statement names one of
//! them to write there, when anything is undone, and when another process has written.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Which table a statement writes, as its text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writes<'t> {
    Nothing,
    Table(&'t str),
    /// Some that can't be seen.
    Anything,
}

impl<'t> Writes<'t> {
    pub(super) fn of(text: &'t str) -> Writes<'t> {
        let mut words = text
            .split(|letter: char| letter.is_ascii_whitespace() || letter == '(')
            .filter(|word| !word.is_empty());
        let is = |word: Option<&str>, wanted: &str| {
            word.is_some_and(|word| word.eq_ignore_ascii_case(wanted))
        };
        let first = words.next().unwrap_or_default().to_ascii_lowercase();
        match first.as_str() {
            "select" | "values" | "pragma" | "begin" | "commit" | "explain" => Writes::Nothing,
            "update" => Writes::to(words.next()),
            "insert" if is(words.next(), "into") => Writes::to(words.next()),
            "delete" if is(words.next(), "from") => Writes::to(words.next()),
            "with" => {
                let more = ["insert", "update", "delete", "replace"];
                let is_more = |word: &str| more.iter().any(|it| word.eq_ignore_ascii_case(it));
                if words.any(is_more) { Writes::Anything } else { Writes::Nothing }
            }
            _ => Writes::Anything,
        }
    }

    /// A table, if it is named as all of ours are.
    fn to(table: Option<&'t str>) -> Writes<'t> {
        let is_plain = |table: &&str| {
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
            *table != "or" && table.bytes().all(is_letter)
        };
        table.filter(is_plain).map_or(Writes::Anything, Writes::Table)
    }
}

/// Values by their type, each with the tables of which it was made.
#[derive(Default)]
pub(super) struct Kept {
    values: HashMap<TypeId, (&'static [&'static str], Arc<dyn Any + Send + Sync>)>,
    /// A number that is another once another process has written.
    version: i64,
}

impl Kept {
    pub(super) fn find<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let (_, value) = self.values.get(&TypeId::of::<T>())?;
        Arc::clone(value).downcast().ok()
    }

    pub(super) fn keep<T: Any + Send + Sync>(
        &mut self,
        tables: &'static [&'static str],
        value: Arc<T>,
    ) {
        let value: Arc<dyn Any + Send + Sync> = value;
        self.values.insert(TypeId::of::<T>(), (tables, value));
    }

    /// A transaction begins, and others have written as long as the version says another number.
    pub(super) fn begin(&mut self, version: i64) {
        if self.version != version {
            self.forget();
            self.version = version;
        }
    }

    pub(super) fn written(&mut self, writes: Writes<'_>) {
        match writes {
            Writes::Nothing => {}
            Writes::Table(table) => self.values.retain(|_, (tables, _)| !tables.contains(&table)),
            Writes::Anything => self.forget(),
        }
    }

    pub(super) fn forget(&mut self) {
        self.values.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Writes;

    #[test]
    fn a_text_says_what_it_writes() {
        for (text, writes) in [
            ("select id from note order by id", Writes::Nothing),
            ("pragma data_version", Writes::Nothing),
            ("insert into note (id, words) values ($1, $2)", Writes::Table("note")),
            ("insert into note(id) select 1", Writes::Table("note")),
            ("\n  update note\n set words = $1", Writes::Table("note")),
            ("delete from note where id = $1", Writes::Table("note")),
            ("update \"note\" set words = $1", Writes::Anything),
            ("delete from main.note", Writes::Anything),
            ("update or ignore note set words = $1", Writes::Anything),
            ("with a as (select 1) select * from a", Writes::Nothing),
            ("with a as (select 1) insert into note select * from a", Writes::Anything),
            ("insert or replace into note values (1)", Writes::Anything),
            ("replace into note values (1)", Writes::Anything),
            ("alter table note add column a", Writes::Anything),
            ("drop table note", Writes::Anything),
        ] {
            assert_eq!(Writes::of(text), writes, "{text}");
        }
    }
}
