//! Random filters that are valid for a table: typed, nested, full of nulls, with literals on, beside and far off the
//! stored values.

use std::str::FromStr;

use base64::Engine as _;
use bigdecimal::BigDecimal;

use super::expr::{Cmp, E, Fun, Op};
use super::value::{DAY, V, shown};
use crate::fixture::{Random, Table, Time, Timestamp, Type};

/// What values can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Dec,
    Float,
    Text,
    Bytes,
    Guid,
    Date,
    Time,
    At,
}

/// The kind of a column; nothing for one that the profile does not show as what it is.
pub fn kind(ty: Type, salesforce: bool) -> Option<Kind> {
    Some(match ty {
        Type::Int16 | Type::Int32 | Type::Int64 | Type::Uint32 => Kind::Int,
        Type::Uint64 | Type::Decimal(..) => Kind::Dec,
        Type::Float32 | Type::Float64 => Kind::Float,
        Type::Text(_) | Type::Char(_) | Type::Json | Type::Grade => Kind::Text,
        Type::Bytes(_) | Type::Time if salesforce => return None,
        Type::Bytes(_) => Kind::Bytes,
        Type::Guid => Kind::Guid,
        Type::Bool | Type::Flag01 | Type::FlagYn => Kind::Bool,
        Type::Date => Kind::Date,
        Type::Time => Kind::Time,
        Type::Timestamp | Type::Instant => Kind::At,
    })
}

/// Makes filters for one table.
pub struct Generator<'t> {
    pub table: &'t Table,
    pub salesforce: bool,
    pub random: Random,
}

impl Generator<'_> {
    /// A condition, nested at most so deep.
    pub fn condition(&mut self, depth: u32) -> E {
        match self.random.below(if depth == 0 { 70 } else { 100 }) {
            0..48 => self.comparison(depth),
            48..56 => self.text_match(depth),
            56..63 => self.membership(depth),
            63..68 => self.flag(),
            68 => self.literals(),
            69 => self.constant(),
            70..78 => E::And(self.conditions(depth)),
            78..86 => E::Or(self.conditions(depth)),
            86..94 => E::Not(Box::new(self.condition(depth - 1))),
            94..97 => {
                let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
                E::Cmp(self.operator(), Box::new(left), Box::new(right))
            }
            _ => {
                let left = self.condition(depth - 1);
                E::Cmp(self.operator(), Box::new(left), Box::new(self.constant()))
            }
        }
    }

    fn conditions(&mut self, depth: u32) -> Vec<E> {
        (0..2 + self.random.below(2)).map(|_| self.condition(depth - 1)).collect()
    }

    fn constant(&mut self) -> E {
        match self.random.below(3) {
            0 => E::Lit(V::Bool(true), "true".into()),
            1 => E::Lit(V::Bool(false), "false".into()),
            _ => null(),
        }
    }

    fn operator(&mut self) -> Cmp {
        Cmp::ALL[self.random.below(6) as usize]
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.random.below(of.len() as u64) as usize].clone()
    }

    /// A column of one of these kinds.
    fn column(&mut self, kinds: &[Kind]) -> Option<usize> {
        let fits = |column: &usize| {
            let kind = kind(self.table.columns[*column].ty, self.salesforce);
            kind.is_some_and(|kind| kinds.contains(&kind))
        };
        let columns: Vec<usize> = (0..self.table.columns.len()).filter(fits).collect();
        if columns.is_empty() { None } else { Some(self.pick(&columns)) }
    }

    fn comparison(&mut self, depth: u32) -> E {
        use Kind::*;
        let kind = loop {
            let kind = self.pick(&[Int, Int, Dec, Float, Text, Text, Bytes, Guid, Date, Time, At, At]);
            if self.column(&[kind]).is_some() {
                break kind;
            }
        };
        let left = self.value(kind, depth.min(2));
        let right = match self.random.below(20) {
            0..11 => self.literal(kind),
            11..16 if matches!(kind, Int | Dec | Float) => {
                let kind = self.pick(&[Int, Dec, Float]);
                self.value(kind, depth.min(1))
            }
            11..16 => self.value(kind, depth.min(1)),
            16 if kind == Date && matches!(left, E::Prop(_)) => self.literal(At),
            16 if kind == At => self.literal(Date),
            16 if kind == Int => self.literal(Dec),
            16 if matches!(kind, Int | Dec | Float) => self.outlandish(),
            16..18 => self.literal(kind),
            _ => null(),
        };
        // Equality is all that a protocol promises of bytes.
        let operator = if kind == Bytes { self.pick(&[Cmp::Eq, Cmp::Ne]) } else { self.operator() };
        if self.random.below(6) == 0 {
            return E::Cmp(operator, Box::new(right), Box::new(left));
        }
        E::Cmp(operator, Box::new(left), Box::new(right))
    }

    fn outlandish(&mut self) -> E {
        let text =
            self.pick(&["INF", "-INF", "NaN", "1e30", "-1e30", "9223372036854775808", "0.000000000000000000001"]);
        E::Lit(V::F64(text.replace("INF", "inf").parse().unwrap()), text.into())
    }

    fn text_match(&mut self, depth: u32) -> E {
        if self.column(&[Kind::Text]).is_none() {
            return self.comparison(depth);
        }
        let fun = self.pick(&[Fun::Contains, Fun::StartsWith, Fun::EndsWith]);
        let text = self.value(Kind::Text, depth.min(1));
        let needle = match self.random.below(8) {
            0 => self.value(Kind::Text, 0),
            _ => self.needle(),
        };
        let call = E::Call(fun, vec![text, needle]);
        match self.random.below(4) {
            0 => E::Cmp(self.operator(), Box::new(call), Box::new(self.constant())),
            _ => call,
        }
    }

    /// A piece of a stored text.
    fn needle(&mut self) -> E {
        let E::Lit(V::Text(text), _) = self.literal(Kind::Text) else { return null() };
        let chars: Vec<char> = text.chars().take(60).collect();
        let from = self.random.below(chars.len() as u64 + 1) as usize;
        let length = 1 + self.random.below(4) as usize;
        let piece = match self.random.below(4) {
            0 => chars.iter().take(length).collect(),
            1 => chars[chars.len().saturating_sub(length)..].iter().collect(),
            _ => chars.iter().skip(from).take(length).collect(),
        };
        text_literal(piece)
    }

    fn membership(&mut self, depth: u32) -> E {
        let kinds = [Kind::Int, Kind::Dec, Kind::Text, Kind::Date, Kind::Guid, Kind::At];
        let Some(column) = self.column(&kinds) else { return self.comparison(depth) };
        let kind = kind(self.table.columns[column].ty, self.salesforce).unwrap();
        let mut items: Vec<E> = (0..1 + self.random.below(5)).map(|_| self.literal(kind)).collect();
        if self.random.below(6) == 0 {
            items.push(null());
        }
        if self.random.below(2) == 0 {
            return E::In(E::prop(column), items);
        }
        let each = |item| E::Cmp(Cmp::Eq, E::prop(column), Box::new(item));
        match items.len() {
            1 => each(items.remove(0)),
            _ => E::Or(items.into_iter().map(each).collect()),
        }
    }

    fn flag(&mut self) -> E {
        let Some(column) = self.column(&[Kind::Bool]) else { return self.comparison(0) };
        match self.random.below(5) {
            0 => E::Prop(column),
            1 => {
                let other = self.column(&[Kind::Bool]).unwrap_or(column);
                E::Cmp(self.operator(), E::prop(column), E::prop(other))
            }
            _ => E::Cmp(self.operator(), E::prop(column), Box::new(self.constant())),
        }
    }

    fn literals(&mut self) -> E {
        let kind = self.pick(&[Kind::Int, Kind::Text]);
        let (left, right) = (self.literal(kind), if self.random.below(4) == 0 { null() } else { self.literal(kind) });
        E::Cmp(self.operator(), Box::new(left), Box::new(right))
    }

    /// A value of the kind: a column or something computed from columns.
    fn value(&mut self, kind: Kind, depth: u32) -> E {
        let plain = depth == 0 || self.random.below(5) < 3;
        if plain && let Some(column) = self.column(&[kind]) {
            return E::Prop(column);
        }
        if depth == 0 {
            // No column of the kind: the columns of others, or a number.
            return match self.column(&[Kind::Int, Kind::Dec, Kind::Float]) {
                Some(column) if matches!(kind, Kind::Int | Kind::Dec | Kind::Float) => E::Prop(column),
                _ => self.literal(kind),
            };
        }
        match kind {
            Kind::Int => self.integer(depth.saturating_sub(1)),
            Kind::Dec | Kind::Float => self.computed(kind, depth.saturating_sub(1)),
            Kind::Text if self.column(&[Kind::Text]).is_some() => self.text(depth.saturating_sub(1)),
            Kind::Date | Kind::Time if self.column(&[Kind::At]).is_some() => {
                let fun = if kind == Kind::Date { Fun::Date } else { Fun::Time };
                E::Call(fun, vec![self.value(Kind::At, 0)])
            }
            _ => match self.column(&[kind]) {
                Some(column) => E::Prop(column),
                None => self.literal(kind),
            },
        }
    }

    fn integer(&mut self, depth: u32) -> E {
        let part = |generator: &mut Self, funs: &[Fun], kinds: &[Kind]| {
            let column = generator.column(kinds)?;
            let fun = generator.pick(funs);
            Some(E::Call(fun, vec![E::Prop(column)]))
        };
        let found = match self.random.below(6) {
            0 => part(self, &[Fun::Year, Fun::Month, Fun::Day], &[Kind::Date, Kind::At]),
            1 => part(self, &[Fun::Hour, Fun::Minute, Fun::Second], &[Kind::At, Kind::Time]),
            2 if self.column(&[Kind::Text]).is_some() => {
                Some(E::Call(Fun::Length, vec![self.value(Kind::Text, depth)]))
            }
            3 if self.column(&[Kind::Text]).is_some() => {
                Some(E::Call(Fun::IndexOf, vec![self.value(Kind::Text, depth), self.needle()]))
            }
            4 => part(self, &[Fun::Round, Fun::Floor, Fun::Ceiling], &[Kind::Int]),
            _ => None,
        };
        found.unwrap_or_else(|| self.arithmetic(Kind::Int, depth))
    }

    fn computed(&mut self, kind: Kind, depth: u32) -> E {
        match self.random.below(4) {
            0 => {
                let fun = self.pick(&[Fun::Round, Fun::Floor, Fun::Ceiling]);
                E::Call(fun, vec![self.value(kind, depth)])
            }
            1 if kind == Kind::Dec => match self.column(&[Kind::At, Kind::Time]) {
                Some(column) => E::Call(Fun::FractionalSeconds, vec![E::Prop(column)]),
                None => self.arithmetic(kind, depth),
            },
            _ => self.arithmetic(kind, depth),
        }
    }

    fn arithmetic(&mut self, kind: Kind, depth: u32) -> E {
        let left = self.value(kind, depth);
        if self.random.below(6) == 0 {
            return E::Neg(Box::new(left));
        }
        let ops: &[Op] = match kind {
            Kind::Float => &Op::ALL[..4],
            _ => &Op::ALL,
        };
        let mut op = self.pick(ops);
        // What is left of an endless quotient differs by database: nothing is calculated from it.
        if [&left].iter().any(|side| divides(side)) {
            op = Op::Add;
        }
        let right = match self.random.below(3) {
            0 => self.value(kind, 0),
            _ => self.small(),
        };
        if divides(&left) {
            return left;
        }
        E::Arith(op, Box::new(left), Box::new(right))
    }

    /// A small number that is not zero.
    fn small(&mut self) -> E {
        let text = self.pick(&["1", "2", "3", "7", "-2", "10", "100", "0.5", "2.0", "-1.25"]);
        number(text.to_owned())
    }

    fn text(&mut self, depth: u32) -> E {
        let inner = self.value(Kind::Text, depth.min(1));
        match self.random.below(6) {
            0 => E::Call(Fun::ToLower, vec![inner]),
            1 => E::Call(Fun::ToUpper, vec![inner]),
            2 => E::Call(Fun::Trim, vec![inner]),
            3 => {
                let other = if self.random.below(2) == 0 { self.needle() } else { self.value(Kind::Text, 0) };
                E::Call(Fun::Concat, if self.random.below(2) == 0 { vec![inner, other] } else { vec![other, inner] })
            }
            _ => {
                let mut args = vec![inner, number(self.random.below(6).to_string())];
                if self.random.below(2) == 0 {
                    args.push(number(self.random.below(6).to_string()));
                }
                E::Call(Fun::Substring, args)
            }
        }
    }

    /// A literal of the kind: mostly a stored value or one beside it.
    fn literal(&mut self, kind: Kind) -> E {
        let column = self.column(&[kind]);
        let stored = column.map(|column| {
            let row = self.random.below(self.table.rows.len() as u64) as usize;
            shown(self.table.columns[column].ty, &self.table.rows[row][column])
        });
        match (kind, stored) {
            (Kind::Int, Some(V::Int(n))) => self.integer_literal(n),
            (Kind::Int, _) => number((self.random.below(60) as i64 - 10).to_string()),
            (Kind::Dec, Some(V::Dec(n))) => {
                let beside = self.pick(&["0", "0", "0", "0.0001", "-0.00001", "1"]);
                number((n + BigDecimal::from_str(beside).unwrap()).to_plain_string())
            }
            (Kind::Dec, _) => self.small(),
            (Kind::Float, Some(V::F64(n))) if self.random.below(4) > 0 => number(format!("{n:?}")),
            (Kind::Float, _) => self.small(),
            (Kind::Text, Some(V::Text(text))) if self.random.below(8) > 0 => text_literal(text),
            (Kind::Text, _) => {
                let text = self.pick(&["", " ", "a", "zz", "x'y", "M", "%", "\u{10ffff}"]);
                text_literal(text.to_owned())
            }
            (Kind::Guid, Some(V::Guid(bytes))) => guid(bytes),
            (Kind::Guid, _) => guid([7; 16]),
            (Kind::Date, Some(V::Date(days))) => {
                date((days + self.random.below(3) as i64 - 1).clamp(-719_162, 2_932_896))
            }
            (Kind::Date, _) => date(self.random.below(20_000) as i64),
            (Kind::Time, Some(V::Time(nanos))) => time(nanos),
            (Kind::Time, _) => time(self.random.below(86_400) * 1_000_000_000),
            (Kind::At, Some(V::At(nanos))) => self.instant(nanos),
            (Kind::At, _) => {
                let years = i128::from(self.random.below(50));
                self.instant(years * DAY * 365)
            }
            (Kind::Bytes, Some(V::Bytes(bytes))) => bytes_literal(bytes),
            (Kind::Bytes, _) => bytes_literal(vec![1, 2]),
            (Kind::Bool, _) => self.constant(),
        }
    }

    fn integer_literal(&mut self, n: i128) -> E {
        number(match self.random.below(10) {
            0 => format!("{n}.0"),
            1 => format!("{n}.5"),
            2 => (n + 1).to_string(),
            3 => (n - 1).to_string(),
            4 => "99999999999".into(),
            _ => n.to_string(),
        })
    }

    fn instant(&mut self, nanos: i128) -> E {
        // PostgreSQL and MariaDB keep microseconds.
        let nanos = nanos + [0, 0, 0, 0, 1_000, -1_000, 1_000_000_000, 100][self.random.below(8) as usize];
        let (low, high) = (-50_000 * DAY, 2_932_896 * DAY);
        let (shift, zone) = match self.random.below(4) {
            0 if nanos > low && nanos < high => (5 * 3600 + 1800, "+05:30"),
            1 if nanos > low && nanos < high => (-3600, "-01:00"),
            _ => (0, "Z"),
        };
        let wall = nanos + i128::from(shift) * 1_000_000_000;
        let date = crate::fixture::Date::from_unix_days(wall.div_euclid(DAY) as i64);
        let at = Timestamp { date, time: Time { nanos: wall.rem_euclid(DAY) as u64 } };
        E::Lit(V::At(nanos), format!("{}{zone}", at.to_string().replace(' ', "T")))
    }
}

fn divides(expr: &E) -> bool {
    match expr {
        E::Arith(op, a, b) => matches!(op, Op::Div | Op::DivBy) || divides(a) || divides(b),
        E::Neg(inner) => divides(inner),
        E::Call(_, args) => args.iter().any(divides),
        _ => false,
    }
}

/// The null literal.
pub fn null() -> E {
    E::Lit(V::Null, "null".into())
}

/// A numeric literal: whole if it is written without a point or exponent.
pub fn number(text: String) -> E {
    let value = match text.parse() {
        Ok(whole) => V::Int(whole),
        Err(_) => V::Dec(BigDecimal::from_str(&text).unwrap()),
    };
    E::Lit(value, text)
}

/// A text literal.
pub fn text_literal(text: String) -> E {
    let written = format!("'{}'", text.replace('\'', "''"));
    E::Lit(V::Text(text), written)
}

fn guid(bytes: [u8; 16]) -> E {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    E::Lit(V::Guid(bytes), text)
}

fn date(days: i64) -> E {
    E::Lit(V::Date(days), crate::fixture::Date::from_unix_days(days).to_string())
}

fn time(nanos: u64) -> E {
    E::Lit(V::Time(nanos), Time { nanos }.to_string())
}

fn bytes_literal(bytes: Vec<u8>) -> E {
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
    E::Lit(V::Bytes(bytes), format!("binary'{text}'"))
}
