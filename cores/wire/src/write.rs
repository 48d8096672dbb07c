//! Tables written as text: what [`crate::table`] reads again, and what a spreadsheet opens safely.
//!
//! **Promise:** what is written is read back the same, whatever stands in the fields. Told to
//! [defuse](Style::is_defused), no cell begins a formula.

use std::io::{self, Write};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// One ASCII character: a comma, for German spreadsheets a semicolon.
    pub delimiter: u8,
    /// Whether lines end as RFC 4180 and Windows have it.
    pub is_crlf: bool,
    /// Whether cells that would begin a formula get an apostrophe before them, as OWASP advises
    /// (CSV Injection). Plain numbers and phone numbers are left alone: no formula is made of digits.
    pub is_defused: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style { delimiter: b',', is_crlf: false, is_defused: false }
    }
}

/// Writes rows to any stream; one write for each row, so that the stream had best be buffered.
pub struct Writer<W> {
    write: W,
    style: Style,
    line: String,
}

impl<W: Write> Writer<W> {
    /// To that stream, in that style.
    pub fn new(write: W, style: Style) -> Writer<W> {
        Writer { write, style, line: String::new() }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn row<T: AsRef<str>>(&mut self, fields: impl IntoIterator<Item = T>) -> io::Result<()> {
        self.line.clear();
        for (nth, field) in fields.into_iter().enumerate() {
            if nth > 0 {
                self.line.push(char::from(self.style.delimiter));
            }
            append(&mut self.line, field.as_ref(), self.style);
        }
        if self.line.is_empty() {
            // A row of one empty field would be an empty line, which is no row.
            self.line.push_str("\"\"");
        }
        self.line.push_str(if self.style.is_crlf { "\r\n" } else { "\n" });
        self.write.write_all(self.line.as_bytes())
    }

    /// Hands on what the stream still holds back, and gives the stream.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn finish(mut self) -> io::Result<W> {
        self.write.flush()?;
        Ok(self.write)
    }
}

fn append(line: &mut String, field: &str, style: Style) {
    let is_defused = style.is_defused && begins_a_formula(field);
    let needs_quotes = is_defused
        || field.starts_with(['\u{feff}', ' ', '\t'])
        || field.ends_with([' ', '\t'])
        || field.bytes().any(|b| b == style.delimiter || matches!(b, b'"' | b'\n' | b'\r'))
        // At the begin of a file this would be taken for a word to the spreadsheet.
        || line.is_empty() && field.get(..4).is_some_and(|sep| sep.eq_ignore_ascii_case("sep="));
    if !needs_quotes {
        line.push_str(field);
        return;
    }
    line.push('"');
    if is_defused {
        line.push('\'');
    }
    for part in field.split_inclusive('"') {
        line.push_str(part);
        if part.ends_with('"') {
            line.push('"');
        }
    }
    line.push('"');
}

/// Whether a spreadsheet would take this cell for a formula: OWASP's list of first characters, and
/// those that look like them in full width. Numbers are none, signs and blanks in them or not.
pub fn begins_a_formula(field: &str) -> bool {
    let starts = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    starts && !is_plain_number(field)
}

fn is_plain_number(field: &str) -> bool {
    let digits = field.strip_prefix(['+', '-']).unwrap_or(field);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(style: Style, rows: &[&[&str]]) -> String {
        let mut writer = Writer::new(Vec::new(), style);
        for row in rows {
            writer.row(*row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let style = Style::default();
        for (fields, line) in [
            (&["a", "b"][..], "a,b\n"),
            (&["a,b", "c;d"], "\"a,b\",c;d\n"),
            (&["say \"hi\"", ""], "\"say \"\"hi\"\"\",\n"),
            (&["two\nlines"], "\"two\nlines\"\n"),
            (&[" blank "], "\" blank \"\n"),
            (&[""], "\"\"\n"),
            (&["", ""], ",\n"),
            (&["sep=,"], "\"sep=,\"\n"),
            (&["=1+1"], "=1+1\n"),
        ] {
            assert_eq!(written(style, &[fields]), line);
        }
        let german = Style { delimiter: b';', is_crlf: true, ..style };
        assert_eq!(written(german, &[&["1,5", "a;b"]]), "1,5;\"a;b\"\r\n");
    }

    #[test]
    fn a_cell_that_would_begin_a_formula_is_defused() {
        let style = Style { is_defused: true, ..Style::default() };
        for (field, cell) in [
            ("=HYPERLINK(\"http://x.example\")", "\"'=HYPERLINK(\"\"http://x.example\"\")\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("+1+cmd|' /C calc'!A0", "\"'+1+cmd|' /C calc'!A0\""),
            ("-2+3", "\"'-2+3\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("-12.5", "-12.5"),
            ("+49 30 123456", "+49 30 123456"),
            ("-", "\"'-\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(written(style, &[&[field]]), format!("{cell}\n"), "{field}");
        }
    }
}
