use platform::harness::{equal_schemas, every_statement_prepares};
use platform::slice::platform;
use platform::{Slice, Sql, sql};

use crate::NOTES;

#[test]
fn every_statement_of_the_platform_prepares() {
    every_statement_prepares(&[platform(), NOTES]);
}

#[test]
fn the_tables_are_the_same_on_both() {
    equal_schemas(&[NOTES]);
}

#[test]
#[should_panic(expected = "notes on Postgres")]
fn a_statement_that_one_database_cannot_read_is_found() {
    const ODD: &[&[Sql]] = &[&[sql("select date('now', '-1 day') from nowhere")]];
    every_statement_prepares(&[Slice { statements: ODD, ..NOTES }]);
}
