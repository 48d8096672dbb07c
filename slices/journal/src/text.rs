//! Texts as they are recorded: with U+FFFD for NUL, which PostgreSQL holds in no column, and in JSON not
//! even written as `\u0000` if a statement is to look into it.

use funnel::history::{Entry, Fact, Kind, Properties, Value, What};

/// Takes NUL out of every text of an entry, so that what is folded is what is stored.
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
