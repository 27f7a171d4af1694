//! Durations and sizes as people write them: a number and its unit.

use std::time::Duration;

/// Why a text is no duration or size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitError {
    /// No number in front.
    NoNumber,
    /// A number without a unit.
    NoUnit,
    /// A unit that does not exist.
    UnknownUnit,
    /// Too large to hold, or not a whole number of the smallest unit.
    NotExact,
}

const DURATIONS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("min", 60_000)];

const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A duration: `250ms`, `30s`, `5m`, `24h`, `7d`.
pub fn duration(text: &str) -> Result<Duration, UnitError> {
    scaled(text, DURATIONS).map(Duration::from_millis)
}

/// A size in bytes: `512B`, `64KB`, `7.5MB` (thousands), `1MiB` (1024s).
pub fn size(text: &str) -> Result<u64, UnitError> {
    scaled(text, SIZES)
}

/// A duration as [`duration`] reads it, in the largest unit that is exact.
pub fn duration_text(duration: Duration) -> String {
    unscaled(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), &DURATIONS[..4], "ms")
}

/// A size as [`size`] reads it, in the largest unit that is exact.
pub fn size_text(bytes: u64) -> String {
    unscaled(bytes, &SIZES[..4], "B")
}

fn unscaled(value: u64, units: &[(&str, u64)], smallest: &str) -> String {
    let exact = units.iter().rev().find(|(_, scale)| value != 0 && value.is_multiple_of(*scale));
    exact.map_or(format!("{value}{smallest}"), |(unit, scale)| format!("{}{unit}", value / scale))
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Result<u64, UnitError> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || number.ends_with('.') {
        return Err(UnitError::NoNumber);
    }
    if unit.is_empty() {
        return Err(UnitError::NoUnit);
    }
    let (_, scale) = units.iter().find(|(name, _)| *name == unit).ok_or(UnitError::UnknownUnit)?;
    exact_product(whole, fraction, *scale).ok_or(UnitError::NotExact)
}

fn exact_product(whole: &str, fraction: &str, scale: u64) -> Option<u64> {
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = digits.checked_mul(u128::from(scale))?;
    if product % divisor != 0 {
        return None;
    }
    u64::try_from(product / divisor).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_a_bare_number_is_not() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("1.5 h"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("30"), Err(UnitError::NoUnit));
        assert_eq!(duration("s"), Err(UnitError::NoNumber));
        assert_eq!(duration("-3s"), Err(UnitError::NoNumber));
        assert_eq!(duration("3 years"), Err(UnitError::UnknownUnit));
        assert_eq!(duration("0.0001s"), Err(UnitError::NotExact));
        assert_eq!(size("7.5MB"), Ok(7_500_000));
        assert_eq!(size("1MiB"), Ok(1_048_576));
        assert_eq!(size("6mb"), Err(UnitError::UnknownUnit));
        assert_eq!(size("99999999999999999999999999999999999999999GB"), Err(UnitError::NotExact));
    }

    #[test]
    fn values_are_written_as_they_are_read() {
        for text in ["30s", "5m", "24h", "250ms", "100s"] {
            assert_eq!(duration_text(duration(text).unwrap()), text);
        }
        for text in ["6MB", "64KB", "65534B", "7500KB"] {
            assert_eq!(size_text(size(text).unwrap()), text);
        }
    }
}
