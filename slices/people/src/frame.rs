//! What surrounds the pages of the product: the shell, filled for whoever is signed in.

use platform::db::Tx;
use platform::failure::Failure;
use platform::page::{Choice, Label, Shell};
use team::User;

use crate::LensSource;

pub use team::frame::{CommandsPart, MenuPart};

/// The shell for a page at `path`, with the lens under which lists stand.
///
/// # Errors
/// `Broken` when the database fails.
pub fn shell(tx: &mut Tx, who: &User, path: &str) -> Result<Shell, Failure> {
    let lens = crate::lens_for(tx, who, None)?;
    let source = tx.part::<LensSource>();
    let mut choices: Vec<Choice> = source
        .0
        .labels(tx, who)?
        .into_iter()
        .map(|other| Choice {
            value: other.id.to_string(),
            is_here: other.id == lens.id,
            label: other.label,
        })
        .collect();
    if choices.len() < 2 {
        choices.clear();
    }
    let label = Label {
        what: "Lens".to_owned(),
        which: lens.label,
        href: "/funnel".to_owned(),
        hint: "Stages, kinds and temperatures on this page follow this definition".to_owned(),
        icon: "scale".to_owned(),
        choices,
        action: "/lens".to_owned(),
    };
    Ok(Shell { label: Some(label), ..team::frame::shell(tx, who, path)? })
}
