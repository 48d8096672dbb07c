//! Figures over a story that the program tells: a backtest, an adoption, one activity more; and the same backtest
//! as one would write it by hand in SQL on other databases.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use funnel::Stage;
use funnel::history::{Activity, Agent, Direction, Entry, Kind, What};
use funnels::backtest::{self, Question};
use funnels::segment::Segment;
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use platform::clock::SystemClock;
use platform::db::Dialect;
use platform::dice::SystemDice;
use platform::files::Files;
use platform::jobs::{self, Registry};
use platform::{App, Db, Location, harness};
use team::User;

use super::{Figure, cpu, real, resident_at_most};

/// Activities recorded one by one, or as many at once as there are who write, each in a transaction of its own.
const ONE_BY_ONE: i64 = 2_000;
/// Activities recorded before any is measured: a server that runs has its pages at hand, and a log that has come round.
const WARM: i64 = 5_000;
/// How long one who writes while everybody is stood anew waits between two activities.
const PAUSE: Duration = Duration::from_millis(250);
/// How many write at once.
const AT_ONCE: usize = 8;

/// A rule that one can also write by hand: three pages in a week, from somebody who sent a form.
const RULE: &str = r#"
name = "Three pages in a week"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("form.submitted") && count("page.viewed", days(7)) >= 3'
[stages.customer]
enter = 'did("deal.won")'
"#;

/// The same by hand, with the window functions that both databases know. It sees no late data and gives no receipt.
const BY_HAND: &str = "
with a as (select subject_id, occurred_at as t, kind from {table} where agent = {human}),
e as (
  select subject_id, t,
    sum(case when kind = 'page.viewed' then 1 else 0 end) over week as views,
    max(case when kind = 'form.submitted' then 1 else 0 end) over so_far as formed
  from a where kind in ('page.viewed', 'form.submitted')
  window week as (partition by subject_id order by t range between 604799999999 preceding and current row),
    so_far as (partition by subject_id order by t range between unbounded preceding and current row)),
p as (select subject_id, min(t) as t from e where views >= 3 and formed = 1 group by subject_id),
w as (select subject_id, min(t) as t from a where kind = 'deal.won' group by subject_id)
select count(*) as called, count(w.t) as won
from p left join w on w.subject_id = p.subject_id where w.t is null or w.t >= p.t";

const DUCKDB: &str = r"
import duckdb, json, sys, time
db = duckdb.connect()
db.execute('pragma threads=2')
db.execute('set enable_progress_bar = false')
db.execute('create table activity (subject_id bigint, occurred_at bigint, kind varchar, agent bigint)')
db.execute(f'copy activity from {sys.argv[1]!r} (header false)')
begun = time.monotonic()
called, won = db.execute(sys.argv[2]).fetchone()
print(json.dumps({'wall': time.monotonic() - begun, 'called': called, 'won': won}))
";

struct Story {
    app: App,
    registry: Registry,
    folder: PathBuf,
    is_kept: bool,
}

impl Drop for Story {
    fn drop(&mut self) {
        if !self.is_kept {
            // What is left behind in the temporary folder does no harm.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The folder of a story of so many people: one that was told before, or one that is told now.
fn told(people: usize, kept: Option<&str>) -> anyhow::Result<PathBuf> {
    let program = Path::new("target/release/sluice");
    anyhow::ensure!(program.exists(), "build the program first: cargo build --release -p sluice");
    let usual = || std::env::temp_dir().join(format!("sluice-bench-story-{}", std::process::id()));
    let folder = kept.map_or_else(usual, PathBuf::from);
    if folder.join("sluice.db").exists() {
        return Ok(folder);
    }
    let told = Command::new(program)
        .arg("--data")
        .arg(&folder)
        .args(["demo", "--people", &people.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    anyhow::ensure!(told.success(), "the story could not be told");
    Ok(folder)
}

/// Takes the figures over a story of so many people, which is told in a folder to be kept, if one is named.
pub(super) fn run(
    people: usize,
    (against, kept): (&[&str], Option<&str>),
    figures: &mut Vec<Figure>,
) -> anyhow::Result<()> {
    let story = Story::open(told(people, kept)?, kept.is_some())?;
    let mut figure = |database: &'static str, name: &str, value: f64, unit: &'static str| {
        eprintln!("{name} {database} {value:.3} {unit}");
        figures.push(Figure { name: name.to_owned(), database, value, unit });
    };

    let (begun, before) = (Instant::now(), cpu());
    let now = story.app.clock.now();
    let started = story.app.db.write_blocking(move |tx| {
        backtest::start(tx, &User::operator(), RULE, None, Question::default(), now)
    })?;
    jobs::run_now(&story.app, &story.registry, started.job)?;
    let (wall, spent) = (begun.elapsed().as_secs_f64(), cpu() - before);
    let row = story
        .app
        .db
        .read_blocking(move |tx| backtest::load(tx, &User::operator(), started.backtest))?;
    let report = row.view()?.report;
    let entries = real(usize::try_from(report.entries).unwrap_or(0));
    figure("sqlite", &format!("backtest, wall ({} entries)", report.entries), wall, "s");
    figure("sqlite", "backtest, CPU", spent * 1_000_000.0 / entries, "CPU-s/million entries");
    figure("sqlite", "backtest, memory at most", resident_at_most(), "MB");
    let ours = report.stages.get(&Stage::Prospect).copied().unwrap_or_default();
    eprintln!("backtest: {} called, {} won", ours.called, ours.won);

    for name in against {
        let (database, found) = match *name {
            "duckdb" => ("duckdb", by_duckdb(&story)?),
            "postgres" => ("postgres", by_postgres(&story)?),
            other => anyhow::bail!("--against knows duckdb and postgres, not {other}"),
        };
        eprintln!("by hand on {database}: {} called, {} won", found.called, found.won);
        figure(database, "backtest by hand, wall", found.wall, "s");
        figure(database, "backtest, ours by theirs", wall / found.wall, "times");
        let apart = (real_i(found.called) - real_i(i64::try_from(ours.called)?)).abs();
        let share = apart / real_i(found.called.max(1));
        figure(database, "backtest, called apart", share * 100.0, "%");
    }

    let (begun, before) = (Instant::now(), cpu());
    let mut after = story.record(0, WARM, 1)?;
    let spent = (cpu() - before) * 1000.0 / real_i(WARM);
    figure("sqlite", "one activity, just started, CPU", spent, "CPU-ms");
    let each = begun.elapsed().as_secs_f64() * 1000.0 / real_i(WARM);
    figure("sqlite", "one activity, just started, wall", each, "ms");
    for (name, at_once) in [("one activity", 1), ("one activity of eight at once", AT_ONCE)] {
        let (begun, before) = (Instant::now(), cpu());
        after = story.record(after, ONE_BY_ONE, at_once)?;
        let spent = (cpu() - before) * 1000.0 / real_i(ONE_BY_ONE);
        figure("sqlite", &format!("{name}, CPU"), spent, "CPU-ms");
        let each = begun.elapsed().as_secs_f64() * 1000.0 / real_i(ONE_BY_ONE);
        figure("sqlite", &format!("{name}, wall"), each, "ms");
    }

    for (name, condition) in SEGMENTS {
        let (made, counted, met) = story.segment(condition)?;
        eprintln!("{condition}: {met}");
        figure("sqlite", &format!("segment count by {name}"), counted * 1000.0, "ms");
        figure("sqlite", &format!("first asked: {name}"), made, "s");
    }

    let (begun, before) = (Instant::now(), cpu());
    let now = story.app.clock.now();
    let adopted = story.app.db.write_blocking(move |tx| {
        let from = funnels::lens::From::Start;
        funnels::lens::adopt(tx, &User::operator(), None, RULE, from, now)
    })?;
    let longest = match adopted.job {
        Some(job) => story.beside(after, || {
            jobs::run_now(&story.app, &story.registry, job)?;
            Ok(())
        })?,
        None => 0.0,
    };
    figure("sqlite", "re-standing after adoption, wall", begun.elapsed().as_secs_f64(), "s");
    let each = (cpu() - before) * 1000.0 / real(people);
    figure("sqlite", "re-standing after adoption, CPU", each, "CPU-ms/person");
    figure("sqlite", "re-standing, longest that another waited to write", longest, "s");
    figure("sqlite", "all of it, memory at most", resident_at_most(), "MB");
    Ok(())
}

/// Conditions that are counted over everybody.
const SEGMENTS: [(&str, &str); 3] = [
    (
        "facts",
        r#"company.employees >= 50 && company.industry in ["logistics", "food", "manufacturing"]"#,
    ),
    (
        "an activity window",
        r#"known(person.email) && did("email.replied", days(90)) && !did("deal.won")"#,
    ),
    ("a filter over activities", r#"did("page.viewed", days(60), path.startsWith("/pricing"))"#),
];
/// How often each is counted.
const SEGMENT_RUNS: usize = 7;

fn real_i(number: i64) -> f64 {
    real(usize::try_from(number).unwrap_or(0))
}

/// What a database found by hand.
struct Found {
    wall: f64,
    called: i64,
    won: i64,
}

impl Story {
    fn open(folder: PathBuf, is_kept: bool) -> anyhow::Result<Story> {
        let slices = super::slices();
        let location = Location::Folder(folder.clone());
        let db = Db::open(&location, &slices.map(|slice| slice.migrations))?;
        let files = Files::new(&folder);
        let app = App::new(db, Arc::new(SystemClock), Arc::new(SystemDice::default()), files)
            .with_part(journal::Projections(vec![
                Arc::new(people::PeopleProjection),
                Arc::new(funnels::FunnelProjection),
            ]))
            .with_part(people::LensSource(Arc::new(funnels::lens::LensLabels)))
            .with_part(funnels::lens::Definitions::default());
        let registry = Registry::new(vec![
            Arc::new(funnels::backtest::Backtest),
            Arc::new(funnels::refold::Refold),
            Arc::new(funnels::segment::Build),
        ]);
        Ok(Story { app, registry, folder, is_kept })
    }

    /// Counts who meets a condition: seconds until what it asks for is ready, the best of some counts, and how many.
    fn segment(&self, condition: &'static str) -> anyhow::Result<(f64, f64, u64)> {
        let segment = self
            .app
            .db
            .read_blocking(move |tx| Segment::read(&funnels::lens::main(tx)?, condition))?;
        let now = self.app.clock.now();
        let begun = Instant::now();
        let asked = segment.clone();
        let job =
            self.app.db.write_blocking(move |tx| asked.prepare(tx, &User::operator(), now))?;
        if let Some(job) = job {
            jobs::run_now(&self.app, &self.registry, job)?;
        }
        let made = begun.elapsed().as_secs_f64();
        let (mut best, mut met) = (f64::INFINITY, 0);
        for _ in 0..SEGMENT_RUNS {
            let (asked, begun) = (segment.clone(), Instant::now());
            let found =
                self.app.db.read_blocking(move |tx| asked.count(tx, &User::operator(), now))?;
            best = best.min(begun.elapsed().as_secs_f64());
            met = found.unwrap_or_default();
        }
        Ok((made, best, met))
    }

    /// Records an activity of each of the next people, every one in a transaction of its own: record, fold, transition,
    /// receipt. So many write at once; whose turn it is next is after the last one.
    fn record(&self, after: i64, count: i64, at_once: usize) -> anyhow::Result<i64> {
        let ids = self.app.db.read_blocking(move |tx| {
            let mut ids = people::ids_after(tx, after, count)?;
            // Of few people the first have their turn again.
            while !ids.is_empty() && i64::try_from(ids.len()).is_ok_and(|found| found < count) {
                ids.extend(people::ids_after(tx, 0, count)?);
            }
            Ok(ids)
        })?;
        let ids = ids.get(..usize::try_from(count)?).context("nobody to record anything of")?;
        let last = ids.last().copied().unwrap_or_default();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| -> anyhow::Result<()> {
            let write = || -> anyhow::Result<()> {
                while let Some(person) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
                    self.record_one(*person)?;
                }
                Ok(())
            };
            let writing: Vec<_> = (0..at_once).map(|_| scope.spawn(write)).collect();
            for one in writing {
                one.join().map_err(|_| anyhow::anyhow!("one who wrote broke off"))??;
            }
            Ok(())
        })?;
        Ok(last)
    }

    /// Does some work while somebody else records an activity every now and then; gives the longest that this took, in
    /// seconds.
    fn beside(&self, after: i64, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| -> anyhow::Result<f64> {
                let (mut longest, mut after) = (0.0_f64, after);
                while !is_over.load(Ordering::Relaxed) {
                    let begun = Instant::now();
                    after = self.record(after, 1, 1)?;
                    longest = longest.max(begun.elapsed().as_secs_f64());
                    std::thread::sleep(PAUSE);
                }
                Ok(longest)
            });
            let done = work();
            is_over.store(true, Ordering::Relaxed);
            let longest = other.join().map_err(|_| anyhow::anyhow!("one who wrote broke off"))?;
            done.and(longest)
        })
    }

    fn record_one(&self, person: i64) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        self.app.db.write_blocking(move |tx| {
            let activity = Activity {
                kind: Kind::new("email.replied"),
                channel: None,
                direction: Some(Direction::Inbound),
                agent: Agent::Human,
                campaign: None,
                properties: Vec::new(),
            };
            let what = What::Activity(activity);
            let entry = Entry { id: person, occurred_at: now, recorded_at: now, what };
            let new =
                NewEntry { subject: person, entry, is_dated: true, source: None, actor: None };
            let batch = Batch {
                now,
                entries: vec![new],
                new_subjects: std::collections::BTreeSet::new(),
                repeats: Repeats::Keep,
            };
            journal::record(tx, batch).map(|_| ())
        })?;
        Ok(())
    }

    /// Every activity of every person, handed over one chunk after the other.
    fn activities(
        &self,
        mut each: impl FnMut(&[(i64, Moment, String, i64)]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let (last, rows) = self.app.db.read_blocking(move |tx| {
                let ids = people::ids_after(tx, after, 5_000)?;
                let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
                    return Ok((0, Vec::new()));
                };
                let mut rows = Vec::new();
                for (subject, entries) in journal::histories_between(tx, *first, *last)? {
                    for entry in entries {
                        if let What::Activity(activity) = &entry.what {
                            let kind = activity.kind.as_str().to_owned();
                            rows.push((subject, entry.occurred_at, kind, activity.agent.code()));
                        }
                    }
                }
                Ok((*last, rows))
            })?;
            if last == 0 {
                return Ok(());
            }
            after = last;
            each(&rows)?;
        }
    }
}

fn by_hand(table: &str) -> String {
    BY_HAND.replace("{table}", table).replace("{human}", &Agent::Human.code().to_string())
}

/// DuckDB from the package index, in an environment of its own.
fn by_duckdb(story: &Story) -> anyhow::Result<Found> {
    let scratch = Path::new("target/bench-duckdb");
    let python = scratch.join("bin/python");
    if !python.exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(scratch).status()?;
        anyhow::ensure!(made.success(), "python3 -m venv failed: install python3-venv");
        let pip =
            Command::new(&python).args(["-m", "pip", "install", "--quiet", "duckdb"]).status()?;
        anyhow::ensure!(pip.success(), "duckdb could not be installed");
    }
    let file = story.folder.join("activity.csv");
    let mut out = BufWriter::new(fs::File::create(&file)?);
    story.activities(|rows| {
        for (subject, at, kind, agent) in rows {
            writeln!(out, "{subject},{},{kind},{agent}", at.0)?;
        }
        Ok(())
    })?;
    out.flush()?;
    let ran = Command::new(&python)
        .args(["-c", DUCKDB])
        .arg(&file)
        .arg(by_hand("activity"))
        .stderr(Stdio::inherit())
        .output()?;
    anyhow::ensure!(ran.status.success(), "DuckDB failed");
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout)?;
    let number = |key: &str| said.get(key).and_then(serde_json::Value::as_i64).context("a count");
    Ok(Found {
        wall: said.get("wall").and_then(serde_json::Value::as_f64).context("a time")?,
        called: number("called")?,
        won: number("won")?,
    })
}

/// PostgreSQL, from a table with the index that such a query wants.
fn by_postgres(story: &Story) -> anyhow::Result<Found> {
    const MAKE: &str =
        "create table bench_activity (subject_id bigint not null, occurred_at bigint not null,
        kind text not null, agent bigint not null)";
    let world = harness::world(Dialect::Postgres, &[]);
    let address = match &world.location {
        Location::Postgres(address) => address.clone(),
        Location::Folder(_) => anyhow::bail!("PostgreSQL was asked for"),
    };
    let psql = |text: &str| -> anyhow::Result<String> {
        let ran = Command::new("psql")
            .args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text, &address])
            .output()?;
        anyhow::ensure!(ran.status.success(), "psql: {}", String::from_utf8_lossy(&ran.stderr));
        Ok(String::from_utf8(ran.stdout)?)
    };
    psql(MAKE)?;
    let mut copy = Command::new("psql")
        .args(["-qX", "-c", "copy bench_activity from stdin (format csv)", &address])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = BufWriter::new(copy.stdin.take().context("a way in")?);
    story.activities(|rows| {
        for (subject, at, kind, agent) in rows {
            writeln!(input, "{subject},{},{kind},{agent}", at.0)?;
        }
        Ok(())
    })?;
    drop(input);
    anyhow::ensure!(copy.wait()?.success(), "the copy failed");
    psql("create index on bench_activity (subject_id, occurred_at)")?;
    psql("vacuum analyze bench_activity")?;
    let begun = Instant::now();
    let said = psql(&by_hand("bench_activity"))?;
    let wall = begun.elapsed().as_secs_f64();
    let (called, won) = said.trim().split_once('|').context("two counts")?;
    Ok(Found { wall, called: called.parse()?, won: won.parse()? })
}
