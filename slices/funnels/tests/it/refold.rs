//! Everybody is re-stood while others go on recording, on both databases.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use funnel::history::{Activity, Entry, What};
use funnels::lens::{self, From};
use journal::{Batch, NewEntry, Repeats};
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::failure::Failure;
use platform::jobs;
use team::User;

use crate::house::{LEADS, both, bring, nothing_differs, registry};

const RULE: &str = r#"
name = "Replies"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("email.replied")'
"#;

/// More than are folded aside at once, so that some are folded before they are changed and written after it.
const PEOPLE: usize = 9_000;

#[test]
fn who_changes_while_everybody_is_stood_anew_is_folded_again() {
    both(|world| {
        let rows = (0..PEOPLE).map(|n| format!("m{n},2018-02-1{},social\n", n % 9));
        bring(world, "leads.csv", &format!("id,first,origin\n{}", rows.collect::<String>()), LEADS);
        let now = world.now();
        let adopted = world
            .db
            .write_blocking(move |tx| {
                lens::adopt(tx, &User::operator(), None, RULE, From::Start, now)
            })
            .unwrap();
        let told = AtomicU32::new(0);
        let reply = move |tx: &mut Tx, places: &[usize]| {
            let ids = people::ids_after(tx, 0, 10_000)?;
            let what = What::Activity(Activity::usual("email.replied"));
            let entry = Entry { id: 7, occurred_at: now, recorded_at: now, what };
            let new = |subject| NewEntry {
                subject,
                entry: entry.clone(),
                is_dated: true,
                source: None,
                actor: None,
            };
            let entries = places.iter().map(|place| new(ids[*place])).collect();
            let new_subjects = BTreeSet::new();
            journal::record(tx, Batch { now, entries, new_subjects, repeats: Repeats::Keep })
        };
        jobs::run_now_watched(&world.app, &registry(), adopted.job.unwrap(), |_| {
            if told.fetch_add(1, Ordering::Relaxed) == 0 {
                // Of those who are written, of those who are folded and not written, and of the rest.
                let reply = move |tx: &mut Tx| reply(tx, &[5, 4_100, 7_900, 8_900]);
                world.db.write_blocking(reply).unwrap();
            }
        })
        .unwrap();
        assert!(told.load(Ordering::Relaxed) > 1);
        nothing_differs(world);
        let tally = world
            .db
            .read_blocking(|tx| {
                let lens = lens::main(tx)?.id;
                people::stand::tally(tx, lens)
            })
            .unwrap();
        let at = |stage| tally.iter().find(|(at, _)| *at == stage).map(|(_, count)| *count);
        assert_eq!(at(funnel::Stage::Prospect), Some(4), "{tally:?}");
    });
}

#[test]
fn nobody_is_verified_while_everybody_is_stood_anew() {
    const STANDS: Sql = sql("update standing set stage = 3, version = 7");
    both(|world| {
        bring(world, "leads.csv", "id,first,origin\nm0,2018-01-10,x\n", LEADS);
        let now = world.now();
        let adopt = move |tx: &mut Tx| {
            lens::adopt(tx, &User::operator(), None, EVERYBODY, From::Start, now)
        };
        let adopted = world.db.write_blocking(adopt).unwrap();
        let verified = || funnels::verify::verify(&world.app, |_, _| {});
        match verified() {
            Err(Failure::Refused { code: "being_stood_anew", words }) => {
                assert!(words.contains("Verify after it"), "{words}");
            }
            other => panic!("{other:?}"),
        }
        jobs::run_now(&world.app, &registry(), adopted.job.unwrap()).unwrap();
        nothing_differs(world);

        // What differs is told in words, and no more than that.
        world.db.write_blocking(move |tx| tx.execute(STANDS, args![])).unwrap();
        let found = verified().unwrap();
        let standing = found.told.iter().find(|told| told.what == "standing").unwrap();
        assert!(standing.of.starts_with("per_"), "{standing:?}");
        assert_eq!(standing.stored, "stage opportunity, version 7");
        assert!(standing.folded.starts_with("stage lead, version "), "{standing:?}");
        let tally = found.told.iter().find(|told| told.of == "the tally of stages").unwrap();
        assert_eq!(
            (tally.stored.as_str(), tally.folded.as_str()),
            ("lead 1, opportunity 0", "lead 0, opportunity 1")
        );
    });
}

const EVERYBODY: &str = "name = \"Everybody\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\n";
