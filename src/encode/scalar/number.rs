//! Numbers as JSON: integers within their type, decimals digit for digit, floats in their shortest form.
//!
//! Never rounds and never goes through a float unless the database did.

use contract::{Cell, SqlType};

use super::super::rows::BadReason;
use crate::model::EdmType;

/// Largest power of ten, up or down, that is written out in plain notation.
const EXPONENT_MAX: i64 = 400;

/// Writes one of the integer types.
#[derive(Clone, Copy, Debug)]
pub(super) struct Integer {
    min: i64,
    max: i64,
    quoted: bool,
}

impl Integer {
    pub(super) fn new(ty: EdmType, quoted_numbers: bool) -> Integer {
        let (min, max) = match ty {
            EdmType::Byte => (0, i64::from(u8::MAX)),
            EdmType::SByte => (i64::from(i8::MIN), i64::from(i8::MAX)),
            EdmType::Int16 => (i64::from(i16::MIN), i64::from(i16::MAX)),
            EdmType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        Integer { min, max, quoted: quoted_numbers && ty == EdmType::Int64 }
    }

    #[inline]
    pub(super) fn write(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        let value = match cell {
            Cell::I64(value) => value,
            other => whole(other)?,
        };
        if value < self.min || value > self.max {
            return Err(BadReason::ImpossibleNumber);
        }
        if self.quoted {
            out.push(b'"');
            push_integer(out, value);
            out.push(b'"');
        } else {
            push_integer(out, value);
        }
        Ok(())
    }
}

/// Writes Single or Double.
#[derive(Clone, Copy, Debug)]
pub(super) struct Float {
    /// Largest magnitude of the type.
    pub(super) max: f64,
}

impl Float {
    #[inline]
    pub(super) fn write(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        match cell {
            Cell::F64(value) => self.push(out, value),
            Cell::F32(value) => push_finite(out, value, value.is_finite()),
            Cell::I64(value) => {
                push_integer(out, value);
                out.extend_from_slice(b".0");
                Ok(())
            }
            Cell::U64(value) => {
                push_integer(out, value);
                out.extend_from_slice(b".0");
                Ok(())
            }
            Cell::Decimal(text) => push_decimal(out, text),
            Cell::Text(text) => {
                let value = text.trim_matches(' ').parse().map_err(|_| BadReason::WrongType)?;
                self.push(out, value)
            }
            _ => Err(BadReason::WrongType),
        }
    }

    fn push(self, out: &mut Vec<u8>, value: f64) -> Result<(), BadReason> {
        push_finite(out, value, value.abs() <= self.max)
    }
}

/// Writes Decimal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    /// Fraction digits of an integer that counts smallest units.
    shift: u8,
    /// Fraction digits that a number without a decimal text gets at least, as the column fixes them.
    pad: u8,
    quoted: bool,
}

impl Decimal {
    pub(super) fn new(sql: SqlType, quoted: bool) -> Decimal {
        let (shift, pad) = match sql {
            SqlType::Scaled { scale } => (scale, scale),
            SqlType::Decimal { scale } | SqlType::DecimalText { scale } => (0, scale.unwrap_or(0)),
            _ => (0, 0),
        };
        Decimal { shift, pad, quoted }
    }

    #[inline]
    pub(super) fn write(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        if self.quoted {
            out.push(b'"');
        }
        match cell {
            Cell::Decimal(text) => push_decimal(out, text)?,
            other => self.push_other(out, other)?,
        }
        if self.quoted {
            out.push(b'"');
        }
        Ok(())
    }

    fn push_other(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        match cell {
            Cell::I64(value) if self.pad == 0 => push_integer(out, value),
            Cell::I64(value) => self.push_digits(out, itoa::Buffer::new().format(value))?,
            Cell::U64(value) => self.push_digits(out, itoa::Buffer::new().format(value))?,
            Cell::F64(value) if value.is_finite() => self.push_digits(out, zmij::Buffer::new().format_finite(value))?,
            Cell::F32(value) if value.is_finite() => self.push_digits(out, zmij::Buffer::new().format_finite(value))?,
            Cell::F64(_) | Cell::F32(_) => return Err(BadReason::ImpossibleNumber),
            // Text in a column of scaled integers says nothing about its unit.
            Cell::Text(text) if self.shift == 0 => {
                push_decimal(out, text.trim_matches(' ')).map_err(|_| BadReason::WrongType)?;
            }
            _ => return Err(BadReason::WrongType),
        }
        Ok(())
    }

    fn push_digits(self, out: &mut Vec<u8>, text: &str) -> Result<(), BadReason> {
        let mut parts = Parts::of(text.strip_suffix(".0").unwrap_or(text)).ok_or(BadReason::ImpossibleNumber)?;
        parts.exponent -= i64::from(self.shift);
        parts.push_plain(out, usize::from(self.pad));
        Ok(())
    }
}

/// The whole number in a cell that is kept as something else.
pub(super) fn whole(cell: Cell<'_>) -> Result<i64, BadReason> {
    match cell {
        Cell::I64(value) => Ok(value),
        Cell::U64(value) => i64::try_from(value).map_err(|_| BadReason::ImpossibleNumber),
        Cell::Bool(value) => Ok(i64::from(value)),
        Cell::F64(value) => whole_float(value),
        Cell::F32(value) => whole_float(f64::from(value)),
        Cell::Decimal(text) => Parts::of(text).and_then(|parts| parts.whole()).ok_or(BadReason::ImpossibleNumber),
        Cell::Text(text) => {
            let parts = Parts::of(text.trim_matches(' ')).ok_or(BadReason::WrongType)?;
            parts.whole().ok_or(BadReason::ImpossibleNumber)
        }
        _ => Err(BadReason::WrongType),
    }
}

fn whole_float(value: f64) -> Result<i64, BadReason> {
    // 2^63 is the first float above the range, -2^63 the last one inside it.
    const EDGE: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (-EDGE..EDGE).contains(&value) {
        Ok(value as i64)
    } else {
        Err(BadReason::ImpossibleNumber)
    }
}

/// Appends an integer's digits.
#[inline]
pub(super) fn push_integer<I: itoa::Integer>(out: &mut Vec<u8>, value: I) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a float's shortest digits, or refuses it.
#[inline]
pub(super) fn push_finite<F: zmij::Float>(out: &mut Vec<u8>, value: F, fits: bool) -> Result<(), BadReason> {
    if !fits {
        return Err(BadReason::ImpossibleNumber);
    }
    out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    Ok(())
}

/// Appends a decimal's text digit for digit; what is not yet plain JSON notation is made so.
#[inline]
pub(super) fn push_decimal(out: &mut Vec<u8>, text: &str) -> Result<(), BadReason> {
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    Parts::of(text).ok_or(BadReason::ImpossibleNumber)?.push_plain(out, 0);
    Ok(())
}

/// Whether the text is a JSON number without exponent.
fn is_plain(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let starts_well = matches!(digits, [b'0'] | [b'0', b'.', ..] | [b'1'..=b'9', ..]);
    if !starts_well || digits.last() == Some(&b'.') {
        return false;
    }
    let mut points = 0;
    digits.iter().all(|byte| match byte {
        b'0'..=b'9' => true,
        b'.' => {
            points += 1;
            points == 1
        }
        _ => false,
    })
}

/// A number's text taken apart: the digits of `int` and `frac` in a row, the point behind `int` moved by `exponent`.
struct Parts<'a> {
    negative: bool,
    int: &'a [u8],
    frac: &'a [u8],
    exponent: i64,
}

impl<'a> Parts<'a> {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; digits may miss on one side of the point.
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let text = text.as_bytes();
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok()?.parse().ok()?),
            None => (text, 0),
        };
        let (int, frac) = match mantissa.iter().position(|byte| *byte == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &mantissa[..0]),
        };
        let digits = int.iter().chain(frac).all(u8::is_ascii_digit) && !(int.is_empty() && frac.is_empty());
        (digits && (-EXPONENT_MAX..=EXPONENT_MAX).contains(&exponent)).then_some(Parts {
            negative,
            int,
            frac,
            exponent,
        })
    }

    /// The digit at a place counted from the first; zero outside.
    fn digit(&self, place: i64) -> u8 {
        let Ok(place) = usize::try_from(place) else { return b'0' };
        let frac = || self.frac.get(place - self.int.len());
        *self.int.get(place).or_else(frac).unwrap_or(&b'0')
    }

    fn total(&self) -> i64 {
        (self.int.len() + self.frac.len()) as i64
    }

    fn point(&self) -> i64 {
        self.int.len() as i64 + self.exponent
    }

    fn push_plain(&self, out: &mut Vec<u8>, fraction_min: usize) {
        if self.negative && self.int.iter().chain(self.frac).any(|digit| *digit != b'0') {
            out.push(b'-');
        }
        let (point, total) = (self.point(), self.total());
        match (0..point).find(|place| self.digit(*place) != b'0') {
            Some(first) => out.extend((first..point).map(|place| self.digit(place))),
            None => out.push(b'0'),
        }
        let fraction = (total - point).max(fraction_min as i64);
        if fraction > 0 {
            out.push(b'.');
            out.extend((point..point + fraction).map(|place| self.digit(place)));
        }
    }

    /// The value, if it is whole and fits.
    fn whole(&self) -> Option<i64> {
        let (point, total) = (self.point(), self.total());
        if (point..total).any(|place| self.digit(place) != b'0') {
            return None;
        }
        let mut value = 0_i64;
        for place in 0..point {
            let digit = i64::from(self.digit(place) - b'0');
            value = value.checked_mul(10)?;
            value = if self.negative { value.checked_sub(digit)? } else { value.checked_add(digit)? };
        }
        Some(value)
    }
}
