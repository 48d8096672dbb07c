//! The mapping step: what each column becomes, what would come of it, and the start.
//!
//! The choices make a text. Once somebody changes the text by hand it counts, and the choices are set aside until
//! they are asked for again: a text says more than choices can.

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use platform::app::App;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::grouped;
use team::{Right, User};
use wire::table::Layout;

use super::columns::{self, Choice, Clash, Looked};
use super::{File, IMPORT_ID, exception, int, sample, waiting};
use crate::frame;
use crate::import::mapping::Mapping;
use crate::import::{self, Kept};
use crate::pages::imports::{ColumnLine, DryLine, MappingPage, OrderLine};
use crate::pages::marks::StageMark;

/// Rows that a dry run tries from the page: everybody who writes waits for it, some 50 µs a row.
const DRY_ROWS_MAX: u64 = 20_000;
/// Exceptions that the page tells of a dry run.
const DRY_TOLD: usize = 10;
/// Letters that are shown of a value.
const VALUE_LETTERS: usize = 60;

/// The mapping step as somebody left it.
struct Step {
    file: File,
    zone: String,
    looked: Looked,
    choices: Vec<Choice>,
    /// What the choices come to.
    made: String,
    text: String,
    /// Whether people who were erased come back, and why.
    back: Option<String>,
}

impl Step {
    fn new(file: File, zone: String, looked: Looked, choices: Vec<Choice>) -> Step {
        let made = looked.mapping(&file.name, &choices, &zone).to_toml();
        Step { file, zone, looked, choices, text: made.clone(), made, back: None }
    }

    fn is_by_hand(&self) -> bool {
        self.text.trim() != self.made.trim()
    }

    /// Which columns the choices can't both have; a text says by itself what it means.
    fn clashes(&self) -> Vec<Clash> {
        if self.is_by_hand() { Vec::new() } else { self.looked.clashes(&self.choices) }
    }

    fn hidden(&self) -> Vec<(String, String)> {
        let file = &self.file;
        let mut hidden = vec![
            ("file".to_owned(), file.file.clone()),
            ("name".to_owned(), file.name.clone()),
            ("hash".to_owned(), file.hash.clone()),
            ("bytes".to_owned(), file.bytes.to_string()),
            ("was".to_owned(), self.made.clone()),
        ];
        if self.is_by_hand() {
            for (place, choice) in self.choices.iter().enumerate() {
                hidden.push((column_field(place), choice.target.clone()));
                hidden.push((format_field(place), choice.format.clone()));
            }
        }
        hidden
    }
}

fn column_field(place: usize) -> String {
    format!("column-{place}")
}

fn format_field(place: usize) -> String {
    format!("format-{place}")
}

async fn zone_of(app: &App) -> Result<String, Failure> {
    app.db.read(|tx| Ok(team::workspace(tx)?.zone)).await
}

pub(super) async fn new(
    State(app): State<App>,
    who: User,
    Query(file): Query<File>,
) -> Result<Page, Failure> {
    who.may(Right::ImportPeople)?;
    let zone = zone_of(&app).await?;
    let (looks, key) = (app.clone(), file.file.clone());
    let looked = waiting(move || sample(&looks, &key, &Layout::default())).await?;
    let choices = looked.proposed();
    shown(app, who, Step::new(file, zone, looked, choices), Vec::new(), None).await
}

/// The form of the mapping step, read.
async fn asked(app: &App, form: &[(String, String)]) -> Result<Step, Failure> {
    let field = |name: &str| {
        let found = form.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let file = File {
        file: field("file"),
        name: field("name"),
        hash: field("hash"),
        bytes: field("bytes").parse().unwrap_or_default(),
    };
    let zone = zone_of(app).await?;
    let (looks, key) = (app.clone(), file.file.clone());
    let looked = waiting(move || sample(&looks, &key, &Layout::default())).await?;
    let choice =
        |place| Choice { target: field(&column_field(place)), format: field(&format_field(place)) };
    let choices = (0..looked.header.len()).map(choice).collect();
    let mut step = Step::new(file, zone, looked, choices);
    step.back = (!field("bring-back").is_empty()).then(|| field("reason"));
    // Browsers send line ends as CR LF.
    let (text, was) = (field("text").replace("\r\n", "\n"), field("was").replace("\r\n", "\n"));
    let is_by_hand = text.trim() != was.trim() && !text.trim().is_empty();
    if is_by_hand && field("by") != "choices" {
        step.text = text;
    }
    Ok(step)
}

pub(super) async fn dry_run(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Page, Failure> {
    who.may(Right::ImportPeople)?;
    let step = asked(&app, &form).await?;
    let problems: Vec<String> = step.clashes().into_iter().map(|clash| clash.words).collect();
    if !problems.is_empty() {
        return refused(app, who, step, problems).await;
    }
    let (runs, user, key, text) =
        (app.clone(), who.clone(), step.file.file.clone(), step.text.clone());
    let found = waiting(move || {
        let lens = runs.db.read_blocking(crate::main_lens)?.id;
        import::dry_run(&runs, &user, &key, &text, Some(lens), Some(DRY_ROWS_MAX))
    })
    .await;
    match found {
        Ok(dry) => shown(app, who, step, Vec::new(), Some(dry_line(&dry))).await,
        Err(failure) => refused(app, who, step, words_of(failure)?).await,
    }
}

/// What is wrong with a mapping or a file, as lines for the page; any other failure stays one.
fn words_of(failure: Failure) -> Result<Vec<String>, Failure> {
    match failure {
        Failure::Invalid(fields) => Ok(fields.into_iter().map(|field| field.words).collect()),
        Failure::Refused { words, .. } => Ok(vec![words]),
        other => Err(other),
    }
}

async fn refused(app: App, who: User, step: Step, words: Vec<String>) -> Result<Page, Failure> {
    Ok(shown(app, who, step, words, None).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
}

pub(super) async fn start(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    who.may(Right::ImportPeople)?;
    let step = asked(&app, &form).await?;
    let mut problems: Vec<String> = step.clashes().into_iter().map(|clash| clash.words).collect();
    if problems.is_empty() {
        let (looks, key, text) = (app.clone(), step.file.file.clone(), step.text.clone());
        problems = waiting(move || checked(&looks, &key, &text)).await?;
    }
    if let Some(Err(failure)) = step.back.as_deref().map(import::read_reason) {
        problems.extend(words_of(failure)?);
    }
    if !problems.is_empty() {
        return Ok(refused(app, who, step, problems).await?.into_response());
    }
    let back = step.back;
    let File { file, name, hash, bytes } = step.file;
    let kept = Kept { name, key: file, hash, bytes };
    let (now, text) = (app.clock.now(), step.text);
    let at = app
        .db
        .write(move |tx| {
            let started = import::start(tx, &who, &kept, &text, now)?;
            if let Some(reason) = back {
                import::bring_back(tx, &who, started.import, &reason, now)?;
            }
            Ok(format!("/imports/{}", tx.public_ids().encode(IMPORT_ID, started.import)))
        })
        .await?;
    Ok(Redirect::to(&at).into_response())
}

/// What is wrong with a mapping, and with the file under it, which may be written as only the mapping says.
fn checked(app: &App, key: &str, text: &str) -> Result<Vec<String>, Failure> {
    let problems = match Mapping::parse(text) {
        Ok(mapping) => match sample(app, key, &mapping.layout()) {
            Ok(looked) => mapping.check(&looked.header),
            Err(failure) => return words_of(failure),
        },
        Err(problems) => problems,
    };
    Ok(problems.iter().map(ToString::to_string).collect())
}

async fn shown(
    app: App,
    who: User,
    step: Step,
    errors: Vec<String>,
    dry: Option<DryLine>,
) -> Result<Page, Failure> {
    let (looks, step, columns) = {
        let looks = app.clone();
        waiting(move || {
            let columns =
                if step.is_by_hand() { of_text(&looks, &step) } else { of_choices(&step) };
            Ok((looks, step, columns))
        })
        .await?
    };
    let shell = looks.db.read(move |tx| frame::shell(tx, &who, "/imports")).await?;
    let remarks = step.looked.proposal.remarks.iter();
    let view = MappingPage {
        hidden: step.hidden(),
        is_by_hand: step.is_by_hand(),
        file: step.file.name,
        columns,
        targets: columns::TARGETS.to_vec(),
        remarks: remarks.filter(|it| it.column.is_empty()).map(|it| it.words.clone()).collect(),
        text: step.text,
        brings_back: step.back.is_some(),
        reason: step.back.unwrap_or_default(),
        errors,
        dry,
    };
    let title = format!("Import {}", view.file);
    Ok(Page::new(&shell, &title, &view))
}

fn of_choices(step: &Step) -> Vec<ColumnLine> {
    let zone = wire::date::zone(&step.zone).unwrap_or(TimeZone::UTC);
    let clashes = step.clashes();
    let line = |(place, choice): (usize, &Choice)| {
        let seen = step.looked.seen(place, choice, &zone);
        let order = (!seen.formats.is_empty()).then(|| OrderLine {
            field: format_field(place),
            chosen: choice.format.clone(),
            choices: seen.formats.iter().map(|(it, words)| (*it, words.clone())).collect(),
        });
        ColumnLine {
            field: column_field(place),
            name: step.looked.label(place).to_owned(),
            sample: step.looked.first(place).chars().take(VALUE_LETTERS).collect(),
            target: choice.target.clone(),
            uses: Vec::new(),
            remark: seen.words,
            is_bad: seen.is_bad,
            is_clashing: clashes.iter().any(|clash| clash.places.contains(&place)),
            order,
        }
    };
    step.choices.iter().enumerate().map(line).collect()
}

/// The columns as the text reads the file, each with what the text says of it; as far as the text can be read.
fn of_text(app: &App, step: &Step) -> Vec<ColumnLine> {
    let mapping = Mapping::parse(&step.text).ok();
    let other = mapping.as_ref().and_then(|it| sample(app, &step.file.file, &it.layout()).ok());
    let looked = other.as_ref().unwrap_or(&step.looked);
    let line = |(place, name): (usize, &String)| ColumnLine {
        name: name.clone(),
        sample: looked.first(place).chars().take(VALUE_LETTERS).collect(),
        uses: mapping.as_ref().map(|mapping| mapping.uses(name)).unwrap_or_default(),
        ..ColumnLine::default()
    };
    looked.header.labels().iter().enumerate().map(line).collect()
}

fn dry_line(dry: &import::DryRun) -> DryLine {
    let rows = int(dry.counts.rows);
    DryLine {
        rows,
        part: dry.rows_about.map(|whole| {
            format!("Tried on the first {} of about {} rows.", grouped(rows), grouped(int(whole)))
        }),
        created: int(dry.counts.created),
        updated: int(dry.counts.updated),
        unchanged: int(dry.counts.unchanged),
        rejected: int(dry.counts.rejected),
        noted: int(dry.counts.noted),
        rejections: dry.rejections.iter().take(DRY_TOLD).map(exception).collect(),
        notes: dry.notes.iter().take(DRY_TOLD).map(exception).collect(),
        stages: dry
            .stages
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(stage, count)| (StageMark::of(stage.as_str()), int(*count)))
            .collect(),
    }
}
