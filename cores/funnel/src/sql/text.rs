//! Statements in the making: texts of the program, and arguments.

/// A part of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A text of the program, never of a user.
    Text(&'static str),
    /// An argument, bound where it stands.
    Arg(Value),
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number: an id, a moment, a code.
    Int(i64),
    /// Any number.
    Real(f64),
    /// A text.
    Text(String),
}

/// Part of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sql(Vec<Piece>);

/// Joins texts of the program (`&'static str`), arguments (`i64`, `f64`, `String`) and parts made so.
macro_rules! sql {
    ($($part:expr),* $(,)?) => {{
        let mut whole = $crate::sql::text::Sql::default();
        $($crate::sql::text::Add::add($part, &mut whole);)*
        whole
    }};
}
pub(super) use sql;

pub(super) trait Add {
    fn add(self, whole: &mut Sql);
}

impl Add for &'static str {
    fn add(self, whole: &mut Sql) {
        whole.0.push(Piece::Text(self));
    }
}

impl Add for i64 {
    fn add(self, whole: &mut Sql) {
        whole.0.push(Piece::Arg(Value::Int(self)));
    }
}

impl Add for f64 {
    fn add(self, whole: &mut Sql) {
        whole.0.push(Piece::Arg(Value::Real(self)));
    }
}

impl Add for String {
    fn add(self, whole: &mut Sql) {
        whole.0.push(Piece::Arg(Value::Text(self)));
    }
}

impl Add for Sql {
    fn add(self, whole: &mut Sql) {
        whole.0.extend(self.0);
    }
}

impl Add for &Sql {
    fn add(self, whole: &mut Sql) {
        whole.0.extend(self.0.iter().cloned());
    }
}

impl Sql {
    pub(super) fn pieces(self) -> Vec<Piece> {
        self.0
    }

    /// All of these, or any: balanced, for databases bound the depth of an expression.
    pub(super) fn joined(parts: &[Sql], between: &'static str) -> Sql {
        match parts {
            [] => Sql::default(),
            [one] => one.clone(),
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                let (left, right) = (Sql::joined(left, between), Sql::joined(right, between));
                sql!["(", left, between, right, ")"]
            }
        }
    }

    pub(super) fn all(parts: &[Sql]) -> Sql {
        Sql::joined(parts, " and ")
    }

    pub(super) fn any(parts: &[Sql]) -> Sql {
        Sql::joined(parts, " or ")
    }

    /// `a, b, c`.
    pub(super) fn listed<T: Add>(values: impl IntoIterator<Item = T>) -> Sql {
        let mut list = Sql::default();
        for (at, value) in values.into_iter().enumerate() {
            Add::add(if at == 0 { "" } else { ", " }, &mut list);
            value.add(&mut list);
        }
        list
    }
}
