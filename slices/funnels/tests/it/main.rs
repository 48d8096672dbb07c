//! Funnels with every slice beneath them, on both databases.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod answers;
mod backtest;
mod companies;
mod company;
mod company_lists;
mod drafts;
mod edits;
mod erase;
mod export;
mod formulas;
mod handoffs;
mod hands;
mod house;
mod import;
mod kinds;
mod lenses;
mod lists;
mod make;
mod missing;
mod named;
mod parts;
// What the core's own tests are made of.
#[path = "../../../../cores/funnel/tests/oracle/mod.rs"]
#[expect(dead_code, reason = "the core's tests use the rest")]
mod oracle;
#[path = "../../../../cores/funnel/tests/random/mod.rs"]
mod random;
mod random_formulas;
mod refold;
mod search;
mod segments;
mod segments_of_companies;
mod sets;
mod sight;
mod tell;
mod territory;
mod told;
mod verdicts;
mod waiting;
