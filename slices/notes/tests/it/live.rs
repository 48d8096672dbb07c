//! What open pages hear: once it holds, and never of what others may not know.

use std::time::Duration;

use notes::note::Audience;
use people::edit::edit;
use platform::Failure;
use platform::args;
use platform::db::{Dialect, sql};
use platform::harness::World;
use platform::live::{self, Heard, Listener};

use crate::house::{ANN, both, write};
use crate::notes::note;

fn heard(listener: &mut Listener, within: Duration) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut all = Vec::new();
        let mut patience = within;
        while let Ok(heard) = tokio::time::timeout(patience, listener.next()).await {
            all.push(match heard {
                Heard::Said(said) => format!("{} {:?}", said.what, said.by),
                Heard::Missed => "missed".to_owned(),
            });
            patience = Duration::from_millis(30);
        }
        all
    })
}

const SOON: Duration = Duration::from_millis(30);

fn ann(world: &World) -> i64 {
    let find = |tx: &mut platform::Tx| people::find::find(tx, &team::User::operator(), ANN);
    world.db.read_blocking(find).unwrap()
}

#[test]
fn a_page_hears_who_changed_what_it_shows_once_it_holds() {
    both(|world, team| {
        let record = live::record(ann(world));
        let listen = |user| world.db.live().listen(user, vec![record.clone()], None).unwrap();
        let mut ben = listen(team.ben.id.0);
        let (mara, now) = (team.mara.clone(), world.now());
        write(world, move |tx| edit(tx, &mara, ANN, "person.title", "COO", now)).unwrap();
        let by_mara = format!("changed {:?}", Some(team.mara.id.0));
        let all = heard(&mut ben, SOON);
        assert!(all.contains(&by_mara), "{all:?}");
        // What is undone is not said.
        let (mara, now) = (team.mara.clone(), world.now());
        let undone: Result<(), Failure> = write(world, move |tx| {
            edit(tx, &mara, ANN, "person.title", "CEO", now)?;
            Err(Failure::refused("never_mind", "never mind"))
        });
        assert!(undone.is_err());
        assert_eq!(heard(&mut ben, SOON), Vec::<String>::new());
        // Nor does anybody hear of a note that is for its author alone, but they.
        let mut mara = listen(team.mara.id.0);
        note(world, &team.mara, ANN, "for me", Audience::Author).unwrap();
        assert_eq!(heard(&mut ben, SOON), Vec::<String>::new());
        assert_eq!(heard(&mut mara, SOON), [by_mara.clone()]);
        note(world, &team.mara, ANN, "for us", Audience::Team).unwrap();
        assert_eq!(heard(&mut ben, SOON), ["changed None"]);
    });
}

#[test]
fn processes_on_one_postgresql_hear_each_other() {
    both(|world, team| {
        if world.dialect != Dialect::Postgres {
            return;
        }
        let other = world.reopened();
        other.go_live("other").unwrap();
        world.db.go_live("this").unwrap();
        let record = live::record(ann(world));
        let mut there = other.live().listen(7, vec![record.clone()], Some(record)).unwrap();
        // Until the other process listens, it may miss what is said.
        for round in 0.. {
            assert!(round < 50, "nothing was heard");
            let (mara, now) = (team.mara.clone(), world.now());
            let title = format!("COO {round}");
            write(world, move |tx| edit(tx, &mara, ANN, "person.title", &title, now)).unwrap();
            let all = heard(&mut there, Duration::from_millis(400));
            if all.contains(&format!("changed {:?}", Some(team.mara.id.0))) {
                break;
            }
        }
        let mut present = world.db.live().present(&live::record(ann(world)));
        for _ in 0..50 {
            if present == [7] {
                break;
            }
            there.still_looks();
            std::thread::sleep(Duration::from_millis(100));
            present = world.db.live().present(&live::record(ann(world)));
        }
        assert_eq!(present, [7]);
    });
}

#[test]
fn what_a_command_writes_beside_the_server_is_heard_on_sqlite() {
    both(|world, team| {
        if world.dialect != Dialect::Sqlite {
            return;
        }
        world.db.go_live("this").unwrap();
        let record = live::record(ann(world));
        let mut ben = world.db.live().listen(team.ben.id.0, vec![record], None).unwrap();
        let long = Duration::from_millis(2_500);
        assert_eq!(heard(&mut ben, long), Vec::<String>::new(), "nobody wrote");
        // What this process writes itself is heard as it is said, and no more.
        let (mara, now) = (team.mara.clone(), world.now());
        write(world, move |tx| edit(tx, &mara, ANN, "person.title", "COO", now)).unwrap();
        let by_mara = format!("changed {:?}", Some(team.mara.id.0));
        assert!(heard(&mut ben, SOON).contains(&by_mara));
        assert_eq!(heard(&mut ben, long), Vec::<String>::new());
        let other = world.reopened();
        heard(&mut ben, long);
        let writes = sql("update team_user set name = name || ' junior'");
        other.write_blocking(move |tx| tx.execute(writes, args![])).unwrap();
        assert_eq!(heard(&mut ben, Duration::from_secs(30)), ["missed"]);
    });
}
