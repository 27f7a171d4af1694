//! Reads durations and sizes from fields, with bounds and defaults.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::fields::Field;
use super::finding::Code;
use super::units::{self, UnitError};

const SECOND: Duration = Duration::from_secs(1);

/// Seconds, for bounds.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// From one second to as long as anybody waits.
pub const WAITS: RangeInclusive<Duration> = SECOND..=seconds(3600);

impl Field<'_> {
    /// A duration within bounds.
    pub fn duration(&self, range: RangeInclusive<Duration>) -> Option<Duration> {
        let value = self.quantity(units::duration, "a duration", "\"30s\"", "ms, s, m, h, d")?;
        if range.contains(&value) {
            return Some(value);
        }
        let (low, high) = (units::duration_text(*range.start()), units::duration_text(*range.end()));
        self.refuse(Code::OutOfRange, format!("must be {low} to {high}"), format!("write \"{low}\" to \"{high}\""));
        None
    }

    /// A size in bytes within bounds.
    pub fn size(&self, range: RangeInclusive<u64>) -> Option<usize> {
        let value = self.quantity(units::size, "a size", "\"6MB\"", "B, KB, MB, GB, KiB, MiB, GiB")?;
        if range.contains(&value) {
            return usize::try_from(value).ok();
        }
        let (low, high) = (units::size_text(*range.start()), units::size_text(*range.end()));
        self.refuse(Code::OutOfRange, format!("must be {low} to {high}"), format!("write \"{low}\" to \"{high}\""));
        None
    }

    fn quantity<T>(&self, read: fn(&str) -> Result<T, UnitError>, what: &str, example: &str, units: &str) -> Option<T> {
        let units = format!("units: {units}; for example `{} = {example}`", self.name);
        if !self.is_text() {
            self.refuse(Code::Unit, format!("{what} needs a unit"), units);
            return None;
        }
        let label = match read(&self.text()?.value) {
            Ok(value) => return Some(value),
            Err(UnitError::NoNumber) => format!("{what} is a number and a unit"),
            Err(UnitError::NoUnit) => format!("{what} needs a unit"),
            Err(UnitError::UnknownUnit) => "no such unit".to_owned(),
            Err(UnitError::NotExact) => "too large, or finer than the smallest unit".to_owned(),
        };
        self.refuse(Code::Unit, label, units);
        None
    }
}
