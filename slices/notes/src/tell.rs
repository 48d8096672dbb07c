//! Who is told of what: of notes by those who write them, of everything else by what the journal records.

use std::collections::{BTreeMap, BTreeSet};

use funnel::Stage;
use funnel::history::{Agent, Direction, Entry, Value, What};
use journal::{Projection, Recorded};
use moment::{Moment, Span};
use people::stand::{Moved, Watches};
use people::{LensId, OWNER};
use platform::db::Tx;
use platform::failure::Failure;
use platform::live;
use team::frame::Bells;
use team::{USER, User};

use crate::note::{Audience, NoteView};
use crate::notify::{self, Kind, LINES_MAX, News};
use crate::store::NoteRow;
use crate::{follow, mention};

/// What happened longer ago is history, which an import brings: nobody is told of it.
const IS_NEWS: Span = Span::days(1);

/// Activities by which somebody turns to us.
const ANSWERS: [&str; 9] = [
    "email.replied",
    "email.received",
    "call.received",
    "chat.started",
    "form.submitted",
    "demo.requested",
    "meeting.booked",
    "trial.started",
    "survey.answered",
];

/// A note was written, or is for others than before.
pub(crate) fn written(
    tx: &mut Tx,
    who: &User,
    row: &NoteRow,
    mentioned: &BTreeSet<i64>,
    now: Moment,
) -> Result<(), Failure> {
    edited(tx, who, row, mentioned, now)?;
    if row.audience == Audience::Author {
        return Ok(());
    }
    let mut but = mentioned.clone();
    if row.audience == Audience::Team {
        for user in follow::of(tx, row.subject)? {
            if !mention::is_of_team(tx, who, user)? {
                but.insert(user);
            }
        }
    }
    let news = [News { kind: Kind::Noted, ..of_note(row) }];
    notify::tell_followers(tx, &news, &but, who.actor(), now)
}

/// A note was changed, and names somebody who was not named before.
pub(crate) fn edited(
    tx: &mut Tx,
    who: &User,
    row: &NoteRow,
    mentioned: &BTreeSet<i64>,
    now: Moment,
) -> Result<(), Failure> {
    for user in mentioned.iter().filter(|user| Some(**user) != who.actor()) {
        follow::add(tx, row.subject, *user, now)?;
        notify::tell(tx, *user, &[of_note(row)], who.actor(), now)?;
    }
    changed_row(tx, who, row);
    Ok(())
}

fn of_note(row: &NoteRow) -> News {
    let (subject, note) = (row.subject, Some(row.id));
    News { kind: Kind::Mentioned, subject, note, detail: String::new() }
}

/// A note is gone, and who was told of it and has not looked yet need not.
pub(crate) fn removed(tx: &mut Tx, who: &User, row: &NoteRow) -> Result<(), Failure> {
    notify::take_back(tx, row.id)?;
    changed_row(tx, who, row);
    Ok(())
}

/// Says to open pages that a note is another: of one that is for its author alone, to nobody else.
pub(crate) fn changed_row(tx: &mut Tx, who: &User, row: &NoteRow) {
    publish(tx, who, row.subject, row.audience, row.author);
}

pub(crate) fn changed(tx: &mut Tx, who: &User, note: &NoteView) {
    publish(tx, who, note.subject, note.audience, note.author);
}

fn publish(tx: &mut Tx, who: &User, subject: i64, audience: Audience, author: Option<i64>) {
    let said = live::Said::to(live::record(subject), live::CHANGED).by(who.actor());
    tx.publish(match (audience, author) {
        (Audience::Author, Some(author)) => said.only(vec![author]),
        (Audience::Team, _) => said.quiet(),
        _ => said,
    });
}

/// How many notifications wait, for the bell at the top of every page.
pub struct Bell;

impl Bells for Bell {
    fn unseen(&self, tx: &mut Tx, who: &User) -> Result<usize, Failure> {
        notify::unseen(tx, who)
    }
}

/// Tells those who are concerned of what was recorded and of who moved.
pub struct NotesProjection;

impl Projection for NotesProjection {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn project(&self, tx: &mut Tx, recorded: &Recorded) -> Result<(), Failure> {
        let now = recorded.now;
        let mut news = Vec::new();
        let mut given: BTreeMap<i64, Vec<News>> = BTreeMap::new();
        let mut is_of_known = false;
        for changed in &recorded.changed {
            let fresh = changed.fresh.iter().filter_map(|place| changed.history.get(*place));
            for entry in fresh.filter(|entry| is_news(entry, now)) {
                let Some((kind, detail)) = told_of(entry) else { continue };
                let one = News { kind, subject: changed.subject, note: None, detail };
                if kind == Kind::Owner
                    && let Some(owner) = tx.public_ids().decode(USER, &one.detail)
                {
                    given.entry(owner).or_default().push(News { kind: Kind::Given, ..one.clone() });
                }
                is_of_known |= !changed.is_new;
                news.push(one);
            }
        }
        // Nobody follows whoever is new and given to nobody.
        if !is_of_known && given.is_empty() {
            return Ok(());
        }
        let mut owners = BTreeSet::new();
        for (owner, theirs) in given {
            owners.insert(owner);
            // Whoever is given many at once follows none of them for it.
            if theirs.len() <= LINES_MAX && recorded.actor.is_some() {
                for one in &theirs {
                    follow::add(tx, one.subject, owner, now)?;
                }
            }
            notify::tell(tx, owner, &theirs, recorded.actor, now)?;
        }
        let (given, others): (Vec<News>, Vec<News>) =
            news.into_iter().partition(|one| one.kind == Kind::Owner);
        notify::tell_followers(tx, &given, &owners, recorded.actor, now)?;
        notify::tell_followers(tx, &others, &BTreeSet::new(), recorded.actor, now)
    }
}

fn is_news(entry: &Entry, now: Moment) -> bool {
    entry.occurred_at.min(entry.recorded_at) > now - IS_NEWS
}

/// What of an entry somebody is told, with a word of it.
fn told_of(entry: &Entry) -> Option<(Kind, String)> {
    match &entry.what {
        What::Facts(observation) => {
            let owner = observation.facts.iter().rfind(|fact| *fact.key == *OWNER)?;
            match &owner.value {
                Value::Text(user) => Some((Kind::Owner, user.to_string())),
                _ => Some((Kind::Owner, String::new())),
            }
        }
        What::Activity(activity) => {
            let kind = activity.kind.as_str();
            let is_theirs = activity.agent == Agent::Human
                && activity.direction == Some(Direction::Inbound)
                && ANSWERS.contains(&kind);
            is_theirs.then(|| (Kind::Answered, kind.to_owned()))
        }
    }
}

impl Watches for NotesProjection {
    fn moved(
        &self,
        tx: &mut Tx,
        lens: LensId,
        moved: &[Moved],
        by: Option<i64>,
        now: Moment,
    ) -> Result<(), Failure> {
        // Under the other lenses the same happens a little sooner or later: once is enough.
        if moved.is_empty() || people::main_lens(tx)?.id != lens {
            return Ok(());
        }
        let news: Vec<News> = moved
            .iter()
            .filter(|one| one.to != Stage::None)
            .map(|one| News {
                kind: Kind::Moved,
                subject: one.person,
                note: None,
                detail: one.to.as_str().to_owned(),
            })
            .collect();
        notify::tell_followers(tx, &news, &BTreeSet::new(), by, now)
    }
}
