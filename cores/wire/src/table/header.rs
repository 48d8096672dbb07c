//! The names of the columns.

use std::collections::HashMap;

/// The columns of a table. Each has a label by which it is called: its name, trimmed; `column 5` if
/// it has none; and `Phone (2)` if it is the second of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    labels: Vec<String>,
    positions: HashMap<String, usize>,
}

impl Header {
    /// From the names as they stand in the file.
    pub fn new(names: &[impl AsRef<str>]) -> Header {
        let mut header = Header::default();
        for name in names {
            let name = clean(name.as_ref());
            let at = header.labels.len();
            let base = if name.is_empty() { format!("column {}", at + 1) } else { name };
            let mut label = base.clone();
            let mut nth = 1;
            while header.positions.contains_key(&label) {
                nth += 1;
                label = format!("{base} ({nth})");
            }
            header.positions.insert(label.clone(), at);
            header.labels.push(label);
        }
        header
    }

    /// Of a file without names: `column 1`, `column 2` …
    pub fn unnamed(columns: usize) -> Header {
        Header::new(&vec![""; columns])
    }

    /// The labels, in order of the columns.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many columns.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Which column (from 0) has this label, to the letter but for blanks around it.
    pub fn position(&self, label: &str) -> Option<usize> {
        self.positions.get(label).or_else(|| self.positions.get(&clean(label))).copied()
    }
}

/// Without blanks and byte-order marks around, and with blanks inside collapsed: names that break
/// over two lines in a spreadsheet are one name.
fn clean(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
