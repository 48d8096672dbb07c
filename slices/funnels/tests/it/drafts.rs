//! From a draft to a version, on both databases.

use crate::company_lists::formula;
use crate::house::{adopt, both, bring, code};
use funnels::drafts::{self, State};
use funnels::lens::{self, From};
use platform::failure::Failure;
use platform::harness::World;
use team::create_user::CreateUser;
use team::{Passwords, Right, Role, Strength, User, UserId};

const FIRST: &str = r#"
name = "First"
[stages.lead]
enter = 'did("form.submitted")'
owner = "marketing"
[stages.prospect]
enter = 'two_way()'
owner = "both"
"#;
const SECOND: &str = r#"
name = "Second"
[stages.lead]
enter = 'did("form.submitted")'
owner = "marketing"
[stages.prospect]
enter = 'two_way() && known(person.email)'
owner = "sales"
[examples]
"a talk alone is no prospect" = { did = ["form.submitted", "email.sent", "email.replied"], expect = "lead" }
"#;

fn user(id: i64, role: Role) -> User {
    User {
        id: UserId(id),
        name: format!("User {id}"),
        email: format!("u{id}@x.example"),
        role,
        ..User::operator()
    }
}

fn write<T: Send + 'static>(
    world: &World,
    work: impl FnOnce(&mut platform::db::Tx) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    world.db.write_blocking(work)
}

fn draft(world: &World, text: &'static str) -> i64 {
    let now = world.now();
    let mara = user(5, Role::Admin);
    write(world, move |tx| drafts::create(tx, &mara, None, Some(text), "why not", now)).unwrap()
}

fn view(world: &World, id: i64) -> drafts::DraftView {
    world.db.read_blocking(move |tx| drafts::view(tx, &User::operator(), id)).unwrap()
}

/// Two people who may change definitions, so that nobody has to speak for two teams.
fn two_holders(world: &World) {
    let app = world.app.clone().with_part(Passwords::new(Strength::Test));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for name in ["Ada", "Ben"] {
        let ask = CreateUser {
            name: name.to_owned(),
            email: format!("{name}@x.example"),
            password: "correct horse battery staple".to_owned(),
            role: Role::Admin,
        };
        runtime.block_on(team::create_user::create_user(&app, &User::operator(), ask)).unwrap();
    }
}

#[test]
fn a_draft_becomes_a_version_once_both_teams_have_said_yes() {
    both(|world| {
        two_holders(world);
        adopt(world, FIRST, From::Usual);
        let id = draft(world, SECOND);
        let found = view(world, id);
        assert_eq!((found.row.state, found.checked.is_sound()), (State::Draft, true));
        assert_eq!(found.teams, ["marketing", "sales"]);
        let parts: Vec<&str> = found.checked.changes.iter().map(|c| c.part.as_str()).collect();
        assert_eq!(parts, ["prospect, enter", "prospect, owner"]);

        let now = world.now();
        let (ada, ben) = (user(5, Role::Admin), user(6, Role::Admin));
        let (first, second) = (ada.clone(), ada.clone());
        let approve = |who: User, team: &'static str| {
            write(world, move |tx| drafts::approve(tx, &who, id, team, now))
        };
        assert_eq!(code(approve(ada.clone(), "marketing")), "not_proposed");
        write(world, move |tx| drafts::propose(tx, &first, id, now)).unwrap();
        let adopted = write(world, move |tx| drafts::adopt(tx, &second, id, From::Start, now));
        let words = adopted.as_ref().map_or_else(ToString::to_string, |_| String::new());
        assert!(words.contains("marketing and sales have not said yes yet"), "{words}");
        assert_eq!(code(adopted), "not_approved");
        assert_eq!(code(approve(ada.clone(), "finance")), "no_team");
        approve(ada.clone(), "marketing").unwrap();
        assert_eq!(code(approve(ada.clone(), "sales")), "two_teams");
        approve(ben.clone(), "sales").unwrap();
        assert!(view(world, id).missing.is_empty());
        let adopted =
            write(world, move |tx| drafts::adopt(tx, &ben, id, From::Usual, now)).unwrap();
        assert_eq!(view(world, id).row.version, adopted.version);
        assert_eq!(
            code(write(world, move |tx| drafts::withdraw(tx, &ada, id, now))),
            "draft_closed"
        );
        let main = world.db.read_blocking(lens::main).unwrap();
        assert_eq!(main.current().unwrap().1.name, "Second");
    });
}

#[test]
fn a_change_takes_every_yes_back_and_two_who_edit_do_not_overwrite_each_other() {
    both(|world| {
        adopt(world, FIRST, From::Usual);
        let id = draft(world, SECOND);
        let now = world.now();
        let mara = user(5, Role::Admin);
        let (a, b, c, d, e) = (mara.clone(), mara.clone(), mara.clone(), mara.clone(), mara);
        write(world, move |tx| drafts::propose(tx, &a, id, now)).unwrap();
        write(world, move |tx| drafts::approve(tx, &b, id, "sales", now)).unwrap();
        // A note changes nothing that was agreed to.
        let revision = view(world, id).row.revision;
        write(world, move |tx| drafts::save(tx, &e, (id, revision), (SECOND, "for spring"), now))
            .unwrap();
        let found = view(world, id);
        assert_eq!((found.row.state, found.approvals.len()), (State::Proposed, 1));
        assert_eq!(found.row.note, "for spring");
        let revision = found.row.revision;
        write(world, move |tx| drafts::save(tx, &c, (id, revision), (FIRST, "why not"), now))
            .unwrap();
        let found = view(world, id);
        assert_eq!((found.row.state, found.approvals.len()), (State::Draft, 0));
        assert!(found.checked.changes.is_empty(), "the text is what is in force");
        let late = write(world, move |tx| drafts::save(tx, &d, (id, revision), (SECOND, ""), now));
        assert_eq!(code(late), "draft_changed");
        assert_eq!(view(world, id).row.text, FIRST);
    });
}

#[test]
fn a_draft_with_mistakes_is_kept_and_cannot_be_proposed() {
    both(|world| {
        let id = draft(world, "name = \"Broken\"\n[stages.lead]\nenter = 'knwon(person.email)'\n");
        let found = view(world, id);
        assert_eq!(found.checked.faults[0].line, 3);
        assert_eq!(found.checked.faults[0].nearest.as_deref(), Some("known"));
        let now = world.now();
        let mara = user(5, Role::Admin);
        assert_eq!(code(write(world, move |tx| drafts::propose(tx, &mara, id, now))), "invalid");
        let member = user(7, Role::Member);
        assert!(!member.can(Right::ChangeDefinitions));
        assert_eq!(
            code(write(world, move |tx| drafts::create(tx, &member, None, None, "", now))),
            "forbidden"
        );
    });
}

#[test]
fn whoever_is_alone_speaks_for_both_teams() {
    both(|world| {
        adopt(world, FIRST, From::Usual);
        let id = draft(world, SECOND);
        let now = world.now();
        let mara = user(5, Role::Admin);
        write(world, move |tx| {
            drafts::propose(tx, &mara, id, now)?;
            drafts::approve(tx, &mara, id, "sales", now)?;
            drafts::approve(tx, &mara, id, "marketing", now)?;
            drafts::adopt(tx, &mara, id, From::Start, now)
        })
        .unwrap();
    });
}

#[test]
fn the_form_of_a_draft_offers_what_the_workspace_knows() {
    both(|world| {
        // What a definition does not see is not offered for it, where everything else is.
        formula(world, people::Of::People, "Fits well", "score.fit > 1").unwrap();
        let offered = world.db.read_blocking(|tx| {
            let lens = people::main_lens(tx)?.id;
            let source = std::sync::Arc::clone(&tx.part::<people::condition::ConditionSource>().0);
            source.terms(tx, lens, people::Of::People)
        });
        assert_eq!(offered.unwrap().get("person.custom.fits_well"), Some(&"truth"));
        let text =
            format!("{SECOND}[kinds]\nMQL = 'did(\"a.b\", 3 > )'\n[criteria]\nbudget = {{}}\n");
        let view =
            world.db.read_blocking(move |tx| drafts::form(tx, &User::operator(), &text)).unwrap();
        let conditions = view.conditions.unwrap();
        let places: Vec<String> = conditions.iter().map(|it| it.place.join(" ")).collect();
        assert_eq!(places, ["stages lead enter", "stages prospect enter", "kinds MQL"]);
        assert!(conditions[2].condition.is_err(), "one mistake leaves the others to be edited");
        for (term, sort) in [
            ("person.email", "fact"),
            ("criterion.budget", "truth"),
            ("email.replied", "activity"),
            ("score.fit", "number"),
        ] {
            assert_eq!(view.terms.get(term), Some(&sort), "{term}");
        }
        assert!(!view.terms.contains_key("person.custom.fits_well"));
        let broken =
            world.db.read_blocking(|tx| drafts::form(tx, &User::operator(), "name = ")).unwrap();
        assert_eq!(broken.conditions.unwrap_err()[0].line, 1);
    });
}

#[test]
fn a_draft_for_a_new_lens_makes_it_and_nobody_stands_there_before_it_is_adopted() {
    both(|world| {
        let now = world.now();
        let id = write(world, move |tx| {
            let who = User::operator();
            let lens = lens::make(tx, &who, "Sales", now)?;
            assert_eq!(lens::make(tx, &who, "sales", now)?.id, lens.id, "there is but one");
            drafts::create(tx, &who, Some("Sales"), Some(FIRST), "", now)
        })
        .unwrap();
        let looked = world.db.read_blocking(|tx| {
            let who = User::operator();
            let through =
                lens::of(tx, &who, Some("Sales")).err().map(|failure| failure.to_string());
            let compared = funnels::agreement::Depth::Counts;
            let lenses = funnels::agreement::lenses(tx, &who, compared, moment::Moment::START);
            Ok((through, lenses?.lenses.len()))
        });
        let (through, compared) = looked.unwrap();
        assert!(through.is_some_and(|words| words.contains("no lens")), "nobody looks through it");
        assert_eq!(compared, 1);
        let adopted = write(world, move |tx| {
            let who = User::operator();
            drafts::propose(tx, &who, id, now)?;
            for team in drafts::view(tx, &who, id)?.teams {
                drafts::approve(tx, &who, id, &team, now)?;
            }
            drafts::adopt(tx, &who, id, From::Usual, now)
        });
        assert_eq!(adopted.unwrap().version, Some(1));
        let found = world.db.read_blocking(|tx| lens::of(tx, &User::operator(), Some("Sales")));
        assert_eq!(found.unwrap().versions.len(), 1);
    });
}

const DOUBTFUL: &str = r#"
name = "Doubtful"
[stages.lead]
enter = 'known(person.emial) || did("product.report_maed")'
"#;

const MADE: &str = r#"
[key]
mql_id = "id"
[[activities]]
kind = "product.report_made"
at = { column = "first", format = "%Y-%m-%d" }
"#;
const MAED: &str = r#"
[key]
mql_id = "id"
[[activities]]
kind = "product.report_maed"
at = { column = "first", format = "%Y-%m-%d" }
"#;

#[test]
fn a_name_that_nobody_has_used_is_doubted_until_somebody_has() {
    both(|world| {
        adopt(world, FIRST, From::Usual);
        let doubts = || -> Vec<String> {
            let found = world.db.read_blocking(|tx| drafts::check(tx, DOUBTFUL, None)).unwrap();
            assert!(found.is_sound(), "a doubt is no mistake");
            found.doubts.iter().map(ToString::to_string).collect()
        };
        let email =
            "line 4, column 16: nothing here is called person.emial; did you mean person.email?";
        assert_eq!(doubts(), [email]);
        // What was recorded here is known here, and what is near it is doubted.
        bring(world, "made.csv", "id,first\nm0,2018-01-10\n", MADE);
        let report = "line 4, column 37: nothing here is called \"product.report_maed\"; did you mean \"product.report_made\"?";
        assert_eq!(doubts(), [email, report]);
        bring(world, "maed.csv", "id,first\nm0,2018-01-10\n", MAED);
        assert_eq!(doubts(), [email]);
    });
}
