//! The statements of the audit log. There is none that changes or removes a row.

use moment::Moment;
use platform::args;
use platform::db::{Made, Row, Sql, Tx, sql};
use platform::failure::Failure;

use super::read::{Asked, Place};

const LAST_OF: Sql =
    sql("select place, hash from audit where lane = $1 order by place desc limit 1");
const ADD: Sql = sql(
    "insert into audit (id, occurred_at, user_id, mouth, token_id, what, subject_kind, subject_id, detail, lane,
        place, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
const LANE: Sql = sql(
    "select id, occurred_at, user_id, mouth, token_id, what, subject_kind, subject_id, detail, lane, place, hash
     from audit where lane = $1 order by place",
);
const TOKEN_NAMES: Sql = sql("select id, name from token where id in ({list})");

pub(crate) const ALL: &[Sql] = &[LAST_OF, ADD, LANE, TOKEN_NAMES];

/// A row as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub id: i64,
    pub occurred_at: Moment,
    pub user: Option<i64>,
    pub mouth: String,
    pub token: Option<i64>,
    pub what: String,
    pub subject: Option<(String, i64)>,
    pub detail: String,
    pub lane: i64,
    pub place: i64,
    pub hash: Vec<u8>,
}

impl Kept {
    fn read(row: &Row) -> Kept {
        Kept {
            id: row.int(0),
            occurred_at: row.moment(1),
            user: row.int_opt(2),
            mouth: row.text(3).to_owned(),
            token: row.int_opt(4),
            what: row.text(5).to_owned(),
            subject: row.text_opt(6).map(str::to_owned).zip(row.int_opt(7)),
            detail: row.text(8).to_owned(),
            lane: row.int(9),
            place: row.int(10),
            hash: row.blob(11).to_vec(),
        }
    }
}

/// The place and the hash of the last row of a lane.
pub(super) fn last_of(tx: &mut Tx, lane: i64) -> Result<Option<(i64, Vec<u8>)>, Failure> {
    Ok(tx.row(LAST_OF, args![lane])?.map(|row| (row.int(0), row.blob(1).to_vec())))
}

pub(super) fn add(tx: &mut Tx, row: &Kept) -> Result<(), Failure> {
    let (kind, subject) = row.subject.clone().unzip();
    let args = args![
        row.id,
        row.occurred_at,
        row.user,
        &row.mouth,
        row.token,
        &row.what,
        kind,
        subject,
        &row.detail,
        row.lane,
        row.place,
        row.hash.clone()
    ];
    tx.execute(ADD, args).map(drop)
}

/// Every row of a lane, from its first.
pub(super) fn each_of(
    tx: &mut Tx,
    lane: i64,
    mut with: impl FnMut(Kept) -> Result<(), Failure>,
) -> Result<(), Failure> {
    tx.each(LANE, args![lane], |row| with(Kept::read(row)))
}

/// Rows that meet what is asked, the newest first, after a place in that order; at most `limit`.
pub(super) fn found(
    tx: &mut Tx,
    asked: &Asked,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<Kept>, Failure> {
    let mut made = Made::default();
    made.text(
        "select id, occurred_at, user_id, mouth, token_id, what, subject_kind, subject_id, detail, lane, place, hash
         from audit where true",
    );
    match asked.user {
        Some(0) => drop(made.text(" and user_id is null")),
        Some(user) => drop(made.text(" and user_id = ").arg(user)),
        None => {}
    }
    if let Some((kind, id)) = &asked.subject {
        made.text(" and subject_kind = ").arg(kind).text(" and subject_id = ").arg(*id);
    }
    if let Some(what) = &asked.what {
        // Everything of a kind of record: from `token.` up to the next letter after the point.
        match what.strip_suffix('.') {
            Some(kind) => {
                made.text(" and what >= ").arg(what).text(" and what < ").arg(format!("{kind}/"))
            }
            None => made.text(" and what = ").arg(what),
        };
    }
    if let Some(mouth) = &asked.mouth {
        made.text(" and mouth = ").arg(mouth);
    }
    if let Some(since) = asked.since {
        made.text(" and occurred_at >= ").arg(since);
    }
    if let Some(until) = asked.until {
        made.text(" and occurred_at < ").arg(until);
    }
    if let Some(Place { at, id }) = after {
        made.text(" and (occurred_at, id) < (").arg(at).text(", ").arg(id).text(")");
    }
    made.text(" order by occurred_at desc, id desc limit ").arg(limit);
    let mut rows = Vec::new();
    tx.each_made(&made, |row| {
        rows.push(Kept::read(row));
        Ok(())
    })?;
    Ok(rows)
}

pub(super) fn token_names(tx: &mut Tx, ids: &[i64]) -> Result<Vec<(i64, String)>, Failure> {
    let ids: Vec<platform::Arg> = ids.iter().map(|&id| id.into()).collect();
    let rows = tx.rows_in(TOKEN_NAMES, &ids)?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}
