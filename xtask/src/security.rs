//! `cargo xtask security`: lets two strangers from Debian, wapiti and sqlmap, loose on a running program.
//!
//! The program serves a workspace with a story in it, by TLS, with a session and a token of its owner. wapiti crawls the
//! pages as a browser would and tries every form and every link; sqlmap tries the parameters of pages and calls that
//! reach a statement. A finding fails the run, unless it stands in [`KNOWN`] with its reason; so does any answer that
//! says that something broke.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// What wapiti tries. Left out: `csrf`, for it looks for a token in each form and we refuse by where a request comes
/// from (team::guard); `ssrf`, `wapp` and `nikto`, which call hosts of others; `buster` and `backup`, which guess names of
/// files, for no file is served by its name; `brute_login_form`, which the throttle ends after five tries.
const MODULES: &str = "cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,\
     blindsql,xss,xxe";
/// Findings of wapiti that are none: what is said, and why it is so.
const KNOWN: [(&str, &str); 2] = [
    (
        "X-XSS-Protection is not set",
        "the filter that it would switch on is in no browser any more, and opened holes where it was",
    ),
    ("CSP attribute \"object-src\" is missing", "default-src 'none' stands for it"),
];
/// Pages on which nothing is tried: who signs out ends the session of the whole run.
const LEFT_ALONE: [&str; 2] = ["/sign-out", "/demo"];
/// Parameters that sqlmap tries, each of a page (by the session) or a call (by the token).
const QUESTIONS: [&str; 12] = [
    "/people?q=ann&stage=lead&sort=name&dir=asc",
    "/people?missing=next&after=1",
    "/people/export?format=csv&q=ann",
    "/companies?q=north&stage=lead&sort=name&dir=asc",
    "/companies/export?format=csv&q=north",
    "/search?q=ann",
    "/search/palette?q=ann",
    "/funnel?days=30",
    "/handoffs?outcome=accepted&version=1&days=30",
    "/api/v1/people?search=ann&limit=5&stage=lead&sort=name",
    "/api/v1/people?where=known(person.email)&limit=5",
    "/api/v1/companies?search=north&limit=5&sort=name&where=known(company.domain)",
];
/// Bodies of calls that sqlmap tries.
const BODIES: [(&str, &str); 2] = [
    ("/api/v1/people", "{\"email\":\"sql@north.example\",\"facts\":{\"person.title\":\"COO\"}}"),
    ("/api/v1/tell", "{\"lens\":\"Shared\",\"firm\":\"profile\"}"),
];
const EMAIL: &str = "mara@security.example";
const PASSWORD: &str = "a quiet harbour at six";
/// The longest that one of wapiti's modules, or all of its walk, may take, in seconds.
const MODULE_S_MAX: &str = "45";
const WALK_S_MAX: &str = "120";
/// People in the story: what differs from one to the next is no other page.
const PEOPLE: &str = "5";
/// Starts Debian's wapiti with one of its functions mended: in Python 3.11 what it is told to leave alone ends it.
const WAPITI: &str = "
import fnmatch, re
import wapitiCore.net.crawler as crawler
crawler.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))
from wapitiCore.main.wapiti import wapiti_main
wapiti_main()
";

/// What was asked on the command line.
struct Asked {
    program: PathBuf,
    install: bool,
    only: Option<String>,
}

/// Runs both.
///
/// # Errors
/// If a tool is missing, if the program does not start, or if something was found.
pub fn run(args: &[String]) -> Result<()> {
    let asked = asked(args)?;
    tools(asked.install)?;
    let folder = std::env::temp_dir().join(format!("sluice-security-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let found = attacked(&asked, &folder);
    let _left = fs::remove_dir_all(&folder);
    let found = found?;
    for finding in &found {
        println!("found: {finding}");
    }
    ensure!(found.is_empty(), "{} findings", found.len());
    println!("nothing was found");
    Ok(())
}

fn asked(args: &[String]) -> Result<Asked> {
    let root = crate::tidy::root();
    let mut asked = Asked { program: root.join("target/debug/sluice"), install: false, only: None };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--install" => asked.install = true,
            "--program" => asked.program = args.next().context("--program PATH")?.into(),
            "--only" => asked.only = args.next().cloned(),
            other => bail!(
                "{other} is not known; there are --install, --program PATH, --only wapiti|sqlmap"
            ),
        }
    }
    let program = asked.program.display().to_string();
    ensure!(
        asked.program.exists(),
        "{program} is missing: cargo build -p sluice, or --program PATH"
    );
    Ok(asked)
}

fn tools(install: bool) -> Result<()> {
    let is_there = |tool: &&str| {
        Command::new("which").arg(tool).output().is_ok_and(|ran| ran.status.success())
    };
    let missing: Vec<&str> = ["wapiti", "sqlmap", "openssl", "curl"]
        .into_iter()
        .filter(|tool| !is_there(tool))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let command = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    ensure!(install, "missing: {command}; or say --install");
    let done = Command::new("sh").args(["-c", &command]).status()?;
    ensure!(done.success(), "{command} failed");
    Ok(())
}

/// The program, served; ended when this is dropped.
struct Served {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn attacked(asked: &Asked, folder: &Path) -> Result<Vec<String>> {
    let token = filled(asked, folder)?;
    let served = serve(asked, folder)?;
    let cookie = signed_in(&served)?;
    let is_asked = |tool: &str| asked.only.as_deref().is_none_or(|only| only == tool);
    let mut found = Vec::new();
    if is_asked("wapiti") {
        found.extend(wapiti(&served, folder, &cookie)?);
    }
    if is_asked("sqlmap") {
        found.extend(sqlmap(&served, folder, &cookie, &token)?);
    }
    let log = fs::read_to_string(&served.log)?;
    let broke = |line: &&str| line.contains("something broke") || line.contains("panicked");
    found.extend(log.lines().filter(broke).take(20).map(|line| format!("the log says: {line}")));
    Ok(found)
}

/// Makes a workspace with an owner and a story; gives a token.
fn filled(asked: &Asked, folder: &Path) -> Result<String> {
    let run = |args: &[&str], input: &str| -> Result<String> {
        let mut child = Command::new(&asked.program)
            .arg("--data")
            .arg(folder.join("workspace"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        child.stdin.take().context("no input")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "sluice {} failed", args.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    };
    run(&["demo", "--people", PEOPLE], "")?;
    let create = ["user", "create", "--email", EMAIL, "--role", "owner", "--password-stdin"];
    run(&create, &format!("{PASSWORD}\n"))?;
    let made = run(&["token", "create", "--user", EMAIL, "--name", "security", "--json"], "")?;
    let made: Value = serde_json::from_str(&made)?;
    Ok(made["token"].as_str().context("no token")?.to_owned())
}

fn serve(asked: &Asked, folder: &Path) -> Result<Served> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()?;
    ensure!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    let mut child = Command::new(&asked.program)
        .arg("--data")
        .arg(folder.join("workspace"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("SLUICE_TLS_CERTIFICATE", &certificate)
        .env("SLUICE_TLS_KEY", &key)
        .env("SLUICE_TELL_PUBLIC", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stderr.take().context("no log")?).lines();
    let address = loop {
        let line = lines.next().context("it ended without listening")??;
        if let Some((_, address)) = line.split_once("listening on https://127.0.0.1:") {
            break format!("https://localhost:{address}");
        }
    };
    let log = folder.join("log");
    let mut file = fs::File::create(&log)?;
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _full = writeln!(file, "{line}");
        }
    });
    Ok(Served { child, address, log })
}

/// Signs the owner in as a browser would, and gives the cookie.
fn signed_in(served: &Served) -> Result<String> {
    let output = Command::new("curl")
        .args(["--silent", "--insecure", "--include", "--data-urlencode"])
        .arg(format!("email={EMAIL}"))
        .arg("--data-urlencode")
        .arg(format!("password={PASSWORD}"))
        .args(["--header", &format!("Origin: {}", served.address)])
        .arg(format!("{}/sign-in", served.address))
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let line = line.with_context(|| format!("no cookie:\n{said}"))?;
    ensure!(line.starts_with("__Host-") && line.contains("Secure"), "{line}");
    Ok(line.split(';').next().unwrap_or_default().to_owned())
}

fn wapiti(served: &Served, folder: &Path, cookie: &str) -> Result<Vec<String>> {
    let report = folder.join("wapiti.json");
    let mut command = Command::new("/usr/bin/python3");
    command
        .args(["-c", WAPITI])
        .args(["--url", &format!("{}/people", served.address), "--scope", "domain"])
        .args(["--header", &format!("Cookie: {cookie}")])
        .args(["--module", MODULES, "--level", "1", "--flush-session", "--no-bugreport"])
        .args(["--max-scan-time", WALK_S_MAX, "--max-attack-time", MODULE_S_MAX])
        .args([
            "--max-links-per-page",
            "40",
            "--depth",
            "6",
            "--timeout",
            "20",
            "--verify-ssl",
            "0",
        ])
        .args(["--format", "json", "--output"])
        .arg(&report)
        .arg("--store-session")
        .arg(folder.join("wapiti"));
    for path in LEFT_ALONE {
        command.args(["--exclude", &format!("{}{path}*", served.address)]);
    }
    let ran = command.output().context("wapiti")?;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let text =
        fs::read_to_string(&report).with_context(|| format!("wapiti wrote nothing:\n{said}"))?;
    let told: Value = serde_json::from_str(&text)?;
    let mut found = Vec::new();
    for part in ["vulnerabilities", "anomalies"] {
        let Some(kinds) = told[part].as_object() else { bail!("wapiti's report has no {part}") };
        for (kind, each) in kinds {
            for one in each.as_array().into_iter().flatten() {
                let info = one["info"].as_str().unwrap_or_default();
                match KNOWN.iter().find(|(words, _)| info.contains(words)) {
                    Some((words, reason)) => println!("known: {words}: {reason}"),
                    None => found.push(format!("wapiti: {kind}: {info}: {}", one["http_request"])),
                }
            }
        }
    }
    let pages = said.lines().filter(|line| line.contains("URLs and forms")).collect::<Vec<_>>();
    println!("wapiti tried {MODULES}. {}", pages.join(" "));
    Ok(found)
}

/// The status with which a request is answered that is as it should be.
fn status(served: &Served, path: &str, body: Option<&str>, header: &str) -> Result<u16> {
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--insecure",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ]);
    command.args(["--header", header, "--globoff"]);
    if let Some(body) = body {
        command.args(["--header", "Content-Type: application/json", "--data", body]);
    }
    let output = command.arg(format!("{}{path}", served.address)).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn sqlmap(served: &Served, folder: &Path, cookie: &str, token: &str) -> Result<Vec<String>> {
    let shown = |path: &str| {
        if path.starts_with("/api/") {
            format!("Authorization: Bearer {token}")
        } else {
            format!("Cookie: {cookie}")
        }
    };
    let questions = QUESTIONS.iter().map(|path| (*path, None));
    let all = questions.chain(BODIES.iter().map(|(path, body)| (*path, Some(*body))));
    for (path, body) in all.clone() {
        let status = status(served, path, body, &shown(path))?;
        ensure!(status < 400, "{path} answers {status} as it stands here: then nothing is tried");
    }
    let mut found = Vec::new();
    let mut attack = |path: &str, body: Option<&str>| -> Result<()> {
        let mut command = Command::new("sqlmap");
        command
            .args([
                "--url",
                &format!("{}{path}", served.address),
                "--batch",
                "--level",
                "2",
                "--risk",
                "2",
            ])
            .args([
                "--technique",
                "BEUST",
                "--time-sec",
                "6",
                "--timeout",
                "30",
                "--disable-coloring",
            ])
            .args([
                "--flush-session",
                "--ignore-code",
                "401,404,409,422,429,503",
                "--skip",
                "User-Agent,Referer,Cookie",
            ])
            .arg("--output-dir")
            .arg(folder.join("sqlmap"));
        let header = shown(path);
        match body {
            Some(body) => {
                command.args(["--data", body, "--header", "Content-Type: application/json"]);
                command.args(["--headers", &format!("Content-Type: application/json\n{header}")]);
            }
            None => _ = command.args(["--headers", &header]),
        }
        let status = status(served, path, body, &header)?;
        ensure!(
            status < 400,
            "{path} answers {status} before it is attacked: then nothing is tried"
        );
        let ran = command.output().context("sqlmap")?;
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let is_found = said.contains("injection point(s)") || said.contains("is vulnerable");
        let is_tried = said.contains("do not appear to be injectable") || is_found;
        println!("sqlmap tried {path}: {}", if is_found { "FOUND" } else { "nothing" });
        if is_found {
            found.push(format!("sqlmap: {path}:\n{said}"));
        } else if !is_tried {
            let tail: Vec<&str> = said.lines().rev().take(6).collect();
            found.push(format!("sqlmap did not come to an end on {path}: {}", tail.join(" | ")));
        }
        Ok(())
    };
    for (path, body) in all {
        attack(path, body)?;
    }
    Ok(found)
}
