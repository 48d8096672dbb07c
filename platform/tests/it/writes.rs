use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use platform::db::{Trouble, trouble_of};
use platform::{Failure, args, sql};

use crate::{ADD, both, count, counted};

#[test]
fn what_was_acknowledged_is_seen_by_everybody() {
    both(|world| {
        world.db.write_blocking(|tx| tx.execute(ADD, args![1, "one"])).unwrap();
        assert_eq!(counted(world), 1);
        assert_eq!(world.reopened().read_blocking(count).unwrap(), 1);
    });
}

#[test]
fn a_failing_closure_takes_no_neighbour_along() {
    both(|world| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let seen = runtime.block_on(async {
            let waiting = (0..200_i64).map(|id| {
                let db = world.db.clone();
                async move {
                    db.write(move |tx| {
                        tx.execute(ADD, args![id, "x"])?;
                        match id % 4 {
                            0 => Ok(id),
                            1 => Err(Failure::refused("no", "no")),
                            2 => panic!("a mistake"),
                            _ => tx.execute(ADD, args![id, "the same key"]).map(|_| id),
                        }
                    })
                    .await
                }
            });
            let mut set = tokio::task::JoinSet::new();
            for one in waiting {
                set.spawn(one);
            }
            set.join_all().await
        });
        assert_eq!(seen.iter().filter(|result| result.is_ok()).count(), 50);
        let broken = |words: &str| {
            seen.iter().filter(|result| matches!(result, Err(Failure::Broken(cause)) if format!("{cause:#}").contains(words))).count()
        };
        assert_eq!(broken("a mistake"), 50);
        assert_eq!(seen.iter().filter(|result| matches!(result, Err(failure) if trouble_of(failure) == Some(Trouble::Conflict))).count(), 50);
        assert_eq!(counted(world), 50);
    });
}

#[test]
fn many_writers_at_once_all_get_their_answer() {
    both(|world| {
        let answered = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8_i64 {
                let (answered, db) = (Arc::clone(&answered), world.db.clone());
                scope.spawn(move || {
                    for number in 0..25 {
                        let id = thread * 100 + number;
                        db.write_blocking(move |tx| tx.execute(ADD, args![id, "x"])).unwrap();
                        assert!(
                            db.read_blocking(move |tx| tx
                                .row(sql("select 1 from note where id = $1"), args![id]))
                                .unwrap()
                                .is_some()
                        );
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!((answered.load(Ordering::Relaxed), counted(world)), (200, 200));
    });
}

#[test]
fn a_closure_that_goes_on_after_a_failed_statement_is_not_kept() {
    both(|world| {
        let result = world.db.write_blocking(|tx| {
            tx.execute(ADD, args![1, "one"])?;
            let _swallowed = tx.execute(ADD, args![1, "again"]);
            Ok(())
        });
        assert!(matches!(result, Err(Failure::Broken(_))));
        assert_eq!(counted(world), 0);
    });
}

#[test]
fn an_error_names_the_statement_and_no_value() {
    both(|world| {
        let failure = world
            .db
            .write_blocking(|tx| {
                tx.execute(ADD, args![1, "ann@north.example"])?;
                tx.execute(ADD, args![1, "ben@north.example"])
            })
            .unwrap_err();
        let words = failure.to_string();
        assert!(
            words.contains("insert into note (id, words)") && words.contains("int, text"),
            "{words}"
        );
        assert!(!words.contains("north"), "{words}");
        let failure = world.db.write_blocking(|tx| tx.execute(ADD, args![1])).unwrap_err();
        assert!(
            failure.to_string().contains("2 arguments are needed and 1 were given"),
            "{failure}"
        );
    });
}

#[test]
fn a_write_inside_a_write_is_refused_rather_than_waited_for() {
    both(|world| {
        let db = world.db.clone();
        let inside = world.db.write_blocking(move |tx| {
            tx.execute(ADD, args![1, "x"])?;
            assert!(db.ids().take(1).is_err());
            // Reading is another matter: it sees what was there before.
            assert_eq!(db.read_blocking(count)?, 0);
            db.write_blocking(|tx| tx.execute(ADD, args![2, "x"]))
        });
        assert!(matches!(inside, Err(Failure::Broken(_))));
        world.db.write_blocking(|tx| tx.execute(ADD, args![1, "x"])).unwrap();
        assert_eq!(counted(world), 1);
    });
}

#[test]
fn every_type_comes_back_and_every_type_may_be_null() {
    both(|world| {
        let full =
            sql("insert into note (id, words, weight, body, noted_at) values ($1, $2, $3, $4, $5)");
        let read = sql("select words, weight, body, noted_at from note where id = $1");
        let row = world
            .db
            .write_blocking(move |tx| {
                let none = (None::<&str>, None::<f64>, None::<Vec<u8>>, None::<i64>);
                tx.execute(full, args![1, none.0, none.1, none.2, none.3])?;
                tx.execute(full, args![2, "na\0ïve 🙂", 0.1, vec![0_u8, 255], i64::MIN])?;
                tx.execute(full, args![3, "", f64::NAN, Vec::new(), i64::MAX])?;
                tx.execute(full, args![4, "x", 5, &[1_u8][..], true])?;
                Ok((
                    tx.row(read, args![1])?,
                    tx.row(read, args![2])?,
                    tx.row(read, args![3])?,
                    tx.row(read, args![4])?,
                ))
            })
            .unwrap();
        let (nulls, some, edge, whole) =
            (row.0.unwrap(), row.1.unwrap(), row.2.unwrap(), row.3.unwrap());
        assert_eq!(
            (nulls.text_opt(0), nulls.real_opt(1), nulls.blob_opt(2), nulls.int_opt(3)),
            (None, None, None, None)
        );
        assert_eq!(
            (some.text(0), some.real_opt(1), some.blob(2), some.int(3)),
            ("na\u{fffd}ïve 🙂", Some(0.1), &[0, 255][..], i64::MIN)
        );
        assert_eq!(
            (edge.text(0), edge.real_opt(1), edge.blob(2), edge.int(3)),
            ("", None, &[][..], i64::MAX)
        );
        assert_eq!((whole.real_opt(1), whole.flag(3)), (Some(5.0), true));
    });
}

#[test]
fn a_read_modify_write_behind_a_lock_loses_nothing() {
    both(|world| {
        world
            .db
            .write_blocking(|tx| {
                tx.execute(sql("insert into tally (shelf, book) values ('a', 1)"), args![])
            })
            .unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let db = world.db.clone();
                scope.spawn(move || {
                    for _ in 0..25 {
                        db.write_blocking(|tx| {
                            tx.lock("book", &[1, 2, 300])?;
                            let count = tx
                                .row(sql("select count from tally where book = 1"), args![])?
                                .map_or(0, |row| row.int(0));
                            tx.execute(
                                sql("update tally set count = $1 where book = 1"),
                                args![count + 1],
                            )
                        })
                        .unwrap();
                    }
                });
            }
        });
        let count = world
            .db
            .read_blocking(|tx| tx.row(sql("select count from tally"), args![]))
            .unwrap()
            .unwrap();
        assert_eq!(count.int(0), 100);
    });
}

#[test]
fn what_was_refused_may_leave_a_word() {
    both(|world| {
        let says = |id: i64, refused: bool| {
            move |tx: &mut platform::Tx| {
                tx.execute(ADD, args![id, "kept"])?;
                tx.even_if_undone(move |tx| tx.execute(ADD, args![id + 1, "left"]).map(drop));
                if refused { Err(Failure::refused("no", "no")) } else { Ok(()) }
            }
        };
        let texts = || {
            let all = |tx: &mut platform::Tx| {
                let rows = tx.rows(sql("select id, words from note order by id"), args![])?;
                Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect::<Vec<_>>())
            };
            world.db.read_blocking(all).unwrap()
        };
        world.db.write_blocking(says(1, false)).unwrap();
        world.db.write_blocking(says(10, true)).unwrap_err();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(world.db.write(says(20, true))).unwrap_err();
        let left = |id| (id, "left".to_owned());
        assert_eq!(texts(), [(1, "kept".to_owned()), left(11), left(21)]);
        // What fails itself leaves the refusal as it was.
        let again = world.db.write_blocking(says(10, true)).unwrap_err();
        assert!(matches!(again, Failure::Refused { code: "no", .. }), "{again}");
    });
}
