//! What people see of people: for each page the view, which is plain data, and its template.

pub mod change;
pub mod chips;
pub mod company;
pub mod fields;
pub mod imports;
pub mod list;
pub mod make;
pub mod marks;
pub mod money;
pub mod person;
pub mod privacy;
pub mod said;
pub mod saved;
pub mod search;
pub mod timeline;
