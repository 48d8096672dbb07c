//! The house: which slices there are, in their order, and the program put together from them.

use std::path::Path;
use std::sync::Arc;

use funnels::FunnelProjection;
use funnels::backtest::Backtest;
use funnels::erase::FunnelForgets;
use funnels::hand::HandsOfUsers;
use funnels::kept;
use funnels::lens::{self, Definitions, LensLabels};
use funnels::missing::ShortestWays;
use funnels::refold::Refold;
use funnels::segment::ConditionsOfLenses;
use funnels::tell::{Public, Tellers};
use journal::Projections;
use notes::{Bell, FoundNotes, NotesAttach, NotesBeside, NotesForget, NotesProjection};
use people::bulk::{Bulk, HandsSource};
use people::condition::ConditionSource;
use people::erase::Forgetting;
use people::frame::{CommandsPart, MenuPart};
use people::gdpr::Attaching;
use people::import::Import;
use people::make::may_make;
use people::missing::MissingSource;
use people::panel::BesideParts;
use people::search::NoteSource;
use people::stand::Watching;
use people::{LensSource, Of, PeopleProjection};
use platform::clock::SystemClock;
use platform::db::{Options, Step, Upgrade};
use platform::dice::SystemDice;
use platform::failure::Failure;
use platform::files::Files;
use platform::jobs::Registry;
use platform::page::{Command, Group, Menu, NavItem, Search};
use platform::tables::Tables;
use platform::{App, Db, Location, Migrations, Slice};
use team::frame::BellPart;
use team::provider::{Provider, ProviderConfig, Providers};
use team::{Passwords, PublicAddress, Right, Strength, User, roster};

use crate::config::Config;
use crate::demo::Demo;
use crate::say::Mouth;

/// Every slice, in the order in which they build on each other.
pub(crate) fn slices() -> Vec<Slice> {
    vec![
        team::slice(),
        journal::slice(),
        people::slice(),
        notes::slice(),
        funnels::slice(),
        away::slice(),
    ]
}

/// The tables of every slice.
pub(crate) fn migrations() -> Vec<Migrations> {
    slices().iter().map(|slice| slice.migrations).collect()
}

/// Every table, as its slice classifies it.
pub(crate) fn tables() -> Result<Tables, Failure> {
    let mut all = vec![platform::slice::platform()];
    all.extend(slices());
    Tables::of(&all)
}

/// What every command is handed: the configuration, and a way to speak.
pub(crate) struct House {
    pub config: Config,
    pub mouth: Mouth,
    /// On whose behalf a command asks, by address or public id; the operator's unless said.
    pub acts_as: Option<String>,
}

/// Whoever asks at the command line; a part of the app.
struct Asking(&'static User);

/// Whoever asks at the command line: the operator of the machine, or a user on whose behalf they ask, with no more than
/// that user may and sees.
pub(crate) fn asking(app: &App) -> &'static User {
    app.part::<Asking>().0
}

impl House {
    /// The folder of the workspace.
    pub(crate) fn folder(&self) -> &Path {
        &self.config.workspace.data
    }

    /// Where the database is.
    pub(crate) fn location(&self) -> Location {
        match self.config.workspace.database.as_str() {
            "" => Location::Folder(self.folder().to_owned()),
            address => Location::Postgres(address.to_owned()),
        }
    }

    /// The program on its workspace, which is made if there is none.
    ///
    /// # Errors
    /// As [`Db::open`]; `Refused` with `folder` if the folder cannot be made or written.
    pub(crate) fn open(&self) -> Result<App, Failure> {
        usable(self.folder())?;
        let db = Db::open_with(&self.location(), &migrations(), Options::default())?;
        self.furnished(db)
    }

    /// The program on a workspace that is there already: for commands that read, so that a wrong `--data`
    /// is said and does not become an empty workspace.
    ///
    /// # Errors
    /// As [`House::open`]; `Refused` with `no_workspace`.
    pub(crate) fn open_begun(&self) -> Result<App, Failure> {
        self.must_be_begun()?;
        self.open()
    }

    /// The database alone, for a workspace that is to arrive in it: nothing is put there by itself.
    ///
    /// # Errors
    /// As [`House::open`].
    pub(crate) fn open_bare(&self) -> Result<Db, Failure> {
        usable(self.folder())?;
        Db::open_with(&self.location(), &migrations(), Options::default())
    }

    /// Every step of every slice, and whether the database has it; changes nothing.
    ///
    /// # Errors
    /// `Refused` with `no_workspace`; `Broken` if the database cannot be reached.
    pub(crate) fn steps(&self) -> Result<Vec<Step>, Failure> {
        self.must_be_begun()?;
        self.location().steps(&migrations())
    }

    /// Lets pass whoever may rule the installation: for commands that ask no verb.
    ///
    /// # Errors
    /// `Forbidden` if they ask on behalf of a user who may not; as [`House::open_begun`].
    pub(crate) fn must_operate(&self) -> Result<(), Failure> {
        match self.acts_as {
            Some(_) => asking(&self.open_begun()?).may(Right::Operate),
            None => Ok(()),
        }
    }

    /// Every kind of job there is.
    pub(crate) fn jobs(&self) -> Registry {
        Registry::new(vec![
            Arc::new(Import),
            Arc::new(Refold),
            Arc::new(funnels::waiting::Begin),
            Arc::new(Backtest),
            Arc::new(funnels::segment::Build),
            Arc::new(funnels::territory::Build),
            Arc::new(people::search::Build),
            Arc::new(Bulk),
            Arc::new(people::erase::DropFiles),
            Arc::new(people::erase::Scrub),
            Arc::new(away::rebuild::Rebuild),
            Arc::new(away::retention::Retention),
            Arc::new(notes::tidy::DropRemoved),
            Arc::new(Demo),
        ])
    }

    /// The database as it is, without bringing it up to date.
    ///
    /// # Errors
    /// As [`House::open_begun`]; `Refused` with `older_database`.
    pub(crate) fn open_as_is(&self) -> Result<Db, Failure> {
        self.must_be_begun()?;
        let options = Options { upgrade: Upgrade::Refuse, ..Options::default() };
        Db::open_with(&self.location(), &migrations(), options)
    }

    fn must_be_begun(&self) -> Result<(), Failure> {
        if self.location().is_begun() {
            return Ok(());
        }
        let words = format!(
            "There is no workspace in {}. Name another with --data, or begin one with `sluice serve`, \
             `sluice demo` or `sluice import`.",
            self.folder().display()
        );
        Err(Failure::refused("no_workspace", words))
    }

    /// The address at which people open the program, if it is configured.
    fn public_address(&self) -> Option<String> {
        let address = self.config.http.address.as_str();
        (!address.is_empty()).then(|| address.to_owned())
    }

    /// The providers of single sign-on that are configured, the one without a name first.
    fn providers(&self) -> Result<Vec<Provider>, Failure> {
        let first = (String::new(), self.config.oidc.clone());
        let all = std::iter::once(first).chain(self.config.providers.iter().cloned());
        all.filter(|(_, oidc)| !oidc.issuer.is_empty())
            .map(|(key, oidc)| {
                Provider::new(ProviderConfig {
                    key,
                    name: oidc.name,
                    issuer: oidc.issuer,
                    client_id: oidc.client_id,
                    client_secret: oidc.client_secret,
                    domains: oidc.domains,
                    role: oidc.role,
                    is_near: oidc.near,
                })
            })
            .collect()
    }

    /// Every part that the slices look for, and the definition with which a workspace begins.
    fn furnished(&self, db: Db) -> Result<App, Failure> {
        let files = Files::new(self.folder());
        let app = App::new(db, Arc::new(SystemClock), Arc::new(SystemDice::default()), files)
            .with_part(Passwords::new(Strength::Rfc9106))
            // What is derived from what was recorded, in this order: people first, for the fold reads them.
            // Notes last, for they tell of what the others found.
            .with_part(Projections(vec![
                Arc::new(PeopleProjection),
                Arc::new(FunnelProjection),
                Arc::new(NotesProjection),
            ]))
            .with_part(Watching(vec![Arc::new(NotesProjection)]))
            .with_part(NoteSource(Arc::new(FoundNotes)))
            .with_part(BesideParts(vec![Arc::new(NotesBeside)]))
            .with_part(BellPart(Arc::new(Bell)))
            .with_part(LensSource(Arc::new(LensLabels)))
            .with_part(MissingSource(Arc::new(ShortestWays)))
            .with_part(ConditionSource(Arc::new(ConditionsOfLenses)))
            .with_part(HandsSource(Arc::new(HandsOfUsers)))
            .with_part(Definitions::default())
            .with_part(team::token::Remembered::default())
            .with_part(tables()?)
            .with_part(Forgetting(vec![Arc::new(FunnelForgets), Arc::new(NotesForget)]))
            .with_part(Attaching(vec![Arc::new(NotesAttach)]))
            .with_part(Tellers::default())
            .with_part(Public(self.config.tell.public))
            .with_part(self.config.sessions.lengths())
            .with_part(MenuPart(Arc::new(menu())))
            .with_part(CommandsPart(commands()))
            .with_part(people::panel::Panels(vec![Arc::new(funnels::panel::ReceiptPanel)]))
            .with_part(PublicAddress(self.public_address()))
            .with_part(Providers(self.providers()?));
        let asking = match self.acts_as.clone() {
            Some(which) => app.db.read_blocking(move |tx| roster::acting(tx, &which))?,
            None => User::operator(),
        };
        // A command asks once, and is wanted as long as it runs.
        let app = app.with_part(Asking(Box::leak(Box::new(asking))));
        let now = app.clock.now();
        if !app.db.read_blocking(|tx| Ok(!lens::lenses(tx)?.is_empty()))? {
            app.db.write_blocking(move |tx| lens::ensure_starter(tx, now))?;
        }
        if !app.db.read_blocking(kept::is_all_kept)? {
            app.db.write_blocking(move |tx| kept::keep(tx, now))?;
        }
        if !app.db.read_blocking(people::search::is_built)? {
            app.db.write_blocking(move |tx| people::search::build(tx, now))?;
        }
        Ok(app)
    }
}

/// What can be done from every page, by whoever may.
fn commands() -> Vec<(fn(&User) -> bool, Command)> {
    let command = |label: &str, href: &str, icon: &str| Command {
        label: label.to_owned(),
        href: href.to_owned(),
        icon: icon.to_owned(),
    };
    vec![
        (|who| may_make(who, Of::People), command("New person", "/people/new", "people")),
        (|who| may_make(who, Of::Companies), command("New company", "/companies/new", "company")),
    ]
}

/// Where one can go from every page.
fn menu() -> Menu {
    let item = |label: &str, href: &str, icon: &str, key: &str| NavItem {
        label: label.to_owned(),
        href: href.to_owned(),
        icon: icon.to_owned(),
        key: key.to_owned(),
        needs: String::new(),
    };
    let pages = vec![
        item("People", "/people", "people", "P"),
        item("Companies", "/companies", "company", "C"),
        item("Segments", "/segments", "filter", "L"),
        item("Funnel", "/funnel", "funnel", "F"),
        item("Handoffs", "/handoffs", "arrow", "H"),
        item("Fortune teller", "/tell", "target", "Q"),
    ];
    let foot = vec![
        item("Fields", "/settings/fields", "form", "D"),
        NavItem { needs: "people.import".to_owned(), ..item("Imports", "/imports", "upload", "I") },
        item("Settings", "/me", "settings", "S"),
    ];
    Menu {
        groups: vec![
            Group { heading: None, is_foot: false, items: pages },
            Group { heading: None, is_foot: true, items: foot },
        ],
        commands: vec![Command {
            label: "API reference".to_owned(),
            href: "/api".to_owned(),
            icon: "key".to_owned(),
        }],
        search: Some(Search {
            href: "/search".to_owned(),
            field: "q".to_owned(),
            label: "Search for people, companies, words".to_owned(),
            part: "/search/palette".to_owned(),
        }),
        sign_out: "/sign-out".to_owned(),
    }
}

/// Makes the folder, open to its owner alone, and sees that it can be written.
pub(crate) fn usable(folder: &Path) -> Result<(), Failure> {
    let refused = |error: &std::io::Error, verb: &str| {
        let words = format!(
            "The folder {} cannot be {verb}: {error}. Give it to the user that runs Sluice, or name \
             another with --data.",
            folder.display()
        );
        Failure::refused("folder", words)
    };
    if !folder.exists() {
        make_private(folder).map_err(|error| refused(&error, "made"))?;
    }
    tempfile::Builder::new()
        .prefix(".sluice-")
        .tempfile_in(folder)
        .map_err(|error| refused(&error, "written"))?;
    Ok(())
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
