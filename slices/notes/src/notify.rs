//! Notifications: what a user is told, once, until they have seen it.
//!
//! **Promise:** nobody is told of their own doings, nor of a record that they do not see; what happens again before it
//! was seen is the same line with a higher count, and more than a few lines at once become one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use moment::{Moment, Span};
use platform::args;
use platform::db::{Row, Sql, Tx, sql};
use platform::failure::Failure;
use platform::live;
use team::{Right, User};

use crate::{NOTIFICATION, follow};

/// Lines of one kind that one doing leaves with one user; more become one line that counts.
pub const LINES_MAX: usize = 5;
/// Notifications that are shown, and counted, at most.
pub const SHOWN_MAX: usize = 100;
/// How long what was seen is kept.
const SEEN_KEPT_FOR: Span = Span::days(90);

const ADD: Sql = sql(
    "insert into notification (id, user_id, kind, subject_id, note_id, actor_id, detail, n, occurred_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const GROW: Sql = sql(
    "update notification set n = n + 1, note_id = $4, actor_id = $5, detail = $6, occurred_at = $7
     where user_id = $1 and kind = $2 and subject_id = $3 and seen_at is null",
);
const GROW_MANY: Sql = sql("update notification set n = n + $3, actor_id = $4, occurred_at = $5
     where user_id = $1 and kind = $2 and subject_id is null and seen_at is null");
const LIST: Sql = sql(
    "select id, kind, subject_id, note_id, actor_id, detail, n, occurred_at, seen_at from notification
     where user_id = $1 and (occurred_at, id) < ($2, $3) order by occurred_at desc, id desc limit $4",
);
const UNSEEN: Sql = sql("select id, subject_id from notification
     where user_id = $1 and seen_at is null order by occurred_at desc limit 100");
const ROW: Sql = sql(
    "select id, kind, subject_id, note_id, actor_id, detail, n, occurred_at, seen_at from notification
     where id = $1 and user_id = $2",
);
const SEE: Sql =
    sql("update notification set seen_at = $3 where id = $1 and user_id = $2 and seen_at is null");
const SEE_ALL: Sql = sql("update notification set seen_at = $2
     where user_id = $1 and seen_at is null and occurred_at <= $3");
const FORGET_SEEN: Sql =
    sql("delete from notification where user_id = $1 and seen_at is not null and seen_at < $2");
const TAKE_BACK: Sql = sql("delete from notification where note_id = $1 and seen_at is null");

pub(crate) const ALL: &[Sql] =
    &[ADD, GROW, GROW_MANY, LIST, UNSEEN, ROW, SEE, SEE_ALL, FORGET_SEEN, TAKE_BACK];

/// What somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// They are named in a note.
    Mentioned,
    /// There is a note about whom they follow.
    Noted,
    /// Somebody is theirs to look after now.
    Given,
    /// Whom they follow is looked after by another now.
    Owner,
    /// Whom they follow stands at another stage.
    Moved,
    /// Whom they follow wrote, called, or asked for something.
    Answered,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Mentioned, "mentioned"),
    (Kind::Noted, "noted"),
    (Kind::Given, "given"),
    (Kind::Owner, "owner"),
    (Kind::Moved, "moved"),
    (Kind::Answered, "answered"),
];

impl Kind {
    /// As it is stored and told to programs.
    pub fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Result<Kind, Failure> {
        let found = KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind);
        found.ok_or_else(|| Failure::broken(format_args!("nobody is told of {word}")))
    }
}

/// Something to be told.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub kind: Kind,
    pub subject: i64,
    pub note: Option<i64>,
    /// A word of the program: the stage, the activity, the user.
    pub detail: String,
}

/// What was told to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Inside.
    pub id: i64,
    /// Of what.
    pub kind: Kind,
    /// About whom; nobody in particular if it is about many.
    pub subject: Option<i64>,
    /// As they are called, as far as the user is told.
    pub name: String,
    /// Which note, if it is of one.
    pub note: Option<i64>,
    /// Who did it, if a user did.
    pub actor: Option<String>,
    /// The stage, the activity, or who looks after them.
    pub detail: String,
    /// How often it happened; of many, how many they are.
    pub n: u64,
    /// When it happened last.
    pub at: Moment,
    /// When the user saw it, if they did.
    pub seen_at: Option<Moment>,
}

/// A page of what was told to a user.
#[derive(Clone, Debug)]
pub struct ToldPage {
    /// The newest first.
    pub told: Vec<Told>,
    /// Where the next page begins.
    pub next: Option<(Moment, i64)>,
}

/// Tells a user of what one doing came to. Of more than a few of a kind they are told in one line.
pub(crate) fn tell(
    tx: &mut Tx,
    user: i64,
    news: &[News],
    actor: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    if Some(user) == actor || news.is_empty() {
        return Ok(());
    }
    let mut of_kind: BTreeMap<Kind, Vec<&News>> = BTreeMap::new();
    for one in news {
        of_kind.entry(one.kind).or_default().push(one);
    }
    for (kind, news) in of_kind {
        if news.len() > LINES_MAX {
            let many: BTreeSet<i64> = news.iter().map(|one| one.subject).collect();
            let n = i64::try_from(many.len()).unwrap_or(i64::MAX);
            if tx.execute(GROW_MANY, args![user, kind.as_str(), n, actor, now])? == 0 {
                add(tx, user, kind, None, n, actor, now)?;
            }
            continue;
        }
        for one in news {
            let args =
                args![user, kind.as_str(), one.subject, one.note, actor, one.detail.as_str(), now];
            // Each mention is of a note of its own.
            if kind == Kind::Mentioned || tx.execute(GROW, args)? == 0 {
                add(tx, user, kind, Some(one), 1, actor, now)?;
            }
        }
    }
    tx.publish(live::Said::to(live::user(user), "bell"));
    Ok(())
}

fn add(
    tx: &mut Tx,
    user: i64,
    kind: Kind,
    one: Option<&News>,
    n: i64,
    actor: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    let id = tx.ids(1)?;
    let (subject, note) = (one.map(|one| one.subject), one.and_then(|one| one.note));
    let detail = one.map_or("", |one| one.detail.as_str());
    let args = args![id, user, kind.as_str(), subject, note, actor, detail, n, now];
    tx.execute(ADD, args).map(drop)
}

/// Tells everybody who follows these, each of all that is about whom they follow.
pub(crate) fn tell_followers(
    tx: &mut Tx,
    news: &[News],
    but: &BTreeSet<i64>,
    actor: Option<i64>,
    now: Moment,
) -> Result<(), Failure> {
    let subjects: BTreeSet<i64> = news.iter().map(|one| one.subject).collect();
    let subjects: Vec<i64> = subjects.into_iter().collect();
    let mut of_user: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (subject, user) in follow::of_many(tx, &subjects)? {
        if !but.contains(&user) {
            of_user.entry(user).or_default().insert(subject);
        }
    }
    for (user, follows) in of_user {
        let theirs: Vec<News> =
            news.iter().filter(|one| follows.contains(&one.subject)).cloned().collect();
        tell(tx, user, &theirs, actor, now)?;
    }
    Ok(())
}

/// Takes back what nobody has seen yet of a note that is gone.
pub(crate) fn take_back(tx: &mut Tx, note: i64) -> Result<(), Failure> {
    tx.execute(TAKE_BACK, args![note]).map(drop)
}

/// What a user was told, the newest first, a page of it.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn list(
    tx: &mut Tx,
    who: &User,
    before: Option<(Moment, i64)>,
    limit: usize,
) -> Result<ToldPage, Failure> {
    who.may(Right::ReadPeople)?;
    let limit = limit.clamp(1, SHOWN_MAX);
    let (at, id) = before.unwrap_or((Moment(i64::MAX), i64::MAX));
    let mut rows = tx.rows(LIST, args![who.id.0, at, id, limit + 1])?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_more).map(|row| (row.moment(7), row.int(0)));
    Ok(ToldPage { told: told(tx, who, &rows)?, next })
}

/// Rows of whom the user sees, with names.
fn told(tx: &mut Tx, who: &User, rows: &[Row]) -> Result<Vec<Told>, Failure> {
    let subjects: Vec<i64> = rows.iter().filter_map(|row| row.int_opt(2)).collect();
    let names = people::sight::told_names(tx, who, &subjects)?;
    let actors: Vec<i64> = rows.iter().filter_map(|row| row.int_opt(4)).collect();
    let actors: HashMap<i64, String> = team::names(tx, &actors)?.into_iter().collect();
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let subject = row.int_opt(2);
        let name = subject.and_then(|id| names.get(&id).cloned());
        if subject.is_some() && name.is_none() {
            continue;
        }
        told.push(Told {
            id: row.int(0),
            kind: Kind::parse(row.text(1))?,
            subject,
            name: name.unwrap_or_default(),
            note: row.int_opt(3),
            actor: row.int_opt(4).and_then(|id| actors.get(&id).cloned()),
            detail: row.text(5).to_owned(),
            n: row.int(6).unsigned_abs(),
            at: row.moment(7),
            seen_at: row.moment_opt(8),
        });
    }
    Ok(told)
}

/// How many a user has not seen, up to [`SHOWN_MAX`]: of whom they see.
///
/// # Errors
/// `Broken` when the database fails.
pub fn unseen(tx: &mut Tx, who: &User) -> Result<usize, Failure> {
    if who.actor().is_none() || !who.can(Right::ReadPeople) {
        return Ok(0);
    }
    let rows = tx.rows(UNSEEN, args![who.id.0])?;
    let subjects: Vec<i64> = rows.iter().filter_map(|row| row.int_opt(1)).collect();
    let seen: HashSet<i64> =
        people::sight::seen_subjects(tx, who, &subjects)?.into_iter().collect();
    Ok(rows.iter().filter(|row| row.int_opt(1).is_none_or(|id| seen.contains(&id))).count())
}

/// One of one's own, which is seen from now on.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` if it is nobody's, another's, or of whom the user does not
/// see any more.
pub fn see(tx: &mut Tx, who: &User, id: i64, now: Moment) -> Result<Told, Failure> {
    who.may(Right::ReadPeople)?;
    let missing = Failure::missing("notification", tx.public_ids().encode(NOTIFICATION, id));
    let row = tx.row(ROW, args![id, who.id.0])?;
    let found = told(tx, who, row.as_slice())?.pop().ok_or(missing)?;
    if tx.execute(SEE, args![id, who.id.0, now])? > 0 {
        tx.publish(live::Said::to(live::user(who.id.0), "bell"));
    }
    Ok(found)
}

/// All that a user was told until a moment is seen from now on; gives how many were not.
///
/// # Errors
/// `Forbidden` without the right to read people.
pub fn see_all(tx: &mut Tx, who: &User, until: Moment, now: Moment) -> Result<u64, Failure> {
    who.may(Right::ReadPeople)?;
    let seen = tx.execute(SEE_ALL, args![who.id.0, now, until])?;
    tx.execute(FORGET_SEEN, args![who.id.0, now - SEEN_KEPT_FOR])?;
    if seen > 0 {
        tx.publish(live::Said::to(live::user(who.id.0), "bell"));
    }
    Ok(seen)
}
