//! `sluice retention …`

use away::retention::{self, Draft, Preview, RULE, Ruled};
use clap::{Args, Subcommand};
use funnel::Stage;
use platform::App;
use platform::failure::Failure;
use serde_json::{Value, json};

use super::people::read_stage;
use super::{job, reading};
use crate::house::{House, asking};
use crate::ruled::rule_value;
use crate::say::Outcome;

/// Say of whom nothing is kept once nothing was heard of them for long
#[derive(Subcommand)]
pub(crate) enum RetentionCommand {
    List(List),
    Try(Try),
    Create(Create),
    Remove(Remove),
    Run(RunNow),
}

/// List the rules, with whom they report and what their last runs came to
#[derive(Args)]
pub(crate) struct List {}

/// Which people a rule means.
#[derive(Args)]
struct Whom {
    /// Nothing was heard of them for so many months
    #[arg(long, value_name = "MONTHS")]
    quiet: u32,
    /// Only people at this stage; may be said several times
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Vec<Stage>,
    /// Only people of whom this holds, too
    #[arg(long = "where", value_name = "CONDITION", default_value = "", hide_default_value = true)]
    condition: String,
    /// Erase them after so many days of notice; else they are only reported
    #[arg(long, value_name = "DAYS")]
    erase_after: Option<u32>,
}

impl Whom {
    fn draft(self, name: String) -> Draft {
        Draft {
            name,
            quiet_months: self.quiet,
            stages: self.stage,
            condition: self.condition,
            erases: self.erase_after.is_some(),
            notice_days: self.erase_after.unwrap_or(0),
        }
    }
}

/// Say whom a rule would meet now, and change nothing
#[derive(Args)]
#[command(
    after_long_help = "Examples:\n  sluice retention try --quiet 24 --stage lead --json | jq .people"
)]
pub(crate) struct Try {
    #[command(flatten)]
    whom: Whom,
}

/// Make a rule
#[derive(Args)]
#[command(
    long_about = "Makes a rule: people of whom nothing was heard for so many months, who did nothing themselves and were known before, \
        at some stages, or who meet a condition. A rule reports them, or erases them some days after they were reported; \
        whoever is heard of meanwhile stays. A server or `sluice work` runs the rules within the hour, and then every day.",
    after_long_help = "Examples:\n  \
        sluice retention create \"Cold leads\" --quiet 24 --stage lead --stage recycled --erase-after 30\n  \
        sluice retention create \"No basis\" --quiet 12 --where '!known(person.basis.marketing)'"
)]
pub(crate) struct Create {
    /// As people call it
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    whom: Whom,
}

/// Take a rule away
#[derive(Args)]
pub(crate) struct Remove {
    /// Which: its name, or its id
    #[arg(value_name = "RULE")]
    rule: String,
}

/// Run the rules now
#[derive(Args)]
#[command(
    long_about = "Runs the rules now, as a server does every day: reports whom they meet, and erases who was reported for long enough."
)]
pub(crate) struct RunNow {
    /// Only this one: its name, or its id
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

impl RetentionCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            RetentionCommand::List(List {}) => list(house),
            RetentionCommand::Try(Try { whom }) => attempt(house, whom.draft("Tried".to_owned())),
            RetentionCommand::Create(Create { name, whom }) => create(house, whom.draft(name)),
            RetentionCommand::Remove(Remove { rule }) => remove(house, rule),
            RetentionCommand::Run(RunNow { rule }) => run_now(house, rule),
        }
    }
}

fn list(house: &House) -> Result<Outcome, Failure> {
    let app = house.open_begun()?;
    let who = asking(&app);
    let rules = app.db.read_blocking(move |tx| retention::rules(tx, who))?;
    let outside = app.public_ids();
    let value =
        json!({ "rules": rules.iter().map(|one| rule_value(outside, one)).collect::<Vec<_>>() });
    house.mouth.result(&value, |ink| {
        if rules.is_empty() {
            return "There is no rule: everybody is kept.".to_owned();
        }
        let line = |ruled: &Ruled| {
            let draft = &ruled.rule.draft;
            let does = match draft.erases {
                true => format!("erased {} days after they are reported", draft.notice_days),
                false => "reported".to_owned(),
            };
            format!(
                "{}  quiet for {} months, {does}; {} reported now",
                ink.strong(&draft.name),
                draft.quiet_months,
                ruled.noticed
            )
        };
        rules.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Outcome::Done)
}

/// Has what a rule asks for the first time made, and says whom it would meet.
fn previewed(house: &House, app: &App, draft: &Draft) -> Result<Preview, Failure> {
    let (asked, now, who) = (draft.clone(), app.clock.now(), asking(app));
    let waiting = app.db.write_blocking(move |tx| retention::prepare(tx, who, &asked, now))?;
    if let Some(waiting) = waiting {
        let progress = house.mouth.progress("reading histories");
        job::run(app, &house.jobs(), waiting, &progress, ("done", "total"))?;
    }
    let asked = draft.clone();
    app.db.read_blocking(move |tx| retention::preview(tx, who, &asked, now))
}

fn attempt(house: &House, draft: Draft) -> Result<Outcome, Failure> {
    let app = reading(house)?;
    let preview = previewed(house, &app, &draft)?;
    house.mouth.result(&preview, |_| words(&preview))?;
    Ok(Outcome::Done)
}

fn words(preview: &Preview) -> String {
    let Preview { quiet_since, people, of, first_erased_at, some } = preview;
    let mut text =
        format!("{people} of {of} people, of whom nothing was heard since {quiet_since}.");
    if let Some(at) = first_erased_at {
        text.push_str(&format!(" The first would be erased on {at}."));
    }
    for (id, name) in some {
        text.push_str(&format!("\n  {id}  {name}"));
    }
    text
}

fn create(house: &House, draft: Draft) -> Result<Outcome, Failure> {
    let app = reading(house)?;
    let preview = previewed(house, &app, &draft)?;
    let (now, who) = (app.clock.now(), asking(&app));
    let row = app.db.write_blocking(move |tx| retention::make(tx, who, &draft, now))?;
    let id = app.public_ids().encode(RULE, row.id);
    let value = json!({ "id": id, "name": row.draft.name, "preview": preview });
    house.mouth.result(&value, |ink| {
        format!("{} is made. It meets {}", ink.strong(&row.draft.name), words(&preview))
    })?;
    Ok(Outcome::Done)
}

fn remove(house: &House, rule: String) -> Result<Outcome, Failure> {
    let app = house.open_begun()?;
    let (now, who) = (app.clock.now(), asking(&app));
    app.db.write_blocking(move |tx| retention::remove(tx, who, &rule, now))?;
    house.mouth.result(&json!({}), |_| "The rule is gone.".to_owned())?;
    Ok(Outcome::Done)
}

fn run_now(house: &House, rule: Option<String>) -> Result<Outcome, Failure> {
    let app = reading(house)?;
    let who = asking(&app);
    let rules = app.db.read_blocking(move |tx| {
        Ok(match rule {
            Some(rule) => vec![retention::meant(tx, who, &rule)?],
            None => retention::rules(tx, who)?.into_iter().map(|ruled| ruled.rule).collect(),
        })
    })?;
    let mut came = Vec::new();
    for rule in rules {
        previewed(house, &app, &rule.draft)?;
        came.push((rule.draft.name.clone(), retention::run_rule(&app, &rule)?));
    }
    let is_any_erased = came.iter().any(|(_, run)| run.erased > 0);
    if is_any_erased {
        // Companies for which they did something are counted without them.
        funnels::refold::wake_due(&app)?;
        app.db.scrub_blocking()?;
    }
    let runs: Vec<Value> =
        came.iter().map(|(name, run)| json!({ "rule": name, "run": run })).collect();
    house.mouth.result(&json!({ "runs": runs }), |ink| {
        let line = |(name, run): &(String, retention::RunRow)| match &run.failure {
            Some(words) => format!("{}: {}", ink.strong(name), ink.bad(words)),
            None => format!(
                "{}: met {}, {} of them new; {} no more; {} erased; {} due",
                ink.strong(name),
                run.met,
                run.noticed,
                run.lifted,
                run.erased,
                run.left_due
            ),
        };
        came.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Outcome::Done)
}
