//! Archives: many named pieces in one stream, as `tar` within `gzip` writes them (POSIX.1-1988 ustar, RFC 1952), so that
//! `tar xzf` opens them on any machine.
//!
//! **Promise:** written and read piece after piece, in constant memory however large it is; a reader takes what another
//! `tar` packed as well.
use std::io::{self, BufReader, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use moment::Moment;

use crate::Failure;

const BLOCK: usize = 512;
/// Names fit into the field that every `tar` knows.
const NAME_BYTES_MAX: usize = 100;
/// How hard it packs: half of the effort gives nine tenths of the effect.
const LEVEL: u32 = 4;
/// Octal digits of a size; a larger one is written in base 256, as GNU tar does.
const OCTAL_SIZE_MAX: u64 = 0o777_7777_7777;

/// Writes an archive.
pub struct ArchiveWriter<W: Write> {
    to: GzEncoder<W>,
    at: Moment,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive whose pieces are all dated by one moment.
    pub fn new(to: W, at: Moment) -> ArchiveWriter<W> {
        ArchiveWriter { to: GzEncoder::new(to, Compression::new(LEVEL)), at }
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// `Broken` if it can't be written, or its name is too long.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.add_from(name, bytes.len() as u64, bytes)
    }

    /// Adds a piece of so many bytes.
    ///
    /// # Errors
    /// As [`ArchiveWriter::add`]; and if `from` gives fewer or more.
    pub fn add_from(&mut self, name: &str, bytes: u64, from: impl Read) -> Result<(), Failure> {
        self.to.write_all(&header(name, bytes, self.at)?)?;
        // One more is asked for, so that a file that grows is seen.
        let copied = io::copy(&mut from.take(bytes + 1), &mut self.to)?;
        if copied != bytes {
            let words = format!("{name} was to have {bytes} bytes and has {copied}");
            return Err(Failure::broken(words));
        }
        let rest = (bytes % BLOCK as u64) as usize;
        if rest > 0 {
            self.to.write_all(&[0; BLOCK][rest..])?;
        }
        Ok(())
    }

    /// Ends the archive and gives back what it was written to.
    ///
    /// # Errors
    /// `Broken` if it can't be written.
    pub fn finish(mut self) -> Result<W, Failure> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        Ok(self.to.finish()?)
    }
}

fn header(name: &str, bytes: u64, at: Moment) -> Result<[u8; BLOCK], Failure> {
    if name.len() > NAME_BYTES_MAX {
        return Err(Failure::broken(format!("the name {name} is too long for an archive")));
    }
    let mut block = [0_u8; BLOCK];
    let mut put = |at: usize, text: &[u8]| {
        for (place, byte) in block.iter_mut().skip(at).zip(text) {
            *place = *byte;
        }
    };
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if bytes <= OCTAL_SIZE_MAX {
        put(124, format!("{bytes:011o}\0").as_bytes());
    } else {
        put(124, &[0x80, 0, 0, 0]);
        put(128, &bytes.to_be_bytes());
    }
    let seconds = at.0.div_euclid(1_000_000).max(0);
    put(136, format!("{seconds:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    for (place, byte) in block.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *place = byte;
    }
    Ok(block)
}

/// A piece of an archive: its name and its size. What is in it is read from the reader that gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its name, without a `./` before it.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// Reads an archive: [`ArchiveReader::next`] goes to the next piece, `read` gives what is in it.
pub struct ArchiveReader<R: Read> {
    from: BufReader<MultiGzDecoder<R>>,
    left: u64,
    padding: u64,
}

impl<R: Read> ArchiveReader<R> {
    /// Of a stream.
    pub fn new(from: R) -> ArchiveReader<R> {
        let from = BufReader::with_capacity(256 << 10, MultiGzDecoder::new(from));
        ArchiveReader { from, left: 0, padding: 0 }
    }

    /// Goes to the next piece, past what was not read of the one before; nothing at the end.
    ///
    /// # Errors
    /// `Refused` with `archive` if this is none, or it breaks off.
    pub fn piece(&mut self) -> Result<Option<Piece>, Failure> {
        loop {
            let skipped = self.left + self.padding;
            let passed = io::copy(&mut (&mut self.from).take(skipped), &mut io::sink());
            if passed.map_err(|error| unreadable(&error))? < skipped {
                return Err(broken_off());
            }
            (self.left, self.padding) = (0, 0);
            let mut block = [0_u8; BLOCK];
            self.from.read_exact(&mut block).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => broken_off(),
                _ => unreadable(&error),
            })?;
            if block == [0; BLOCK] {
                // Whatever follows is filling; read to the end, so that a sum over the whole is checked.
                io::copy(&mut self.from, &mut io::sink()).map_err(|error| unreadable(&error))?;
                return Ok(None);
            }
            let piece = read_header(&block)?;
            self.left = piece.bytes;
            self.padding = piece.bytes.next_multiple_of(BLOCK as u64) - piece.bytes;
            // Folders, links and other programs' notes are no pieces.
            if matches!(block[156], b'0' | 0) {
                return Ok(Some(piece));
            }
        }
    }
}

impl<R: Read> ArchiveReader<R> {
    /// Reads on in the piece, as `read` does; nothing at its end.
    ///
    /// # Errors
    /// `Refused` with `archive` if it breaks off.
    pub fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        self.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => broken_off(),
            _ => unreadable(&error),
        })
    }
}

impl<R: Read> Read for ArchiveReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.from.read(buffer.get_mut(..room).unwrap_or_default())?;
        if read == 0 && room > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn read_header(block: &[u8; BLOCK]) -> Result<Piece, Failure> {
    let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
    let text = |from: usize, to: usize| {
        let bytes = field(from, to);
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
    };
    let octal = |from: usize, to: usize| u64::from_str_radix(text(from, to).trim(), 8).ok();
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    if octal(148, 156) != Some(u64::from(sum)) {
        return Err(no_archive("a piece of it has no head"));
    }
    let bytes = match block[124] {
        0x80 => field(128, 136).iter().fold(0, |size, byte| (size << 8) | u64::from(*byte)),
        _ => octal(124, 136).ok_or_else(|| no_archive("a piece of it has no size"))?,
    };
    let name = match text(345, 500).as_str() {
        prefix if block.get(257..262) == Some(b"ustar") && !prefix.is_empty() => {
            format!("{prefix}/{}", text(0, 100))
        }
        _ => text(0, 100),
    };
    let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
    Ok(Piece { name, bytes })
}

fn unreadable(error: &io::Error) -> Failure {
    no_archive(&error.to_string())
}

fn broken_off() -> Failure {
    no_archive("it breaks off before its end")
}

fn no_archive(why: &str) -> Failure {
    let words = format!(
        "This is no whole archive (tar in gzip): {why}. Take it out anew, or copy it again."
    );
    Failure::refused("archive", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed() -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Vec::new(), Moment::from_seconds(1_782_820_800));
        writer.add("README.txt", b"hello").unwrap();
        writer.add("tables/a.jsonl", &[b'x'; 1_500]).unwrap();
        writer.add("empty", b"").unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<(String, usize)>, Failure> {
        let mut reader = ArchiveReader::new(bytes);
        let mut found = Vec::new();
        while let Some(piece) = reader.piece()? {
            let mut held = Vec::new();
            if piece.name != "README.txt" {
                reader.read_to_end(&mut held)?;
                assert_eq!(held.len() as u64, piece.bytes);
            }
            found.push((piece.name, held.len()));
        }
        Ok(found)
    }

    #[test]
    fn an_archive_reads_as_it_was_written() {
        let expected = [
            ("README.txt".to_owned(), 0),
            ("tables/a.jsonl".to_owned(), 1_500),
            ("empty".to_owned(), 0),
        ];
        assert_eq!(read(&packed()).unwrap(), expected);
    }

    #[test]
    fn tar_opens_it_and_what_tar_packs_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.tar.gz"), packed()).unwrap();
        let tar = |args: &[&str]| {
            let ran =
                std::process::Command::new("tar").current_dir(folder.path()).args(args).output();
            let ran = ran.unwrap();
            assert!(ran.status.success(), "{ran:?}");
        };
        tar(&["xzf", "a.tar.gz"]);
        assert_eq!(std::fs::read(folder.path().join("README.txt")).unwrap(), b"hello");
        assert_eq!(std::fs::metadata(folder.path().join("tables/a.jsonl")).unwrap().len(), 1_500);
        std::fs::remove_file(folder.path().join("a.tar.gz")).unwrap();
        let other = tempfile::tempdir().unwrap();
        let file = other.path().join("b.tar.gz");
        tar(&["czf", file.to_str().unwrap(), "."]);
        let mut found = read(&std::fs::read(file).unwrap()).unwrap();
        found.sort();
        assert_eq!(
            found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["README.txt", "empty", "tables/a.jsonl"]
        );
    }

    #[test]
    fn what_breaks_off_or_is_none_is_refused() {
        let whole = packed();
        for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 9], b"no archive", b""] {
            let refused = read(bytes).unwrap_err();
            assert!(matches!(refused, Failure::Refused { code: "archive", .. }), "{refused}");
        }
    }

    #[test]
    fn a_large_size_is_written_in_base_256() {
        let block = header("x", 1 << 40, Moment(0)).unwrap();
        assert_eq!(read_header(&block).unwrap().bytes, 1 << 40);
    }
}
