//! What people write and say: short texts put together from fragments, for stories told in full.

use crate::chance::Chance;

mod fragments;
use fragments::{Fragments, fragments};

/// What a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// We write for the first time.
    FirstMail,
    /// We write again, unanswered.
    FollowUp,
    /// We answer.
    OurAnswer,
    /// They want to know more.
    Interested,
    /// They put us off.
    NotNow,
    /// They want no more of it.
    Stop,
    /// A machine says that they are away.
    OutOfOffice,
    /// They write on their own account.
    TheyWrite,
    /// They ask about details while deciding.
    Negotiation,
    /// A form's free text.
    FormText,
    /// The first line of a chat.
    Chat,
    /// Our line in it.
    ChatAnswer,
    /// A call that got through.
    CallSummary,
    /// A call that did not.
    CallMissed,
    /// They called sales.
    CallReceived,
    /// They called about something else.
    CallOther,
    /// A customer asks for help.
    CustomerWrites,
    /// We help a customer.
    CustomerAnswer,
    /// We answer while they decide.
    NegotiationAnswer,
    /// We ask after a proposal or demo.
    Reminder,
    /// A meeting took place.
    MeetingSummary,
    /// A demo took place.
    DemoSummary,
    /// We send a proposal.
    Proposal,
    /// A note among ourselves.
    Note,
    /// A note after a deal was lost.
    LostNote,
    /// A note from a fair.
    FairNote,
    /// Answer to a survey.
    Survey,
    /// Why sales sends somebody back.
    Rejection,
}

/// Who speaks with whom, for the placeholders.
pub(crate) struct Words {
    pub chance: Chance,
    pub hello: &'static str,
    pub first: &'static str,
    pub company: Box<str>,
    /// The colleague of ours who looks after them.
    pub us: &'static str,
    pub vehicles: u32,
    pub sites: u32,
}

/// What was said.
pub(crate) struct Said {
    pub subject: Option<String>,
    pub text: String,
}

impl Words {
    /// Something on that topic.
    pub fn on(&mut self, topic: Topic) -> Said {
        let Fragments { subject, parts } = fragments(topic);
        let subject = (!subject.is_empty()).then(|| {
            let mut said = String::new();
            let chosen = self.chance.pick(subject);
            self.fill(chosen, &mut said);
            said
        });
        let mut text = String::with_capacity(160);
        for part in parts {
            let chosen = self.chance.pick(part);
            let begins_sentence = !text.ends_with(',');
            if !chosen.is_empty() && !text.is_empty() {
                text.push(' ');
            }
            let begun = text.len();
            self.fill(chosen, &mut text);
            if begins_sentence && let Some(first) = text.get_mut(begun..begun + 1) {
                first.make_ascii_uppercase();
            }
        }
        Said { subject, text }
    }

    /// Replaces what stands in braces.
    fn fill(&mut self, template: &str, to: &mut String) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            to.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            self.place(name, to);
            rest = after;
        }
        to.push_str(rest);
    }

    fn place(&mut self, name: &str, to: &mut String) {
        match name {
            "hello" => to.push_str(self.hello),
            "first" => to.push_str(self.first),
            "company" => to.push_str(&self.company),
            "us" => to.push_str(self.us),
            "vehicles" => to.push_str(&self.vehicles.to_string()),
            "sites" => to.push_str(match self.sites {
                0 | 1 => "one depot",
                2 => "two depots",
                3 => "three depots",
                4 => "four depots",
                _ => "a dozen depots",
            }),
            "n" => {
                let n = self.chance.between(2, 9);
                to.push_str(&n.to_string());
            }
            other => match fragments::list(other) {
                Some(list) => to.push_str(self.chance.pick(list)),
                None => to.push_str(other),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::chance::Purpose;

    #[test]
    fn every_topic_can_be_told_in_many_ways_and_leaves_no_brace() {
        let mut words = Words {
            chance: Chance::new(1, Purpose::Words, 1),
            hello: "Bonjour",
            first: "Maud",
            company: "Laiterie Valmont".into(),
            us: "Bram",
            vehicles: 84,
            sites: 3,
        };
        for topic in fragments::ALL {
            let said: HashSet<String> = (0..300).map(|_| words.on(topic).text).collect();
            assert!(said.len() >= 6, "{topic:?} is told in {} ways", said.len());
            for text in &said {
                assert!(!text.contains(['{', '}']), "{text}");
                assert!(text.len() < 420, "{text}");
                assert!(!text.contains("  "), "{text}");
            }
        }
    }
}
