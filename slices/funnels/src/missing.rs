//! What people lack for a stage, for those on one page of a list: the shortest way of why-not, in a few words.

use std::collections::{HashMap, HashSet};

use funnel::why_not::{Asker, Missing as Lack, Way};
use moment::Moment;
use people::missing::{Missing, MissingView, Toward};
use people::{CompanyId, LensId, PersonId};
use platform::db::Tx;
use platform::failure::Failure;
use team::{Right, User};

use crate::company::Companies;
use crate::why_not::Kept;
use crate::{lens, project};

/// Says what is missing by the definitions of funnels.
pub struct ShortestWays;

impl Missing for ShortestWays {
    fn missing(
        &self,
        tx: &mut Tx,
        who: &User,
        lens: LensId,
        people: &[PersonId],
        toward: Toward,
        now: Moment,
    ) -> Result<HashMap<PersonId, MissingView>, Failure> {
        missing(tx, who, lens, people, toward, now)
    }
}

/// What each of these people lacks for a stage under a lens; reads their histories and their companies' at once.
///
/// # Errors
/// `Forbidden` without the right to read people; `Missing` for a lens that there is not.
pub fn missing(
    tx: &mut Tx,
    who: &User,
    lens: LensId,
    people: &[PersonId],
    toward: Toward,
    now: Moment,
) -> Result<HashMap<PersonId, MissingView>, Failure> {
    who.may(Right::ReadPeople)?;
    let people = &people::sight::seen(tx, who, people)?;
    let lens = lens::by_id(tx, lens)?;
    let versions = lens.in_force();
    let mut asker = Asker::new(&versions, now);
    let stage = match toward {
        Toward::Next => None,
        Toward::Stage(stage) => Some(stage),
    };
    let subjects = project::subjects_of(tx, people)?;
    let at: HashSet<CompanyId> = subjects
        .iter()
        .flat_map(|subject| people::employments(tx, &subject.own))
        .filter_map(|employment| employment.company)
        .collect();
    let mut companies = Companies::default();
    for (company, own) in journal::histories(tx, &at.into_iter().collect::<Vec<_>>())? {
        companies.put(tx, company, own)?;
    }
    subjects
        .into_iter()
        .map(|subject| {
            let history = project::whole(tx, subject.own, &mut companies)?;
            let mut lack = asker.missing(&history, stage);
            let is_kept = match (lack.stage, &mut lack.way) {
                (Some(stage), way) if !who.is_told_all() => {
                    let kept = Kept::of(who, &lens, stage);
                    let mut ways: Vec<Way> = way.take().into_iter().collect();
                    let had = !ways.is_empty();
                    let is_kept = kept.ways(&mut ways);
                    *way = ways.pop();
                    is_kept || had && way.is_none()
                }
                _ => false,
            };
            Ok((subject.person, view(lack, is_kept)))
        })
        .collect()
}

fn view(lack: Lack, is_kept: bool) -> MissingView {
    let Lack { stands, stage, way } = lack;
    MissingView {
        stage,
        is_there: stage.is_some_and(|stage| !stands.is_exit() && stands >= stage),
        is_kept,
        cost: way.as_ref().map(|way| way.cost),
        steps: way.map(|way| way.in_brief()).unwrap_or_default(),
    }
}
