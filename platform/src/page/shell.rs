//! The shell: what surrounds a page for somebody signed in. Every word in it is handed in.

use std::sync::Arc;

/// Where one can go and what one can do from every page; the same for everybody, made once.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    /// Where one can go, in groups. At the side of a wide screen, at the foot of a narrow one.
    pub groups: Vec<Group>,
    /// What the palette offers besides the pages.
    pub commands: Vec<Command>,
    /// Where what is typed into the palette goes.
    pub search: Option<Search>,
    /// Where the form of the account menu goes, which signs out.
    pub sign_out: String,
}

/// Pages that belong together.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The heading; the first group has none.
    pub heading: Option<String>,
    /// Whether it stands at the foot of the navigation.
    pub is_foot: bool,
    /// Its pages.
    pub items: Vec<NavItem>,
}

/// A page that one can go to.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    /// Its name.
    pub label: String,
    /// Its address; the pages beneath it count as it.
    pub href: String,
    /// Its icon, without `i-`.
    pub icon: String,
    /// The key that goes there after G, in upper case.
    pub key: String,
    /// The word of the right that whoever is offered it has; empty where nobody is kept out.
    pub needs: String,
}

/// Something the palette offers.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// What it does.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Its icon, without `i-`.
    pub icon: String,
}

/// Where what is typed into the palette goes, as a form that asks with GET.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The address.
    pub href: String,
    /// The name of the field.
    pub field: String,
    /// What the field asks for.
    pub label: String,
    /// The address that gives what is found, as the items of a list, while somebody types.
    pub part: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A remark at the top of every page, with the page that explains it.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// What it is, quiet.
    pub what: String,
    /// Which one, strong.
    pub which: String,
    /// The page that explains it.
    pub href: String,
    /// What a pointer over it is told.
    pub hint: String,
    /// Its icon, without `i-`.
    pub icon: String,
    /// What else there is to choose, this one included; nothing to choose if there is but one.
    pub choices: Vec<Choice>,
    /// Where a choice is sent, as the field `choice`.
    pub action: String,
}

/// What waits to be read, at the top of every page.
#[derive(Clone, Debug, Default)]
pub struct Bell {
    /// Where it is read.
    pub href: String,
    /// Where the newest of it is, as a part that opens below the bell.
    pub panel: String,
    /// How much of it is new.
    pub unseen: usize,
}

/// One of several ways to look at every page.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is the one in use.
    pub is_here: bool,
}

/// What surrounds one page.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// What the workspace is called.
    pub workspace: String,
    /// The path that was asked for, by which the navigation shows where one is.
    pub path: String,
    /// Where one can go.
    pub menu: Arc<Menu>,
    /// What the palette offers whoever is signed in, besides what the menu offers everybody.
    pub commands: Vec<Command>,
    /// By what the page was worked out.
    pub label: Option<Label>,
    /// What waits to be read, if there is such a thing.
    pub bell: Option<Bell>,
    /// Who is signed in.
    pub account: Account,
}

/// Pages at the foot of a phone.
const PHONE_ITEMS: usize = 4;

impl Bell {
    /// The count as it fits on the bell.
    pub(crate) fn count(&self) -> String {
        if self.unseen > 99 { "99+".to_owned() } else { self.unseen.to_string() }
    }
}

impl Shell {
    /// Whether a nav item is the page one is on, or the one above it.
    pub(crate) fn is_here(&self, item: &NavItem) -> bool {
        self.path
            .strip_prefix(item.href.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// Where the mark of the workspace leads: the first page there is.
    pub(crate) fn home(&self) -> &str {
        self.items().next().map_or("/", |item| item.href.as_str())
    }

    /// What the palette offers besides the pages: to whoever is signed in, then to everybody.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter().chain(&self.menu.commands)
    }

    fn items(&self) -> impl Iterator<Item = &NavItem> {
        self.menu.groups.iter().flat_map(|group| &group.items)
    }

    /// What fits at the foot of a phone; beside it stands the way to the rest.
    pub(crate) fn phone_items(&self) -> impl Iterator<Item = &NavItem> {
        self.items().take(PHONE_ITEMS)
    }

    /// What does not fit there.
    pub(crate) fn phone_rest(&self) -> impl Iterator<Item = &NavItem> {
        self.items().skip(PHONE_ITEMS)
    }

    /// Whether one is on a page that does not fit there.
    pub(crate) fn is_in_rest(&self) -> bool {
        self.phone_rest().any(|item| self.is_here(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_navigation_shows_where_one_is() {
        let item = NavItem { href: "/imports".into(), ..NavItem::default() };
        for (path, here) in [
            ("/imports", true),
            ("/imports/imp_1", true),
            ("/imports?x=1", true),
            ("/importsx", false),
            ("/", false),
        ] {
            let shell = Shell { path: path.into(), ..Shell::default() };
            assert_eq!(shell.is_here(&item), here, "{path}");
        }
    }
}
