//! A workspace with every slice up to this one, filled and defined as its user would.
use std::sync::Arc;

use people::import::{self, Counts};
use platform::failure::Failure;
use platform::harness::{self, World};
use platform::jobs::{self, Registry};
use team::User;

pub const LEADS: &str = r#"
name = "Leads"
[key]
mql_id = "id"
[facts]
"person.custom.origin" = { column = "origin" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
properties = { origin = "origin" }
"#;
pub const DEALS: &str = r#"
name = "Deals"
[key]
mql_id = "id"
[facts]
"company.segment" = { column = "segment" }
[[activities]]
kind = "deal.won"
at = { column = "won", format = "%Y-%m-%d %H:%M:%S" }
recorded = "occurred"
"#;
pub fn both(test: impl Fn(&World)) {
    let slices = [team::slice(), journal::slice(), people::slice(), funnels::slice()];
    harness::both(&slices, |world| {
        let _app = world
            .app
            .clone()
            .with_part(journal::Projections(vec![
                Arc::new(people::PeopleProjection),
                Arc::new(funnels::FunnelProjection),
            ]))
            .with_part(people::LensSource(Arc::new(funnels::lens::LensLabels)))
            .with_part(people::condition::ConditionSource(Arc::new(
                funnels::segment::ConditionsOfLenses,
            )))
            .with_part(people::bulk::HandsSource(Arc::new(funnels::hand::HandsOfUsers)))
            .with_part(funnels::lens::Definitions::default());
        let now = world.now();
        world.db.write_blocking(move |tx| funnels::lens::ensure_starter(tx, now)).unwrap();
        test(world);
    });
}

pub fn registry() -> Registry {
    Registry::new(vec![
        Arc::new(import::Import),
        Arc::new(funnels::refold::Refold),
        Arc::new(funnels::waiting::Begin),
        Arc::new(funnels::backtest::Backtest),
        Arc::new(funnels::segment::Build),
        Arc::new(people::search::Build),
        Arc::new(people::bulk::Bulk),
    ])
}

pub fn bring(world: &World, name: &str, file: &str, mapping: &'static str) -> Counts {
    let kept = import::keep_stream(&world.app, name, file.as_bytes()).unwrap();
    let now = world.now();
    let start =
        move |tx: &mut platform::db::Tx| import::start(tx, &User::operator(), &kept, mapping, now);
    let started = world.db.write_blocking(start).unwrap();
    jobs::run_now(&world.app, &registry(), started.job).unwrap();
    let row = world.db.read_blocking(move |tx| import::load(tx, started.import)).unwrap();
    assert!(row.finished_at.is_some() && row.counts.add_up(), "{row:?}");
    row.counts
}

pub fn adopt(world: &World, text: &'static str, from: funnels::lens::From) {
    let now = world.now();
    let adopted = world
        .db
        .write_blocking(move |tx| {
            funnels::lens::adopt(tx, &User::operator(), None, text, from, now)
        })
        .unwrap();
    if let Some(job) = adopted.job {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
}

pub fn nothing_differs(world: &World) {
    let verified = funnels::verify::verify(&world.app, |_, _| {}).unwrap();
    assert_eq!(verified.differences, 0, "{:#?}", verified.told);
}

/// What came of something, in the word by which a program tells it.
pub fn code(result: Result<impl Sized, Failure>) -> &'static str {
    match result.map(|_| ()) {
        Err(Failure::Refused { code, .. }) => code,
        Err(Failure::Forbidden) => "forbidden",
        Err(Failure::Invalid(_)) => "invalid",
        Err(_) => "other",
        Ok(()) => "ok",
    }
}
