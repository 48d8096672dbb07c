//! Arguments of statements.
use moment::Moment;

/// A value handed to a statement. Texts keep everything but NUL, which PostgreSQL cannot hold: both databases are
/// given U+FFFD for it. A number that is not one (NaN) goes in as null, on both.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Nothing, of any type.
    Null,
    /// A `bigint`: numbers, moments (µs since 1970 UTC), truth (0 or 1), ids.
    Int(i64),
    /// A `double precision`.
    Real(f64),
    /// A `text`.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Arg {
    /// The kind of value, for messages: never the value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Arg::Null => "null",
            Arg::Int(_) => "int",
            Arg::Real(_) => "real",
            Arg::Text(_) => "text",
            Arg::Blob(_) => "blob",
        }
    }

    /// Whether the value is stored as null.
    pub(crate) fn is_null(&self) -> bool {
        match self {
            Arg::Null => true,
            Arg::Real(number) => number.is_nan(),
            Arg::Int(_) | Arg::Text(_) | Arg::Blob(_) => false,
        }
    }
}

/// Arguments in their order: `args![id, name, Some(3), Moment(0)]`.
#[macro_export]
macro_rules! args {
    () => { ::std::vec::Vec::<$crate::db::Arg>::new() };
    ($($value:expr),+ $(,)?) => { ::std::vec![$($crate::db::Arg::from($value)),+] };
}

macro_rules! from {
    ($($type:ty, $value:ident => $arg:expr;)+) => {
        $(impl From<$type> for Arg {
            fn from($value: $type) -> Arg {
                $arg
            }
        })+
    };
}

from! {
    i64, value => Arg::Int(value);
    i32, value => Arg::Int(value.into());
    u32, value => Arg::Int(value.into());
    u16, value => Arg::Int(value.into());
    u8, value => Arg::Int(value.into());
    usize, value => Arg::Int(i64::try_from(value).unwrap_or(i64::MAX));
    bool, value => Arg::Int(value.into());
    f64, value => Arg::Real(value);
    &str, value => Arg::Text(value.to_owned());
    &String, value => Arg::Text(value.clone());
    String, value => Arg::Text(value);
    Box<str>, value => Arg::Text(value.into());
    &Box<str>, value => Arg::Text(value.to_string());
    std::borrow::Cow<'_, str>, value => Arg::Text(value.into_owned());
    Moment, value => Arg::Int(value.0);
    Vec<u8>, value => Arg::Blob(value);
    &[u8], value => Arg::Blob(value.to_vec());
    &serde_json::Value, value => Arg::Text(value.to_string());
    &Arg, value => value.clone();
}

impl<T> From<Option<T>> for Arg
where
    Arg: From<T>,
{
    fn from(value: Option<T>) -> Arg {
        value.map_or(Arg::Null, Arg::from)
    }
}
