//! The wire form of `numeric` to and from plain digits, exactly.
//!
//! No number type stands between: base-10000 digits become text and text becomes base-10000 digits.

const NEGATIVE: u16 = 0x4000;
const POSITIVE: u16 = 0x0000;
/// Digits before the point that a `numeric` can have.
pub(crate) const WHOLE_DIGITS_MAX: usize = 131_072;
/// Digits after the point that a `numeric` can have.
pub(crate) const FRACTION_DIGITS_MAX: usize = 16_383;

/// Writes the number in plain notation. `None` when it is not a number, infinite or malformed.
pub(crate) fn decode(wire: &[u8], out: &mut String) -> Option<()> {
    out.clear();
    let (header, digits) = wire.split_at_checked(8)?;
    let field = |at: usize| Some(u16::from_be_bytes([*header.get(at)?, *header.get(at + 1)?]));
    let (count, weight, sign, scale) = (field(0)?, field(2)?.cast_signed(), field(4)?, field(6)?);
    if digits.len() != usize::from(count) * 2 || usize::from(scale) > FRACTION_DIGITS_MAX {
        return None;
    }
    let digit = |at: i32| -> u16 {
        let pair = usize::try_from(at).ok().and_then(|at| digits.get(at * 2..at * 2 + 2));
        pair.map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
    };
    if (0..i32::from(count)).any(|at| digit(at) > 9999) {
        return None;
    }
    match sign {
        NEGATIVE => out.push('-'),
        POSITIVE => {}
        _ => return None,
    }
    match weight {
        ..0 => out.push('0'),
        0.. => {
            let four = four(digit(0));
            let zeros = four.iter().take(3).take_while(|byte| **byte == b'0').count();
            four[zeros..].iter().for_each(|byte| out.push(char::from(*byte)));
        }
    }
    for at in 1..=i32::from(weight) {
        four(digit(at)).iter().for_each(|byte| out.push(char::from(*byte)));
    }
    if scale > 0 {
        out.push('.');
        let end = out.len() + usize::from(scale);
        let mut at = i32::from(weight) + 1;
        while out.len() < end {
            four(digit(at)).iter().for_each(|byte| out.push(char::from(*byte)));
            at += 1;
        }
        out.truncate(end);
    }
    Some(())
}

/// The four decimal digits of one of base 10000. By hand: a page has thousands of them, and `write!` takes ten times as long.
fn four(digit: u16) -> [u8; 4] {
    [digit / 1000, digit / 100 % 10, digit / 10 % 10, digit % 10].map(|digit| b'0' + digit as u8)
}

/// Appends the wire form of a number in plain notation: `-?digits[.digits]`. `None` when it is not that, or has more
/// digits than a `numeric` can hold; nothing is appended then.
pub(crate) fn encode(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (NEGATIVE, rest),
        None => (POSITIVE, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let malformed = whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || unsigned.ends_with('.');
    let whole = whole.trim_start_matches('0');
    if malformed || whole.len() > WHOLE_DIGITS_MAX || fraction.len() > FRACTION_DIGITS_MAX {
        return None;
    }
    let mut digits: Vec<u16> = Vec::with_capacity(whole.len() / 4 + fraction.len() / 4 + 2);
    let (head, groups) = whole.as_bytes().split_at(whole.len() % 4);
    if !head.is_empty() {
        digits.push(number(head, 0));
    }
    digits.extend(groups.chunks(4).map(|group| number(group, 0)));
    let whole_groups = i32::try_from(digits.len()).ok()?;
    digits.extend(fraction.as_bytes().chunks(4).map(|group| number(group, 4)));
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    digits.drain(..zeros);
    let weight = i16::try_from(whole_groups - 1 - i32::try_from(zeros).ok()?).ok()?;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let (sign, weight) = if digits.is_empty() { (POSITIVE, 0) } else { (sign, weight) };
    out.extend_from_slice(&u16::try_from(digits.len()).ok()?.to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(fraction.len() as u16).to_be_bytes());
    digits.iter().for_each(|digit| out.extend_from_slice(&digit.to_be_bytes()));
    Some(())
}

/// The number of up to four ASCII digits, filled up on the right to `width`.
fn number(digits: &[u8], width: usize) -> u16 {
    let value = digits.iter().fold(0, |value, byte| value * 10 + u16::from(byte - b'0'));
    (digits.len()..width).fold(value, |value, _| value * 10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn round(text: &str) -> String {
        let (mut wire, mut out) = (Vec::new(), String::new());
        encode(text, &mut wire).unwrap();
        decode(&wire, &mut out).unwrap();
        out
    }

    #[test]
    fn digits_survive() {
        for text in ["0", "1", "-1", "13.70", "0.00", "0.0001", "-0.00001", "10000", "99999999.9999", "100000000.5"] {
            assert_eq!(round(text), text);
        }
        let long = format!("{}.{}", "7".repeat(131_072), "3".repeat(16_383));
        assert_eq!(round(&long), long);
    }

    #[test]
    fn leading_zeros_and_negative_zero_are_normal_form() {
        assert_eq!(round("-0.00"), "0.00");
        assert_eq!(round("00012.5"), "12.5");
    }

    #[test]
    fn wire_form_is_the_documented_one() {
        let mut wire = Vec::new();
        encode("-12345.6", &mut wire).unwrap();
        assert_eq!(wire, [0, 3, 0, 1, 0x40, 0, 0, 1, 0, 1, 0x09, 0x29, 0x17, 0x70]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".5", "5.", "1e5", "+1", "1.2.3", "NaN", " 1", "١"] {
            let mut wire = Vec::new();
            assert_eq!(encode(text, &mut wire), None, "{text}");
            assert!(wire.is_empty());
        }
        assert_eq!(encode(&"9".repeat(131_073), &mut Vec::new()), None);
        let mut out = String::new();
        for sign in [0xC0, 0xD0, 0xF0] {
            assert_eq!(decode(&[0, 0, 0, 0, sign, 0, 0, 0], &mut out), None);
        }
        assert_eq!(decode(&[0, 9, 0, 0, 0, 0, 0, 0], &mut out), None, "digits are missing");
        assert_eq!(decode(&[0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], &mut out), None, "no base-10000 digit");
        assert_eq!(decode(&[], &mut out), None);
    }
}
