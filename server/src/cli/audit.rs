//! `sluice audit`

use std::io::{ErrorKind, Write, stdout};

use clap::{Args, ValueEnum};
use platform::failure::Failure;
use team::audit::{self, Noted, ROWS_MAX, Texts};

use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Read who did what to which record
#[derive(Args)]
#[command(
    long_about = "Reads the audit log: who did what to which record, through which mouth (page, api, command or job), the \
        newest first. Rows are added and never changed or removed; --check recounts the hashes that hold them together.",
    after_long_help = "Examples:\n  \
        sluice audit --user mara@north.example --since 2026-07-01\n  \
        sluice audit --what token.                everything done to tokens\n  \
        sluice audit --on per_2g5kq8vn3x0ta       everything done to one person\n  \
        sluice audit --export csv > audit.csv     all of it\n  \
        sluice audit --check\n\n\
        Exit code 3 if --check finds a row that was changed, put in or taken out."
)]
pub(crate) struct Audit {
    /// Only what this user did: their address or id; operator for whoever runs commands
    #[arg(long, value_name = "USER", default_value = "", hide_default_value = true)]
    user: String,
    /// Only this, like token.revoked; "token." with its point is everything done to tokens
    #[arg(long, value_name = "WHAT", default_value = "", hide_default_value = true)]
    what: String,
    /// Only what was done to this record
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    on: String,
    /// Only through this mouth: page, api, command or job
    #[arg(long, value_name = "MOUTH", default_value = "", hide_default_value = true)]
    mouth: String,
    /// From this day on
    #[arg(long, value_name = "DATE", default_value = "", hide_default_value = true)]
    since: String,
    /// Up to this day, and with it
    #[arg(long, value_name = "DATE", default_value = "", hide_default_value = true)]
    until: String,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=ROWS_MAX as i64))]
    limit: u16,
    /// Where the page before ended
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// Write all that is asked for to standard output
    #[arg(long, value_name = "FORM", conflicts_with_all = ["limit", "after"])]
    export: Option<Form>,
    /// Find rows that were changed, put in or taken out past this program
    #[arg(long, conflicts_with_all = ["export", "limit", "after"])]
    check: bool,
}

/// The form of an export.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A table
    Csv,
    /// An object a line
    Jsonl,
}

impl Audit {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let asking = asking(&app);
        if self.check {
            let checked = app.db.read_blocking(|tx| audit::check(tx, asking))?;
            house.mouth.result(&checked, |ink| {
                let mut lines = checked.breaks.clone();
                lines.push(format!("{} rows; their head is {}", checked.rows, checked.head));
                if checked.breaks.is_empty() {
                    lines.push(ink.quiet("None was changed, put in or taken out.".to_owned()));
                }
                lines.join("\n")
            })?;
            let is_whole = checked.breaks.is_empty();
            return Ok(if is_whole { Outcome::Done } else { Outcome::Differences });
        }
        let Audit { user, what, on, mouth, since, until, limit, after, export, .. } = self;
        let texts = Texts { user, what, on, mouth, since, until };
        let now = app.clock.now();
        let asked = app.db.read_blocking(move |tx| texts.read(tx, now))?;
        if let Some(form) = export {
            let (mut out, mut is_first) = (stdout().lock(), true);
            audit::export(&app, asking, &asked, |rows| {
                let text = match form {
                    Form::Csv => audit::csv(&rows, is_first)?,
                    Form::Jsonl => audit::json_lines(&rows)?,
                };
                is_first = false;
                match out.write_all(&text) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                    written => Ok(written?),
                }
            })?;
            return Ok(Outcome::Done);
        }
        let page = app.db.read_blocking(move |tx| {
            audit::list(tx, asking, &asked, after.as_deref(), limit.into())
        })?;
        house.mouth.result(&page, |ink| shown(&page, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(page: &audit::Page, ink: Ink) -> String {
    if page.rows.is_empty() {
        return "Nothing that is asked for was noted.".to_owned();
    }
    let heads = ["at", "by", "through", "what", "on", "detail"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let row = |row: &Noted| {
        let by = row.by.as_ref().map_or("-", |by| by.name.as_str());
        let detail = if row.detail.as_object().is_some_and(|detail| detail.is_empty()) {
            String::new()
        } else {
            row.detail.to_string()
        };
        vec![
            row.at.to_string(),
            by.to_owned(),
            row.mouth.clone(),
            row.what.clone(),
            row.subject.clone().unwrap_or_else(|| "-".to_owned()),
            detail,
        ]
    };
    rows.extend(page.rows.iter().map(row));
    let text = table(&rows);
    let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let more = page.next.as_ref().map(|next| format!("more: --after {next}\n"));
    format!("{}\n{rest}{}", ink.strong(head), ink.quiet(more.unwrap_or_default()))
}
