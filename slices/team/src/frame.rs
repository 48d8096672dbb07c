//! What surrounds the pages of the team: the shell, and the way from one setting to the next.

use std::sync::Arc;

use askama::Template;
use askama::filters::HtmlSafe;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::{Account, Bell, Command, Menu, NavItem, Shell};

use crate::role::{RIGHTS, Right};
use crate::user::User;
use crate::workspace;

/// The menu of every page; a part of the app, made once by the server.
pub struct MenuPart(pub Arc<Menu>);

/// What the palette offers on every page to whoever may do it; a part of the app, made once by the server.
pub struct CommandsPart(pub Vec<(fn(&User) -> bool, Command)>);

/// Whoever knows how many notifications wait for a user; a part of the app, as [`BellPart`].
pub trait Bells: Send + Sync {
    /// How many the user has not seen.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn unseen(&self, tx: &mut Tx, who: &User) -> Result<usize, Failure>;
}

/// The part under which [`Bells`] is found.
pub struct BellPart(pub Arc<dyn Bells>);

/// Where notifications are read.
const NOTIFICATIONS: &str = "/notifications";

/// The shell for a page at `path` that no lens concerns.
///
/// # Errors
/// `Broken` when the database fails.
pub fn shell(tx: &mut Tx, who: &User, path: &str) -> Result<Shell, Failure> {
    let menu = tx.find_part::<MenuPart>().map(|part| offered(&part.0, who));
    let bell = match tx.find_part::<BellPart>() {
        Some(part) => Some(Bell {
            href: NOTIFICATIONS.to_owned(),
            panel: format!("{NOTIFICATIONS}/panel"),
            unseen: part.0.unseen(tx, who)?,
        }),
        None => None,
    };
    let offered = tx.find_part::<CommandsPart>();
    let offered = offered.iter().flat_map(|part| &part.0).filter(|(may, _)| may(who));
    let commands = offered.map(|(_, command)| command.clone()).collect();
    Ok(Shell {
        workspace: workspace::workspace(tx)?.name,
        path: path.to_owned(),
        menu: menu.unwrap_or_default(),
        commands,
        label: None,
        bell,
        account: Account { name: who.name.clone(), email: who.email.clone() },
    })
}

/// The menu without what is not open to the user.
fn offered(menu: &Arc<Menu>, who: &User) -> Arc<Menu> {
    let may = |item: &NavItem| {
        RIGHTS.iter().all(|(right, word, _)| *word != item.needs || who.can(*right))
    };
    if menu.groups.iter().flat_map(|group| &group.items).all(may) {
        return Arc::clone(menu);
    }
    let mut own = Menu::clone(menu);
    for group in &mut own.groups {
        group.items.retain(may);
    }
    Arc::new(own)
}

/// A setting that one can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its address.
    pub href: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Whether it is where one is.
    pub is_here: bool,
}

/// The column of settings beside one of another slice, which stands in a `div.settings` after it.
#[derive(Template)]
#[template(path = "subnav.html")]
pub struct Subnav {
    settings: Vec<Setting>,
}

impl HtmlSafe for Subnav {}

impl Subnav {
    /// For the setting at that address.
    pub fn at(who: &User, here: &str) -> Subnav {
        Subnav { settings: settings(who, here) }
    }
}

/// The settings that a user may see, for the column beside each of them.
pub fn settings(who: &User, here: &str) -> Vec<Setting> {
    let all = [
        ("/me", "Your account", None),
        ("/team", "Team and roles", Some(Right::ManageTeam)),
        ("/invitations", "Invitations", Some(Right::ManageTeam)),
        ("/tokens", "Service tokens", Some(Right::ManageTeam)),
        ("/second-factor", "Second factor", Some(Right::ManageWorkspace)),
        ("/audit", "Audit log", Some(Right::ReadAudit)),
        ("/settings/retention", "Retention and export", Some(Right::ErasePeople)),
    ];
    let may = |right: Option<Right>| right.is_none_or(|right| who.can(right));
    all.into_iter()
        .filter(|(_, _, right)| may(*right))
        .map(|(href, label, _)| Setting { href, label, is_here: href == here })
        .collect()
}
