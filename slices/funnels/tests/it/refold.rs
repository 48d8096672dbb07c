//! Everybody is re-stood while others go on recording, on both databases.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use funnel::history::{Activity, Entry, What};
use funnels::lens::{self, From};
use journal::{Batch, NewEntry, Repeats};
use platform::db::Tx;
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
