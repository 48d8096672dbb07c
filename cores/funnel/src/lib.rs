//! The funnel: what a definition says of a history.
//!
//! **Promise:** the same definition and the same history give the same standing and the same receipts.
//! **Never:** knows the time, a database or chance; everything comes in as an argument.
#![warn(missing_docs)]

pub mod history;
