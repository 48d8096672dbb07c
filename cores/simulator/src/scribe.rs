//! Writes a history down: activities and facts as they come, in order at the end.

use std::sync::LazyLock;

use funnel::history::{
    Activity, Agent, Channel, Direction, Entry, Fact, Kind, Observation, Value, What, usual,
};
use moment::{Moment, Span};

use crate::words::{Topic, Words};

/// Names each kind that the story uses.
macro_rules! kinds {
    ($($name:ident = $text:literal,)*) => {
        /// What can happen in a story.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Did { $($name,)* }

        static KINDS: LazyLock<Vec<(Kind, Option<(Channel, Direction)>)>> =
            LazyLock::new(|| vec![$((Kind::new($text), usual($text)),)*]);
    };
}

kinds! {
    AssetDownloaded = "asset.downloaded",
    CallConnected = "call.connected",
    CallMade = "call.made",
    CallReceived = "call.received",
    CartAbandoned = "cart.abandoned",
    ChatAnswered = "chat.answered",
    ChatStarted = "chat.started",
    CriterionAnswered = "criterion.answered",
    DealLost = "deal.lost",
    DealMoved = "deal.moved",
    DealOpened = "deal.opened",
    DealWon = "deal.won",
    DemoHeld = "demo.held",
    DemoRequested = "demo.requested",
    EmailBounced = "email.bounced",
    EmailClicked = "email.clicked",
    EmailComplained = "email.complained",
    EmailDelivered = "email.delivered",
    EmailOpened = "email.opened",
    EmailReceived = "email.received",
    EmailReplied = "email.replied",
    EmailSent = "email.sent",
    EmailUnsubscribed = "email.unsubscribed",
    FeedPurchased = "feed.purchased",
    FormSubmitted = "form.submitted",
    HandoffAccepted = "handoff.accepted",
    HandoffRejected = "handoff.rejected",
    MeetingBooked = "meeting.booked",
    MeetingHeld = "meeting.held",
    NewsletterSubscribed = "newsletter.subscribed",
    NoteWritten = "note.written",
    PageViewed = "page.viewed",
    ProposalSent = "proposal.sent",
    ProposalViewed = "proposal.viewed",
    ReferralReceived = "referral.received",
    SurveyAnswered = "survey.answered",
    TrialStarted = "trial.started",
    WebinarAttended = "webinar.attended",
    WebinarRegistered = "webinar.registered",
    ProductSignedIn = "product.signed_in",
    ProductFleetImported = "product.fleet_imported",
    ProductRoutePlanned = "product.route_planned",
    ProductDriverInvited = "product.driver_invited",
}

/// Most entries of one history, which keeps ids apart.
const ENTRIES_MAX: usize = 1 << 13;

/// A history in the making.
pub(crate) struct Scribe {
    entries: Vec<Entry>,
    until: Moment,
    /// Who puts things into words; nobody in a lean story.
    words: Option<Words>,
}

impl Scribe {
    pub fn new(until: Moment, words: Option<Words>) -> Scribe {
        Scribe { entries: Vec::with_capacity(16), until, words }
    }

    /// Whether the story has ended by then.
    pub fn is_over(&self, at: Moment) -> bool {
        at > self.until
    }

    /// Something happened. What comes after the end of the story is not written.
    pub fn did(&mut self, at: Moment, did: Did) -> Deed<'_> {
        if self.is_over(at) {
            return Deed { entry: None, words: None };
        }
        let (kind, way) = &KINDS[did as usize];
        self.entries.push(Entry {
            id: 0,
            occurred_at: at,
            recorded_at: at,
            what: What::Activity(Activity {
                kind: kind.clone(),
                channel: way.map(|way| way.0),
                direction: way.map(|way| way.1),
                agent: Agent::Human,
                campaign: None,
                properties: Vec::new(),
            }),
        });
        Deed { entry: self.entries.last_mut(), words: self.words.as_mut() }
    }

    /// Facts became known from one source. Nothing is written if there are none.
    pub fn learn(&mut self, at: Moment, source: &str, facts: Vec<Fact>) {
        if !self.is_over(at) && !facts.is_empty() {
            let what = What::Facts(Observation { source: source.into(), facts });
            self.entries.push(Entry { id: 0, occurred_at: at, recorded_at: at, what });
        }
    }

    /// The history in order, without what nobody had learned by the end of the story. `owner` is a
    /// number of the person or company among all of both.
    pub fn finish(self, owner: usize) -> Vec<Entry> {
        let Scribe { mut entries, until, .. } = self;
        entries.retain(|entry| entry.recorded_at <= until);
        entries.truncate(ENTRIES_MAX);
        entries.sort_by_key(|entry| entry.occurred_at);
        for (place, entry) in entries.iter_mut().enumerate() {
            entry.id = (owner * ENTRIES_MAX + place + 1) as i64;
        }
        entries
    }
}

/// What has just been written, to be told in more detail.
pub(crate) struct Deed<'a> {
    entry: Option<&'a mut Entry>,
    words: Option<&'a mut Words>,
}

impl Deed<'_> {
    fn change(mut self, change: impl FnOnce(&mut Activity)) -> Self {
        if let Some(Entry { what: What::Activity(activity), .. }) = self.entry.as_deref_mut() {
            change(activity);
        }
        self
    }

    pub fn with(self, name: &str, value: impl Into<Value>) -> Self {
        self.change(|activity| {
            activity.properties.reserve_exact(1);
            activity.properties.push((name.into(), value.into()));
        })
    }

    pub fn money(self, name: &str, minor: i64, currency: &str) -> Self {
        self.with(name, minor as f64).with("currency", currency)
    }

    pub fn campaign(self, campaign: &str) -> Self {
        self.change(|activity| activity.campaign = Some(campaign.into()))
    }

    pub fn by_machine(self) -> Self {
        self.change(|activity| activity.agent = Agent::Machine)
    }

    pub fn by_whom_is_unsure(self) -> Self {
        self.change(|activity| activity.agent = Agent::Unsure)
    }

    pub fn channel(self, channel: Channel) -> Self {
        self.change(|activity| activity.channel = Some(channel))
    }

    /// We learned of it only that much later.
    pub fn late(mut self, by: Span) -> Self {
        if let Some(entry) = self.entry.as_deref_mut() {
            entry.recorded_at = entry.occurred_at + by;
        }
        self
    }

    /// Adds a subject that is the same for all who get it, if the story is told in full.
    pub fn subject(self, subject: &str) -> Self {
        if self.words.is_some() { self.with("subject", subject) } else { self }
    }

    /// Adds what was said, if the story is told in full.
    pub fn say(mut self, topic: Topic) -> Self {
        if self.entry.is_none() {
            return self;
        }
        let Some(said) = self.words.as_deref_mut().map(|words| words.on(topic)) else {
            return self;
        };
        let told = match said.subject {
            Some(subject) => self.with("subject", subject),
            None => self,
        };
        told.with("text", said.text)
    }
}
