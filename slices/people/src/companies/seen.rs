//! Where companies stand for whoever looks: as the people whom they see make it.

use std::collections::{BTreeMap, HashMap};

use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::sight::Limits;
use team::{Sight, User};

use super::furthest::furthest;
use crate::list::Cursor;
use crate::list::order::Order;
use crate::{CompanyId, LensId, sight};

/// A statement that gives of each company, `id`, what the people make of it whom somebody sees who sees a part; nothing
/// for whoever sees everybody.
pub(crate) fn parts(who: &User, lens: LensId) -> Option<Made> {
    match &who.sight {
        Sight::Everybody => None,
        Sight::Limited(limits) => Some(standings_within(limits, lens, None)),
    }
}

/// The places of some companies in an order by what people make of them.
pub(crate) fn places(
    tx: &mut Tx,
    who: &User,
    order: &Order<'_>,
    companies: &[CompanyId],
) -> Result<Vec<Cursor>, Failure> {
    if companies.is_empty() {
        return Ok(Vec::new());
    }
    let mut made = Made::default();
    made.text("select s.").text(order.by.name()).text(", s.id from (");
    made.made(&standings(who, order.lens, companies)).text(") s");
    let mut places = Vec::new();
    tx.each_made(&made, |row| {
        places.extend(order.by.place(row));
        Ok(())
    })?;
    Ok(places)
}

/// A statement that says where these companies stand for the user: see [`standings_of`].
pub(super) fn standings(who: &User, lens: LensId, companies: &[CompanyId]) -> Made {
    standings_of(who, lens, Some(companies))
}

/// A statement that gives `id, stage, people, touched_at, own_stage, intent` of companies, or of some of them, as the
/// people whom the user sees make it.
fn standings_of(who: &User, lens: LensId, companies: Option<&[CompanyId]>) -> Made {
    match &who.sight {
        Sight::Everybody => {
            let mut made = Made::default();
            made.text("select w.company_id as id, w.stage as stage, w.people as people, w.touched_at as touched_at,");
            made.text(" w.own_stage as own_stage, w.intent as intent");
            made.text(" from company_standing w where w.lens_id = ").arg(lens);
            among(&mut made, " and w.company_id in (", companies);
            made
        }
        Sight::Limited(limits) => standings_within(limits, lens, companies),
    }
}

/// The same, of whoever sees a part.
fn standings_within(limits: &Limits, lens: LensId, companies: Option<&[CompanyId]>) -> Made {
    let mut made = Made::default();
    made.text("select g.id as id, case when w.own_stage > g.stage then w.own_stage else g.stage end as stage,");
    made.text(" g.people as people, g.touched_at as touched_at, coalesce(w.own_stage, 0) as own_stage, w.intent as intent");
    made.text(" from (select m.company_id as id, cast(sum(m.people) as bigint) as people, max(m.stage) as stage,");
    made.text(" max(m.touched_at) as touched_at from (").made(&made_of(limits, lens, companies));
    made.text(") m group by m.company_id) g left join company_standing w on w.lens_id = ");
    made.arg(lens).text(" and w.company_id = g.id");
    made
}

/// A statement that gives `company_id, people, touched_at, stage` of what people make of companies: of the parts of the
/// owners whose people somebody sees, and of those people besides whom they see by a territory alone.
fn made_of(limits: &Limits, lens: LensId, companies: Option<&[CompanyId]>) -> Made {
    let mut made = Made::default();
    made.text("select q.company_id, q.people, q.touched_at, cast(");
    made.text(furthest!("q.leads", "q.prospects", "q.opportunities", "q.customers", "0"));
    made.text(" as bigint) as stage from company_part q where q.lens_id = ").arg(lens);
    made.text(" and q.owner_id in (");
    sight::listed(&mut made, &limits.owners);
    made.text(") and q.people > 0");
    among(&mut made, " and q.company_id in (", companies);
    if !limits.territories.is_empty() {
        made.text(" union all select o.company_id, 1, s.touched_at,");
        made.text(" case when s.stage between 1 and 4 then s.stage else 0 end from (");
        sight::gather_others_at(&mut made, limits, companies);
        made.text(") o cross join standing s where s.person_id = o.id and s.lens_id = ").arg(lens);
    }
    made
}

/// How many companies stand at each stage, by its number, as the people make it whom somebody sees who sees a part; by
/// their own deals alone unless `by_people`. Each part is read as it comes and the companies are put together here: for the
/// database to group them takes several times as long.
pub(super) fn tally_within(
    tx: &mut Tx,
    limits: &Limits,
    lens: LensId,
    by_people: bool,
) -> Result<BTreeMap<i64, u64>, Failure> {
    let mut stages: HashMap<CompanyId, i64> = HashMap::new();
    let mut made = Made::default();
    made.text("select m.company_id, m.stage from (").made(&made_of(limits, lens, None));
    made.text(") m");
    tx.pairs_made(&made, |company, stage| {
        let at = stages.entry(company).or_default();
        *at = (*at).max(if by_people { stage } else { 0 });
        Ok(())
    })?;
    let mut made = Made::default();
    made.text("select w.company_id, w.own_stage from company_standing w where w.own_stage > 0 and w.lens_id = ");
    made.arg(lens);
    tx.pairs_made(&made, |company, own| {
        if let Some(at) = stages.get_mut(&company) {
            *at = (*at).max(own);
        }
        Ok(())
    })?;
    let mut tally = BTreeMap::new();
    for stage in stages.into_values() {
        *tally.entry(stage).or_default() += 1;
    }
    Ok(tally)
}

/// The same of everybody, by the companies' own deals alone.
pub(super) fn tally_alone(tx: &mut Tx, lens: LensId) -> Result<BTreeMap<i64, u64>, Failure> {
    let mut tally = BTreeMap::new();
    let mut made = Made::default();
    made.text("select w.own_stage, count(*) from company_standing w where w.own_stage > 0 and w.lens_id = ");
    made.arg(lens).text(" group by w.own_stage");
    tx.pairs_made(&made, |stage, n| {
        tally.insert(stage, n.unsigned_abs());
        Ok(())
    })?;
    Ok(tally)
}

fn among(made: &mut Made, before: &'static str, companies: Option<&[CompanyId]>) {
    if let Some(companies) = companies {
        made.text(before);
        sight::listed(made, companies);
        made.text(")");
    }
}
