//! The program as its users meet it: the built binary, in a folder of its own.
#![expect(clippy::unwrap_used, reason = "what a helper meets unexpectedly fails its test")]

mod again;
mod api;
mod away;
mod commands;
mod companies;
mod edge;
mod examples;
mod exports;
mod figures;
mod hands;
mod hardening;
mod help;
mod hidden;
mod kept;
mod make;
mod moving;
mod notes;
mod olist;
mod packaging;
mod program;
mod serving;
mod tell;
mod traces;
mod upgrade;
mod waking;
mod workspace;
