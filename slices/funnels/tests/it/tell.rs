//! The fortune teller over the lenses of a workspace, on both databases.

use crate::house::{adopt, both};
use funnel::Stage;
use funnel::tell::Question;
use funnels::lens::{self, From};
use funnels::tell::{Asked, Asker, Public, Tellers, Told, tell};
use platform::failure::Failure;
use platform::harness::World;
use serde_json::{Value, json};
use team::{Mouth, Role, User, UserId};

const FORMS: &str = r#"
name = "Forms"
[stages.lead]
enter = 'did("newsletter.subscribed")'
"#;
const TRIALS: &str = r#"
name = "Trials"
[stages.lead]
enter = 'did("trial.started")'
"#;

fn ask(world: &World, who: Option<&User>, json: &Value) -> Result<Told, Failure> {
    let asked = Asked::parse(json)?;
    let who = who.cloned();
    world.db.read_blocking(move |tx| {
        tell(tx, who.as_ref().map_or(Asker::Stranger, Asker::User), &asked)
    })
}

#[test]
fn the_definitions_in_force_decide_and_a_new_one_does_from_then_on() {
    both(|world| {
        let _app = world.app.clone().with_part(Tellers::default());
        let operator = User::operator();
        let trial = json!({ "act": "trial" });
        let told = ask(world, Some(&operator), &trial).unwrap();
        assert_eq!((told.lens.as_str(), told.next), ("Shared", Some(Question::Firm)));
        adopt(world, FORMS, From::Usual);
        let told = ask(world, Some(&operator), &trial).unwrap();
        assert_eq!((told.verdict.stage, told.next), (Stage::None, None), "no trial is a form");
        adopt(world, TRIALS, From::Usual);
        assert_eq!(ask(world, Some(&operator), &trial).unwrap().verdict.stage, Stage::Lead);
    });
}

#[test]
fn one_looks_through_the_lens_of_ones_choice_unless_another_is_named() {
    both(|world| {
        let _app = world.app.clone().with_part(Tellers::default());
        let now = world.now();
        let mara = User {
            id: UserId(71),
            name: "Mara".into(),
            email: "mara@x.example".into(),
            role: Role::Member,
            mouth: Mouth::Page,
            ..User::operator()
        };
        let chooser = mara.clone();
        let made = world.db.write_blocking(move |tx| {
            lens::adopt(tx, &User::operator(), Some("Trials"), TRIALS, From::Usual, now)?;
            let lens = people::lens_for(tx, &chooser, Some("trials"))?;
            lens::choose(tx, &chooser, lens.id)
        });
        made.unwrap();
        let of = |json: Value| ask(world, Some(&mara), &json).unwrap().lens;
        assert_eq!(of(json!({})), "Trials");
        assert_eq!(of(json!({ "lens": "shared", "answers": {} })), "Shared");
        assert_eq!(of(json!({ "lens": "default" })), "Shared", "the first, whatever it is called");
        let refused = ask(world, Some(&mara), &json!({ "lens": "x" })).unwrap_err().to_string();
        assert_eq!(refused, "There is no lens x; there is Shared, Trials.");
    });
}

#[test]
fn strangers_are_told_only_where_it_is_public() {
    both(|world| {
        let app = world.app.clone().with_part(Tellers::default());
        assert!(matches!(ask(world, None, &json!({})), Err(Failure::SignIn)));
        let app = app.with_part(Public(false));
        assert!(matches!(ask(world, None, &json!({})), Err(Failure::SignIn)));
        let _app = app.with_part(Public(true));
        assert_eq!(ask(world, None, &json!({ "act": "bought" })).unwrap().next, None);
    });
}
