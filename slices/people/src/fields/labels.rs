//! What facts are called, wherever people read of them; texts keep their keys.

use std::collections::BTreeMap;

use funnel::condition::{Condition, English};
use platform::db::Tx;
use platform::failure::Failure;
use team::User;

use super::FieldRow;

/// The labels of custom fields, by their keys.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Those of the fields that are told to the user.
    ///
    /// # Errors
    /// `Broken` when the database fails.
    pub fn seen(tx: &mut Tx, who: &User) -> Result<Labels, Failure> {
        Ok(Labels::of(who, &super::all(tx)?))
    }

    /// The same, of fields that were read already.
    pub fn of(who: &User, fields: &[FieldRow]) -> Labels {
        let told = fields.iter().filter(|field| !who.is_hidden(&field.key));
        Labels(told.map(|field| (field.key.clone(), field.label.clone())).collect())
    }

    /// What a fact is called, if it is a field.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// A condition in English, its fields by their labels.
    pub fn english(&self, condition: &Condition) -> English {
        condition.in_english_with(&|key| self.label(key).map(str::to_owned))
    }
}
