//! Figures of a database: how long closures wait for their turn, and how many writes share a commit.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Db;
use crate::metrics::{Exposition, Histogram, Kind};

/// What a database keeps of itself while it is open.
#[derive(Debug)]
pub(crate) struct Figures {
    /// From asking for a connection to having one, for closures that read.
    pub(crate) read_waits: Arc<Histogram>,
    /// The same for closures that write.
    pub(crate) write_waits: Arc<Histogram>,
    /// Closures in one commit; on PostgreSQL each commits alone.
    pub(crate) groups: Histogram,
    /// Groups that could not be committed.
    pub(crate) groups_lost: AtomicU64,
    /// Statements that ran; of a bulk, one.
    pub(crate) statements: AtomicU64,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            read_waits: Arc::new(Histogram::of_durations()),
            write_waits: Arc::new(Histogram::of_durations()),
            groups: Histogram::of_sizes(),
            groups_lost: AtomicU64::new(0),
            statements: AtomicU64::new(0),
        }
    }
}

impl Db {
    /// How many statements ran in this process so far: by their difference a test counts the work of a verb.
    pub fn statements(&self) -> u64 {
        self.0.shared.figures.statements.load(Ordering::Relaxed)
    }

    /// Tells the figures of this database in this process; `prefix` begins their names.
    pub fn tell_figures(&self, prefix: &str, told: &mut Exposition) {
        let figures = &self.0.shared.figures;
        let name = format!("{prefix}_database_wait_seconds");
        told.family(&name, Kind::Histogram, "How long work waited for its turn at the database.");
        told.histogram(&name, &[("work", "read")], &figures.read_waits);
        told.histogram(&name, &[("work", "write")], &figures.write_waits);
        let name = format!("{prefix}_database_waiting");
        told.family(&name, Kind::Gauge, "Work that waits for its turn at the database now.");
        told.sample(&name, &[("work", "read")], self.0.reads.len());
        told.sample(&name, &[("work", "write")], self.0.writes.len());
        let name = format!("{prefix}_database_group_size");
        told.family(&name, Kind::Histogram, "Writes that one commit brought to the disk.");
        told.histogram(&name, &[], &figures.groups);
        told.one(
            &format!("{prefix}_database_statements_total"),
            Kind::Counter,
            "Statements that ran; many rows at once are one.",
            self.statements(),
        );
        told.one(
            &format!("{prefix}_database_groups_lost_total"),
            Kind::Counter,
            "Groups of writes that could not be committed; whoever waited was told.",
            figures.groups_lost.load(Ordering::Relaxed),
        );
    }
}
