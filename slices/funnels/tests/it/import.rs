//! Files in, standings and receipts out: the whole way of the data, on both databases.

use crate::house::{DEALS, LEADS, adopt, both, bring, nothing_differs, registry};
use funnel::Stage;
use people::import::{self, Exception};
use platform::args;
use platform::db::{Sql, Tx, sql};
use platform::harness::World;
use platform::jobs;
use team::User;

const DEFINITION: &str = r#"
name = "Forms and deals"
[stages.lead]
enter = 'did("form.submitted")'
[stages.customer]
enter = 'did("deal.won")'
[examples]
"a form makes a lead" = { did = ["form.submitted"], expect = "lead" }
"#;

fn stages(world: &World) -> Vec<(Stage, u64)> {
    let tally = world
        .db
        .read_blocking(|tx| {
            let lens = people::main_lens(tx)?;
            people::stand::tally(tx, lens.id)
        })
        .unwrap();
    tally.into_iter().filter(|(_, n)| *n > 0).collect()
}

fn leads(count: usize) -> String {
    let rows = (0..count)
        .map(|n| format!("m{n},2018-0{}-1{},{}\n", 1 + n % 9, n % 9, ["", "social"][n % 2]));
    format!("id,first,origin\n{}", rows.collect::<String>())
}

fn deals(count: usize) -> String {
    let rows = (0..count).map(|n| format!("m{},2018-11-0{} 10:11:12,pet\n", n * 3, 1 + n % 9));
    format!("id,won,segment\n{}", rows.collect::<String>())
}

#[test]
fn forms_make_leads_and_won_deals_make_customers_whatever_comes_first() {
    both(|world| {
        adopt(world, DEFINITION, funnels::lens::From::Usual);
        let counts = bring(world, "leads.csv", &leads(90), LEADS);
        assert_eq!((counts.rows, counts.created, counts.rejected), (90, 90, 0));
        let counts = bring(world, "deals.csv", &deals(12), DEALS);
        assert_eq!((counts.rows, counts.updated), (12, 12));
        assert_eq!(stages(world), [(Stage::Lead, 78), (Stage::Customer, 12)]);
        nothing_differs(world);
    });
    both(|world| {
        bring(world, "deals.csv", &deals(12), DEALS);
        bring(world, "leads.csv", &leads(90), LEADS);
        adopt(world, DEFINITION, funnels::lens::From::Usual);
        assert_eq!(stages(world), [(Stage::Lead, 78), (Stage::Customer, 12)]);
        nothing_differs(world);
    });
}

#[test]
fn the_same_file_twice_changes_nothing() {
    both(|world| {
        bring(world, "leads.csv", &leads(50), LEADS);
        world.clock.advance(moment::Span::days(3));
        let again = bring(world, "leads.csv", &leads(50), LEADS);
        assert_eq!((again.rows, again.unchanged, again.created, again.updated), (50, 50, 0, 0));
        let more = bring(world, "more.csv", &leads(60), LEADS);
        assert_eq!((more.created, more.unchanged), (10, 50));
        nothing_differs(world);
    });
}

const STAFF: &str = r#"
name = "Staff"
[key]
email = "mail"
[company]
domain = "site"
[facts]
"company.employees" = { column = "staff", type = "number" }
"person.title" = { column = "title" }
"#;

/// What holds of somebody or their company.
fn held(world: &World, who: &'static str, key: &str) -> Option<String> {
    let now = world.now();
    let record = world
        .db
        .read_blocking(move |tx| people::person::record(tx, &User::operator(), who, None, now))
        .unwrap();
    let mut facts = record.facts.into_iter().chain(record.company_facts);
    facts.find(|fact| *fact.key == *key).map(|fact| fact.value)
}

#[test]
fn a_file_that_contradicts_itself_settles_on_its_last_word_and_changes_nothing_again() {
    let staff = |from: usize| -> String {
        let row = |n| format!("p{n}@firma{}.example,firma{0}.example,{},CEO\n", n % 7, from + n);
        format!("mail,site,staff,title\n{}", (0..2_100).map(row).collect::<String>())
    };
    both(|world| {
        let first = bring(world, "staff.csv", &staff(50), STAFF);
        assert_eq!((first.created, first.rejected), (2_100, 0));
        // 2,093 is the last row of company 0, a batch after its first.
        assert_eq!(held(world, "p7@firma0.example", "company.employees").as_deref(), Some("2143"));
        for _ in 0..2 {
            world.clock.advance(moment::Span::days(3));
            let again = bring(world, "staff.csv", &staff(50), STAFF);
            assert_eq!((again.unchanged, again.updated), (2_100, 0));
        }
        world.clock.advance(moment::Span::days(3));
        bring(world, "staff.csv", &staff(20_000), STAFF);
        assert_eq!(held(world, "p7@firma0.example", "company.employees").as_deref(), Some("22093"));
        world.clock.advance(moment::Span::days(3));
        bring(world, "staff.csv", &staff(50), STAFF);
        let back = held(world, "p7@firma0.example", "company.employees");
        assert_eq!(back.as_deref(), Some("2143"), "a later file may go back to an earlier word");
        nothing_differs(world);
    });
}

const DATED: &str = r#"
name = "Dated"
[key]
email = "mail"
[known]
at = { column = "on", format = "%Y-%m-%d" }
[facts]
"person.title" = { column = "title" }
"#;

#[test]
fn a_corrected_file_is_news_though_rows_and_dates_are_the_same() {
    let file = |title: &str| format!("mail,on,title\nann@lee.example,2026-01-05,{title}\n");
    both(|world| {
        bring(world, "dated.csv", &file("CTO"), DATED);
        let corrected = bring(world, "dated.csv", &file("CFO"), DATED);
        assert_eq!((corrected.updated, corrected.unchanged), (1, 0));
        assert_eq!(held(world, "ann@lee.example", "person.title").as_deref(), Some("CFO"));
        let again = bring(world, "dated.csv", &file("CFO"), DATED);
        assert_eq!((again.updated, again.unchanged), (0, 1));
    });
}

#[test]
fn a_row_that_cannot_be_read_is_refused_with_its_reason_and_its_text() {
    both(|world| {
        let file =
            "id,first,origin\nm1,2018-02-30,x\nm2,2018-02-03,\n,2018-02-03,x\n\nm3,2018-02-04\n";
        let counts = bring(world, "odd.csv", file, LEADS);
        assert_eq!((counts.rows, counts.created, counts.rejected), (4, 1, 3));
        let refused = world
            .db
            .read_blocking(|tx| {
                let id = import::list(tx, 1)?[0].id;
                import::rejections(tx, id, 0, 10)
            })
            .unwrap();
        assert_eq!(refused.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 6]);
        assert!(refused[0].reason.contains("2018-02-30"), "{}", refused[0].reason);
        assert_eq!(refused[0].raw, "m1,2018-02-30,x");
    });
}

type Told = fn(&mut Tx, i64, u64, i64) -> Result<Vec<Exception>, platform::Failure>;

/// The newest import's exceptions of one sort.
fn told(world: &World, of: Told) -> Vec<Exception> {
    world
        .db
        .read_blocking(move |tx| {
            let id = import::list(tx, 1)?[0].id;
            of(tx, id, 0, 10)
        })
        .unwrap()
}

const BADGES: &str = r#"
name = "Badges"
[key]
email = { column = "mail" }
badge = "badge"
[facts]
"person.name" = "name"
"company.employees" = { column = "staff", type = "number", unreadable = "leave out" }
"#;

#[test]
fn what_is_left_out_or_not_believed_is_counted_and_kept_row_by_row() {
    let file = "mail,badge,name,staff\n\
        ann@lee.example,1,Ann,ca. 20\n\
        ben@lee.example,2,Ben,20\n\
        ira@lee.example,3,\u{405}ue,\n\
        ann@lee.example,2,Ann,many\n";
    both(|world| {
        let counts = bring(world, "badges.csv", file, BADGES);
        assert_eq!((counts.rows, counts.created, counts.rejected), (4, 3, 1));
        assert_eq!(counts.noted, 2, "a rejected row is counted as rejected alone");
        let notes = told(world, import::notes);
        assert_eq!(notes.iter().map(|it| (it.row, it.line)).collect::<Vec<_>>(), [(1, 2), (3, 4)]);
        assert!(notes[0].reason.starts_with("staff: left out: \"ca. 20\""), "{}", notes[0].reason);
        assert_eq!(notes[0].raw, "ann@lee.example,1,Ann,ca. 20");
        assert!(notes[1].reason.contains("name: held, and not believed"), "{}", notes[1].reason);
        let rejected = told(world, import::rejections);
        assert!(rejected[0].reason.contains("two people"), "{}", rejected[0].reason);
        assert_eq!(rejected[0].raw, "ann@lee.example,2,Ann,many", "nobody need look for the line");
        let again = bring(world, "badges.csv", file, BADGES);
        assert_eq!((again.unchanged, again.noted), (3, 2));

        let long =
            format!("mail,badge,name,staff\nzoe@lee.example,9,Zoe,{}\n", "many ".repeat(2_000));
        bring(world, "long.csv", &long, BADGES);
        let note = &told(world, import::notes)[0];
        assert!(note.reason.len() < 2_100 && note.reason.ends_with(" …"), "{}", note.reason.len());
        assert!(note.raw.len() <= 4_096 && note.raw.starts_with("zoe@"), "{}", note.raw.len());
    });
}

#[test]
fn a_row_with_a_nul_byte_is_refused_and_kept_without_it() {
    both(|world| {
        let file = "id,first,origin\nm1,2018-02-0\u{0}3,x\nm2,2018-02-03,x\n";
        let counts = bring(world, "nul.csv", file, LEADS);
        assert_eq!((counts.created, counts.rejected), (1, 1));
        assert_eq!(told(world, import::rejections)[0].raw, "m1,2018-02-0\u{fffd}3,x");
    });
}

#[test]
fn a_dry_run_may_try_the_first_rows_only_and_says_of_how_many() {
    both(|world| {
        let file = leads(12_000);
        let kept = import::keep_stream(&world.app, "leads.csv", file.as_bytes()).unwrap();
        let dry = |rows| {
            import::dry_run(&world.app, &User::operator(), &kept.key, LEADS, None, rows).unwrap()
        };
        let first = dry(Some(2_500));
        assert_eq!((first.counts.rows, first.counts.created), (2_500, 2_500));
        let about = first.rows_about.unwrap();
        assert!((11_500..=12_500).contains(&about), "{about}");
        let whole = dry(Some(12_000));
        assert_eq!((whole.counts.rows, whole.rows_about), (12_000, None));
    });
}

const SHIFT: Sql = sql("update import set rows_done = rows_done + $1");

#[test]
fn an_import_that_breaks_off_early_in_a_long_file_ends_and_goes_on() {
    both(|world| {
        let file = leads(16_000);
        let kept = import::keep_stream(&world.app, "leads.csv", file.as_bytes()).unwrap();
        let now = world.now();
        let start = move |tx: &mut Tx| import::start(tx, &User::operator(), &kept, LEADS, now);
        let started = world.db.write_blocking(start.clone()).unwrap();
        // Somebody else is said to have done a row, so that the next step of the job is refused.
        let outcome = jobs::run_now_watched(&world.app, &registry(), started.job, |_| {
            world.db.write_blocking(|tx| tx.execute(SHIFT, args![1])).unwrap();
        });
        assert!(outcome.is_err());
        world.db.write_blocking(|tx| tx.execute(SHIFT, args![-1])).unwrap();
        let again = world.db.write_blocking(start).unwrap();
        assert!(again.is_resumed && again.import == started.import);
        world.clock.advance(moment::Span::hours(1));
        world.drain(&registry());
        let row = world.db.read_blocking(move |tx| import::load(tx, again.import)).unwrap();
        assert!(row.finished_at.is_some() && row.counts.add_up(), "{row:?}");
        assert_eq!((row.counts.rows, row.counts.created), (16_000, 16_000));
    });
}

#[test]
fn a_dry_run_says_what_an_import_would_do_and_writes_nothing() {
    both(|world| {
        adopt(world, DEFINITION, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(30), LEADS);
        let kept = import::keep_stream(&world.app, "deals.csv", deals(12).as_bytes()).unwrap();
        let lens = world.db.read_blocking(people::main_lens).unwrap().id;
        let dry =
            import::dry_run(&world.app, &User::operator(), &kept.key, DEALS, Some(lens), None)
                .unwrap();
        assert_eq!((dry.counts.rows, dry.counts.updated, dry.counts.created), (12, 10, 2));
        assert!(dry.stages.contains(&(Stage::Customer, 12)), "{:?}", dry.stages);
        assert_eq!(stages(world), [(Stage::Lead, 30)]);
        let real = bring(world, "deals.csv", &deals(12), DEALS);
        assert_eq!(real, dry.counts);
    });
}

#[test]
fn a_receipt_says_why_and_the_list_finds_them() {
    both(|world| {
        adopt(world, DEFINITION, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(9), LEADS);
        bring(world, "deals.csv", &deals(1), DEALS);
        let now = world.now();
        let why = world
            .db
            .read_blocking(move |tx| {
                funnels::why::why(tx, &User::operator(), "mql_id:m0", None, now)
            })
            .unwrap();
        assert_eq!((why.stage, why.moves.len()), (Stage::Customer, 2));
        assert_eq!(why.moves[0].because[0].condition, r#"did("deal.won")"#);
        assert_eq!(why.moves[0].because[0].rests_on[0].what, "deal.won");
        assert_eq!(why.moves[0].at.to_string(), "2018-11-01T10:11:12Z");
        let page = world.db.read_blocking(|tx| list(tx, vec![Stage::Lead], None, 5)).unwrap();
        assert_eq!(page.rows.len(), 5);
        let rest =
            world.db.read_blocking(move |tx| list(tx, vec![Stage::Lead], page.next, 5)).unwrap();
        assert_eq!((rest.rows.len(), rest.next), (3, None));
    });
}

fn list(
    tx: &mut platform::db::Tx,
    stages: Vec<Stage>,
    after: Option<people::list::Cursor>,
    limit: usize,
) -> Result<people::list::ListView, platform::Failure> {
    let lens = people::main_lens(tx)?.id;
    let sort = people::list::Sort::Name;
    let ask =
        people::list::List { lens, stages, sort, descending: false, after, search: None, limit };
    people::list::list(tx, &User::operator(), &ask, moment::Moment::START)
}

#[test]
fn a_later_version_holds_from_its_adoption_and_old_receipts_keep_theirs() {
    both(|world| {
        adopt(world, DEFINITION, funnels::lens::From::Usual);
        bring(world, "leads.csv", &leads(9), LEADS);
        const LATER: &str = "name = \"Later\"\n[stages.lead]\nenter = 'did(\"form.submitted\")'\n\
            [stages.prospect]\nenter = 'did(\"form.submitted\", origin == \"social\")'\n";
        adopt(world, LATER, funnels::lens::From::Usual);
        assert_eq!(stages(world), [(Stage::Lead, 5), (Stage::Prospect, 4)]);
        let now = world.now();
        let why = world
            .db
            .read_blocking(move |tx| {
                funnels::why::why(tx, &User::operator(), "mql_id:m1", None, now)
            })
            .unwrap();
        assert_eq!(why.moves.iter().map(|step| step.version).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(why.moves[0].at, now);
        nothing_differs(world);
    });
}

#[test]
fn two_imports_of_one_upload_share_its_copy_until_the_last_ends() {
    both(|world| {
        let file = "id,origin,first\na1,ads,2026-01-02\n";
        let kept = import::keep_stream(&world.app, "leads.csv", file.as_bytes()).unwrap();
        let now = world.now();
        let other: &'static str = String::leak(LEADS.replace("\"Leads\"", "\"Again\""));
        let started = [LEADS, other].map(|mapping| {
            let kept = kept.clone();
            let start = move |tx: &mut platform::db::Tx| {
                import::start(tx, &User::operator(), &kept, mapping, now)
            };
            world.db.write_blocking(start).unwrap()
        });
        let is_there = || world.app.files.open(&kept.key).is_ok();
        jobs::run_now(&world.app, &registry(), started[0].job).unwrap();
        assert!(is_there());
        jobs::run_now(&world.app, &registry(), started[1].job).unwrap();
        assert!(!is_there());
        for started in started {
            let row = world.db.read_blocking(move |tx| import::load(tx, started.import)).unwrap();
            assert!(row.finished_at.is_some() && row.failure.is_none(), "{row:?}");
        }
        // Whoever comes later is told what to do.
        let late = {
            let kept = kept.clone();
            let third: &'static str = String::leak(LEADS.replace("\"Leads\"", "\"Late\""));
            let start = move |tx: &mut platform::db::Tx| {
                import::start(tx, &User::operator(), &kept, third, now)
            };
            world.db.write_blocking(start).unwrap()
        };
        let failed = jobs::run_now(&world.app, &registry(), late.job).unwrap_err();
        assert!(failed.to_string().contains("bring the file again"), "{failed}");
    });
}
