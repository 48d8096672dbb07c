//! What must hold for the statements and tables of every slice, on both databases.
use std::collections::BTreeSet;

use super::{World, must, world};
use crate::db::{Dialect, Sql, sql};
use crate::{Slice, args};

/// Types that both databases know.
const TYPES: [&str; 4] = ["bigint", "text", "double precision", "bytea"];

const SQLITE_COLUMNS: Sql = sql("select t.name || '.' || c.name, lower(c.type),
        case when c.\"notnull\" = 1 or c.pk > 0 then 'not null' else 'null' end, c.pk
    from sqlite_master t join pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'");
const POSTGRES_COLUMNS: Sql =
    sql("select (c.table_name || '.' || c.column_name)::text, c.data_type::text,
        case when c.is_nullable = 'NO' then 'not null' else 'null' end, cast(coalesce((
            select k.ordinal_position from information_schema.table_constraints t
            join information_schema.key_column_usage k on k.constraint_name = t.constraint_name
                and k.table_schema = t.table_schema and k.table_name = t.table_name
            where t.constraint_type = 'PRIMARY KEY' and t.table_schema = c.table_schema
                and t.table_name = c.table_name and k.column_name = c.column_name), 0) as bigint)
    from information_schema.columns c where c.table_schema = 'public'");
const SQLITE_INDEXES: Sql = sql("select t.name || ' ' || i.name, i.\"unique\",
        (select group_concat(coalesce(c.name, '()')) from (
            select name from pragma_index_info(i.name) order by seqno) c)
    from sqlite_master t join pragma_index_list(t.name) i
    where t.type = 'table' and i.origin = 'c'");
const POSTGRES_INDEXES: Sql = sql("select (t.relname || ' ' || i.relname)::text,
        cast(x.indisunique::int as bigint),
        (select string_agg(coalesce(a.attname::text, '()'), ',' order by k.place)
            from unnest(x.indkey::int2[]) with ordinality k(number, place)
            left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number)
    from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'public' and not x.indisprimary
        and not exists (select 1 from pg_constraint c where c.conindid = i.oid)");

/// Prepares every statement of these slices on both databases with all their tables.
///
/// # Panics
/// If a database cannot read one, with all those that it cannot.
pub fn every_statement_prepares(slices: &[Slice]) {
    let mut troubles = Vec::new();
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let world = world(dialect, slices);
        for slice in slices {
            for statement in slice.statements.iter().copied().flatten() {
                let statement = *statement;
                if let Err(failure) = world.db.write_blocking(move |tx| tx.prepares(statement)) {
                    troubles.push(format!("{} on {dialect:?}: {failure}", slice.name));
                }
            }
        }
    }
    assert!(troubles.is_empty(), "statements that cannot be prepared:\n{}", troubles.join("\n"));
}

/// Compares the tables of these slices: columns, types, keys and indexes are the same on both databases.
///
/// # Panics
/// If they differ, with what one has and the other has not.
pub fn equal_schemas(slices: &[Slice]) {
    let sqlite = schema(&world(Dialect::Sqlite, slices), SQLITE_COLUMNS, SQLITE_INDEXES);
    let postgres = schema(&world(Dialect::Postgres, slices), POSTGRES_COLUMNS, POSTGRES_INDEXES);
    let lines = |from: &BTreeSet<String>, other: &BTreeSet<String>| {
        from.difference(other).cloned().collect::<Vec<_>>().join("\n  ")
    };
    assert!(
        sqlite == postgres,
        "the tables differ\nonly on SQLite:\n  {}\nonly on PostgreSQL:\n  {}",
        lines(&sqlite, &postgres),
        lines(&postgres, &sqlite),
    );
}

fn schema(world: &World, columns: Sql, indexes: Sql) -> BTreeSet<String> {
    let read = world.db.read_blocking(move |tx| {
        let mut lines = BTreeSet::new();
        tx.each(columns, args![], |row| {
            let ty = if row.text(1) == "blob" { "bytea" } else { row.text(1) };
            assert!(
                TYPES.contains(&ty),
                "{} is {ty}; only {TYPES:?} mean the same on both",
                row.text(0)
            );
            lines.insert(format!("column {} {ty} {} key {}", row.text(0), row.text(2), row.int(3)));
            Ok(())
        })?;
        tx.each(indexes, args![], |row| {
            lines.insert(format!(
                "index on {} unique {} ({})",
                row.text(0),
                row.int(1),
                row.text(2)
            ));
            Ok(())
        })?;
        Ok(lines)
    });
    must(read, "reading the schema")
}
