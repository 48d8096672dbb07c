//! What people look like, told and asked.

use people::upsert::PARTS_MAX;
use serde_json::{Value, json};

use crate::http::api::shape::{
    Member, Shape, any, either, has, id, like, list, map, may, moment, named, number, object,
    share, text, text_of, truth, whole, word,
};

/// Bytes of a key at most.
const KEY_MOST: usize = 512;

pub(in crate::http::api) fn shapes() -> Vec<(&'static str, Shape)> {
    vec![
        (
            "NewPerson",
            object(news())
                .any_of(&["email", "phone", "ids"])
                .says("At least one of email, phone and ids says who it is."),
        ),
        ("News", object(news()).says("What is new of somebody who is known.")),
        ("NewCompany", new_company()),
        ("NewActivity", object(activity())),
        ("Told", told()),
        ("Wrong", wrong()),
        (
            "ToldPerson",
            object(vec![
                has("id", id()),
                has("status", word(&["created", "updated", "unchanged"])),
            ]),
        ),
        ("Listed", listed()),
        ("Lacking", lacking()),
        ("Person", person()),
        ("Standing", object(standing(true))),
        ("LensStanding", lens_standing()),
        ("Fact", fact()),
        ("Said", said()),
        ("Activity", held_activity()),
        ("Transition", transition()),
        ("Because", because()),
    ]
}

pub(super) fn example() -> Value {
    json!({
        "email": "ann@north.example", "name": "Ann North", "ids": { "crm_id": "7" },
        "company": { "domain": "north.example", "facts": { "company.employees": 120 } },
        "activities": [
            { "kind": "form.submitted", "at": "2026-01-02T03:04:05Z", "properties": { "asset": "prices" } },
        ],
    })
}

/// The value of a fact or a property.
fn value() -> Shape {
    let values = either(vec![text(), number(), truth(), list(text_of(0, 1_000)).most(PARTS_MAX)]);
    values
        .or_null()
        .says("A text, a number, a truth or a list of texts; null takes back what was held.")
}

pub(in crate::http::api) fn facts(like: &'static str, example: Value) -> Shape {
    map(value()).most(PARTS_MAX).keys(like, "^person\\.(id\\..*|owner|works_at|email|phone)$").example(example).says(
        "Facts by their names, in small letters: person.… or company.…. Addresses, ids, owners and employers have members \
         of their own.",
    )
}

fn news() -> Vec<Member> {
    let ids = map(like("\\S", KEY_MOST))
        .most(20)
        .keys("^[a-z0-9_]{1,40}(\\.[a-z0-9_]{1,20}){0,2}$", "^(email|phone|name|domain)$")
        .says("What other systems call them, by the name of the system in small letters: each finds them.");
    vec![
        may("email", text_of(1, 320).format("email").or_null().says("Finds them.")),
        may(
            "phone",
            text_of(1, 60)
                .format("phone")
                .or_null()
                .says("In international form; finds them, too."),
        ),
        may("ids", ids),
        may("name", text_of(0, 500).or_null()),
        may("title", text_of(0, 500).or_null()),
        may("country", text_of(0, 100).or_null().says("In two letters.")),
        may(
            "facts",
            facts(
                "^(person|company|score)(\\.[a-z0-9_]{1,30}){1,3}$",
                json!({ "person.custom.plan": "pro" }),
            ),
        ),
        may("company", named("NewCompany").or_null()),
        may("activities", list(named("NewActivity")).most(PARTS_MAX)),
        may(
            "bring_back",
            truth()
                .says("Whether they are taken though somebody with one of these keys was erased."),
        ),
    ]
}

pub(in crate::http::api) fn company_members() -> Vec<Member> {
    vec![
        may(
            "domain",
            text_of(1, 253).format("domain").or_null().says("Finds it, before its name does."),
        ),
        may("name", text_of(1, 500).format("company-name").or_null()),
        may(
            "facts",
            facts("^company(\\.[a-z0-9_]{1,30}){1,3}$", json!({ "company.employees": 120 })),
        ),
    ]
}

fn new_company() -> Shape {
    object(company_members()).any_of(&["domain", "name"]).says("A domain or a name says which.")
}

pub(in crate::http::api) fn activity() -> Vec<Member> {
    let kind = like("^[a-z0-9_]{1,48}\\.[a-z0-9_]{1,48}$", 100).format("kind").example("form.submitted").says(
        "What it was about, and what befell it. fact, stage, criterion, handoff and definition are for the program itself.",
    );
    let properties = map(value()).most(PARTS_MAX).says("What else it carries.");
    vec![
        has("kind", kind),
        may(
            "at",
            moment().or_null().says("When it happened: now unless said, and at most a year ahead."),
        ),
        may(
            "id",
            text_of(1, KEY_MOST)
                .or_null()
                .says("Tells it from others of its kind: told twice, it is one."),
        ),
        may("campaign", text_of(1, KEY_MOST).or_null().says("The marketing effort it belongs to.")),
        may(
            "source",
            text_of(1, KEY_MOST).or_null().says("Where it came from, if not from the caller."),
        ),
        may("properties", properties),
    ]
}

fn told() -> Shape {
    let one = object(vec![
        has("status", word(&["created", "updated", "unchanged", "rejected"])),
        may("id", id()),
        may("errors", list(named("Wrong")).says("Why it was rejected, each with the way to it.")),
    ]);
    object(vec![has("counts", named("Counts")), has("results", list(one))])
}

/// What is wrong with one of many.
fn wrong() -> Shape {
    object(vec![
        has(
            "code",
            text().says(
                "What went wrong, for programs, as a call with one alone would say it: invalid for what can't be taken, \
                 erased for a key of somebody who was erased, two_people and two_companies for keys that name two, key_taken \
                 for a key of somebody whom you do not see, sees_some for a company that you would not see.",
            ),
        ),
        has("name", text().says("The way to it within that one, as a JSON pointer; empty for the whole.")),
        has("words", text()),
    ])
}

/// Where somebody stands; of a list, members may be left out.
pub(in crate::http::api) fn standing(is_whole: bool) -> Vec<Member> {
    let fit = list(number()).least(2).most(2);
    let members = vec![
        ("stage", super::stages().or_null()),
        ("kind", text().or_null().says("The definition's label within the stage.")),
        ("temperature", word(&["hot", "warm", "cold"]).or_null()),
        ("criteria", map(truth().or_null()).says("null is unknown.")),
        ("fit", fit.or_null().says("The points that are held, and those with all that is unknown.")),
        ("engagement", number().or_null().says("As it is now: it halves as time goes by.")),
        ("intent", number().or_null()),
        ("likelihood", share().or_null()),
        (
            "kept",
            list(word(&["fit", "engagement", "intent", "likelihood"]))
                .says("Scores that are null because a fact counts in them that is hidden from the caller."),
        ),
        ("since", moment().or_null().says("Since when the stage holds.")),
    ];
    members.into_iter().map(|(name, shape)| Member { name, shape, is_required: is_whole }).collect()
}

fn listed() -> Shape {
    let mut members = vec![has("id", id())];
    members.extend(["name", "email", "title", "company", "owner"].map(|name| match name {
        "name" => may(name, text()),
        _ => may(name, text().or_null()),
    }));
    members.extend(standing(false));
    members.push(may("missing", named("Lacking")));
    object(members).says("A person of a list; `fields` leaves members out.")
}

fn lacking() -> Shape {
    object(vec![
        has("stage", any_stage().or_null().says("For which stage; null if none is above.")),
        has("is_there", truth().says("Whether they stand there already, or higher.")),
        has(
            "steps",
            list(text()).says("The shortest way there; empty if nothing new alone would do."),
        ),
        has("cost", whole(0, i64::MAX).or_null().says("How much it takes, as why-not counts it.")),
        has(
            "is_kept",
            truth().says("Whether the way is kept from the caller, for it tells of what is hidden from them."),
        ),
        has("words", text().says("In a line.")),
    ])
    .says("What somebody lacks for a stage; of a list, if it was asked for.")
}

fn lens_standing() -> Shape {
    let mut members = vec![has("lens", text()), has("version", whole(1, i64::MAX))];
    members.extend(standing(true));
    object(members)
}

fn person() -> Shape {
    let company = object(vec![
        has("id", id()),
        has("name", text()),
        has("domain", text().or_null()),
        has(
            "stage",
            super::stages()
                .or_null()
                .says("As far as the furthest of its people, or as its own deals bring it."),
        ),
    ]);
    let key = object(vec![has("kind", text()), has("value", text())]);
    object(vec![
        has("id", id()),
        has("name", text()),
        has("email", text().or_null()),
        has("phone", text().or_null()),
        has("title", text().or_null()),
        has("country", text().or_null()),
        has("keys", list(key).most(100_000).says("All by which they are found.")),
        has("company", company.or_null()),
        has("lens", text()),
        has("standing", named("Standing").or_null()),
        has("facts", list(named("Fact")).most(100_000)),
        has("company_facts", list(named("Fact")).most(100_000)),
    ])
}

fn fact() -> Shape {
    object(vec![
        has("key", text()),
        has("value", any().says("Of a formula true or false; null where that is unknown.")),
        has(
            "source",
            text().says("Who told it; `formula` of a field that nobody tells, for it follows from its condition."),
        ),
        has("observed_at", moment().says("Since when it holds; of a formula, as of when it was worked out.")),
        has("expires_at", moment().or_null()),
        has("is_suspect", truth().says("Held, but not believed.")),
    ])
}

fn said() -> Shape {
    object(vec![
        has("key", text()),
        has("value", any()),
        has("source", text()),
        has("at", moment().says("When it held.")),
        has("recorded_at", moment().says("When it became known.")),
        has("expires_at", moment().or_null()),
        has("is_suspect", truth()),
    ])
}

fn held_activity() -> Shape {
    object(vec![
        has("kind", text()),
        has("at", moment()),
        has("recorded_at", moment()),
        has("channel", text().or_null()),
        has("direction", text().or_null()),
        has("agent", text()),
        has("campaign", text().or_null()),
        has("properties", map(any()).most(100_000)),
    ])
}

/// Every stage a move can lead from or to.
pub(in crate::http::api) fn any_stage() -> Shape {
    word(&["none", "lead", "prospect", "opportunity", "customer", "recycled", "disqualified"])
}

fn transition() -> Shape {
    let dispute = object(vec![]).and_more().says("What is said against it.");
    let by_hand = object(vec![
        has("at", moment()),
        has("reason", text().or_null()),
        has("lens", text().or_null().says("The lens under which it counts; null is every one.")),
        has("wake_on", moment().or_null()),
        has("wake_when", text().or_null()),
        has("wake_english", text().or_null()),
        has("promise", text().or_null()),
        has("promise_by", moment().or_null()),
    ]);
    object(vec![
        has("at", moment().says("When its evidence was recorded.")),
        has("evidence_at", moment().says("When the evidence happened.")),
        has("from", any_stage()),
        has("to", any_stage()),
        has("reason", text().or_null()),
        has("version", whole(0, i64::MAX).says("The version of the definition.")),
        has("rule", text().says("The rule that held.")),
        has("because", list(named("Because"))),
        may("disputes", list(dispute)),
        may("by_hand", by_hand),
    ])
    .says("A move with its receipt.")
}

fn because() -> Shape {
    let rest = object(vec![
        has("what", text().says("The kind of an activity, or the name of a fact.")),
        has("source", text().or_null()),
        has("at", moment()),
        has("entry", whole(0, i64::MAX)),
    ]);
    object(vec![
        has("part", text().says("Where in the rule.")),
        has("condition", text()),
        has("english", text()),
        has("truth", word(&["true", "false", "unknown"])),
        has("seen", text().or_null()),
        has("rests_on", list(rest).most(100_000)),
    ])
    .says("A condition of a receipt, and what it rests on.")
}
