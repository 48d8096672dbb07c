//! Who sees whose people, and what nobody can give.

use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::{NOON, World, both};

use super::{Place, RoleAsk, TeamAsk, TerritoryAsk, UserChange};
use crate::role::{Right, Rights, Role};
use crate::sight::{Sees, Sight};
use crate::user::User;
use crate::{FieldRight, FieldRights, colleague, roster, slice, store};

const NAMES: [&str; 5] = ["ann", "ben", "cat", "dan", "eve"];

fn address(name: &str) -> String {
    format!("{name}@north.example")
}

fn write<T: Send + 'static>(
    world: &World,
    work: impl Fn(&mut Tx) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    world.db.write_blocking(work)
}

/// Five members; `north` above `coast`; ann manages north, ben is in it, cat and dan are in coast.
fn begun(world: &World) {
    let now = world.now();
    write(world, move |tx| {
        let who = User::operator();
        for name in NAMES {
            colleague::colleague(tx, &who, name, &address(name), now)?;
        }
        let team = |name: &str, parent: &str| TeamAsk {
            name: name.to_owned(),
            parent: parent.to_owned(),
            ..TeamAsk::default()
        };
        roster::save_team(tx, &who, &team("North", ""), now)?;
        roster::save_team(tx, &who, &team("Coast", "north"), now)?;
        for (name, team, place) in [
            ("ann", "North", Place::Manager),
            ("ben", "North", Place::Member),
            ("cat", "Coast", Place::Member),
            ("dan", "Coast", Place::Member),
        ] {
            roster::place(tx, &who, (&address(name), team), place, now)?;
        }
        Ok(())
    })
    .unwrap();
}

fn user(world: &World, name: &str) -> User {
    let key = address(name);
    world.db.read_blocking(move |tx| Ok(store::find_password(tx, &key)?.unwrap().0)).unwrap()
}

fn change(world: &World, who: User, name: &str, change: UserChange) -> Result<(), Failure> {
    let (name, now) = (address(name), world.now());
    write(world, move |tx| roster::change_user(tx, &who, &name, change.clone(), now).map(drop))
}

fn sees(world: &World, sees: Sees) {
    for name in NAMES {
        let set = UserChange { sees: Some(sees), ..UserChange::default() };
        change(world, User::operator(), name, set).unwrap();
    }
}

/// The names of those whose people somebody sees; `*` for everybody's.
fn owners(world: &World, name: &str) -> String {
    match user(world, name).sight {
        Sight::Everybody => "*".to_owned(),
        Sight::Limited(limits) => {
            let owners =
                NAMES.iter().filter(|other| limits.owners.contains(&user(world, other).id.0));
            owners.copied().collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn a_manager_sees_beneath_and_a_member_beside() {
    both(&[slice()], |world| {
        begun(world);
        assert_eq!(owners(world, "ann"), "*");
        sees(world, Sees::Team);
        let seen = NAMES.map(|name| owners(world, name));
        assert_eq!(seen, ["ann ben cat dan", "ann ben", "cat dan", "cat dan", "eve"]);
        sees(world, Sees::Own);
        assert_eq!(NAMES.map(|name| owners(world, name)), NAMES);
        sees(world, Sees::Everybody);
        assert_eq!(owners(world, "eve"), "*");
    });
}

#[test]
fn a_territory_is_seen_by_whoever_holds_it() {
    both(&[slice()], |world| {
        begun(world);
        sees(world, Sees::Own);
        let territory = |holder: &str| TerritoryAsk {
            name: format!("Of {holder}"),
            condition: "true".to_owned(),
            holders: vec![holder.to_owned()],
            ..TerritoryAsk::default()
        };
        let asks = [territory("Coast"), territory(&address("eve"))];
        let held = |name: &str| match user(world, name).sight {
            Sight::Everybody => 99,
            Sight::Limited(limits) => limits.territories.len(),
        };
        write(world, move |tx| {
            asks.iter().try_for_each(|ask| {
                roster::save_territory(tx, &User::operator(), ask, NOON).map(drop)
            })
        })
        .unwrap();
        assert_eq!(NAMES.map(held), [0, 0, 1, 1, 1]);
        sees(world, Sees::Team);
        assert_eq!(NAMES.map(held), [1, 0, 1, 1, 1], "a manager sees what is held beneath");
        write(world, |tx| {
            roster::remove_team(tx, &User::operator(), "coast", NOON)?;
            roster::remove_territory(tx, &User::operator(), &format!("of {}", address("eve")), NOON)
        })
        .unwrap();
        assert_eq!(NAMES.map(held), [0, 0, 0, 0, 0]);
    });
}

fn role(name: &str, rights: &[Right], sees: Sees, fields: &str) -> RoleAsk {
    RoleAsk {
        changes: None,
        name: name.to_owned(),
        rights: Rights::of(rights),
        sees,
        fields: FieldRights::parse(fields).unwrap(),
    }
}

#[test]
fn a_role_that_somebody_made_gives_what_it_says_and_no_more() {
    both(&[slice()], |world| {
        begun(world);
        let caller = role(
            "Caller",
            &[Right::ReadPeople, Right::EditPeople],
            Sees::Own,
            "person.phone=hidden company.*=read",
        );
        let save = |who: User, ask: RoleAsk| {
            write(world, move |tx| roster::save_role(tx, &who, ask.clone(), NOON))
        };
        save(User::operator(), caller.clone()).unwrap();
        let give = |role: &str| UserChange { role: Some(role.to_owned()), ..UserChange::default() };
        change(world, User::operator(), "eve", give("caller")).unwrap();
        let eve = user(world, "eve");
        assert_eq!((eve.role.as_str(), owners(world, "eve").as_str()), ("Caller", "eve"));
        assert!(eve.can(Right::EditPeople) && !eve.can(Right::ImportPeople));
        assert_eq!(eve.field("person.phone"), FieldRight::Hidden);
        assert_eq!(eve.field("company.employees"), FieldRight::Read);
        assert_eq!(eve.field("person.title"), FieldRight::Write);

        change(world, User::operator(), "ann", give("admin")).unwrap();
        change(world, User::operator(), "ben", give("owner")).unwrap();
        let ann = user(world, "ann");
        let forbidden = |result: Result<(), Failure>| {
            assert!(matches!(result, Err(Failure::Forbidden)), "{result:?}")
        };
        forbidden(change(world, ann.clone(), "eve", give("owner")));
        forbidden(change(world, ann.clone(), "ben", give("viewer")));
        forbidden(change(world, eve.clone(), "dan", give("viewer")));
        forbidden(
            save(ann.clone(), role("King", &[Right::ManageWorkspace], Sees::Own, "")).map(drop),
        );
        // Who leads a part of the team gives no more than that part, and no field that is closed to them.
        let lead = role(
            "Lead",
            &[Right::ReadPeople, Right::ManageTeam],
            Sees::Team,
            "person.phone=hidden",
        );
        save(ann, lead).unwrap();
        change(world, User::operator(), "dan", give("lead")).unwrap();
        let dan = user(world, "dan");
        for ask in [
            role("A", &[Right::ReadPeople], Sees::Everybody, "person.phone=hidden"),
            role("B", &[Right::ReadPeople], Sees::Team, ""),
            role("C", &[Right::EditPeople], Sees::Own, "person.phone=hidden"),
        ] {
            forbidden(save(dan.clone(), ask).map(drop));
        }
        save(dan.clone(), role("D", &[Right::ReadPeople], Sees::Team, "person.*=hidden")).unwrap();
        forbidden(write(world, move |tx| roster::remove_team(tx, &dan, "Coast", NOON)));
        let refused = |result: Result<(), Failure>, code: &str| {
            assert!(
                matches!(&result, Err(Failure::Refused { code: is, .. }) if *is == code),
                "{result:?}"
            );
        };
        let remove = |name: &'static str| {
            write(world, move |tx| roster::remove_role(tx, &User::operator(), name, NOON))
        };
        refused(remove("caller"), "role_in_use");
        refused(remove("viewer"), "built_in");
        refused(remove("nobody"), "no_role");
        refused(save(User::operator(), caller).map(drop), "role_exists");
        assert!(matches!(
            save(User::operator(), role("Owner", &[], Sees::Own, "")),
            Err(Failure::Invalid(_))
        ));
        change(world, User::operator(), "eve", give("viewer")).unwrap();
        remove("caller").unwrap();
        assert_eq!(owners(world, "eve"), "*", "another role sees as far as it says");
    });
}

#[test]
fn whoever_is_suspended_is_nobody_and_an_owner_stays() {
    both(&[slice()], |world| {
        begun(world);
        let suspend =
            |suspended| UserChange { suspended: Some(suspended), ..UserChange::default() };
        let ann = user(world, "ann");
        let id = ann.id.0;
        let known = || world.db.read_blocking(move |tx| roster::user(tx, id)).unwrap();
        assert!(known().is_some());
        change(world, User::operator(), "ann", suspend(true)).unwrap();
        assert!(known().is_none());
        change(world, User::operator(), "ann", suspend(false)).unwrap();
        assert!(known().is_some());
        let admin = User { role: Role::Admin, ..ann };
        let oneself = change(world, admin, "ann", suspend(true));
        assert!(matches!(oneself, Err(Failure::Refused { code: "oneself", .. })), "{oneself:?}");
        let owner = UserChange { role: Some("owner".to_owned()), ..UserChange::default() };
        change(world, User::operator(), "ben", owner).unwrap();
        let now: Moment = world.now();
        let left = write(world, move |tx| {
            let give = UserChange { role: Some("admin".to_owned()), ..UserChange::default() };
            roster::change_user(tx, &User::operator(), "ben@north.example", give, now).map(drop)
        });
        assert!(matches!(left, Err(Failure::Refused { code: "last_owner", .. })), "{left:?}");
    });
}

#[test]
fn teams_lie_in_no_circle() {
    both(&[slice()], |world| {
        begun(world);
        let under = |changes: &str, parent: &str| {
            let ask = TeamAsk {
                changes: Some(changes.to_owned()),
                name: changes.to_owned(),
                parent: parent.to_owned(),
            };
            write(world, move |tx| roster::save_team(tx, &User::operator(), &ask, NOON).map(drop))
        };
        for (team, parent) in [("North", "Coast"), ("North", "North")] {
            let result = under(team, parent);
            assert!(
                matches!(&result, Err(Failure::Refused { code: "team_circle", .. })),
                "{result:?}"
            );
        }
        under("Coast", "").unwrap();
        under("North", "coast").unwrap();
    });
}
