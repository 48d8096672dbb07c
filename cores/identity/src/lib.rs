//! Identity: the normal forms by which two rows are seen to be of one person or one company.
//!
//! **Promise:** a normal form is a fixed point: its normal form is itself. What is not an address, a
//! number or a name is refused with a reason, in words for whoever wrote it.
//! **Never:** completes what is missing, guesses a country, or decides that two people are one.
//!
//! [`email`], [`phone`], [`name`], [`domain`] and [`company`] hold the normal forms, [`suspect`]
//! finds letters that only look like those one reads.
#![warn(missing_docs)]

pub mod company;
pub mod domain;
pub mod email;
mod labels;
pub mod name;
pub mod phone;
mod suspect;
mod text;

pub use suspect::{Suspicion, suspect};
pub use text::clean;
