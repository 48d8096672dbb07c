use std::collections::HashSet;

use platform::dice::{Dice, SeededDice};
use platform::harness::World;
use platform::{Arg, Failure, Sql, Tx, args, sql};

use crate::both;

const DUMP: Sql = sql("select shelf, book, count from tally order by shelf, book");

fn dump(tx: &mut Tx) -> Result<Vec<(String, i64, i64)>, Failure> {
    let rows = tx.rows(DUMP, args![])?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1), row.int(2))).collect())
}

/// In bulk and one by one: the same rows touched, the same table afterwards.
fn agrees(world: &World, sql_of: Sql, rows: &[Vec<Arg>]) {
    let run = |bulk: bool| {
        let rows = rows.to_vec();
        world
            .db
            .write_blocking(move |tx| {
                let touched = if bulk {
                    tx.bulk(sql_of, rows)?
                } else {
                    let mut touched = 0;
                    for row in rows {
                        touched += tx.execute(sql_of, row)?;
                    }
                    touched
                };
                // The same start for the next: what was done is told, not kept.
                Err::<(), _>(Failure::refused("dump", format!("{touched} {:?}", dump(tx)?)))
            })
            .unwrap_err()
            .to_string()
    };
    assert_eq!(run(true), run(false), "{sql_of:?}");
}

#[test]
fn bulk_does_what_one_by_one_would() {
    let insert = "insert into tally (shelf, book, count) values ($1, $2, $3)";
    both(|world| {
        let dice = SeededDice::new(5);
        world
            .db
            .write_blocking(move |tx| {
                let rows = (0..40).map(|book| args![["a", "b"][book % 2], book, 1]).collect();
                tx.bulk(Sql::built(insert), rows)
            })
            .unwrap();
        for round in 0..5 {
            // Few keys, so that many rows meet the same one.
            let rows: Vec<Vec<Arg>> = (0..300)
                .map(|_| {
                    args![
                        ["a", "b", "c"][dice.below(3) as usize],
                        dice.below(60) as i64,
                        dice.below(9) as i64
                    ]
                })
                .collect();
            for tail in [
                "on conflict do nothing",
                "on conflict (shelf, book) do nothing",
                "on conflict (shelf, book) do update set count = excluded.count",
                "on conflict (shelf, book) do update set count = tally.count + excluded.count where tally.count < 20",
                "on conflict (book, shelf) do update set count = tally.count + $3",
            ] {
                agrees(world, Sql::built(&format!("{insert} {tail}")), &rows);
            }
            for change in [
                "update tally set count = count * 2 + $3 where shelf = $1 and book = $2",
                "update tally set count = count * 2 + $3 where shelf = $1 and book <= $2",
                "update tally set count = $3 where book = $2 and shelf <> $1",
                "update tally set count = $3 where book = $2 or shelf = $1",
                "update tally set book = book + 1000, count = $3 where shelf = $1 and book = $2",
                "delete from tally where shelf = $1 and book = $2 and count > $3",
                "delete from tally where count = $3 and book > $2 and shelf < $1",
            ] {
                agrees(world, Sql::built(change), &rows);
            }
            assert!(round < 5);
        }
    });
}

#[test]
fn an_insert_without_conflict_clause_fails_as_a_whole() {
    both(|world| {
        let insert = sql("insert into tally (shelf, book) values ($1, $2)");
        let rows = [1, 2, 3, 2].map(|book| args!["a", book]).to_vec();
        assert!(world.db.write_blocking(move |tx| tx.bulk(insert, rows)).is_err());
        let unequal = vec![args!["a", 1], args!["a"]];
        assert!(world.db.write_blocking(move |tx| tx.bulk(insert, unequal)).is_err());
        assert_eq!(world.db.read_blocking(dump).unwrap(), []);
        assert_eq!(world.db.write_blocking(move |tx| tx.bulk(insert, Vec::new())).unwrap(), 0);
    });
}

#[test]
fn bulk_takes_nulls_and_every_type() {
    both(|world| {
        let insert =
            sql("insert into note (id, words, weight, body, noted_at) values ($1, $2, $3, $4, $5)
            on conflict (id) do nothing");
        let rows: Vec<Vec<Arg>> = (0..4_500_i64)
            .map(|id| {
                let odd = (id % 2 == 1).then_some(id);
                args![
                    id % 4_000,
                    odd.map(|id| format!("note {id}\0")),
                    odd.map(|id| id as f64 / 3.0),
                    odd.map(|id| id.to_le_bytes().to_vec()),
                    odd
                ]
            })
            .collect();
        assert_eq!(world.db.write_blocking(move |tx| tx.bulk(insert, rows)).unwrap(), 4_000);
        let rows = world
            .db
            .read_blocking(|tx| {
                tx.rows(sql("select id, words, weight, body, noted_at from note"), args![])
            })
            .unwrap();
        assert_eq!(rows.iter().map(|row| row.int(0)).collect::<HashSet<_>>().len(), 4_000);
        for row in rows {
            let odd = (row.int(0) % 2 == 1).then_some(row.int(0));
            assert_eq!(row.text_opt(1), odd.map(|id| format!("note {id}\u{fffd}")).as_deref());
            assert_eq!(row.real_opt(2), odd.map(|id| id as f64 / 3.0));
            assert_eq!(
                row.blob_opt(3),
                odd.map(|id| id.to_le_bytes()).as_ref().map(|bytes| &bytes[..])
            );
            assert_eq!(row.int_opt(4), odd);
        }
    });
}
