//! Platform: all the input and output there is, behind narrow types, and no word of the product.
//!
//! **Promise:** what a write acknowledged is on disk; a reader sees one snapshot; a job is taken up again until it
//! succeeds or is dead with its last error beside it; the same SQL text means the same on both databases.
//! **Never:** decides anything about a person, a company or a stage, and never asks for time or chance on its own:
//! whoever needs them is handed a [`clock::Clock`] or [`dice::Dice`].
pub mod app;
pub mod archive;
pub mod assets;
pub mod clock;
pub mod db;
pub mod dice;
pub mod failure;
pub mod fetcher;
pub mod files;
#[cfg(feature = "harness")]
pub mod harness;
pub mod jobs;
pub mod live;
pub mod metrics;
pub mod once;
pub mod page;
pub mod public_id;
pub mod settings;
pub mod slice;
pub mod tables;
pub mod zip;

pub use app::App;
pub use db::{Arg, Db, Location, Migrations, Row, Sql, Tx, split, sql};
pub use failure::Failure;
pub use slice::Slice;
