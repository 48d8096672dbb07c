//! What whoever sees a part of the people waits for: few, most, and those of a territory alone.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::client::{Client, escaped};
use super::server::{Server, command};
use super::{PASSWORD, THREE, TYPED};

/// Tries of each figure.
const TRIES: usize = 100;
/// Of as many people one is looked after by whoever sees few.
const FEW: usize = 100;
/// Countries of a territory that holds about half of the people.
const TERRITORY: &str = r#"person.country in ["DE", "FR", "GB", "NL"]"#;
/// Whoever sells in the story; together they look after most of its people.
const SELLERS: [&str; 7] = ["matthias", "annika", "claire", "bram", "piotr", "giulia", "oona"];

/// Who sees what, by what they sign in with.
const USERS: [(&str, &str); 3] = [
    ("few@bench.example", "who sees 1 % as their owner"),
    ("most@bench.example", "who sees those of all sellers"),
    ("half@bench.example", "who sees a territory of half"),
];

/// Makes them, before the program serves.
pub(super) fn make(folder: &Path) -> anyhow::Result<()> {
    for (email, _) in USERS {
        let args = ["user", "create", "--email", email, "--role", "member", "--password-stdin"];
        command(folder, &args, PASSWORD)?;
    }
    let [(few, _), (most, _), (half, _)] = USERS;
    command(folder, &["user", "change", few, "--sees", "own"], "")?;
    command(folder, &["user", "change", half, "--sees", "own"], "")?;
    command(folder, &["user", "change", most, "--sees", "team"], "")?;
    command(folder, &["team", "create", "Sellers"], "")?;
    command(folder, &["team", "join", "Sellers", most, "--manager"], "")?;
    for seller in SELLERS {
        let email = format!("{seller}@fernwheel.example");
        command(folder, &["team", "join", "Sellers", &email], "")?;
    }
    let args = ["territory", "create", "Half", "--where", TERRITORY, "--for", half];
    command(folder, &args, "").map(drop)
}

/// Gives one of a hundred people to whoever is to see few.
fn give(owner: &mut Client, people: usize) -> anyhow::Result<()> {
    let (mut few, mut after): (Vec<Value>, _) = (Vec::new(), String::new());
    while few.len() < people / FEW {
        let page = owner.json(
            "GET",
            &format!("/api/v1/people?sort=name&fields=id{after}&limit=200"),
            None,
        )?;
        let listed = page["people"].as_array().context("a page of people")?;
        few.extend(listed.iter().map(|person| person["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={}", escaped(next));
    }
    few.truncate(people / FEW);
    let asked = json!({ "do": { "what": "owner", "user": USERS[0].0 }, "people": few });
    let mut change = owner.json("POST", "/api/v1/changes", Some(&asked))?;
    let begun = Instant::now();
    while change["is_done"] != true {
        ensure!(begun.elapsed().as_secs() < 300, "people could not be given away: {change}");
        std::thread::sleep(Duration::from_millis(200));
        let id = change["id"].as_str().context("a change")?.to_owned();
        change = owner.json("GET", &format!("/api/v1/changes/{id}"), None)?;
    }
    Ok(())
}

/// Takes their figures: the pages, a list of three conditions, a search.
pub(super) fn run(
    server: &Server,
    owner: &mut Client,
    people: usize,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    give(owner, people)?;
    server.come_to_rest();
    let list = format!("/api/v1/people?limit=50&where={}", escaped(THREE));
    for (email, who) in USERS {
        let made = command(
            &server.folder,
            &["token", "create", "--user", email, "--name", "bench", "--json"],
            "",
        )?;
        let made: Value = serde_json::from_str(&made)?;
        let mut client =
            Client::with_token(&server.address, made["token"].as_str().context("a token")?)?;
        let mut browser = Client::open(&server.address)?;
        browser.sign_in(email, PASSWORD)?;
        let count = client.json("GET", "/api/v1/people?limit=1&count=true", None)?;
        eprintln!("{who}: {} people", count["count"]);
        server.latency(figure, &format!("page, people, {who}"), TRIES, |_| {
            browser.must("GET", "/people", None)
        })?;
        server.latency(figure, &format!("page, companies, {who}"), TRIES, |_| {
            browser.must("GET", "/companies", None)
        })?;
        server.latency(figure, &format!("list, companies by people, {who}"), TRIES, |_| {
            client.must("GET", "/api/v1/companies?limit=50&sort=people", None)
        })?;
        server.latency(figure, &format!("list, three conditions, {who}"), TRIES, |_| {
            client.must("GET", &list, None)
        })?;
        server.latency(figure, &format!("search, {who}"), TRIES, |n| {
            let typed = TYPED.get(n % TYPED.len()).copied().unwrap_or_default();
            client.must("GET", &format!("/api/v1/people?limit=20&search={}", escaped(typed)), None)
        })?;
    }
    Ok(())
}
