//! The form by which a person or a company is made.

use askama::Template;
use platform::page::filters;

use crate::Of;
use crate::of::Kept;

/// A field of the form.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name, as it is sent.
    pub name: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// The sort of keyboard it wants: `email`, `tel`, `text`.
    pub sort: &'static str,
    /// What helps to fill it; may be empty.
    pub hint: &'static str,
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

/// Somebody who is known already, and what of this would be news.
#[derive(Clone, Debug)]
pub struct KnownLine {
    /// Their name.
    pub name: String,
    /// Where their record is.
    pub href: String,
    /// What would be new: what it is called, what is said, and what is held until now.
    pub news: Vec<(String, String, Option<String>)>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "make.html")]
pub struct MakePage {
    /// Whether it makes people or companies.
    pub of: Of,
    /// The fields.
    pub inputs: Vec<Input>,
    /// Who may look after them: public id, name, and whether they are chosen; empty where nobody can be.
    pub users: Vec<(String, String, bool)>,
    /// What is wrong with the owner.
    pub owner_wrong: Option<String>,
    /// What is wrong with no field in particular.
    pub at_large: Vec<String>,
    /// Who is known already by what was typed.
    pub known: Option<KnownLine>,
    /// Since when somebody with one of these keys is erased.
    pub erased: Option<String>,
    /// Whether the user may make any.
    pub may_make: bool,
}

impl MakePage {
    fn is_of_people(&self) -> bool {
        self.of == Of::People
    }

    /// What was typed, to be sent again as it is.
    fn said(&self) -> Vec<(&'static str, &str)> {
        let typed = self.inputs.iter().map(|input| (input.name, input.value.as_str()));
        let owner = self.users.iter().filter(|(.., is_here)| *is_here);
        typed.chain(owner.map(|(id, ..)| ("owner", id.as_str()))).collect()
    }

    /// Where it is sent.
    fn action(&self) -> String {
        format!("{}/new", self.of.page())
    }
}
