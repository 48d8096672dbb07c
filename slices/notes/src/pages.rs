//! What notes look like: a line of the timeline, the composer above it, and the page of notifications.

mod line;
mod notifications;

pub(crate) use line::{Above, Head, NoteLine, choices};
pub(crate) use notifications::{BellLine, BellPanel, NotificationsPage};
