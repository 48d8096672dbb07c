//! Who is told of what.

use funnel::Stage;
use moment::{Moment, Span};
use notes::note::Audience;
use notes::notify::{self, Told};
use notes::{follow, remove};
use people::edit::assign;
use platform::db::Tx;
use platform::harness::World;
use team::User;

use crate::house::{ANN, BO, both, bring, now_as, write};
use crate::notes::note;

/// What somebody was told, the newest first, as `kind name n`.
fn told(world: &World, who: &User) -> Vec<String> {
    let who = now_as(world, who);
    let list = move |tx: &mut Tx| notify::list(tx, &who, None, 50);
    let page = world.db.read_blocking(list).unwrap();
    let one = |told: &Told| format!("{} {} {}", told.kind.as_str(), told.name, told.n);
    page.told.iter().map(one).collect()
}

fn unseen(world: &World, who: &User) -> usize {
    let who = now_as(world, who);
    world.db.read_blocking(move |tx| notify::unseen(tx, &who)).unwrap()
}

fn follows(world: &World, who: &User, which: &'static str) {
    let (who, now) = (who.clone(), world.now());
    write(world, move |tx| follow::follow(tx, &who, which, now)).unwrap();
}

fn give(world: &World, by: &User, which: &'static str, to: Option<&User>) {
    let (by, now) = (by.clone(), world.now());
    let to = to.map(|to| to.email.clone());
    write(world, move |tx| assign(tx, &by, which, to.as_deref(), now)).unwrap();
}

#[test]
fn whoever_is_named_is_told_once_and_follows() {
    both(|world, team| {
        note(world, &team.mara, ANN, "ask @Ben Berg about @Mara", Audience::Everybody).unwrap();
        assert_eq!(told(world, &team.ben), ["mentioned Ann North 1"]);
        assert!(told(world, &team.mara).is_empty(), "nobody is told of their own doings");
        // Whoever writes follows, too.
        note(world, &team.ben, ANN, "done", Audience::Everybody).unwrap();
        assert_eq!(told(world, &team.mara), ["noted Ann North 1"]);
        note(world, &team.olga, ANN, "and more", Audience::Everybody).unwrap();
        assert_eq!(told(world, &team.mara), ["noted Ann North 2"]);
        assert_eq!(unseen(world, &team.mara), 1);
        let (mara, now) = (team.mara.clone(), world.now());
        write(world, move |tx| notify::see_all(tx, &mara, now, now)).unwrap();
        assert_eq!(unseen(world, &team.mara), 0);
        world.clock.advance(Span::minutes(1));
        note(world, &team.olga, ANN, "once more", Audience::Everybody).unwrap();
        assert_eq!(told(world, &team.mara), ["noted Ann North 1", "noted Ann North 2"]);
    });
}

#[test]
fn of_a_note_for_the_team_no_other_is_told_and_of_one_that_goes_nobody() {
    both(|world, team| {
        follows(world, &team.ben, ANN);
        follows(world, &team.olga, ANN);
        note(world, &team.mara, ANN, "for us", Audience::Team).unwrap();
        note(world, &team.mara, ANN, "for me", Audience::Author).unwrap();
        assert_eq!(told(world, &team.ben), ["noted Ann North 1"]);
        assert!(told(world, &team.olga).is_empty());
        let shared = note(world, &team.mara, BO, "@Olga, see", Audience::Everybody).unwrap();
        assert_eq!(unseen(world, &team.olga), 1);
        let (mara, now) = (team.mara.clone(), world.now());
        write(world, move |tx| remove::remove(tx, &mara, shared.id, now)).unwrap();
        assert_eq!(unseen(world, &team.olga), 0);
    });
}

#[test]
fn whoever_is_given_somebody_is_told_and_sees_no_more_when_they_are_taken() {
    both(|world, team| {
        give(world, &team.mara, ANN, Some(&team.cleo));
        assert_eq!(told(world, &team.cleo), ["given Ann North 1"]);
        assert_eq!(unseen(world, &team.cleo), 1);
        follows(world, &team.ben, ANN);
        give(world, &team.mara, ANN, Some(&team.mara));
        assert_eq!(told(world, &team.ben), ["owner Ann North 1"]);
        assert!(told(world, &team.mara).is_empty());
        // Cleo sees her own people alone.
        assert!(told(world, &team.cleo).is_empty());
        assert_eq!(unseen(world, &team.cleo), 0);
    });
}

#[test]
fn followers_hear_of_answers_and_of_moves() {
    both(|world, team| {
        follows(world, &team.ben, ANN);
        let (mara, now) = (team.mara.clone(), world.now());
        write(world, move |tx| {
            let step = funnels::hand::Move::to(Stage::Disqualified, "no need");
            funnels::hand::move_to(tx, &mara, ANN, None, &step, now)
        })
        .unwrap();
        assert_eq!(told(world, &team.ben), ["moved Ann North 1"]);
        assert!(told(world, &team.mara).is_empty());
        let now = world.now();
        let reply = |at: Moment| {
            write(world, move |tx| {
                let person = people::find::find(tx, &User::operator(), ANN)?;
                let id = tx.ids(1)?;
                let what = funnel::history::What::Activity(funnel::history::Activity::usual(
                    "email.replied",
                ));
                let entry = funnel::history::Entry { id, occurred_at: at, recorded_at: now, what };
                let new = journal::NewEntry {
                    subject: person,
                    entry,
                    is_dated: true,
                    source: None,
                    actor: None,
                };
                let batch = journal::Batch {
                    now,
                    entries: vec![new],
                    new_subjects: Default::default(),
                    repeats: journal::Repeats::Keep,
                };
                journal::record(tx, batch).map(drop)
            })
            .unwrap();
        };
        reply(now - Span::days(30));
        let answered = |told: &Vec<String>| {
            told.iter().filter(|line| line.starts_with("answered")).cloned().collect::<Vec<_>>()
        };
        assert!(answered(&told(world, &team.ben)).is_empty(), "that is history");
        reply(now);
        assert_eq!(answered(&told(world, &team.ben)), ["answered Ann North 1"]);
    });
}

#[test]
fn what_comes_in_numbers_is_one_line() {
    both(|world, team| {
        let many: String =
            (0..40).map(|n| format!("p{n}@many.example,Person {n},many.example\n")).collect();
        bring(world, &format!("email,name,domain\n{many}"));
        for n in 0..40 {
            let (mara, ben, now) = (team.mara.clone(), team.ben.clone(), world.now());
            // Each by itself is a line of its own that counts on …
            if n < 3 {
                write(world, move |tx| {
                    assign(tx, &mara, &format!("p{n}@many.example"), Some(&ben.email), now)
                })
                .unwrap();
            }
        }
        assert_eq!(told(world, &team.ben).len(), 3);
        // … and all in one doing are one.
        let (mara, ben, now) = (team.mara.clone(), team.ben.clone(), world.now());
        write(world, move |tx| {
            let mut people = Vec::new();
            for n in 3..40 {
                people.push(people::find::find(tx, &mara, &format!("p{n}@many.example"))?);
            }
            let deed = people::bulk::Deed::Owner { user: Some(ben.id.0) };
            let chosen = people::bulk::Chosen::People(people);
            people::bulk::start(tx, &mara, &chosen, &deed, now).map(drop)
        })
        .unwrap();
        let lines = told(world, &team.ben);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines.contains(&"given  37".to_owned()), "{lines:?}");
        let followed = |world: &World| {
            let ben = team.ben.clone();
            let read = move |tx: &mut Tx| follow::followers(tx, &ben, "p30@many.example");
            world.db.read_blocking(read).unwrap().len()
        };
        assert_eq!(followed(world), 0, "whoever is given many follows none of them for it");
    });
}
