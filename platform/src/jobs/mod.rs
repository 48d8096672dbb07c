//! Jobs.
use crate::db::Sql;
/// Statements.
pub const STATEMENTS: &[Sql] = &[];
