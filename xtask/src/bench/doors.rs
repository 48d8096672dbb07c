//! Figures at the doors: the program as a browser and other programs meet it, over HTTP, on a story that it told.
//!
//! CPU time is that of the serving process, user and system; clients run beside it on the same machine, so that wall
//! times include what they take from it.

mod client;
mod server;
mod sight;
mod weight;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use self::client::{Client, escaped};
use self::server::{PROGRAM, Server, command};
use super::{Figure, TRIES, real};

const EMAIL: &str = "bench@bench.example";
const PASSWORD: &str = "a bench under the elms";
/// Asks a browser how long a key takes to be seen.
const BROWSER: &str = "browser/interaction.mjs";
/// Clients that create people at once, and how many each creates.
const CLIENTS: usize = 8;
const CREATED_BY_EACH: usize = 2_000;
/// Calls of a batch, each with as many people as one may have.
const BATCHES: usize = 40;
const BATCH_PEOPLE: usize = 1_000;
/// Three conditions over facts and a score, as a filter of the list has them.
const THREE: &str =
    r#"score.fit >= 60 && company.industry in ["logistics", "food"] && company.employees >= 100"#;
/// The same about companies.
const OF_COMPANIES: &str =
    r#"company.employees >= 100 && stage == "prospect" && somebody(score.fit >= 60)"#;
/// A condition that many meet, all of whom stand at the other end of an order by fit.
const OTHER_END: &str = r#"score.fit < 20 && company.industry in ["logistics", "food"]"#;
/// What is typed into the search, a name at a time.
const TYPED: [&str; 8] =
    ["tönn", "nord", "maria", "kooij", "andersen", "transport", "lefevre", "food"];
/// Notes that are written before they are searched, and words that are in them.
const NOTES: usize = 400;
const NOTED: [&str; 4] = ["invoice", "renewal", "warehouse", "forklift"];

/// The folder that is served: a copy of a story that was told before, or one that is told now.
fn told(people: usize, kept: Option<&str>) -> anyhow::Result<PathBuf> {
    ensure!(
        Path::new(PROGRAM).exists(),
        "build the program first: cargo build --release -p sluice"
    );
    let folder = std::env::temp_dir().join(format!("sluice-bench-doors-{}", std::process::id()));
    let Some(kept) = kept else {
        command(&folder, &["demo", "--people", &people.to_string()], "")?;
        return Ok(folder);
    };
    ensure!(Path::new(kept).join("sluice.db").exists(), "{kept} holds no story");
    let copied = Command::new("cp")
        .args(["-r", "--reflink=auto", kept])
        .arg(&folder)
        .status()
        .context("cp, which copies the story")?;
    ensure!(copied.success(), "the story could not be copied");
    Ok(folder)
}

/// Serves a story of so many people, and takes the figures at its doors.
pub(super) fn run(
    people: usize,
    kept: Option<&str>,
    is_in_browser: bool,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    let folder = told(people, kept)?;
    let args = ["user", "create", "--email", EMAIL, "--role", "owner", "--password-stdin"];
    command(&folder, &args, PASSWORD)?;
    sight::make(&folder)?;
    let made =
        command(&folder, &["token", "create", "--user", EMAIL, "--name", "bench", "--json"], "")?;
    let made: Value = serde_json::from_str(&made).context("what token create printed")?;
    let bearer = made["token"].as_str().context("no token")?.to_owned();
    let server = Server::start(folder)?;
    server.come_to_rest();
    let mut figure = |name: &str, value: f64, unit: &'static str| {
        eprintln!("{name} {value:.3} {unit}");
        figures.push(Figure { name: name.to_owned(), database: "sqlite", value, unit });
    };
    let mut client = Client::with_token(&server.address, &bearer)?;
    let mut browser = Client::open(&server.address)?;
    browser.sign_in(EMAIL, PASSWORD)?;

    lists(&server, &mut client, &mut figure)?;
    of_companies(&server, &mut client, &mut figure)?;
    searches(&server, &mut client, &mut figure)?;
    server.latency(&mut figure, "page, people", TRIES, |_| browser.must("GET", "/people", None))?;
    server.latency(&mut figure, "page, companies", TRIES, |_| {
        browser.must("GET", "/companies", None)
    })?;
    weight::run(&mut browser, &mut figure)?;
    if is_in_browser {
        for (key, longest) in interactions(&server.address)? {
            figure(&format!("interaction to next paint, {key}, worst"), longest, "ms");
        }
    }
    sight::run(&server, &mut client, people, &mut figure)?;
    out(&server, &bearer, people, &mut figure)?;
    load(&server, &mut client, &bearer, &mut figure)?;
    figure("server, most memory under load", server.memory_peak(), "MB");
    Ok(())
}

/// Asks for a list until what it asks for is at hand: the first time a word is asked, a job reads all histories.
fn ready(client: &mut Client, list: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    while client.ask("GET", list, None)?.0 != 200 {
        ensure!(begun.elapsed().as_secs() < 900, "the words of a condition are not ready");
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn lists(
    server: &Server,
    client: &mut Client,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    let three = escaped(THREE);
    let other_end = escaped(OTHER_END);
    for (name, list) in [
        ("list, three conditions", format!("/api/v1/people?limit=50&where={three}")),
        (
            "list, three conditions, by engagement",
            format!("/api/v1/people?limit=50&sort=engagement&where={three}"),
        ),
        (
            "list, met at the other end",
            format!("/api/v1/people?limit=50&sort=fit&where={other_end}"),
        ),
    ] {
        ready(client, &list)?;
        server.come_to_rest();
        server.latency(figure, name, TRIES, |_| client.must("GET", &list, None))?;
    }
    Ok(())
}

/// A page of companies in an order, of a condition, and how many meet it.
fn of_companies(
    server: &Server,
    client: &mut Client,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    for (name, way) in [
        ("list, companies by last heard", "?limit=50&sort=touched".to_owned()),
        ("list, companies of a condition", format!("?limit=50&where={}", escaped(OF_COMPANIES))),
        ("count, companies of a condition", format!("/count?where={}", escaped(OF_COMPANIES))),
    ] {
        let way = format!("/api/v1/companies{way}");
        ready(client, &way)?;
        server.latency(figure, name, TRIES, |_| client.must("GET", &way, None))?;
    }
    Ok(())
}

fn searches(
    server: &Server,
    client: &mut Client,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    let typed = |n: usize| TYPED.get(n % TYPED.len()).copied().unwrap_or_default();
    server.latency(figure, "search, people", TRIES, |n| {
        let typed = escaped(typed(n));
        client.must("GET", &format!("/api/v1/people?limit=20&search={typed}"), None)
    })?;
    server.latency(figure, "search, all kinds", TRIES, |n| {
        client.must("GET", &format!("/api/v1/search?limit=8&q={}", escaped(typed(n))), None)
    })?;
    let page = client.json("GET", "/api/v1/people?limit=50&fields=id", None)?;
    let listed = page["people"].as_array().context("a page of people")?;
    let word = |n: usize| NOTED.get(n % NOTED.len()).copied().unwrap_or_default();
    for n in 0..NOTES {
        let id = listed.get(n % listed.len()).and_then(|person| person["id"].as_str());
        let id = id.context("nobody to write of")?;
        let text = format!("They asked about the {} of {n} pallets.", word(n));
        let note = json!({ "text": text });
        client.must("POST", &format!("/api/v1/people/{id}/notes"), Some(&note))?;
    }
    server.latency(figure, "search, notes", TRIES, |n| {
        client.must("GET", &format!("/api/v1/search?limit=8&q={}", word(n)), None)
    })
}

/// Everybody as a file, and the whole workspace.
fn out(
    server: &Server,
    bearer: &str,
    people: usize,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    let (begun, before) = (Instant::now(), server.cpu());
    let (exported, bytes) = export(&server.address, bearer)?;
    ensure!(exported == people, "{exported} of {people} people were exported");
    figure("export of everybody, wall", begun.elapsed().as_secs_f64(), "s");
    figure("export of everybody, CPU", server.cpu() - before, "CPU-s");
    figure("export of everybody, size", real(bytes) / 1e6, "MB");
    let file = server.folder.join("whole.tar.gz");
    let begun = Instant::now();
    let path = file.to_str().context("the folder has an odd name")?;
    command(&server.folder, &["workspace", "export", path], "")?;
    figure("workspace, taken out, wall", begun.elapsed().as_secs_f64(), "s");
    figure("workspace, taken out, size", fs::metadata(&file)?.len() as f64 / 1e6, "MB");
    Ok(fs::remove_file(file)?)
}

/// What programs tell: a person at a time by eight clients, and a thousand at a time by one.
fn load(
    server: &Server,
    client: &mut Client,
    bearer: &str,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    let (begun, before) = (Instant::now(), server.cpu());
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let clients: Vec<_> =
            (0..CLIENTS).map(|n| scope.spawn(move || create(&server.address, bearer, n))).collect();
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client broke"))??;
        }
        Ok(())
    })?;
    let created = real(CLIENTS * CREATED_BY_EACH);
    figure("create a person, 8 clients", created / begun.elapsed().as_secs_f64(), "people/s");
    figure("create a person, CPU", (server.cpu() - before) * 1000.0 / created, "CPU-ms");

    let (begun, before) = (Instant::now(), server.cpu());
    for batch in 0..BATCHES {
        let people: Vec<Value> =
            (0..BATCH_PEOPLE).map(|n| person("batch", batch * BATCH_PEOPLE + n)).collect();
        client.must("POST", "/api/v1/people/batch", Some(&json!({ "people": people })))?;
    }
    let told = real(BATCHES * BATCH_PEOPLE);
    figure("batch upsert, rate", told / begun.elapsed().as_secs_f64(), "people/s");
    figure("batch upsert, CPU", (server.cpu() - before) * 1000.0 / told, "CPU-ms/person");
    Ok(())
}

/// Takes everybody out as a file; how many people the head says, and how many bytes came until the end.
fn export(address: &str, bearer: &str) -> anyhow::Result<(usize, usize)> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET /api/v1/people/export?format=csv HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {bearer}\r\n\
         connection: close\r\n\r\n"
    )?;
    let (mut reader, mut line, mut people) = (BufReader::new(stream), String::new(), None);
    while reader.read_line(&mut line)? > 2 {
        let head = line.to_ascii_lowercase();
        people = people.or_else(|| head.strip_prefix("sluice-count:")?.trim().parse().ok());
        line.clear();
    }
    let (mut bytes, mut piece, mut end) = (0, vec![0; 256 << 10], Vec::new());
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        bytes += count;
        end.extend_from_slice(&piece[count.saturating_sub(8)..count]);
        end.drain(..end.len().saturating_sub(8));
    }
    ensure!(end.ends_with(b"\r\n0\r\n\r\n"), "the export broke off after {bytes} bytes");
    Ok((people.context("the export did not say how many it has")?, bytes))
}

fn person(what: &str, n: usize) -> Value {
    json!({
        "email": format!("{what}{n}@made{}.example", n % 997),
        "name": format!("Person {n} Made"), "title": "Head of planning",
        "company": { "domain": format!("made{}.example", n % 997) },
        "activities": [ { "kind": "form.submitted", "id": format!("{what}-{n}") } ],
    })
}

fn create(address: &str, bearer: &str, client: usize) -> anyhow::Result<()> {
    let mut connection = Client::with_token(address, bearer)?;
    for n in 0..CREATED_BY_EACH {
        let one = person("one", client * CREATED_BY_EACH + n);
        connection.must("POST", "/api/v1/people", Some(&one))?;
    }
    Ok(())
}

/// How long each key took to be seen at worst, in milliseconds, as Chromium measures it on the list of people.
fn interactions(address: &str) -> anyhow::Result<Vec<(String, f64)>> {
    let address = format!("http://{address}");
    let output = Command::new("node")
        .args([BROWSER, "--address", &address, "--email", EMAIL, "--password", PASSWORD])
        .stderr(Stdio::inherit())
        .output()
        .context("node, which drives the browser")?;
    ensure!(output.status.success(), "{BROWSER} ended with {}", output.status);
    let told: serde_json::Map<String, Value> = serde_json::from_slice(&output.stdout)?;
    let worst = |(key, figures): (String, Value)| Some((key, figures["worst_ms"].as_f64()?));
    Ok(told.into_iter().filter_map(worst).collect())
}
