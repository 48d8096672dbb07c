//! Random conditions, well typed, as the parser would have built them.

use funnel::condition::{
    Activities, Condition, Length, Literal, Op, Score, Term, TextTest, Unit, Window,
};
use moment::Moment;
use proptest::prelude::*;

pub fn any() -> BoxedStrategy<Condition> {
    let whether = compound(atom().boxed()).prop_map(|part| Condition::Decided(Box::new(part)));
    compound(prop_oneof![8 => atom(), 1 => whether].boxed())
}

/// And, or and not over some atoms; parts of the same sort are never nested, as in a parsed tree.
fn compound(atom: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    atom.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| {
                let mut flat = Vec::new();
                for part in parts {
                    match part {
                        Condition::All(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                Condition::All(flat)
            }),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| {
                let mut flat = Vec::new();
                for part in parts {
                    match part {
                        Condition::Any(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                Condition::Any(flat)
            }),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
    .boxed()
}

fn atom() -> impl Strategy<Value = Condition> {
    let number = || {
        prop_oneof![
            (-1000_i32..100_000).prop_map(f64::from),
            (0_u32..1000).prop_map(|n| f64::from(n) / 1000.0)
        ]
        .prop_map(|number| Term::Literal(Literal::Number(number)))
    };
    let numeric = || {
        prop_oneof![
            prop::sample::select(Score::ALL.to_vec()).prop_map(Term::Score),
            (activities(), prop::option::of(window()))
                .prop_map(|(activities, window)| Term::Count { activities, window }),
            prop::sample::subsequence(vec!["budget", "need", "timing"], 1..=3)
                .prop_map(|names| Term::Met(names.into_iter().map(str::to_owned).collect())),
            fact(),
        ]
    };
    let length = || length().prop_map(|length| Term::Literal(Literal::Length(length)));
    let aged = prop_oneof![activities().prop_map(Term::Since), Just(Term::Dwell)];
    let op = || prop::sample::select(Op::ALL.to_vec());
    prop_oneof![
        prop::bool::ANY.prop_map(Condition::Constant),
        (numeric(), op(), number()).prop_map(|(left, op, right)| compare(left, op, right)),
        (number(), op(), numeric()).prop_map(|(left, op, right)| compare(left, op, right)),
        (aged, op(), length()).prop_map(|(left, op, right)| compare(left, op, right)),
        (fact(), op(), fact()).prop_map(|(left, op, right)| compare(left, op, right)),
        (fact(), op(), (0_i64..20_000)).prop_map(|(left, op, day)| {
            compare(left, op, Term::Literal(Literal::Date(Moment::from_seconds(day * 86_400))))
        }),
        (fact(), prop::collection::vec(".{0,6}", 1..4)).prop_map(|(term, texts)| {
            Condition::OneOf { term, list: texts.into_iter().map(Literal::Text).collect() }
        }),
        (fact(), ".{0,8}").prop_map(|(term, item)| Condition::Holds { term, item }),
        text_test(fact()),
        prop_oneof![fact(), Just(Term::Criterion("budget".into()))].prop_map(Condition::Is),
        (activities(), prop::option::of(window()))
            .prop_map(|(activities, window)| Condition::Did { activities, window }),
        prop::option::of(window()).prop_map(|window| Condition::TwoWay { window }),
        prop_oneof![fact(), Just(Term::Criterion("need".into())), Just(Term::Score(Score::Intent))]
            .prop_map(Condition::Known),
        prop::sample::select(vec!["none", "lead", "customer"]).prop_map(|word| compare(
            Term::Stage,
            Op::Equal,
            text(word)
        )),
        prop::sample::select(vec!["hot", "cold", "none"]).prop_map(|word| compare(
            Term::Temperature,
            Op::Unequal,
            text(word)
        )),
        "[A-Z]{1,4}".prop_map(|word| compare(Term::Kind, Op::Equal, text(&word))),
    ]
}

fn compare(left: Term, op: Op, right: Term) -> Condition {
    Condition::Compare { left, op, right }
}

fn text(word: &str) -> Term {
    Term::Literal(Literal::Text(word.to_owned()))
}

fn fact() -> impl Strategy<Value = Term> {
    "(person|company)(\\.[a-z_][a-z0-9_]{0,5}){1,3}"
        .prop_filter("a name that is a test", |name| !name.contains("in."))
        .prop_map(Term::Fact)
}

fn text_test(term: impl Strategy<Value = Term>) -> impl Strategy<Value = Condition> {
    let tests = prop::sample::select(TextTest::ALL.to_vec());
    (term, tests, "[a-z/]{0,8}|\"|\\\\\\\\").prop_map(|(term, test, with)| Condition::Text {
        term,
        test,
        with,
    })
}

fn length() -> impl Strategy<Value = Length> {
    (1_u32..1_000, prop::sample::select(Unit::ALL.to_vec()))
        .prop_map(|(count, unit)| Length { count, unit })
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![4 => length().prop_map(Window::Last), 1 => Just(Window::Dwell)]
}

fn activities() -> impl Strategy<Value = Activities> {
    let kind = prop::sample::select(vec![
        "email.sent",
        "email.*",
        "*",
        "page.viewed",
        "product.route_planned",
        "deal.won",
    ]);
    (prop::collection::vec(kind, 1..3), prop::option::of(filter())).prop_map(|(kinds, filter)| {
        let kinds = kinds.into_iter().map(str::to_owned).collect();
        Activities { kinds, filter: filter.map(Box::new) }
    })
}

fn filter() -> BoxedStrategy<Condition> {
    let field = || {
        prop::sample::select(vec!["path", "says", "asset", "custom.plan"])
            .prop_map(|name| Term::Field(name.to_owned()))
    };
    let word = |name: &'static str, words: &'static [&'static str]| {
        prop::sample::select(words.to_vec())
            .prop_map(move |word| compare(Term::Field(name.into()), Op::Equal, text(word)))
    };
    let atom = prop_oneof![
        word("direction", &["inbound", "outbound"]),
        word("agent", &["human", "machine"]),
        Just(Condition::Is(Term::Field("bulk".into()))),
        (field(), ".{0,5}").prop_map(|(field, word)| compare(field, Op::Unequal, text(&word))),
        text_test(field()),
        field().prop_map(Condition::Known),
    ];
    compound(atom.boxed())
}
