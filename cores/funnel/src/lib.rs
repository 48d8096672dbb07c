//! The funnel: what a definition says of a history.
//!
//! **Promise:** the same definition and the same history give the same standing and the same receipts.
//! **Never:** knows the time, a database or chance; everything comes in as an argument.
//!
//! ```
//! use funnel::{Definition, fold, packs, people_file::PeopleFile};
//!
//! let definition = Definition::parse(packs::DEFAULT).expect("the pack reads");
//! let file = PeopleFile::parse(
//!     r#"{ "people": [ { "id": "ada", "history": [
//!         { "at": "2026-06-01T09:00:00Z", "facts": { "person.email": "ada@x.example",
//!           "company.industry": "food", "company.employees": 300 } },
//!         { "at": "2026-06-02T09:00:00Z", "did": "email.sent" },
//!         { "at": "2026-06-03T09:00:00Z", "did": "email.replied" } ] } ] }"#,
//! ).expect("the file reads");
//! let as_of = "2026-06-30T12:00:00Z".parse().expect("a moment");
//! let folded = fold(&definition, &file.people[0].history, as_of);
//! assert_eq!(folded.standing.stage.as_str(), "prospect");
//! let because = &folded.transitions[1].receipt.because;
//! assert_eq!(&*because[0].condition, "score.fit >= 60");
//! ```
#![warn(missing_docs)]

pub mod agreement;
pub mod backtest;
pub mod condition;
pub mod definition;
pub mod employment;
pub mod explain;
pub mod fold;
pub mod hand;
pub mod held;
pub mod history;
pub mod of_company;
pub mod packs;
pub mod people_file;
pub mod receipt;
pub mod sql;
pub mod standing;
pub mod tell;
pub mod truth;
pub mod wanted;
pub mod why_not;

pub use condition::Condition;
pub use definition::Definition;
pub use fold::{Folder, InForce, fold, fold_versions};
pub use hand::ByHand;
pub use standing::{Folded, Stage, Standing, Temperature, Transition};
pub use truth::Truth;
pub use wanted::Wanted;
pub use why_not::why_not;
