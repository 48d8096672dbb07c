//! What the head of a file says about the whole: encoding and delimiter.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Unreadable;

/// The encoding, and how many bytes of byte-order mark stand before the text.
pub(super) struct Detected {
    pub(super) text: Text,
    pub(super) mark_bytes: usize,
}

pub(super) enum Text {
    /// For certain: told, marked, or seen.
    Utf8,
    /// Only ASCII so far.
    Undecided,
    /// Seen, not told.
    Windows1252,
    /// To be decoded before it is scanned.
    Other(&'static Encoding),
}

const MARKS: [(&[u8], &Encoding); 3] =
    [(b"\xef\xbb\xbf", UTF_8), (b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];

/// What is often sent in place of a table, by its first bytes.
const STRANGERS: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a zip archive or a spreadsheet (.xlsx, .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"%PDF-", "a PDF"),
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
];

/// Finds the encoding: byte-order mark, else what was told, else what the bytes look like.
pub(super) fn encoding(head: &[u8], told: Option<&str>) -> Result<Detected, Unreadable> {
    if let Some((_, what)) = STRANGERS.iter().find(|(first, _)| head.starts_with(first)) {
        return Err(Unreadable::NotATable(what));
    }
    let told = match told {
        Some(label) => Some(encoding_of(label).ok_or_else(|| Unreadable::Encoding(label.into()))?),
        None => None,
    };
    if let Some((mark, encoding)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Ok(Detected { text: sure(encoding), mark_bytes: mark.len() });
    }
    let text = match told {
        Some(encoding) => sure(encoding),
        None => match utf16(head) {
            Some(encoding) => Text::Other(encoding),
            None => bytewise(head),
        },
    };
    Ok(Detected { text, mark_bytes: 0 })
}

/// The encoding of that label in the WHATWG standard, and of the names that spreadsheets use for it.
pub fn encoding_of(label: &str) -> Option<&'static Encoding> {
    let label = label.trim();
    match label.to_ascii_lowercase().as_str() {
        "ansi" | "cp-1252" | "latin-1" => Some(WINDOWS_1252),
        _ => Encoding::for_label_no_replacement(label.as_bytes()),
    }
}

fn sure(encoding: &'static Encoding) -> Text {
    if encoding == UTF_8 { Text::Utf8 } else { Text::Other(encoding) }
}

/// UTF-16 without a mark: of its units, those of ASCII have a zero byte, always on the same side,
/// and delimiters and line ends are such units. Stray NUL bytes in other text are not so orderly.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let (mut units, mut breaks) = (0_usize, 0_usize);
    let (mut le, mut be) = (Side::default(), Side::default());
    let is_break = |byte: u8| matches!(byte, b'\n' | b'\r' | b'\t' | b',' | b';' | b'|');
    for pair in head.chunks_exact(2) {
        let &[first, second] = pair else { continue };
        units += 1;
        breaks += usize::from(is_break(first)) + usize::from(is_break(second));
        le.see(second, first, is_break);
        be.see(first, second, is_break);
    }
    let is_it = |this: &Side, other: &Side| {
        let is_orderly =
            if breaks == 0 { this.zeros * 2 > units } else { this.breaks * 2 > breaks };
        is_orderly && this.zeros * 20 >= units && other.zeros * 20 <= this.zeros
    };
    match () {
        () if is_it(&le, &be) => Some(UTF_16LE),
        () if is_it(&be, &le) => Some(UTF_16BE),
        () => None,
    }
}

/// How often one side of a unit is zero, and how often the other is then a delimiter or line end.
#[derive(Default)]
struct Side {
    zeros: usize,
    breaks: usize,
}

impl Side {
    fn see(&mut self, zero: u8, other: u8, is_break: impl Fn(u8) -> bool) {
        self.zeros += usize::from(zero == 0);
        self.breaks += usize::from(zero == 0 && is_break(other));
    }
}

/// UTF-8 or Windows-1252, by whether the bytes above ASCII mostly form UTF-8 sequences.
fn bytewise(head: &[u8]) -> Text {
    let (mut sequences, mut strays) = (0_usize, 0_usize);
    for chunk in head.utf8_chunks() {
        sequences += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        strays += usize::from(!chunk.invalid().is_empty());
    }
    // The head may end in the middle of a character.
    let cut = head.utf8_chunks().last().is_some_and(|chunk| {
        let tail = chunk.invalid();
        !tail.is_empty()
            && tail.len() < 4
            && std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none())
    });
    match (sequences, strays.saturating_sub(usize::from(cut))) {
        (0, 0) if cut && head.len() < super::HEAD_BYTES => Text::Windows1252,
        (0, 0) => Text::Undecided,
        (sequences, strays) if sequences >= strays => Text::Utf8,
        _ => Text::Windows1252,
    }
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const SAMPLE_ROWS: usize = 100;

/// The delimiter under which the rows of the head agree best with the first of them, the header,
/// on how many fields there are. A comma where none does.
pub(super) fn delimiter(head: &[u8], is_whole: bool) -> u8 {
    let mut best = (b',', 0.0);
    for delimiter in DELIMITERS {
        let counts = field_counts(head, delimiter, is_whole);
        let Some(header) = counts.first().copied().filter(|header| *header > 1) else { continue };
        let agreeing = counts.iter().filter(|count| **count == header).count();
        let score = ratio(agreeing, counts.len()) * ratio(header, 1);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn ratio(part: usize, of: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(of.max(1))
}

/// How many fields each of the first rows has; a row cut off by the end of the head does not count
/// unless it is the only one.
fn field_counts(head: &[u8], delimiter: u8, is_whole: bool) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut fields, mut at_start, mut is_empty) = (1, true, true);
    let (mut is_quoted, mut just_closed) = (false, false);
    for byte in head {
        match *byte {
            b'"' if is_quoted => (is_quoted, just_closed) = (false, true),
            _ if is_quoted => {}
            b'"' if at_start || just_closed => {
                (is_quoted, just_closed, at_start, is_empty) = (true, false, false, false);
            }
            b'\n' | b'\r' => {
                if !is_empty {
                    counts.push(fields);
                }
                if counts.len() >= SAMPLE_ROWS {
                    return counts;
                }
                (fields, at_start, is_empty, just_closed) = (1, true, true, false);
            }
            byte if byte == delimiter => {
                fields += 1;
                (at_start, is_empty, just_closed) = (true, false, false);
            }
            _ => (at_start, is_empty, just_closed) = (false, false, false),
        }
    }
    if !is_empty && (is_whole || counts.is_empty()) {
        counts.push(fields);
    }
    counts
}
