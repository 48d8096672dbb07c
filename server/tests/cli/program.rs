//! Runs the program, and speaks to it as a browser does.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use platform::Location;
use platform::db::Dialect;
use platform::harness::world;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// A folder for a workspace, and the program in it.
pub struct Program {
    folder: TempDir,
    database: Option<String>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    pub fn new() -> Program {
        Program { folder: tempfile::tempdir().unwrap(), database: None }
    }

    /// The same on a PostgreSQL database.
    pub fn on(database: &str) -> Program {
        Program { database: Some(database.to_owned()), ..Program::new() }
    }

    /// Runs a test on SQLite, then on PostgreSQL.
    pub fn on_both(test: impl Fn(&Program)) {
        test(&Program::new());
        let world = world(Dialect::Postgres, &[]);
        let Location::Postgres(address) = &world.location else { panic!("{}", world.location) };
        println!("on PostgreSQL");
        test(&Program::on(address));
    }

    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// A file beside the workspace.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn workspace(&self) -> PathBuf {
        self.file("workspace")
    }

    /// Writes a file beside the workspace and gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let file = self.file(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// The program with these arguments, with nothing of this environment but the search path.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.env_clear().current_dir(self.folder.path()).args(["--data", "workspace"]);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        command.args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may have ended without reading.
        let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Makes the owner, so that the workspace is begun.
    pub fn begin(&self) {
        let args = [
            "user",
            "create",
            "--email",
            "mara@north.example",
            "--role",
            "owner",
            "--password-stdin",
        ];
        self.run_with(&args, "correct horse\n").must_be_done();
    }

    /// Starts to serve on any free port.
    pub fn serve(&self, args: &[&str]) -> Served {
        self.start("serve", &[&["--listen", "127.0.0.1:0"], args].concat())
    }

    /// Starts `serve`, `web` or `work`, and waits until it says that it is ready.
    pub fn start(&self, command: &str, args: &[&str]) -> Served {
        self.start_with(&[], command, args)
    }

    /// The same with options before the command.
    pub fn start_with(&self, before: &[&str], command: &str, args: &[&str]) -> Served {
        let all = [before, &[command], args].concat();
        let mut child =
            self.command(&all).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut log, mut figures) = (String::new(), String::new());
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it ended without listening:\n{log}"))
                .unwrap();
            log.push_str(&format!("{line}\n"));
            if let Some(address) = line.strip_prefix("figures on http://") {
                figures = address.trim_end_matches("/metrics").to_owned();
            }
            if let Some((_, address)) =
                line.strip_prefix("listening on ").and_then(|rest| rest.split_once("://"))
            {
                break address.to_owned();
            }
            if line.starts_with("working on the jobs") {
                break String::new();
            }
        };
        // What it says from now on is read, so that it never waits for us.
        let log =
            std::thread::spawn(move || lines.fold(log, |log, line| log + &line.unwrap() + "\n"));
        Served { child, address, figures, log: Some(log) }
    }
}

impl Ran {
    pub fn must_be_done(self) -> Ran {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A server that runs; killed when it is dropped.
pub struct Served {
    child: Child,
    pub address: String,
    /// Where it tells its figures, if it was asked to.
    pub figures: String,
    log: Option<std::thread::JoinHandle<String>>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Served {
    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask_at(&self.address, method, path, headers, body)
    }

    /// The same at another of its addresses.
    pub fn ask_at(
        &self,
        address: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(self.head(method, path, headers, body.len()).as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        answer(stream)
    }

    pub fn head(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        length: usize,
    ) -> String {
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if matches!(method, "POST" | "PATCH" | "PUT") || length > 0 {
            head.push_str(&format!("content-length: {length}\r\n"));
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                head.push_str("content-type: application/x-www-form-urlencoded\r\n");
            }
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head + "\r\n"
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end; gives how it ended and all that it wrote to standard error.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Reads an answer up to the end of its connection.
pub fn answer(mut stream: impl Read) -> Answer {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: body.to_owned() }
}
