//! Formats: what others send, read strictly, and what we send, written safely.
//!
//! **Promise:** every row, number and date is either read rightly or refused with a reason that a
//! person understands; memory stays bounded whatever comes in; no input makes it panic.
//! **Never:** opens a file or a socket, knows what a column means, or guesses where a guess may be wrong.
//!
//! [`table`] reads CSV of any encoding and delimiter, [`write`] writes it, [`number`], [`date`]
//! and [`answer`] read what stands in the cells.
#![warn(missing_docs)]

pub mod answer;
pub mod date;
pub mod number;
pub mod table;
pub mod write;
