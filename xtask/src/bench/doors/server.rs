//! The program that is measured: on a folder of its own, started by its own command.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::super::{TICKS, real};

pub(super) const PROGRAM: &str = "target/release/sluice";
/// Between two looks at whether the server has come to rest.
const LOOK: Duration = Duration::from_millis(500);
/// CPU-seconds between two looks that are rest: what its own clocks cost.
const REST: f64 = 0.03;
/// Seconds after which it is measured as it is.
const RESTLESS_S: u64 = 300;

/// A server on a folder of its own, which goes with it.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    pub(super) folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is left behind in the temporary folder does no harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    pub(super) fn start(folder: PathBuf) -> anyhow::Result<Server> {
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

    /// Waits until it has done what was due when it started: standings that time has changed since the story ended.
    pub(super) fn come_to_rest(&self) {
        let begun = Instant::now();
        let mut before = self.cpu();
        let mut calm = 0;
        while calm < 4 && begun.elapsed().as_secs() < RESTLESS_S {
            std::thread::sleep(LOOK);
            let now = self.cpu();
            calm = if now - before <= REST { calm + 1 } else { 0 };
            before = now;
        }
    }

    /// Seconds of CPU, user and system, that the server has used.
    pub(super) fn cpu(&self) -> f64 {
        let text =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = |place| {
            rest.split_whitespace().nth(place).and_then(|field: &str| field.parse::<f64>().ok())
        };
        (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS
    }

    /// Megabytes that it held at most.
    pub(super) fn memory_peak(&self) -> f64 {
        let text =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    /// How long some work takes, again and again: what the server spends on it, and the median and the 99th of 100.
    pub(super) fn latency(
        &self,
        figure: &mut dyn FnMut(&str, f64, &'static str),
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

/// What a command of the program printed.
pub(super) fn command(folder: &Path, args: &[&str], input: &str) -> anyhow::Result<String> {
    let mut child = Command::new(PROGRAM)
        .arg("--data")
        .arg(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "sluice {}: {}\n{said}", args.join(" "), output.status);
    Ok(String::from_utf8(output.stdout)?)
}
