use moment::{Moment, Span};
use platform::once::{Before, Once};

use crate::both;

#[test]
fn a_key_is_answered_once_for_each_caller_until_its_time() {
    both(|world| {
        let now = Moment::from_seconds(1_000);
        let until = now + Span::hours(24);
        let of = |scope: i64, asked: &str| Once::new(scope, "key", &[asked.as_bytes()]);
        let before = |once: Once, at: Moment| {
            world.db.write_blocking(move |tx| once.before(tx, at)).unwrap()
        };
        assert_eq!(before(of(7, "a"), now), Before::Nothing);
        let once = of(7, "a");
        world.db.write_blocking(move |tx| once.keep(tx, "done", now, until)).unwrap();
        assert_eq!(before(of(7, "a"), now), Before::Same("done".to_owned()));
        assert_eq!(before(of(7, "b"), now), Before::Other);
        assert_eq!(before(of(8, "a"), now), Before::Nothing, "another's key");
        assert_eq!(before(of(7, "b"), until), Before::Nothing, "its time is over");
        let (once, later) = (of(7, "b"), until + Span::hours(1));
        world.db.write_blocking(move |tx| once.keep(tx, "other", until, later)).unwrap();
        assert_eq!(before(of(7, "b"), until), Before::Same("other".to_owned()));
    });
}

#[test]
fn what_was_undone_was_never_answered() {
    both(|world| {
        let now = Moment::from_seconds(1_000);
        let once = Once::new(1, "key", &[b"a"]);
        let (kept, asked) = (once.clone(), once);
        let undone = world.db.write_blocking(move |tx| -> Result<(), platform::Failure> {
            kept.keep(tx, "done", now, now + Span::hours(1))?;
            Err(platform::Failure::Forbidden)
        });
        assert!(undone.is_err());
        let before = world.db.write_blocking(move |tx| asked.before(tx, now)).unwrap();
        assert_eq!(before, Before::Nothing);
    });
}
