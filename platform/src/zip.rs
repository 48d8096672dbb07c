//! ZIP files: for people, whose machines open them with a click (PKWARE, APPNOTE.TXT 6.3.10; ISO/IEC 21320-1).
//!
//! **Promise:** written as a stream, piece after piece, in constant memory; the sizes stand behind each piece and in the
//! directory at the end, in 64 bits where 32 do not hold them.
//! **Never:** reads one. What this program reads again is an [archive](crate::archive).
use std::io::{self, Read, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use moment::Moment;

use crate::Failure;

const LEVEL: u32 = 4;
/// Sizes stand behind the piece (bit 3), and its name is in UTF-8 (bit 11).
const FLAGS: u16 = 0x0808;
const DEFLATED: u16 = 8;
/// What a reader has to know: 2.0, and 4.5 for places beyond 32 bits.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// Written by this version, under Unix: the rights of a file are in the upper half of its attributes.
const MADE_BY: u16 = 0x0300 | VERSION_64;
const RIGHTS: u32 = 0o100_600 << 16;
const NAME_BYTES_MAX: usize = 1_000;
/// Stands where a number of 32 bits stands elsewhere, in 64.
const ELSEWHERE: u32 = u32::MAX;

/// Writes a ZIP file.
pub struct ZipWriter<W: Write> {
    to: Counted<W>,
    at: [u8; 4],
    directory: Vec<u8>,
    pieces: u64,
}

struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl<W: Write> ZipWriter<W> {
    /// A file whose pieces are all dated by one moment, in UTC.
    pub fn new(to: W, at: Moment) -> ZipWriter<W> {
        ZipWriter::behind(to, 0, at)
    }

    /// The same, for what is written behind so many bytes of something else.
    fn behind(to: W, bytes: u64, at: Moment) -> ZipWriter<W> {
        let to = Counted { to, bytes };
        ZipWriter { to, at: dated(at), directory: Vec::new(), pieces: 0 }
    }

    /// Adds a piece; `/` in its name makes folders.
    ///
    /// # Errors
    /// `Broken` if it can't be read or written, is 4 GB or larger, or its name is too long.
    pub fn add(&mut self, name: &str, mut from: impl Read) -> Result<(), Failure> {
        if name.len() > NAME_BYTES_MAX {
            return Err(Failure::broken(format!("the name {name} is too long for a ZIP file")));
        }
        let place = self.to.bytes;
        let mut head = Vec::new();
        put32(&mut head, 0x0403_4b50);
        put16(&mut head, &[VERSION, FLAGS, DEFLATED]);
        head.extend_from_slice(&self.at);
        // The sum and the sizes are told behind the piece.
        head.extend_from_slice(&[0; 12]);
        put16(&mut head, &[short(name.len()), 0]);
        head.extend_from_slice(name.as_bytes());
        self.to.write_all(&head)?;

        let (begins, mut sum) = (self.to.bytes, Crc::new());
        let mut bytes = 0_u64;
        let mut packed = DeflateEncoder::new(&mut self.to, Compression::new(LEVEL));
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let read = buffer.get(..count).unwrap_or_default();
            sum.update(read);
            bytes += count as u64;
            packed.write_all(read)?;
        }
        packed.finish()?;
        let packed = self.to.bytes - begins;
        let size = |bytes: u64| {
            let fits = u32::try_from(bytes).ok().filter(|bytes| *bytes < ELSEWHERE);
            fits.ok_or_else(|| Failure::broken(format!("{name} is too large for a ZIP file")))
        };
        let (packed, bytes) = (size(packed)?, size(bytes)?);
        let mut told = Vec::new();
        for number in [0x0807_4b50, sum.sum(), packed, bytes] {
            put32(&mut told, number);
        }
        self.to.write_all(&told)?;
        self.enter(name, place, [sum.sum(), packed, bytes]);
        Ok(())
    }

    fn enter(&mut self, name: &str, place: u64, told: [u32; 3]) {
        let near = u32::try_from(place).ok().filter(|place| *place < ELSEWHERE);
        let (version, extra) = if near.is_some() { (VERSION, 0) } else { (VERSION_64, 12) };
        let entry = &mut self.directory;
        put32(entry, 0x0201_4b50);
        put16(entry, &[MADE_BY, version, FLAGS, DEFLATED]);
        entry.extend_from_slice(&self.at);
        for number in told {
            put32(entry, number);
        }
        put16(entry, &[short(name.len()), extra, 0, 0, 0]);
        put32(entry, RIGHTS);
        put32(entry, near.unwrap_or(ELSEWHERE));
        entry.extend_from_slice(name.as_bytes());
        if near.is_none() {
            put16(entry, &[1, 8]);
            entry.extend_from_slice(&place.to_le_bytes());
        }
        self.pieces += 1;
    }

    /// Writes the directory and gives back what the file was written to.
    ///
    /// # Errors
    /// `Broken` if it can't be written.
    pub fn finish(mut self) -> Result<W, Failure> {
        let (place, length) = (self.to.bytes, self.directory.len() as u64);
        self.to.write_all(&self.directory)?;
        let far = self.to.bytes;
        let near = |number: u64| u32::try_from(number).unwrap_or(ELSEWHERE);
        let count = u16::try_from(self.pieces).unwrap_or(u16::MAX);
        let mut end = Vec::new();
        if count == u16::MAX || near(place) == ELSEWHERE || near(length) == ELSEWHERE {
            put32(&mut end, 0x0606_4b50);
            end.extend_from_slice(&44_u64.to_le_bytes());
            put16(&mut end, &[MADE_BY, VERSION_64]);
            end.extend_from_slice(&[0; 8]);
            for number in [self.pieces, self.pieces, length, place] {
                end.extend_from_slice(&number.to_le_bytes());
            }
            put32(&mut end, 0x0706_4b50);
            put32(&mut end, 0);
            end.extend_from_slice(&far.to_le_bytes());
            put32(&mut end, 1);
        }
        put32(&mut end, 0x0605_4b50);
        put16(&mut end, &[0, 0, count, count]);
        put32(&mut end, near(length));
        put32(&mut end, near(place));
        put16(&mut end, &[0]);
        self.to.write_all(&end)?;
        self.to.flush()?;
        Ok(self.to.to)
    }
}

fn put16(to: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        to.extend_from_slice(&number.to_le_bytes());
    }
}

fn put32(to: &mut Vec<u8>, number: u32) {
    to.extend_from_slice(&number.to_le_bytes());
}

fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The time and the day as DOS wrote them, who knew no second that is odd and no year before 1980.
fn dated(at: Moment) -> [u8; 4] {
    let at = jiff::tz::TimeZone::UTC.to_datetime(at.timestamp());
    let number = |number: i8| u16::try_from(number).unwrap_or(0);
    let year = u16::try_from(at.year().clamp(1980, 2107) - 1980).unwrap_or(0);
    let time = number(at.hour()) << 11 | number(at.minute()) << 5 | number(at.second()) / 2;
    let day = year << 9 | number(at.month()) << 5 | number(at.day());
    let ([a, b], [c, d]) = (time.to_le_bytes(), day.to_le_bytes());
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: [(&str, &[u8]); 3] =
        [("read me.txt", b"hello"), ("files/1-\u{fc}ber.pdf", &[b'x'; 150_000]), ("empty", b"")];

    fn packed(behind: u64) -> Vec<u8> {
        let at = Moment::from_seconds(1_782_820_801);
        let mut writer = ZipWriter::behind(Vec::new(), behind, at);
        for (name, bytes) in PIECES {
            writer.add(name, bytes).unwrap();
        }
        writer.finish().unwrap()
    }

    /// What another reader finds in it, as `python3 -c` prints it.
    fn read(file: &std::path::Path, script: &str) -> String {
        let script = format!("import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n{script}");
        let ran = std::process::Command::new("python3").args(["-c", &script]).arg(file).output();
        let ran = ran.unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    #[test]
    fn another_reader_finds_in_it_what_was_put_in() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.zip");
        std::fs::write(&file, packed(0)).unwrap();
        let found = read(
            &file,
            "assert z.testzip() is None\n\
             for i in z.infolist(): print(i.filename, i.file_size, len(z.read(i)), i.date_time)",
        );
        assert_eq!(
            found,
            "read me.txt 5 5 (2026, 6, 30, 12, 0, 0)\n\
             files/1-\u{fc}ber.pdf 150000 150000 (2026, 6, 30, 12, 0, 0)\n\
             empty 0 0 (2026, 6, 30, 12, 0, 0)\n"
        );
        assert!(std::fs::metadata(&file).unwrap().len() < 1_500, "it is packed");
    }

    #[test]
    fn a_place_beyond_four_gigabytes_is_told_in_64_bits() {
        use std::io::{Seek, SeekFrom};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let before = (4 << 30) + 7;
        // A hole takes no room.
        let mut file = std::fs::File::create(&path).unwrap();
        file.seek(SeekFrom::Start(before)).unwrap();
        file.write_all(&packed(before)).unwrap();
        drop(file);
        let found = read(
            &path,
            "assert z.testzip() is None\nfor i in z.infolist(): print(i.header_offset, i.file_size)",
        );
        let mut lines = found.lines();
        assert_eq!(lines.next(), Some("4294967303 5"));
        assert_eq!(lines.count(), 2);
    }

    #[test]
    fn a_day_that_dos_did_not_know_is_its_first() {
        assert_eq!(dated(Moment(0))[2..], [0x21, 0]);
    }
}
