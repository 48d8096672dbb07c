//! Live: what was just committed, said to whoever has a page open that shows it.
//!
//! **Promise:** what a transaction says is heard only once it holds, and never if it does not; a listener who falls
//! behind is told that it missed something instead of being waited for.
//! **Never:** carries what a page shows. It is said *that* something changed; whoever hears of it looks for themselves,
//! with their own rights.
//!
//! Topics are texts, and users are numbers. Within a process all of it happens in memory. Several processes on one
//! PostgreSQL tell each other by LISTEN and NOTIFY, over a connection of its own and after the commit, so that no
//! transaction waits for it: see [`Db::go_live`](crate::Db::go_live).
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc as std_mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::Failure;

/// Pages that one user may have listening in one process.
pub const LISTENERS_MAX: usize = 12;
/// What waits for one listener at most; with more it is told to look at everything anew.
const WAITING_MAX: usize = 64;
/// How long somebody counts as present in another process that has said nothing more of them.
const PRESENT_FOR: Duration = Duration::from_secs(50);
/// What says that somebody looks at a topic, and that they do no more.
const HERE: &str = "here";
const GONE: &str = "gone";
/// What wakes a listener who is to look at everything anew; what it is to hear is [`Heard::Missed`].
const ANEW: &str = "anew";

/// The topic of a record, by its number.
pub fn record(id: i64) -> String {
    format!("record/{id}")
}

/// The topic of a user, by their number: only they listen to it.
pub fn user(id: i64) -> String {
    format!("user/{id}")
}

/// The topic of all records, for what changes very many at once.
pub const RECORDS: &str = "records";

/// The word for a change of what is shown.
pub const CHANGED: &str = "changed";

/// That something happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Said {
    /// To what it happened.
    pub topic: String,
    /// A word for it.
    pub what: String,
    /// The user who did it, if that may be told.
    pub by: Option<i64>,
    /// Only these users are told, if there are any.
    pub only: Vec<i64>,
}

impl Said {
    /// Something that happened to a topic.
    pub fn to(topic: String, what: &str) -> Said {
        Said { topic, what: what.to_owned(), by: None, only: Vec::new() }
    }

    /// The same, done by a user.
    #[must_use]
    pub fn by(self, by: Option<i64>) -> Said {
        Said { by, ..self }
    }

    /// The same, for these users alone.
    #[must_use]
    pub fn only(self, only: Vec<i64>) -> Said {
        Said { only, ..self }
    }

    /// The same, without who did it.
    #[must_use]
    pub fn quiet(self) -> Said {
        self.by(None)
    }
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something happened.
    Said(Arc<Said>),
    /// More happened than could be kept: look at everything anew.
    Missed,
}

/// Everybody who listens in this process, and the way to the others.
#[derive(Default)]
pub struct Hub {
    state: Arc<Mutex<State>>,
    next: AtomicU64,
    outgoing: Mutex<Option<std_mpsc::Sender<Said>>>,
    /// Whom to tell that somebody begins to listen.
    watcher: Mutex<Option<std_mpsc::Sender<()>>>,
}

#[derive(Default)]
struct State {
    /// By topic, who listens to it.
    topics: HashMap<String, Vec<Arc<Ear>>>,
    /// By user, how many listen.
    users: HashMap<i64, usize>,
    /// By topic and user, how many of their pages are open here.
    here: HashMap<(String, i64), usize>,
    /// The same in other processes, and when that was last said.
    elsewhere: HashMap<(String, i64), Instant>,
}

struct Ear {
    id: u64,
    user: i64,
    to: mpsc::Sender<Arc<Said>>,
    missed: AtomicBool,
}

impl Ear {
    fn hear(&self, said: &Arc<Said>) {
        let is_meant = said.only.is_empty() || said.only.contains(&self.user);
        if is_meant && self.to.try_send(Arc::clone(said)).is_err() {
            self.missed.store(true, Ordering::Relaxed);
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// Listens to some topics on behalf of a user, until what is given is dropped. `looks_at` is one of them at which
    /// others see that the user looks.
    ///
    /// # Errors
    /// `Busy` if the user has [`LISTENERS_MAX`] pages listening already.
    pub fn listen(
        self: &Arc<Hub>,
        user: i64,
        topics: Vec<String>,
        looks_at: Option<String>,
    ) -> Result<Listener, Failure> {
        let (to, from) = mpsc::channel(WAITING_MAX);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let ear = Arc::new(Ear { id, user, to, missed: AtomicBool::new(false) });
        {
            let mut state = locked(&self.state);
            let count = state.users.entry(user).or_default();
            if *count >= LISTENERS_MAX {
                return Err(Failure::Busy { retry_after_s: 60 });
            }
            *count += 1;
            for topic in &topics {
                state.topics.entry(topic.clone()).or_default().push(Arc::clone(&ear));
            }
            if let Some(topic) = &looks_at {
                *state.here.entry((topic.clone(), user)).or_default() += 1;
            }
        }
        if let Some(watcher) = &*self.watcher.lock().unwrap_or_else(PoisonError::into_inner) {
            let _unheard = watcher.send(());
        }
        let listener = Listener { hub: Arc::clone(self), ear, topics, looks_at, from };
        listener.still_looks();
        Ok(listener)
    }

    /// Says something to whoever listens, here and in other processes.
    pub fn say(&self, said: Said) {
        let outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(outgoing) = outgoing {
            // Nobody passes it on once the database is being closed.
            let _unheard = outgoing.send(said.clone());
        }
        deliver(&self.state, said);
    }

    /// Who looks at a topic now, in rising order.
    pub fn present(&self, topic: &str) -> Vec<i64> {
        let mut state = locked(&self.state);
        state.elsewhere.retain(|_, at| at.elapsed() < PRESENT_FOR);
        let here = state.here.keys().filter(|(at, _)| at == topic).map(|(_, user)| *user);
        let elsewhere = state.elsewhere.keys().filter(|(at, _)| at == topic).map(|(_, user)| *user);
        let users: HashSet<i64> = here.chain(elsewhere).collect();
        let mut users: Vec<i64> = users.into_iter().collect();
        users.sort_unstable();
        users
    }

    /// Passes on from now on what is said here; gives what is to be passed on, and where what others say goes.
    pub(crate) fn relayed(&self) -> (std_mpsc::Receiver<Said>, Incoming) {
        let (sender, receiver) = std_mpsc::channel();
        *self.outgoing.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        (receiver, Incoming(Arc::clone(&self.state)))
    }

    /// Tells from now on when somebody begins to listen; gives that, and where what others did goes.
    pub(crate) fn watched(&self) -> (std_mpsc::Receiver<()>, Incoming) {
        let (sender, receiver) = std_mpsc::channel();
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        (receiver, Incoming(Arc::clone(&self.state)))
    }

    /// Passes nothing on any more.
    pub(crate) fn close(&self) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.outgoing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn leave(&self, ear: &Ear, topics: &[String], looks_at: Option<&String>) {
        let mut is_gone = false;
        {
            let mut state = locked(&self.state);
            for topic in topics {
                if let Some(ears) = state.topics.get_mut(topic) {
                    ears.retain(|other| other.id != ear.id);
                    if ears.is_empty() {
                        state.topics.remove(topic);
                    }
                }
            }
            if less(&mut state.users, &ear.user) {
                state.users.remove(&ear.user);
            }
            if let Some(topic) = looks_at {
                let key = (topic.clone(), ear.user);
                is_gone = less(&mut state.here, &key);
                if is_gone {
                    state.here.remove(&key);
                }
            }
        }
        if let Some(topic) = looks_at.filter(|_| is_gone) {
            self.say(Said::to(topic.clone(), GONE).by(Some(ear.user)));
        }
    }
}

/// Counts one less; whether none is left.
fn less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) -> bool {
    let Some(count) = counts.get_mut(key) else { return true };
    *count = count.saturating_sub(1);
    *count == 0
}

fn deliver(state: &Mutex<State>, said: Said) {
    let state = locked(state);
    let said = Arc::new(said);
    for ear in state.topics.get(&said.topic).into_iter().flatten() {
        ear.hear(&said);
    }
}

/// Where what other processes say goes.
pub(crate) struct Incoming(Arc<Mutex<State>>);

impl Incoming {
    pub(crate) fn say(&self, said: Said) {
        if let Some(user) = said.by {
            let key = (said.topic.clone(), user);
            let mut state = locked(&self.0);
            match said.what.as_str() {
                HERE => _ = state.elsewhere.insert(key, Instant::now()),
                GONE => _ = state.elsewhere.remove(&key),
                _ => {}
            }
        }
        deliver(&self.0, said);
    }

    /// Whether anybody listens.
    pub(crate) fn is_heard(&self) -> bool {
        !locked(&self.0).users.is_empty()
    }

    /// Something happened of which nobody says what: everybody looks anew, and at once.
    pub(crate) fn look_anew(&self) {
        let state = locked(&self.0);
        let said = Arc::new(Said::to(String::new(), ANEW));
        let mut woken = HashSet::new();
        for ear in state.topics.values().flatten().filter(|ear| woken.insert(ear.id)) {
            ear.missed.store(true, Ordering::Relaxed);
            // Whose line is full is woken by what waits there.
            let _full = ear.to.try_send(Arc::clone(&said));
        }
    }

    /// Something may have been missed: everybody looks anew.
    pub(crate) fn missed(&self) {
        for ear in locked(&self.0).topics.values().flatten() {
            ear.missed.store(true, Ordering::Relaxed);
        }
    }
}

/// Somebody who listens; no more once this is dropped.
pub struct Listener {
    hub: Arc<Hub>,
    ear: Arc<Ear>,
    topics: Vec<String>,
    looks_at: Option<String>,
    from: mpsc::Receiver<Arc<Said>>,
}

impl Listener {
    /// What is said next.
    pub async fn next(&mut self) -> Heard {
        match self.from.recv().await {
            Some(said) if !self.ear.missed.swap(false, Ordering::Relaxed) => Heard::Said(said),
            _ => Heard::Missed,
        }
    }

    /// Whether something was missed of which nothing that follows will tell.
    pub fn has_missed(&self) -> bool {
        self.from.is_empty() && self.ear.missed.swap(false, Ordering::Relaxed)
    }

    /// Says that the user looks at the topic still, to those who could not know.
    pub fn still_looks(&self) {
        if let Some(topic) = &self.looks_at {
            self.hub.say(Said::to(topic.clone(), HERE).by(Some(self.ear.user)));
        }
    }

    /// Who else looks at the topic.
    pub fn others(&self) -> Vec<i64> {
        let Some(topic) = &self.looks_at else { return Vec::new() };
        let mut users = self.hub.present(topic);
        users.retain(|user| *user != self.ear.user);
        users
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.leave(&self.ear, &self.topics, self.looks_at.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(listener: &mut Listener) -> Option<Heard> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let next =
            async { tokio::time::timeout(Duration::from_millis(20), listener.next()).await.ok() };
        runtime.block_on(next)
    }

    #[test]
    fn whoever_is_meant_hears_what_is_said_to_their_topics() {
        let hub = Arc::new(Hub::default());
        let mut ann = hub.listen(1, vec![record(7), user(1)], None).unwrap();
        let mut ben = hub.listen(2, vec![record(7)], None).unwrap();
        let all = Said::to(record(7), "changed").by(Some(2));
        hub.say(all.clone());
        hub.say(Said::to(record(8), "changed"));
        let own = Said::to(record(7), "changed").only(vec![2]);
        hub.say(own.clone());
        assert_eq!(heard(&mut ann), Some(Heard::Said(Arc::new(all.clone()))));
        assert_eq!(heard(&mut ann), None);
        assert_eq!(heard(&mut ben), Some(Heard::Said(Arc::new(all))));
        assert_eq!(heard(&mut ben), Some(Heard::Said(Arc::new(own))));
    }

    #[test]
    fn whoever_falls_behind_is_told_so() {
        let hub = Arc::new(Hub::default());
        let mut ann = hub.listen(1, vec![record(7)], None).unwrap();
        for _ in 0..=WAITING_MAX {
            hub.say(Said::to(record(7), "changed"));
        }
        assert_eq!(heard(&mut ann), Some(Heard::Missed));
        assert!(matches!(heard(&mut ann), Some(Heard::Said(_))));
        assert!(!ann.has_missed());
    }

    #[test]
    fn whoever_looks_is_seen_until_the_last_of_their_pages_is_closed() {
        let hub = Arc::new(Hub::default());
        let look = |user| hub.listen(user, vec![record(7)], Some(record(7))).unwrap();
        let mut ann = look(1);
        assert!(matches!(heard(&mut ann), Some(Heard::Said(said)) if said.what == HERE));
        let (ben, again) = (look(2), look(2));
        assert_eq!(ann.others(), [2]);
        drop(ben);
        assert_eq!(ann.others(), [2]);
        drop(again);
        assert!(ann.others().is_empty());
        let mut words = Vec::new();
        while let Some(Heard::Said(said)) = heard(&mut ann) {
            words.push(said.what.clone());
        }
        assert_eq!(words, [HERE, HERE, GONE]);
    }

    #[test]
    fn whoever_is_elsewhere_is_seen_too() {
        let hub = Arc::new(Hub::default());
        let ann = hub.listen(1, vec![record(7)], Some(record(7))).unwrap();
        let (outgoing, incoming) = hub.relayed();
        incoming.say(Said::to(record(7), HERE).by(Some(3)));
        assert_eq!(ann.others(), [3]);
        incoming.say(Said::to(record(7), GONE).by(Some(3)));
        assert!(ann.others().is_empty());
        hub.say(Said::to(record(7), "changed"));
        assert_eq!(outgoing.try_recv().unwrap().what, "changed");
        assert!(outgoing.try_recv().is_err(), "what others said is not said again");
    }

    #[test]
    fn whoever_is_to_look_anew_is_told_so_once() {
        let hub = Arc::new(Hub::default());
        let (begun, incoming) = hub.watched();
        assert!(!incoming.is_heard() && begun.try_recv().is_err());
        let mut ann = hub.listen(1, vec![record(7), user(1)], None).unwrap();
        assert!(incoming.is_heard() && begun.try_recv().is_ok());
        incoming.look_anew();
        assert_eq!((heard(&mut ann), heard(&mut ann)), (Some(Heard::Missed), None));
        drop(ann);
        assert!(!incoming.is_heard());
        hub.close();
        assert_eq!(begun.try_recv(), Err(std_mpsc::TryRecvError::Disconnected));
    }

    #[test]
    fn one_user_has_so_many_ears_and_no_more() {
        let hub = Arc::new(Hub::default());
        let ears: Vec<Listener> =
            (0..LISTENERS_MAX).map(|_| hub.listen(1, Vec::new(), None).unwrap()).collect();
        assert!(matches!(hub.listen(1, Vec::new(), None), Err(Failure::Busy { .. })));
        assert!(hub.listen(2, Vec::new(), None).is_ok());
        drop(ears);
        assert!(hub.listen(1, Vec::new(), None).is_ok());
    }
}
