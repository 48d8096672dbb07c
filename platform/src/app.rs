//! The program as it was assembled: what every verb, page and job is handed.
use std::any::Any;
use std::sync::Arc;

use crate::clock::Clock;
use crate::db::Db;
use crate::dice::Dice;
use crate::files::Files;
use crate::public_id::PublicIds;

/// The database, the clock, the dice, the files, and the parts that slices add. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where rows live.
    pub db: Db,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub dice: Arc<dyn Dice>,
    /// Where files live.
    pub files: Files,
}

impl App {
    /// A program without further parts.
    pub fn new(db: Db, clock: Arc<dyn Clock>, dice: Arc<dyn Dice>, files: Files) -> App {
        App { db, clock, dice, files }
    }

    /// Adds a part, found again by its type: here with [`App::part`], in a closure with [`Tx::part`](crate::Tx::part).
    /// A second part of the same type takes the place of the first.
    #[must_use]
    pub fn with_part<T: Any + Send + Sync>(self, part: T) -> App {
        self.db.put_part(Arc::new(part));
        self
    }

    /// A part by its type.
    ///
    /// # Panics
    /// If the program was assembled without it.
    pub fn part<T: Any + Send + Sync>(&self) -> Arc<T> {
        self.db.part()
    }

    /// A part by its type, if the program was assembled with one.
    pub fn find_part<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.db.find_part()
    }

    /// How ids look outside.
    pub fn public_ids(&self) -> PublicIds {
        self.db.public_ids()
    }
}
