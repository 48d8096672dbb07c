//! How what people change of companies is written: by differences, each by the statements that touch the fewest indexes.
//!
//! SQLite takes every index whose columns a statement names out and in again, whether or not the value differs. So
//! there a company at which somebody did something is written where it was heard of, and one to which somebody came where
//! its people are counted; its stage only when it becomes another. PostgreSQL sees by itself which of a row's indexes
//! something else belongs into, and takes one statement for all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use funnel::Stage;
use moment::Moment;
use platform::args;
use platform::db::{Arg, Dialect, Sql, Tx, sql};
use platform::failure::Failure;

use super::super::counted;
use super::super::furthest::furthest;
use crate::owned::Whereabouts;
use crate::store;
use crate::{CompanyId, LensId};

/// Of an owner's part, and of the whole, which counts what the company makes of itself besides.
macro_rules! add {
    ($table:literal, $by:literal, $columns:literal, $values:literal, $($also:tt)*) => {
        sql(concat!(
            "insert into ",
            $table,
            " (lens_id, ",
            $by,
            "company_id, people, leads, prospects, opportunities,
                customers, touched_at",
            $columns,
            ") values (",
            $values,
            ")
             on conflict (lens_id, ",
            $by,
            "company_id) do update set
                people = ",
            $table,
            ".people + excluded.people,
                leads = ",
            $table,
            ".leads + excluded.leads,
                prospects = ",
            $table,
            ".prospects + excluded.prospects,
                opportunities = ",
            $table,
            ".opportunities + excluded.opportunities,
                customers = ",
            $table,
            ".customers + excluded.customers,
                touched_at = case when excluded.touched_at > ",
            $table,
            ".touched_at
                    then excluded.touched_at else ",
            $table,
            ".touched_at end",
            $($also)*
        ))
    };
}

const ADD_PART: Sql =
    add!("company_part", "owner_id, ", "", "$1, $2, $3, $4, $5, $6, $7, $8, $9", "");
const ADD_WHOLE: Sql = add!(
    "company_standing",
    "",
    ", stage, own_stage",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, 0",
    ", stage = ",
    furthest!(
        "company_standing.leads + excluded.leads",
        "company_standing.prospects + excluded.prospects",
        "company_standing.opportunities + excluded.opportunities",
        "company_standing.customers + excluded.customers",
        "company_standing.own_stage"
    )
);
/// The same but for the stage of a company that is there already: see [`RAISE`] and [`LOWER`].
const COME: Sql =
    add!("company_standing", "", ", stage, own_stage", "$1, $2, $3, $4, $5, $6, $7, $8, $9, 0", "");
/// Of whom nobody came or left.
const MOVE: Sql = sql("update company_standing set leads = leads + $3, prospects = prospects + $4,
        opportunities = opportunities + $5, customers = customers + $6
     where lens_id = $1 and company_id = $2");
const HEAR: Sql = sql("update company_standing set touched_at = $3
     where lens_id = $1 and company_id = $2 and touched_at < $3");
const RAISE: Sql = sql("update company_standing set stage = $3
     where lens_id = $1 and company_id = $2 and stage < $3");
/// Somebody left this stage, who may have been the furthest.
const LOWER: Sql = sql(concat!(
    "update company_standing set stage = ",
    furthest!("leads", "prospects", "opportunities", "customers", "own_stage"),
    " where lens_id = $1 and company_id = $2 and stage = $3"
));
const LAST: Sql = sql("select p.company_id, max(s.touched_at) from person p
     cross join standing s where s.lens_id = $1 and s.person_id = p.id and p.company_id in ({list})
     group by p.company_id");
const LAST_OF_PARTS: Sql = sql("select p.owner_id, p.company_id, max(s.touched_at) from person p
     cross join standing s where s.lens_id = $1 and s.person_id = p.id and p.company_id in ({list})
     and p.owner_id is not null group by p.owner_id, p.company_id");
const TOUCH: Sql = sql("update company_standing set touched_at = $3
     where lens_id = $1 and company_id = $2 and touched_at <> $3");
const TOUCH_PART: Sql = sql("update company_part set touched_at = $4
     where lens_id = $1 and owner_id = $2 and company_id = $3");

pub(crate) const ALL: &[Sql] =
    &[ADD_PART, ADD_WHOLE, COME, MOVE, HEAR, RAISE, LOWER, LAST, LAST_OF_PARTS, TOUCH, TOUCH_PART];

/// What people change of a company, or of an owner's part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    pub(super) people: i64,
    /// At each of [`Stage::CLIMB`].
    at: [i64; 4],
    /// The last that was done by whoever came, or is there.
    pub(super) touched_at: Moment,
    /// Whether somebody left who may have been the last.
    pub(super) is_left: bool,
}

impl Default for Difference {
    fn default() -> Difference {
        Difference { people: 0, at: [0; 4], touched_at: Moment::START, is_left: false }
    }
}

impl Difference {
    pub(super) fn add(&mut self, stage: Stage, by: i64) {
        let place = Stage::CLIMB.iter().position(|climb| *climb == stage);
        if let Some(n) = place.and_then(|place| self.at.get_mut(place)) {
            *n += by;
        }
    }

    /// As a row of what is added: whose it is, the counts, and what else.
    fn row(&self, whose: Vec<Arg>, more: Vec<Arg>) -> Vec<Arg> {
        let [leads, prospects, opportunities, customers] = self.at;
        let counts =
            args![self.people, leads, prospects, opportunities, customers, self.touched_at];
        whose.into_iter().chain(counts).chain(more).collect()
    }

    fn is_none(&self) -> bool {
        self.people == 0 && self.at == [0; 4] && self.touched_at == Moment::START && !self.is_left
    }

    /// Whether the company may stand elsewhere by it.
    fn is_elsewhere(&self) -> bool {
        self.at != [0; 4]
    }

    /// As far as it brings a company that has nobody else.
    fn stage(&self) -> Stage {
        let there = Stage::CLIMB.iter().zip(self.at).filter(|(_, n)| *n > 0);
        there.map(|(stage, _)| *stage).next_back().unwrap_or(Stage::None)
    }
}

/// What is to be written, of each company and of each part once.
#[derive(Default)]
pub(super) struct Differences {
    wholes: BTreeMap<(LensId, CompanyId), Difference>,
    parts: BTreeMap<(LensId, i64, CompanyId), Difference>,
}

impl Differences {
    /// Changes the company, unless only an owner's part of it changes, and that part.
    pub(super) fn change(
        &mut self,
        lens: LensId,
        at: &Whereabouts,
        is_whole: bool,
        with: impl Fn(&mut Difference),
    ) {
        let Some(company) = at.company else { return };
        if is_whole {
            with(self.wholes.entry((lens, company)).or_default());
        }
        if let Some(owner) = at.owner {
            with(self.parts.entry((lens, owner, company)).or_default());
        }
    }

    pub(super) fn write(mut self, tx: &mut Tx) -> Result<(), Failure> {
        self.wholes.retain(|_, difference| !difference.is_none());
        self.parts.retain(|_, difference| !difference.is_none());
        match tx.dialect() {
            Dialect::Sqlite => self.write_wholes(tx)?,
            Dialect::Postgres => {
                let whole = |((lens, company), d): (&(LensId, CompanyId), &Difference)| {
                    d.row(args![*lens, *company], args![d.stage().code()])
                };
                tx.bulk(ADD_WHOLE, self.wholes.iter().map(whole).collect())?;
            }
        }
        let part = |((lens, owner, company), d): (&(LensId, i64, CompanyId), &Difference)| {
            d.row(args![*lens, *owner, *company], args![])
        };
        tx.bulk(ADD_PART, self.parts.iter().map(part).collect())?;
        let mut told: BTreeMap<LensId, Vec<CompanyId>> = BTreeMap::new();
        for ((lens, company), _) in self.wholes.iter().filter(|(_, it)| it.is_elsewhere()) {
            told.entry(*lens).or_default().push(*company);
        }
        for (lens, companies) in told {
            counted::stood(tx, lens, &companies)?;
        }
        self.touch(tx)
    }

    fn write_wholes(&self, tx: &mut Tx) -> Result<(), Failure> {
        let [mut come, mut moved, mut heard] = [const { Vec::new() }; 3];
        let [mut raised, mut lowered] = [const { Vec::new() }; 2];
        for ((lens, company), d) in &self.wholes {
            let whose = || args![*lens, *company];
            let [leads, prospects, opportunities, customers] = d.at;
            if d.people != 0 {
                come.push(d.row(whose(), args![d.stage().code()]));
            } else {
                if d.at != [0; 4] {
                    moved.push(args![*lens, *company, leads, prospects, opportunities, customers]);
                }
                if d.touched_at > Moment::START {
                    heard.push(args![*lens, *company, d.touched_at]);
                }
            }
            if d.stage() != Stage::None {
                raised.push(args![*lens, *company, d.stage().code()]);
            }
            let left = Stage::CLIMB.iter().zip(d.at).filter(|(_, n)| *n < 0);
            lowered.extend(left.map(|(stage, _)| args![*lens, *company, stage.code()]));
        }
        for (statement, rows) in
            [(COME, come), (MOVE, moved), (HEAR, heard), (RAISE, raised), (LOWER, lowered)]
        {
            tx.bulk(statement, rows)?;
        }
        Ok(())
    }

    /// Where somebody left, whoever is the last now is looked for. What was just written holds whoever else writes
    /// there until this is committed.
    fn touch(&self, tx: &mut Tx) -> Result<(), Failure> {
        let mut wholes: BTreeMap<LensId, Vec<CompanyId>> = BTreeMap::new();
        for ((lens, company), _) in self.wholes.iter().filter(|(_, it)| it.is_left) {
            wholes.entry(*lens).or_default().push(*company);
        }
        for (lens, companies) in wholes {
            let mut last: HashMap<CompanyId, Moment> = HashMap::new();
            tx.each_in(LAST, &args![lens], &store::list(&companies), |row| {
                last.insert(row.int(0), row.moment(1));
                Ok(())
            })?;
            let at = |company: &CompanyId| last.get(company).copied().unwrap_or(Moment::START);
            let rows = companies.iter().map(|it| args![lens, *it, at(it)].to_vec());
            tx.bulk(TOUCH, rows.collect())?;
        }
        let mut parts: BTreeMap<LensId, Vec<(i64, CompanyId)>> = BTreeMap::new();
        for ((lens, owner, company), _) in self.parts.iter().filter(|(_, it)| it.is_left) {
            parts.entry(*lens).or_default().push((*owner, *company));
        }
        for (lens, parts) in parts {
            let companies: BTreeSet<CompanyId> =
                parts.iter().map(|(_, company)| *company).collect();
            let companies: Vec<CompanyId> = companies.into_iter().collect();
            let mut last: HashMap<(i64, CompanyId), Moment> = HashMap::new();
            tx.each_in(LAST_OF_PARTS, &args![lens], &store::list(&companies), |row| {
                last.insert((row.int(0), row.int(1)), row.moment(2));
                Ok(())
            })?;
            let rows = parts.iter().map(|part| {
                let at = last.get(part).copied().unwrap_or(Moment::START);
                args![lens, part.0, part.1, at].to_vec()
            });
            tx.bulk(TOUCH_PART, rows.collect())?;
        }
        Ok(())
    }
}
