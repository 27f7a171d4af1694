//! Exact decimals as text: what is one, how numbers become one, comparison by value, arithmetic.
//!
//! Plain notation only, `-?digits[.digits]`. Floats count with 15 significant digits, which is what NUMERIC affinity
//! keeps of a decimal. Arithmetic refuses numbers of more than [`DIGITS_MAX`] digits by giving none.

use std::cmp::Ordering;
use std::fmt::Write;
use std::num::NonZeroU64;

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, Zero};

/// Digits of an operand or a result.
pub const DIGITS_MAX: usize = 200;
/// Significant digits of a quotient.
const QUOTIENT_DIGITS: u64 = 40;
/// Digits of the largest 64-bit number.
const INTEGER_DIGITS_MAX: usize = 20;
/// Decimal digits that a float holds for certain.
const FLOAT_DIGITS: usize = 15;

/// Whether the text is a decimal in plain notation.
pub fn is_plain(text: &str) -> bool {
    parts(text).is_some()
}

/// Writes a finite float as the decimal of at most 15 significant digits that it stands for; false for others.
pub fn write_float(number: f64, out: &mut String) -> bool {
    if !number.is_finite() {
        return false;
    }
    if number == 0.0 {
        out.push('0');
        return true;
    }
    let start = out.len();
    let _ = write!(out, "{number}");
    let digits = out.bytes().skip(start).filter(u8::is_ascii_digit);
    let leading = digits.clone().take_while(|digit| *digit == b'0').count();
    let trailing = out.bytes().rev().take_while(|digit| *digit == b'0').count();
    if digits.count().saturating_sub(leading + trailing) > FLOAT_DIGITS {
        out.truncate(start);
        write_rounded(number, out);
    }
    true
}

/// The same for floats whose shortest form has more digits.
fn write_rounded(number: f64, out: &mut String) {
    let scientific = format!("{:.*e}", FLOAT_DIGITS - 1, number);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if number < 0.0 {
        out.push('-');
    }
    let point = exponent + 1;
    let place = usize::try_from(point).unwrap_or(0);
    if point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
        out.push_str(digits);
    } else if let Some((whole, fraction)) = digits.split_at_checked(place).filter(|(_, fraction)| !fraction.is_empty())
    {
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    } else {
        out.push_str(digits);
        out.extend(std::iter::repeat_n('0', place.saturating_sub(digits.len())));
    }
}

/// Gives a plain decimal exactly `scale` digits after the point: pads, or rounds halves away from zero.
pub fn set_scale(text: &mut String, scale: u8) {
    let scale = usize::from(scale);
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction > scale {
        if let Ok(number) = text.parse::<BigDecimal>() {
            *text = round_to(&number, scale as i64, RoundingMode::HalfUp).to_plain_string();
        }
        return;
    }
    if fraction == 0 && scale > 0 {
        text.push('.');
    }
    text.extend(std::iter::repeat_n('0', scale - fraction));
}

/// Writes `number / 10^scale` with all its digits: 1370 and 2 give `13.70`.
pub fn write_scaled(number: i64, scale: u8, out: &mut String) {
    if number < 0 {
        out.push('-');
    }
    // The last digits first, so many as there are, and at least one before the point.
    let (mut rest, mut digits, mut end) = (number.unsigned_abs(), [0_u8; INTEGER_DIGITS_MAX], INTEGER_DIGITS_MAX);
    while rest > 0 {
        end -= 1;
        digits[end] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let scale = usize::from(scale);
    let digits = &digits[end..];
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    let mut push = |digits: &[u8]| digits.iter().for_each(|digit| out.push(char::from(*digit)));
    push(if whole.is_empty() { b"0" } else { whole });
    if scale > 0 {
        push(b".");
        (fraction.len()..scale).for_each(|_| push(b"0"));
        push(fraction);
    }
}

/// Compares two texts: decimals by value, then everything else by bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (parts(a), parts(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.as_bytes().cmp(b.as_bytes()),
    }
}

/// A decimal's sign and its digits without the zeros that do not count.
#[derive(PartialEq, Eq)]
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl Ord for Parts<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |p: &Self| p.whole.len();
        let magnitude = size(self)
            .cmp(&size(other))
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction));
        match (self.negative, other.negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl PartialOrd for Parts<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return None,
        Some(both) => both,
        None => (unsigned, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let zero = whole.is_empty() && fraction.is_empty();
    Some(Parts { negative: unsigned.len() < text.len() && !zero, whole, fraction })
}

/// The number of a plain decimal of at most [`DIGITS_MAX`] digits.
pub fn parse(text: &str) -> Option<BigDecimal> {
    if text.len() > DIGITS_MAX + 2 || !is_plain(text) {
        return None;
    }
    text.parse().ok()
}

/// The number as text with the digits it has; none if they are too many.
pub fn print(number: &BigDecimal) -> Option<String> {
    let scale = number.fractional_digit_count();
    let digits = i64::try_from(number.digits()).ok()?;
    let most = DIGITS_MAX as i64;
    if digits > most || scale > most || digits.saturating_sub(scale) > most {
        return None;
    }
    let number = if scale < 0 { number.with_scale(0) } else { number.clone() };
    Some(number.to_plain_string())
}

/// The number without zeros that do not count.
pub fn print_canonical(number: &BigDecimal) -> Option<String> {
    print(&number.normalized())
}

/// The quotient to 40 significant digits; none for a divisor of zero.
pub fn divide(a: &BigDecimal, b: &BigDecimal) -> Option<BigDecimal> {
    if b.is_zero() {
        return None;
    }
    let quotient = (a / b).normalized();
    if quotient.digits() <= QUOTIENT_DIGITS {
        return Some(quotient);
    }
    let digits = NonZeroU64::new(QUOTIENT_DIGITS)?;
    Some(quotient.with_precision_round(digits, RoundingMode::HalfUp).normalized())
}

/// The remainder with the sign of `a`; none for a divisor of zero.
pub fn remainder(a: &BigDecimal, b: &BigDecimal) -> Option<BigDecimal> {
    if b.is_zero() { None } else { Some(a % b) }
}

/// Rounded to `scale` digits after the point.
pub fn round_to(number: &BigDecimal, scale: i64, mode: RoundingMode) -> BigDecimal {
    let rounded = number.with_scale_round(scale, mode);
    if rounded.sign() == Sign::NoSign { BigDecimal::new(0.into(), scale) } else { rounded }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn float(number: f64) -> String {
        let mut out = String::new();
        assert!(write_float(number, &mut out));
        out
    }

    #[test]
    fn floats_are_the_decimals_they_stand_for() {
        let cases = [
            (13.7, "13.7"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (1e15, "1000000000000000"),
            (123456789012345678.0, "123456789012346000"),
            (1.0 / 3.0, "0.333333333333333"),
            (-2.0e-7 / 3.0, "-0.0000000666666666666667"),
            (99.999999999999999999, "100"),
            (1e22, "10000000000000000000000"),
        ];
        for (number, text) in &cases {
            assert_eq!(float(*number), *text);
        }
        assert!(is_plain(&float(f64::MAX)) && is_plain(&float(5e-324)));
        assert!(!write_float(f64::INFINITY, &mut String::new()));
    }

    #[test]
    fn scale_is_padded_or_rounded() {
        let cases = [
            ("5", "5.00"),
            ("5.1", "5.10"),
            ("5.125", "5.13"),
            ("-5.125", "-5.13"),
            ("0.004", "0.00"),
            ("-0.004", "0.00"),
        ];
        for (text, expected) in cases {
            let mut text = text.to_owned();
            set_scale(&mut text, 2);
            assert_eq!(text, expected);
        }
        let mut whole = "7.5".to_owned();
        set_scale(&mut whole, 0);
        assert_eq!(whole, "8");
    }

    #[test]
    fn scaled_integers_get_their_point() {
        let cases = [
            (1370, 2, "13.70"),
            (-5, 2, "-0.05"),
            (0, 2, "0.00"),
            (7, 0, "7"),
            (i64::MIN, 18, "-9.223372036854775808"),
        ];
        for (number, scale, expected) in cases {
            let mut text = String::new();
            write_scaled(number, scale, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn comparison_is_by_value_and_total() {
        let sorted =
            ["-10", "-9.5", "-9.49", "0", "0.09", "0.1", "1", "2", "10.000000000000000000000001", "11", "", "1e3", "x"];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} and {b}");
            }
        }
        assert_eq!(compare("-0.0", "000"), Ordering::Equal);
        assert_eq!(compare("1.50", "01.5"), Ordering::Equal);
    }

    #[test]
    fn only_plain_notation_is_a_decimal() {
        for text in ["0", "-1", "00.10", "12345678901234567890123.4567890"] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["", "-", ".5", "5.", "+5", "1e3", " 1", "1 ", "1.2.3", "٣", "--1", "NaN"] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn arithmetic_is_exact_and_bounded() {
        let n = |text: &str| parse(text).unwrap();
        let quotient = |a, b| divide(&n(a), &n(b)).and_then(|q| print_canonical(&q));
        assert_eq!(quotient("1", "8").unwrap(), "0.125");
        assert_eq!(quotient("1", "3").unwrap(), format!("0.{}", "3".repeat(40)));
        assert_eq!(quotient("-2", "3").unwrap(), format!("-0.{}7", "6".repeat(39)));
        assert_eq!(quotient("500", "0.5").unwrap(), "1000");
        assert_eq!(quotient("1", "0.00"), None);
        assert_eq!(print(&remainder(&n("-7.5"), &n("2")).unwrap()).unwrap(), "-1.5");
        let rounded = |text, mode| print(&round_to(&n(text), 0, mode)).unwrap();
        let away = ["0.5", "-0.5", "0.05", "-0.49", "2.5", "99.5", "7"].map(|text| rounded(text, RoundingMode::HalfUp));
        assert_eq!(away, ["1", "-1", "0", "0", "3", "100", "7"]);
        assert_eq!(["-0.1", "0.9", "1.0"].map(|text| rounded(text, RoundingMode::Floor)), ["-1", "0", "1"]);
        assert_eq!(["-0.9", "0.01", "1.0"].map(|text| rounded(text, RoundingMode::Ceiling)), ["0", "1", "1"]);
        let huge = n(&"9".repeat(DIGITS_MAX));
        assert!(print(&huge).is_some());
        assert_eq!(print(&(&huge * &huge)), None);
        assert_eq!(parse(&"9".repeat(DIGITS_MAX + 3)), None);
    }
}
