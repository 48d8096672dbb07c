//! What each type of field takes, and in which form it is kept.

use funnel::history::Value;
use platform::failure::Failure;
use platform::public_id::PublicIds;
use wire::number::Number;

use super::{CHOICES_MAX, FieldRow, Kind};

/// Longest text of a field, in bytes.
const TEXT_BYTES_MAX: usize = 10_000;
/// Longest address on the web, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// Longest word of a choice, in bytes.
const CHOICE_BYTES_MAX: usize = 200;

/// The words of a choice: each once, in the order given.
pub(super) fn choices(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut choices: Vec<String> = Vec::new();
    for choice in given.iter().map(|choice| identity::clean(choice)).filter(|it| !it.is_empty()) {
        if choice.len() > CHOICE_BYTES_MAX {
            let words = format!("a choice has at most {CHOICE_BYTES_MAX} bytes");
            return Err(Failure::invalid("choices", words));
        }
        if !choices.iter().any(|known| is_same(known, &choice)) {
            choices.push(choice);
        }
    }
    if choices.is_empty() || choices.len() > CHOICES_MAX {
        let words = format!("a choice wants 1 to {CHOICES_MAX} words to choose from");
        return Err(Failure::invalid("choices", words));
    }
    Ok(choices)
}

fn is_same(a: &str, b: &str) -> bool {
    crate::find::name_key(a) == crate::find::name_key(b)
}

/// A value in the form of a field, or why it is none.
pub(super) fn value(field: &FieldRow, ids: PublicIds, value: Value) -> Result<Value, String> {
    let label = &field.label;
    let text = match &value {
        Value::Text(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Time(moment) => Some(moment.to_string()),
        Value::List(_) | Value::Null => None,
    };
    let needed = |what: &str| text.clone().ok_or_else(|| format!("{label} is {what}, not a list"));
    match field.kind {
        Kind::Text => {
            let text = needed("a text")?;
            if text.len() > TEXT_BYTES_MAX {
                return Err(format!("{label} has at most {TEXT_BYTES_MAX} bytes"));
            }
            Ok(Value::from(text))
        }
        Kind::Number => match value {
            Value::Number(number) => Ok(Value::Number(number)),
            _ => number(&needed("a number")?)
                .map(|number| Value::Number(number.value()))
                .map_err(|words| format!("{label} is a number: {words}")),
        },
        Kind::Money => match value {
            Value::Number(number) => Ok(Value::Number(number)),
            _ => money(field, &needed("an amount")?),
        },
        Kind::Date => {
            let text = needed("a day")?;
            let day = text.get(..10).unwrap_or(&text);
            match day.parse::<jiff::civil::Date>() {
                Ok(date) if text.len() == 10 || text.as_bytes().get(10) == Some(&b'T') => {
                    Ok(Value::from(date.to_string()))
                }
                _ => Err(format!("{label} is a day like 2026-11-30, not {text:?}")),
            }
        }
        Kind::Choice => Ok(Value::from(chosen(field, &needed("one choice")?)?)),
        Kind::Choices => {
            let texts: Vec<String> = match &value {
                Value::List(texts) => texts.iter().map(|text| text.to_string()).collect(),
                _ => needed("choices")?.split([',', ';']).map(str::to_owned).collect(),
            };
            let mut several: Vec<Box<str>> = Vec::new();
            for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
                let choice = chosen(field, text)?;
                if !several.iter().any(|known| **known == *choice) {
                    several.push(choice.into());
                }
            }
            if several.is_empty() {
                return Err(format!("{label} wants at least one of {}", offered(field)));
            }
            Ok(Value::List(several))
        }
        Kind::Person => named(ids, crate::PERSON, &needed("a person")?, label, "a person"),
        Kind::Company => named(ids, crate::COMPANY, &needed("a company")?, label, "a company"),
        Kind::Url => url(&needed("a web address")?, label),
        Kind::Formula => {
            Err(format!("{label} is a formula: it follows from its condition and is never told"))
        }
    }
}

fn number(text: &str) -> Result<Number, String> {
    Number::read(text, None).map_err(|error| error.to_string())
}

fn money(field: &FieldRow, text: &str) -> Result<Value, String> {
    let (label, currency) = (&field.label, &field.currency);
    let number =
        number(text).map_err(|words| format!("{label} is an amount in {currency}: {words}"))?;
    match number.currency() {
        Some(other) if other != currency => {
            Err(format!("{label} is in {currency}, not in {other}"))
        }
        _ => Ok(Value::Number(number.value())),
    }
}

fn chosen<'f>(field: &'f FieldRow, text: &str) -> Result<&'f str, String> {
    let found = field.choices.iter().find(|choice| is_same(choice, text));
    found.map(String::as_str).ok_or_else(|| {
        format!("{} has no choice {text:?}; there are {}", field.label, offered(field))
    })
}

/// The choices, but for very many.
fn offered(field: &FieldRow) -> String {
    const SAID: usize = 12;
    let mut words = field.choices.iter().take(SAID).cloned().collect::<Vec<_>>().join(", ");
    if field.choices.len() > SAID {
        words.push_str(" and more");
    }
    words
}

fn named(
    ids: PublicIds,
    prefix: &str,
    text: &str,
    label: &str,
    what: &str,
) -> Result<Value, String> {
    match ids.decode(prefix, text) {
        Some(id) => Ok(Value::from(ids.encode(prefix, id))),
        None => Err(format!("{label} is {what}, named like {prefix}_…; {text:?} is none")),
    }
}

fn url(text: &str, label: &str) -> Result<Value, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_host = !host.is_empty()
        && !host.contains('@')
        && host.chars().all(|c| c.is_alphanumeric() || ".-:[]".contains(c));
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"".contains(c));
    if is_host && is_plain && text.len() <= URL_BYTES_MAX {
        Ok(Value::from(text))
    } else {
        Err(format!("{label} is a web address like https://north.example/, not {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: Kind) -> FieldRow {
        FieldRow {
            id: 1,
            key: "person.custom.x".into(),
            label: "X".into(),
            kind,
            choices: vec!["Pro".into(), "Öl und Gas".into()],
            currency: "EUR".into(),
            formula: String::new(),
        }
    }

    #[test]
    fn each_type_keeps_one_form_and_says_what_it_does_not_take() {
        let ids = PublicIds::new("secret");
        let person = ids.encode(crate::PERSON, 7);
        let list =
            |texts: &[&str]| Value::List(texts.iter().map(|text| Box::from(*text)).collect());
        let takes = [
            (Kind::Text, Value::from(" a "), Value::from("a")),
            (Kind::Text, Value::Number(7.0), Value::from("7")),
            (Kind::Number, Value::from("1,250.50"), Value::Number(1250.5)),
            (Kind::Number, Value::Number(-2.0), Value::Number(-2.0)),
            (Kind::Money, Value::from("EUR 12"), Value::Number(12.0)),
            (Kind::Date, Value::from("2026-11-30"), Value::from("2026-11-30")),
            (Kind::Date, Value::from("2026-11-30T08:00:00Z"), Value::from("2026-11-30")),
            (Kind::Choice, Value::from("pro"), Value::from("Pro")),
            (Kind::Choice, Value::from("ol und gas"), Value::from("Öl und Gas")),
            (Kind::Choices, Value::from("pro; Öl und Gas, PRO"), list(&["Pro", "Öl und Gas"])),
            (Kind::Person, Value::from(person.as_str()), Value::from(person.as_str())),
            (Kind::Url, Value::from("https://x.example/a?b"), Value::from("https://x.example/a?b")),
        ];
        for (kind, given, kept) in takes {
            assert_eq!(value(&field(kind), ids, given.clone()), Ok(kept), "{kind:?} {given:?}");
        }
        let refuses = [
            (Kind::Number, Value::from("many"), "X is a number"),
            (Kind::Money, Value::from("USD 12"), "X is in EUR, not in USD"),
            (Kind::Date, Value::from("30.11.2026"), "like 2026-11-30"),
            (Kind::Date, Value::from("2026-02-30"), "like 2026-11-30"),
            (Kind::Choice, Value::from("basic"), "there are Pro, Öl und Gas"),
            (Kind::Choices, Value::from("pro, basic"), "no choice \"basic\""),
            (Kind::Person, Value::from("cmp_0000000000000"), "named like per_"),
            (Kind::Url, Value::from("javascript:alert(1)"), "like https"),
            (Kind::Url, Value::from("https://a b"), "like https"),
            (Kind::Text, list(&["a"]), "not a list"),
            (Kind::Formula, Value::from("true"), "never told"),
        ];
        for (kind, given, words) in refuses {
            let refused = value(&field(kind), ids, given.clone()).unwrap_err();
            assert!(refused.contains(words), "{kind:?} {given:?}: {refused}");
        }
    }

    #[test]
    fn choices_are_each_once() {
        let given = ["Pro", " pro ", "", "Basic"].map(str::to_owned);
        assert_eq!(choices(&given).unwrap(), ["Pro", "Basic"]);
        assert!(choices(&[]).is_err());
    }
}
