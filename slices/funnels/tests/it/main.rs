//! Funnels with every slice beneath them, on both databases.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod answers;
mod backtest;
mod drafts;
mod house;
mod import;
mod lenses;
mod tell;
