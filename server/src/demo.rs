//! `demo`: fills a workspace with the simulator's story, through the same door as everything else.

use std::collections::BTreeSet;

use funnel::history::{Entry, Fact, Observation, Value, What};
use journal::{Batch, NewEntry, Repeats};
use moment::Moment;
use people::create::{self, Key};
use people::{COMPANY, OWNER, WORKS_AT};
use platform::app::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::jobs::{self, Again, Job, Run};
use serde_json::{Value as Json, json};
use simulator::{Detail, SimCompany, SimPerson, Story, TEAM};
use team::audit::{self, Subject};
use team::{Mouth, Right, User};

/// The job that tells the story.
pub const DEMO: &str = "server.demo";
/// Years that the story spans.
const YEARS: u32 = 2;
/// Up to so many people the story has its texts; a larger one leaves them out.
const FULL_PEOPLE_MAX: usize = 20_000;
/// People stored in one transaction.
const BATCH_PEOPLE: usize = 1_000;
/// As many people as a demo has unless another number is asked for.
pub const PEOPLE_USUAL: usize = 2_000;
/// The most people that a demo may have.
pub const PEOPLE_MAX: usize = 10_000_000;

/// Asks for a demo story in an empty workspace; gives the job, or the one that has not ended.
///
/// # Errors
/// `Forbidden` without the right to manage the workspace, `Refused` with `not_empty` if anybody is
/// there already, `Invalid` for a size out of bounds.
pub fn start(
    tx: &mut Tx,
    who: &User,
    people: usize,
    seed: u64,
    now: Moment,
) -> Result<i64, Failure> {
    who.may(Right::ManageWorkspace)?;
    if !(1..=PEOPLE_MAX).contains(&people) {
        let words = format!("{people} people are out of bounds; ask for 1 to {PEOPLE_MAX}");
        return Err(Failure::invalid("people", words));
    }
    let is_under_way = jobs::list_named(tx, DEMO, 1)?.iter().any(|job| job.done_at.is_none());
    if people::count(tx)? > 0 && !is_under_way {
        let words = "this workspace has people already; a demo story goes into an empty one (say another --data)";
        return Err(Failure::refused("not_empty", words));
    }
    // The story ends when it was asked for, so that a run that goes on tells the same one.
    let payload = json!({ "people": people, "seed": seed, "until": now.0 });
    let job = jobs::enqueue(tx, DEMO, Some("demo"), &payload, now)?;
    audit::note(tx, who, "demo.started", Subject::NONE, json!({ "people": people }), now)?;
    Ok(job)
}

/// Tells the story, company by company; goes on where an earlier run stopped.
pub struct Demo;

impl Job for Demo {
    fn name(&self) -> &'static str {
        DEMO
    }

    fn run(&self, app: &App, run: &mut Run) -> Result<Json, Again> {
        let number =
            |name: &str| run.payload().get(name).and_then(Json::as_i64).unwrap_or_default();
        let people = usize::try_from(number("people")).unwrap_or_default();
        let (seed, until) = (number("seed").unsigned_abs(), Moment(number("until")));
        let detail = if people <= FULL_PEOPLE_MAX { Detail::Full } else { Detail::Lean };
        let story = Story::new(seed, people, until, YEARS, detail);
        let earlier = run.earlier_progress();
        let so_far =
            |name: &str| earlier.and_then(|so_far| so_far.get(name)?.as_u64()).unwrap_or_default();
        let (mut company, mut done) =
            (usize::try_from(so_far("company")).unwrap_or_default(), so_far("done"));
        let mut entries = so_far("entries");
        while company < story.companies() {
            run.checkpoint()?;
            let mut chapter = Vec::new();
            let mut count = 0;
            for told in story.each_company(company..story.companies()) {
                count += told.1.len();
                chapter.push(told);
                if count >= BATCH_PEOPLE {
                    break;
                }
            }
            company += chapter.len();
            done += u64::try_from(count).unwrap_or(0);
            entries += chapter.iter().map(size).sum::<u64>();
            let progress =
                json!({ "company": company, "done": done, "total": people, "entries": entries });
            let (ticket, now, noted) = (run.ticket(), app.clock.now(), progress.clone());
            app.db.write_blocking(move |tx| {
                store(tx, chapter, now)?;
                ticket.save_progress(tx, &noted)
            })?;
            run.progress(progress);
        }
        Ok(json!({ "people": done, "companies": company, "entries": entries }))
    }
}

fn size((company, people): &(SimCompany, Vec<SimPerson>)) -> u64 {
    let of_people: usize = people.iter().map(|person| person.entries.len()).sum();
    u64::try_from(company.entries.len() + of_people).unwrap_or(0)
}

fn store(
    tx: &mut Tx,
    chapter: Vec<(SimCompany, Vec<SimPerson>)>,
    now: Moment,
) -> Result<(), Failure> {
    let outside = tx.public_ids();
    let owners = colleagues(tx, now)?;
    let people: usize = chapter.iter().map(|(_, people)| people.len()).sum();
    let mut company_ids = journal::new_companies(tx, chapter.len())?;
    let mut person_ids = journal::new_people(tx, people)?;
    let mut entries: Vec<NewEntry> = Vec::new();
    let mut new_subjects = BTreeSet::new();
    let mut company_keys: Vec<(Key, i64)> = Vec::new();
    let mut person_keys: Vec<(Key, i64)> = Vec::new();
    for (company, staff) in chapter {
        let Some(at) = company_ids.next() else { break };
        new_subjects.insert(at);
        company_keys.push((("domain".to_owned(), company.domain.clone()), at));
        entries.extend(company.entries.into_iter().map(|entry| of(at, entry)));
        for person in staff {
            let Some(id) = person_ids.next() else { break };
            new_subjects.insert(id);
            let named = |kind: &str, value: Option<String>| Some((((kind.to_owned()), value?), id));
            person_keys.extend(named("email", person.keys.email));
            person_keys.extend(named("phone", person.keys.phone));
            let mut ties = vec![Fact::certain(WORKS_AT, Value::from(outside.encode(COMPANY, at)))];
            if let Some(owner) = person.owner.and_then(|place| owners.get(place)) {
                ties.push(Fact::certain(OWNER, Value::from(owner.as_str())));
            }
            let first = person.entries.first().map_or(now, |entry| entry.occurred_at);
            let known = person.entries.iter().map(|entry| entry.recorded_at).min().unwrap_or(now);
            entries.push(of(
                id,
                Entry {
                    id: journal::natural_id(&["works_at", &outside.encode(COMPANY, at)]),
                    occurred_at: first,
                    recorded_at: known,
                    what: What::Facts(Observation { source: "demo".into(), facts: ties }),
                },
            ));
            entries.extend(person.entries.into_iter().map(|entry| of(id, entry)));
        }
    }
    create::claim(tx, true, &company_keys)?;
    create::claim(tx, false, &person_keys)?;
    journal::record(tx, Batch { now, entries, new_subjects, repeats: Repeats::Keep })?;
    Ok(())
}

fn of(subject: i64, entry: Entry) -> NewEntry {
    NewEntry { subject, entry, is_dated: true, source: Some("demo".into()), actor: None }
}

/// The public ids of the story's colleagues, by their place in the story's team.
fn colleagues(tx: &mut Tx, now: Moment) -> Result<Vec<String>, Failure> {
    let outside = tx.public_ids();
    let operator = User::operator().by(Mouth::Job);
    let mut ids = Vec::with_capacity(TEAM.len());
    for colleague in &TEAM {
        let id = team::colleague::colleague(tx, &operator, colleague.name, colleague.email, now)?;
        ids.push(outside.encode(team::USER, id.0));
    }
    Ok(ids)
}
