//! `sluice definition compare BACKTEST BACKTEST`

use clap::Args;
use funnel::backtest::ShareDifference;
use funnels::backtest::{self, BACKTEST, ComparedView, SideView};
use platform::failure::Failure;

use super::backtest::figures_row;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Hold one stored backtest against another
#[derive(Args)]
#[command(
    long_about = "Holds one stored backtest against another: precision and recall with their intervals, the days before \
        the win, and what each brings to each team in a week. Every difference is the second less the first; where two \
        intervals overlap it may be chance. Changes nothing.",
    after_long_help = "Examples:\n  \
        sluice definition compare bkt_2b7f01 bkt_90c3d4       as `sluice definition backtest` named them\n  \
        sluice definition compare bkt_2b7f01 bkt_90c3d4 --json | jq .difference.stages.prospect"
)]
pub(crate) struct Compare {
    /// The first
    #[arg(value_name = "BACKTEST")]
    first: String,
    /// The second
    #[arg(value_name = "BACKTEST")]
    second: String,
}

impl Compare {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open_begun()?;
        let asking = asking(&app);
        let id = |text: &str| {
            let id = app.public_ids().decode(BACKTEST, text);
            id.ok_or_else(|| Failure::missing("backtest", text))
        };
        let (first, second) = (id(&self.first)?, id(&self.second)?);
        let view = app.db.read_blocking(move |tx| backtest::compare(tx, asking, first, second))?;
        house.mouth.result(&view, |ink| shown(&view, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(view: &ComparedView, ink: Ink) -> String {
    let ComparedView { first, second, difference } = view;
    let mut text = format!("{}\n{}\n", title("A", first, ink), title("B", second, ink));
    if !difference.is_alike {
        text.push_str("They were not asked the same of the same people.\n");
    }
    text.push('\n');
    let mut rows = vec![
        ["", "called", "won", "precision", "95 %", "recall", "95 %", "days before", "a week"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (stage, by) in &difference.stages {
        for (letter, side) in [("A", first), ("B", second)] {
            if let Some(figures) = side.report.stages.get(stage) {
                rows.push(figures_row(&format!("{letter} {stage}"), figures));
            }
        }
        let share = |by: Option<ShareDifference>| match by {
            Some(by) if by.by.abs() < 0.000_5 => ("the same".to_owned(), "-".to_owned()),
            Some(by) => {
                let may = if by.is_apart { "apart" } else { "may be chance" };
                (format!("{:+.1} points", by.by * 100.0), may.to_owned())
            }
            None => ("-".to_owned(), "-".to_owned()),
        };
        let ((precision, sure), (recall, sure_of_recall)) = (share(by.precision), share(by.recall));
        rows.push(vec![
            "B less A".to_owned(),
            format!("{:+}", by.called),
            format!("{:+}", by.won),
            precision,
            sure,
            recall,
            sure_of_recall,
            by.lead_days.map_or_else(|| "-".to_owned(), |days| format!("{days:+}")),
            format!("{:+.1}", by.weekly),
        ]);
    }
    text.push_str(&table(&rows));
    for (team, load) in &difference.load {
        text.push_str(&format!(
            "{team}: A {:.1} arrivals a week, {} in the fullest; B {:.1}, {}\n",
            load.first.mean, load.first.max, load.second.mean, load.second.max
        ));
    }
    text
}

fn title(letter: &str, side: &SideView, ink: Ink) -> String {
    let name = format!("{letter}  {}", side.definition);
    let told = format!(
        "{}, {}, against {}, version {}",
        side.backtest, side.started_at, side.lens, side.version
    );
    format!("{}  {}", ink.strong(name), ink.quiet(told))
}
