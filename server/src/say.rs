//! How the program speaks at the command line: results to standard output, everything else to standard error.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use platform::failure::Failure;
use serde::Serialize;
use serde_json::json;

/// How a command ended that did what it was asked. A failure is a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well: exit code 0.
    Done,
    /// It looked, and found what should not be: exit code 3.
    Differences,
}

/// Exit codes; they stand in the help, too.
pub(crate) const EXIT_FAILED: u8 = 1;
pub(crate) const EXIT_USAGE: u8 = 2;
pub(crate) const EXIT_DIFFERENCES: u8 = 3;

/// Speaks to whoever called: a person or a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mouth {
    /// Whether results are JSON.
    pub json: bool,
    /// Colours for results.
    pub ink: Ink,
    /// Colours for what goes to standard error.
    pub side_ink: Ink,
}

/// How often progress is told where there is no terminal to draw it on.
const PLAIN_PROGRESS_EVERY: Duration = Duration::from_secs(5);

impl Mouth {
    /// `no_color` is the variable `NO_COLOR`; set to anything but nothing, it forbids colours (no-color.org).
    pub(crate) fn new(json: bool, no_color: Option<&str>) -> Mouth {
        let allowed = no_color.is_none_or(str::is_empty);
        Mouth {
            json,
            ink: Ink(allowed && stdout().is_terminal()),
            side_ink: Ink(allowed && stderr().is_terminal()),
        }
    }

    /// The result: as JSON on one line, or in words.
    pub(crate) fn result(
        self,
        value: &impl Serialize,
        words: impl FnOnce(Ink) -> String,
    ) -> Result<(), Failure> {
        let mut text = if self.json {
            serde_json::to_string(value).map_err(anyhow::Error::from)?
        } else {
            words(self.ink)
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        print(&text)
    }

    /// Something on the side, for people: not part of the result.
    pub(crate) fn note(self, words: impl Display) {
        // Whoever closed standard error does not want to know.
        let _unheard = writeln!(stderr(), "{words}");
    }

    /// Why nothing came of it. A program finds it on standard output, where it looks for the result.
    pub(crate) fn failure(self, failure: &Failure) {
        let name = self.side_ink.bad("sluice:");
        match failure {
            Failure::Invalid(fields) => {
                for field in fields {
                    self.note(format_args!("{name} {}: {}", field.name, field.words));
                }
            }
            other => self.note(format_args!("{name} {other}")),
        }
        if self.json {
            let (problem, _) = failure.problem();
            let words = failure.to_string();
            let mut error = json!({ "code": problem.code, "words": words });
            if let (Failure::Invalid(fields), Some(error)) = (failure, error.as_object_mut()) {
                error.insert("fields".to_owned(), json!(fields));
            }
            let _unheard = print(&format!("{}\n", json!({ "error": error })));
        }
    }

    /// Something that takes a while: a bar on a terminal, a line now and then elsewhere.
    pub(crate) fn progress(self, what: &'static str) -> Progress {
        let bar = stderr().is_terminal().then(|| {
            let template = if self.side_ink.0 {
                "{msg:12} {wide_bar:.cyan/dim} {human_pos}/{human_len} {per_sec} {eta}"
            } else {
                "{msg:12} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}"
            };
            let style =
                ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
            ProgressBar::no_length().with_style(style).with_message(what)
        });
        Progress { mouth: self, what, bar, told: Mutex::new(None) }
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has seen enough, as with `sluice people | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// How far something is.
pub(crate) struct Progress {
    mouth: Mouth,
    what: &'static str,
    bar: Option<ProgressBar>,
    told: Mutex<Option<Instant>>,
}

impl Progress {
    /// `done` of `total`, if the total is known.
    pub(crate) fn set(&self, done: u64, total: Option<u64>) {
        if let Some(bar) = &self.bar {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= PLAIN_PROGRESS_EVERY) {
            *told = Some(Instant::now());
            match total {
                Some(total) => self.mouth.note(format_args!("{}: {done} of {total}", self.what)),
                None => self.mouth.note(format_args!("{}: {done}", self.what)),
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink(bool);

impl Ink {
    /// Whether there are colours at all.
    pub(crate) fn is_coloured(self) -> bool {
        self.0
    }

    /// Headings, and what matters most.
    pub(crate) fn strong(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    /// What may be skipped.
    pub(crate) fn quiet(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// As it should be.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// To be looked at.
    pub(crate) fn odd(self, text: impl Display) -> String {
        self.paint("33", text)
    }

    /// Wrong.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.paint("31", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// Rows as columns that stand under each other; the last is not padded. Colour comes after padding, so a
/// cell is plain text and `paint` colours the whole line.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows =
            [vec!["é".to_owned(), "lead".to_owned()], vec!["longer".to_owned(), "x".to_owned()]];
        assert_eq!(table(&rows), "é       lead\nlonger  x\n");
        assert_eq!(table(&[]), "");
    }

    #[test]
    fn colour_is_only_where_it_is_wanted() {
        assert_eq!(Ink(true).bad("no"), "\x1b[31mno\x1b[0m");
        assert_eq!(Ink(false).bad("no"), "no");
        assert!(!Mouth::new(false, Some("1")).ink.0);
    }
}
