//! The rules of the house, checked. Each says where it is broken and what to do.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) mod columns;
mod imports;
mod purity;
mod security;
mod tables;
mod words;

/// The top of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Every breach of every rule.
pub fn all(root: &Path) -> Vec<String> {
    let files = sources(root);
    let mut found = imports::check(root);
    found.extend(purity::check(&files));
    found.extend(words::check(&files));
    found.extend(tables::check(root, &files));
    found.extend(columns::check(root));
    found.extend(security::check(root, &files));
    found.extend(crate::docs::check(root));
    found
}

/// A source file: its path from the top, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// With `/`, from the top.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    for room in ["cores", "platform", "slices", "server", "xtask"] {
        walk(root, &root.join(room), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                walk(root, &path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let (Ok(text), Ok(short)) = (fs::read_to_string(&path), path.strip_prefix(root))
        {
            found.push(Source { path: short.to_string_lossy().into_owned(), text });
        }
    }
}

/// The lines of code before the file's own tests, without comments, with their numbers from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .map(|(place, line)| (place + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}
