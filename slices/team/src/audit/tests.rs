use platform::args;
use platform::db::{Sql, sql};
use platform::harness::both;
use serde_json::json;

use super::*;
use crate::mouth::Mouth;
use crate::role::{Right, Role};
use crate::slice;
use crate::user::UserId;

/// What somebody with the database's own tools might try; the program has no such statement.
const FORGE: Sql = sql("update audit set what = 'nothing.done' where what = 'token.created'");
const CUT: Sql = sql("delete from audit where place = 1 and lane in (0, 7)");

fn mara(mouth: Mouth) -> User {
    User { id: UserId(7), role: Role::Owner, mouth, ..User::operator() }
}

#[test]
fn what_was_done_is_found_by_whom_what_record_mouth_and_time() {
    both(&[slice()], |world| {
        let now = world.now();
        let later = now + moment::Span::minutes(1);
        world
            .db
            .write_blocking(move |tx| {
                note(tx, &mara(Mouth::Page), "token.created", ("tok", 21), json!({"a": 1}), now)?;
                note(tx, &mara(Mouth::Api(3)), "token.revoked", ("tok", 21), Value::Null, now)?;
                let operator = User::operator();
                note(tx, &operator, "user.created", ("usr", 7), Value::Null, later)?;
                note(tx, &operator, "demo.started", Subject::NONE, Value::Null, later)
            })
            .unwrap();
        let found = |asked: Asked| {
            let page = move |tx: &mut Tx| list(tx, &User::operator(), &asked, None, 10);
            let rows = world.db.read_blocking(page).unwrap().rows;
            rows.into_iter().map(|row| row.what).collect::<Vec<_>>()
        };
        let any = Asked::default;
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            found(any()),
            ["demo.started", "user.created", "token.revoked", "token.created"]
        );
        for (asked, expected) in [
            (Asked { user: Some(7), ..any() }, &["token.revoked", "token.created"][..]),
            (Asked { user: Some(0), ..any() }, &["demo.started", "user.created"]),
            (Asked { what: some("token."), ..any() }, &["token.revoked", "token.created"]),
            (Asked { what: some("token.revoked"), ..any() }, &["token.revoked"]),
            (Asked { subject: Some(("usr".into(), 7)), ..any() }, &["user.created"]),
            (Asked { mouth: some("api"), ..any() }, &["token.revoked"]),
            (
                Asked { since: Some(later), user: Some(0), ..any() },
                &["demo.started", "user.created"],
            ),
            (Asked { until: Some(later), mouth: some("page"), ..any() }, &["token.created"]),
        ] {
            assert_eq!(found(asked.clone()), expected, "{asked:?}");
        }
    });
}

#[test]
fn pages_follow_each_other_and_an_export_has_all() {
    both(&[slice()], |world| {
        let now = world.now();
        let write = move |tx: &mut Tx| {
            (0..25).try_for_each(|id| {
                let detail = json!({ "number": id });
                note(tx, &User::operator(), "thing.made", ("thg", id), detail, now)
            })
        };
        world.db.write_blocking(write).unwrap();
        let (mut after, mut seen) = (None::<String>, Vec::new());
        loop {
            let from = after.clone();
            let page = world
                .db
                .read_blocking(move |tx| {
                    list(tx, &User::operator(), &Asked::default(), from.as_deref(), 10)
                })
                .unwrap();
            seen.extend(page.rows.iter().map(|row| row.detail["number"].as_i64().unwrap()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..25).rev().collect::<Vec<_>>());
        let mut exported = 0;
        let count = |rows: Vec<Noted>| {
            exported += rows.len();
            Ok(())
        };
        export(&world.app, &User::operator(), &Asked::default(), count).unwrap();
        assert_eq!(exported, 25);
        let nowhere = world.db.read_blocking(|tx| {
            list(tx, &User::operator(), &Asked::default(), Some("nowhere"), 10)
        });
        assert!(matches!(nowhere, Err(Failure::Invalid(_))));
    });
}

#[test]
fn a_row_that_was_changed_or_cut_out_is_found() {
    both(&[slice()], |world| {
        let now = world.now();
        let checked = || world.db.read_blocking(|tx| check(tx, &User::operator())).unwrap();
        let empty = checked();
        let write = move |tx: &mut Tx| {
            for id in [7, 23, 8] {
                note(tx, &mara(Mouth::Page), "token.created", ("tok", id), Value::Null, now)?;
            }
            Ok(())
        };
        world.db.write_blocking(write).unwrap();
        let whole = checked();
        assert_eq!((whole.rows, whole.breaks.len()), (3, 0));
        assert_ne!(whole.head, empty.head);
        world.db.write_blocking(|tx| tx.execute(CUT, args![]).map(drop)).unwrap();
        assert_eq!(checked().breaks.len(), 1);
        world.db.write_blocking(|tx| tx.execute(FORGE, args![]).map(drop)).unwrap();
        // Of a chain the first break is told; SQLite has one chain.
        let chains = if world.db.dialect() == Dialect::Sqlite { 1 } else { 2 };
        assert_eq!(checked().breaks.len(), chains);
    });
}

#[test]
fn no_statement_changes_or_removes_a_row() {
    for statement in slice().statements.iter().copied().flatten() {
        for text in [
            statement.text(platform::db::Dialect::Sqlite),
            statement.text(platform::db::Dialect::Postgres),
        ] {
            assert!(
                !text.contains("update audit") && !text.contains("delete from audit"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_detail_that_is_too_long_does_not_stop_what_is_noted() {
    assert_eq!(text(&Value::Null), "{}");
    assert_eq!(text(&json!("x".repeat(DETAIL_BYTES_MAX))), r#"{"too_long_bytes":4098}"#);
}

#[test]
fn members_do_not_read_the_log() {
    let member = User { id: UserId(9), role: Role::Member, ..User::operator() };
    assert!(member.may(Right::ReadAudit).is_err());
    assert!(mara(Mouth::Page).may(Right::ReadAudit).is_ok());
}
