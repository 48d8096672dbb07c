//! How an entry's properties stand in a column: one JSON object, its values as they are, a moment
//! as `{"t": microseconds}`.

use std::collections::BTreeMap;
use std::fmt;

use funnel::Wanted;
use funnel::history::{Fact, Properties, Value};
use moment::Moment;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => s.serialize_unit(),
            Value::Bool(value) => s.serialize_bool(*value),
            Value::Number(value) => match whole(*value) {
                Some(whole) => s.serialize_i64(whole),
                None => s.serialize_f64(*value),
            },
            Value::Text(value) => s.serialize_str(value),
            Value::List(values) => {
                s.collect_seq(values.iter().map(AsRef::as_ref as fn(&Box<str>) -> &str))
            }
            Value::Time(moment) => {
                let mut map = s.serialize_map(Some(1))?;
                map.serialize_entry("t", &moment.0)?;
                map.end()
            }
        }
    }
}

/// The number as a whole one, if it is one that a double holds exactly.
fn whole(value: f64) -> Option<i64> {
    #[expect(
        clippy::as_conversions,
        reason = "checked against the range in which doubles are exact"
    )]
    (value.trunc().total_cmp(&value).is_eq() && value.abs() < 9e15).then_some(value as i64)
}

struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Read, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Read;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value of a fact or property")
            }
            fn visit_unit<E>(self) -> Result<Read, E> {
                Ok(Read(Value::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Read, E> {
                Ok(Read(Value::Bool(value)))
            }
            #[expect(
                clippy::as_conversions,
                clippy::cast_precision_loss,
                reason = "written from doubles"
            )]
            fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
                Ok(Read(Value::Number(value as f64)))
            }
            #[expect(
                clippy::as_conversions,
                clippy::cast_precision_loss,
                reason = "written from doubles"
            )]
            fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
                Ok(Read(Value::Number(value as f64)))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
                Ok(Read(Value::Number(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Read, E> {
                Ok(Read(Value::Text(value.into())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
                let mut list = Vec::new();
                while let Some(text) = seq.next_element::<Box<str>>()? {
                    list.push(text);
                }
                Ok(Read(Value::List(list)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
                let mut moment = 0;
                while let Some((_, at)) = map.next_entry::<&str, i64>()? {
                    moment = at;
                }
                Ok(Read(Value::Time(Moment(moment))))
            }
        }
        d.deserialize_any(Any)
    }
}

#[derive(Default)]
struct Named(Properties);

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(name, value)| (name.as_ref(), Plain(value))))
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Named, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Named;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of named values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut named = Vec::with_capacity(map.size_hint().unwrap_or(4));
                while let Some((name, Read(value))) = map.next_entry::<Box<str>, Read>()? {
                    named.push((name, value));
                }
                Ok(Named(named))
            }
        }
        d.deserialize_map(Names)
    }
}

/// Properties as they are stored; nothing at all when there are none.
pub(crate) fn properties(properties: &Properties) -> Result<Option<String>, serde_json::Error> {
    if properties.is_empty() {
        return Ok(None);
    }
    let map: Vec<_> =
        properties.iter().map(|(name, value)| (name.as_ref(), Plain(value))).collect();
    to_text(|s| s.collect_map(map)).map(Some)
}

fn to_text(
    write: impl FnOnce(&mut serde_json::Serializer<&mut Vec<u8>>) -> Result<(), serde_json::Error>,
) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(96);
    write(&mut serde_json::Serializer::new(&mut bytes))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Properties read back.
pub(crate) fn read_properties(text: Option<&str>) -> Result<Properties, serde_json::Error> {
    text.map_or(Ok(Vec::new()), |text| serde_json::from_str::<Named>(text).map(|named| named.0))
}

/// What is stored of an observation; the parts that most facts lack are left out.
#[derive(Default, Serialize)]
struct Observed {
    facts: Named,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suspect: Vec<Box<str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expires: BTreeMap<Box<str>, i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    confidence: BTreeMap<Box<str>, u8>,
}

/// Reads what is stored, and passes over the facts that nobody looks at.
struct Observing<'w>(&'w Wanted);

impl<'de> DeserializeSeed<'de> for Observing<'_> {
    type Value = Observed;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Observed, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Observing<'_> {
    type Value = Observed;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was observed")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Observed, A::Error> {
        let mut observed = Observed::default();
        while let Some(part) = map.next_key::<&str>()? {
            match part {
                "facts" => observed.facts = map.next_value_seed(Facts(self.0))?,
                "suspect" => observed.suspect = map.next_value()?,
                "expires" => observed.expires = map.next_value()?,
                "confidence" => observed.confidence = map.next_value()?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(observed)
    }
}

struct Facts<'w>(&'w Wanted);

impl<'de> DeserializeSeed<'de> for Facts<'_> {
    type Value = Named;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Named, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Facts<'_> {
    type Value = Named;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of named facts")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
        let mut named = Vec::new();
        while let Some(name) = map.next_key_seed(Name(self.0))? {
            match name {
                Some(name) => named.push((name, map.next_value::<Read>()?.0)),
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Named(named))
    }
}

/// The name of a fact, if somebody looks at it.
struct Name<'w>(&'w Wanted);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<Box<str>>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Option<Box<str>>, D::Error> {
        d.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Option<Box<str>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a fact")
    }
    fn visit_str<E>(self, name: &str) -> Result<Option<Box<str>>, E> {
        Ok(self.0.fact(name).then(|| name.into()))
    }
}

/// Facts as they are stored.
pub(crate) fn facts(facts: &[Fact]) -> Result<String, serde_json::Error> {
    let observed = Observed {
        facts: Named(facts.iter().map(|fact| (fact.key.clone(), fact.value.clone())).collect()),
        suspect: facts.iter().filter(|fact| fact.suspect).map(|fact| fact.key.clone()).collect(),
        expires: facts
            .iter()
            .filter_map(|fact| fact.expires_at.map(|at| (fact.key.clone(), at.0)))
            .collect(),
        confidence: facts
            .iter()
            .filter(|fact| fact.confidence != 100)
            .map(|fact| (fact.key.clone(), fact.confidence))
            .collect(),
    };
    serde_json::to_string(&observed)
}

/// The facts that somebody looks at, read back.
pub(crate) fn read_facts(text: &str, wanted: &Wanted) -> Result<Vec<Fact>, serde_json::Error> {
    let mut text = serde_json::Deserializer::from_str(text);
    let observed = Observing(wanted).deserialize(&mut text)?;
    text.end()?;
    let facts = observed.facts.0.into_iter().map(|(key, value)| Fact {
        expires_at: observed.expires.get(&key).map(|at| Moment(*at)),
        suspect: observed.suspect.contains(&key),
        confidence: observed.confidence.get(&key).copied().unwrap_or(100),
        key,
        value,
    });
    Ok(facts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let named: Properties = vec![
            ("path".into(), "/pricing".into()),
            ("bulk".into(), true.into()),
            ("amount_minor".into(), 960_000.into()),
            ("share".into(), 0.25.into()),
            ("starts".into(), Value::Time(Moment(-5))),
            ("tools".into(), Value::List(vec!["a".into(), "b".into()])),
            ("gone".into(), Value::Null),
        ];
        let text = properties(&named).unwrap().unwrap();
        assert_eq!(read_properties(Some(&text)).unwrap(), named);
        assert_eq!(properties(&Vec::new()).unwrap(), None);
        let held = vec![
            Fact::certain("person.title", "COO"),
            Fact {
                expires_at: Some(Moment(7)),
                suspect: true,
                confidence: 40,
                ..Fact::certain("company.employees", 240)
            },
        ];
        let text = facts(&held).unwrap();
        assert_eq!(read_facts(&text, &Wanted::everything()).unwrap(), held);
        let employees = Wanted::nothing().and_fact("company.employees");
        assert_eq!(read_facts(&text, &employees).unwrap(), held[1..]);
        assert_eq!(read_facts(&text, &Wanted::nothing()).unwrap(), []);
        assert!(read_facts("{\"facts\":{\"a\":}}", &Wanted::nothing()).is_err());
        assert!(read_facts("{\"facts\":{}} and more", &Wanted::nothing()).is_err());
    }
}
