//! What the repository does to itself: the rules of the house, and the figures.

#[cfg(any(feature = "bench", test))]
pub mod bench;
pub mod docs;
pub mod security;
pub mod tidy;
