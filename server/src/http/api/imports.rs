//! `/uploads` and `/imports`: a file is brought, what its columns mean is said, and its rows become people.

use std::sync::PoisonError;

use funnels::lens;
use futures_util::StreamExt;
use people::import::exceptions::Which;
use people::import::mapping::guess;
use people::import::{self, Exception, IMPORT_ID, ImportRow, Kept};
use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use team::Right;
use wire::table::{Layout, Record, Table};

use super::ask::Ask;
use super::call::{Call, get, post};
use super::given::Given;
use super::members;
use super::shape::{
    Shape, count, has, id, list, map, may, moment, named, object, text, text_of, truth, whole, word,
};

/// An upload may have so many bytes.
const UPLOAD_BYTES_MAX: u64 = 2 << 30;
/// Rows that are looked at for the proposal.
const SAMPLE_ROWS: usize = 50;
/// The longest mapping.
const MAPPING_MOST: usize = 1 << 20;
/// Imports of a page, unless asked otherwise.
const PAGE: usize = 50;

fn asked() -> Shape {
    object(vec![
        has("upload", text_of(1, 300).format("upload").says("The file, as its upload was called.")),
        has(
            "mapping",
            text_of(1, MAPPING_MOST)
                .format("mapping")
                .says("What its columns mean: TOML, as the upload proposed it."),
        ),
        may(
            "bring_back_because",
            text_of(1, 500)
                .says("Take the rows of people who were erased, too; why, for the audit log."),
        ),
    ])
}

fn part() -> Shape {
    text_of(1, 100).says("The id of an import.")
}

pub(super) fn calls() -> Vec<Call> {
    let example = json!({ "upload": "…", "mapping": "[key]\nemail = \"Email\"\n[facts]\n\"person.name\" = \"Name\"\n" });
    let exceptions = |path, id, summary| {
        get(path, id, summary)
            .right(Right::ImportPeople)
            .at("import", part())
            .ask("limit", super::limit())
            .ask(
                "after",
                whole(0, i64::MAX).says("The row after which to go on: `next` of the page before."),
            )
            .gives(
                200,
                "A page, in the order of the file.",
                object(vec![has("rows", list(named("Exception"))), has("next", count().or_null())]),
            )
    };
    vec![
        post("/uploads", "upload", "Bring a file of rows: CSV, or any text with columns, in any encoding")
            .more("Nothing is imported yet. The answer proposes what the columns mean; change it as you like, and start an import.")
            .right(Right::ImportPeople)
            .ask("name", text_of(1, 255).usually("upload").says("What the file is called.").example("leads.csv"))
            .takes_a_file()
            .gives(201, "The file is kept.", named("Upload"))
            .waits(|app, ask| Box::pin(upload(app, ask))),
        get("/imports", "listImports", "The imports")
            .right(Right::ImportPeople)
            .ask("limit", super::limit())
            .ask("after", super::after())
            .gives(200, "A page, the newest first.", super::page("imports", named("Import")))
            .refuses(&[409])
            .reads(all),
        post("/imports", "startImport", "Start an import of a file that was brought")
            .more("A job does it; ask for the import until its `state` is no more `running`. The same file with the same mapping \
                goes on where it was, if it had not ended.")
            .right(Right::ImportPeople)
            .takes(asked(), example.clone())
            .gives(202, "It was begun.", named("Import"))
            .refuses(&[404, 409])
            .writes(start),
        post("/imports/try", "tryImport", "Say what would become of the rows, and change nothing")
            .right(Right::ImportPeople)
            .takes(asked(), example)
            .gives(200, "What would become of them.", named("Tried"))
            .refuses(&[404, 409])
            .waits(|app, ask| Box::pin(attempt(app, ask))),
        get("/imports/{import}", "getImport", "An import: how far it is, and what became of the rows")
            .right(Right::ImportPeople)
            .at("import", part())
            .gives(200, "The import.", named("Import"))
            .reads(one),
        exceptions("/imports/{import}/rejected", "listRejected", "The rows that were rejected, each with its reason")
            .reads(|tx, ask| rows(tx, ask, Which::Rejected)),
        exceptions("/imports/{import}/noted", "listNoted", "The rows that were taken with a note")
            .reads(|tx, ask| rows(tx, ask, Which::Noted)),
    ]
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let counts = object(vec![
        has("in", count()),
        has("created", count()),
        has("updated", count()),
        has("unchanged", count()),
        has("rejected", count()),
        may(
            "noted",
            count().says(
                "Of those taken: something in the row was left out, or is held and not believed.",
            ),
        ),
    ]);
    let exception = object(vec![
        has("row", count()),
        has("line", count()),
        has("reason", text_of(0, 1 << 20)),
        has("raw", text_of(0, 1 << 20).says("As it stood in the file.")),
    ]);
    vec![
        (
            "Upload",
            object(vec![
                has("upload", text().says("What `POST /imports` takes.")),
                has("name", text()),
                has("bytes", count()),
                has("columns", list(text()).most(100_000)),
                has("mapping", text_of(0, MAPPING_MOST).says("A proposal.")),
            ]),
        ),
        (
            "Import",
            object(vec![
                has("id", id()),
                has("file", text()),
                has("bytes", count()),
                has("mapping", text_of(0, MAPPING_MOST)),
                has("state", word(&["running", "done", "stopped"])),
                has("started_at", moment()),
                has("finished_at", moment().or_null()),
                has("failure", text().or_null().says("Why it stands still.")),
                has("counts", named("ImportCounts")),
                has(
                    "adds_up",
                    truth().says("in = created + updated + unchanged + rejected, so far."),
                ),
                has(
                    "progress",
                    object(vec![has("bytes", count()), has("of_bytes", count())]).or_null(),
                ),
            ]),
        ),
        ("ImportCounts", counts),
        ("Exception", exception),
        (
            "Tried",
            object(vec![
                has("counts", named("ImportCounts")),
                has("stages", map(count()).says("Where the people of the file would stand.")),
                has("rejected", list(named("Exception")).says("The first of them.")),
                has("noted", list(named("Exception")).says("The first of them.")),
            ]),
        ),
    ]
}

/// Where a kept file is found again, its sum and its size; what an upload is called outside.
fn called(kept: &Kept) -> String {
    format!("{}-{}-{}-{}", kept.key, kept.hash, kept.bytes, kept.name)
}

fn kept(ask: &Ask) -> Result<Kept, Failure> {
    let text = ask.said("upload").unwrap_or_default();
    let mut parts = text.splitn(4, '-');
    let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
    let read = (next(), next(), next().and_then(|bytes| bytes.parse().ok()), next());
    let (Some(key), Some(hash), Some(bytes), Some(name)) = read else {
        return Err(Failure::missing("upload", text));
    };
    Ok(Kept { name, key, hash, bytes })
}

async fn upload(app: App, ask: Ask) -> Result<Given, Failure> {
    let body = ask.file.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut stream = body.unwrap_or_default().into_data_stream();
    let mut sum = Sha256::new();
    let mut file = app.files.create(&*app.dice, UPLOAD_BYTES_MAX)?;
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| {
            Failure::refused("unreadable", format!("the upload broke off: {error}"))
        })?;
        sum.update(&piece);
        file = waiting(move || file.write(&piece).map(|()| file)).await?;
    }
    let saved = waiting(move || file.keep()).await?;
    let hash = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let name: String = ask.find("name").unwrap_or("upload").to_owned();
    let file = Kept { name, key: saved.name, hash, bytes: saved.bytes };
    let (looking, key) = (app.clone(), file.key.clone());
    let looked = waiting(move || sample(&looking, &key)).await;
    let (columns, mapping) = match looked {
        Ok(looked) => looked,
        Err(failure) => {
            let key = file.key.clone();
            waiting(move || app.files.remove(&key)).await?;
            return Err(failure);
        }
    };
    let value = json!({
        "upload": called(&file), "name": file.name, "bytes": file.bytes, "columns": columns, "mapping": mapping,
    });
    Ok(Given::created(value, "/imports"))
}

/// The columns of a file, and what they probably mean.
fn sample(app: &App, key: &str) -> Result<(Vec<String>, String), Failure> {
    let unreadable =
        |error: wire::table::Unreadable| Failure::refused("unreadable", error.to_string());
    let mut table = Table::open(app.files.open(key)?, &Layout::default()).map_err(unreadable)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() < SAMPLE_ROWS {
        match table.next().map_err(unreadable)? {
            Some(Record::Row(row)) => rows.push(row.iter().map(str::to_owned).collect()),
            Some(Record::Rejected(_)) => {}
            None => break,
        }
    }
    if table.header().is_empty() {
        return Err(Failure::refused("unreadable", "The file is empty."));
    }
    let proposal = guess(table.header(), &rows);
    Ok((table.header().labels().to_vec(), proposal.mapping.to_toml()))
}

/// Runs what reads and writes files on a thread that may wait.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

fn value(tx: &mut Tx, row: &ImportRow, ask: &Ask) -> Result<Value, Failure> {
    let state = match (row.finished_at, &row.failure) {
        (Some(_), _) => "done",
        (None, Some(_)) => "stopped",
        (None, None) => "running",
    };
    let job = row.job.filter(|_| state == "running");
    let progress = match job {
        Some(job) => platform::jobs::find(tx, job)?.and_then(|job| job.progress),
        None => None,
    };
    let read = progress.as_ref().and_then(|progress| progress.get("bytes")?.as_u64());
    Ok(json!({
        "id": ask.outside.encode(IMPORT_ID, row.id),
        "file": row.file_name,
        "bytes": row.bytes,
        "mapping": row.mapping,
        "state": state,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "failure": row.failure,
        "counts": row.counts,
        "adds_up": row.counts.add_up(),
        "progress": job.map(|_| json!({ "bytes": read.unwrap_or(0), "of_bytes": row.bytes })),
    }))
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let after = ask
        .find("after")
        .map(|text| ask.outside.decode(IMPORT_ID, text).ok_or_else(super::no_place));
    let limit = ask.size("limit", PAGE);
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = import::list_before(tx, &ask.who, after.transpose()?, one_more)?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_more).map(|row| ask.outside.encode(IMPORT_ID, row.id));
    let imports = rows.iter().map(|row| value(tx, row, ask)).collect::<Result<Vec<_>, _>>()?;
    Ok(Given::value(json!({ "imports": imports, "next": next })))
}

fn found(tx: &mut Tx, ask: &Ask) -> Result<ImportRow, Failure> {
    import::find(tx, &ask.who, ask.id("import", IMPORT_ID)?)
}

fn one(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let row = found(tx, ask)?;
    Ok(Given::value(value(tx, &row, ask)?))
}

fn rows(tx: &mut Tx, ask: &Ask, which: Which) -> Result<Given, Failure> {
    let import = found(tx, ask)?.id;
    let after = ask.whole("after").unwrap_or(0).unsigned_abs();
    let limit = ask.size("limit", PAGE);
    let one_more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows: Vec<Exception> = match which {
        Which::Rejected => import::rejections(tx, import, after, one_more)?,
        Which::Noted => import::notes(tx, import, after, one_more)?,
    };
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| is_more).map(|row| row.row);
    Ok(Given::value(json!({ "rows": rows, "next": next })))
}

/// What is wrong with a mapping is the caller's to mend.
fn start(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let (file, mapping) = (kept(ask)?, ask.said("mapping").unwrap_or_default());
    let started = import::start(tx, &ask.who, &file, mapping, ask.now).map_err(members)?;
    if let Some(reason) = ask.said("bring_back_because") {
        import::bring_back(tx, &ask.who, started.import, reason, ask.now)?;
    }
    let row = import::find(tx, &ask.who, started.import)?;
    let place = format!("/imports/{}", ask.outside.encode(IMPORT_ID, started.import));
    Ok(Given::accepted(value(tx, &row, ask)?, &place))
}

async fn attempt(app: App, ask: Ask) -> Result<Given, Failure> {
    let (file, mapping) = (kept(&ask)?, ask.said("mapping").unwrap_or_default().to_owned());
    let lens = app.db.read(lens::main).await?.id;
    let tried =
        waiting(move || import::dry_run(&app, &ask.who, &file.key, &mapping, Some(lens), None));
    let tried = tried.await.map_err(members)?;
    let stages: Map<String, Value> = tried
        .stages
        .iter()
        .map(|(stage, count)| (stage.as_str().to_owned(), json!(count)))
        .collect();
    Ok(Given::value(json!({
        "counts": tried.counts, "stages": stages, "rejected": tried.rejections, "noted": tried.notes,
    })))
}
