//! The figures: what each hot path costs, on both databases, in one table.
//!
//! Everything is driven through the slices' own verbs. CPU time is that of this process, user and system, as the kernel
//! counts it; what PostgreSQL's server burns is its own and shows in the wall time alone.

mod doors;
mod story;
mod wanted;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use funnel::{Folder, Stage};
use people::import;
use people::list::{List, Sort, list};
use platform::clock::SystemClock;
use platform::db::{Dialect, Tx};
use platform::dice::SystemDice;
use platform::files::Files;
use platform::jobs::{self, Registry};
use platform::slice::Slice;
use platform::{App, Db, Failure, Location, harness};
use simulator::{Detail, Story};
use team::User;

/// Clock ticks of `/proc` in a second, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;
/// Requests of which a latency is the median or the 99th of 100.
const TRIES: usize = 400;

const MAPPING: &str = r#"
name = "Bench"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"person.title" = { column = "title" }
"person.country" = { column = "country" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
properties = { origin = "origin" }
"#;

/// Every slice, in the order in which the program migrates them.
fn slices() -> [Slice; 6] {
    [
        team::slice(),
        journal::slice(),
        people::slice(),
        notes::slice(),
        funnels::slice(),
        away::slice(),
    ]
}

struct Figure {
    name: String,
    database: &'static str,
    value: f64,
    unit: &'static str,
}

/// Runs what is asked for and prints it.
///
/// # Errors
/// Whatever stands in the way of a figure: a database that does not start, a verb that refuses.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let after = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1)
    };
    let people: usize = after("--people")
        .map_or(Ok(100_000), |people| people.parse())
        .context("--people takes a number")?;
    // `bench backtest` is `bench --only backtest`; several go with commas between.
    let named = args.first().filter(|name| !name.starts_with("--"));
    let only = after("--only").or(named).map(String::as_str);
    let wanted =
        |name: &str| only.is_none_or(|only| only.split(',').any(|part| name.starts_with(part)));
    let mut figures = Vec::new();
    if wanted("fold") {
        fold(people.min(50_000), &mut figures);
    }
    let parts = ["import", "refold", "list", "person", "size"];
    let dialects = [Dialect::Sqlite, Dialect::Postgres].into_iter();
    for dialect in dialects.filter(|_| parts.iter().any(|part| wanted(part))) {
        let bench = Bench::begin(dialect)?;
        if wanted("import") {
            bench.import(people, &mut figures)?;
        }
        if wanted("refold") {
            bench.refold(people, &mut figures)?;
        }
        if wanted("list") || wanted("person") {
            bench.pages(people, &mut figures)?;
        }
        if wanted("size") && dialect == Dialect::Sqlite {
            bench.size(people, &mut figures);
        }
    }
    if wanted("backtest") {
        let against: Vec<&str> =
            after("--against").map(|names| names.split(',').collect()).unwrap_or_default();
        let kept = after("--story").map(String::as_str);
        story::run(people, (&against, kept), &mut figures)?;
    }
    if wanted("serve") {
        serve(&mut figures)?;
    }
    if wanted("doors") {
        let kept = after("--story").map(String::as_str);
        doors::run(people, kept, args.iter().any(|arg| arg == "--browser"), &mut figures)?;
    }
    print(&figures, args.iter().any(|arg| arg == "--json"));
    Ok(())
}

/// Prints each figure, and beside it what it is to be at a million people.
fn print(figures: &[Figure], as_json: bool) {
    if as_json {
        let list: Vec<_> = figures
            .iter()
            .map(|figure| {
                let wanted = wanted::of(&figure.name);
                serde_json::json!({
                    "name": figure.name, "database": figure.database,
                    "value": (figure.value * 1000.0).round() / 1000.0, "unit": figure.unit,
                    "wanted": wanted.map(wanted::Wanted::bound),
                    "holds": wanted.map(|wanted| wanted.holds(figure.value)),
                })
            })
            .collect();
        println!("{}", serde_json::Value::Array(list));
        return;
    }
    for figure in figures {
        let wanted = wanted::of(&figure.name).map(|wanted| wanted.beside(figure.value));
        println!(
            "{:<46} {:<9} {:>14.3} {:<16} {}",
            figure.name,
            figure.database,
            figure.value,
            figure.unit,
            wanted.unwrap_or_default()
        );
    }
}

/// Seconds of CPU, user and system, that this process has used.
fn cpu() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks =
        |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS
}

/// Megabytes of memory that a process holds.
fn resident(process: &str) -> f64 {
    held(process, "VmRSS:")
}

/// Megabytes of memory that this process held at most so far.
fn resident_at_most() -> f64 {
    held("self", "VmHWM:")
}

fn held(process: &str, what: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more digits")]
fn real(n: usize) -> f64 {
    n as f64
}

fn fold(people: usize, figures: &mut Vec<Figure>) {
    let Ok(definition) = funnel::Definition::parse(funnel::packs::DEFAULT) else { return };
    let until = platform::clock::Clock::now(&SystemClock);
    let story = Story::new(1, people, until, 2, Detail::Lean);
    let histories: Vec<_> = story
        .each_company(0..story.companies())
        .flat_map(|(company, staff)| {
            staff.iter().map(|person| simulator::history(&company, person)).collect::<Vec<_>>()
        })
        .collect();
    let entries: usize = histories.iter().map(|history| history.entries.len()).sum();
    let mut folder = Folder::of(&definition);
    let before = cpu();
    let mut moved = 0;
    for history in &histories {
        moved += folder.fold(history, until).transitions.len();
    }
    let spent = (cpu() - before).max(0.01);
    figures.push(Figure {
        name: format!("fold in memory ({moved} moves)"),
        database: "none",
        value: real(entries) / spent,
        unit: "activities/CPU-s",
    });
}

struct Bench {
    app: App,
    registry: Registry,
    database: &'static str,
    folder: PathBuf,
    // Keeps the database of a test cluster until the figures are taken.
    _world: harness::World,
}

impl Bench {
    fn begin(dialect: Dialect) -> anyhow::Result<Bench> {
        let slices = slices();
        let world = harness::world(dialect, &slices);
        let folder = std::env::temp_dir().join(format!("sluice-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        // SQLite is opened anew so that every commit reaches the disk, as in use.
        let location = match dialect {
            Dialect::Sqlite => Location::Folder(folder.clone()),
            Dialect::Postgres => world.location.clone(),
        };
        let db = Db::open(&location, &slices.map(|slice| slice.migrations))?;
        let app = App::new(
            db,
            Arc::new(SystemClock),
            Arc::new(SystemDice::default()),
            Files::new(&folder),
        )
        .with_part(journal::Projections(vec![
            Arc::new(people::PeopleProjection),
            Arc::new(funnels::FunnelProjection),
        ]))
        .with_part(people::LensSource(Arc::new(funnels::lens::LensLabels)))
        .with_part(funnels::lens::Definitions::default());
        let now = app.clock.now();
        app.db.write_blocking(move |tx| funnels::lens::ensure_starter(tx, now))?;
        let registry =
            Registry::new(vec![Arc::new(import::Import), Arc::new(funnels::refold::Refold)]);
        let database = if dialect == Dialect::Sqlite { "sqlite" } else { "postgres" };
        Ok(Bench { app, registry, database, folder, _world: world })
    }

    fn figure(&self, figures: &mut Vec<Figure>, name: &str, value: f64, unit: &'static str) {
        eprintln!("{name} {} {value:.3} {unit}", self.database);
        figures.push(Figure { name: name.to_owned(), database: self.database, value, unit });
    }

    fn fill(&self, rows: usize) -> anyhow::Result<(f64, f64)> {
        let mut file = String::from("email,name,title,country,first,origin\n");
        for n in 0..rows {
            writeln!(
                file,
                "p{:08}@firm{}.example,Person {n} Name{},Head of {n},DE,2025-{:02}-{:02},social",
                (n * 7_919) % 10_000_019,
                n % 5_000,
                n % 977,
                1 + n % 12,
                1 + n % 28
            )?;
        }
        let kept = import::keep_stream(&self.app, "bench.csv", file.as_bytes())?;
        let now = self.app.clock.now();
        let start = move |tx: &mut Tx| import::start(tx, &User::operator(), &kept, MAPPING, now);
        let started = self.app.db.write_blocking(start)?;
        let (begun, before) = (Instant::now(), cpu());
        jobs::run_now(&self.app, &self.registry, started.job)?;
        Ok((begun.elapsed().as_secs_f64(), cpu() - before))
    }

    fn ensure(&self, people: usize) -> anyhow::Result<()> {
        if self.app.db.read_blocking(people::count)? == 0 {
            self.fill(people)?;
        }
        Ok(())
    }

    fn import(&self, rows: usize, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
        let (wall, spent) = self.fill(rows)?;
        self.figure(figures, "import", real(rows) / wall, "rows/s");
        self.figure(figures, "import, wall", wall, "s");
        self.figure(figures, "import, CPU", spent * 1000.0 / real(rows), "CPU-ms/row");
        self.figure(figures, "import, memory after", resident("self"), "MB");
        Ok(())
    }

    fn refold(&self, people: usize, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
        self.ensure(people)?;
        let text = format!("{}\n# adopted by the bench\n", funnel::packs::DEFAULT);
        let now = self.app.clock.now();
        let adopt = move |tx: &mut Tx| {
            funnels::lens::adopt(
                tx,
                &User::operator(),
                None,
                &text,
                funnels::lens::From::Start,
                now,
            )
        };
        let adopted = self.app.db.write_blocking(adopt)?;
        let Some(job) = adopted.job else { return Ok(()) };
        let (begun, before) = (Instant::now(), cpu());
        jobs::run_now(&self.app, &self.registry, job)?;
        self.figure(
            figures,
            "refold everybody",
            real(people) / begun.elapsed().as_secs_f64(),
            "people/s",
        );
        self.figure(
            figures,
            "refold, CPU",
            (cpu() - before) * 1000.0 / real(people),
            "CPU-ms/person",
        );
        Ok(())
    }

    fn pages(&self, people: usize, figures: &mut Vec<Figure>) -> anyhow::Result<()> {
        self.ensure(people)?;
        let lens = self.app.db.read_blocking(people::main_lens)?.id;
        let ask = move |stages: Vec<Stage>, sort: Sort| List {
            lens,
            stages,
            descending: sort.is_down_by_itself(),
            sort,
            after: None,
            search: None,
            limit: 50,
        };
        let now = self.app.clock.now();
        // A page from the middle: where somebody in the middle of the alphabet ends it.
        let middle = self.app.db.read_blocking(move |tx| {
            let mut deep = ask(Vec::new(), Sort::Name);
            deep.limit = 200;
            for _ in 0..50 {
                let page = list(tx, &User::operator(), &deep, now)?;
                if page.next.is_none() {
                    break;
                }
                deep.after = page.next;
            }
            deep.limit = 50;
            Ok(deep)
        })?;
        let first = ask(Vec::new(), Sort::Engagement);
        let filtered = ask(vec![Stage::Lead], Sort::Touched);
        for (name, asked) in [
            ("list, page one", first),
            ("list, a deep page", middle),
            ("list, one stage", filtered),
        ] {
            self.latency(figures, name, move |tx, _| {
                list(tx, &User::operator(), &asked, now).map(|_| ())
            })?;
        }
        let ids = self.app.db.read_blocking(|tx| people::ids_after(tx, 0, 400))?;
        let now = self.app.clock.now();
        let pages: Vec<Vec<people::PersonId>> = ids.chunks(50).map(<[_]>::to_vec).collect();
        self.latency(figures, "list, what 50 lack", move |tx, try_| {
            let Some(ids) = pages.get(try_ % pages.len().max(1)) else { return Ok(()) };
            let (who, next) = (User::operator(), people::missing::Toward::Next);
            funnels::missing::missing(tx, &who, lens, ids, next, now).map(|_| ())
        })?;
        self.latency(figures, "person, opened", move |tx, try_| {
            let id = ids.get(try_ % ids.len().max(1)).copied().unwrap_or_default();
            let who = tx.public_ids().encode(people::PERSON, id);
            people::person::record(tx, &User::operator(), &who, None, now)?;
            funnels::why::why(tx, &User::operator(), &who, None, now).map(|_| ())
        })
    }

    fn latency(
        &self,
        figures: &mut Vec<Figure>,
        name: &str,
        work: impl Fn(&mut Tx, usize) -> Result<(), Failure> + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        let work = Arc::new(work);
        let mut times = Vec::with_capacity(TRIES);
        let before = cpu();
        for try_ in 0..TRIES {
            let (work, begun) = (Arc::clone(&work), Instant::now());
            self.app.db.read_blocking(move |tx| work(tx, try_))?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        let spent = (cpu() - before) * 1000.0 / real(TRIES);
        times.sort_by(f64::total_cmp);
        let at = |share: usize| times.get(TRIES * share / 100).copied().unwrap_or_default();
        self.figure(figures, &format!("{name}, CPU"), spent, "CPU-ms");
        self.figure(figures, &format!("{name}, p50"), at(50), "ms");
        self.figure(figures, &format!("{name}, p99"), at(99), "ms");
        Ok(())
    }

    fn size(&self, people: usize, figures: &mut Vec<Figure>) {
        let bytes = fs::metadata(self.folder.join("sluice.db")).map_or(0, |file| file.len());
        let bytes = usize::try_from(bytes).unwrap_or(0);
        self.figure(
            figures,
            "size, all tables and indexes",
            real(bytes) / real(people),
            "bytes/person",
        );
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left behind in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How long the program takes to answer on a workspace that exists, and what it holds while idle.
fn serve(figures: &mut Vec<Figure>) -> anyhow::Result<()> {
    let program = Path::new("target/release/sluice");
    if !program.exists() {
        eprintln!("serve: build the program first with `make build`");
        return Ok(());
    }
    let folder = std::env::temp_dir().join(format!("sluice-bench-serve-{}", std::process::id()));
    let data = folder.to_string_lossy().into_owned();
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    let demo = Command::new(program)
        .args(["--data", &data, "demo", "--people", "2000"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    anyhow::ensure!(demo.success(), "the demo could not be told");
    let begun = Instant::now();
    let mut server = Command::new(program)
        .args(["--data", &data, "serve", "--listen", &address])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    while std::net::TcpStream::connect(&address).is_err() && begun.elapsed().as_secs() < 10 {
        std::thread::yield_now();
    }
    let started = begun.elapsed().as_secs_f64();
    let idle = resident(&server.id().to_string());
    server.kill()?;
    server.wait()?;
    fs::remove_dir_all(&folder)?;
    for (name, value, unit) in
        [("serve, until it answers", started, "s"), ("serve, idle memory", idle, "MB")]
    {
        eprintln!("{name} {value:.3} {unit}");
        figures.push(Figure { name: name.to_owned(), database: "sqlite", value, unit });
    }
    Ok(())
}
