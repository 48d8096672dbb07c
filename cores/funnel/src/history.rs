//! What is known to have happened to one person: activities, and facts as they became known.

use std::cmp::Ordering;
use std::fmt;

use moment::Moment;

/// Everything about one person, ordered by `(occurred_at, id)`. What the person's company is known
/// to be stands here too, as facts named `company.…`, each from the moment it became visible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// In order; [`History::new`] sees to it.
    pub entries: Vec<Entry>,
}

impl History {
    /// Puts entries in order of `(occurred_at, id)`.
    pub fn new(mut entries: Vec<Entry>) -> History {
        entries.sort_by_key(|entry| (entry.occurred_at, entry.id));
        History { entries }
    }
}

/// One thing in a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Unique within the history; breaks ties of time.
    pub id: i64,
    /// When it happened, or from when the facts held.
    pub occurred_at: Moment,
    /// When we learned of it: nothing is visible before. Never earlier than `occurred_at`, except
    /// for what is known ahead.
    pub recorded_at: Moment,
    /// What it is.
    pub what: What,
}

/// Something done, or something learned.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Something that happened.
    Activity(Activity),
    /// Facts that came together from one source (stored as the activity `fact.observed`).
    Facts(Observation),
}

/// Something that happened. What a person, a mailbox or a machine did.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// `subject.verb-in-the-past`, e.g. `email.replied`.
    pub kind: Kind,
    /// By which way; what is not said stays unknown to conditions.
    pub channel: Option<Channel>,
    /// Who spoke to whom.
    pub direction: Option<Direction>,
    /// Whether a human did it. Conditions count humans alone, unless they ask otherwise.
    pub agent: Agent,
    /// The marketing effort it belongs to.
    pub campaign: Option<Box<str>>,
    /// What else it carries: `path`, `asset`, `says`, `bulk`, `amount_minor` …
    pub properties: Properties,
}

impl Activity {
    /// A human's activity of a kind, as it usually is.
    pub fn usual(kind: &str) -> Activity {
        let usual = usual(kind);
        Activity {
            kind: Kind::new(kind),
            channel: usual.map(|(channel, _)| channel),
            direction: usual.map(|(_, direction)| direction),
            agent: Agent::Human,
            campaign: None,
            properties: Vec::new(),
        }
    }

    /// A criterion answered with yes or no.
    pub fn answer(criterion: &str, yes: bool) -> Activity {
        let value = Value::from(if yes { "yes" } else { "no" });
        let properties = vec![("criterion".into(), criterion.into()), ("value".into(), value)];
        Activity { properties, ..Activity::usual("criterion.answered") }
    }
}

/// Facts that came together from one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Where they come from: `form`, `import`, `enrichment`, a user …
    pub source: Box<str>,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// One thing held true about a person or company.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// E.g. `person.title`, `company.employees`, `person.custom.plan`, `score.intent`.
    pub key: Box<str>,
    /// What is held; [`Value::Null`] takes an earlier value back: unknown again.
    pub value: Value,
    /// From when on it is unknown again.
    pub expires_at: Option<Moment>,
    /// Held, but not believed (mixed scripts): known, and unknown to every comparison.
    pub suspect: bool,
    /// 0 to 100; below 100 for guesses of an enrichment source.
    pub confidence: u8,
}

impl Fact {
    /// A fact held for certain that does not expire.
    pub fn certain(key: &str, value: impl Into<Value>) -> Fact {
        Fact {
            key: key.into(),
            value: value.into(),
            expires_at: None,
            suspect: false,
            confidence: 100,
        }
    }
}

/// A value of a fact or of an activity's property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: unknown.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number; counts and money are whole.
    Number(f64),
    /// A text.
    Text(Box<str>),
    /// Several texts, e.g. technologies.
    List(Vec<Box<str>>),
    /// A date or time, as a moment.
    Time(Moment),
}

impl Value {
    /// The moment that it says: a moment, or a text that reads as a date or time.
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Value::Time(moment) => Some(*moment),
            Value::Text(text) => moment_of(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
        }
    }
}

/// A date or time written as a text.
pub(crate) fn moment_of(text: &str) -> Option<Moment> {
    if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { text.parse().ok() }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Number(value)
    }
}
impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Number(f64::from(value))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.into())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value.into_boxed_str())
    }
}

/// Named values, few; in the order given, each name once.
pub type Properties = Vec<(Box<str>, Value)>;

/// An activity's kind, `subject.verb-in-the-past`; the well-known ones take no memory, and are told apart by a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Kind(Name);

/// A text that is known has its place in [`KNOWN_KINDS`], never a copy of its own: so that equal kinds are equal here.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    Known(u8),
    Other(Box<str>),
}

impl Kind {
    /// From text; any text is a kind, for a product's own activities are open.
    pub fn new(text: &str) -> Kind {
        match place_of(text) {
            Some(place) => Kind(Name::Known(place)),
            None => Kind(Name::Other(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Known(place) => KNOWN_KINDS[usize::from(*place)].kind,
            Name::Other(text) => text,
        }
    }

    /// Its place among [`KNOWN_KINDS`], if it is one of them.
    pub fn known(&self) -> Option<usize> {
        match self.0 {
            Name::Known(place) => Some(usize::from(place)),
            Name::Other(_) => None,
        }
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Kind) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Kind) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A closed set of words with the number under which each is stored.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant = $code,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The word that conditions and people use.
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $word,)* } }
            /// From its word.
            pub fn parse(word: &str) -> Option<$name> { match word { $($word => Some($name::$variant),)* _ => None } }
            /// The number under which it is stored.
            pub const fn code(self) -> i64 { match self { $($name::$variant => $code,)* } }
            /// From the number under which it is stored.
            pub fn from_code(code: i64) -> Option<$name> { match code { $($code => Some($name::$variant),)* _ => None } }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words! {
    /// The way by which something happened.
    Channel {
        /// Pages and forms.
        Web = 1 "web",
        /// Mail.
        Email = 2 "email",
        /// Calls.
        Phone = 3 "phone",
        /// Chat.
        Chat = 4 "chat",
        /// Face to face, or as if.
        Meeting = 5 "meeting",
        /// Fairs and webinars.
        Event = 6 "event",
        /// Through others.
        Partner = 7 "partner",
        /// In the product itself.
        Product = 8 "product",
    }
}

words! {
    /// Who spoke to whom.
    Direction {
        /// They to us.
        Inbound = 1 "inbound",
        /// We to them.
        Outbound = 2 "outbound",
        /// Among ourselves.
        Internal = 3 "internal",
    }
}

words! {
    /// Whether a human did it.
    Agent {
        /// A person.
        Human = 1 "human",
        /// A scanner, a prefetcher, a bot, an out-of-office reply.
        Machine = 2 "machine",
        /// Not settled; counts no more than a machine until it is.
        Unsure = 3 "unsure",
    }
}

/// What a well-known kind says when the activity itself does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKind {
    /// The kind.
    pub kind: &'static str,
    /// Its usual channel.
    pub channel: Channel,
    /// Its usual direction.
    pub direction: Direction,
}

/// The usual channel and direction of a kind, by its name or by its subject (`product.*`).
pub fn usual(kind: &str) -> Option<(Channel, Direction)> {
    if let Some(known) = known_kind(kind) {
        return Some((known.channel, known.direction));
    }
    let subject = kind.split_once('.').map_or(kind, |(subject, _)| subject);
    KNOWN_SUBJECTS.iter().find(|known| known.0 == subject).map(|known| (known.1, known.2))
}

fn known_kind(text: &str) -> Option<&'static KnownKind> {
    KNOWN_KINDS.get(usize::from(place_of(text)?))
}

/// The place of a known kind in [`KNOWN_KINDS`]. It is asked once for every entry that is read, so it is looked up by
/// a few letters and compared once, instead of searched for.
fn place_of(text: &str) -> Option<u8> {
    let mut slot = slot_of(text.as_bytes());
    loop {
        let place = *PLACES.get(slot)?;
        let known = KNOWN_KINDS.get(usize::from(place))?;
        if known.kind == text {
            return Some(place);
        }
        slot = (slot + 1) % PLACES.len();
    }
}

/// Where a kind is looked for first in [`PLACES`]: by its length, its first letter and two of its last.
const fn slot_of(kind: &[u8]) -> usize {
    let length = kind.len();
    if length < 4 {
        return 0;
    }
    let letters = [kind[0], kind[length - 4], kind[length - 3]];
    let mut hash = length as u32;
    let mut at = 0;
    while at < letters.len() {
        hash = hash.wrapping_mul(31).wrapping_add(letters[at] as u32);
        at += 1;
    }
    (hash.wrapping_mul(0x9e37_79b1) >> 24) as usize
}

/// Nobody's place.
const NO_PLACE: u8 = u8::MAX;

/// The places of all known kinds: each at its slot, or at the next one that was free.
const PLACES: [u8; 256] = {
    let mut places = [NO_PLACE; 256];
    let mut place = 0;
    while place < KNOWN_KINDS.len() {
        let mut slot = slot_of(KNOWN_KINDS[place].kind.as_bytes());
        while places[slot] != NO_PLACE {
            slot = (slot + 1) % places.len();
        }
        places[slot] = place as u8;
        place += 1;
    }
    places
};

const KNOWN_SUBJECTS: &[(&str, Channel, Direction)] = &[
    ("webinar", Channel::Event, Direction::Inbound),
    ("product", Channel::Product, Direction::Inbound),
    ("deal", Channel::Meeting, Direction::Internal),
    ("handoff", Channel::Meeting, Direction::Internal),
];

const fn known(kind: &'static str, channel: Channel, direction: Direction) -> KnownKind {
    KnownKind { kind, channel, direction }
}

/// Every kind that the program itself gives meaning to, in order of its name.
pub const KNOWN_KINDS: &[KnownKind] = {
    use Channel::*;
    use Direction::*;
    &[
        known("asset.downloaded", Web, Inbound),
        known("call.connected", Phone, Inbound),
        known("call.made", Phone, Outbound),
        known("call.received", Phone, Inbound),
        known("cart.abandoned", Web, Inbound),
        known("chat.answered", Chat, Outbound),
        known("chat.started", Chat, Inbound),
        known("criterion.answered", Meeting, Internal),
        known("deal.lost", Meeting, Internal),
        known("deal.moved", Meeting, Internal),
        known("deal.opened", Meeting, Internal),
        known("deal.won", Meeting, Internal),
        known("demo.held", Meeting, Inbound),
        known("demo.requested", Web, Inbound),
        known("email.bounced", Email, Internal),
        known("email.clicked", Email, Inbound),
        known("email.complained", Email, Inbound),
        known("email.delivered", Email, Internal),
        known("email.opened", Email, Inbound),
        known("email.received", Email, Inbound),
        known("email.replied", Email, Inbound),
        known("email.sent", Email, Outbound),
        known("email.unsubscribed", Email, Inbound),
        known("fact.observed", Web, Internal),
        known("feed.purchased", Partner, Internal),
        known("form.submitted", Web, Inbound),
        known("handoff.accepted", Meeting, Internal),
        known("handoff.rejected", Meeting, Internal),
        known("meeting.booked", Meeting, Inbound),
        known("meeting.held", Meeting, Inbound),
        known("newsletter.subscribed", Web, Inbound),
        known("note.written", Meeting, Internal),
        known("page.viewed", Web, Inbound),
        known("proposal.sent", Email, Outbound),
        known("proposal.viewed", Web, Inbound),
        known("referral.received", Partner, Inbound),
        known("stage.moved", Meeting, Internal),
        known("survey.answered", Web, Inbound),
        known("trial.started", Product, Inbound),
        known("webinar.attended", Event, Inbound),
        known("webinar.registered", Event, Inbound),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_kinds_are_in_order_and_found() {
        assert!(KNOWN_KINDS.windows(2).all(|pair| pair[0].kind < pair[1].kind));
        assert_eq!(usual("email.replied"), Some((Channel::Email, Direction::Inbound)));
        assert_eq!(usual("product.route_planned"), Some((Channel::Product, Direction::Inbound)));
        assert_eq!(usual("weather.changed"), None);
        for (place, known) in KNOWN_KINDS.iter().enumerate() {
            let kind = Kind::new(known.kind);
            assert_eq!((kind.as_str(), kind.known()), (known.kind, Some(place)));
        }
        for other in ["odd.thing", "", "x", "email.replief", "xmail.replied", "page.viewed."] {
            assert_eq!((Kind::new(other).as_str(), Kind::new(other).known()), (other, None));
        }
        assert!(Kind::new("email.replied") < Kind::new("email.replief"));
    }
}
