//! Whom somebody sees: their own people, their team's, those of their territories, or everybody.
//!
//! A person is seen for their owner, or for a territory in which they are. Who may see *which* person is asked where
//! people are: `people::sight`.

use std::sync::Arc;

use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;

use crate::user::UserId;

/// How far a role sees. Ordered: what is more includes what is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sees {
    /// People whom one owns, and those of one's territories.
    Own,
    /// Also those whom anybody in one's teams owns, and in the teams beneath those that one manages.
    Team,
    /// Everybody.
    Everybody,
}

/// All of them, the narrowest first, with what people read.
pub const SEES: [(Sees, &str); 3] = [
    (Sees::Own, "their own people"),
    (Sees::Team, "their team's people"),
    (Sees::Everybody, "everybody"),
];

impl Sees {
    /// As it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Sees::Own => "own",
            Sees::Team => "team",
            Sees::Everybody => "everybody",
        }
    }

    /// As people read it: who has it sees …
    pub fn words(self) -> &'static str {
        SEES.iter().find(|(sees, _)| *sees == self).map_or("", |(_, words)| words)
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Sees> {
        SEES.iter().find(|(sees, _)| sees.as_str() == word).map(|(sees, _)| *sees)
    }
}

/// Whom one user sees now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everybody: nothing needs to be asked.
    Everybody,
    /// Some.
    Limited(Arc<Limits>),
}

impl Sight {
    /// How far it reaches.
    pub fn sees(&self) -> Sees {
        match self {
            Sight::Everybody => Sees::Everybody,
            Sight::Limited(limits) => limits.sees,
        }
    }
}

/// Those whom somebody sees who does not see everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How far the user sees.
    pub sees: Sees,
    /// Whoever is owned by one of these users, in rising order.
    pub owners: Vec<i64>,
    /// And whoever is in one of these territories, in rising order.
    pub territories: Vec<i64>,
}

/// The users of one's teams (kind 0) and the territories of oneself and one's teams (kind 1). `$2` is 1 to look at
/// whom the teams own, too: then those beneath the teams that one manages count as one's own.
const LIMITS: Sql = sql("with recursive beneath (id) as (
        select m.team_id from team_member m where m.user_id = $1 and m.is_manager = 1 and cast($2 as bigint) = 1
        union select g.id from team_group g join beneath b on g.parent_id = b.id
     ), mine (id) as (select m.team_id from team_member m where m.user_id = $1 union select id from beneath)
     select 0, m.user_id from team_member m where cast($2 as bigint) = 1 and m.team_id in (select id from mine)
     union select 1, h.territory_id from territory_holder h
        where h.user_id = $1 or h.team_id in (select id from mine)
     order by 1, 2");

pub(crate) const ALL: &[Sql] = &[LIMITS];

/// The users whom somebody counts among their own: those of their teams, and of the teams beneath those that they manage;
/// in rising order, themselves too.
///
/// # Errors
/// `Broken` if the database fails.
pub fn circle(tx: &mut Tx, user: UserId) -> Result<Vec<i64>, Failure> {
    match sight(tx, user, Sees::Team)? {
        Sight::Limited(limits) => Ok(limits.owners.clone()),
        Sight::Everybody => Ok(vec![user.0]),
    }
}

/// Whom a user sees now, whose role and setting let them see so far.
pub(crate) fn sight(tx: &mut Tx, user: UserId, sees: Sees) -> Result<Sight, Failure> {
    let with_team = match sees {
        Sees::Everybody => return Ok(Sight::Everybody),
        Sees::Team => true,
        Sees::Own => false,
    };
    let mut limits = Limits { sees, owners: vec![user.0], territories: Vec::new() };
    tx.each(LIMITS, args![user.0, with_team], |row| {
        match row.int(0) {
            0 => limits.owners.push(row.int(1)),
            _ => limits.territories.push(row.int(1)),
        }
        Ok(())
    })?;
    limits.owners.sort_unstable();
    limits.owners.dedup();
    Ok(Sight::Limited(Arc::new(limits)))
}
