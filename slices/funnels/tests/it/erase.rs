//! Who is erased leaves nothing: a canary in every personal column of every table that is about them, looked for
//! afterwards in every table, and on SQLite in every byte of the folder.

use std::sync::Arc;

use funnels::erase::FunnelForgets;
use funnels::lens::From;
use people::erase::{self, Forgetting};
use platform::db::{Dialect, Sql};
use platform::harness::World;
use platform::tables::{Erased, Table, Tables};
use platform::{Arg, Failure, Tx, args, sql};
use team::User;

use crate::house::{LEADS, adopt, both, bring, nothing_differs};

const CANARY: &str = "Kanarienvogel";
const ADDRESS: &str = "zeisig@north.example";
const MAPPING: &str = r#"
name = "People"
[key]
email = "email"
[facts]
"person.name" = { column = "name" }
"person.custom.note" = { column = "note" }
[[activities]]
kind = "form.submitted"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
properties = { said = "note" }
"#;
const FILE: &str = "email,name,note,first\nzeisig@north.example,Zita Zeisig,Kanarienvogel,2026-01-02\n\
    bo@east.example,Bo East,other,2026-01-03\nZEISIG@north.example,x,Kanarienvogel,yesterday\n";

const OTHERS: &str = "email,referrer,remark,said,first\n\
    bo@east.example,zeisig@north.example,ask Zeisig@north.example first,met PUBLIC there,2026-01-04\n";
const OTHERS_MAPPING: &str = r#"
name = "Others"
[key]
email = "email"
[facts]
"person.custom.referrer" = { column = "referrer" }
"person.custom.remark" = { column = "remark" }
[[activities]]
kind = "call.made"
at = { column = "first", format = "%Y-%m-%d" }
recorded = "occurred"
properties = { text = "said" }
"#;

/// Every column with its type and whether it must be set, on either database.
fn columns(tx: &mut Tx, table: &str) -> Vec<(String, String)> {
    let ask = match tx.dialect() {
        Dialect::Sqlite => sql("select name, lower(type) from pragma_table_info($1)"),
        Dialect::Postgres => sql("select column_name::text, data_type::text
            from information_schema.columns where table_name = $1::text"),
    };
    let rows = tx.rows(ask, args![table]).unwrap();
    rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect()
}

/// A row about them with a canary wherever something personal may stand.
fn plant(tx: &mut Tx, table: &Table, person: i64) {
    let searched = matches!(table.erased, Erased::Blank(_) | Erased::Drop(_));
    let Some(about) = table.about().or(searched.then_some("")) else { return };
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (name, of) in columns(tx, &table.name) {
        let is_personal = table.columns.get(&name).is_some_and(|class| class == "personal");
        let is_json = ["properties", "receipt", "payload", "result"].contains(&name.as_str());
        values.push(match of.as_str() {
            _ if name == about => Arg::Int(person),
            // Done long ago, so that nothing takes it up.
            "bigint" | "integer" if name != "done_at" && name.ends_with("_at") => Arg::Int(7),
            "bigint" | "integer" => Arg::Int(900_000),
            "double precision" => Arg::Real(0.5),
            "blob" | "bytea" => Arg::Blob(vec![9]),
            _ if is_personal && is_json => {
                Arg::Text(format!("{{\"said\":\"{CANARY} {ADDRESS}\"}}"))
            }
            _ if is_personal => Arg::Text(format!("{CANARY} {ADDRESS}")),
            _ => Arg::Text("x".to_owned()),
        });
        names.push(name);
    }
    let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
    let text = format!(
        "insert into {} ({}) values ({}) on conflict do nothing",
        table.name,
        names.join(", "),
        places.join(", ")
    );
    tx.execute(Sql::built(&text), values).unwrap();
}

/// Tables in which a text is found.
fn holding(tx: &mut Tx, tables: &Tables, wanted: &[&str]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for table in &tables.0 {
        let names: Vec<&str> = table.columns.keys().map(String::as_str).collect();
        let text = format!("select {} from {}", names.join(", "), table.name);
        tx.each(Sql::built(&text), args![], |row| {
            for (at, name) in names.iter().enumerate() {
                if let Some(Arg::Text(text)) = row.value(at)
                    && wanted.iter().any(|wanted| text.contains(wanted))
                {
                    found.push(format!("{}.{name}: {text}", table.name));
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

fn bytes_holding(world: &World, wanted: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            for text in wanted {
                if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                    found.push(format!("{} holds {text}", entry.path().display()));
                }
            }
        }
    }
    found
}

/// Has the world forget, and gives its tables.
fn forgetting(world: &World) -> Tables {
    let slices = [
        platform::slice::platform(),
        team::slice(),
        journal::slice(),
        people::slice(),
        funnels::slice(),
    ];
    let tables = Tables::of(&slices).unwrap();
    let parts = world.app.clone().with_part(tables.clone());
    drop(parts.with_part(Forgetting(vec![Arc::new(FunnelForgets)])));
    tables
}

/// Erases them.
fn erased(world: &World) -> erase::Erased {
    let now = world.now();
    let looked = erase::look(&world.app, &User::operator(), ADDRESS).unwrap();
    let erase = move |tx: &mut Tx| erase::erase(tx, &User::operator(), ADDRESS, &looked, now);
    world.db.write_blocking(erase).unwrap()
}

#[test]
fn nothing_of_who_is_erased_is_left_anywhere() {
    both(|world| {
        let tables = forgetting(world);
        bring(world, "leads.csv", "id,origin,first\na1,ads,2026-01-02\n", LEADS);
        let counts = bring(world, "people.csv", FILE, MAPPING);
        assert_eq!((counts.created, counts.rejected), (2, 1));
        let find = |tx: &mut Tx| people::find::find(tx, &User::operator(), ADDRESS);
        let person = world.db.read_blocking(find).unwrap();
        let outside = world.app.public_ids().encode(people::PERSON, person);
        // What stands of them in others' histories: an address, an id, a number, in texts and facts, searched and folded.
        let of_others = OTHERS.replace("PUBLIC", &outside);
        bring(world, "others.csv", &of_others, OTHERS_MAPPING);
        let words = sql("insert into segment_word (id, of_activity, word, of_companies)
             values (900001, 0, 'person.custom.referrer', 0)");
        world.db.write_blocking(move |tx| tx.execute(words, args![])).unwrap();
        let flow =
            sql("select count(*), cast(coalesce(sum(n), 0) as bigint) from flow where n <> 0");
        let counted = |world: &World| {
            let row = world.db.read_blocking(move |tx| tx.row(flow, args![])).unwrap().unwrap();
            (row.int(0), row.int(1))
        };
        let before = counted(world);

        let now = world.now();
        let looked = erase::look(&world.app, &User::operator(), ADDRESS).unwrap();
        // Rows that nothing writes by itself in this story are planted, and told apart by their number.
        let planted = tables.clone();
        let word = sql("insert into segment_word (id, of_activity, word, of_companies)
             values (900000, 0, 'person.custom.note', 0)");
        let erased = world.db.write_blocking(move |tx| {
            tx.execute(word, args![])?;
            // In these two they are counted, too.
            let are_told = ["standing", "territory_person"];
            for table in planted.0.iter().filter(|it| !are_told.contains(&it.name.as_str())) {
                plant(tx, table, person);
            }
            people::sight::enter_and_leave(tx, vec![(900_000, person)], Vec::new())?;
            let held = holding(tx, &planted, &[CANARY])?;
            assert!(held.len() > 12, "{held:#?}");
            erase::erase(tx, &User::operator(), ADDRESS, &looked, now)
        });
        let erased = erased.unwrap();
        assert!(erased.rows > 12 && erased.blanked >= 3 && erased.keys >= 1, "{erased:?}");
        world.drain(&people_jobs());
        assert!(erased.redacted >= 2, "{erased:?}");
        let wanted = [CANARY, ADDRESS, "ZEISIG", "Zeisig", &outside];
        let wanted = wanted.map(|text| &*String::leak(text.to_owned()));
        let all = tables.clone();
        let left = world.db.read_blocking(move |tx| holding(tx, &all, &wanted)).unwrap();
        assert_eq!(left, Vec::<String>::new());
        world.db.scrub_blocking().unwrap();
        if world.dialect == Dialect::Sqlite {
            assert_eq!(bytes_holding(world, &wanted), Vec::<String>::new());
        }
        assert!(world.db.read_blocking(find).is_err());
        // The planted transition is of another version of nothing; what was lived stays counted.
        assert_eq!(counted(world), before);
        let others = move |tx: &mut Tx| {
            let bo = people::find::find(tx, &User::operator(), "bo@east.example")?;
            people::person::record(tx, &User::operator(), "bo@east.example", None, now)
                .map(|record| (bo, record))
        };
        let (_, bo) = world.db.read_blocking(others).unwrap();
        let fact = |key: &str| bo.facts.iter().find(|fact| fact.key == key);
        assert!(fact("person.custom.referrer").is_none(), "it was nothing but theirs");
        let said = fact("person.custom.remark").unwrap();
        assert_eq!(said.value, "ask [erased] first");
        nothing_differs(world);
        let counts = bring(world, "again.csv", &FILE.replace(",yesterday", ",2026-01-02"), MAPPING);
        assert_eq!((counts.rejected, counts.unchanged), (2, 1));
        let left = world.db.read_blocking(move |tx| holding(tx, &tables, &wanted)).unwrap();
        assert_eq!(left, Vec::<String>::new());
    });
}

#[test]
fn everybody_else_stands_as_a_fold_has_it_afterwards() {
    both(|world| {
        forgetting(world);
        bring(world, "people.csv", FILE, MAPPING);
        erased(world);
        nothing_differs(world);
        let viewer = User { role: team::Role::Member, ..User::operator() };
        let refused = erase::look(&world.app, &viewer, "bo@east.example");
        assert!(matches!(refused, Err(Failure::Forbidden)));
    });
}

#[test]
fn a_file_that_was_brought_and_a_condition_name_nobody_who_was_erased() {
    both(|world| {
        forgetting(world);
        bring(world, "people.csv", FILE, MAPPING);
        let keep = |text: String| {
            people::import::keep_stream(&world.app, "brought.csv", text.as_bytes()).unwrap().key
        };
        let theirs =
            keep(format!("name;mail\nBo;bo@east.example\nSomebody;{}\n", ADDRESS.to_uppercase()));
        let condition = format!("person.email == {ADDRESS:?} && stage == \"lead\"");
        let plant =
            sql("insert into saved_segment (id, name, name_key, condition, made_by, made_at)
             values (1, 'Them', 'them', $1, null, 0)");
        world.db.write_blocking(move |tx| tx.execute(plant, args![condition])).unwrap();
        let others = keep("name;mail\nBo;bo@east.example\n".to_owned());
        assert_eq!(erased(world).files, 1);
        world.drain(&people_jobs());
        let left = world.app.files.names().unwrap();
        assert!(left.contains(&others) && !left.contains(&theirs), "{left:?}");
        let asked = sql("select condition from saved_segment");
        let asked = world.db.read_blocking(move |tx| tx.row(asked, args![])).unwrap().unwrap();
        assert_eq!(asked.text(0), "person.email == \"[erased]\" && stage == \"lead\"");
    });
}

const MARKET: &str = r#"
name = "Market"
[scores.intent]
of = "company"
points = [ { on = "form.submitted", add = 25 } ]
[stages.lead]
enter = 'score.intent >= 20'
"#;

#[test]
fn what_the_last_of_a_company_did_counts_no_more_though_a_definition_comes_in_between() {
    both(|world| {
        forgetting(world);
        adopt(world, MARKET, From::Start);
        bring(world, "people.csv", STAFF, MAPPING.replace("[facts]", COMPANY).leak());
        erased(world);
        // Their company is to be counted, and has no deeds any more.
        adopt(world, MARKET.replace(">= 20", ">= 20.0 || stage == \"lead\"").leak(), From::Start);
        funnels::refold::wake_due(&world.app).unwrap();
        nothing_differs(world);
    });
}

const STAFF: &str = "email,name,note,first,site\nzeisig@north.example,Zita Zeisig,x,2026-01-02,north.example\n\
    bo@east.example,Bo East,other,2026-01-03,east.example\n";
const COMPANY: &str = "[company]\ndomain = \"site\"\n[facts]";

fn people_jobs() -> platform::jobs::Registry {
    platform::jobs::Registry::new(vec![Arc::new(erase::DropFiles)])
}
