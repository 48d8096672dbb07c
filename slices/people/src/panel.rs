//! Panels: what later slices show on a person's record, beside the facts and the timeline.

use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::words::Almanac;
use team::User;

use crate::PersonId;

/// A part of the record that another slice fills.
pub trait Panel: Send + Sync {
    /// Its HTML, rendered by a template that escapes.
    ///
    /// # Errors
    /// Whatever its verb refuses.
    fn panel(
        &self,
        tx: &mut Tx,
        who: &User,
        person: PersonId,
        now: Moment,
    ) -> Result<String, Failure>;

    /// The person's moves, for the timeline, the oldest first; none unless the panel knows of moves.
    ///
    /// # Errors
    /// Whatever its verb refuses.
    fn moves(&self, _tx: &mut Tx, _who: &User, _person: PersonId) -> Result<Vec<Moved>, Failure> {
        Ok(Vec::new())
    }
}

/// A move as the timeline shows it.
#[derive(Clone, Debug)]
pub struct Moved {
    /// When.
    pub at: Moment,
    /// From where.
    pub from: Stage,
    /// To where.
    pub to: Stage,
    /// Why, for an exit.
    pub reason: Option<String>,
    /// The id of its receipt within the page.
    pub anchor: String,
}

/// What a later slice puts on the record of a person or a company, beside the panels.
pub trait Beside: Send + Sync {
    /// HTML in the head of the record.
    ///
    /// # Errors
    /// Whatever its verb refuses.
    fn head(&self, tx: &mut Tx, who: &User, subject: i64, now: Moment) -> Result<String, Failure>;

    /// HTML above the timeline; `told` is what the slice's own address said that was just done here.
    ///
    /// # Errors
    /// Whatever its verb refuses.
    fn above(
        &self,
        tx: &mut Tx,
        who: &User,
        subject: i64,
        told: &str,
        now: Moment,
    ) -> Result<String, Failure>;

    /// Its lines of the timeline, in any order.
    ///
    /// # Errors
    /// Whatever its verb refuses.
    fn lines(
        &self,
        tx: &mut Tx,
        who: &User,
        subject: i64,
        almanac: &Almanac,
    ) -> Result<Vec<Line>, Failure>;
}

/// A line of the timeline that a later slice tells.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub at: Moment,
    /// What is unique at that moment.
    pub id: i64,
    /// The whole line, an item of a list.
    pub html: String,
    /// The entry of the history for which it stands, which is not told by itself then.
    pub instead_of: Option<i64>,
}

/// What stands beside the panels; a part of the app.
pub struct BesideParts(pub Vec<Arc<dyn Beside>>);

/// All that later slices put on a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Besides {
    /// In the head.
    pub head: String,
    /// Above the timeline.
    pub above: String,
    /// Lines of the timeline.
    pub lines: Vec<Line>,
}

impl Besides {
    pub(crate) fn of(
        tx: &mut Tx,
        who: &User,
        subject: i64,
        told: &str,
        almanac: &Almanac,
    ) -> Result<Besides, Failure> {
        let mut all = Besides::default();
        let Some(parts) = tx.find_part::<BesideParts>() else { return Ok(all) };
        for part in &parts.0 {
            all.head.push_str(&part.head(tx, who, subject, almanac.now())?);
            all.above.push_str(&part.above(tx, who, subject, told, almanac.now())?);
            all.lines.extend(part.lines(tx, who, subject, almanac)?);
        }
        Ok(all)
    }
}

/// The panels in the order in which they stand; a part of the app.
pub struct Panels(pub Vec<Arc<dyn Panel>>);
