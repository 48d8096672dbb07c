//! `cargo xtask tidy`, `docs`, `olist`, `bench` and `security`.

use std::process::{Command, ExitCode};

/// As in the program itself: see docs/decisions/0011.
#[cfg(feature = "bench")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "cargo xtask security [--install] [--only wapiti|sqlmap]   lets attackers loose on a running program
cargo xtask tidy                                   the rules of the house
cargo xtask docs                                   writes the pages that are made from the code
cargo xtask olist --data FOLDER                    a backtest beside a plain computation over Olist's files
cargo xtask bench [NAME,…] [--json] [--people N]     the figures, from a release build
cargo xtask bench backtest --against duckdb,postgres   beside the same by hand in SQL; --story FOLDER tells it there, once
cargo xtask bench doors [--people N] [--browser]   lists, searches and calls over HTTP, on the program itself; keys in Chromium";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("tidy") => tidy(),
        Some("docs") => docs(),
        Some("security") => security(args.get(1..).unwrap_or_default()),
        Some("olist") => olist(args.get(1..).unwrap_or_default()),
        Some("bench") => bench(args.get(1..).unwrap_or_default()),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn tidy() -> ExitCode {
    let root = xtask::tidy::root();
    let found = xtask::tidy::all(&root);
    for problem in &found {
        eprintln!("tidy: {problem}");
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn docs() -> ExitCode {
    match xtask::docs::write(&xtask::tidy::root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("docs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn security(args: &[String]) -> ExitCode {
    match xtask::security::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("security: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the check in `server/tests/cli/olist.rs` over the real files, which are not part of the repository.
fn olist(args: &[String]) -> ExitCode {
    let folder = match args {
        [option, folder] if option == "--data" => std::fs::canonicalize(folder),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let Ok(folder) = folder else {
        eprintln!("olist: there is no such folder");
        return ExitCode::FAILURE;
    };
    let test = "olist::a_backtest_agrees_with_a_plain_computation_over_the_files_of_olist";
    let status = Command::new(option_env!("CARGO").unwrap_or("cargo"))
        .args(["test", "--quiet", "--package", "sluice", "--test", "cli", "--"])
        .args(["--exact", test, "--nocapture"])
        .env("OLIST", folder)
        .status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(feature = "bench")]
fn bench(args: &[String]) -> ExitCode {
    match xtask::bench::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Without the feature this is the light build: the figures come from the heavy one, optimised.
#[cfg(not(feature = "bench"))]
fn bench(args: &[String]) -> ExitCode {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    // Some figures are of the program itself.
    let built =
        Command::new(cargo).args(["build", "--quiet", "--release", "--package", "sluice"]).status();
    if !built.is_ok_and(|status| status.success()) {
        return ExitCode::FAILURE;
    }
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "xtask",
            "--features",
            "bench",
            "--",
            "bench",
        ])
        .args(args)
        .status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
