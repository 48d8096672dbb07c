//! Conditions asked of people, read by whoever keeps definitions: what lists, segments and changes of many rest on.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use funnel::condition::form::{Form, RowFault};
use funnel::condition::{Condition, Fault, Term};
use moment::Moment;
use platform::db::{Made, Tx};
use platform::failure::Failure;
use team::User;

use crate::list::{Cursor, Key, Turn};
use crate::{LensId, Of, PersonId};

/// A condition that can be asked of everybody at once. What it asks for is made ready the first time; until then it
/// says nothing rather than too little.
pub trait Asked: Send + Sync + Debug {
    /// Whom or what it is about: whom it finds are people, or companies.
    fn of(&self) -> Of;

    /// The condition.
    fn condition(&self) -> &Condition;

    /// Whether it can be asked of everybody, and by this user.
    ///
    /// # Errors
    /// `Refused` with `condition` for what a database can't say, with its place, and for what is kept from the user.
    fn check(&self, tx: &mut Tx, who: &User) -> Result<(), Failure>;

    /// The same of those alone of whom another condition is true, too.
    fn and(&self, other: &Condition) -> Arc<dyn Asked>;

    /// Puts down what is not ready to be made; gives the job that makes it, or nothing if all is ready.
    ///
    /// # Errors
    /// `Forbidden` without the right to read people; `Refused` with `condition` for what can't be asked of everybody.
    fn prepare(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<i64>, Failure>;

    /// Of how many whom the user sees it is true; nothing while it is not ready.
    ///
    /// # Errors
    /// As [`Asked::prepare`].
    fn count(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<u64>, Failure>;

    /// A statement that gives `id`, everybody whom the user sees and of whom it is true, in no order; nothing while it is not ready.
    ///
    /// # Errors
    /// As [`Asked::prepare`].
    fn set(&self, tx: &mut Tx, who: &User, now: Moment) -> Result<Option<Made>, Failure>;

    /// Those of some people whom the user sees of whom it is true, in no order, at the same cost in any workspace; nothing while it is
    /// not ready.
    ///
    /// # Errors
    /// As [`Asked::prepare`].
    fn among(
        &self,
        tx: &mut Tx,
        who: &User,
        now: Moment,
        people: &[PersonId],
    ) -> Result<Option<Vec<PersonId>>, Failure>;

    /// Between which keys everybody stands of whom it is true, in an order by a term, both ends within; an end that is
    /// open is nothing. So a list begins where the first of them can stand.
    fn reach(&self, by: &Term, now: Moment) -> (Option<Key>, Option<Key>);
}

/// A stretch of an order by a fact.
#[derive(Debug)]
pub struct Stretch<'a> {
    /// Where the one before ended.
    pub after: Option<&'a Cursor>,
    /// Which way it goes.
    pub turn: Turn,
    /// How many at most.
    pub limit: usize,
    /// A statement that gives the `id` of each who may come; else everybody may.
    pub of: Option<&'a Made>,
}

/// Whoever reads conditions; a part of the app.
pub trait Conditions: Send + Sync {
    /// Reads a condition in its text form, over the names that a lens' definition gives.
    ///
    /// # Errors
    /// `Refused` with `condition` for a text that is none: where it is wrong, and what was probably meant.
    fn read(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
        text: &str,
    ) -> Result<Arc<dyn Asked>, Failure>;

    /// Reads a condition that was built piece by piece.
    ///
    /// # Errors
    /// `Missing` for a lens that there is not; what is wrong with its rows is within.
    fn build(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
        form: &Form,
    ) -> Result<Result<Condition, Vec<RowFault>>, Failure>;

    /// What may be asked about, each with its sort, as `funnel::condition::form::sort_of` names them.
    ///
    /// # Errors
    /// `Missing` for a lens that there is not.
    fn terms(
        &self,
        tx: &mut Tx,
        lens: LensId,
        of: Of,
    ) -> Result<BTreeMap<String, &'static str>, Failure>;

    /// Names in a condition that are not known here but lie near one that is, each with its place in the text. They are
    /// no mistakes: a fact or a kind of activity is known once it was recorded.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn doubts(&self, tx: &mut Tx, text: &str, read: &Condition) -> Result<Vec<Fault>, Failure>;

    /// People, or companies, in the order of a fact; nothing while it is not ready. Of whom it is unknown is left out: the
    /// list puts them behind.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    fn by_fact(
        &self,
        tx: &mut Tx,
        of: (Of, &str),
        stretch: &Stretch<'_>,
        now: Moment,
    ) -> Result<Option<Vec<Cursor>>, Failure>;

    /// Has an order by a fact made, if it is not ready; gives the job that makes it.
    ///
    /// # Errors
    /// As [`Asked::prepare`].
    fn prepare_fact(
        &self,
        tx: &mut Tx,
        who: &User,
        of: (Of, &str),
        now: Moment,
    ) -> Result<Option<i64>, Failure>;
}

/// Letters of a condition that stands in an address, of a page and of a call alike: an address has some 64,000 bytes,
/// and a letter up to twelve of them. A longer one is saved as a segment, and asked by its name.
pub const ADDRESS_LETTERS_MAX: usize = 4_000;

/// Refuses a condition that fits no address.
///
/// # Errors
/// `Refused` with `condition`.
pub fn fits_address(text: &str) -> Result<(), Failure> {
    match text.chars().count() {
        letters if letters > ADDRESS_LETTERS_MAX => {
            let words = format!(
                "This condition has {letters} letters, and an address holds {ADDRESS_LETTERS_MAX} of one: save it as a \
                 segment (`sluice segment create`, `POST /api/v1/segments`), which is asked by its name."
            );
            Err(Failure::refused("condition", words))
        }
        _ => Ok(()),
    }
}

/// The part under which [`Conditions`] is found.
pub struct ConditionSource(pub Arc<dyn Conditions>);

/// Reads a condition about people over the names of a lens.
///
/// # Errors
/// As [`Conditions::read`].
pub fn read(tx: &mut Tx, lens: LensId, text: &str) -> Result<Arc<dyn Asked>, Failure> {
    tx.part::<ConditionSource>().0.read(tx, lens, Of::People, text)
}

/// Reads a condition about companies over the names of a lens.
///
/// # Errors
/// As [`Conditions::read`].
pub fn read_of_companies(tx: &mut Tx, lens: LensId, text: &str) -> Result<Arc<dyn Asked>, Failure> {
    tx.part::<ConditionSource>().0.read(tx, lens, Of::Companies, text)
}

/// Reads a condition about people, or about companies, over the names of a lens.
///
/// # Errors
/// As [`Conditions::read`].
pub fn read_of(tx: &mut Tx, of: Of, lens: LensId, text: &str) -> Result<Arc<dyn Asked>, Failure> {
    tx.part::<ConditionSource>().0.read(tx, lens, of, text)
}

/// What is doubtful about a condition that was read from a text.
///
/// # Errors
/// As [`Conditions::doubts`].
pub fn doubts(tx: &mut Tx, text: &str, read: &Condition) -> Result<Vec<Fault>, Failure> {
    tx.part::<ConditionSource>().0.doubts(tx, text, read)
}
