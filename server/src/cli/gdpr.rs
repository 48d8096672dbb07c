//! `sluice gdpr …`

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use people::erase::{self, Erased};
use people::{basis, gdpr};
use platform::failure::Failure;
use platform::page::words::Almanac;
use serde_json::json;

use super::export::whole;
use super::{job, reading};
use crate::house::{House, asking};
use crate::say::Outcome;

/// Tell somebody all that is held of them, record a lawful basis, or erase them
#[derive(Subcommand)]
pub(crate) enum Gdpr {
    Basis(SayBasis),
    Export(TellAll),
    Erase(Erase),
}

/// Write everything that is held of a person to one file
#[derive(Args)]
#[command(
    long_about = "Writes everything that is held of a person to one file, for whoever asks (Art. 15 and 20 of the GDPR): what is held \
        true today with its sources, every row of every table that is about them, the whole history among them, rows \
        of imported files that name them, what the audit log says of them, and every file that hangs on a note about \
        them.\n\n\
        A file whose name ends in .zip is what to hand over: it holds a text for people, the same as JSON for programs, \
        and the files. One that ends in .txt is the text alone, any other the JSON alone; they name the files, and do not \
        hold them.",
    after_long_help = "Examples:\n  \
        sluice gdpr export ann@north.example ann.zip\n  \
        sluice gdpr export ann@north.example ann.json\n  \
        sluice gdpr export per_2g5kq8vn3x0ta ann.txt"
)]
pub(crate) struct TellAll {
    /// Who: an e-mail address, an outside id, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// The file to write, which must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Erase a person from every table, file and index
#[derive(Args)]
#[command(
    long_about = "Erases a person: their history, facts, keys and standings, what conditions keep of them, and their rows in \
        what imports refused or noted; and where others' histories name them by an address, a number or an id, that goes, \
        too. What they counted for stays counted: the flow between stages by day, the rows of \
        imports. Of their addresses, numbers and outside ids a keyed hash stays, so that an import or a program that \
        brings them again is refused with the reason, unless it says on purpose that it brings them back. The audit log \
        keeps that somebody was erased, not who.\n\n\
        At last the database is written anew, so that nothing is left in its free pages; --no-scrub leaves that to \
        another time. Backups, exported files, and the files of exceptions that `sluice import` wrote are yours to \
        erase.",
    after_long_help = "Examples:\n  \
        sluice gdpr export ann@north.example ann.zip && sluice gdpr erase ann@north.example --yes\n  \
        sluice import everybody.csv --mapping m.toml --bring-back     takes even those who were erased, on purpose"
)]
pub(crate) struct Erase {
    /// Who: an e-mail address, an outside id, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// Yes: it can't be undone
    #[arg(long, required = true)]
    yes: bool,
    /// Do not write the database anew now
    #[arg(long)]
    no_scrub: bool,
}

/// Tell on which lawful basis somebody's data serves what, or record one
#[derive(Args)]
#[command(
    long_about = "Tells on which lawful basis a person's data serves which purpose, with all that was said of it; or records a basis, \
        or that it was taken back (withdrawn, objected). It is a fact like others: a condition asks for it as \
        person.basis.marketing == \"consent\", and a mapping sets it from a column.",
    after_long_help = "Examples:\n  \
        sluice gdpr basis ann@north.example\n  \
        sluice gdpr basis ann@north.example marketing consent --evidence \"Webinar form, confirmed by mail\" --at 2026-05-12\n  \
        sluice gdpr basis ann@north.example marketing withdrawn"
)]
pub(crate) struct SayBasis {
    /// Who: an e-mail address, an outside id, per_…, or a name that one person has
    #[arg(value_name = "WHO")]
    who: String,
    /// What it is for: marketing, sales, or a word of your own
    #[arg(value_name = "PURPOSE", requires = "basis")]
    purpose: Option<String>,
    /// consent, contract, legitimate_interest, legal_obligation, public_task, vital_interests, withdrawn or objected
    #[arg(value_name = "BASIS")]
    basis: Option<String>,
    /// What shows it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    evidence: String,
    /// Since when: a day [default: now]
    #[arg(long, value_name = "DAY")]
    at: Option<String>,
    /// Until when, if it runs out: a day
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
}

impl SayBasis {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let now = app.clock.now();
        let asking = asking(&app);
        let SayBasis { who, purpose, basis, evidence, at, until } = self;
        if let (Some(purpose), Some(basis)) = (purpose, basis) {
            let whom = who.clone();
            app.db.write_blocking(move |tx| {
                let almanac = Almanac::new(now, &team::workspace(tx)?.zone);
                let day = |name: &str, text: Option<String>| match text {
                    None => Ok(None),
                    Some(text) => match almanac.begins(&text) {
                        Some(at) => Ok(Some(at)),
                        None => Err(Failure::invalid(name, "write a day like 2026-11-30")),
                    },
                };
                let (at, until) = (day("at", at)?, day("until", until)?);
                let ask = basis::Ask { purpose, basis, evidence, at, until };
                basis::say(tx, asking, &whom, &ask, now)
            })?;
        }
        let (id, purposes) =
            app.db.read_blocking(move |tx| basis::purposes(tx, asking, &who, now))?;
        let value = json!({
            "person": app.public_ids().encode(people::PERSON, id), "purposes": purposes,
        });
        house.mouth.result(&value, |ink| {
            let line = |purpose: &basis::Purpose| {
                let name = ink.strong(&purpose.purpose);
                let Some(word) = &purpose.basis else { return format!("{name}  unknown") };
                let said = purpose.said.first().map_or(String::new(), |said| {
                    let evidence = said.evidence.as_deref().unwrap_or("no evidence");
                    format!(", since {} from {}: {evidence}", said.at, said.source)
                });
                format!("{name}  {word}{said}")
            };
            purposes.iter().map(line).collect::<Vec<_>>().join("\n")
        })?;
        Ok(Outcome::Done)
    }
}

impl Gdpr {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        match self {
            Gdpr::Basis(ask) => ask.run(house),
            Gdpr::Export(ask) => ask.run(house),
            Gdpr::Erase(ask) => ask.run(house),
        }
    }
}

impl TellAll {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = reading(house)?;
        let asking = asking(&app);
        let (now, who) = (app.clock.now(), self.who);
        let all = move |tx: &mut platform::Tx| gdpr::everything(tx, asking, &who, now);
        let all = app.db.write_blocking(all)?;
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let (id, files, is_whole) = (all.id().to_owned(), all.files.len(), ending == "zip");
        whole(&self.file, |mut file| {
            match ending {
                "zip" => return all.zip(&app.files, now, || Ok(file)).map(drop),
                "txt" => file.write_all(gdpr::outline(&all.told).as_bytes())?,
                _ => serde_json::to_writer_pretty(&mut file, &all.told)
                    .map_err(anyhow::Error::from)?,
            }
            Ok(file.write_all(b"\n")?)
        })?;
        let value =
            json!({ "file": self.file, "person": id, "files": files, "holds_files": is_whole });
        house.mouth.result(&value, |_| {
            let path = self.file.display();
            let hang = if files == 1 { "1 file hangs".to_owned() } else { format!("{files} files hang") };
            match (files, is_whole) {
                (0, _) => format!("{path}: everything; no file hangs on a note about them."),
                (_, true) => format!("{path}: everything; {hang} on notes about them, and they are in it."),
                (_, false) => format!(
                    "{path}: all but files; {hang} on notes about them: name a file that ends in .zip to have them, too."
                ),
            }
        })?;
        Ok(Outcome::Done)
    }
}

impl Erase {
    fn run(self, house: &House) -> Result<Outcome, Failure> {
        debug_assert!(self.yes, "it is required");
        let app = reading(house)?;
        let asking = asking(&app);
        let looked = erase::look(&app, asking, &self.who)?;
        let (now, who) = (app.clock.now(), self.who);
        let erase = move |tx: &mut platform::Tx| erase::erase(tx, asking, &who, &looked, now);
        let erased = app.db.write_blocking(erase)?;
        if let Some(files) = erased.job {
            let progress = house.mouth.progress("removing files");
            job::run(&app, &house.jobs(), files, &progress, ("done", "total"))?;
        }
        // Companies for which they did something are counted without them.
        funnels::refold::wake_due(&app)?;
        if !self.no_scrub {
            app.db.scrub_blocking()?;
        }
        let Erased { rows, blanked, redacted, files, keys, .. } = erased;
        let value = json!({ "rows": rows, "blanked": blanked, "redacted": redacted, "files": files, "keys": keys, "scrubbed": !self.no_scrub });
        house.mouth.result(&value, |_| {
            format!(
                "Erased: {rows} rows gone, {blanked} rows of imports and jobs blanked, {redacted} entries about others \
                 redacted, {files} files removed; {keys} keys can't come back without notice."
            )
        })?;
        Ok(Outcome::Done)
    }
}
