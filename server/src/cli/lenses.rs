//! `sluice lenses`

use clap::Args;
use funnel::Stage;
use funnels::agreement::{AgreementView, LensesView};
use platform::failure::Failure;

use super::reading;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome, table};

/// Compare the definitions held side by side
#[derive(Args)]
#[command(
    long_about = "Shows what each lens makes of everybody, how far each two agree (Cohen's kappa of everybody, those at no stage under \
        both included: 1 on everybody, 0 as chance would), where they part and on which condition, and how that was over the last year. A lens is made by \
        `sluice definition adopt FILE --lens NAME`.",
    after_long_help = "Examples:\n  \
        sluice lenses\n  \
        sluice lenses --json | jq '.agreement[] | {a, b, kappa}'"
)]
pub(crate) struct Lenses {}

impl Lenses {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let found = app.db.read_blocking(move |tx| {
            funnels::agreement::lenses(tx, asking, funnels::agreement::Depth::Whole, now)
        })?;
        house.mouth.result(&found, |ink| shown(&found, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &LensesView, ink: Ink) -> String {
    let mut rows = vec![vec!["lens".to_owned(), "definition".to_owned()]];
    // Whom a lens has at no stage comes last, so that each line adds up to everybody.
    let mut stages: Vec<Stage> = Stage::ALL.iter().copied().skip(1).collect();
    rows[0].extend(stages.iter().map(|stage| stage.as_str().to_owned()));
    rows[0].push("no stage".to_owned());
    stages.push(Stage::None);
    for lens in &found.lenses {
        let mut row =
            vec![lens.name.clone(), format!("{}, version {}", lens.definition, lens.version)];
        row.extend(
            stages
                .iter()
                .map(|stage| lens.stages.get(stage).copied().unwrap_or_default().to_string()),
        );
        rows.push(row);
    }
    let mut text = table(&rows);
    if found.agreement.is_empty() {
        text.push_str("\nThere is one lens: `sluice definition adopt FILE --lens NAME` puts another beside it.");
    }
    for pair in &found.agreement {
        agreement(&mut text, pair, ink);
    }
    text
}

fn agreement(text: &mut String, pair: &AgreementView, ink: Ink) {
    let title = format!("{} and {}", pair.a, pair.b);
    let kappa = match (pair.kappa, pair.in_words) {
        (Some(kappa), Some(words)) => format!("kappa of everybody {kappa:.2}, {words}"),
        _ => "kappa says nothing: chance would agree on everybody".to_owned(),
    };
    let (same, people) = (pair.same, pair.people);
    text.push_str(&format!("\n{}  {same} of {people} alike; {kappa}\n", ink.strong(title)));
    for one in &pair.parted {
        let (at_a, at_b) = (one.a, one.b);
        text.push_str(&format!("  {:>8}  {} {at_a}, {} {at_b}\n", one.people, pair.a, pair.b));
        for missing in &one.because {
            let words = format!(
                "{} of {} lack: {} ({} no, {} unknown)",
                missing.no + missing.unknown,
                one.looked_at,
                missing.english,
                missing.no,
                missing.unknown
            );
            text.push_str(&format!("            {}\n", ink.quiet(words)));
        }
    }
    let points: Vec<String> = pair
        .trend
        .iter()
        .map(|point| point.kappa.map_or_else(|| "-".to_owned(), |kappa| format!("{kappa:.2}")))
        .collect();
    text.push_str(&format!(
        "  {}\n",
        ink.quiet(format!("kappa, every 30 days until now: {}", points.join(" ")))
    ));
}
