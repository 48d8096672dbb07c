//! The statements about people, companies and their keys; those of the list, of standings and of
//! imports stand beside their verbs.

use std::collections::{BTreeSet, HashMap};

use moment::Moment;
use platform::args;
use platform::db::{Arg, Made, Row, Sql, Tx, sql};
use platform::failure::Failure;
use team::User;

use crate::{CompanyId, PersonId, sight};

const PEOPLE: Sql =
    sql("select id, created_at, name, name_key, email, phone, title, country, company_id, owner_id
     from person where id in ({list})");
const SAVE_PERSON: Sql = sql(
    "insert into person (id, created_at, name, name_key, email, phone, title, country, company_id, owner_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (id) do update set name = excluded.name, name_key = excluded.name_key,
        email = excluded.email, phone = excluded.phone, title = excluded.title,
        country = excluded.country, company_id = excluded.company_id, owner_id = excluded.owner_id",
);
const COMPANIES: Sql =
    sql("select id, created_at, name, name_key, domain, industry, country, employees
     from company where id in ({list})");
const SAVE_COMPANY: Sql =
    sql("insert into company (id, created_at, name, name_key, domain, industry, country, employees)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set name = excluded.name, name_key = excluded.name_key, domain = excluded.domain,
        industry = excluded.industry, country = excluded.country, employees = excluded.employees");
const AT_COMPANY: Sql = sql("select id from person where company_id in ({list}) order by id");
const KEY: Sql =
    sql("select subject_id from subject_key where of_company = $1 and kind = $2 and value = $3");
const KEYS_OF: Sql =
    sql("select kind, value from subject_key where subject_id = $1 order by kind, value");
const KEYS_IN: Sql = sql("select value, subject_id from subject_key
     where of_company = $1 and kind = $2 and value in ({list})");
const ANY_KEY: Sql =
    sql("select subject_id, kind from subject_key where of_company = 0 and value in ({list})");
const SAVE_KEY: Sql = sql("insert into subject_key (of_company, kind, value, subject_id)
     values ($1, $2, $3, $4) on conflict do nothing");
const BY_KEY: Sql = sql("select subject_id from subject_key where of_company = $5 and kind = $1
     and value >= $2 and value < $3 order by value limit $4");
const COMPANIES_AFTER: Sql = sql("select id from company where id > $1 order by id limit $2");
const COUNT: Sql = sql("select count(*) from person");
const KNOWN_BY: Sql = sql("select count(*) from person where created_at <= $1");
const NAME_KEYS: Sql = sql("select id, name_key from person where id in ({list})");
const IDS_AFTER: Sql = sql("select id from person where id > $1 order by id limit $2");

pub(crate) const ALL: &[Sql] = &[
    PEOPLE,
    SAVE_PERSON,
    COMPANIES,
    SAVE_COMPANY,
    AT_COMPANY,
    KEY,
    KEYS_OF,
    KEYS_IN,
    ANY_KEY,
    SAVE_KEY,
    BY_KEY,
    COUNT,
    KNOWN_BY,
    NAME_KEYS,
    IDS_AFTER,
    COMPANIES_AFTER,
];

/// Values as the list of a statement.
pub(crate) fn list<T: Copy>(values: &[T]) -> Vec<Arg>
where
    Arg: From<T>,
{
    values.iter().copied().map(Arg::from).collect()
}

/// A person's row.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonRow {
    /// Inside.
    pub id: PersonId,
    /// Since when we know of them.
    pub created_at: Moment,
    /// As shown; an address or outside id when no name is known.
    pub name: String,
    /// As ordered and searched: small letters without accents.
    pub name_key: String,
    /// The address in use.
    pub email: Option<String>,
    /// The telephone in use.
    pub phone: Option<String>,
    /// What they are at their company.
    pub title: Option<String>,
    /// Two letters, as the facts have it.
    pub country: Option<String>,
    /// Where they work.
    pub company: Option<CompanyId>,
    /// Who of us looks after them.
    pub owner: Option<i64>,
}

/// A company's row.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyRow {
    /// Inside.
    pub id: CompanyId,
    /// Since when we know of it.
    pub created_at: Moment,
    /// As shown; the domain when no name is known.
    pub name: String,
    /// As ordered: small letters without accents.
    pub name_key: String,
    /// Its domain.
    pub domain: Option<String>,
    /// Its industry.
    pub industry: Option<String>,
    /// Its country.
    pub country: Option<String>,
    /// How many work there.
    pub employees: Option<i64>,
}

fn person_of(row: &Row) -> PersonRow {
    PersonRow {
        id: row.int(0),
        created_at: row.moment(1),
        name: row.text(2).to_owned(),
        name_key: row.text(3).to_owned(),
        email: row.text_opt(4).map(str::to_owned),
        phone: row.text_opt(5).map(str::to_owned),
        title: row.text_opt(6).map(str::to_owned),
        country: row.text_opt(7).map(str::to_owned),
        company: row.int_opt(8),
        owner: row.int_opt(9),
    }
}

fn company_of(row: &Row) -> CompanyRow {
    CompanyRow {
        id: row.int(0),
        created_at: row.moment(1),
        name: row.text(2).to_owned(),
        name_key: row.text(3).to_owned(),
        domain: row.text_opt(4).map(str::to_owned),
        industry: row.text_opt(5).map(str::to_owned),
        country: row.text_opt(6).map(str::to_owned),
        employees: row.int_opt(7),
    }
}

pub(crate) fn people(
    tx: &mut Tx,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, PersonRow>, Failure> {
    let mut found = HashMap::with_capacity(ids.len());
    tx.each_in(PEOPLE, &[], &list(ids), |row| {
        found.insert(row.int(0), person_of(row));
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn save_people(tx: &mut Tx, people: &[PersonRow]) -> Result<(), Failure> {
    let rows = people
        .iter()
        .map(|p| {
            args![
                p.id,
                p.created_at,
                p.name.as_str(),
                p.name_key.as_str(),
                p.email.as_deref(),
                p.phone.as_deref(),
                p.title.as_deref(),
                p.country.as_deref(),
                p.company,
                p.owner
            ]
        })
        .collect();
    tx.bulk(SAVE_PERSON, rows)?;
    Ok(())
}

pub(crate) fn companies(
    tx: &mut Tx,
    ids: &[CompanyId],
) -> Result<HashMap<CompanyId, CompanyRow>, Failure> {
    let mut found = HashMap::with_capacity(ids.len());
    tx.each_in(COMPANIES, &[], &list(ids), |row| {
        found.insert(row.int(0), company_of(row));
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn company_names(
    tx: &mut Tx,
    who: &User,
    ids: &[CompanyId],
) -> Result<HashMap<CompanyId, String>, Failure> {
    let unique: BTreeSet<CompanyId> = ids.iter().copied().collect();
    let ids: Vec<CompanyId> = unique.into_iter().collect();
    let name = |(id, mut company): (CompanyId, CompanyRow)| {
        sight::veil_company(who, &mut company);
        (id, company.name)
    };
    Ok(companies(tx, &ids)?.into_iter().map(name).collect())
}

pub(crate) fn save_companies(tx: &mut Tx, companies: &[CompanyRow]) -> Result<(), Failure> {
    let rows = companies
        .iter()
        .map(|c| {
            args![
                c.id,
                c.created_at,
                c.name.as_str(),
                c.name_key.as_str(),
                c.domain.as_deref(),
                c.industry.as_deref(),
                c.country.as_deref(),
                c.employees
            ]
        })
        .collect();
    tx.bulk(SAVE_COMPANY, rows)?;
    Ok(())
}

pub(crate) fn people_at(tx: &mut Tx, companies: &[CompanyId]) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    tx.each_in(AT_COMPANY, &[], &list(companies), |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn key(
    tx: &mut Tx,
    of_company: bool,
    kind: &str,
    value: &str,
) -> Result<Option<i64>, Failure> {
    Ok(tx.row(KEY, args![i64::from(of_company), kind, value])?.map(|row| row.int(0)))
}

/// The subjects of many values of one kind of key, by value.
pub(crate) fn keys_in(
    tx: &mut Tx,
    of_company: bool,
    kind: &str,
    values: &[&str],
) -> Result<HashMap<String, i64>, Failure> {
    let mut found = HashMap::with_capacity(values.len());
    tx.each_in(KEYS_IN, &args![i64::from(of_company), kind], &list(values), |row| {
        found.insert(row.text(0).to_owned(), row.int(1));
        Ok(())
    })?;
    Ok(found)
}

pub(crate) fn keys_of(tx: &mut Tx, subject: i64) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    tx.each(KEYS_OF, args![subject], |row| {
        found.push((row.text(0).to_owned(), row.text(1).to_owned()));
        Ok(())
    })?;
    Ok(found)
}

/// Gives these keys to their subjects; a key that somebody has already stays theirs.
pub(crate) fn save_keys(
    tx: &mut Tx,
    of_company: bool,
    keys: &[(&str, &str, i64)],
) -> Result<(), Failure> {
    let rows = keys
        .iter()
        .map(|(kind, value, subject)| args![i64::from(of_company), *kind, *value, *subject])
        .collect();
    tx.bulk(SAVE_KEY, rows)?;
    Ok(())
}

/// People whom any key with this value names that is told to whoever asks.
pub(crate) fn by_any_key(
    tx: &mut Tx,
    who: &User,
    values: &[&str],
) -> Result<Vec<PersonId>, Failure> {
    let mut found = Vec::new();
    tx.each_in(ANY_KEY, &[], &list(values), |row| {
        if who.is_told_all() || !who.is_hidden(&sight::fact_of_key(row.text(1))) {
            found.push(row.int(0));
        }
        Ok(())
    })?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// At most two people with exactly this name, of those whom the user sees.
pub(crate) fn named(tx: &mut Tx, who: &User, name_key: &str) -> Result<Vec<PersonId>, Failure> {
    let mut made = Made::default();
    made.text("select p.id from person p where p.name_key = ").arg(name_key);
    sight::narrow(&mut made, who, "p.id");
    made.text(" order by p.id limit 2");
    let mut found = Vec::new();
    tx.each_made(&made, |row| {
        found.push(row.int(0));
        Ok(())
    })?;
    Ok(found)
}

/// Subjects of whom a key of that kind begins so, in the order of the keys.
pub(crate) fn keys_beginning(
    tx: &mut Tx,
    of_company: bool,
    kind: &str,
    beginning: &str,
    limit: i64,
) -> Result<Vec<i64>, Failure> {
    let end = format!("{beginning}\u{10ffff}");
    let args = args![kind, beginning, end, limit, of_company];
    Ok(tx.rows(BY_KEY, args)?.iter().map(|row| row.int(0)).collect())
}

/// How many people there are.
pub(crate) fn count(tx: &mut Tx) -> Result<u64, Failure> {
    Ok(tx.row(COUNT, args![])?.map_or(0, |row| row.int(0).unsigned_abs()))
}

/// How many people were known by then.
pub(crate) fn known_by(tx: &mut Tx, at: Moment) -> Result<u64, Failure> {
    Ok(tx.row(KNOWN_BY, args![at])?.map_or(0, |row| row.int(0).unsigned_abs()))
}

pub(crate) fn name_keys(
    tx: &mut Tx,
    people: &[PersonId],
) -> Result<HashMap<PersonId, String>, Failure> {
    let mut found = HashMap::with_capacity(people.len());
    tx.each_in(NAME_KEYS, &[], &list(people), |row| {
        found.insert(row.int(0), row.text(1).to_owned());
        Ok(())
    })?;
    Ok(found)
}

/// The next people by id.
pub(crate) fn ids_after(
    tx: &mut Tx,
    after: PersonId,
    limit: i64,
) -> Result<Vec<PersonId>, Failure> {
    Ok(tx.rows(IDS_AFTER, args![after, limit])?.iter().map(|row| row.int(0)).collect())
}

/// The next companies by id.
pub(crate) fn companies_after(
    tx: &mut Tx,
    after: CompanyId,
    limit: i64,
) -> Result<Vec<CompanyId>, Failure> {
    Ok(tx.rows(COMPANIES_AFTER, args![after, limit])?.iter().map(|row| row.int(0)).collect())
}
