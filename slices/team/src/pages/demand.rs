//! The page of whom a second factor is asked.

use askama::Template;
use platform::failure::Field;
use platform::page::filters;

use super::wrong::Errors;
use crate::frame::Setting;

/// A role, and whether a second factor is asked of whoever has it.
pub(crate) struct RoleLine {
    pub name: String,
    pub users: u64,
    pub is_demanded: bool,
}

/// A user, and what they have.
pub(crate) struct StateLine {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub is_demanded: bool,
    /// In words; empty for nothing.
    pub has: String,
    pub codes_left: i64,
}

#[derive(Template)]
#[template(path = "demand.html")]
pub(crate) struct DemandPage {
    pub settings: Vec<Setting>,
    pub errors: Vec<Field>,
    pub done: Option<String>,
    pub is_of_everybody: bool,
    pub roles: Vec<RoleLine>,
    pub demanded: usize,
    pub have: usize,
    pub states: Vec<StateLine>,
}

impl DemandPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }
}
