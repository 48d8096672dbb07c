//! Funnels: the definitions in force, and what they make of everybody's history.
//!
//! **Promise:** what is stored of a standing or a transition is what the fold yields, `verify` proves it
//! on a running workspace, and every transition keeps the receipt that says why.
//! **Never:** judges by itself, for `cores/funnel` folds; writes a fact, or an activity that is not about a
//! standing: an answer to a criterion, a move by hand, a handoff.

pub mod agreement;
pub mod answer;
pub mod arrive;
pub mod backtest;
mod company;
pub mod dispute;
pub mod drafts;
pub mod erase;
mod everybody;
pub mod export;
mod flow;
mod former;
pub mod funnel;
pub mod hand;
pub mod handoff;
pub mod kept;
pub mod kinds;
pub mod lens;
pub mod missing;
pub mod pages;
pub mod panel;
mod project;
mod reading;
pub mod refold;
pub mod segment;
mod spent;
mod store;
pub mod tell;
pub mod territory;
pub mod verify;
pub mod waiting;
pub mod web;
pub mod why;
pub mod why_not;

pub use project::{FunnelProjection, history_of};
pub use store::VersionRow;

use platform::db::Migrations;
use platform::slice::Slice;

/// What the server mounts of this slice.
pub fn slice() -> Slice {
    Slice {
        name: "funnels",
        migrations: Migrations {
            slice: "funnels",
            files: &[
                ("0001_funnels", include_str!("../migrations/0001_funnels.sql")),
                ("0002_backtest", include_str!("../migrations/0002_backtest.sql")),
                (
                    "0003_lenses_and_drafts",
                    include_str!("../migrations/0003_lenses_and_drafts.sql"),
                ),
                ("0004_dispute", include_str!("../migrations/0004_dispute.sql")),
                ("0005_segment", include_str!("../migrations/0005_segment.sql")),
                ("0006_handoffs", include_str!("../migrations/0006_handoffs.sql")),
                ("0007_company_score", include_str!("../migrations/0007_company_score.sql")),
                ("0008_former_employee", include_str!("../migrations/0008_former_employee.sql")),
                ("0035_segment_order", include_str!("../migrations/0035_segment_order.sql")),
                ("0045_erased_move", include_str!("../migrations/0045_erased_move.sql")),
                ("0056_spent", include_str!("../migrations/0056_spent.sql")),
                (
                    "0085_words_of_companies",
                    include_str!("../migrations/0085_words_of_companies.sql"),
                ),
                ("0086_segment_exact", include_str!("../migrations/0086_segment_exact.sql")),
                ("0086_segment_timed", include_str!("../migrations/0086_segment_timed.sql")),
                ("0087_handoff_counts", include_str!("../migrations/0087_handoff_counts.sql")),
            ],
        },
        statements: &[
            store::ALL,
            backtest::store::ALL,
            drafts::store::ALL,
            dispute::ALL,
            erase::ALL,
            segment::store::ALL,
            handoff::store::ALL,
            company::store::ALL,
            former::ALL,
            kept::ALL,
            spent::ALL,
            arrive::ALL,
        ],
        columns: include_str!("../columns.toml"),
    }
}
