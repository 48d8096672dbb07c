//! Panels: what later slices show on a person's record, beside the facts and the timeline.

use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
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

/// The panels in the order in which they stand; a part of the app.
pub struct Panels(pub Vec<Arc<dyn Panel>>);
