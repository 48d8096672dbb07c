//! `find`: whom somebody means by an address, an outside id, a public id or a name.

use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use crate::{COMPANY, CompanyId, PERSON, PersonId, sight, store};

/// Small letters without accents, spaces drawn together: how names are ordered and searched.
pub fn name_key(name: &str) -> String {
    identity::name::sort_key(name)
}

/// The person meant by `who`: a public id (`per_…`), an e-mail address, a telephone, an outside id
/// (`kind:value` or the bare value), or a full name that only one person has; of those whom the user sees, by what the
/// user is told.
///
/// # Errors
/// `Missing` if nobody is meant whom the user sees, `Refused` with `ambiguous` if several are.
pub fn find(tx: &mut Tx, user: &User, who: &str) -> Result<PersonId, Failure> {
    let who = who.trim();
    let missing = || Failure::missing("person", who);
    if who.starts_with("per_") {
        let id = tx.public_ids().decode(PERSON, who).ok_or_else(missing)?;
        let known = store::people(tx, &[id])?.remove(&id).map(|person| person.id);
        let seen = sight::seen(tx, user, known.as_slice())?;
        return seen.first().copied().ok_or_else(missing);
    }
    if let Some((kind, value)) = who.split_once(':')
        && !user.is_hidden(&sight::fact_of_key(kind))
        && let Some(id) = store::key(tx, false, kind, value)?
        && !sight::seen(tx, user, &[id])?.is_empty()
    {
        return Ok(id);
    }
    let address = identity::email::normal(who).unwrap_or_else(|_| who.to_owned());
    let phone = identity::phone::normal(who).unwrap_or_else(|_| who.to_owned());
    let found = store::by_any_key(tx, user, &[who, &address, &phone])?;
    let mut found = sight::seen(tx, user, &found)?;
    if found.is_empty() && !user.is_hidden("person.name") {
        found = store::named(tx, user, &name_key(who))?;
        sight::keep_told_names(tx, user, &mut found)?;
    }
    match found.as_slice() {
        [] => Err(missing()),
        [one] => Ok(*one),
        _ => Err(Failure::refused(
            "ambiguous",
            format!(
                "{who} means more than one person; say it by e-mail address or by the id per_…"
            ),
        )),
    }
}

/// The company meant by `which`: a public id (`cmp_…`), a domain, an outside id (`kind:value`), or a name; of those that
/// the user sees, by what the user is told.
///
/// # Errors
/// `Missing` if none is meant that the user sees.
pub fn company(tx: &mut Tx, user: &User, which: &str) -> Result<CompanyId, Failure> {
    let which = which.trim();
    let missing = || Failure::missing("company", which);
    let id = if which.starts_with("cmp_") {
        let id = tx.public_ids().decode(COMPANY, which).ok_or_else(missing)?;
        store::companies(tx, &[id])?.remove(&id).map(|company| company.id)
    } else {
        company_by_key(tx, user, which)?
    };
    let id = id.ok_or_else(missing)?;
    sight::must_see_company(tx, user, id).map_err(|failure| match failure {
        Failure::Missing { .. } => missing(),
        other => other,
    })?;
    Ok(id)
}

fn company_by_key(tx: &mut Tx, user: &User, which: &str) -> Result<Option<CompanyId>, Failure> {
    if let Some((kind, value)) = which.split_once(':')
        && !user.is_hidden(&format!("company.{kind}"))
        && let Some(id) = store::key(tx, true, kind, value)?
    {
        return Ok(Some(id));
    }
    if !user.is_hidden("company.domain")
        && let Ok(domain) = identity::domain::normal(which)
        && let Some(id) = store::key(tx, true, "domain", &domain)?
    {
        return Ok(Some(id));
    }
    if user.is_hidden("company.name") {
        return Ok(None);
    }
    store::key(tx, true, "name", &identity::company::matching(which))
}
