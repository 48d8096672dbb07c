//! The rules of the house hold, and every statement can be prepared on both databases.

use platform::{Slice, harness};

#[test]
fn the_rules_of_the_house_hold() {
    let found = xtask::tidy::all(&xtask::tidy::root());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn slices() -> [Slice; 7] {
    [
        platform::slice::platform(),
        team::slice(),
        journal::slice(),
        people::slice(),
        notes::slice(),
        funnels::slice(),
        away::slice(),
    ]
}

#[test]
fn every_statement_prepares_on_both_databases() {
    harness::every_statement_prepares(&slices());
}

#[test]
fn both_databases_have_the_same_tables() {
    harness::equal_schemas(&slices());
}
