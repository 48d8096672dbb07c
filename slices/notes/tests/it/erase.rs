//! Who is erased leaves nothing in notes, whoever wrote them and for whom: neither in a table nor in a file.

use std::io::{Read, Write as _};
use std::process::{Command, Stdio};

use notes::file::{self, Keeping, NewFile};
use notes::note::Audience;
use notes::write::{NewNote, write as write_note};
use people::erase;
use platform::db::{Dialect, Sql, Tx};
use platform::harness::World;
use platform::tables::Tables;
use platform::{Arg, Failure, args};
use team::User;

use crate::house::{ANN, BO, Team, both, read_by, registry, slices, write};
use crate::notes::note;

const CANARY: &str = "Kanarienvogel";

fn keep(world: &World, name: &str, bytes: &'static [u8]) -> NewFile {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let keep = async { Keeping::begin(&world.app, name)?.write(bytes).await?.keep().await };
    runtime.block_on(keep).unwrap()
}

fn with_file(world: &World, team: &Team, which: &'static str) -> notes::NoteView {
    let kept = keep(world, "Kanarienvogel.pdf", b"%PDF-1.7 Kanarienvogel");
    let (mara, now) = (team.mara.clone(), world.now());
    write(world, move |tx| {
        let text = "see the file of Kanarienvogel, @Ben".to_owned();
        let new = NewNote { text, audience: Audience::Everybody, files: vec![kept] };
        write_note(tx, &mara, which, &new, now)
    })
    .unwrap()
}

/// Where a text stands, table by table.
fn holding(tx: &mut Tx, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in Tables::of(&slices()).unwrap().0 {
        let names: Vec<&str> = table.columns.keys().map(String::as_str).collect();
        let text = format!("select {} from {}", names.join(", "), table.name);
        tx.each(Sql::built(&text), args![], |row| {
            for (at, name) in names.iter().enumerate() {
                if let Some(Arg::Text(text)) = row.value(at)
                    && text.to_lowercase().contains(&wanted.to_lowercase())
                {
                    found.push(format!("{}.{name}", table.name));
                }
            }
            Ok(())
        })
        .unwrap();
    }
    found
}

fn bytes_holding(world: &World, wanted: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![world.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            if bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

/// The pieces of a ZIP file, and what is in those that are files of others, as another program reads them.
fn unpacked(zip: &[u8]) -> Vec<String> {
    let script = "import io, sys, zipfile\n\
        z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\n\
        for n in z.namelist(): print(n, z.read(n).decode() if n.startswith('files/') else '')";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(zip).unwrap();
    let told = python.wait_with_output().unwrap();
    assert!(told.status.success());
    String::from_utf8(told.stdout).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn nothing_of_what_was_written_about_who_is_erased_is_left() {
    both(|world, team| {
        let first = with_file(world, team, ANN);
        note(world, &team.ben, ANN, "Kanarienvogel, for me alone", Audience::Author).unwrap();
        note(world, &team.mara, BO, "of another", Audience::Everybody).unwrap();
        let person = first.subject;
        let before = world.db.read_blocking(|tx| Ok(holding(tx, CANARY))).unwrap();
        assert!(before.len() >= 4, "{before:?}");
        let count = |table: &'static str| {
            let text = format!("select count(*) from {table} where subject_id = $1");
            let read = move |tx: &mut Tx| tx.row(Sql::built(&text), args![person]);
            world.db.read_blocking(read).unwrap().unwrap().int(0)
        };
        let tables = ["note", "note_mention", "note_file", "follower", "notification"];
        assert!(tables.iter().all(|table| count(table) > 0));

        let olga = team.olga.clone();
        let all = world.db.write_blocking({
            let (olga, now) = (olga.clone(), world.now());
            move |tx| people::gdpr::everything(tx, &olga, ANN, now)
        });
        let all = all.unwrap();
        assert_eq!(all.told["tables"]["note"].as_array().unwrap().len(), 2, "their author's too");
        assert_eq!(all.told["files"][0]["lies_at"], "files/1-Kanarienvogel.pdf", "{}", all.told);
        let told = all.clone();
        let zip = all.zip(&world.app.files, world.now(), || Ok(Vec::new())).unwrap();
        assert_eq!(
            unpacked(&zip),
            [
                "everything.txt",
                "everything.json",
                "files/1-Kanarienvogel.pdf %PDF-1.7 Kanarienvogel"
            ]
        );

        let looked = erase::look(&world.app, &olga, ANN).unwrap();
        let now = world.now();
        let erased = write(world, move |tx| erase::erase(tx, &olga, ANN, &looked, now)).unwrap();
        assert_eq!(erased.files, 1);
        world.drain(&registry());
        let lost = told.zip(&world.app.files, world.now(), || -> Result<Vec<u8>, Failure> {
            panic!("nothing is written if a file is lost")
        });
        assert_eq!(lost.unwrap_err().problem().0.code, "file_lost");
        let after = world.db.read_blocking(|tx| Ok(holding(tx, CANARY))).unwrap();
        assert_eq!(after, Vec::<String>::new());
        assert!(tables.iter().all(|table| count(table) == 0));
        if world.dialect == Dialect::Sqlite {
            world.db.scrub_blocking().unwrap();
        }
        assert_eq!(bytes_holding(world, CANARY), Vec::<String>::new());
        assert_eq!(read_by(world, &team.ben, BO), ["of another"]);
    });
}

#[test]
fn a_file_is_given_to_whoever_reads_the_note_and_to_nobody_else() {
    both(|world, team| {
        let note = with_file(world, team, ANN);
        let id = note.files[0].id;
        assert_eq!(note.files[0].media, "application/pdf");
        let take = |who: &User| {
            let (who, now) = (who.clone(), world.now());
            write(world, move |tx| file::download(tx, &who, id, now))
        };
        let found = take(&team.ben).unwrap();
        let mut bytes = Vec::new();
        world.app.files.open(&found.key).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"%PDF-1.7 Kanarienvogel");
        assert!(matches!(take(&team.cleo), Err(Failure::Missing { .. })));
        let logged = |what: &'static str| {
            let read = move |tx: &mut Tx| {
                let asked = team::audit::Asked {
                    what: Some(what.to_owned()),
                    ..team::audit::Asked::default()
                };
                team::audit::list(tx, &User::operator(), &asked, None, 10)
            };
            world.db.read_blocking(read).unwrap().rows.len()
        };
        assert_eq!(logged("file.downloaded"), 1);
        let remove = |who: &User| {
            let (who, now) = (who.clone(), world.now());
            write(world, move |tx| file::remove(tx, &who, id, now))
        };
        assert!(matches!(remove(&team.ben), Err(Failure::Forbidden)));
        remove(&team.mara).unwrap();
        world.drain(&registry());
        assert!(world.app.files.open(&found.key).is_err());
        assert_eq!(logged("file.removed"), 1);
    });
}
