//! A workspace with every slice up to this one, filled as its user would.
use std::sync::Arc;

use people::erase::Forgetting;
use people::import::{self, Counts};
use platform::harness::{self, World};
use platform::jobs::{self, Registry};
use platform::tables::Tables;
use team::User;

pub const PEOPLE: &str = r#"
name = "People"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"person.basis.marketing" = { column = "basis" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
"#;

pub fn both(test: impl Fn(&World)) {
    let slices =
        [team::slice(), journal::slice(), people::slice(), funnels::slice(), away::slice()];
    harness::both(&slices, |world| {
        let mut all = vec![platform::slice::platform()];
        all.extend(slices);
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
            .with_part(Tables::of(&all).unwrap())
            .with_part(Forgetting(vec![Arc::new(funnels::erase::FunnelForgets)]))
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
        Arc::new(funnels::segment::Build),
        Arc::new(funnels::territory::Build),
        Arc::new(people::erase::DropFiles),
        Arc::new(people::erase::Scrub),
        Arc::new(away::rebuild::Rebuild),
        Arc::new(away::retention::Retention),
    ])
}

pub fn bring(world: &World, file: &str) -> Counts {
    let kept = import::keep_stream(&world.app, "people.csv", file.as_bytes()).unwrap();
    let now = world.now();
    let start =
        move |tx: &mut platform::db::Tx| import::start(tx, &User::operator(), &kept, PEOPLE, now);
    let started = world.db.write_blocking(start).unwrap();
    jobs::run_now(&world.app, &registry(), started.job).unwrap();
    let row = world.db.read_blocking(move |tx| import::load(tx, started.import)).unwrap();
    assert!(row.finished_at.is_some() && row.counts.add_up(), "{row:?}");
    row.counts
}

pub fn nothing_differs(world: &World) {
    let verified = funnels::verify::verify(&world.app, |_, _| {}).unwrap();
    assert_eq!(verified.differences, 0, "{:#?}", verified.told);
}
