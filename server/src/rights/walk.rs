//! The walk: that everything is classified, that each door lets in whom the table says, and that whoever sees a part of
//! the people finds no other behind any of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clap::CommandFactory;
use team::Scope;

use super::table::{COMMANDS, FOR_READERS, IDS};
use super::world::{Answer, CANARY, CANARY_COMPANY, HIDDEN, World, roles};
use super::{Door, Known, Need, doors, own};
use crate::cli::Cli;
use crate::{config, http};

/// Methods of routes, as the router keeps them.
const METHODS: [&str; 5] = ["get", "delete", "patch", "post", "put"];

/// Parts of a list in its debug form, parted where no bracket is open.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Every route of the router, as `GET /people`: read off its debug form, for it tells nobody otherwise.
fn mounted() -> BTreeSet<String> {
    let mut config = config::read(None, &BTreeMap::new()).unwrap();
    config.metrics.token = "x".to_owned();
    let debug = format!("{:?}", http::routes(&config));
    let (_, rest) = debug.split_once("PathRouter { routes: {").expect("the router's debug form");
    let (routes, rest) = rest.split_once("}, node: Node { paths: {").expect("its paths");
    let (paths, _) = rest.split_once("} }").expect("the end of its paths");
    let routes: HashMap<&str, &str> =
        parts(routes).into_iter().filter_map(|route| route.split_once(": ")).collect();
    let mut mounted = BTreeSet::new();
    for (id, path) in parts(paths).into_iter().filter_map(|path| path.split_once(": ")) {
        let (route, path) = (routes[id], path.trim_matches('"'));
        let has = |method: &&&str| {
            let (_, after) = route.split_once(&format!(" {method}: ")).unwrap_or(("", "None"));
            !after.starts_with("None")
        };
        let methods: Vec<String> = METHODS.iter().filter(has).map(|it| it.to_uppercase()).collect();
        if methods.is_empty() {
            mounted.insert(format!("ANY {path}"));
        }
        mounted.extend(methods.iter().map(|method| format!("{method} {path}")));
    }
    assert!(mounted.len() > 50, "{mounted:?}");
    mounted
}

#[test]
fn every_route_is_classified_and_what_is_classified_is_there() {
    let classified: Vec<String> = doors().iter().map(|door| door.at.to_owned()).collect();
    let once: BTreeSet<String> = classified.iter().cloned().collect();
    assert_eq!(once.len(), classified.len(), "a route stands twice in the table");
    let mut mounted = mounted();
    for (at, right, _) in http::api::each() {
        mounted.remove(&format!("ANY {}", at.split(' ').nth(1).unwrap()));
        mounted.insert(at.clone());
        let asks = at.starts_with("GET ") || FOR_READERS.contains(&at.as_str());
        let is_read = Scope::Read.covers(right);
        assert!(asks || !is_read, "{at} needs no more than {right:?}, and may change something");
    }
    let lacking: Vec<&String> = mounted.difference(&once).collect();
    assert!(
        lacking.is_empty(),
        "say in server/src/rights/table.rs whom these let in: {lacking:#?}"
    );
    let gone: Vec<&String> = once.difference(&mounted).collect();
    assert!(gone.is_empty(), "these are routes no more: {gone:#?}");
}

#[test]
fn every_command_is_classified() {
    fn leaves(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let name = format!("{before}{}", inner.get_name());
            leaves(inner, &format!("{name} "), found);
            // What takes something by itself is a command, too, whatever else begins with its name.
            if !inner.has_subcommands() || inner.get_positionals().next().is_some() {
                found.insert(name);
            }
        }
    }
    let mut there = BTreeSet::new();
    leaves(&Cli::command(), "", &mut there);
    let classified: BTreeSet<String> =
        COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        there, classified,
        "server/src/rights/table.rs does not have every command, or has others"
    );
}

/// The address of a door with something in the place of each name in brackets.
fn path(world: &World, door: Door, person: &str) -> String {
    let company = if person == world.canary { &world.canary_company } else { &world.own_company };
    let ids = world.app.public_ids();
    let part = |part: &'static str| match part {
        "{person}" | "{who}" => person.to_owned(),
        "{company}" => company.clone(),
        "{name}" => "app.css".to_owned(),
        other => match IDS.iter().find(|(name, _)| *name == other) {
            Some((_, prefix)) => ids.encode(prefix, 1),
            None if other.starts_with('{') => "1".to_owned(),
            None => other.to_owned(),
        },
    };
    door.path().split('/').map(part).collect::<Vec<_>>().join("/")
}

fn is_let_in(answer: &Answer) -> bool {
    !answer.asks_to_sign_in() && answer.status != 403 && answer.status < 500
}

#[test]
fn each_door_lets_in_whom_the_table_says() {
    let mut world = World::begun();
    let mut wrong = Vec::new();
    let roles = roles();
    let changing: BTreeSet<String> = http::api::changing().collect();
    let by_both: BTreeSet<String> = http::api::also_by_session().collect();
    for door in &doors() {
        let at = path(&world, *door, &world.own.clone());
        let mut check = |who: &str, answer: &Answer, is_right: bool, expected: &str| {
            if !is_right {
                let body: String = answer.body.chars().take(160).collect();
                let (status, location) = (answer.status, &answer.location);
                wrong.push(format!(
                    "{} as {who}: {expected}, got {status} {location} {body:?}",
                    door.at
                ));
            }
        };
        let nobody = world.ask(*door, &at, None);
        match door.need {
            Need::Nothing => {
                let is_open = nobody.status != 401 && nobody.status != 403 && nobody.status < 500;
                check("nobody", &nobody, is_open || nobody.location == "/sign-in", "open");
                continue;
            }
            Need::Known | Need::Right(_) | Need::Secret => {
                check("nobody", &nobody, nobody.asks_to_sign_in(), "asked to sign in");
            }
        }
        for (role, rights) in &roles {
            let answer = world.ask(*door, &at, Some(role));
            match door.need {
                Need::Nothing => {}
                Need::Known => check(role, &answer, is_let_in(&answer), "let in"),
                Need::Secret => check(role, &answer, answer.asks_to_sign_in(), "kept out"),
                Need::Right(right) if rights.contains(right) => {
                    check(role, &answer, is_let_in(&answer), "let in");
                }
                Need::Right(_) => check(role, &answer, answer.status == 403, "forbidden"),
            }
        }
        if by_both.contains(door.at) {
            let otherwise = world.ask_signed_in(*door, &at, "owner");
            check("owner by a session", &otherwise, is_let_in(&otherwise), "let in");
        } else {
            let otherwise = world.ask_otherwise(*door, &at, "owner");
            check(
                "owner by the wrong door",
                &otherwise,
                otherwise.asks_to_sign_in(),
                "asked to sign in",
            );
        }
        if let (Known::Token, Need::Right(right)) = (door.by, door.need) {
            let answer = world.ask(*door, &at, Some("reader"));
            match Scope::Read.covers(right) && !changing.contains(door.at) {
                true => check("a token that reads", &answer, is_let_in(&answer), "let in"),
                false => check("a token that reads", &answer, answer.status == 403, "forbidden"),
            }
        }
    }
    assert!(wrong.is_empty(), "{} doors stand otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// Ways to ask for somebody, on top of an address.
const ASKING: [&str; 8] = [
    "",
    "?q=quetzal",
    "?search=quetzal",
    "?q=quetzal@tlaloc.example",
    "?sort=name&dir=asc",
    "?missing=next",
    "?where=known(person.email)",
    "?where=person.custom.salary%3E1",
];

#[test]
fn whoever_sees_a_part_finds_no_other_behind_any_door() {
    let mut world = World::begun();
    let (theirs, canary) = (world.own.clone(), world.canary.clone());
    for (user, count) in [("seller", 1), ("owner", 2)] {
        let answer = world.ask(own("GET /people/counts"), "/people/counts", Some(user));
        let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(told[""], count, "{user}: {}", answer.body);
    }
    let secrets: Vec<&str> = [CANARY, CANARY_COMPANY].into_iter().chain(HIDDEN).collect();
    let mut wrong = Vec::new();
    let mut found_by_owner = 0;
    for door in doors().iter().filter(|door| !matches!(door.need, Need::Secret) && !door.ends) {
        let mut people = vec![&theirs];
        if door.is_of_somebody() {
            people.push(&canary);
        }
        for person in people {
            let at = path(&world, *door, person);
            for asking in ASKING.iter().filter(|asking| door.method() == "GET" || asking.is_empty())
            {
                let at = format!("{at}{asking}");
                let answer = world.ask(*door, &at, Some("seller"));
                for secret in secrets.iter().filter(|secret| answer.body.contains(**secret)) {
                    wrong.push(format!("{} {at} tells {secret}", door.at));
                }
                let is_theirs = person != &canary;
                if !is_theirs
                    && answer.status != 404
                    && answer.status != 403
                    && answer.status != 422
                {
                    wrong.push(format!("{} {at} knows them: {}", door.at, answer.status));
                }
                if door.method() == "GET" {
                    let owner = world.ask(*door, &at, Some("owner"));
                    found_by_owner += usize::from(owner.body.contains(CANARY));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers tell too much:\n{}", wrong.len(), wrong.join("\n"));
    // That nothing was found says something only where there was something to be found.
    assert!(found_by_owner > 15, "{found_by_owner}");
}
