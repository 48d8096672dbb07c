//! The program `sluice`: arguments, configuration, wiring. What it does is done by the slices.

mod cli;
mod config;
mod demo;
mod house;
mod http;
mod listed;
mod logs;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod rights;
mod ruled;
mod say;

use std::process::ExitCode;

/// Histories are many small values that come and go: see docs/decisions/0011.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
