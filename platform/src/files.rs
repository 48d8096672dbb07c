//! Files: what is too large for a row, each under a name that nobody guesses.
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Failure;
use crate::dice::{Dice, TOKEN_LETTERS};
use crate::public_id::ALPHABET;

/// The folder `files` of a workspace. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    folder: Arc<Path>,
}

/// A file that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name, by which it is found again.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

impl Files {
    /// The files under `folder/files`; the folder is made when the first file is written.
    pub fn new(folder: impl AsRef<Path>) -> Files {
        Files { folder: folder.as_ref().join("files").into() }
    }

    /// Begins a file. What is written is kept only by [`NewFile::keep`]; dropped before, it is gone.
    ///
    /// # Errors
    /// `Broken` if the folder cannot be written.
    pub fn create(&self, dice: &dyn Dice, bytes_max: u64) -> Result<NewFile, Failure> {
        fs::create_dir_all(&self.folder)?;
        let name = dice.token();
        let part = self.folder.join(format!("{name}.part"));
        let file = File::options().write(true).create_new(true).open(&part)?;
        Ok(NewFile { file, part, name, bytes: 0, bytes_max, kept: false })
    }

    /// Keeps all that `from` gives.
    ///
    /// # Errors
    /// `Refused` with `file_too_large` beyond `bytes_max`; `Broken` if it cannot be read or written.
    pub fn save(
        &self,
        dice: &dyn Dice,
        bytes_max: u64,
        mut from: impl Read,
    ) -> Result<Kept, Failure> {
        let mut file = self.create(dice, bytes_max)?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return file.keep(),
                Ok(count) => file.write(buffer.get(..count).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Keeps what comes in pieces from somewhere that is waited for, as an upload; `next` gives `None` at the end.
    ///
    /// # Errors
    /// As [`Files::save`], and what `next` gives.
    pub async fn receive<B: AsRef<[u8]> + Send + 'static>(
        &self,
        dice: &dyn Dice,
        bytes_max: u64,
        mut next: impl AsyncFnMut() -> Result<Option<B>, Failure>,
    ) -> Result<Kept, Failure> {
        let mut file = self.create(dice, bytes_max)?;
        while let Some(bytes) = next().await? {
            file = waited(move || file.write(bytes.as_ref()).map(|()| file)).await?;
        }
        waited(move || file.keep()).await
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// `Missing` if there is none of that name.
    pub fn open(&self, name: &str) -> Result<File, Failure> {
        File::open(self.path(name)?).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::missing("file", name),
            _ => error.into(),
        })
    }

    /// Where a file lies.
    ///
    /// # Errors
    /// `Missing` for what is no file's name, so that no name leads out of the folder.
    pub fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        if is_name(name) { Ok(self.folder.join(name)) } else { Err(Failure::missing("file", name)) }
    }

    /// The names of every file that is kept, in order.
    ///
    /// # Errors
    /// `Broken` if the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, Failure> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string().ok().filter(|name| is_name(name)));
        }
        names.sort();
        Ok(names)
    }

    /// Keeps a file under the name that it had elsewhere, in place of one of that name.
    ///
    /// # Errors
    /// `Missing` for what is no file's name; `Broken` if it cannot be read or written.
    pub fn put(&self, name: &str, mut from: impl Read) -> Result<(), Failure> {
        let path = self.path(name)?;
        fs::create_dir_all(&self.folder)?;
        let part = self.folder.join(format!("{name}.part"));
        let mut file = NewFile {
            file: File::create(&part)?,
            part,
            name: name.to_owned(),
            bytes: 0,
            bytes_max: u64::MAX,
            kept: false,
        };
        io::copy(&mut from, &mut file.file)?;
        debug_assert_eq!(file.part.with_extension(""), path, "a name has no ending");
        file.keep().map(drop)
    }

    /// Copies every file that is not there yet into another folder; gives how many are copied.
    ///
    /// # Errors
    /// `Broken` if one cannot be read or written.
    pub fn copy_to(&self, folder: &Path) -> Result<usize, Failure> {
        let mut copied = 0;
        for name in self.names()? {
            if folder.join(&name).exists() {
                continue;
            }
            fs::create_dir_all(folder)?;
            match fs::copy(self.path(&name)?, folder.join(&name)) {
                Ok(_) => copied += 1,
                // It was removed since the folder was read: nothing needs it any more.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(copied)
    }

    /// Keeps every file of another folder under its name; gives how many.
    ///
    /// # Errors
    /// `Broken` if one cannot be read or written.
    pub fn copy_from(&self, folder: &Path) -> Result<usize, Failure> {
        let mut copied = 0;
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().into_string().ok().filter(|name| is_name(name));
            let Some(name) = name else { continue };
            self.put(&name, File::open(folder.join(&name))?)?;
            copied += 1;
        }
        Ok(copied)
    }

    /// Removes a file; one that is gone already is no error.
    ///
    /// # Errors
    /// `Missing` for what is no file's name, `Broken` if it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), Failure> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.len() == TOKEN_LETTERS && name.bytes().all(|letter| ALPHABET.contains(&letter))
}

/// Does on a thread that may wait what would hold up others on this one.
async fn waited<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::Broken(error.into())),
    }
}

/// A file being written.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    part: PathBuf,
    name: String,
    bytes: u64,
    bytes_max: u64,
    kept: bool,
}

impl NewFile {
    /// Adds bytes.
    ///
    /// # Errors
    /// `Refused` with `file_too_large` if it would grow beyond its limit; `Broken` if it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.bytes_max {
            let words = format!("The file is larger than {} MB.", self.bytes_max >> 20);
            return Err(Failure::refused("file_too_large", words));
        }
        Ok(self.file.write_all(bytes)?)
    }

    /// Keeps what was written; it is on disk when this returns.
    ///
    /// # Errors
    /// `Broken` if it cannot be written.
    pub fn keep(mut self) -> Result<Kept, Failure> {
        self.file.sync_all()?;
        fs::rename(&self.part, self.part.with_extension(""))?;
        self.kept = true;
        if let Some(folder) = self.part.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Kept { name: self.name.clone(), bytes: self.bytes })
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            let _gone = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (files, dice) = (Files::new(folder.path()), SeededDice::new(1));
        let bytes = dice.bytes(200_000);
        let kept = files.save(&dice, 1 << 20, &bytes[..]).unwrap();
        assert_eq!(kept.bytes, 200_000);
        let mut read = Vec::new();
        files.open(&kept.name).unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
        files.remove(&kept.name).unwrap();
        files.remove(&kept.name).unwrap();
        assert!(matches!(files.open(&kept.name), Err(Failure::Missing { .. })));
    }

    #[test]
    fn files_move_with_their_names() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, to) = (Files::new(from.path()), Files::new(to.path()));
        assert_eq!(from.names().unwrap(), Vec::<String>::new());
        let kept = from.save(&SeededDice::new(1), 9, &b"x"[..]).unwrap();
        assert_eq!(from.names().unwrap(), [kept.name.as_str()]);
        to.put(&kept.name, from.open(&kept.name).unwrap()).unwrap();
        assert_eq!(fs::read(to.path(&kept.name).unwrap()).unwrap(), b"x");
        assert!(to.put("../x", &b""[..]).is_err());
    }

    #[test]
    fn a_file_beyond_its_limit_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (files, dice) = (Files::new(folder.path()), SeededDice::new(1));
        let refused = files.save(&dice, 10, &[0; 11][..]).unwrap_err();
        assert!(matches!(refused, Failure::Refused { code: "file_too_large", .. }));
        assert_eq!(fs::read_dir(folder.path().join("files")).unwrap().count(), 0);
    }

    #[test]
    fn an_upload_is_kept_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (files, dice) = (Files::new(folder.path()), SeededDice::new(1));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let upload = |pieces: Vec<Result<Option<Vec<u8>>, Failure>>| {
            let mut pieces = pieces.into_iter();
            let next = async move || pieces.next().unwrap_or(Ok(None));
            runtime.block_on(files.receive(&dice, 10, next))
        };
        let kept = upload(vec![Ok(Some(vec![1, 2])), Ok(Some(vec![3]))]).unwrap();
        assert_eq!(fs::read(files.path(&kept.name).unwrap()).unwrap(), [1, 2, 3]);
        assert!(upload(vec![Ok(Some(vec![0; 8])), Ok(Some(vec![0; 8]))]).is_err());
        assert!(
            upload(vec![Ok(Some(vec![0; 8])), Err(Failure::broken("the line was cut"))]).is_err()
        );
        assert_eq!(fs::read_dir(folder.path().join("files")).unwrap().count(), 1);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let files = Files::new("somewhere");
        for name in ["", "..", "../sluice.db", "a/b", "0123456789abcdefghjkmnpqr\0", "é"] {
            assert!(files.path(name).is_err(), "{name:?}");
        }
    }
}
