//! Panels: what later slices show on a person's record, beside the facts and the timeline.

use std::sync::Arc;

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
    fn panel(&self, tx: &mut Tx, who: &User, person: PersonId, now: Moment) -> Result<String, Failure>;
}

/// The panels in the order in which they stand; a part of the app.
pub struct Panels(pub Vec<Arc<dyn Panel>>);
