//! The fragments. A text takes one from each part in turn; names in braces are filled in.

use super::Topic;

pub(super) struct Fragments {
    /// Subjects of a mail; none for what has no subject.
    pub subject: &'static [&'static str],
    pub parts: &'static [&'static [&'static str]],
}

/// All topics, for tests.
#[cfg(test)]
pub(super) const ALL: [Topic; 28] = [
    Topic::FirstMail,
    Topic::FollowUp,
    Topic::OurAnswer,
    Topic::Interested,
    Topic::NotNow,
    Topic::Stop,
    Topic::OutOfOffice,
    Topic::TheyWrite,
    Topic::Negotiation,
    Topic::FormText,
    Topic::Chat,
    Topic::ChatAnswer,
    Topic::CallSummary,
    Topic::CallMissed,
    Topic::CallReceived,
    Topic::CallOther,
    Topic::CustomerWrites,
    Topic::CustomerAnswer,
    Topic::NegotiationAnswer,
    Topic::Reminder,
    Topic::MeetingSummary,
    Topic::DemoSummary,
    Topic::Proposal,
    Topic::Note,
    Topic::LostNote,
    Topic::FairNote,
    Topic::Survey,
    Topic::Rejection,
];

/// Lists that a placeholder may draw from.
pub(super) fn list(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "pain" => &[
            "empty kilometres on the way back",
            "late deliveries on Fridays",
            "drivers waiting at the ramp",
            "temperatures noted down by hand",
            "tours planned in a spreadsheet",
            "one planner who knows everything and is about to retire",
            "returns that nobody has planned for",
            "orders that come in after six in the evening",
            "toll costs that grow faster than the fleet",
            "customers calling to ask where their goods are",
        ],
        "tool" => &[
            "spreadsheets",
            "a whiteboard",
            "a tool from 2009",
            "their carrier's portal",
            "paper lists",
            "the module of their stock system",
        ],
        "month" => &[
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "September",
            "October",
            "November",
        ],
        "weekday" => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        "signer" => &[
            "the managing director",
            "the finance director",
            "the owners",
            "the head office",
            "the supervisory board",
        ],
        _ => return None,
    })
}

macro_rules! told {
    ($subject:expr, $($part:expr),+ $(,)?) => { Fragments { subject: &$subject, parts: &[$(&$part),+] } };
}

/// What can be said on a topic.
pub(super) fn fragments(topic: Topic) -> Fragments {
    match topic {
        Topic::FirstMail => told!(
            [
                "Tours at {company}",
                "{vehicles} vehicles, fewer kilometres",
                "Planning for peaks",
                "A question, {first}"
            ],
            ["{hello} {first},"],
            [
                "firms with {sites} like yours often tell us of {pain}.",
                "I read that {company} is growing, and with it usually {pain}.",
                "most planners whom I meet fight with {pain}.",
            ],
            [
                "Fernwheel plans a day's tours in {n} minutes. Would that be worth a short call?",
                "Who at {company} looks after route planning?",
                "May I show you in a quarter of an hour what others do about it?",
            ],
            ["", "Best wishes, {us}"],
        ),
        Topic::FollowUp => told!(
            ["Re: Tours at {company}", "Once more on planning", "A short follow-up"],
            ["{hello} {first},", "Dear {first},"],
            [
                "did my last mail reach you?",
                "I know {weekday}s are busy, so only this:",
                "a colleague of yours downloaded our paper, which made me think of you.",
            ],
            [
                "one customer of your size saves {n} hours of planning a day.",
                "we have a short sheet on {pain}. Shall I send it?",
                "if this is not for you, tell me and I will leave you in peace.",
            ],
        ),
        Topic::OurAnswer => told!(
            ["Re: Tours at {company}", "Your question", "Next steps"],
            ["{hello} {first}, thank you for your answer.", "Thank you, {first}."],
            [
                "For {vehicles} vehicles the price depends on how many planners work at once.",
                "Yes, we read orders straight from {tool}.",
                "{sites} can start one after the other, that is what most do.",
                "The drivers' app works without a signal and sends later.",
            ],
            [
                "Would {weekday} at ten suit you?",
                "Is there money set aside for this year?",
                "When would it have to run?",
                "Who else should be in the next call?",
            ],
        ),
        Topic::Interested => told!(
            ["Re: Tours at {company}", "Re: A question"],
            ["{hello},", "Good morning,", "Hello {us},"],
            [
                "this comes at the right time: our trouble is {pain}.",
                "we plan {vehicles} vehicles with {tool}, so yes, I am interested.",
                "we looked at something like this two years ago and would look again.",
                "please tell me what it would cost for {sites}.",
            ],
            [
                "Call me on {weekday}.",
                "We would want to be live before {month}.",
                "Could you show it to two colleagues as well?",
                "",
            ],
            ["{first}"],
        ),
        Topic::NotNow => told!(
            ["Re: Tours at {company}", "Re: A short follow-up"],
            ["Hello {us},", "Dear {us},"],
            [
                "we have just changed our stock system and nobody has time for another project.",
                "not this year, I am afraid.",
                "our contract runs until {month}, so please ask again then.",
                "{signer} has stopped all new projects for now.",
            ],
            ["Regards, {first}", "Write again in {month}. {first}", "{first}"],
        ),
        Topic::Stop => told!(
            ["Re: Tours at {company}"],
            [
                "Please take me off your list.",
                "No thank you, and no more mails please.",
                "We are not interested. Do not write again.",
                "I do not know where you have my address from. Delete it.",
            ],
            ["", "{first}", "Regards, {first}"],
        ),
        Topic::OutOfOffice => told!(
            ["Out of office", "Automatic reply: Tours at {company}"],
            [
                "I am out of the office until {weekday}.",
                "Thank you for your message. I am back in {month}.",
                "I am travelling and read mail rarely until {weekday}.",
            ],
            ["In urgent cases call the dispatch desk.", "Your mail is not forwarded.", ""],
        ),
        Topic::TheyWrite => told!(
            [
                "A question on Fernwheel",
                "Route planning for {company}",
                "Are you the right person?"
            ],
            ["Hello,", "Hello {us},", "Good morning,"],
            [
                "we spoke some time ago and the matter is on the table again.",
                "a driver of ours saw your app at a customer's ramp.",
                "we open another depot in {month} and cannot plan it with {tool}.",
                "{signer} has asked me to compare three systems.",
            ],
            ["What would you need from us?", "Can we talk on {weekday}?", "Please send prices."],
            ["{first}"],
        ),
        Topic::Negotiation => told!(
            ["Re: Proposal for {company}", "The contract", "Two points"],
            ["Hello {us},", "Dear {us},"],
            [
                "our lawyer asks who answers for lost data.",
                "{signer} wants to pay by the quarter.",
                "can we begin with {vehicles} vehicles and add the rest in {month}?",
                "another firm offers {n} per cent less. What can you do?",
                "please put the drivers' app into the offer.",
            ],
            ["I need your answer by {weekday}.", "Otherwise we are agreed.", ""],
            ["{first}"],
        ),
        Topic::FormText => told!(
            [],
            [
                "{vehicles} vehicles, {sites}, planned with {tool}.",
                "We suffer from {pain}.",
                "Please call me about prices.",
                "Looking for a system that runs before {month}.",
                "Do you work with cold goods?",
            ],
            ["", "Best reached on {weekday}s.", "No calls before nine please."],
        ),
        Topic::Chat => told!(
            [],
            [
                "Hi, does it work with {tool}?",
                "What does it cost for {vehicles} vehicles?",
                "Is there a trial?",
                "Can drivers use it without a signal?",
                "Do you have customers with {sites}?",
                "We need something against {pain}.",
            ],
        ),
        Topic::ChatAnswer => told!(
            [],
            ["Hello, {us} here.", "Good to have you here, this is {us}."],
            [
                "It does, and I can show you how.",
                "That depends on the number of planners. How many are you?",
                "There is, for fourteen days.",
                "Yes. May I send you an example by mail?",
            ],
        ),
        Topic::CallSummary => told!(
            [],
            [
                "{n} minutes with {first}.",
                "{first} had time.",
                "Reached {first} at the second attempt.",
            ],
            [
                "They plan {vehicles} vehicles with {tool}; the trouble is {pain}.",
                "{signer} signs anything above twenty thousand.",
                "Want to be live before {month}.",
                "Curious, but no project yet.",
                "Knows us from a customer and asked for references.",
            ],
            ["Will send the paper.", "Call again on {weekday}.", "Promised to think about it.", ""],
        ),
        Topic::CallMissed => told!(
            [],
            ["No answer.", "Voicemail.", "Colleague says {first} is in a meeting.", "Line busy."],
            ["", "Try again on {weekday}.", "Left my number."],
        ),
        Topic::CallReceived => told!(
            [],
            [
                "{first} called about prices for {vehicles} vehicles.",
                "{first} wants to speak with sales.",
                "{first} asks whether we can start in {month}.",
                "{first} has trouble with {pain} and heard of us.",
            ],
            ["", "In a hurry.", "Friendly, well prepared."],
        ),
        Topic::MeetingSummary => told!(
            [],
            [
                "Met {first} and the planners.",
                "An hour at {company}.",
                "Video call with {first} and a colleague.",
            ],
            [
                "Walked through a day with {vehicles} vehicles.",
                "Much about {pain}.",
                "They showed us {tool}.",
                "Open question: {signer}.",
            ],
            [
                "Next: demo with their data.",
                "Next: numbers from the last {n} weeks.",
                "No next step."
            ],
        ),
        Topic::DemoSummary => told!(
            [],
            [
                "Demo with tours of {sites}.",
                "Demo for {n} people.",
                "Short demo for {first} alone."
            ],
            [
                "They liked replanning during the day.",
                "Asked a lot about the drivers' app.",
                "The map was slow, the result convinced them.",
                "Compared each tour with {tool}.",
            ],
            ["Proposal wanted.", "They want to try it themselves.", "Will talk to {signer}."],
        ),
        Topic::Proposal => told!(
            ["Proposal for {company}", "Our offer for {vehicles} vehicles"],
            ["{hello} {first},"],
            [
                "here is our proposal for {sites} and {vehicles} vehicles.",
                "as agreed, the offer with the drivers' app.",
            ],
            [
                "It holds until the end of {month}.",
                "Two sites could begin in {month}.",
                "I will call on {weekday} to go through it.",
            ],
        ),
        Topic::Note => told!(
            [],
            [
                "{first} is our friend inside.",
                "{signer} decides, {first} prepares.",
                "Their contract with {tool} ends in {month}.",
                "Careful: two of their sites use another system.",
                "Prefers the telephone.",
                "Asked for a reference in the same trade.",
            ],
            ["", "Ask again in {month}."],
        ),
        Topic::LostNote => told!(
            [],
            [
                "After {n} talks.",
                "Came in one line by mail.",
                "{first} told us by telephone.",
                "No answer for weeks, so closed.",
            ],
            ["They stay with {tool}.", "Ask again in {month}.", "Good talks all the same.", ""],
        ),
        Topic::CallOther => told!(
            [],
            [
                "Question about an invoice.",
                "Sent on to support.",
                "Asks for a certificate.",
                "Wanted somebody in {month}.",
                "A driver cannot sign in.",
                "Map data of {n} streets are old.",
            ],
        ),
        Topic::CustomerWrites => told!(
            ["A question", "Drivers' app", "Invoice", "Replanning on {weekday}s"],
            ["Hello {us},", "Hello,"],
            [
                "one tablet no longer shows the tours.",
                "can we plan {n} more vehicles from {month}?",
                "how do we lock a slot at a ramp?",
                "the invoice has an old address on it.",
                "we still fight with {pain}. What do others do?",
            ],
            ["{first}", "Thank you, {first}"],
        ),
        Topic::CustomerAnswer => told!(
            ["Re: A question", "Re: Your mail"],
            ["{hello} {first},"],
            [
                "done, please sign in again.",
                "that takes two clicks; a picture is attached.",
                "I have passed it on, you will hear by {weekday}.",
                "yes, and it costs nothing more until {month}.",
            ],
            ["", "Best wishes, {us}"],
        ),
        Topic::NegotiationAnswer => told!(
            ["Re: Proposal for {company}", "Re: The contract", "Re: Two points"],
            ["{hello} {first},", "Dear {first},"],
            [
                "the quarter is fine, and the rest stays as it is.",
                "we can begin with part of the fleet, at the same price for each vehicle.",
                "our data are kept in two places, the paper is attached.",
                "on the price I can do {n} per cent if you sign by {weekday}.",
                "the drivers' app is in it now.",
            ],
            ["Shall I call {signer}?", "Does {weekday} suit for the signature?", ""],
        ),
        Topic::Reminder => told!(
            ["Our proposal", "Have you decided?", "Re: Proposal for {company}"],
            ["{hello} {first},", "Dear {first},"],
            [
                "did you find time for our papers?",
                "what does {signer} say?",
                "is there anything left to explain?",
                "I have kept {n} days in {month} free for your start.",
            ],
            ["A line is enough.", "I will call on {weekday}.", ""],
        ),
        Topic::FairNote => told!(
            [],
            [
                "Talked at our stand.",
                "Left a card.",
                "Stayed for the whole show.",
                "Came with a colleague."
            ],
            ["Plans with {tool}.", "{vehicles} vehicles.", "Curious about the drivers' app.", ""],
        ),
        Topic::Survey => told!(
            [],
            [
                "Saves us {n} hours a week.",
                "The drivers like it.",
                "Would like better reports.",
                "We miss a link to {tool}.",
                "Still {pain}, but less.",
            ],
            ["", "Recommended it to a partner.", "Support is quick."],
        ),
        Topic::Rejection => told!(
            [],
            [
                "Too small for us.",
                "Only looking for a job.",
                "Wrong department, no say in it.",
                "No vehicles of their own.",
                "Talked with them in {month}, nothing has changed.",
                "Student paper.",
                "Number does not work.",
            ],
        ),
    }
}
