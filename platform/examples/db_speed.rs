//! How fast the database layer is: `cargo run --release -p platform --example db_speed -- FOLDER | postgres://…`
//!
//! Makes the table `speed` there, fills it, asks it, and prints one line for each measure.
use std::process::ExitCode;
use std::time::Instant;

use platform::dice::{Dice, SeededDice};
use platform::{Arg, Db, Failure, Location, Migrations, Sql, args, sql};

const TABLES: Migrations = Migrations {
    slice: "speed",
    files: &[(
        "0001_speed",
        "create table speed (subject_id bigint not null, occurred_at bigint not null, id bigint not null,
            recorded_at bigint not null, kind text not null, channel bigint, direction bigint,
            agent bigint not null, campaign text, source text, actor_id bigint, properties text,
            primary key (subject_id, occurred_at, id)) {without_rowid};
        create table single (id bigint not null primary key, words text not null);",
    )],
};

const ADD: Sql = sql(
    "insert into speed (subject_id, occurred_at, id, recorded_at, kind, channel, direction, agent,
        campaign, source, actor_id, properties)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
);
const SINGLE: Sql = sql("insert into single (id, words) values ($1, $2)");
const POINT: Sql = sql("select words from single where id = $1");
const STREAM: Sql = sql("select subject_id, occurred_at, id, kind, channel, properties from speed
    order by subject_id, occurred_at, id");
const HISTORY: Sql = sql("select subject_id, occurred_at, id, kind, channel, properties from speed
    where subject_id in ({list}) order by subject_id, occurred_at, id");

const ROWS: i64 = 1_000_000;
const BATCH: i64 = 10_000;
const SINGLES: i64 = 40_000;
const POINTS: i64 = 100_000;

fn main() -> ExitCode {
    let Some(place) = std::env::args().nth(1) else {
        eprintln!("where? give an empty folder, or an address of PostgreSQL");
        return ExitCode::from(2);
    };
    let location = if place.contains("://") || place.contains('=') {
        Location::Postgres(place)
    } else {
        Location::Folder(place.into())
    };
    match measure(&location) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(location: &Location) -> Result<(), Failure> {
    let db = Db::open(location, &[TABLES])?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;

    let batches: Vec<Vec<Vec<Arg>>> = (0..ROWS / BATCH).map(batch).collect();
    let began = Instant::now();
    for rows in batches {
        db.write_blocking(move |tx| tx.bulk(ADD, rows))?;
    }
    tell("bulk insert, clustered, batches of 10,000", ROWS, began, "rows");

    for writers in [1, 8, 64] {
        let first = db.ids().take(u32::try_from(SINGLES).unwrap_or(u32::MAX))?;
        let count = if writers == 1 { SINGLES / 10 } else { SINGLES };
        let began = Instant::now();
        runtime.block_on(async {
            let mut set = tokio::task::JoinSet::new();
            for writer in 0..writers {
                let db = db.clone();
                set.spawn(async move {
                    for id in (first + writer..first + count).step_by(writers as usize) {
                        db.write(move |tx| tx.execute(SINGLE, args![id, "some words"])).await?;
                    }
                    Ok::<_, Failure>(())
                });
            }
            set.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()
        })?;
        tell(&format!("single insert, {writers} at once"), count, began, "writes");
    }

    let began = Instant::now();
    let dice = SeededDice::new(1);
    db.read_blocking(move |tx| {
        for _ in 0..POINTS {
            tx.row(POINT, args![1_025 + dice.below(1_000) as i64])?;
        }
        Ok(())
    })?;
    tell("point read, in one closure", POINTS, began, "reads");

    let began = Instant::now();
    for id in 0..POINTS / 2 {
        db.read_blocking(move |tx| tx.row(POINT, args![id % 1_000]))?;
    }
    tell("point read, a closure each, own thread", POINTS / 2, began, "reads");

    let began = Instant::now();
    runtime.block_on(async {
        let mut set = tokio::task::JoinSet::new();
        for reader in 0..8 {
            let db = db.clone();
            set.spawn(async move {
                for id in (reader..POINTS / 2).step_by(8) {
                    db.read(move |tx| tx.row(POINT, args![id % 1_000])).await?;
                }
                Ok::<_, Failure>(())
            });
        }
        set.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()
    })?;
    tell("point read, a closure each, 8 futures", POINTS / 2, began, "reads");

    let began = Instant::now();
    let seen = db.read_blocking(|tx| {
        let mut seen = 0;
        tx.each(STREAM, args![], |row| {
            seen += 1;
            let _width = row.text(3).len() + usize::from(row.int_opt(4).is_some());
            Ok(())
        })?;
        Ok(seen)
    })?;
    tell("ordered stream", seen, began, "rows");

    let began = Instant::now();
    let seen = db.read_blocking(|tx| {
        let subjects: Vec<Arg> = (0..ROWS / 20).map(Arg::Int).collect();
        let mut seen = 0;
        tx.each_in(HISTORY, &[], &subjects, |row| {
            seen += 1;
            let _width = row.text(3).len();
            Ok(())
        })?;
        Ok(seen)
    })?;
    tell("histories by lists of 512", seen, began, "rows");
    Ok(())
}

/// Twenty activities for each subject, in the order of the key.
fn batch(number: i64) -> Vec<Vec<Arg>> {
    let dice = SeededDice::new(number.unsigned_abs());
    (number * BATCH..(number + 1) * BATCH)
        .map(|row| {
            let occurred_at = 1_700_000_000_000_000 + (row % 20) * 86_400_000_000;
            let properties =
                (row % 3 == 0).then(|| format!("{{\"path\":\"/pricing/{}\"}}", row % 100));
            let id = (dice.u64() >> 1) as i64;
            let campaign = (row % 5 == 0).then_some("spring");
            args![
                row / 20,
                occurred_at,
                id,
                occurred_at,
                "page.viewed",
                3,
                1,
                1,
                campaign,
                "import",
                None::<i64>,
                properties
            ]
        })
        .collect()
}

fn tell(what: &str, count: i64, began: Instant, unit: &str) {
    let seconds = began.elapsed().as_secs_f64();
    println!("{what:44} {:>12.0} {unit}/s", count as f64 / seconds);
}
