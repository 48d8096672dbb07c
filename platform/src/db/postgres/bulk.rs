//! Many rows in one statement: `values ($1, $2)` becomes a `select` from arrays, one for each parameter, which
//! PostgreSQL takes three to ten times faster than row after row.
//!
//! The effect is that of running the statement row by row. Where one statement could meet a row twice, which
//! PostgreSQL refuses or does once, the rows are cut into runs that cannot; where that cannot be seen from the text,
//! the statement runs row by row.
use std::collections::HashSet;

use postgres::types::{ToSql, Type};

use super::{Session, Shape, said};
use crate::db::sql::pieces;
use crate::db::tx::{Stop, wrong_count};
use crate::db::{Arg, Sql};

/// Rows in one statement at most.
const RUN_ROWS_MAX: usize = 2_000;

/// How a statement takes many rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The text up to where the arrays go, and what follows them.
    before: String,
    after: String,
    /// The parameters (from 0) that together tell which row is met; `None` if meeting one twice does no harm.
    key: Option<Vec<usize>>,
}

impl Session {
    pub(crate) fn bulk(&mut self, sql: Sql, rows: &[Vec<Arg>]) -> Result<u64, Stop> {
        let first = rows.first().map_or(&[][..], Vec::as_slice);
        let single = self.plain(sql, first)?;
        let place = (sql.postgres.as_ptr() as usize, sql.postgres.len());
        let plan = self.plans.entry(place).or_insert_with(|| plan(sql.postgres)).clone();
        let mut touched = 0;
        let Some(plan) = plan.filter(|_| rows.len() > 1 && !first.is_empty()) else {
            for row in rows {
                if row.len() != single.params().len() {
                    return Err(wrong_count(sql.postgres, row, single.params().len()).into());
                }
                touched += self.execute(sql, row)?;
            }
            return Ok(touched);
        };
        let many = self.statement(sql, Shape::Bulk, || plan.text(single.params()))?;
        for run in runs(rows, plan.key.as_deref()) {
            let columns: Vec<Vec<&Arg>> = (0..first.len())
                .map(|column| run.iter().filter_map(|row| row.get(column)).collect())
                .collect();
            let params: Vec<_> =
                columns.iter().map(|column| -> &(dyn ToSql + Sync) { column }).collect();
            let rows = self.client()?.execute(&many, &params);
            touched += self.wrote(rows.map_err(|error| said(&error, sql.postgres, first))?);
        }
        Ok(touched)
    }
}

impl Plan {
    fn text(&self, types: &[Type]) -> String {
        let arrays: Vec<String> = types
            .iter()
            .enumerate()
            .map(|(index, ty)| format!("${}::{}[]", index + 1, ty.name()))
            .collect();
        let names: Vec<String> = (1..=types.len()).map(|number| format!("p{number}")).collect();
        let (arrays, names) = (arrays.join(", "), names.join(", "));
        format!("{}unnest({arrays}) as bulk_row({names}){}", self.before, self.after)
    }
}

/// Cuts rows into runs of a bearable size in which no key stands twice.
fn runs<'a>(rows: &'a [Vec<Arg>], key: Option<&[usize]>) -> Vec<&'a [Vec<Arg>]> {
    let Some(key) = key else { return rows.chunks(RUN_ROWS_MAX).collect() };
    let mut runs = Vec::new();
    let mut start = 0;
    let mut met: HashSet<Vec<u8>> = HashSet::new();
    for (index, row) in rows.iter().enumerate() {
        let mut bytes = Vec::new();
        for arg in key.iter().filter_map(|column| row.get(*column)) {
            match arg {
                Arg::Null => bytes.push(0),
                Arg::Int(value) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&value.to_le_bytes());
                }
                Arg::Real(value) => {
                    bytes.push(2);
                    bytes.extend_from_slice(&value.to_bits().to_le_bytes());
                }
                Arg::Text(text) => {
                    bytes.push(3);
                    bytes.extend_from_slice(&text.len().to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                Arg::Blob(blob) => {
                    bytes.push(4);
                    bytes.extend_from_slice(&blob.len().to_le_bytes());
                    bytes.extend_from_slice(blob);
                }
            }
        }
        if index - start == RUN_ROWS_MAX || met.contains(&bytes) {
            runs.push(&rows[start..index]);
            start = index;
            met.clear();
        }
        met.insert(bytes);
    }
    runs.push(&rows[start..]);
    runs
}

/// The plan of a statement whose text shows one.
fn plan(text: &str) -> Option<Plan> {
    let words = text.trim_start().to_ascii_lowercase();
    if words.starts_with("insert ") {
        plan_insert(text)
    } else if words.starts_with("update ") {
        plan_change(text, "from", true)
    } else if words.starts_with("delete ") {
        plan_change(text, "using", false)
    } else {
        None
    }
}

/// `insert into t (a, b) values ($1, $2) on conflict …`
fn plan_insert(text: &str) -> Option<Plan> {
    let values = find_word(text, "values")?;
    let head = text.get(..values)?;
    let open = values + text.get(values..)?.find('(')?;
    let close = closing(text, open)?;
    let (inside, tail) = (text.get(open + 1..close)?, text.get(close + 1..)?);
    // A second row of values, a parameter after them, or rows given back cannot be taken over.
    if tail.contains('$')
        || tail.trim_start().starts_with(',')
        || find_word(tail, "returning").is_some()
    {
        return None;
    }
    let key = match find_word(tail, "update") {
        None => None,
        Some(_) => {
            let columns = list_in(head.get(head.find('(')?..)?)?;
            let target = tail.get(find_word(tail, "conflict")?..)?;
            let expressions = top_level(inside);
            let mut key = Vec::new();
            for column in list_in(target.get(target.find('(')?..)?)? {
                let at = columns.iter().position(|name| *name == column)?;
                key.push(parameter(expressions.get(at)?)?);
            }
            Some(key)
        }
    };
    Some(Plan {
        before: format!("{head}select {} from ", named(inside)),
        after: format!(" where true {tail}"),
        key,
    })
}

/// `update t set a = $1 where id = $2`, `delete from t where id = $1`: only where the rows met are told by equalities
/// joined by `and`, so that two lists of arguments with different keys cannot meet the same row.
fn plan_change(text: &str, from: &str, meets_once: bool) -> Option<Plan> {
    let at = find_word(text, "where")?;
    let (head, condition) = (text.get(..at)?, text.get(at + "where".len()..)?);
    let unfit = ["or", "returning", "select", "from", "using", "case"];
    let head_unfit = ["select", "using"];
    if unfit.iter().any(|word| find_word(condition, word).is_some())
        || head_unfit.iter().any(|word| find_word(head, word).is_some())
        || (meets_once && find_word(head, "from").is_some())
    {
        return None;
    }
    let set = if meets_once { head.get(find_word(head, "set")?..)? } else { "" };
    let mut key = Vec::new();
    for part in split_words(condition, "and") {
        let Some((left, right)) = part.split_once('=') else { continue };
        let (left, right) = (left.trim(), right.trim());
        let Some(number) = parameter(right) else { continue };
        let is_name = left.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // A key that is itself changed no longer tells rows apart.
        if is_name && !left.is_empty() && !sets(set, left) {
            key.push(number);
        }
    }
    if key.is_empty() {
        return None;
    }
    Some(Plan {
        before: format!("{} {from} ", named(head)),
        after: format!(" where {}", named(condition)),
        key: meets_once.then_some(key),
    })
}

fn sets(set: &str, column: &str) -> bool {
    let mut rest = set;
    while let Some(at) = find_word(rest, column) {
        let after = rest.get(at + column.len()..).unwrap_or_default();
        if after.trim_start().starts_with('=') {
            return true;
        }
        rest = after;
    }
    false
}

/// `$3` as index 2.
fn parameter(expression: &str) -> Option<usize> {
    let number: usize = expression.trim().strip_prefix('$')?.parse().ok()?;
    number.checked_sub(1)
}

/// `$3` written as the column `bulk_row.p3`.
fn named(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    for (piece, is_code) in pieces(text) {
        if is_code {
            let mut parts = piece.split('$');
            out.push_str(parts.next().unwrap_or_default());
            for part in parts {
                out.push_str(if part.starts_with(|digit: char| digit.is_ascii_digit()) {
                    "bulk_row.p"
                } else {
                    "$"
                });
                out.push_str(part);
            }
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// Where a word stands by itself, outside of quotes and comments, in either case.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let part_of_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut offset = 0;
    for (piece, is_code) in pieces(text) {
        if is_code {
            let lower = piece.to_ascii_lowercase();
            let bytes = lower.as_bytes();
            for (at, _) in lower.match_indices(word) {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                if !part_of_word(before) && !part_of_word(bytes.get(at + word.len())) {
                    return Some(offset + at);
                }
            }
        }
        offset += piece.len();
    }
    None
}

fn split_words<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = find_word(rest, word) {
        let (part, after) = rest.split_at(at);
        parts.push(part);
        rest = after.get(word.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// Where the bracket that opens there is closed.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut offset = 0;
    for (piece, is_code) in pieces(text) {
        for (at, byte) in piece.bytes().enumerate().filter(|_| is_code) {
            match byte {
                b'(' if offset + at >= open => depth += 1,
                b')' if offset + at >= open => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(offset + at);
                    }
                }
                _ => {}
            }
        }
        offset += piece.len();
    }
    None
}

/// The names in the brackets with which the text begins.
fn list_in(text: &str) -> Option<Vec<String>> {
    let close = closing(text, 0)?;
    Some(
        top_level(text.get(1..close)?)
            .into_iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect(),
    )
}

/// The parts between commas that stand in no further bracket.
fn top_level(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut offset) = (0_i32, 0, 0);
    for (piece, is_code) in pieces(text) {
        for (at, byte) in piece.bytes().enumerate().filter(|_| is_code) {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b',' if depth == 0 => {
                    parts.extend(text.get(start..offset + at));
                    start = offset + at + 1;
                }
                _ => {}
            }
        }
        offset += piece.len();
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, Option<&[usize]>)>) {
        let found = plan(text).map(|plan| {
            let types = vec![Type::INT8; text.matches('$').count().min(2)];
            (plan.text(&types), plan.key)
        });
        let found = found.as_ref().map(|(text, key)| {
            (text.split_whitespace().collect::<Vec<_>>().join(" "), key.as_deref())
        });
        assert_eq!(found, expected.map(|(text, key)| (text.to_owned(), key)), "{text}");
    }

    #[test]
    fn inserts_become_a_select_from_arrays() {
        let arrays = "unnest($1::int8[], $2::int8[]) as bulk_row(p1, p2)";
        check(
            "insert into t (a, b) values ($1, $2)",
            Some((
                &format!(
                    "insert into t (a, b) select bulk_row.p1, bulk_row.p2 from {arrays} where true"
                ),
                None,
            )),
        );
        check(
            "insert into t (a, b) values ($1, coalesce($2, 0)) on conflict (a) do nothing",
            Some((
                &format!(
                    "insert into t (a, b) select bulk_row.p1, coalesce(bulk_row.p2, 0) from {arrays} where true on conflict (a) do nothing"
                ),
                None,
            )),
        );
        check(
            "insert into t (b, a) values ($2, $1) on conflict (a, b) do update set b = excluded.b",
            Some((
                &format!(
                    "insert into t (b, a) select bulk_row.p2, bulk_row.p1 from {arrays} where true on conflict (a, b) do update set b = excluded.b"
                ),
                Some(&[0, 1]),
            )),
        );
    }

    #[test]
    fn what_cannot_be_seen_through_runs_row_by_row() {
        for text in [
            "insert into t (a, b) values ($1, $2) on conflict (a) do update set b = $2",
            "insert into t (a, b) values (lower($1), $2) on conflict (a) do update set b = excluded.b",
            "insert into t (a) values ($1) returning a",
            "insert into t (a) values ($1), ($2)",
            "insert into t select $1",
            "update t set a = $1",
            "update t set a = $1 where id = $2 or id = 3",
            "update t set id = $1 where id = $2",
            "delete from t where a > $1",
            "select $1",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn changes_join_the_arrays() {
        let arrays = "unnest($1::int8[], $2::int8[]) as bulk_row(p1, p2)";
        check(
            "update t set a = a + $1 where id = $2 and a is not null",
            Some((
                &format!(
                    "update t set a = a + bulk_row.p1 from {arrays} where id = bulk_row.p2 and a is not null"
                ),
                Some(&[1]),
            )),
        );
        check(
            "delete from t where a = $1 and b = $2",
            Some((
                &format!("delete from t using {arrays} where a = bulk_row.p1 and b = bulk_row.p2"),
                None,
            )),
        );
    }

    #[test]
    fn runs_keep_order_and_hold_no_key_twice() {
        let rows: Vec<Vec<Arg>> = [1, 2, 1, 3, 3].iter().map(|id| vec![Arg::Int(*id)]).collect();
        let lengths = |key: Option<&[usize]>| {
            runs(&rows, key).iter().map(|run| run.len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(Some(&[0])), [2, 2, 1]);
        assert_eq!(lengths(None), [5]);
    }
}
