//! What is packaged: the unit of systemd is sound, and what it starts serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::Program;

const UNIT: &str = include_str!("../../../packaging/sluice.service");
/// How much of a machine a service may reach, in tenths, as `systemd-analyze security` weighs it.
const EXPOSURE_MAX: &str = "20";

/// The unit with the paths of this test in place of those of a machine.
fn unit(program: &Program) -> String {
    let here = |name: &str| program.file(name).to_str().unwrap().to_owned();
    UNIT.replace("/usr/local/bin/sluice", env!("CARGO_BIN_EXE_sluice"))
        .replace("/etc/sluice", &here("etc"))
        .replace("/var/lib/sluice", &here("lib"))
}

fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

fn analyzed(args: &[&str], file: &Path) -> Option<(bool, String)> {
    let ran = Command::new("systemd-analyze").args(args).arg(file).output().ok()?;
    let told = [ran.stdout, ran.stderr].concat();
    Some((ran.status.success(), String::from_utf8_lossy(&told).into_owned()))
}

#[test]
fn the_unit_is_sound_and_open_to_little() {
    let program = Program::new();
    std::fs::create_dir_all(program.file("units")).unwrap();
    let file = program.file("units/sluice.service");
    std::fs::write(&file, unit(&program)).unwrap();
    // Where there is no systemd there is nobody to ask.
    let Some((is_sound, told)) = analyzed(&["verify"], &file) else { return };
    assert!(is_sound && !told.contains("sluice.service"), "{told}");
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    if let Some((is_closed, told)) = analyzed(&["security", "--offline=true", &threshold], &file) {
        assert!(is_closed, "{told}");
    }
}

struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

#[test]
fn what_the_unit_starts_serves_takes_a_signal_and_stops() {
    let program = Program::new();
    let unit = unit(&program);
    for folder in ["etc", "lib"] {
        std::fs::create_dir_all(program.file(folder)).unwrap();
    }
    // As the unit says to do it.
    let defaults = program.run(&["serve", "--defaults"]);
    assert_eq!(defaults.code, 0, "{}", defaults.err);
    program.write("etc/sluice.toml", &defaults.out);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    program.write("etc/secrets", &format!("SLUICE_HTTP_LISTEN=127.0.0.1:{port}\n"));

    let [start] = values(&unit, "ExecStart")[..] else { panic!("one command starts it") };
    let words: Vec<&str> = start.split_whitespace().collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().current_dir(values(&unit, "WorkingDirectory")[0]);
    let secrets = values(&unit, "EnvironmentFile")[0].trim_start_matches('-');
    let secrets = std::fs::read_to_string(secrets).unwrap();
    for pair in values(&unit, "Environment").into_iter().chain(secrets.lines()) {
        let (name, value) = pair.split_once('=').unwrap();
        command.env(name, value);
    }
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut started = Started(child);
    let log = BufReader::new(started.0.stderr.take().unwrap());
    let (listens, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let _nobody_waits = listens.send(line);
        }
    });
    let until = Instant::now() + Duration::from_secs(60);
    let mut told = String::new();
    while !told.contains("listening on") {
        let left = until.saturating_duration_since(Instant::now());
        told.push_str(
            &heard.recv_timeout(left).unwrap_or_else(|_| panic!("it does not listen:\n{told}")),
        );
        told.push('\n');
    }
    let healthy = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(healthy().ends_with("ok\n"));
    assert!(program.file("lib/sluice.db").exists(), "the workspace is where the unit says");
    let pid = Pid::from_child(&started.0);
    assert_eq!(values(&unit, "ExecReload"), ["/bin/kill -HUP $MAINPID"]);
    kill_process(pid, Signal::HUP).unwrap();
    assert!(healthy().ends_with("ok\n"), "a reload ends nothing");
    kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(started.0.wait().unwrap().code(), Some(0));
}
