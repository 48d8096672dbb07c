//! `/settings/retention`: of whom nothing is kept once nothing was heard of them for long.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use funnel::Stage;
use funnel::condition::Condition;
use moment::Moment;
use people::fields::Labels;
use people::frame;
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::Page;
use platform::page::words::{Almanac, counted, grouped};
use team::{Right, User};

use crate::pages::{PreviewLine, RetentionPage, RuleLine};
use crate::retention::{self, Draft, Preview, RULE, Ruled};

/// People whom a rule reports and the page names.
const NAMED: i64 = 20;
/// Stages with their labels.
const STAGES: [(Stage, &str); 7] = [
    (Stage::None, "No stage"),
    (Stage::Lead, "Lead"),
    (Stage::Prospect, "Prospect"),
    (Stage::Opportunity, "Opportunity"),
    (Stage::Customer, "Customer"),
    (Stage::Recycled, "Recycled"),
    (Stage::Disqualified, "Disqualified"),
];

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/retention", get(page).post(make))
        .route("/settings/retention/preview", post(preview))
        .route("/settings/retention/{rule}/remove", post(remove))
}

/// The form of a rule, as it was sent.
fn read(form: &[(String, String)]) -> Result<Draft, Failure> {
    let field = |name: &str| {
        let found = form.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let number = |name: &str| {
        field(name).parse::<u32>().map_err(|_| Failure::invalid(name, "write a whole number"))
    };
    let stages = form.iter().filter(|(name, _)| name == "stage");
    let erases = field("do") == "erase";
    Ok(Draft {
        name: field("name"),
        quiet_months: number("quiet_months")?,
        stages: stages.filter_map(|(_, word)| Stage::parse(word)).collect(),
        condition: field("condition"),
        notice_days: if erases { number("notice_days")? } else { 0 },
        erases,
    })
}

async fn page(State(app): State<App>, who: User) -> Result<Page, Failure> {
    who.may(Right::ErasePeople)?;
    shown(app, who, Vec::new(), Vec::new(), None).await
}

/// The page with what was typed, what is wrong with it, and what it would do.
async fn shown(
    app: App,
    who: User,
    form: Vec<(String, String)>,
    errors: Vec<String>,
    preview: Option<Preview>,
) -> Result<Page, Failure> {
    let now = app.clock.now();
    let (shell, view) = app
        .db
        .read(move |tx| {
            let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
            let mut rules = Vec::new();
            for ruled in retention::rules(tx, &who)? {
                rules.push(line(tx, &who, &ruled, &almanac)?);
            }
            let field = |name: &str, usual: &str| {
                let found = form.iter().find(|(other, _)| other == name);
                found.map_or(usual, |(_, value)| value.as_str()).to_owned()
            };
            let chosen = |word: &str| {
                form.iter().any(|(name, value)| name == "stage" && value.as_str() == word)
            };
            let view = RetentionPage {
                settings: team::frame::settings(&who, "/settings/retention"),
                may_take_out: who.can(Right::ManageWorkspace),
                rules,
                stages: STAGES
                    .iter()
                    .map(|(stage, label)| (stage.as_str(), *label, chosen(stage.as_str())))
                    .collect(),
                name: field("name", ""),
                months: field("quiet_months", "24"),
                days: field("notice_days", "30"),
                condition: field("condition", ""),
                erases: field("do", "report") == "erase",
                errors,
                preview: preview.map(|preview| would(&preview, &almanac)),
            };
            Ok((frame::shell(tx, &who, "/settings/retention")?, view))
        })
        .await?;
    Ok(Page::new(&shell, "Retention", &view))
}

fn line(tx: &mut Tx, who: &User, ruled: &Ruled, almanac: &Almanac) -> Result<RuleLine, Failure> {
    let draft = &ruled.rule.draft;
    let id = tx.public_ids().encode(RULE, ruled.rule.id);
    let some = retention::reported(tx, who, &id, NAMED)?;
    let some = some.into_iter().map(|one| {
        let due = if draft.erases { almanac.date(one.due_at).words } else { String::new() };
        (format!("/people/{}", one.id), one.name, due)
    });
    let last = ruled.runs.first();
    Ok(RuleLine {
        name: draft.name.clone(),
        says: says(draft, &Labels::seen(tx, who)?),
        does: match draft.erases {
            true => format!("Erased {} after they are reported", days(draft.notice_days)),
            false => "Only reported".to_owned(),
        },
        noticed: int(ruled.noticed),
        next: ruled.next_due_at.map(|at| almanac.date(at).words).unwrap_or_default(),
        last: match last {
            None => "It runs within the hour.".to_owned(),
            Some(run) => match &run.failure {
                Some(words) => format!("{}: {words}", almanac.minute(run.ran_at).words),
                None => format!(
                    "{}: met {}, {} of them new; {} no more; {} erased",
                    almanac.minute(run.ran_at).words,
                    grouped(int(run.met)),
                    grouped(int(run.noticed)),
                    grouped(int(run.lifted)),
                    grouped(int(run.erased))
                ),
            },
        },
        is_broken: last.is_some_and(|run| run.failure.is_some()),
        some: some.collect(),
        id,
    })
}

fn says(draft: &Draft, labels: &Labels) -> String {
    let stages: Vec<&str> = draft.stages.iter().map(|stage| stage.as_str()).collect();
    let at = match stages.as_slice() {
        [] => String::new(),
        stages => format!(", at {}", stages.join(" or ")),
    };
    let condition = match draft.condition.as_str() {
        "" => String::new(),
        text => {
            let english =
                Condition::parse(text).map(|condition| labels.english(&condition).to_string());
            format!(", {}", english.unwrap_or_else(|_| text.to_owned()))
        }
    };
    let months = counted(draft.quiet_months.into(), "month", "months");
    format!("Nothing heard for {months}{at}{condition}")
}

fn days(days: u32) -> String {
    counted(i64::from(days), "day", "days")
}

fn would(preview: &Preview, almanac: &Almanac) -> PreviewLine {
    let first = preview.first_erased_at.map(|at: Moment| almanac.date(at).words);
    PreviewLine {
        people: int(preview.people),
        of: int(preview.of),
        since: almanac.date(preview.quiet_since).words,
        first: first.unwrap_or_default(),
        some: preview
            .some
            .iter()
            .map(|(id, name)| (format!("/people/{id}"), name.clone()))
            .collect(),
    }
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn preview(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    who.may(Right::ErasePeople)?;
    let now = app.clock.now();
    let asker = who.clone();
    let found = match read(&form) {
        Ok(draft) => {
            let ready = draft.clone();
            let asks = asker.clone();
            let prepared = app.db.write(move |tx| retention::prepare(tx, &asks, &ready, now)).await;
            match prepared {
                Ok(_) => app.db.read(move |tx| retention::preview(tx, &asker, &draft, now)).await,
                Err(failure) => Err(failure),
            }
        }
        Err(failure) => Err(failure),
    };
    match found {
        Ok(preview) => Ok(shown(app, who, form, Vec::new(), Some(preview)).await?.into_response()),
        Err(failure) => refused(app, who, form, failure).await,
    }
}

async fn make(
    State(app): State<App>,
    who: User,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    who.may(Right::ErasePeople)?;
    let now = app.clock.now();
    let maker = who.clone();
    let made = match read(&form) {
        Ok(draft) => app.db.write(move |tx| retention::make(tx, &maker, &draft, now)).await,
        Err(failure) => Err(failure),
    };
    match made {
        Ok(_) => Ok(Redirect::to("/settings/retention").into_response()),
        Err(failure) => refused(app, who, form, failure).await,
    }
}

/// The page once more, with what is wrong.
async fn refused(
    app: App,
    who: User,
    form: Vec<(String, String)>,
    failure: Failure,
) -> Result<Response, Failure> {
    let errors = match failure {
        Failure::Invalid(fields) => {
            let words = |name: &str| match name {
                "quiet_months" => "Months".to_owned(),
                "notice_days" => "Days of notice".to_owned(),
                "condition" => "Condition".to_owned(),
                other => other.to_owned(),
            };
            fields
                .into_iter()
                .map(|field| format!("{}: {}", words(&field.name), field.words))
                .collect()
        }
        Failure::Refused { words, .. } => vec![words],
        Failure::Busy { .. } => {
            vec!["What the condition asks for is being read out of everybody's history. Try again in a moment.".to_owned()]
        }
        other => return Err(other),
    };
    let page = shown(app, who, form, errors, None).await?;
    Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

async fn remove(
    State(app): State<App>,
    who: User,
    Path(rule): Path<String>,
) -> Result<Redirect, Failure> {
    let now = app.clock.now();
    app.db.write(move |tx| retention::remove(tx, &who, &rule, now)).await?;
    Ok(Redirect::to("/settings/retention"))
}
