//! What people see of the funnel: views, which are plain data, and their templates.

pub mod flow;
pub mod funnel;
