//! CBOR (RFC 8949), as much of it as authenticators write: definite lengths, and no more than four levels (CTAP 2.1, 8).

/// Levels of lists and maps at most.
const DEPTH_MAX: usize = 4;
/// Members of a list or a map at most.
const MEMBERS_MAX: u64 = 64;

/// A value; those that no key and no attestation needs are told apart no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Whole(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Value<'a>>),
    Map(Vec<(Value<'a>, Value<'a>)>),
    Other,
}

impl<'a> Value<'a> {
    /// The first value, and what comes after it; nothing if it is none.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Value<'a>, &'a [u8])> {
        value(bytes, DEPTH_MAX)
    }

    /// What a map holds under a number.
    pub(super) fn at(&self, key: i64) -> Option<&Value<'a>> {
        self.member(&Value::Whole(key))
    }

    /// What a map holds under a name.
    pub(super) fn named(&self, name: &str) -> Option<&Value<'a>> {
        self.member(&Value::Text(name))
    }

    fn member(&self, key: &Value<'_>) -> Option<&Value<'a>> {
        let Value::Map(members) = self else { return None };
        members.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Value::Whole(number) => Some(*number),
            _ => None,
        }
    }
}

fn value(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (number, rest) = match first & 0x1f {
        small @ 0..=23 => (u64::from(small), rest),
        24 => big(rest, 1)?,
        25 => big(rest, 2)?,
        26 => big(rest, 4)?,
        27 => big(rest, 8)?,
        _ => return None,
    };
    let whole = i64::try_from(number).ok();
    match first >> 5 {
        0 => Some((Value::Whole(whole?), rest)),
        1 => Some((Value::Whole(-1 - whole?), rest)),
        2 => {
            let (text, rest) = rest.split_at_checked(usize::try_from(number).ok()?)?;
            Some((Value::Bytes(text), rest))
        }
        3 => {
            let (text, rest) = rest.split_at_checked(usize::try_from(number).ok()?)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        kind @ (4 | 5) => {
            let depth = depth.checked_sub(1).filter(|_| number <= MEMBERS_MAX)?;
            let (mut list, mut map, mut rest) = (Vec::new(), Vec::new(), rest);
            for _ in 0..number {
                let (one, after) = value(rest, depth)?;
                rest = after;
                if kind == 4 {
                    list.push(one);
                    continue;
                }
                let (held, after) = value(rest, depth)?;
                rest = after;
                map.push((one, held));
            }
            Some((if kind == 4 { Value::List(list) } else { Value::Map(map) }, rest))
        }
        7 => Some((Value::Other, rest)),
        _ => None,
    }
}

fn big(bytes: &[u8], count: usize) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_at_checked(count)?;
    Some((number.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_rfc() {
        // RFC 8949, appendix A.
        for (bytes, expected) in [
            (&[0x17][..], Value::Whole(23)),
            (&[0x18, 0x64], Value::Whole(100)),
            (&[0x19, 0x03, 0xe8], Value::Whole(1000)),
            (&[0x38, 0x63], Value::Whole(-100)),
            (&[0x44, 1, 2, 3, 4], Value::Bytes(&[1, 2, 3, 4])),
            (&[0x64, 0x49, 0x45, 0x54, 0x46], Value::Text("IETF")),
            (&[0xf5], Value::Other),
            (&[0x82, 0x01, 0x20], Value::List(vec![Value::Whole(1), Value::Whole(-1)])),
        ] {
            assert_eq!(Value::read(bytes), Some((expected, &[][..])), "{bytes:?}");
        }
        let (map, rest) = Value::read(&[0xa2, 0x01, 0x02, 0x61, 0x61, 0x41, 0x07, 0xff]).unwrap();
        assert_eq!(map.at(1).and_then(Value::whole), Some(2));
        assert_eq!(map.named("a").and_then(Value::bytes), Some(&[7][..]));
        assert_eq!((map.at(2), rest), (None, &[0xff][..]));
    }

    #[test]
    fn what_is_cut_off_or_too_deep_is_none() {
        for bytes in [
            &[][..],
            &[0x18],
            &[0x44, 1],
            &[0x9f, 0xff],                                           // without a length
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x01],                   // five levels
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // more members than there are atoms
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x62, 0xff, 0xff],
            &[0xc0, 0x01],
        ] {
            assert_eq!(Value::read(bytes), None, "{bytes:?}");
        }
    }
}
