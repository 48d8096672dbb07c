//! A row of every table that is ground leaves one database and arrives in the other as it was: whoever adds a table has
//! nothing to do for it but to classify its columns.

use std::collections::BTreeMap;

use away::workspace;
use platform::db::{Dialect, MIGRATIONS, Sql};
use platform::files::Files;
use platform::harness::{World, world};
use platform::tables::{Table, Tables};
use platform::{Arg, Tx, args, settings, sql};
use team::{Right, User};

use crate::house;

/// Every column with its type, on either database.
fn columns(tx: &mut Tx, table: &str) -> Vec<(String, String)> {
    let ask = match tx.dialect() {
        Dialect::Sqlite => sql("select name, lower(type) from pragma_table_info($1) order by cid"),
        Dialect::Postgres => sql("select column_name::text, data_type::text
            from information_schema.columns where table_name = $1::text order by ordinal_position"),
    };
    let rows = tx.rows(ask, args![table]).unwrap();
    rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect()
}

/// Two rows with something in each column that could go wrong on the way.
fn plant(tx: &mut Tx, table: &Table) {
    for turn in 1..=2 {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (name, of) in columns(tx, &table.name) {
            values.push(match of.as_str() {
                "bigint" | "integer" if name == "id" && table.name == "workspace" => Arg::Int(1),
                "bigint" | "integer" if name == "user_id" => Arg::Int(turn),
                "bigint" | "integer" => Arg::Int(9_007_199_254_740_993 * turn),
                "double precision" => Arg::Real(0.1 * turn as f64),
                "blob" | "bytea" => Arg::Blob(vec![0, 255, u8::try_from(turn).unwrap()]),
                _ => Arg::Text(format!("{{\"ä\":\"{turn}\\n\u{2028}'\"}}")),
            });
            names.push(name);
        }
        // Those who sign in somehow are users.
        if table.name == "team_user" {
            let at = names.iter().position(|name| name == "id").unwrap();
            values[at] = Arg::Int(turn);
        }
        let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        let text = format!(
            "insert into {} ({names}) values ({places}) on conflict do nothing",
            table.name
        );
        tx.execute(Sql::built(&text), values).unwrap();
    }
}

fn held(world: &World, tables: &Tables, with_secrets: bool) -> BTreeMap<String, Vec<String>> {
    let tables = tables.clone();
    let read = move |tx: &mut Tx| {
        let mut held = BTreeMap::new();
        for table in tables.leaving(with_secrets) {
            let mut lines = Vec::new();
            table.each_line(tx, with_secrets, |line| {
                lines.push(String::from_utf8_lossy(line).into_owned());
                Ok(())
            })?;
            lines.sort();
            held.insert(table.name.clone(), lines);
        }
        let kept = settings::list(tx)?;
        let kept = kept.into_iter().filter(|(name, _)| name != "people.search");
        held.insert("setting".to_owned(), kept.map(|pair| format!("{pair:?}")).collect());
        Ok(held)
    };
    world.db.read_blocking(read).unwrap()
}

/// Takes everything from one world to an empty one on the other database; gives what both hold.
fn moved(from: Dialect, to: Dialect, with_secrets: bool) -> [BTreeMap<String, Vec<String>>; 2] {
    let slices = house::slices();
    let (from, to) = (world(from, &slices), world(to, &slices));
    let tables = house::tables().unwrap();
    let _app = from.app.clone().with_part(tables.clone());
    let planted = tables.clone();
    let written = from.db.write_blocking(move |tx| {
        for table in planted.leaving(true) {
            plant(tx, table);
        }
        settings::save(tx, "erased.secret", "hush")
    });
    written.unwrap();
    let kept = from.app.files.save(&*from.app.dice, 9, &b"file"[..]).unwrap();

    let (files, now) = (from.app.files.clone(), from.now());
    let archive = from.db.read_blocking(move |tx| {
        workspace::write(tx, &User::operator(), &files, with_secrets, now, Vec::new(), &|_| {})
    });
    let (archive, exported) = archive.unwrap();
    let expected = held(&from, &tables, with_secrets);
    let rows: usize = expected.values().map(Vec::len).sum();
    assert_eq!((exported.rows, exported.files), (rows as u64, 1));
    let file = from.folder().join("whole.tar.gz");
    std::fs::write(&file, archive).unwrap();

    let mut known = vec![MIGRATIONS];
    known.extend(house::migrations());
    let manifest = workspace::check(&file, &tables, &known, |_, _| {}).unwrap();
    let bring = || {
        let files = Files::new(to.folder());
        workspace::import(&to.db, &files, &tables, &manifest, &file, now, |_, _| {})
    };
    bring().unwrap();
    assert_eq!(std::fs::read(Files::new(to.folder()).path(&kept.name).unwrap()).unwrap(), b"file");
    // Nothing is ever put beside something.
    assert_eq!(bring().unwrap_err().problem().0.code, "not_empty");
    let next = |world: &World| world.reopened().write_blocking(|tx| tx.ids(1)).unwrap();
    assert!(next(&to) >= next(&from), "ids are given twice");
    let ids = |world: &World| world.reopened().public_ids().encode("per", 7);
    assert_eq!(ids(&from), ids(&to));
    [expected, held(&to, &tables, with_secrets)]
}

#[test]
fn every_table_that_is_ground_moves_to_the_other_database_and_back() {
    for (from, to) in [
        (Dialect::Sqlite, Dialect::Sqlite),
        (Dialect::Sqlite, Dialect::Postgres),
        (Dialect::Postgres, Dialect::Sqlite),
    ] {
        let [mut there, mut here] = moved(from, to, true);
        for (name, rows) in &there {
            assert!(!rows.is_empty(), "nothing was planted in {name}");
        }
        // What is made again says that it is not ready yet.
        for made in ["segment_word", "territory"] {
            let (there, here) = (there.remove(made).unwrap(), here.remove(made).unwrap());
            assert_eq!(there.len(), here.len());
            assert!(here.iter().all(|row| row.contains("\"built_to\":0,")), "{here:?}");
        }
        for (name, rows) in &there {
            assert_eq!(rows, &here[name], "{name} from {from:?} to {to:?}");
        }
    }
}

#[test]
fn secrets_leave_only_where_they_are_asked_for() {
    let [there, here] = moved(Dialect::Sqlite, Dialect::Sqlite, false);
    assert!(!there.contains_key("totp"));
    assert!(there["team_user"].iter().all(|row| !row.contains("password_hash")), "{there:?}");
    assert_eq!(there["team_user"], here["team_user"]);
}

#[test]
fn only_whoever_rules_the_workspace_takes_it_out() {
    let slices = house::slices();
    let world = world(Dialect::Sqlite, &slices);
    let admin = User { role: team::Role::Admin, ..User::operator() };
    assert!(admin.may(Right::ManageWorkspace).is_err());
    let now = world.now();
    let begun = world.db.write_blocking(move |tx| workspace::begin(tx, &admin, false, now));
    assert_eq!(begun.unwrap_err().problem().0.code, "forbidden");
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let slices = house::slices();
    let from = world(Dialect::Sqlite, &slices);
    let tables = house::tables().unwrap();
    let _app = from.app.clone().with_part(tables.clone());
    let (files, now) = (from.app.files.clone(), from.now());
    let archive = from.db.read_blocking(move |tx| {
        workspace::write(tx, &User::operator(), &files, true, now, Vec::new(), &|_| {})
    });
    let (archive, _) = archive.unwrap();
    let file = from.folder().join("whole.tar.gz");
    let code = |known: &[platform::Migrations]| {
        workspace::check(&file, &tables, known, |_, _| {}).unwrap_err().problem().0.code
    };
    let mut known = vec![MIGRATIONS];
    known.extend(house::migrations());
    std::fs::write(&file, &archive[..archive.len() / 2]).unwrap();
    assert_eq!(code(&known), "archive");
    std::fs::write(&file, &archive).unwrap();
    assert_eq!(code(&[]), "newer_workspace_file");
    let read = std::cell::Cell::new((0, 0));
    let manifest = workspace::check(&file, &tables, &known, |bytes, of| read.set((bytes, of)));
    let manifest = manifest.unwrap();
    assert_eq!(read.get(), (archive.len() as u64, archive.len() as u64), "how far it was told");

    let mut other = platform::archive::ArchiveWriter::new(Vec::new(), now);
    let mut whole = platform::archive::ArchiveReader::new(archive.as_slice());
    while let Some(piece) = whole.piece().unwrap() {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut whole, &mut bytes).unwrap();
        if piece.name != "tables/setting.00001.jsonl" {
            other.add(&piece.name, &bytes).unwrap();
        }
    }
    std::fs::write(&file, other.finish().unwrap()).unwrap();
    assert_eq!(code(&known), "damaged_workspace_file");

    // What is wrong in a line is said with its place, and nothing of the file stays.
    let mut other = platform::archive::ArchiveWriter::new(Vec::new(), now);
    let mut whole = platform::archive::ArchiveReader::new(archive.as_slice());
    while let Some(piece) = whole.piece().unwrap() {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut whole, &mut bytes).unwrap();
        if piece.name == "tables/setting.00001.jsonl" {
            bytes.extend_from_slice(b"{\"name\":7}\n");
        }
        other.add(&piece.name, &bytes).unwrap();
    }
    let odd = from.folder().join("odd.tar.gz");
    std::fs::write(&odd, other.finish().unwrap()).unwrap();
    std::fs::write(&file, &archive).unwrap();
    for to in [Dialect::Sqlite, Dialect::Postgres] {
        let to = world(to, &slices);
        let bring = |file| {
            let files = Files::new(to.folder());
            workspace::import(&to.db, &files, &tables, &manifest, file, now, |_, _| {})
        };
        let refused = bring(&odd).unwrap_err().problem().0;
        let line = manifest.tables["setting"].rows + 1;
        assert_eq!(refused.code, "workspace_row");
        let place = format!("Line {line} of tables/setting.00001.jsonl");
        assert!(refused.detail.starts_with(&place), "{}", refused.detail);
        let imported = bring(&file).unwrap();
        assert_eq!(imported.rows, manifest.rows(), "nothing had stayed, and all is here");
    }
}
