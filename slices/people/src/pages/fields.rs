//! The page of custom fields.

use askama::Template;

/// A field.
#[derive(Clone, Debug)]
pub struct FieldLine {
    /// The fact.
    pub key: String,
    /// As people call it.
    pub label: String,
    /// The word of its type.
    pub kind: &'static str,
    /// Its type, as people read it.
    pub kind_label: &'static str,
    /// Its choices, currency or formula in a line.
    pub more: String,
    /// A choice on each line.
    pub choices: String,
    /// The currency of money.
    pub currency: String,
    /// The condition of a formula.
    pub formula: String,
    /// The list of people with it as a column.
    pub find: String,
}

impl FieldLine {
    /// The id of its form.
    fn id(&self) -> String {
        self.key.replace('.', "-")
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "fields.html")]
pub struct FieldsPage {
    /// The fields.
    pub fields: Vec<FieldLine>,
    /// The types: word and label.
    pub kinds: Vec<(&'static str, &'static str)>,
    /// Whether the user may make and change them.
    pub may_manage: bool,
}
