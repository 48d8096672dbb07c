//! The panel of the funnel's page that says what the draft that was tried last would have done.

use askama::Template;
use funnel::{Definition, Stage};
use platform::db::Tx;
use platform::failure::Failure;
use platform::page::filters;
use platform::page::words::{Almanac, grouped};
use team::{Sight, User};

use super::backtests::{PersonLine, StageLine, int, person_line, stage_line};
use super::drafts::{ChangeLine, change_lines};
use crate::backtest::{self, BACKTEST, BacktestView};
use crate::drafts::{self, DRAFT};
use crate::lens::Lens;

/// Changes of the draft that the panel names.
const CHANGES_SHOWN: usize = 3;
/// People whom it names.
const PEOPLE_SHOWN: usize = 5;

struct Tried {
    name: String,
    href: String,
    draft: Option<String>,
    span: String,
    changes: Vec<ChangeLine>,
    more: usize,
    stage: Option<StageLine>,
    won: i64,
    differ: i64,
    version: u32,
    people: Vec<PersonLine>,
}

#[derive(Template)]
#[template(path = "tried.html")]
struct TriedPanel {
    test: Option<Tried>,
    needs: String,
}

/// The panel under a lens; nothing for whoever may see a part of the people alone, for it counts all of them.
pub(super) fn panel(
    tx: &mut Tx,
    who: &User,
    lens: &Lens,
    almanac: &Almanac,
) -> Result<String, Failure> {
    if !matches!(who.sight, Sight::Everybody) {
        return Ok(String::new());
    }
    let in_force = lens.current().map(|(_, definition)| definition.as_ref());
    let (mut test, mut needs) = (None, String::new());
    if let Some(row) = backtest::latest(tx, who, lens.id)? {
        let view = row.view()?;
        let draft = drafts::list(tx, who)?;
        let draft = draft.iter().find(|draft| draft.state.is_open() && draft.text == row.text);
        needs = says_yes(&drafts::teams(in_force, &row.text));
        test = Some(Tried {
            href: format!("/backtests/{}", tx.public_ids().encode(BACKTEST, row.id)),
            draft: draft.map(|draft| {
                format!("/definitions/drafts/{}", tx.public_ids().encode(DRAFT, draft.id))
            }),
            ..tried(view, in_force.zip(Definition::parse(&row.text).ok().as_ref()), almanac)
        });
    }
    TriedPanel { test, needs }.render().map_err(|cause| Failure::Broken(anyhow::Error::from(cause)))
}

fn says_yes(teams: &[String]) -> String {
    let each: Vec<String> = teams.iter().map(|team| format!("one yes from {team}")).collect();
    format!("A proposal needs {}. Nothing changes before.", each.join(" and "))
}

fn tried(
    view: BacktestView,
    definitions: Option<(&Definition, &Definition)>,
    almanac: &Almanac,
) -> Tried {
    let report = &view.report;
    let changes = definitions.map(|(old, new)| old.changes(new)).unwrap_or_default();
    let span = report.from.zip(report.to).map(|(from, to)| {
        format!(" from {} to {}", almanac.date(from).words, almanac.date(to).words)
    });
    let span = format!(
        "{} histories{}, each seen as of its moment. Nothing later was visible.",
        grouped(int(report.people)),
        span.unwrap_or_default()
    );
    // The stage about which a call says most: the prospects, or the highest that there is.
    let stages = &report.stages;
    let told = stages.get_key_value(&Stage::Prospect).or(stages.iter().next_back());
    Tried {
        stage: told.map(|(stage, figures)| stage_line(&view, *stage, figures)),
        people: view
            .differences
            .iter()
            .take(PEOPLE_SHOWN)
            .map(|one| person_line(one, almanac))
            .collect(),
        href: String::new(),
        draft: None,
        span,
        more: changes.len().saturating_sub(CHANGES_SHOWN),
        changes: change_lines(&changes).into_iter().take(CHANGES_SHOWN).collect(),
        won: int(report.won),
        differ: int(report.differ),
        version: view.version,
        name: view.definition,
    }
}
