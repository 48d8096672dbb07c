//! The platform as its callers see it, on both databases.
#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod backup;
mod bulk;
mod conformance;
mod ids;
mod jobs;
mod kept;
mod killed;
mod migrations;
mod once;
mod reads;
mod writes;

use platform::harness::{self, World};
use platform::{Migrations, Slice, Sql, Tx, args, sql};

pub const NOTES: Slice = Slice {
    name: "notes",
    migrations: Migrations {
        slice: "notes",
        files: &[(
            "0001_note",
            "create table note (id bigint not null primary key, words text, weight double precision,
                body {blob}, noted_at bigint);
            create table tally (shelf text {bytewise} not null, book bigint not null,
                count bigint not null default 0, primary key (shelf, book)) {without_rowid};",
        )],
    },
    statements: &[&[ADD, LIST, COUNT, SOME]],
    columns: "",
};

pub const ADD: Sql = sql("insert into note (id, words) values ($1, $2)");
pub const LIST: Sql = sql("select id, words from note order by id");
pub const COUNT: Sql = sql("select count(*) from note");
pub const SOME: Sql =
    sql("select id, words from note where id > $1 and id in ({list}) order by id");

pub fn both(test: impl Fn(&World)) {
    harness::both(&[NOTES], test);
}

pub fn count(tx: &mut Tx) -> Result<i64, platform::Failure> {
    Ok(tx.row(COUNT, args![])?.map_or(0, |row| row.int(0)))
}

pub fn counted(world: &World) -> i64 {
    world.db.read_blocking(count).unwrap()
}
