//! A workspace with every slice that the record needs, two teams, and a few people.
use std::sync::Arc;

use notes::{Bell, FoundNotes, NoteView, NotesAttach, NotesBeside, NotesForget, NotesProjection};
use people::erase::Forgetting;
use people::gdpr::Attaching;
use people::import;
use platform::Failure;
use platform::db::Tx;
use platform::harness::{self, World};
use platform::jobs::{self, Registry};
use platform::slice::Slice;
use platform::tables::Tables;
use team::create_user::{CreateUser, create_user};
use team::roster::{self, Place, RoleAsk, TeamAsk};
use team::{Passwords, Role, Sees, Strength, User};

pub const PEOPLE: &str = r#"
name = "People"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
[company]
domain = "domain"
"#;
pub const FILE: &str = "email,name,domain\nann@north.example,Ann North,north.example\n\
    bo@east.example,Bo East,east.example\n";
pub const ANN: &str = "ann@north.example";
pub const BO: &str = "bo@east.example";

/// Mara and Ben are in one team and see everybody; Cleo is in another and sees her own alone; Olga owns the workspace.
pub struct Team {
    pub olga: User,
    pub mara: User,
    pub ben: User,
    pub cleo: User,
}

pub fn slices() -> Vec<Slice> {
    vec![
        platform::slice::platform(),
        team::slice(),
        journal::slice(),
        people::slice(),
        ::notes::slice(),
        funnels::slice(),
    ]
}

pub fn both(test: impl Fn(&World, &Team)) {
    let own: Vec<Slice> = slices().into_iter().skip(1).collect();
    harness::both(&own, |world| {
        let projection = || Arc::new(NotesProjection);
        let _app = world
            .app
            .clone()
            .with_part(journal::Projections(vec![
                Arc::new(people::PeopleProjection),
                Arc::new(funnels::FunnelProjection),
                projection(),
            ]))
            .with_part(people::stand::Watching(vec![projection()]))
            .with_part(people::search::NoteSource(Arc::new(FoundNotes)))
            .with_part(people::panel::BesideParts(vec![Arc::new(NotesBeside)]))
            .with_part(team::frame::BellPart(Arc::new(Bell)))
            .with_part(Tables::of(&slices()).unwrap())
            .with_part(Forgetting(vec![
                Arc::new(funnels::erase::FunnelForgets),
                Arc::new(NotesForget),
            ]))
            .with_part(Attaching(vec![Arc::new(NotesAttach)]))
            .with_part(people::LensSource(Arc::new(funnels::lens::LensLabels)))
            .with_part(funnels::lens::Definitions::default())
            .with_part(Passwords::new(Strength::Test));
        let now = world.now();
        world.db.write_blocking(move |tx| funnels::lens::ensure_starter(tx, now)).unwrap();
        bring(world, FILE);
        let team = team(world);
        test(world, &team);
    });
}

pub fn registry() -> Registry {
    Registry::new(vec![
        Arc::new(import::Import),
        Arc::new(funnels::refold::Refold),
        Arc::new(people::erase::DropFiles),
        Arc::new(::notes::tidy::DropRemoved),
    ])
}

pub fn bring(world: &World, file: &str) {
    let kept = import::keep_stream(&world.app, "people.csv", file.as_bytes()).unwrap();
    let now = world.now();
    let start = move |tx: &mut Tx| import::start(tx, &User::operator(), &kept, PEOPLE, now);
    let started = world.db.write_blocking(start).unwrap();
    jobs::run_now(&world.app, &registry(), started.job).unwrap();
}

pub fn write<T: Send + 'static>(
    world: &World,
    work: impl FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    world.db.write_blocking(work)
}

/// A user as they are now.
pub fn now_as(world: &World, user: &User) -> User {
    let id = user.id.0;
    world.db.read_blocking(move |tx| roster::user(tx, id)).unwrap().unwrap()
}

fn user(world: &World, name: &str, role: Role) -> User {
    let new = CreateUser {
        email: format!("{}@firm.example", name.split(' ').next().unwrap().to_lowercase()),
        name: name.to_owned(),
        role,
        password: "a quiet night".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(create_user(&world.app, &User::operator(), new)).unwrap()
}

fn team(world: &World) -> Team {
    let now = world.now();
    let limited = write(world, move |tx| {
        let ask = RoleAsk {
            changes: None,
            name: "seller".to_owned(),
            rights: Role::Member.rights(),
            sees: Sees::Own,
            fields: team::FieldRights::default(),
        };
        roster::save_role(tx, &User::operator(), ask, now)
    });
    let (olga, mara) =
        (user(world, "Olga Owner", Role::Owner), user(world, "Mara Lind", Role::Member));
    let ben = user(world, "Ben Berg", Role::Member);
    let cleo = user(world, "Cleo Coast", limited.unwrap());
    let members = [mara.email.clone(), ben.email.clone()];
    write(world, move |tx| {
        let operator = User::operator();
        let ask = TeamAsk { name: "North".to_owned(), ..TeamAsk::default() };
        roster::save_team(tx, &operator, &ask, now)?;
        for member in &members {
            roster::place(tx, &operator, (member, "North"), Place::Member, now)?;
        }
        Ok(())
    })
    .unwrap();
    // As they are now, with whom they see.
    let [olga, mara, ben, cleo] = [olga, mara, ben, cleo].map(|user| now_as(world, &user));
    Team { olga, mara, ben, cleo }
}

/// What somebody reads about a record, in the order of the page.
pub fn read_by(world: &World, who: &User, which: &'static str) -> Vec<String> {
    let who = who.clone();
    let read = move |tx: &mut Tx| ::notes::read::list(tx, &who, which);
    let (_, notes) = world.db.read_blocking(read).unwrap();
    notes.into_iter().map(|note: NoteView| note.text).collect()
}
