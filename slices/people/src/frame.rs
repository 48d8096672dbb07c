//! What surrounds the pages of the product: the shell, filled for whoever is signed in.

use std::sync::Arc;

use platform::db::Tx;
use platform::failure::Failure;
use platform::page::{Account, Choice, Label, Menu, Shell};
use team::User;

use crate::LensSource;

/// The menu of every page; a part of the app, made once by the server.
pub struct MenuPart(pub Arc<Menu>);

/// The shell for a page at `path`, with the lens under which lists stand.
///
/// # Errors
/// `Broken` when the database fails.
pub fn shell(tx: &mut Tx, who: &User, path: &str) -> Result<Shell, Failure> {
    let lens = crate::lens_for(tx, who, None)?;
    let source = tx.part::<LensSource>();
    let mut choices: Vec<Choice> = source
        .0
        .labels(tx)?
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
    Ok(Shell {
        workspace: team::workspace(tx)?.name,
        path: path.to_owned(),
        menu: Arc::clone(&tx.part::<MenuPart>().0),
        label: Some(Label {
            what: "Lens".to_owned(),
            which: lens.label,
            href: "/funnel".to_owned(),
            hint: "Stages, kinds and temperatures on this page follow this definition".to_owned(),
            icon: "scale".to_owned(),
            choices,
            action: "/lens".to_owned(),
        }),
        account: Account { name: who.name.clone(), email: who.email.clone() },
    })
}
