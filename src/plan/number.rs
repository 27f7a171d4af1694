//! Decimal numerals as text, compared and rounded without leaving the digits: Salesforce writes `5.0` for an integer key.

use contract::Value;

/// Digits of a numeral: `sign integer.fraction`, integer without leading zeros, fraction without trailing ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numeral {
    negative: bool,
    integer: String,
    fraction: String,
}

/// Longest exponent and digit count that is written out.
const DIGITS_MAX: usize = 400;

/// A numeral against the grid of values that a column can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum OnGrid {
    /// The column can hold exactly this.
    Exact(Value),
    /// It lies strictly between this value and the next higher one.
    Above(Value),
    /// Greater than every value of the column.
    OverAll,
    /// Less than every value of the column.
    UnderAll,
}

impl Numeral {
    /// Reads `-?digits[.digits][e[+-]digits]`. `None` if it is longer than 400 digits written out.
    pub fn parse(text: &str) -> Option<Numeral> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if exponent.unsigned_abs() as usize > DIGITS_MAX || integer.len() + fraction.len() > DIGITS_MAX {
            return None;
        }
        if !integer.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = format!("{integer}{fraction}");
        let point = integer.len() as i32 + exponent;
        let (integer, fraction) = match point {
            p if p <= 0 => (String::new(), format!("{}{digits}", "0".repeat(-p as usize))),
            p if p as usize >= digits.len() => {
                (format!("{digits}{}", "0".repeat(p as usize - digits.len())), String::new())
            }
            p => (digits[..p as usize].to_owned(), digits[p as usize..].to_owned()),
        };
        let integer = integer.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let negative = negative && !(integer.is_empty() && fraction.is_empty());
        Some(Numeral { negative, integer, fraction })
    }

    /// Plain notation, as short as it goes.
    pub fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let integer = if self.integer.is_empty() { "0" } else { &self.integer };
        if self.fraction.is_empty() { format!("{sign}{integer}") } else { format!("{sign}{integer}.{}", self.fraction) }
    }

    /// Which is greater, to the last digit.
    pub fn compare(&self, other: &Numeral) -> std::cmp::Ordering {
        let magnitude = |a: &Numeral, b: &Numeral| {
            (a.integer.len(), &a.integer, &a.fraction).cmp(&(b.integer.len(), &b.integer, &b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (true, false) => std::cmp::Ordering::Less,
            (false, true) => std::cmp::Ordering::Greater,
        }
    }

    /// The value on the integers from `low` to `high`, in units of `10^-scale`.
    pub fn on_integers(&self, scale: u8, low: i128, high: i128) -> OnGrid {
        let scale = scale as usize;
        let (kept, rest) = match self.fraction.len() > scale {
            true => (self.fraction[..scale].to_owned(), true),
            false => (format!("{:0<scale$}", self.fraction), false),
        };
        let digits = format!("{}{kept}", self.integer);
        let outside = if self.negative { OnGrid::UnderAll } else { OnGrid::OverAll };
        let magnitude: i128 = match if digits.is_empty() { Ok(0) } else { digits.parse() } {
            Ok(magnitude) => magnitude,
            Err(_) => return outside,
        };
        // Towards minus infinity, so that "above" always names the lower neighbour.
        let value = match (self.negative, rest) {
            (false, _) => magnitude,
            (true, false) => -magnitude,
            (true, true) => -magnitude - 1,
        };
        if value < low {
            return if value == low - 1 && rest { OnGrid::UnderAll } else { outside };
        }
        if value > high || (value == high && rest) {
            return OnGrid::OverAll;
        }
        let bound = match i64::try_from(value) {
            Ok(small) => Value::I64(small),
            Err(_) => Value::U64(value as u64),
        };
        if rest { OnGrid::Above(bound) } else { OnGrid::Exact(bound) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ints(text: &str) -> OnGrid {
        Numeral::parse(text).unwrap().on_integers(0, i64::MIN as i128, i64::MAX as i128)
    }

    #[test]
    fn plain_notation_drops_what_says_nothing() {
        for (text, plain) in
            [("5.0", "5"), ("-0", "0"), ("1.50e2", "150"), ("007.10", "7.1"), ("1e-3", "0.001"), ("-0.00", "0")]
        {
            assert_eq!(Numeral::parse(text).unwrap().plain(), plain, "{text}");
        }
        assert_eq!(Numeral::parse("1e999"), None);
    }

    #[test]
    fn numerals_compare_to_the_last_digit() {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let compare = |a: &str, b: &str| Numeral::parse(a).unwrap().compare(&Numeral::parse(b).unwrap());
        assert_eq!(compare("9007199254740993", "9007199254740992"), Greater);
        assert_eq!(compare("5.0", "5"), Equal);
        assert_eq!(compare("-0", "0"), Equal);
        assert_eq!(compare("0.05", "0.5"), Less);
        assert_eq!(compare("-10", "-9"), Less);
        assert_eq!(compare("-1", "1"), Less);
        assert_eq!(compare("1e2", "99.999"), Greater);
    }

    #[test]
    fn integers_meet_decimals() {
        assert_eq!(ints("5.0"), OnGrid::Exact(Value::I64(5)));
        assert_eq!(ints("5.5"), OnGrid::Above(Value::I64(5)));
        assert_eq!(ints("-5.5"), OnGrid::Above(Value::I64(-6)));
        assert_eq!(ints("1e30"), OnGrid::OverAll);
        assert_eq!(ints("-1e30"), OnGrid::UnderAll);
        assert_eq!(ints("9223372036854775807"), OnGrid::Exact(Value::I64(i64::MAX)));
        assert_eq!(ints("9223372036854775807.5"), OnGrid::OverAll);
        assert_eq!(ints("-9223372036854775808.5"), OnGrid::UnderAll);
    }

    #[test]
    fn scaled_integers_meet_decimals() {
        let on = |text: &str| Numeral::parse(text).unwrap().on_integers(2, i64::MIN as i128, i64::MAX as i128);
        assert_eq!(on("13.7"), OnGrid::Exact(Value::I64(1370)));
        assert_eq!(on("13.705"), OnGrid::Above(Value::I64(1370)));
        assert_eq!(on("-0.001"), OnGrid::Above(Value::I64(-1)));
    }
}
