//! The eight questions in their order, and what each answer becomes.

/// One of the eight questions, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// What kind of firm it is.
    Firm,
    /// The most that they have done by themselves.
    Act,
    /// Who has spoken to whom.
    Talk,
    /// Country, size and tools.
    Place,
    /// Whether they need it, and when.
    Need,
    /// Whether there is money for it.
    Budget,
    /// Whether this contact signs.
    Signs,
    /// Whether sales has taken the contact on.
    Accepted,
}

/// One of the answers to a question.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// The word for it: `demo seen`.
    pub word: &'static str,
    /// What somebody who is asked says.
    pub says: &'static str,
    /// As what goes after *if*: `they saw a demo`.
    pub if_so: &'static str,
    /// What it becomes in the imagined history; nothing for what is not known.
    pub becomes: &'static [Becomes],
}

/// One entry, or one fact, of an imagined history.
#[derive(Debug, PartialEq)]
pub enum Becomes {
    /// A fact that is a text.
    Is(&'static str, &'static str),
    /// A fact that is a number.
    Counts(&'static str, f64),
    /// A fact that is a list.
    Holds(&'static str, &'static [&'static str]),
    /// An activity, and what it carries.
    Did(&'static str, Option<(&'static str, &'static str)>),
    /// An answer to a criterion.
    Answers(&'static str, bool),
}

use Becomes::{Answers, Counts, Did, Holds, Is};

/// How many answers a question has at most: each has a key of its own, 1 to 9.
pub const ANSWERS_MAX: usize = 9;

impl Question {
    /// All of them, in their order.
    pub const ALL: [Question; 8] = [
        Question::Firm,
        Question::Act,
        Question::Talk,
        Question::Place,
        Question::Need,
        Question::Budget,
        Question::Signs,
        Question::Accepted,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Question::Firm => "firm",
            Question::Act => "act",
            Question::Talk => "talk",
            Question::Place => "place",
            Question::Need => "need",
            Question::Budget => "budget",
            Question::Signs => "signs",
            Question::Accepted => "accepted",
        }
    }

    /// From its word.
    pub fn parse(word: &str) -> Option<Question> {
        Question::ALL.into_iter().find(|question| question.as_str() == word)
    }

    /// As it is asked.
    pub const fn ask(self) -> &'static str {
        match self {
            Question::Firm => "What kind of firm is it?",
            Question::Act => "What is the most that they have done by themselves?",
            Question::Talk => "Who has spoken to whom?",
            Question::Place => "Right country, size and tools?",
            Question::Need => "Do they need it, and now?",
            Question::Budget => "Is there money for it?",
            Question::Signs => "Does this contact sign?",
            Question::Accepted => "Has sales taken the contact on?",
        }
    }

    /// Its answers, in their order.
    pub const fn answers(self) -> &'static [Answer] {
        match self {
            Question::Firm => FIRM,
            Question::Act => ACT,
            Question::Talk => TALK,
            Question::Place => PLACE,
            Question::Need => NEED,
            Question::Budget => BUDGET,
            Question::Signs => SIGNS,
            Question::Accepted => ACCEPTED,
        }
    }

    /// What holds while it is not asked: unknown, nothing, nobody, not accepted.
    pub(super) const fn unasked(self) -> u8 {
        match self {
            Question::Firm | Question::Place | Question::Need => 3,
            Question::Budget | Question::Signs => 2,
            Question::Accepted => 1,
            Question::Act | Question::Talk => 0,
        }
    }
}

/// Where in [`ACT`] what ends the questions stands.
pub(super) const BOUGHT: u8 = 8;
/// Where in [`TALK`] both have spoken.
pub(super) const BOTH: u8 = 3;

/// Whether somebody who has done this has spoken with us: a demo seen, or a call.
pub(super) const fn is_talk(act: u8) -> bool {
    matches!(act, 6 | 7)
}

const fn answer(
    word: &'static str,
    says: &'static str,
    if_so: &'static str,
    becomes: &'static [Becomes],
) -> Answer {
    Answer { word, says, if_so, becomes }
}

const fn unknown(if_so: &'static str) -> Answer {
    answer("?", "I do not know", if_so, &[])
}

const FIRM: &[Answer] = &[
    answer(
        "profile",
        "Just our kind: logistics",
        "it is just our kind of firm",
        &[Is("company.industry", "logistics")],
    ),
    answer(
        "market",
        "In our market: retail",
        "the firm is in our market",
        &[Is("company.industry", "retail")],
    ),
    answer(
        "outside",
        "Outside it: education",
        "the firm is outside our market",
        &[Is("company.industry", "education")],
    ),
    unknown("we do not know the firm"),
];

const ACT: &[Answer] = &[
    answer("nothing", "Nothing", "they do nothing", &[]),
    answer("looked", "Looked at pages", "they look at pages", &[Did("page.viewed", None)]),
    answer(
        "signed up",
        "Signed up for the newsletter",
        "they sign up",
        &[Did("newsletter.subscribed", None)],
    ),
    answer(
        "downloaded",
        "Downloaded a white paper",
        "they download a white paper",
        &[Did("asset.downloaded", Some(("asset", "white-paper")))],
    ),
    answer(
        "trial",
        "Started a trial, and used it",
        "they try it",
        &[Did("trial.started", None), Did("product.used", None)],
    ),
    answer(
        "demo agreed",
        "Agreed to a demo",
        "they agree to a demo",
        &[Did("meeting.booked", Some(("about", "demo")))],
    ),
    answer("demo seen", "Saw a demo", "they see a demo", &[Did("demo.held", None)]),
    answer(
        "called sales",
        "Called and asked for sales",
        "they call and ask for sales",
        &[Did("call.received", Some(("asks", "sales"))), Did("call.connected", None)],
    ),
    answer("bought", "Bought", "they buy", &[Did("deal.won", None)]),
];

const TALK: &[Answer] = &[
    answer("nobody", "Nobody", "nobody has spoken", &[]),
    answer("only we", "Only we to them", "only we have written", &[Did("email.sent", None)]),
    answer(
        "only they",
        "Only they to us",
        "only they have written",
        &[Did("email.received", None)],
    ),
    answer(
        "both",
        "Both",
        "both have spoken",
        &[Did("email.sent", None), Did("email.replied", None)],
    ),
    answer(
        "keen",
        "Both, and they are keen",
        "both have spoken, and they are keen",
        &[Did("email.sent", None), Did("email.replied", Some(("says", "interested")))],
    ),
];

const PLACE: &[Answer] = &[
    answer(
        "all",
        "All of it",
        "country, size and tools are right",
        &[
            Is("company.country", "DE"),
            Counts("company.employees", 300.0),
            Holds("company.technologies", &["route-planning"]),
        ],
    ),
    answer(
        "part",
        "The country alone",
        "the country alone is right",
        &[
            Is("company.country", "DE"),
            Counts("company.employees", 20.0),
            Holds("company.technologies", &[]),
        ],
    ),
    answer(
        "none",
        "None of it",
        "country, size and tools are wrong",
        &[
            Is("company.country", "BR"),
            Counts("company.employees", 20.0),
            Holds("company.technologies", &[]),
        ],
    ),
    unknown("we know neither country, size nor tools"),
];

const NEED: &[Answer] = &[
    answer(
        "now",
        "Yes, and now",
        "they need it now",
        &[Answers("need", true), Answers("timing", true)],
    ),
    answer(
        "later",
        "Yes, but later",
        "they need it later",
        &[Answers("need", true), Answers("timing", false)],
    ),
    answer("no", "No", "they do not need it", &[Answers("need", false), Answers("timing", false)]),
    unknown("we do not know whether they need it"),
];

const BUDGET: &[Answer] = &[
    answer("yes", "Yes", "there is money", &[Counts("company.budget", 9_000.0)]),
    answer("no", "No", "there is no money", &[Counts("company.budget", 900.0)]),
    unknown("we do not know whether there is money"),
];

const SIGNS: &[Answer] = &[
    answer("yes", "Yes", "this contact signs", &[Is("person.seniority", "owner")]),
    answer("no", "No", "somebody else signs", &[Is("person.seniority", "manager")]),
    unknown("we do not know who signs"),
];

const ACCEPTED: &[Answer] = &[
    answer("yes", "Yes", "sales takes them on", &[Did("handoff.accepted", None)]),
    answer("no", "No", "sales has not taken them on", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_words_of_their_own_and_stand_where_the_numbers_say() {
        for question in Question::ALL {
            let words: Vec<&str> = question.answers().iter().map(|answer| answer.word).collect();
            let mut once = words.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), words.len(), "{words:?}");
            assert!(words.len() <= ANSWERS_MAX);
            assert_eq!(Question::parse(question.as_str()), Some(question));
            let unasked = &question.answers()[usize::from(question.unasked())];
            assert_eq!(unasked.becomes, &[], "{question:?}: what is not asked becomes nothing");
        }
        assert_eq!(ACT[usize::from(BOUGHT)].word, "bought");
        assert_eq!(TALK[usize::from(BOTH)].word, "both");
        let talks = (0..8).filter(|act| is_talk(*act)).map(|act| ACT[usize::from(act)].word);
        assert_eq!(talks.collect::<Vec<_>>(), ["demo seen", "called sales"]);
    }
}
