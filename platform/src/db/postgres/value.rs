//! How arguments and columns look on PostgreSQL's wire.
use std::error::Error;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::db::row::Given;
use crate::db::{Arg, Row};

type Refused = Box<dyn Error + Sync + Send>;

/// Binds by the type that the server found for the parameter: a null fits all, a number any numeric type.
impl ToSql for Arg {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        if self.is_null() {
            return Ok(IsNull::Yes);
        }
        match (self, ty) {
            (Arg::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Arg::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Arg::Int(value), &Type::INT2) => i16::try_from(*value)?.to_sql(ty, out),
            (Arg::Int(value), &Type::FLOAT8) => (*value as f64).to_sql(ty, out),
            (Arg::Real(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Arg::Real(value), &Type::FLOAT4) => (*value as f32).to_sql(ty, out),
            (
                Arg::Text(text),
                &(Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN),
            ) => {
                if text.contains('\0') {
                    text.replace('\0', "\u{fffd}").to_sql(ty, out)
                } else {
                    text.to_sql(ty, out)
                }
            }
            (Arg::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err(format!("{} was handed to a parameter of type {ty}", self.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column as it came.
struct Column<'a>(Given<'a>);

impl<'a> FromSql<'a> for Column<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Column<'a>, Refused> {
        Ok(Column(match *ty {
            Type::INT8 => Given::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Given::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Given::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Given::Int(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Given::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Given::Real(f32::from_sql(ty, raw)?.into()),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
                Given::Text(<&str>::from_sql(ty, raw)?)
            }
            Type::BYTEA => Given::Blob(raw),
            _ => {
                let words = "cast it to bigint, double precision, text or bytea";
                return Err(format!("the column is of type {ty}: {words}").into());
            }
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Column<'a>, Refused> {
        Ok(Column(Given::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn read(given: &postgres::Row, row: &mut Row) -> Result<(), postgres::Error> {
    row.clear();
    for column in 0..given.len() {
        row.push(given.try_get::<_, Column<'_>>(column)?.0);
    }
    Ok(())
}
