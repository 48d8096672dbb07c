//! `sluice why-not WHO`

use clap::Args;
use funnel::Stage;
use funnels::why_not::WhyNotView;
use platform::failure::Failure;

use super::reading;
use super::why::{explained, stage};
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Say why a person does not stand at a stage, and what would bring them there
#[derive(Args)]
#[command(
    long_about = "Says which parts of a stage's rule hold, fail or are unknown for a person, the cheapest news that would \
        bring them there (each set of it was tried, gates and all), and the question to ask next. Without --stage it \
        is about the next stage up.",
    after_long_help = "Examples:\n  \
        sluice why-not ann@north.example\n  \
        sluice why-not ann@north.example --stage opportunity\n  \
        sluice why-not mql_id:0f3a --stage prospect --json | jq '.ways[0].steps'"
)]
pub(crate) struct WhyNot {
    /// An e-mail address, a telephone, an id from outside, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// lead, prospect, opportunity or customer [default: the next one up]
    #[arg(long, value_name = "STAGE", value_parser = read_stage)]
    stage: Option<Stage>,
    /// The lens to look through [default: the main one]
    #[arg(long, value_name = "NAME")]
    lens: Option<String>,
}

fn read_stage(text: &str) -> Result<Stage, String> {
    let named = Stage::parse(text).filter(|stage| Stage::CLIMB.contains(stage));
    named.ok_or_else(|| "there are lead, prospect, opportunity and customer".to_owned())
}

impl WhyNot {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let now = app.clock.now();
        let found = app.db.read_blocking(move |tx| {
            let (who, lens) = (asking, self.lens.as_deref());
            funnels::why_not::why_not(tx, who, &self.who, lens, self.stage, now)
        })?;
        house.mouth.result(&found, |ink| shown(&found, ink))?;
        Ok(Outcome::Done)
    }
}

fn shown(found: &WhyNotView, ink: Ink) -> String {
    let lens = format!("{}, version {}", found.lens, found.version);
    let head =
        format!("{}: {}\n{}\n", ink.strong(&found.name), stage(found.stands), ink.quiet(lens));
    if found.is_there {
        return format!("{head}\nNothing is missing: whoever is {} is there.", stage(found.stands));
    }
    if !found.is_known {
        return format!("{head}\nThe definition in force has no {}.", stage(found.stage));
    }
    let mut text = head;
    for (title, part) in [
        (format!("{} asks for", stage(found.stage)), &found.enter),
        ("and however one arrives, that".to_owned(), &found.gate),
        ("and to come back, that".to_owned(), &found.wake),
    ] {
        if let Some(part) = part {
            text.push_str(&format!("\n{}\n", ink.strong(title)));
            explained(&mut text, part, 1, ink);
        }
    }
    if found.is_kept {
        text.push_str(
            "\nWhat would bring them there is hidden from you, for it asks for what is.\n",
        );
    } else if found.ways.is_empty() {
        text.push_str(
            "\nNothing new alone would bring them there: what is known stands against it.\n",
        );
    } else {
        text.push_str(&format!("\n{}\n", ink.strong("What would bring them there")));
        for way in &found.ways {
            let steps: Vec<&str> = way.steps.iter().map(|step| step.english.as_str()).collect();
            let to = if way.to == found.stage { String::new() } else { format!(", to {}", way.to) };
            text.push_str(&format!("  {}{to}\n", steps.join("; ")));
        }
    }
    if let Some(ask) = &found.ask {
        text.push_str(&format!("\n{} {}", ink.strong("Ask next:"), ask.ask));
    }
    text
}
