//! How fast rows become people: `cargo run --release -p funnels --example import_speed -- LEADS ROWS [postgres://…]`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use people::import;
use platform::clock::SystemClock;
use platform::dice::SystemDice;
use platform::files::Files;
use platform::jobs::{self, Registry};
use platform::{App, Db, Location};
use team::User;

const MAPPING: &str = r#"
name = "Speed"
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

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let rows: usize = args.next().and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("sluice-speed-{}", std::process::id()));
    let location = match args.next() {
        Some(address) => Location::Postgres(address),
        None => Location::Folder(folder.clone()),
    };
    std::fs::create_dir_all(&folder)?;
    let slices = [team::slice(), journal::slice(), people::slice(), funnels::slice()];
    let db = Db::open(&location, &slices.map(|slice| slice.migrations))?;
    let app =
        App::new(db, Arc::new(SystemClock), Arc::new(SystemDice::default()), Files::new(&folder))
            .with_part(journal::Projections(vec![
                Arc::new(people::PeopleProjection),
                Arc::new(funnels::FunnelProjection),
            ]))
            .with_part(people::LensSource(Arc::new(funnels::lens::LensLabels)))
            .with_part(funnels::lens::Definitions::default());
    let now = app.clock.now();
    app.db.write_blocking(move |tx| funnels::lens::ensure_starter(tx, now))?;
    let mut file = String::from("email,name,title,country,first,origin\n");
    for n in 0..rows {
        let (day, month) = (1 + n % 28, 1 + n % 12);
        writeln!(
            file,
            "p{:07}@firm{}.example,Person {n} Name{},Head of {n},DE,2025-{month:02}-{day:02},social",
            (n * 7919) % 10_000_000,
            n % 5000,
            n % 977
        )?;
    }
    let kept = import::keep_stream(&app, "speed.csv", file.as_bytes())?;
    let started = app
        .db
        .write_blocking(move |tx| import::start(tx, &User::operator(), &kept, MAPPING, now))?;
    let begun = Instant::now();
    let registry = Registry::new(vec![Arc::new(import::Import)]);
    let result = jobs::run_now(&app, &registry, started.job)?;
    let wall = begun.elapsed().as_secs_f64();
    println!("{result} in {wall:.2} s: {:.0} rows/s", rows as f64 / wall);
    if let Ok(meta) = std::fs::metadata(folder.join("sluice.db")) {
        println!("{} bytes a person", meta.len() / rows as u64);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
