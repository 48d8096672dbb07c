//! Broken quotes: where nobody can tell what was meant to be a row.

use super::{Fault, Scanner};

/// Lines that are rejected one by one, because a quote in the first row of them is broken.
pub(super) struct Damage {
    /// Its end in the decoded text; all of it is in the buffer.
    pub(super) until: u64,
    /// The line on which it begins.
    pub(super) line: u64,
    /// What is said of its first line, once.
    pub(super) fault: Option<Fault>,
}

impl<R: std::io::Read> Scanner<R> {
    /// The next line of the damaged stretch, if we are in one, and what is wrong with it.
    pub(super) fn damaged_line(&mut self) -> Option<Fault> {
        let mut damage = self.damage.take()?;
        let until = usize::try_from(damage.until - self.base).unwrap_or(self.end).min(self.end);
        loop {
            self.start = self.at;
            if self.at >= until {
                return None;
            }
            match self.buffer.get(self.at) {
                Some(b'\n') if self.after_cr => self.after_cr = false,
                Some(byte @ (b'\n' | b'\r')) => {
                    self.after_cr = *byte == b'\r';
                    self.line += 1;
                    self.empty_lines += 1;
                }
                _ => break,
            }
            self.at += 1;
        }
        self.row_line = self.line;
        self.row_offset = self.base + self.start as u64;
        self.after_cr = false;
        match self.find(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(line_end) if self.at < until => {
                self.pass(line_end);
            }
            _ => {
                self.at = until;
                self.row_end = until;
            }
        }
        let fault = damage.fault.take();
        let line = damage.line;
        self.damage = Some(damage);
        Some(fault.unwrap_or(Fault::BesideBrokenQuote { line }))
    }

    /// Behind a broken quote, a row with a bare quote may be the tail of a damaged one.
    pub(in crate::table) fn settle_quotes(&mut self) -> Result<(), Fault> {
        match self.wary_of {
            Some(line) if self.has_bare_quote => Err(Fault::BesideBrokenQuote { line }),
            _ => {
                self.wary_of = None;
                Ok(())
            }
        }
    }
}
