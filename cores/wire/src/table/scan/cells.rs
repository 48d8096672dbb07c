//! The fields of a row: where they stand, and their text where it is not what stands there.

use encoding_rs::Encoding;

use super::Scanner;

/// Where a field stands: in the row, or in scratch if its quotes had to be undoubled or its bytes
/// decoded.
#[derive(Clone, Copy, Debug)]
pub(in crate::table) struct Cell {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) has_doubled: bool,
    pub(in crate::table) is_scratch: bool,
}

impl Cell {
    pub(in crate::table) fn range(&self) -> std::ops::Range<usize> {
        self.from as usize..self.to as usize
    }
}

impl<R> Scanner<R> {
    /// The column (from 1) of the field at that byte of the row.
    pub(in crate::table) fn column_at(&self, byte: usize) -> usize {
        let before = self.cells.iter().take_while(|cell| cell.range().end < byte).count();
        (before + 1).min(self.cells.len().max(1))
    }

    /// Makes one quote of two, in the fields that have such; the row is known to be UTF-8.
    pub(in crate::table) fn undouble_quotes(&mut self) {
        if !self.cells.iter().any(|cell| cell.has_doubled) {
            return;
        }
        let row = self.buffer.get(self.start..self.row_end).unwrap_or_default();
        let text = std::str::from_utf8(row).unwrap_or_default();
        for cell in self.cells.iter_mut().filter(|cell| cell.has_doubled) {
            let field = text.get(cell.range()).unwrap_or_default();
            to_scratch(&mut self.scratch, cell, field);
        }
    }

    /// Decodes all fields, and behind them the row as it stands; gives the place of the latter.
    pub(in crate::table) fn decode_row(&mut self, encoding: &'static Encoding) -> usize {
        let row = self.buffer.get(self.start..self.row_end).unwrap_or_default();
        for cell in &mut self.cells {
            let field = row.get(cell.range()).unwrap_or_default();
            to_scratch(&mut self.scratch, cell, &encoding.decode_without_bom_handling(field).0);
        }
        let raw_from = self.scratch.len();
        self.scratch.push_str(&encoding.decode_without_bom_handling(row).0);
        raw_from
    }
}

fn to_scratch(scratch: &mut String, cell: &mut Cell, field: &str) {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    cell.from = place(scratch.len());
    if cell.has_doubled {
        for (nth, part) in field.split("\"\"").enumerate() {
            if nth > 0 {
                scratch.push('"');
            }
            scratch.push_str(part);
        }
    } else {
        scratch.push_str(field);
    }
    cell.to = place(scratch.len());
    cell.is_scratch = true;
}
