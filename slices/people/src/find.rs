//! `find`: whom somebody means by an address, an outside id, a public id or a name.

use platform::db::Tx;
use platform::failure::Failure;

use crate::{PERSON, PersonId, store};

/// Small letters without accents, spaces drawn together: how names are ordered and searched.
pub fn name_key(name: &str) -> String {
    identity::name::sort_key(name)
}

/// The person meant by `who`: a public id (`per_…`), an e-mail address, a telephone, an outside id
/// (`kind:value` or the bare value), or a full name that only one person has.
///
/// # Errors
/// `Missing` if nobody is meant, `Refused` with `ambiguous` if several are.
pub fn find(tx: &mut Tx, who: &str) -> Result<PersonId, Failure> {
    let who = who.trim();
    let missing = || Failure::missing("person", who);
    if who.starts_with("per_") {
        let id = tx.public_ids().decode(PERSON, who).ok_or_else(missing)?;
        return store::people(tx, &[id])?.remove(&id).map(|person| person.id).ok_or_else(missing);
    }
    if let Some((kind, value)) = who.split_once(':')
        && let Some(id) = store::key(tx, false, kind, value)?
    {
        return Ok(id);
    }
    let address = identity::email::normal(who).unwrap_or_else(|_| who.to_owned());
    let phone = identity::phone::normal(who).unwrap_or_else(|_| who.to_owned());
    let mut found = store::by_any_key(tx, &[who, &address, &phone])?;
    if found.is_empty() {
        found = store::named(tx, &name_key(who))?;
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
