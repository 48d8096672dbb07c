//! The program `sluice`: arguments, configuration, wiring. What it does is done by the slices.

mod cli;
mod config;
mod demo;
mod house;
mod http;
mod logs;
mod say;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
