//! `sluice handoffs` and `sluice handoff`: who waits for sales, and what sales says.

use clap::{Args, ValueEnum};
use funnels::hand;
use funnels::handoff::{HandoffsView, Line, Since, handoffs};
use moment::Span;
use platform::failure::Failure;
use platform::page::words::lasting;
use serde_json::json;

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Show who waits to be taken on by sales, and what came of the others
#[derive(Args)]
#[command(
    long_about = "Shows who was handed over and waits, with the time that is left within the definition's `sla`, and how many were \
        accepted, rejected, or moved on without an answer: by version of the definition and by the source through which \
        they came, with the reasons. Whoever climbs to a stage with an `sla` is handed over.",
    after_long_help = "Examples:\n  \
        sluice handoffs\n  \
        sluice handoffs --since 2026-07-01 --lens Sales\n  \
        sluice handoffs --json | jq '.sources[] | {name, rejected, rejection_rate}'"
)]
pub(crate) struct Handoffs {
    /// Count only those handed over since this date; who waits is always shown
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

/// Take somebody on who was handed over, or hand them back
#[derive(Args)]
#[command(
    long_about = "Answers for sales: takes somebody on who was handed over, or hands them back with a reason, which is reported \
        against the definition and the source that produced them. The newest answer holds; the first says whether it \
        came within the `sla`.",
    after_long_help = "Examples:\n  \
        sluice handoff ann@north.example accepted\n  \
        sluice handoff mql_id:0f3a rejected --reason \"A student\""
)]
pub(crate) struct Handoff {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// accepted or rejected
    #[arg(value_name = "ANSWER")]
    said: Said,
    /// Why; whoever is rejected needs a reason
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// The lens that handed them over [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Said {
    Accepted,
    Rejected,
}

impl Handoff {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let Handoff { who, said, reason, lens } = self;
        let accepted = matches!(said, Said::Accepted);
        app.db.write_blocking(move |tx| {
            let said = (accepted, reason.as_str());
            hand::hand_over(tx, asking, &who, lens.as_deref(), said, now)
        })?;
        house.mouth.result(&json!({ "accepted": accepted }), |_| {
            (if accepted { "Taken on." } else { "Handed back." }).to_owned()
        })?;
        Ok(Outcome::Done)
    }
}

impl Handoffs {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let since = self.since.map_or(Since::Always, Since::Date);
        let found = app
            .db
            .read_blocking(move |tx| handoffs(tx, asking, self.lens.as_deref(), &since, now))?;
        house.mouth.result(&found, |ink| shown(&found, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &HandoffsView, ink: Ink) -> String {
    let mut text = match (found.waits, found.overdue) {
        (0, _) => "Nobody waits.\n".to_owned(),
        (waits, overdue) => {
            let title = ink.strong(format!("Waiting: {waits}"));
            format!("{title}, {overdue} overdue\n{}", table(&waiting(found)))
        }
    };
    if !found.asks {
        text.push_str("No stage of this definition has an `sla`, so nobody is handed over.\n");
    }
    for (title, lines) in [("By version", &found.versions), ("By source", &found.sources)] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{}\n{}", ink.strong(title), table(&rows(lines))));
            reasons(&mut text, lines, ink);
        }
    }
    let all = found.total.counts;
    text.push_str(&format!(
        "\n{} handed over = {} accepted + {} rejected + {} waiting + {} moved on\n",
        all.handed_over, all.accepted, all.rejected, all.waiting, all.moved_on
    ));
    text
}

fn waiting(found: &HandoffsView) -> Vec<Vec<String>> {
    let heads = ["id", "name", "stage", "version", "source", "time left"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for one in &found.waiting {
        let left = one.left_s.unwrap_or_default();
        let span = lasting(Span(left.saturating_abs().saturating_mul(1_000_000)));
        rows.push(vec![
            one.person.clone(),
            one.name.clone(),
            one.stage.as_str().to_owned(),
            one.version.to_string(),
            one.source.clone(),
            if left > 0 { span } else { format!("{span} overdue") },
        ]);
    }
    rows
}

fn rows(lines: &[Line]) -> Vec<Vec<String>> {
    let heads = [
        "",
        "handed over",
        "accepted",
        "rejected",
        "waiting",
        "moved on",
        "late",
        "rejected of answered",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for line in lines {
        let c = line.counts;
        let rate = match (line.rejection_rate, line.rejection_interval) {
            (Some(rate), Some(interval)) => format!(
                "{:.0} % ({:.0} to {:.0})",
                rate * 100.0,
                interval.low * 100.0,
                interval.high * 100.0
            ),
            _ => "unknown".to_owned(),
        };
        let mut row = vec![name(line)];
        row.extend(
            [c.handed_over, c.accepted, c.rejected, c.waiting, c.moved_on, c.late]
                .map(|n| n.to_string()),
        );
        row.push(rate);
        rows.push(row);
    }
    rows
}

fn name(line: &Line) -> String {
    match line.version {
        Some(version) => format!("version {version}: {}", line.name),
        None => line.name.clone(),
    }
}

fn reasons(text: &mut String, lines: &[Line], ink: Ink) {
    for line in lines.iter().filter(|line| !line.reasons.is_empty()) {
        let said: Vec<String> =
            line.reasons.iter().map(|said| format!("{} ({})", said.reason, said.count)).collect();
        let words = format!("  {} rejected because: {}\n", name(line), said.join("; "));
        text.push_str(&ink.quiet(words).to_string());
    }
}
