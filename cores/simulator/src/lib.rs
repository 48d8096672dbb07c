//! A believable story of a firm that sells to firms, with a known truth, from a seed.
//!
//! **Promise:** the same seed, end and years give the same story on every machine; any person of it can
//! be made alone, at the same cost; a story of a million people needs no more memory than one of ten.
//! **Never:** asks for the time or for chance from outside; uses a name, address or number of anybody
//! who exists (domains end in `.example`); lets an outcome show before it is decided.
//!
//! The seller makes route planning for carriers and food firms, and the shipped default definition fits it.
//! What decides who buys is written down in [`truth`]: scoring, forecast and attribution can be held
//! against it.
//!
//! ```
//! use simulator::{Detail, Story};
//! let until = "2026-06-30T12:00:00Z".parse().unwrap();
//! let story = Story::new(1, 200, until, 2, Detail::Full);
//! let won = story.each_person(0..200).filter(|person| person.truth.won).count();
//! assert!((1..30).contains(&won));
//! assert_eq!(story.person(42), story.each_person(0..200).nth(42));
//! ```
#![warn(missing_docs)]

mod almanac;
mod chance;
mod company;
mod life;
mod names;
mod person;
mod scribe;
mod staffing;
mod story;
mod team;
pub mod truth;
mod words;

pub use company::{CompanyTruth, Intent, SimCompany, Wave};
pub use names::Industry;
pub use person::{Approach, Keys, Seniority, SimPerson};
pub use story::{Detail, Story, history};
pub use team::{Colleague, SELLER, TEAM};
pub use truth::{Criteria, Effort, Fate, Persona, Truth};
