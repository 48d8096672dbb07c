//! The stream: its head, looked at before it is read, and its text as UTF-8.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::HEAD_BYTES;

const RAW_BYTES: usize = 64 << 10;
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Bytes from a stream, through a decoder if there is one.
pub(super) struct Source<R> {
    read: R,
    head: Vec<u8>,
    head_at: usize,
    decoder: Option<Box<Decoding>>,
    bytes_read: u64,
}

struct Decoding {
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    /// Bytes of decoded text given out so far.
    given: u64,
    /// Where in the decoded text malformed bytes were replaced.
    malformed: VecDeque<u64>,
    owes_replacement: bool,
    is_done: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(read: R) -> Source<R> {
        Source { read, head: Vec::new(), head_at: 0, decoder: None, bytes_read: 0 }
    }

    /// The first bytes of the stream, [`HEAD_BYTES`] or all there are; they stay to be read.
    pub(super) fn head(&mut self) -> io::Result<&[u8]> {
        let mut head = vec![0; HEAD_BYTES];
        let mut end = 0;
        while let Some(room) = head.get_mut(end..).filter(|room| !room.is_empty()) {
            match retry(&mut self.read, room)? {
                0 => break,
                count => end += count,
            }
        }
        head.truncate(end);
        self.bytes_read += end as u64;
        self.head = head;
        Ok(&self.head)
    }

    pub(super) fn skip_head(&mut self, bytes: usize) {
        self.head_at += bytes;
    }

    pub(super) fn decode(&mut self, encoding: &'static Encoding) {
        self.decoder = Some(Box::new(Decoding {
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; RAW_BYTES],
            raw_at: 0,
            raw_end: 0,
            given: 0,
            malformed: VecDeque::new(),
            owes_replacement: false,
            is_done: false,
        }));
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Fills some of `room`, which has at least 16 bytes; 0 is the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(mut decoding) = self.decoder.take() else { return self.raw(room) };
        let filled = decoding.fill(room, |raw| self.raw(raw));
        self.decoder = Some(decoding);
        filled
    }

    fn raw(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let head = self.head.get(self.head_at..).unwrap_or_default();
        if head.is_empty() {
            self.head = Vec::new();
            let count = retry(&mut self.read, room)?;
            self.bytes_read += count as u64;
            return Ok(count);
        }
        let count = head.len().min(room.len());
        for (to, from) in room.iter_mut().zip(head) {
            *to = *from;
        }
        self.head_at += count;
        Ok(count)
    }

    /// Whether malformed bytes were replaced in this stretch of the decoded text. What lies before
    /// it is forgotten.
    pub(super) fn has_malformed(&mut self, from: u64, to: u64) -> bool {
        let Some(decoding) = &mut self.decoder else { return false };
        while decoding.malformed.front().is_some_and(|at| *at < from) {
            decoding.malformed.pop_front();
        }
        decoding.malformed.front().is_some_and(|at| *at < to)
    }

    /// Keeps of the malformed places one at most, behind `offset`, so that their list cannot grow
    /// without end. To be called when all that was given out belongs to the row that begins there.
    pub(super) fn forget_before(&mut self, offset: u64) {
        self.has_malformed(offset, offset);
        if let Some(decoding) = &mut self.decoder {
            decoding.malformed.truncate(1);
        }
    }
}

impl Decoding {
    fn fill(
        &mut self,
        room: &mut [u8],
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut filled = 0;
        while !self.is_done {
            let Some(free) = room.get_mut(filled..).filter(|free| free.len() >= 16) else { break };
            if self.owes_replacement {
                for (to, from) in free.iter_mut().zip(REPLACEMENT) {
                    *to = *from;
                }
                self.malformed.push_back(self.given);
                self.owes_replacement = false;
                filled += REPLACEMENT.len();
                self.given += REPLACEMENT.len() as u64;
                continue;
            }
            let mut last = false;
            if self.raw_at == self.raw_end {
                if filled > 0 {
                    break;
                }
                self.raw_at = 0;
                self.raw_end = read(&mut self.raw)?;
                last = self.raw_end == 0;
            }
            let raw = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, taken, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, free, last);
            self.raw_at += taken;
            filled += written;
            self.given += written as u64;
            match result {
                DecoderResult::Malformed(..) => self.owes_replacement = true,
                DecoderResult::InputEmpty => self.is_done = last,
                DecoderResult::OutputFull => break,
            }
        }
        Ok(filled)
    }
}

fn retry(read: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match read.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
