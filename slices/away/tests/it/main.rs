//! Away with every slice beneath it, on both databases.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod house;
mod rebuild;
mod retention;
