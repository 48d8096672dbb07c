use platform::db::{Dialect, Made};
use platform::harness::World;
use platform::{Arg, Failure, args, sql};

use crate::{ADD, LIST, SOME, both, count};

#[test]
fn a_reader_sees_one_snapshot_and_cannot_write() {
    both(|world| {
        let db = world.db.clone();
        let counts = world
            .db
            .read_blocking(move |tx| {
                let before = count(tx)?;
                db.write_blocking(|tx| tx.execute(ADD, args![1, "meanwhile"]))?;
                Ok((before, count(tx)?))
            })
            .unwrap();
        assert_eq!(counts, (0, 0));
        assert_eq!(world.db.read_blocking(count).unwrap(), 1);
        let refused = world.db.read_blocking(|tx| tx.execute(ADD, args![2, "x"]));
        assert!(matches!(refused, Err(Failure::Broken(_))));
        assert!(
            world.db.read_blocking(|tx| tx.ids(1)).is_err() || world.dialect == Dialect::Postgres
        );
        assert_eq!(world.db.read_blocking(count).unwrap(), 1, "the connection is sound afterwards");
    });
}

#[test]
fn rows_stream_and_a_stream_may_be_left() {
    both(|world| {
        let rows = (0..5_000_i64).map(|id| args![id, format!("note {id}")]).collect();
        assert_eq!(world.db.write_blocking(move |tx| tx.bulk(ADD, rows)).unwrap(), 5_000);
        let (sum, left) = world
            .db
            .read_blocking(|tx| {
                let mut sum = 0;
                tx.each(LIST, args![], |row| {
                    assert_eq!(row.text(1), format!("note {}", row.int(0)));
                    sum += row.int(0);
                    Ok(())
                })?;
                let mut seen = 0;
                let left = tx.each(LIST, args![], |_| {
                    seen += 1;
                    if seen == 10 { Err(Failure::refused("enough", "enough")) } else { Ok(()) }
                });
                // Leaving a stream spoils nothing.
                assert_eq!(count(tx)?, 5_000);
                Ok((sum, left))
            })
            .unwrap();
        assert_eq!(sum, 4_999 * 2_500);
        assert!(matches!(left, Err(Failure::Refused { code: "enough", .. })));
    });
}

#[test]
fn lists_of_any_length_find_each_value_once() {
    both(|world| {
        let rows = (0..2_000_i64).map(|id| args![id, "x"]).collect();
        world.db.write_blocking(move |tx| tx.bulk(ADD, rows)).unwrap();
        for length in [0, 1, 2, 8, 9, 65, 513, 1_300] {
            let found = world
                .db
                .read_blocking(move |tx| {
                    let list: Vec<Arg> = (0..length).map(|id| Arg::Int(id * 2)).collect();
                    tx.rows_in_with(SOME, &args![-1], &list)
                })
                .unwrap();
            let expected: Vec<i64> =
                (0..length).map(|id| id * 2).filter(|id| *id < 2_000).collect();
            assert_eq!(found.iter().map(|row| row.int(0)).collect::<Vec<_>>(), expected);
        }
        let gone = world
            .db
            .write_blocking(|tx| {
                let list: Vec<Arg> = (0..700).map(Arg::Int).collect();
                tx.execute_in(sql("delete from note where id in ({list})"), &[], &list)
            })
            .unwrap();
        assert_eq!(gone, 700);
    });
}

#[test]
fn texts_sort_by_their_bytes_on_both() {
    both(|world| {
        let sorted = world
            .db
            .write_blocking(|tx| {
                let add = sql("insert into tally (shelf, book) values ($1, 1)");
                tx.bulk(add, ["b", "B", "ä", "a", "_", "Z"].map(|shelf| args![shelf]).to_vec())?;
                tx.rows(sql("select shelf from tally order by shelf"), args![])
            })
            .unwrap();
        assert_eq!(sorted.iter().map(|row| row.text(0)).collect::<String>(), "BZ_abä");
    });
}

#[test]
fn a_future_and_a_thread_that_drives_futures_may_both_ask() {
    both(|world| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            world.db.write(|tx| tx.execute(ADD, args![1, "x"])).await.unwrap();
            assert_eq!(world.db.read(count).await.unwrap(), 1);
            world.db.write_blocking(|tx| tx.execute(ADD, args![2, "x"])).unwrap();
            assert_eq!(world.db.read_blocking(count).unwrap(), 2);
            drop(world.reopened());
        });
    });
}

/// Ends every connection of the test's database but the one that asks, and waits until they are gone.
fn cut_connections(world: &World) {
    let cut = sql("select cast(count(pg_terminate_backend(pid)) as bigint) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()");
    let other = world.reopened();
    loop {
        let ended = other.read_blocking(move |tx| tx.row(cut, args![])).unwrap().unwrap();
        if ended.int(0) == 0 {
            return;
        }
    }
}

#[test]
fn a_lost_connection_is_renewed() {
    both(|world| {
        if world.dialect == Dialect::Sqlite {
            return;
        }
        world.db.write_blocking(|tx| tx.execute(ADD, args![1, "x"])).unwrap();
        assert_eq!(world.db.read_blocking(count).unwrap(), 1);
        let first = world.db.write_blocking(|tx| tx.ids(1)).unwrap();
        cut_connections(world);
        world.db.write_blocking(|tx| tx.execute(ADD, args![2, "x"])).unwrap();
        assert_eq!(world.db.read_blocking(count).unwrap(), 2);
        cut_connections(world);
        assert!(world.db.write_blocking(|tx| tx.ids(2_000)).unwrap() > first);
    });
}

#[test]
fn a_statement_is_made_while_the_program_runs() {
    both(|world| {
        let name = "x' or '1' = '1";
        world.db.write_blocking(move |tx| tx.execute(ADD, args![1, name])).unwrap();
        let found = |wanted: &'static str| {
            world.db.read_blocking(move |tx| {
                let mut made = Made::default();
                made.text("select id, cast(")
                    .arg(0.5)
                    .text(" as double precision) from note where words = ");
                made.arg(wanted).text(" and id <= ").arg(9);
                let mut ids = Vec::new();
                tx.each_made(&made, |row| {
                    assert!((row.real(1) - 0.5).abs() < f64::EPSILON);
                    ids.push(row.int(0));
                    Ok(())
                })?;
                Ok(ids)
            })
        };
        assert_eq!(found(name).unwrap(), [1]);
        assert_eq!(found("x").unwrap(), Vec::<i64>::new());
        let broken = world.db.read_blocking(|tx| {
            let mut made = Made::default();
            made.text("select nothing from nowhere where id = ").arg("secret");
            tx.each_made(&made, |_| Ok(()))
        });
        let words = format!("{:?}", broken.unwrap_err());
        assert!(words.contains("nowhere") && !words.contains("secret"), "{words}");
        assert_eq!(world.db.read_blocking(count).unwrap(), 1, "the connection is sound afterwards");
    });
}
