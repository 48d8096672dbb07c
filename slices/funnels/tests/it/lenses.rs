//! Several definitions side by side, and why not, on both databases.

use crate::house::{DEALS, LEADS, adopt, both, bring, registry};
use funnel::Stage;
use funnels::lens::{self, From};
use funnels::{agreement, why_not};
use people::upsert::upsert;
use platform::harness::World;
use platform::jobs;
use serde_json::json;
use team::{Mouth, Role, User, UserId};

const FORMS: &str = r#"
name = "Forms"
[criteria]
need = { ask = "What does it cost you today?" }
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'criterion.need'
[stages.customer]
enter = 'did("deal.won")'
"#;
const ORIGINS: &str = r#"
name = "Origins"
[stages.lead]
enter = 'did("form.submitted")'
[stages.prospect]
enter = 'did("form.submitted", origin != "unknown")'
[stages.customer]
enter = 'did("deal.won")'
"#;

fn leads() -> String {
    let row = |n: usize| format!("m{n},2018-01-1{},{}\n", n % 9, ["", "unknown", "social"][n % 3]);
    format!("id,first,origin\n{}", (0..90).map(row).collect::<String>())
}

fn beside(world: &World, name: &'static str, text: &'static str) {
    let now = world.now();
    let adopt = move |tx: &mut platform::db::Tx| {
        lens::adopt(tx, &User::operator(), Some(name), text, From::Usual, now)
    };
    let adopted = world.db.write_blocking(adopt).unwrap();
    if let Some(job) = adopted.job {
        jobs::run_now(&world.app, &registry(), job).unwrap();
    }
}

fn somebody(id: i64) -> User {
    User {
        id: UserId(id),
        name: "Mara".into(),
        email: "mara@x.example".into(),
        role: Role::Member,
        ..User::operator()
    }
}

#[test]
fn two_lenses_are_compared_over_everybody() {
    both(|world| {
        adopt(world, FORMS, From::Usual);
        beside(world, "Origins", ORIGINS);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "deals.csv", "id,won,segment\nm2,2018-02-01 10:11:12,pet\n", DEALS);
        let now = world.now();
        let lenses = move |tx: &mut platform::db::Tx| {
            agreement::lenses(tx, &User::operator(), agreement::Depth::Whole, now)
        };
        let found = world.db.read_blocking(lenses).unwrap();
        assert_eq!(
            found.lenses.iter().map(|lens| lens.name.as_str()).collect::<Vec<_>>(),
            ["Shared", "Origins"]
        );
        assert_eq!(found.lenses[1].stages[&Stage::Prospect], 29);
        let pair = &found.agreement[0];
        assert_eq!((pair.people, pair.same), (90, 61));
        let parted = &pair.parted[0];
        assert_eq!((parted.a, parted.b, parted.people), (Stage::Lead, Stage::Prospect, 29));
        assert_eq!(
            (parted.because[0].condition.as_str(), parted.because[0].unknown),
            ("criterion.need", 29)
        );
        assert_eq!(pair.trend.len(), 12);
        let last = pair.trend[11];
        assert_eq!((last.kappa, last.people), (pair.kappa, 90), "the last point is now");
        // Worked by hand: 61 of 90 alike; by chance 89/90 * 60/90 + 1/90 * 1/90.
        let chance = 89.0 * 60.0 / 8_100.0 + 1.0 / 8_100.0;
        let kappa = (61.0 / 90.0 - chance) / (1.0 - chance);
        assert!((pair.kappa.unwrap() - kappa).abs() < 1e-12);

        // Ten more, whom both have nowhere: 71 of 100 alike; by chance 89 % of 60 %, 1 % of 1 %, and 10 % of 10 %.
        let told = (0..10).map(|n| json!({ "ids": { "crm_id": n.to_string() } }));
        let told: Vec<_> = told.collect();
        world.db.write_blocking(move |tx| upsert(tx, &User::operator(), &told, now)).unwrap();
        let pair = world.db.read_blocking(lenses).unwrap().agreement.remove(0);
        assert_eq!((pair.people, pair.nowhere, pair.same), (90, 10, 61));
        let chance = 0.89 * 0.6 + 0.01 * 0.01 + 0.1 * 0.1;
        assert!((pair.kappa.unwrap() - (0.71 - chance) / (1.0 - chance)).abs() < 1e-12);
        assert_eq!(pair.trend[11].kappa, pair.kappa, "the last point is now");
    });
}

#[test]
fn everybody_looks_through_the_lens_of_their_choice() {
    both(|world| {
        adopt(world, FORMS, From::Usual);
        beside(world, "Origins", ORIGINS);
        bring(world, "leads.csv", &leads(), LEADS);
        let (mara, ann) = (somebody(71).by(Mouth::Page), somebody(73).by(Mouth::Page));
        let through = |who: &User| {
            let who = who.clone();
            world.db.read_blocking(move |tx| people::lens_for(tx, &who, None)).unwrap().name
        };
        assert_eq!((through(&mara), through(&ann)), ("Shared".to_owned(), "Shared".to_owned()));
        let chooser = mara.clone();
        let chosen = world.db.write_blocking(move |tx| {
            let lens = people::lens_for(tx, &chooser, Some("origins"))?;
            lens::choose(tx, &chooser, lens.id)
        });
        chosen.unwrap();
        assert_eq!((through(&mara), through(&ann)), ("Origins".to_owned(), "Shared".to_owned()));
        // A program, or a command, means the lens that it names: what somebody looks through does not change what it does.
        for mouth in [Mouth::Api(1), Mouth::Command, Mouth::Job] {
            assert_eq!(through(&mara.clone().by(mouth)), "Shared", "{mouth}");
        }
        let refused =
            world.db.read_blocking(|tx| people::lens_for(tx, &User::operator(), Some("x")));
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("Shared, Origins"), "{words}");
        let none = world.db.write_blocking(move |tx| lens::choose(tx, &somebody(71), 999_999));
        assert!(none.is_err());
    });
}

#[test]
fn a_company_stands_as_far_as_the_furthest_of_its_people() {
    const STAFF: &str = "name = \"Staff\"\n[key]\nmql_id = \"id\"\n[company]\ndomain = \"site\"\n";
    both(|world| {
        adopt(world, FORMS, From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        bring(world, "staff.csv", "id,site\nm0,a.example\nm1,a.example\nm2,b.example\n", STAFF);
        bring(world, "deals.csv", "id,won,segment\nm1,2018-02-01 10:11:12,pet\n", DEALS);
        let now = world.now();
        let stage = |who: &'static str| {
            let found = world.db.read_blocking(move |tx| {
                people::person::record(tx, &User::operator(), who, None, now)
            });
            found.unwrap().company_stage
        };
        assert_eq!(stage("mql_id:m0"), Stage::Customer, "a colleague has bought");
        assert_eq!((stage("mql_id:m2"), stage("mql_id:m3")), (Stage::Lead, Stage::None));
    });
}

#[test]
fn a_lens_has_a_name_that_people_can_read() {
    both(|world| {
        let now = world.now();
        for name in
            ["", "   ", "two\nlines", "a name that is much too long for anybody to say at once"]
        {
            let refused = world.db.write_blocking(move |tx| {
                lens::adopt(tx, &User::operator(), Some(name), ORIGINS, From::Usual, now)
            });
            assert!(refused.is_err(), "{name:?}");
        }
        beside(world, "Sales", ORIGINS);
        beside(world, " sales ", FORMS);
        let lenses = world.db.read_blocking(lens::lenses).unwrap();
        assert_eq!(
            (lenses.len(), lenses[1].versions.len()),
            (2, 2),
            "the same name is the same lens"
        );
    });
}

#[test]
fn why_not_names_the_cheapest_news_and_the_question_to_ask() {
    both(|world| {
        adopt(world, FORMS, From::Usual);
        bring(world, "leads.csv", &leads(), LEADS);
        let now = world.now();
        let ask = |stage: Option<Stage>| {
            world.db.read_blocking(move |tx| {
                why_not::why_not(tx, &User::operator(), "mql_id:m1", None, stage, now)
            })
        };
        let found = ask(None).unwrap();
        assert_eq!(
            (found.stage, found.stands, found.is_there),
            (Stage::Prospect, Stage::Lead, false)
        );
        assert_eq!(found.ways[0].steps[0].what, "answer");
        assert_eq!(found.ask.unwrap().ask, "What does it cost you today?");
        let found = ask(Some(Stage::Customer)).unwrap();
        assert_eq!((found.ways[0].cost, found.ways[0].steps[0].of.as_str()), (40, "deal.won"));
        let found = ask(Some(Stage::Opportunity)).unwrap();
        assert!(!found.is_known, "the definition has no such stage");
        assert!(ask(Some(Stage::Lead)).unwrap().is_there);
        assert!(ask(Some(Stage::Recycled)).is_err());
    });
}
