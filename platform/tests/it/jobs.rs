use std::sync::Arc;

use moment::{Moment, Span};
use platform::harness::World;
use platform::jobs::{self, Again, Job, JobRow, Registry, Run, State};
use platform::{App, Failure, Tx, args, sql};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::{ADD, both, counted};

/// A job made of a closure.
struct Doing<F>(&'static str, F);

impl<F: Fn(&App, &mut Run) -> Result<Value, Again> + Send + Sync> Job for Doing<F> {
    fn name(&self) -> &'static str {
        self.0
    }
    fn run(&self, app: &App, run: &mut Run) -> Result<Value, Again> {
        (self.1)(app, run)
    }
    fn attempts_max(&self) -> u32 {
        3
    }
}

fn registry<F>(name: &'static str, work: F) -> Registry
where
    F: Fn(&App, &mut Run) -> Result<Value, Again> + Send + Sync + 'static,
{
    Registry::new(vec![Arc::new(Doing(name, work))])
}

fn enqueue(world: &World, name: &'static str, key: Option<&'static str>, run_at: Moment) -> i64 {
    world
        .db
        .write_blocking(move |tx| jobs::enqueue(tx, name, key, &json!({"n": 1}), run_at))
        .unwrap()
}

fn find(world: &World, id: i64) -> JobRow {
    world.db.read_blocking(move |tx| jobs::find(tx, id)).unwrap().unwrap()
}

#[test]
fn a_job_runs_when_it_is_due_and_keeps_its_result() {
    both(|world| {
        let registry = registry("notes.add", |app, run| {
            assert_eq!((run.payload(), run.attempt()), (&json!({"n": 1}), 1));
            run.progress(json!({"done": 1}));
            let ticket = run.ticket();
            app.db.write_blocking(move |tx| {
                ticket.confirm(tx)?;
                tx.execute(ADD, args![1, "by a job"])
            })?;
            Ok(json!({"added": 1}))
        });
        let id = enqueue(world, "notes.add", None, world.now() + Span::minutes(1));
        assert_eq!(jobs::run_due(&world.app, &registry).unwrap(), 0);
        assert_eq!(find(world, id).state, State::Waiting);
        world.clock.advance(Span::minutes(1));
        world.drain(&registry);
        let job = find(world, id);
        assert_eq!(
            (job.state, job.attempts, job.result, job.progress),
            (State::Done, 1, Some(json!({"added": 1})), Some(json!({"done": 1})))
        );
        assert_eq!((job.done_at, counted(world)), (Some(world.now()), 1));
        assert_eq!(jobs::run_due(&world.app, &registry).unwrap(), 0);
        let listed = world.db.read_blocking(|tx| jobs::list_named(tx, "notes.add", 9)).unwrap();
        assert_eq!(listed, world.db.read_blocking(|tx| jobs::list(tx, 9)).unwrap());
        let now = world.now();
        assert_eq!(world.db.write_blocking(move |tx| jobs::sweep(tx, now + Span(1))).unwrap(), 1);
    });
}

#[test]
fn a_job_is_enqueued_with_its_transaction_or_not_at_all() {
    both(|world| {
        let undone = world.db.write_blocking(|tx| {
            jobs::enqueue(tx, "notes.add", None, &json!({}), Moment(0))?;
            Err::<(), _>(Failure::Forbidden)
        });
        assert!(undone.is_err());
        assert_eq!(world.db.read_blocking(|tx| jobs::list(tx, 9)).unwrap(), []);
    });
}

#[test]
fn an_unfinished_job_of_the_same_key_is_the_same_job() {
    both(|world| {
        let registry = registry("notes.add", |_, _| Ok(json!(null)));
        let first = enqueue(world, "notes.add", Some("k"), Moment(0));
        assert_eq!(enqueue(world, "notes.add", Some("k"), Moment(5)), first);
        assert_ne!(enqueue(world, "notes.add", Some("other"), Moment(0)), first);
        assert_ne!(
            enqueue(world, "notes.add", None, Moment(0)),
            enqueue(world, "notes.add", None, Moment(0))
        );
        world.drain(&registry);
        assert_ne!(
            enqueue(world, "notes.add", Some("k"), Moment(0)),
            first,
            "a finished one stands in nobody's way"
        );
    });
}

#[test]
fn a_failing_job_waits_longer_each_time_and_dies_with_its_last_words() {
    both(|world| {
        let registry = registry("notes.fail", |_, run| match run.attempt() {
            1 => Err(Again::Later(anyhow::anyhow!("no answer"))),
            2 => panic!("a mistake"),
            _ => Err(Failure::Busy { retry_after_s: 1 }.into()),
        });
        let id = enqueue(world, "notes.fail", None, Moment(0));
        let mut waits = Vec::new();
        for words in ["no answer", "panicked: a mistake"] {
            assert_eq!(jobs::run_due(&world.app, &registry).unwrap(), 1);
            let job = find(world, id);
            assert_eq!((job.state, job.last_error.as_deref()), (State::Waiting, Some(words)));
            waits.push(job.run_at - world.now());
            world.clock.set(job.run_at);
        }
        assert!(waits[0] >= Span(2_500_000) && waits[0] <= Span(5_000_000), "{waits:?}");
        assert!(waits[1] >= Span(5_000_000) && waits[1] <= Span(10_000_000), "{waits:?}");
        assert_eq!(jobs::run_due(&world.app, &registry).unwrap(), 1);
        let job = find(world, id);
        assert_eq!((job.state, job.attempts), (State::Dead, 3));
        assert!(job.last_error.unwrap().contains("too much at once"));
        assert_eq!(world.db.read_blocking(jobs::list_unwell).unwrap().len(), 1);
    });
}

#[test]
fn what_can_never_succeed_is_not_tried_again() {
    both(|world| {
        let registry = registry("notes.fail", |_, _| {
            Err(Failure::refused("no", "It is against the rules.").into())
        });
        let id = enqueue(world, "notes.fail", None, Moment(0));
        jobs::run_due(&world.app, &registry).unwrap();
        let job = find(world, id);
        assert_eq!(
            (job.state, job.attempts, job.last_error.as_deref()),
            (State::Dead, 1, Some("It is against the rules."))
        );
    });
}

/// As a process that was killed in the middle of a job leaves it.
fn killed_holder(world: &World, id: i64, holder: &'static str) {
    let until = world.now() + Span::seconds(60);
    let take = sql(
        "update job set leased_by = $1, lease_until = $2, attempts = attempts + 1, progress = '{\"row\":7}' where id = $3",
    );
    world.db.write_blocking(move |tx| tx.execute(take, args![holder, until, id])).unwrap();
}

#[test]
fn a_killed_worker_s_job_goes_on_where_it_was_once_its_lease_ran_out() {
    both(|world| {
        let registry = registry("notes.import", |_, run| {
            Ok(json!({"from": run.earlier_progress(), "attempt": run.attempt()}))
        });
        let id = enqueue(world, "notes.import", None, Moment(0));
        killed_holder(world, id, "?/elsewhere");
        assert_eq!(find(world, id).state, State::Running);
        assert_eq!(jobs::run_due(&world.app, &registry).unwrap(), 0);
        let elsewhere = jobs::run_now(&world.app, &registry, id).unwrap_err();
        assert!(matches!(elsewhere, Failure::Refused { code: "job_elsewhere", .. }));
        world.clock.advance(Span::seconds(60));
        world.drain(&registry);
        assert_eq!(find(world, id).result, Some(json!({"from": {"row": 7}, "attempt": 2})));
    });
}

#[test]
fn a_job_that_takes_its_process_down_is_given_up() {
    both(|world| {
        let registry = registry("notes.crash", |_, _| panic!("never reached a fourth time"));
        let id = enqueue(world, "notes.crash", None, Moment(0));
        for _ in 0..3 {
            killed_holder(world, id, "?/elsewhere");
        }
        world.clock.advance(Span::seconds(60));
        jobs::run_due(&world.app, &registry).unwrap();
        let job = find(world, id);
        assert_eq!(
            (job.state, job.last_error.as_deref()),
            (State::Dead, Some("was begun 3 times and never ended"))
        );
    });
}

#[test]
fn who_lost_the_lease_writes_no_more() {
    both(|world| {
        let registry = registry("notes.slow", |app, run| {
            let (id, ticket) = (run.id(), run.ticket());
            // Meanwhile another takes it, as after a long sleep of this machine.
            app.db.write_blocking(move |tx| {
                tx.execute(sql("update job set leased_by = 'another' where id = $1"), args![id])
            })?;
            app.db.write_blocking(move |tx| {
                tx.execute(ADD, args![1, "too late"])?;
                ticket.save_progress(tx, &json!(1))
            })?;
            Ok(json!("unheard"))
        });
        let id = enqueue(world, "notes.slow", None, Moment(0));
        jobs::run_due(&world.app, &registry).unwrap();
        let job = find(world, id);
        assert_eq!((job.state, job.result, counted(world)), (State::Running, None, 0));
    });
}

#[test]
fn a_job_can_be_given_up_waiting_or_half_way() {
    both(|world| {
        let registry = registry("notes.long", |_, run| {
            run.checkpoint()?;
            Ok(json!("never asked"))
        });
        let now = world.now();
        let waiting = enqueue(world, "notes.long", None, Moment(0));
        assert!(world.db.write_blocking(move |tx| jobs::cancel(tx, waiting, now)).unwrap());
        assert_eq!(find(world, waiting).state, State::Cancelled);
        assert!(!world.db.write_blocking(move |tx| jobs::cancel(tx, waiting, now)).unwrap());

        let running = enqueue(world, "notes.long", None, Moment(0));
        killed_holder(world, running, "?/elsewhere");
        assert!(world.db.write_blocking(move |tx| jobs::cancel(tx, running, now)).unwrap());
        assert_eq!(
            (find(world, running).state, find(world, running).cancel_asked_at),
            (State::Running, Some(now))
        );
        world.clock.advance(Span::seconds(60));
        jobs::run_due(&world.app, &registry).unwrap();
        assert_eq!(find(world, running).state, State::Cancelled);
    });
}

#[test]
fn a_command_line_runs_its_job_itself_and_hears_of_progress() {
    both(|world| {
        let registry = registry("notes.import", |_, run| {
            run.progress(json!(1));
            run.progress(json!(2));
            if run.payload() == &json!({"n": 1}) {
                Ok(json!("done"))
            } else {
                Err(Failure::invalid("file", "is empty").into())
            }
        });
        let id = enqueue(world, "notes.import", None, Moment(0));
        let mut heard = Vec::new();
        let result = jobs::run_now_watched(&world.app, &registry, id, |progress| {
            heard.push(progress.clone())
        });
        assert_eq!((result.unwrap(), heard), (json!("done"), vec![json!(1), json!(2)]));
        assert!(matches!(jobs::run_now(&world.app, &registry, id), Err(Failure::Missing { .. })));
        let bad = world
            .db
            .write_blocking(|tx| jobs::enqueue(tx, "notes.import", None, &json!({}), Moment(0)))
            .unwrap();
        assert!(matches!(jobs::run_now(&world.app, &registry, bad), Err(Failure::Invalid(_))));
        assert_eq!(find(world, bad).state, State::Dead);
    });
}

#[test]
fn workers_share_the_jobs_and_stop_when_asked() {
    both(|world| {
        let (tell, mut told) = mpsc::unbounded_channel();
        let tell_begun = tell.clone();
        let quick = Doing("notes.quick", move |_: &App, run: &mut Run| {
            tell.send(run.id()).unwrap();
            Ok(json!(null))
        });
        let endless = Doing("notes.endless", move |_: &App, run: &mut Run| {
            tell_begun.send(run.id()).unwrap();
            loop {
                run.checkpoint()?;
                std::thread::yield_now();
            }
        });
        let registry = Registry::new(vec![Arc::new(quick), Arc::new(endless)]).parallel(3);
        let mut ids: Vec<i64> =
            (0..20).map(|_| enqueue(world, "notes.quick", None, Moment(0))).collect();
        let endless = enqueue(world, "notes.endless", None, Moment(1));
        ids.push(endless);
        let killed = enqueue(world, "notes.quick", None, Moment(0));
        killed_holder(world, killed, "?/elsewhere");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let mut ran = Vec::new();
        runtime.block_on(async {
            let (stop, shutdown) = watch::channel(false);
            let other = App { db: world.reopened(), ..world.app.clone() };
            let first = jobs::work(world.app.clone(), registry.clone(), shutdown.clone());
            let second = jobs::work(other, registry.clone(), shutdown);
            let script = async {
                for _ in 0..21 {
                    ran.push(told.recv().await.unwrap());
                }
                // One that comes later wakes the worker.
                let late =
                    |tx: &mut Tx| jobs::enqueue(tx, "notes.quick", None, &json!({}), Moment(0));
                ids.push(world.db.write(late).await.unwrap());
                ran.push(told.recv().await.unwrap());
                stop.send(true).unwrap();
            };
            tokio::join!(first, second, script);
        });
        ran.sort_unstable();
        ids.sort_unstable();
        assert_eq!(ran, ids, "each once");
        let job = find(world, endless);
        let expected = (State::Waiting, 0, None);
        assert_eq!((job.state, job.attempts, job.last_error), expected, "stopping is no failure");
        assert_eq!(find(world, killed).state, State::Running);
    });
}
