//! Going through a TOML document with the line of each thing at hand, and noting what is wrong.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::problem::nearest;

/// The problems found so far, and the text whose lines they name.
pub(super) struct Walk<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

/// A value under its key.
#[derive(Clone)]
pub(super) struct Field<'a> {
    /// The last part of its key.
    pub(super) name: &'a str,
    /// Its key, with the tables it stands in.
    pub(super) path: String,
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) value: &'a DeValue<'a>,
}

/// A table with its fields in order.
pub(super) struct Table<'a> {
    pub(super) path: String,
    pub(super) line: usize,
    fields: Vec<Field<'a>>,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str) -> Walk<'t> {
        Walk { text, problems: Vec::new() }
    }

    /// All that was found, in order of the lines.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, Vec<Problem>> {
        self.problems.sort_by_key(|problem| problem.line);
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self.problems),
        }
    }

    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Notes a problem at a line.
    pub(super) fn problem(&mut self, line: usize, path: &str, words: impl Into<String>) {
        let (key, words) = (path.to_owned(), words.into());
        self.problems.push(Problem { line, key, words, nearest: None });
    }

    /// Notes that something else than this was expected, and which of these names was near.
    pub(super) fn expected<'n>(
        &mut self,
        field: &Field<'_>,
        typed: &str,
        words: impl Into<String>,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        self.problems.push(Problem {
            line: field.line,
            key: field.path.clone(),
            words: words.into(),
            nearest: nearest(typed, names).map(str::to_owned),
        });
    }

    pub(super) fn root<'a>(&mut self, table: &'a DeTable<'a>) -> Table<'a> {
        self.inner(String::new(), 1, table)
    }

    fn inner<'a>(&self, path: String, line: usize, table: &'a DeTable<'a>) -> Table<'a> {
        let fields = table.iter().map(|(key, value)| {
            let name: &str = key.get_ref();
            let shown =
                if name.contains(['.', ' ']) { format!("{name:?}") } else { name.to_owned() };
            Field {
                name,
                path: if path.is_empty() { shown } else { format!("{path}.{shown}") },
                line: self.line(key.span().start),
                value: value.get_ref(),
            }
        });
        let fields = fields.collect();
        Table { path, line, fields }
    }

    /// The field as a table; notes a problem if it is none.
    pub(super) fn table<'a>(&mut self, field: &Field<'a>) -> Option<Table<'a>> {
        match field.value {
            DeValue::Table(table) => Some(self.inner(field.path.clone(), field.line, table)),
            other => {
                let words = format!("a table was expected, not {}", article(other));
                self.problem(field.line, &field.path, words);
                None
            }
        }
    }

    /// The field as several tables, or as one.
    pub(super) fn tables<'a>(&mut self, field: &Field<'a>) -> Vec<Table<'a>> {
        match field.value {
            DeValue::Array(items) => {
                let mut tables = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let field = self.item(field, at, item);
                    tables.extend(self.table(&field));
                }
                tables
            }
            _ => self.table(field).into_iter().collect(),
        }
    }

    fn item<'a>(&self, field: &Field<'a>, at: usize, item: &'a Spanned<DeValue<'a>>) -> Field<'a> {
        Field {
            name: field.name,
            path: format!("{}[{}]", field.path, at + 1),
            line: self.line(item.span().start),
            value: item.get_ref(),
        }
    }

    /// Notes every field that the table may not have.
    pub(super) fn only(&mut self, table: &Table<'_>, names: &[&str]) {
        for field in table.fields.iter().filter(|field| !names.contains(&field.name)) {
            let place = if table.path.is_empty() { "here" } else { table.path.as_str() };
            let words = format!("{place} may hold {}, and no {:?}", names.join(", "), field.name);
            self.expected(field, field.name, words, names.iter().copied());
        }
    }

    pub(super) fn text(&mut self, field: &Field<'_>) -> Option<String> {
        match field.value {
            DeValue::String(text) => Some(text.to_string()),
            other => {
                let words = format!("a text in quotes was expected, not {}", article(other));
                self.problem(field.line, &field.path, words);
                None
            }
        }
    }

    /// A text, or several.
    pub(super) fn texts(&mut self, field: &Field<'_>) -> Vec<(String, usize)> {
        let DeValue::Array(items) = field.value else {
            return self.text(field).map(|text| (text, field.line)).into_iter().collect();
        };
        let mut texts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let field = self.item(field, at, item);
            texts.extend(self.text(&field).map(|text| (text, field.line)));
        }
        texts
    }

    pub(super) fn boolean(&mut self, field: &Field<'_>) -> Option<bool> {
        match field.value {
            DeValue::Boolean(value) => Some(*value),
            other => {
                let words = format!("true or false was expected, not {}", article(other));
                self.problem(field.line, &field.path, words);
                None
            }
        }
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(&mut self, field: &Field<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(field)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            let said = format!("{text:?} is none of {}", quoted.join(", "));
            self.expected(field, &text, said, names);
        }
        found.map(|(_, value)| *value)
    }
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
