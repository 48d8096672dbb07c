//! The funnel: what a definition says of a history.
//!
//! **Promise:** the same definition and the same history give the same standing and the same receipts.
//! **Never:** knows the time, a database or chance; everything comes in as an argument.
#![warn(missing_docs)]

pub mod condition;
pub mod definition;
pub mod explain;
pub mod fold;
pub mod history;
pub mod packs;
pub mod people_file;
pub mod receipt;
pub mod standing;
pub mod truth;

pub use condition::Condition;
pub use definition::Definition;
pub use fold::{Folder, InForce, fold, fold_versions};
pub use standing::{Folded, Stage, Standing, Temperature, Transition};
pub use truth::Truth;
