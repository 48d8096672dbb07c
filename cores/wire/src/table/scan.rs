//! The scanner: where rows and fields begin and end, in one buffer that holds one row whole.

mod cells;
mod damage;

use std::io::Read;

pub(super) use cells::Cell;
use damage::Damage;

use super::source::Source;
use super::{EXCERPT_BYTES_MAX, Fault, HEAD_BYTES, Limits, Unreadable};

const BUFFER_BYTES: usize = 256 << 10;
/// Places within a row are kept in 32 bits, with room to spare.
const ROW_BYTES_CEILING: usize = 1 << 30;

/// How a row ended.
pub(super) enum Ending {
    /// There is no further row.
    Nothing,
    /// Whole: its cells are known.
    Row,
    /// A line of a stretch with a broken quote.
    Damaged(Fault),
    /// Beyond a limit: only an excerpt was kept.
    Over(Fault),
}

/// How far the row being scanned has come.
struct Progress {
    mode: Mode,
    /// Where in the row the field begins, behind its quote if it has one.
    from: usize,
    has_doubled: bool,
    /// The line on which its quote opens.
    quote_line: u64,
    /// The limit that it went beyond.
    over: Option<Over>,
    broken: Option<Fault>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Before the first byte of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closes, or is the first of two.
    Closing,
    /// Behind a broken quote, on the way to the end of the line.
    Rest,
}

/// A limit that a row went beyond.
#[derive(Clone, Copy)]
enum Over {
    Field(usize),
    Row,
    Columns,
}

/// The scanner, and the last row it found.
pub(super) struct Scanner<R> {
    source: Source<R>,
    limits: Limits,
    delimiter: u8,
    /// What ends a stretch of plain text: delimiter and line ends, and quotes, which are noted.
    stops: [bool; 256],
    buffer: Vec<u8>,
    /// Where in the decoded text the buffer begins.
    base: u64,
    /// In the buffer: the begin of the row, of what is not yet scanned, and the end of what is there.
    start: usize,
    at: usize,
    end: usize,
    is_ended: bool,
    /// The line of `at`.
    line: u64,
    row_line: u64,
    row_last_line: u64,
    row_offset: u64,
    /// The end of the row in the buffer, without its line end.
    row_end: usize,
    /// Whether the byte before `at` was a CR, of which an LF may be the second half.
    after_cr: bool,
    cells: Vec<Cell>,
    scratch: String,
    excerpt: Vec<u8>,
    /// A quote stands in a field without quotes.
    has_bare_quote: bool,
    damage: Option<Damage>,
    /// The line of a broken quote, until a row without a bare quote shows that all is well again.
    wary_of: Option<u64>,
    empty_lines: u64,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(source: Source<R>, limits: Limits) -> Scanner<R> {
        let row_bytes_max = limits.row_bytes_max.min(ROW_BYTES_CEILING);
        Scanner {
            source,
            limits: Limits { row_bytes_max, ..limits },
            delimiter: b',',
            stops: [false; 256],
            buffer: vec![0; BUFFER_BYTES],
            base: 0,
            start: 0,
            at: 0,
            end: 0,
            is_ended: false,
            line: 1,
            row_line: 1,
            row_last_line: 1,
            row_offset: 0,
            row_end: 0,
            after_cr: false,
            cells: Vec::new(),
            scratch: String::new(),
            excerpt: Vec::new(),
            has_bare_quote: false,
            damage: None,
            wary_of: None,
            empty_lines: 0,
        }
    }

    /// Reads until the head is there.
    pub(super) fn fill_head(&mut self) -> Result<(), Unreadable> {
        while self.end < HEAD_BYTES && self.fill()? {}
        Ok(())
    }

    /// What is there and not yet scanned.
    pub(super) fn pending(&self) -> &[u8] {
        self.bytes(self.at, self.end)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.is_ended
    }

    /// Passes over the line `sep=;` that spreadsheets put before the header, and gives what it says.
    pub(super) fn skip_separator_line(&mut self) -> Option<u8> {
        let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, end @ (b'\r' | b'\n'), ..] =
            *self.pending()
        else {
            return None;
        };
        self.at += 6;
        self.start = self.at;
        self.line += 1;
        self.after_cr = end == b'\r';
        Some(delimiter)
    }

    pub(super) fn delimit(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        for stop in [delimiter, b'\n', b'\r', b'"'] {
            if let Some(stop) = self.stops.get_mut(usize::from(stop)) {
                *stop = true;
            }
        }
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    pub(super) fn empty_lines(&self) -> u64 {
        self.empty_lines
    }

    #[cfg(test)]
    pub(super) fn buffer_bytes(&self) -> usize {
        self.buffer.len()
    }

    pub(super) fn row(&self) -> (usize, usize) {
        (self.start, self.row_end)
    }

    pub(super) fn row_bytes(&self) -> &[u8] {
        self.bytes(self.start, self.row_end)
    }

    pub(super) fn row_line(&self) -> u64 {
        self.row_line
    }

    pub(super) fn row_offset(&self) -> u64 {
        self.row_offset
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn scratch(&self) -> &str {
        &self.scratch
    }

    pub(super) fn excerpt(&self) -> &[u8] {
        &self.excerpt
    }

    pub(super) fn bytes(&self, from: usize, to: usize) -> &[u8] {
        self.buffer.get(from..to).unwrap_or_default()
    }

    /// Goes back to the begin of the row just scanned, which is still in the buffer.
    pub(super) fn back_to_row(&mut self) {
        self.at = self.start;
        self.line = self.row_line;
        self.after_cr = false;
    }

    pub(super) fn row_has_malformed(&mut self) -> bool {
        let to = self.base + self.row_end as u64;
        self.source.has_malformed(self.row_offset, to)
    }

    /// Brings in more of the stream; false at its end. The row so far moves to the front.
    fn fill(&mut self) -> Result<bool, Unreadable> {
        if self.is_ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.base += self.start as u64;
            self.at -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < BUFFER_BYTES / 8 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        if self.at == self.end {
            self.source.forget_before(self.base);
        }
        let count = match self.buffer.get_mut(self.end..) {
            Some(room) => self.source.read(room)?,
            None => 0,
        };
        self.end += count;
        self.is_ended = count == 0;
        Ok(count > 0)
    }

    /// To the end of the next row.
    pub(super) fn scan(&mut self) -> Result<Ending, Unreadable> {
        self.cells.clear();
        self.scratch.clear();
        self.has_bare_quote = false;
        if let Some(fault) = self.damaged_line() {
            return Ok(Ending::Damaged(fault));
        }
        if !self.begin_row()? {
            return Ok(Ending::Nothing);
        }
        let mut row = Progress {
            mode: Mode::Start,
            from: 0,
            has_doubled: false,
            quote_line: 0,
            over: None,
            broken: None,
        };
        loop {
            if self.at == self.end {
                let so_far = self.at - self.start - row.from;
                self.check_limits(&mut row, so_far, self.cells.len() + 1);
                if row.over.is_some() {
                    self.start = self.at;
                }
                if !self.fill()? {
                    self.end_of_stream(&mut row);
                    break;
                }
            }
            if self.step(&mut row) {
                break;
            }
        }
        Ok(self.end_row(row))
    }

    /// Passes over what is left of the last line end and over empty lines; false at the end.
    fn begin_row(&mut self) -> Result<bool, Unreadable> {
        loop {
            self.start = self.at;
            if self.at == self.end && !self.fill()? {
                return Ok(false);
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
        self.after_cr = false;
        self.row_line = self.line;
        self.row_offset = self.base + self.start as u64;
        Ok(true)
    }

    /// One step through the bytes that are there; true at the end of the row.
    fn step(&mut self, row: &mut Progress) -> bool {
        match row.mode {
            Mode::Start => {
                if self.buffer.get(self.at) == Some(&b'"') {
                    self.at += 1;
                    row.mode = Mode::Quoted;
                    row.quote_line = self.line;
                } else {
                    row.mode = Mode::Plain;
                }
                row.has_doubled = false;
                row.from = self.at - self.start;
                false
            }
            Mode::Plain => match self.find_stop() {
                None => false,
                Some(b'"') => {
                    self.has_bare_quote = true;
                    self.at += 1;
                    false
                }
                Some(stop) => self.end_field(row, self.at - self.start, stop),
            },
            Mode::Quoted => {
                let after_cr = std::mem::take(&mut self.after_cr);
                let from = self.at;
                match self.find(|byte| matches!(byte, b'"' | b'\n' | b'\r')) {
                    None => return false,
                    Some(b'"') => row.mode = Mode::Closing,
                    Some(b'\n') if after_cr && self.at == from => {}
                    Some(line_end) => {
                        self.line += 1;
                        self.after_cr = line_end == b'\r';
                    }
                }
                self.at += 1;
                false
            }
            Mode::Closing => match self.buffer.get(self.at).copied() {
                Some(b'"') => {
                    row.has_doubled = true;
                    row.mode = Mode::Quoted;
                    self.at += 1;
                    false
                }
                Some(stop) if stop == self.delimiter || stop == b'\n' || stop == b'\r' => {
                    self.end_field(row, self.at - self.start - 1, stop)
                }
                _ => {
                    row.mode = Mode::Rest;
                    let column = self.cells.len() + 1;
                    self.check_limits(row, self.at - self.start - row.from, column);
                    row.broken = Some(Fault::BrokenQuote { column, line: self.line });
                    false
                }
            },
            Mode::Rest => match self.find(|byte| matches!(byte, b'\n' | b'\r')) {
                None => false,
                Some(stop) => {
                    let so_far = self.at - self.start - row.from;
                    self.check_limits(row, so_far, self.cells.len() + 1);
                    self.pass(stop)
                }
            },
        }
    }

    /// Goes to the first byte that `stops`, and gives it; to the end of what is there, if none does.
    fn find(&mut self, stops: impl Fn(u8) -> bool) -> Option<u8> {
        let rest = self.bytes(self.at, self.end);
        let found = rest.iter().position(|byte| stops(*byte));
        self.at += found.unwrap_or(rest.len());
        found.and_then(|_| self.buffer.get(self.at).copied())
    }

    fn find_stop(&mut self) -> Option<u8> {
        let rest = self.bytes(self.at, self.end);
        let is_stop = |byte: &u8| self.stops.get(usize::from(*byte)).copied().unwrap_or(false);
        let found = rest.iter().position(is_stop);
        self.at += found.unwrap_or(rest.len());
        found.and_then(|_| self.buffer.get(self.at).copied())
    }

    /// The field ends before `to`, and `stop` follows; true if the row ends with it.
    fn end_field(&mut self, row: &mut Progress, to: usize, stop: u8) -> bool {
        if row.over.is_none() {
            self.push(row, to);
            self.check_limits(row, to - row.from, self.cells.len());
        }
        let is_end = self.pass(stop);
        row.mode = Mode::Start;
        row.from = self.at - self.start;
        is_end
    }

    fn push(&mut self, row: &Progress, to: usize) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.cells.push(Cell {
            from: place(row.from),
            to: place(to),
            has_doubled: row.has_doubled,
            is_scratch: false,
        });
    }

    /// Passes over a delimiter or line end; true for a line end.
    fn pass(&mut self, stop: u8) -> bool {
        self.row_end = self.at;
        self.at += 1;
        if stop == self.delimiter {
            return false;
        }
        self.row_last_line = self.line;
        self.line += 1;
        self.after_cr = stop == b'\r';
        true
    }

    /// Whether the row has gone beyond a limit by now. If so an excerpt is kept, and no more.
    fn check_limits(&mut self, row: &mut Progress, field_bytes: usize, column: usize) {
        if row.over.is_some() {
            return;
        }
        row.over = if field_bytes > self.limits.field_bytes_max {
            Some(Over::Field(column))
        } else if self.at - self.start > self.limits.row_bytes_max {
            Some(Over::Row)
        } else if self.cells.len() > self.limits.columns_max {
            Some(Over::Columns)
        } else {
            return;
        };
        let to = self.at.min(self.start + EXCERPT_BYTES_MAX);
        self.excerpt.clear();
        self.excerpt.extend_from_slice(self.buffer.get(self.start..to).unwrap_or_default());
    }

    fn end_of_stream(&mut self, row: &mut Progress) {
        self.row_end = self.end;
        self.row_last_line = self.line;
        match row.mode {
            Mode::Quoted => {
                let column = self.cells.len() + 1;
                row.broken = Some(Fault::UnclosedQuote { column, line: row.quote_line });
            }
            Mode::Start | Mode::Plain if row.over.is_none() => {
                self.push(row, self.at - self.start);
            }
            Mode::Closing if row.over.is_none() => self.push(row, self.at - self.start - 1),
            Mode::Start | Mode::Plain | Mode::Closing | Mode::Rest => {}
        }
    }

    fn end_row(&mut self, row: Progress) -> Ending {
        let last_line = self.row_last_line;
        if let Some(over) = row.over {
            let Limits { field_bytes_max, row_bytes_max, columns_max } = self.limits;
            return Ending::Over(match over {
                Over::Field(column) => {
                    Fault::FieldTooLong { column, bytes_max: field_bytes_max, last_line }
                }
                Over::Row => Fault::RowTooLong { bytes_max: row_bytes_max, last_line },
                Over::Columns => Fault::TooManyColumns { columns_max },
            });
        }
        let Some(fault) = row.broken else { return Ending::Row };
        self.damage = Some(Damage {
            until: self.base + self.at as u64,
            line: self.row_line,
            fault: Some(fault),
        });
        self.wary_of = Some(self.row_line);
        self.cells.clear();
        self.back_to_row();
        self.damaged_line().map_or(Ending::Nothing, Ending::Damaged)
    }
}
