use funnel::Stage;
use funnel::history::Kind;

use super::*;

fn activity(kind: &str, properties: &[(&str, Value)]) -> Activity {
    let (channel, direction) = funnel::history::usual(kind).unzip();
    Activity {
        kind: Kind::new(kind),
        channel,
        direction,
        agent: Agent::Human,
        campaign: None,
        properties: properties
            .iter()
            .map(|(name, value)| ((*name).into(), value.clone()))
            .collect(),
    }
}

fn told<'a>(entries: &'a [Entry], moves: &'a [Moved]) -> Told<'a> {
    let (show, machines, before) = (Show::All, false, None);
    Told {
        entries,
        others: &[],
        moves,
        lines: &[],
        name: "Ann Lee",
        show,
        machines,
        before,
        reading: None,
    }
}

fn visit(id: i64, at: Moment) -> Entry {
    let what =
        What::Activity(activity("page.viewed", &[("path", format!("/{id}").as_str().into())]));
    Entry { id, occurred_at: at, recorded_at: at, what }
}

#[test]
fn an_activity_is_told_in_a_sentence() {
    let almanac = Almanac::new(Moment::from_seconds(1_782_820_800), "UTC");
    type Case<'a> = (&'a str, &'a [(&'a str, Value)], &'a str, &'a str, &'a str);
    let cases: [Case<'_>; 5] = [
        ("page.viewed", &[("path", "/pricing".into())], "Ann", "visited", "/pricing"),
        ("email.replied", &[("says", "interested".into())], "Ann", "replied", "says interested"),
        (
            "deal.won",
            &[("amount_minor", 960_050.into()), ("currency", "EUR".into())],
            "",
            "The deal was won",
            "EUR 9,600.50",
        ),
        (
            "criterion.answered",
            &[("criterion", "need".into()), ("value", "yes".into())],
            "",
            "A criterion was answered",
            "need, yes",
        ),
        ("weather.turned_bad", &[], "", "Weather turned bad", ""),
    ];
    for (kind, properties, who, did, about) in cases {
        let entry = Entry {
            id: 1,
            occurred_at: almanac.now(),
            recorded_at: almanac.now(),
            what: What::Activity(activity(kind, properties)),
        };
        let (days, left) = days(&told(&[entry], &[]), &almanac);
        let item = &days[0].items[0];
        assert_eq!(
            (item.who.as_str(), item.did.as_str(), item.about.as_str(), left),
            (who, did, about, None)
        );
        assert_eq!(days[0].heading, "Today");
    }
}

#[test]
fn what_is_taken_back_is_not_learned_again() {
    let almanac = Almanac::new(Moment(0), "UTC");
    const MADE: i64 = 1 << 60;
    let said = |id, at: i64, source: &str, title: Value| Entry {
        id,
        occurred_at: Moment(at),
        recorded_at: Moment(at),
        what: What::Facts(Observation {
            source: source.into(),
            facts: vec![Fact::certain("person.title", title)],
        }),
    };
    let entries = [
        said(MADE, 1, "form", "Analyst".into()),
        said(2, 2, "edit", "COO".into()),
        said(3, 3, "form", "Analyst".into()),
        said(4, 4, "edit", "COO".into()),
        // The form is sent again: that is learned.
        said(MADE + 1, 5, "form", "Analyst".into()),
        said(6, 6, "edit", "CEO".into()),
    ];
    let (found, _) = days(&told(&entries, &[]), &almanac);
    let lines: Vec<String> =
        found[0].items.iter().rev().map(|it| format!("{}: {}", it.did, it.about)).collect();
    let expected = [
        "Learned from form: Title Analyst",
        "Said by hand: Title COO",
        "Taken back: Title Analyst again, as form said it",
        "Taken back: Title COO again",
        "Learned from form: Title Analyst",
        "Said by hand: Title CEO",
    ];
    assert_eq!(lines, expected);
    let first = [said(1, 1, "edit", "COO".into()), said(2, 2, "edit", Value::Null)];
    let (found, _) = days(&told(&first, &[]), &almanac);
    assert_eq!(found[0].items[0].about, "Title unknown again");
}

#[test]
fn a_filter_shows_its_own_and_machines_only_when_asked() {
    assert!(Show::parse("mail").shows("email.opened") && !Show::Mail.shows("page.viewed"));
    assert!(Show::Talk.shows("call.made") && !Show::Talk.shows("form.submitted"));
    assert_eq!(Show::parse("anything"), Show::All);
    let almanac = Almanac::new(Moment(0), "UTC");
    let machine = Activity { agent: Agent::Machine, ..activity("email.clicked", &[]) };
    let entry = Entry {
        id: 1,
        occurred_at: Moment(0),
        recorded_at: Moment(0),
        what: What::Activity(machine),
    };
    let entries = [entry];
    let without = told(&entries, &[]);
    assert!(days(&without, &almanac).0.is_empty());
    let with = Told { machines: true, ..without };
    assert!(days(&with, &almanac).0[0].items[0].is_machine);
}

#[test]
fn a_move_stands_above_its_cause_and_has_a_receipt() {
    let almanac = Almanac::new(Moment(0), "UTC");
    let entries = [visit(1, Moment(5)), visit(1 << 62, Moment(7))];
    let step = |from, to, anchor: &str| Moved {
        at: Moment(7),
        from,
        to,
        reason: None,
        anchor: anchor.to_owned(),
    };
    let moves = [
        step(Stage::None, Stage::Lead, "receipt-2"),
        step(Stage::Lead, Stage::Prospect, "receipt-1"),
    ];
    let (found, _) = days(&told(&entries, &moves), &almanac);
    let moved: Vec<_> = found[0].items.iter().map(|item| item.moved.clone()).collect();
    let newest = (StageMark::Lead, StageMark::Prospect, "receipt-1".to_owned());
    let first = (StageMark::None, StageMark::Lead, "receipt-2".to_owned());
    assert_eq!(moved[..2], [Some(newest), Some(first)]);
    assert_eq!(moved[2..], [None, None]);
    let talk = Told { show: Show::Talk, ..told(&entries, &moves) };
    assert!(days(&talk, &almanac).0.is_empty(), "moves are no talk");
}

#[test]
fn a_line_of_another_slice_stands_in_its_place_and_for_its_entry() {
    let almanac = Almanac::new(Moment(0), "UTC");
    let entries = [visit(1, Moment(5)), visit(2, Moment(6)), visit(3, Moment(7))];
    let lines =
        [Line { at: Moment(6), id: 9, html: "<li>note</li>".to_owned(), instead_of: Some(2) }];
    let shown = |show| {
        let told = Told { lines: &lines, show, ..told(&entries, &[]) };
        let (days, _) = days(&told, &almanac);
        let items = days.into_iter().flat_map(|day| day.items);
        items.map(|item| format!("{}{}", item.about, item.html)).collect::<Vec<_>>()
    };
    assert_eq!(shown(Show::All), ["/3", "<li>note</li>", "/1"]);
    assert_eq!(shown(Show::Notes), ["<li>note</li>"]);
    assert_eq!(shown(Show::Visits), ["/3", "/1"]);
}

#[test]
fn the_parts_of_a_long_timeline_hold_every_line_once() {
    let almanac = Almanac::new(Moment(0), "UTC");
    // Four lines at each moment, so that parts end among lines of one moment.
    let entries: Vec<Entry> = (0..450).map(|n| visit(n, Moment(n / 4))).collect();
    let (mut seen, mut before, mut parts) = (Vec::new(), None, 0);
    loop {
        let (found, next) = days(&Told { before, ..told(&entries, &[]) }, &almanac);
        seen.extend(found.into_iter().flat_map(|day| day.items).map(|item| item.about));
        parts += 1;
        let Some(next) = next else { break };
        before = Before::parse(&next.to_text());
        assert_eq!(before, Some(next));
    }
    let all: Vec<String> = (0..450).rev().map(|n| format!("/{n}")).collect();
    assert_eq!((seen, parts), (all, 3));
    assert_eq!(Before::parse("7"), None);
}
