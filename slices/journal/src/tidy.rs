//! Entries as they are recorded, so that what is folded is what is stored: each fact or property once, and U+FFFD for
//! NUL, which PostgreSQL holds in no column, and in JSON not even written as `\u0000` if a statement is to look into it.

use funnel::history::{Entry, Fact, Kind, Properties, Value, What};

/// Of what an entry says twice under one name the last word stays.
pub(crate) fn said_once(entry: &mut Entry) {
    match &mut entry.what {
        What::Activity(activity) => last_of_each(&mut activity.properties, |(name, _)| name),
        What::Facts(observation) => last_of_each(&mut observation.facts, |fact| &fact.key),
    }
}

fn last_of_each<T>(all: &mut Vec<T>, name: impl Fn(&T) -> &str) {
    let is_said_again =
        |(place, it): (usize, &T)| all.iter().skip(place + 1).any(|later| name(later) == name(it));
    // Hardly ever is anything.
    if !all.iter().enumerate().any(is_said_again) {
        return;
    }
    let again: Vec<bool> = all.iter().enumerate().map(is_said_again).collect();
    let mut again = again.into_iter();
    all.retain(|_| again.next() == Some(false));
}

/// Takes NUL out of every text of an entry.
pub(crate) fn without_nul(entry: &mut Entry) {
    match &mut entry.what {
        What::Activity(activity) => {
            if activity.kind.as_str().contains('\0') {
                activity.kind = Kind::new(&replaced(activity.kind.as_str()));
            }
            activity.campaign.iter_mut().for_each(mend);
            properties(&mut activity.properties);
        }
        What::Facts(observation) => {
            mend(&mut observation.source);
            for Fact { key, value: held, .. } in &mut observation.facts {
                mend(key);
                value(held);
            }
        }
    }
}

fn properties(properties: &mut Properties) {
    for (name, held) in properties {
        mend(name);
        value(held);
    }
}

fn value(value: &mut Value) {
    match value {
        Value::Text(text) => mend(text),
        Value::List(texts) => texts.iter_mut().for_each(mend),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Time(_) => {}
    }
}

fn mend(text: &mut Box<str>) {
    if text.contains('\0') {
        *text = replaced(text).into();
    }
}

fn replaced(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use funnel::history::{Activity, Observation};
    use moment::Moment;

    use super::*;

    #[test]
    fn of_what_is_said_twice_the_last_word_stays() {
        let facts = [("a", 1), ("b", 2), ("a", 3)].map(|(key, value)| Fact::certain(key, value));
        let what = What::Facts(Observation { source: "x".into(), facts: facts.to_vec() });
        let at = Moment(0);
        let mut entry = Entry { id: 1, occurred_at: at, recorded_at: at, what };
        said_once(&mut entry);
        let facts = vec![Fact::certain("b", 2), Fact::certain("a", 3)];
        assert_eq!(entry.what, What::Facts(Observation { source: "x".into(), facts }));
    }

    #[test]
    fn no_text_keeps_a_nul() {
        let odd: Box<str> = "a\0b".into();
        let activity = Activity {
            kind: Kind::new(&odd),
            campaign: Some(odd.clone()),
            properties: vec![
                (odd.clone(), Value::Text(odd.clone())),
                ("list".into(), Value::List(vec![odd.clone()])),
            ],
            ..Activity::usual("page.viewed")
        };
        let facts = vec![Fact::certain(&odd, "x\0")];
        let observation = Observation { source: odd, facts };
        for what in [What::Activity(activity), What::Facts(observation)] {
            let at = Moment(0);
            let mut entry = Entry { id: 1, occurred_at: at, recorded_at: at, what };
            without_nul(&mut entry);
            assert!(!format!("{entry:?}").contains("\\0"), "{entry:?}");
        }
    }
}
