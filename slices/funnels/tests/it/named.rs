//! Fields of people and companies name somebody who is there, by whatever way they are told.

use funnels::lens::From;
use people::bulk::{self, Chosen, Deed};
use people::fields::{self, Draft, Kind};
use people::upsert::{Told, update_company, upsert, upsert_companies};
use people::{COMPANY, Of, PERSON, edit};
use platform::failure::{Failure, Field};
use platform::harness::World;
use serde_json::{Value, json};
use team::User;

use crate::house::{adopt, both, bring};
use crate::sight::{RULES, somebody, tell};

const MAPPING: &str = r#"
name = "Bosses"
[key]
email = "email"
[facts]
"person.custom.boss" = { column = "boss" }
"#;

fn field(world: &World, of: Of, label: &str, kind: Kind) {
    let now = world.now();
    let of_company = of == Of::Companies;
    let draft = Draft { label: label.to_owned(), of_company, ..Draft::default() };
    let made = world.db.write_blocking(move |tx| {
        let lens = people::main_lens(tx)?.id;
        fields::make(tx, &User::operator(), lens, kind, &draft, now)
    });
    made.unwrap();
}

fn edited(world: &World, who: &User, key: &'static str, value: &str) -> Result<(), Failure> {
    let (who, value, now) = (who.clone(), value.to_owned(), world.now());
    let which = if key.starts_with("company.") { "north.example" } else { "ann@north.example" };
    let edit = move |tx: &mut platform::db::Tx| edit::edit(tx, &who, which, key, &value, now);
    let which = world.db.write_blocking(edit);
    which.map(drop)
}

/// The one field that is wrong: where, and whether it is said that nobody is there.
fn wrong(fields: &[Field]) -> (&str, bool) {
    let [field] = fields else { panic!("{fields:?}") };
    (&field.name, field.words.contains("there is no "))
}

fn told_of_companies(world: &World, who: &User, company: Value) -> Told {
    let (who, now) = (who.clone(), world.now());
    let tell = move |tx: &mut platform::db::Tx| {
        upsert_companies(tx, &who, std::slice::from_ref(&company), now)
    };
    world.db.write_blocking(tell).unwrap().remove(0)
}

#[test]
fn a_field_of_a_person_or_a_company_takes_nobody_who_is_not_there() {
    both(|world| {
        adopt(world, RULES, From::Start);
        let operator = User::operator();
        let (ann, ben) = (somebody(5, ""), somebody(6, ""));
        let person = |email: &str| json!({ "email": email, "company": { "domain": email.split('@').nth(1) } });
        tell(world, &ann, person("ann@north.example"));
        tell(world, &ben, person("ben@south.example"));
        field(world, Of::People, "Boss", Kind::Person);
        field(world, Of::People, "Former", Kind::Company);
        field(world, Of::Companies, "Parent", Kind::Company);
        let ids = world.db.read_blocking(|tx| {
            let outside = tx.public_ids();
            let people = people::ids_after(tx, 0, 10)?;
            let firms = people::companies::ids_after(tx, 0, 10)?;
            Ok([
                outside.encode(PERSON, people[1]),
                outside.encode(COMPANY, firms[1]),
                outside.encode(PERSON, 999_999),
                outside.encode(COMPANY, firms[1] + 999),
            ])
        });
        let [bens, south, nobody, nowhere] = ids.unwrap();

        // Of each way what is told of whom, and where that is refused.
        for (who, boss, firm) in [(&operator, &nobody, &nowhere), (&ann, &bens, &south)] {
            for (key, value) in [
                ("person.custom.boss", boss),
                ("person.custom.former", firm),
                ("company.custom.parent", firm),
            ] {
                let refused = edited(world, who, key, value);
                let Err(Failure::Invalid(fields)) = refused else { panic!("{key}: {refused:?}") };
                assert_eq!(wrong(&fields), ("value", true), "{key}");
            }
            let told =
                json!({ "email": "ann@north.example", "facts": { "person.custom.boss": boss } });
            let Told::Rejected(fields) = tell(world, who, told) else { panic!("it was taken") };
            assert_eq!(wrong(&fields), ("/facts/person.custom.boss", true));
            let told = json!({ "email": "ann@north.example",
                "company": { "domain": "north.example", "facts": { "company.custom.parent": firm } } });
            let Told::Rejected(fields) = tell(world, who, told) else { panic!("it was taken") };
            assert_eq!(wrong(&fields), ("/company/facts/company.custom.parent", true));
            let told =
                json!({ "domain": "north.example", "facts": { "company.custom.parent": firm } });
            let Told::Rejected(fields) = told_of_companies(world, who, told) else {
                panic!("it was taken")
            };
            assert_eq!(wrong(&fields), ("/facts/company.custom.parent", true));
            let (asker, firm, now) = (who.clone(), firm.clone(), world.now());
            let updated = world.db.write_blocking(move |tx| {
                let north = people::companies::find(tx, &asker, "north.example")?;
                let news = json!({ "facts": { "company.custom.parent": firm } });
                update_company(tx, &asker, north, &news, now)
            });
            let Told::Rejected(fields) = updated.unwrap() else { panic!("it was taken") };
            assert_eq!(wrong(&fields), ("/facts/company.custom.parent", true));
            let (asker, boss) = (who.clone(), boss.clone());
            let many = world.db.write_blocking(move |tx| {
                let chosen = Chosen::these(Of::People, people::ids_after(tx, 0, 1)?);
                let deed = Deed::Fact { key: "person.custom.boss".into(), value: json!(boss) };
                bulk::start(tx, &asker, &chosen, &deed, now)
            });
            let Err(Failure::Invalid(fields)) = many else { panic!("{many:?}") };
            assert_eq!(wrong(&fields), ("value", true));
        }
        // One of many hinders no other, and whoever is there is taken.
        let now = world.now();
        let (boss, there) = (nobody.clone(), bens.clone());
        let told = world.db.write_blocking(move |tx| {
            let people = [
                json!({ "email": "cal@west.example", "facts": { "person.custom.boss": boss } }),
                json!({ "email": "dan@west.example", "facts": { "person.custom.boss": there } }),
            ];
            upsert(tx, &User::operator(), &people, now)
        });
        let told = told.unwrap();
        assert!(matches!(told[..], [Told::Rejected(_), Told::Created(_)]), "{told:?}");
        edited(world, &operator, "person.custom.boss", &bens).unwrap();
        edited(world, &operator, "company.custom.parent", &south).unwrap();
        edited(world, &operator, "person.custom.boss", "").unwrap();

        let file = format!("email,boss\neve@west.example,{nobody}\nfay@west.example,{bens}\n");
        let counts = bring(world, "bosses.csv", &file, MAPPING);
        assert_eq!((counts.created, counts.rejected), (1, 1));
    });
}
