//! Figures at the doors: the program as a browser and other programs meet it, over HTTP, on a story that it told.
//!
//! CPU time is that of the serving process, user and system; clients run beside it on the same machine, so that wall
//! times include what they take from it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::{Figure, TICKS, TRIES, real};

const PROGRAM: &str = "target/release/sluice";
const EMAIL: &str = "bench@sluice.example";
const PASSWORD: &str = "a bench under the elms";
/// Asks a browser how long a key takes to be seen.
const BROWSER: &str = "browser/interaction.mjs";
/// Clients that create people at once, and how many each creates.
const CLIENTS: usize = 8;
const CREATED_BY_EACH: usize = 1_000;
/// Calls of a batch, each with as many people as one may have.
const BATCHES: usize = 20;
const BATCH_PEOPLE: usize = 1_000;
/// Three conditions over facts and a score, as a filter of the list has them.
const THREE: &str =
    r#"score.fit >= 60 && company.industry in ["logistics", "food"] && company.employees >= 100"#;
/// The same about companies.
const OF_COMPANIES: &str =
    r#"company.employees >= 100 && stage == "prospect" && somebody(score.fit >= 60)"#;
/// What is typed into the search, a name at a time.
const TYPED: [&str; 8] =
    ["tönn", "nord", "maria", "kooij", "andersen", "transport", "lefevre", "food"];

/// A server on a folder of its own, which goes with it.
struct Server {
    child: Child,
    address: String,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is left behind in the temporary folder does no harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Tells a story of so many people, serves it, and takes the figures at its doors.
pub(super) fn run(
    people: usize,
    is_in_browser: bool,
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    ensure!(
        Path::new(PROGRAM).exists(),
        "build the program first: cargo build --release -p sluice"
    );
    let folder = std::env::temp_dir().join(format!("sluice-bench-doors-{}", std::process::id()));
    command(&folder, &["demo", "--people", &people.to_string()], "")?;
    command(
        &folder,
        &["user", "create", "--email", EMAIL, "--role", "owner", "--password-stdin"],
        PASSWORD,
    )?;
    let made =
        command(&folder, &["token", "create", "--user", EMAIL, "--name", "bench", "--json"], "")?;
    let made: Value = serde_json::from_str(&made).context("what token create printed")?;
    let bearer = made["token"].as_str().context("no token")?.to_owned();
    let server = Server::start(folder)?;
    let mut figure = |name: &str, value: f64, unit: &'static str| {
        eprintln!("{name} {value:.3} {unit}");
        figures.push(Figure { name: name.to_owned(), database: "sqlite", value, unit });
    };
    let mut client = Client::open(&server.address)?;
    client.bearer = Some(bearer.clone());

    // The first time a word is asked, a job reads it out of everybody's history; from then on it is kept.
    let list = format!("/api/v1/people?limit=50&where={}", escaped(THREE));
    let begun = Instant::now();
    while client.ask("GET", &list, None)?.0 != 200 {
        ensure!(begun.elapsed().as_secs() < 600, "the words of a condition are not ready");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    server.latency(&mut figure, "list, three conditions", TRIES, |_| {
        client.must("GET", &list, None)
    })?;
    server.latency(&mut figure, "search, what is typed", TRIES, |n| {
        let typed = TYPED.get(n % TYPED.len()).copied().unwrap_or_default();
        client.must("GET", &format!("/api/v1/people?limit=20&search={}", escaped(typed)), None)
    })?;

    of_companies(&server, &mut client, &mut figure)?;

    let mut browser = Client::open(&server.address)?;
    browser.sign_in()?;
    server.latency(&mut figure, "page, the list of people", TRIES, |_| {
        browser.must("GET", "/people", None)
    })?;

    let (bytes, packed) = browser.weight("/people")?;
    figure("page, the list of people, as sent", packed / 1000.0, "kB");
    figure("page, the list of people, unpacked", bytes / 1000.0, "kB");
    if is_in_browser {
        for (key, longest) in interactions(&server.address)? {
            figure(&format!("interaction to next paint, {key}, worst"), longest, "ms");
        }
    }

    let (begun, before) = (Instant::now(), server.cpu());
    let (exported, bytes) = export(&server.address, &bearer)?;
    ensure!(exported == people, "{exported} of {people} people were exported");
    figure("export of everybody, CSV", begun.elapsed().as_secs_f64(), "s");
    figure("export of everybody, CSV, CPU", server.cpu() - before, "CPU-s");
    figure("export of everybody, CSV, size", real(bytes) / 1e6, "MB");
    let file = server.folder.join("whole.tar.gz");
    let begun = Instant::now();
    let file = file.to_str().context("the folder has an odd name")?;
    command(&server.folder, &["workspace", "export", file], "")?;
    figure("export of the workspace", begun.elapsed().as_secs_f64(), "s");
    figure("export of the workspace, size", fs::metadata(file)?.len() as f64 / 1e6, "MB");

    let (begun, before) = (Instant::now(), server.cpu());
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (address, bearer) = (server.address.clone(), bearer.clone());
                scope.spawn(move || create(&address, bearer, n))
            })
            .collect();
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
    figure("batch upsert", told / begun.elapsed().as_secs_f64(), "people/s");
    figure("batch upsert, CPU", (server.cpu() - before) * 1000.0 / told, "CPU-ms/person");
    figure("server, most memory under load", server.memory_peak(), "MB");

    Ok(())
}

/// A page of companies in an order, of a condition, and how many meet it.
fn of_companies(
    server: &Server,
    client: &mut Client,
    figure: &mut impl FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    for (name, way) in [
        ("companies, a page by last heard", "?limit=50&sort=touched".to_owned()),
        ("companies, a page of a condition", format!("?limit=50&where={}", escaped(OF_COMPANIES))),
        ("companies, count of a condition", format!("/count?where={}", escaped(OF_COMPANIES))),
    ] {
        let way = format!("/api/v1/companies{way}");
        let begun = Instant::now();
        while client.ask("GET", &way, None)?.0 != 200 {
            ensure!(begun.elapsed().as_secs() < 600, "the words of a condition are not ready");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        server.latency(figure, name, TRIES, |_| client.must("GET", &way, None))?;
    }
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

fn create(address: &str, bearer: String, client: usize) -> anyhow::Result<()> {
    let mut connection = Client::open(address)?;
    connection.bearer = Some(bearer);
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

/// What a command of the program printed.
fn command(folder: &Path, args: &[&str], input: &str) -> anyhow::Result<String> {
    let mut child = Command::new(PROGRAM)
        .arg("--data")
        .arg(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "sluice {} ended with {}", args.join(" "), output.status);
    Ok(String::from_utf8(output.stdout)?)
}

impl Server {
    fn start(folder: PathBuf) -> anyhow::Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let child = Command::new(PROGRAM)
            .arg("--data")
            .arg(&folder)
            .args(["serve", "--listen", &address])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Server { child, address, folder };
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            ensure!(begun.elapsed().as_secs() < 30, "the server does not answer");
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// Seconds of CPU, user and system, that the server has used.
    fn cpu(&self) -> f64 {
        let text =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = |place| {
            rest.split_whitespace().nth(place).and_then(|field: &str| field.parse::<f64>().ok())
        };
        (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS
    }

    /// Megabytes that it held at most.
    fn memory_peak(&self) -> f64 {
        let text =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    fn latency(
        &self,
        figure: &mut impl FnMut(&str, f64, &'static str),
        name: &str,
        tries: usize,
        mut work: impl FnMut(usize) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        work(0)?;
        let mut times = Vec::with_capacity(tries);
        let before = self.cpu();
        for n in 0..tries {
            let begun = Instant::now();
            work(n)?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        let spent = (self.cpu() - before) * 1000.0 / real(tries);
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(tries * share / 100).copied().unwrap_or_default();
        figure(&format!("{name}, CPU"), spent, "CPU-ms");
        figure(&format!("{name}, p50"), at(50), "ms");
        figure(&format!("{name}, p99"), at(99), "ms");
        Ok(())
    }
}

/// One connection that is kept, as a browser or a program keeps it.
struct Client {
    stream: BufReader<TcpStream>,
    address: String,
    bearer: Option<String>,
    cookie: Option<String>,
    takes_gzip: bool,
}

impl Client {
    fn open(address: &str) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let stream = BufReader::with_capacity(1 << 16, stream);
        Ok(Client {
            stream,
            address: address.to_owned(),
            bearer: None,
            cookie: None,
            takes_gzip: false,
        })
    }

    fn must(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<()> {
        let (status, body) = self.ask(method, path, body)?;
        ensure!(
            (200..300).contains(&status),
            "{method} {path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        Ok(())
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, "application/json", &body)?;
        let (status, _, body) = self.answer()?;
        Ok((status, body))
    }

    /// Bytes of a page, unpacked and as they are sent to a browser that takes gzip.
    fn weight(&mut self, path: &str) -> anyhow::Result<(f64, f64)> {
        let (_, whole) = self.ask("GET", path, None)?;
        self.takes_gzip = true;
        let (status, packed) = self.ask("GET", path, None)?;
        self.takes_gzip = false;
        ensure!(status == 200, "GET {path}: {status}");
        Ok((real(whole.len()), real(packed.len())))
    }

    fn sign_in(&mut self) -> anyhow::Result<()> {
        let form = format!("email={}&password={}", escaped(EMAIL), escaped(PASSWORD));
        self.send("POST", "/sign-in", "application/x-www-form-urlencoded", &form)?;
        let (_, cookie, _) = self.answer()?;
        self.cookie = Some(cookie.context("no session: is the owner let in?")?);
        Ok(())
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &str) -> anyhow::Result<()> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if method != "GET" {
            head.push_str(&format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len()));
        }
        if let Some(bearer) = &self.bearer {
            head.push_str(&format!("authorization: Bearer {bearer}\r\n"));
        }
        if self.takes_gzip {
            head.push_str("accept-encoding: gzip\r\n");
        }
        if let Some(cookie) = &self.cookie {
            head.push_str(&format!("cookie: {cookie}\r\n"));
        }
        let stream = self.stream.get_mut();
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        Ok(())
    }

    /// Status, the session's cookie if one is set, and the body.
    fn answer(&mut self) -> anyhow::Result<(u16, Option<String>, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no answer: {line:?}"))?;
        let (mut length, mut is_chunked, mut cookie) = (0, false, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "transfer-encoding" => is_chunked = value == "chunked",
                "set-cookie" => cookie = value.split(';').next().map(str::to_owned),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if !is_chunked {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
            return Ok((status, cookie, body));
        }
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Ok(size) = usize::from_str_radix(line.trim(), 16) else {
                bail!("no chunk: {line:?}")
            };
            let begun = body.len();
            body.resize(begun + size, 0);
            if let Some(rest) = body.get_mut(begun..) {
                self.stream.read_exact(rest)?;
            }
            line.clear();
            self.stream.read_line(&mut line)?;
            if size == 0 {
                return Ok((status, cookie, body));
            }
        }
    }
}

/// A text as part of an address: everything but letters and digits escaped.
fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}
