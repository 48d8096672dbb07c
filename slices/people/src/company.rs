//! `company`: everything about one company, for its page and the command line.

use funnel::Stage;
use funnel::history::Entry;
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::{Right, User};

use crate::formula::Formulas;
use crate::list::{self, Listed};
use crate::person::{HeldFact, held, with_formulas};
use crate::store::{self, CompanyRow};
use crate::{
    COMPANY, CompanyId, LensLabel, LensSource, Of, PersonId, WORKS_AT, companies, find, sight,
};

/// People on a page of a company at most.
pub const PEOPLE_MAX: usize = 50;
/// People whose activities are told with those of the company: whoever did something last.
const TOLD_OF_MAX: i64 = 12;
/// People among whom those are looked for.
const LOOKED_AT_MAX: i64 = 2_000;

/// Where a page of people ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    name_key: String,
    person: PersonId,
}

impl After {
    /// As it stands in an address: letters, digits and `~` alone.
    pub fn to_text(&self) -> String {
        let name: String = self.name_key.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{name}~{}", self.person)
    }

    /// Read from an address; nothing if it is none of ours.
    pub fn parse(text: &str) -> Option<After> {
        let (name, person) = text.split_once('~')?;
        let bytes: Option<Vec<u8>> = (0..name.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(name.get(at..at + 2)?, 16).ok())
            .collect();
        Some(After { name_key: String::from_utf8(bytes?).ok()?, person: person.parse().ok()? })
    }
}

/// A company with everything that is recorded of it, and some of its people.
#[derive(Clone, Debug)]
pub struct CompanyRecord {
    /// The row.
    pub company: CompanyRow,
    /// Names outside: kind and value.
    pub keys: Vec<(String, String)>,
    /// Where it stands: as far as the furthest of the people whom the user sees there, or as its own deals bring it.
    pub stage: Stage,
    /// Its score of intent, as it was last told.
    pub intent: Option<f64>,
    /// Facts about it, in the order of their names.
    pub facts: Vec<HeldFact>,
    /// What is recorded of it, and what is told of its score, in order.
    pub history: Vec<Entry>,
    /// Its people by name, a page of them, each with where they stand.
    pub people: Vec<Listed>,
    /// Where the next page of people begins, if there is one.
    pub next: Option<After>,
    /// How many people there are.
    pub people_count: u64,
    /// What was recorded of whoever did something last, by name.
    pub others: Vec<(String, Vec<Entry>)>,
    /// The lens.
    pub lens: LensLabel,
}

/// Everything about the company that `which` means: see [`find::company`].
///
/// # Errors
/// `Forbidden` without the right to read people, `Missing` if none is meant that the user sees.
pub fn company(
    tx: &mut Tx,
    who: &User,
    which: &str,
    after: Option<&After>,
    now: Moment,
) -> Result<CompanyRecord, Failure> {
    who.may(Right::ReadPeople)?;
    let id = find::company(tx, who, which)?;
    let company = row(tx, who, id)?;
    let lens = crate::lens_for(tx, who, None)?;
    let mut history =
        journal::histories(tx, &[id])?.pop().map(|(_, entries)| entries).unwrap_or_default();
    let source = tx.part::<LensSource>();
    let look = source.0.company(tx, lens.id, id, &history, now)?;
    let place = companies::places_of(tx, who, lens.id, &[id])?.remove(&id).unwrap_or_default();
    let stage = place.stage.max(look.stage);
    if !lens.kept.intent {
        history.extend(look.facts);
    }
    history.sort_by_key(|entry| (entry.occurred_at, entry.id));
    sight::veil_history(who, &mut history);
    // Whoever is not told where people work is not told who works here.
    let is_told = !who.is_hidden(WORKS_AT);
    let (people, next) =
        if is_told { page(tx, who, lens.id, id, after)? } else { (Vec::new(), None) };
    let mut keys = store::keys_of(tx, id)?;
    keys.retain(|(kind, _)| !who.is_hidden(&format!("company.{kind}")));
    let formulas = Formulas::read(tx, who, (Of::Companies, lens.id), |_| true)?;
    let verdicts = formulas.held(tx, who, (id, None), now)?;
    Ok(CompanyRecord {
        facts: with_formulas(held(&history, now), &formulas, verdicts),
        keys,
        people_count: if is_told { count(tx, who, id)? } else { 0 },
        others: if is_told { others(tx, who, lens.id, id)? } else { Vec::new() },
        company,
        stage,
        intent: place.intent,
        history,
        people,
        next,
        lens,
    })
}

/// A company's row, with what the user is told.
///
/// # Errors
/// `Missing` if there is no such company that the user sees.
pub fn row(tx: &mut Tx, who: &User, id: CompanyId) -> Result<CompanyRow, Failure> {
    sight::must_see_company(tx, who, id)?;
    let outside = tx.public_ids().encode(COMPANY, id);
    let found = store::companies(tx, &[id])?.remove(&id);
    let mut row = found.ok_or_else(|| Failure::missing("company", outside))?;
    sight::veil_company(who, &mut row);
    Ok(row)
}

fn count(tx: &mut Tx, who: &User, company: CompanyId) -> Result<u64, Failure> {
    let mut made = Made::default();
    made.text("select count(*) from person p where p.company_id = ").arg(company);
    sight::narrow(&mut made, who, "p.id");
    let mut found = 0;
    tx.each_made(&made, |row| {
        found = row.int(0).unsigned_abs();
        Ok(())
    })?;
    Ok(found)
}

fn page(
    tx: &mut Tx,
    who: &User,
    lens: i64,
    company: CompanyId,
    after: Option<&After>,
) -> Result<(Vec<Listed>, Option<After>), Failure> {
    let (name_key, person) = after.map_or(("", 0), |after| (&after.name_key, after.person));
    let mut made = Made::default();
    made.text("select p.name_key, p.id from person p where p.company_id = ").arg(company);
    made.text(" and (p.name_key, p.id) > (").arg(name_key).text(", ").arg(person).text(")");
    sight::narrow(&mut made, who, "p.id");
    made.text(" order by p.name_key, p.id limit ").arg(PEOPLE_MAX + 1);
    let mut rows: Vec<After> = Vec::new();
    tx.each_made(&made, |row| {
        rows.push(After { name_key: row.text(0).to_owned(), person: row.int(1) });
        Ok(())
    })?;
    let is_more = rows.len() > PEOPLE_MAX;
    rows.truncate(PEOPLE_MAX);
    let ids: Vec<PersonId> = rows.iter().map(|row| row.person).collect();
    Ok((list::of(tx, who, lens, &ids)?, rows.pop().filter(|_| is_more)))
}

/// Those at the company who did something last, with their histories.
fn others(
    tx: &mut Tx,
    who: &User,
    lens: i64,
    company: CompanyId,
) -> Result<Vec<(String, Vec<Entry>)>, Failure> {
    let mut made = Made::default();
    made.text("select s.person_id from (select p.id from person p where p.company_id = ");
    made.arg(company);
    sight::narrow(&mut made, who, "p.id");
    made.text(" order by p.name_key, p.id limit ").arg(LOOKED_AT_MAX);
    made.text(") as part cross join standing s where s.person_id = part.id and s.lens_id = ");
    made.arg(lens).text(" order by s.touched_at desc, s.person_id limit ").arg(TOLD_OF_MAX);
    let mut ids: Vec<PersonId> = Vec::new();
    tx.each_made(&made, |row| {
        ids.push(row.int(0));
        Ok(())
    })?;
    let mut people = store::people(tx, &ids)?;
    people.values_mut().for_each(|person| sight::veil(who, person));
    let histories = journal::histories(tx, &ids)?;
    let named = histories
        .into_iter()
        .filter_map(|(id, history)| people.get(&id).map(|person| (person.name.clone(), history)));
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_ended_reads_back_as_it_was_written() {
        let after = After { name_key: "zoë ~ o’neill".to_owned(), person: 78 };
        assert_eq!(After::parse(&after.to_text()), Some(after));
        for odd in ["", "zz~1", "6~1", "61", "61~x"] {
            assert_eq!(After::parse(odd), None, "{odd}");
        }
    }
}
