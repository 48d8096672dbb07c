//! A definition that is to hold from a moment still to come, on both databases.

use crate::house::{LEADS, adopt, both, bring, code, nothing_differs, registry};
use funnel::Stage;
use funnels::lens::{self, Adopted, From};
use funnels::{drafts, waiting};
use moment::{Moment, Span};
use platform::failure::Failure;
use platform::harness::World;
use platform::jobs;
use team::create_user::CreateUser;
use team::{Mouth, Passwords, Role, Strength, User};

const NOW: &str = "name = \"Now\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\n";
const LATER: &str = "name = \"Later\"\n[stages.prospect]\nenter = 'did(\"form.submitted\")'\n";
const BETWEEN: &str =
    "name = \"Between\"\n[stages.lead]\nenter = 'did(\"form.submitted\") && known(person.email)'\n";
const OF_TWO: &str =
    "name = \"Of two\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\nowner = \"both\"\n";

fn write<T: Send + 'static>(
    world: &World,
    work: impl FnOnce(&mut platform::db::Tx) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    world.db.write_blocking(work)
}

fn adopted(world: &World, who: User, text: &'static str, from: From) -> Result<Adopted, Failure> {
    let now = world.now();
    write(world, move |tx| lens::adopt(tx, &who, None, text, from, now))
}

fn in_force(world: &World) -> (i64, String) {
    let main = world.db.read_blocking(lens::main).unwrap();
    let (row, _) = main.current().unwrap();
    (row.version, row.name.clone())
}

fn waits(world: &World) -> Vec<(String, Moment)> {
    let list = world.db.read_blocking(|tx| waiting::list(tx, &User::operator())).unwrap();
    list.into_iter().map(|one| (one.name, one.from)).collect()
}

fn at(world: &World, stage: Stage) -> u64 {
    let tally = world.db.read_blocking(|tx| {
        let lens = lens::main(tx)?;
        people::stand::tally(tx, lens.id)
    });
    tally.unwrap().into_iter().find(|(one, _)| *one == stage).unwrap().1
}

#[test]
fn it_is_in_force_when_its_moment_has_come_and_not_before() {
    both(|world| {
        adopt(world, NOW, From::Usual);
        bring(world, "leads.csv", "id,first,origin\nm1,2018-01-10,social\n", LEADS);
        let from = world.now() + Span::days(3);
        let done = adopted(world, User::operator(), LATER, From::Moment(from)).unwrap();
        assert_eq!((done.version, done.job, done.from), (None, None, from));
        jobs::run_due(&world.app, &registry()).unwrap();
        assert_eq!(in_force(world), (2, "Now".to_owned()));
        assert_eq!(waits(world), [("Later".to_owned(), from)]);
        assert_eq!((at(world, Stage::Lead), at(world, Stage::Prospect)), (1, 0));
        let second = adopted(world, User::operator(), BETWEEN, From::Moment(from));
        assert_eq!(code(second), "one_waits");

        // Another may hold until then.
        world.clock.advance(Span::days(1));
        adopt(world, BETWEEN, From::Usual);
        assert_eq!(in_force(world), (3, "Between".to_owned()));

        // Nobody was there at its moment: it holds from then all the same.
        world.clock.advance(Span::days(5));
        jobs::run_due(&world.app, &registry()).unwrap();
        assert_eq!((in_force(world), waits(world)), ((4, "Later".to_owned()), Vec::new()));
        let main = world.db.read_blocking(lens::main).unwrap();
        assert_eq!(main.current().unwrap().0.from, from);
        assert_eq!((at(world, Stage::Lead), at(world, Stage::Prospect)), (0, 1));
        nothing_differs(world);
    });
}

#[test]
fn it_is_taken_back() {
    both(|world| {
        adopt(world, NOW, From::Usual);
        let (now, from) = (world.now(), world.now() + Span::days(3));
        let back = |world: &World| {
            write(world, move |tx| waiting::take_back(tx, &User::operator(), None, now))
        };
        assert_eq!(code(back(world)), "none_waits");
        adopted(world, User::operator(), LATER, From::Moment(from)).unwrap();
        assert_eq!(back(world).unwrap().name, "Later");
        assert_eq!(waits(world), []);
        world.clock.advance(Span::days(4));
        jobs::run_due(&world.app, &registry()).unwrap();
        assert_eq!(in_force(world), (2, "Now".to_owned()));
    });
}

#[test]
fn a_draft_that_is_changed_while_it_waits_does_not_come_into_force() {
    for is_changed in [false, true] {
        both(|world| {
            adopt(world, NOW, From::Usual);
            let (now, from) = (world.now(), world.now() + Span::days(3));
            let who = User::operator;
            let id = write(world, move |tx| {
                let id = drafts::create(tx, &who(), None, Some(LATER), "why not", now)?;
                drafts::propose(tx, &who(), id, now)?;
                for team in drafts::view(tx, &who(), id)?.teams {
                    drafts::approve(tx, &who(), id, &team, now)?;
                }
                drafts::adopt(tx, &who(), id, From::Moment(from), now)?;
                Ok(id)
            })
            .unwrap();
            let view = |world: &World| {
                world.db.read_blocking(move |tx| drafts::view(tx, &who(), id)).unwrap().row
            };
            assert_eq!((view(world).state, view(world).version), (drafts::State::Proposed, None));
            if is_changed {
                let revision = view(world).revision;
                write(world, move |tx| {
                    drafts::save(tx, &who(), (id, revision), (BETWEEN, "why not"), now)
                })
                .unwrap();
            }
            world.clock.advance(Span::days(4));
            jobs::run_due(&world.app, &registry()).unwrap();
            let (state, force) = match is_changed {
                true => (drafts::State::Draft, (2, "Now".to_owned())),
                false => (drafts::State::Adopted, (3, "Later".to_owned())),
            };
            assert_eq!((view(world).state, in_force(world)), (state, force));
        });
    }
}

#[test]
fn what_takes_the_yes_of_two_teams_goes_by_a_draft_but_at_the_machine() {
    both(|world| {
        adopt(world, NOW, From::Usual);
        let one = |mouth| User::operator().by(mouth);
        let try_by = |mouth| adopted(world, one(mouth), OF_TWO, From::Usual);
        // Whoever is alone has nobody to ask.
        let app = world.app.clone().with_part(Passwords::new(Strength::Test));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let add = |name: &str| {
            let ask = CreateUser {
                name: name.to_owned(),
                email: format!("{name}@x.example"),
                password: "correct horse battery staple".to_owned(),
                role: Role::Admin,
            };
            runtime.block_on(team::create_user::create_user(&app, &User::operator(), ask)).unwrap();
        };
        add("ada");
        add("ben");
        assert_eq!(code(try_by(Mouth::Api(1))), "not_approved");
        assert_eq!(code(try_by(Mouth::Page)), "not_approved");
        assert_eq!(in_force(world).0, 2);
        assert_eq!(try_by(Mouth::Command).unwrap().version, Some(3));
    });
}
