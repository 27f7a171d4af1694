//! Wall-clock readings to instants and back.
//!
//! A wall time in a gap moves forward, one in a fold is the first: the same rule for rows and for filter literals.
//! Only the offset comes from the zone data; the sum is done here, so that the last days of year 9999 still count.

use contract::{Date, Time, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// The instant, in UTC, at which clocks of the zone show `wall`. Its date may lie outside years 1 to 9999.
pub fn to_utc(wall: Timestamp, zone: &TimeZone) -> Timestamp {
    if *zone == TimeZone::UTC {
        return wall;
    }
    let Some(civil) = civil(wall) else { return wall };
    let offset = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        // With the offset before the change a reading inside a gap lands as far behind it, and one in a fold is the first.
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    shifted(wall, -i64::from(offset.seconds()))
}

/// What clocks of the zone show at the instant `utc`.
pub fn to_wall(utc: Timestamp, zone: &TimeZone) -> Timestamp {
    if *zone == TimeZone::UTC {
        return utc;
    }
    let seconds = utc.date.unix_days() * SECONDS_PER_DAY + (utc.time.nanos / NANOS_PER_SECOND) as i64;
    let seconds = seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    let Ok(instant) = jiff::Timestamp::from_second(seconds) else { return utc };
    shifted(utc, i64::from(zone.to_offset(instant).seconds()))
}

fn civil(at: Timestamp) -> Option<DateTime> {
    let (hour, minute, second, nanos) = at.time.fields();
    let year = i16::try_from(at.date.year).ok()?;
    let (month, day) = (at.date.month as i8, at.date.day as i8);
    DateTime::new(year, month, day, hour as i8, minute as i8, second as i8, nanos as i32).ok()
}

fn shifted(at: Timestamp, seconds: i64) -> Timestamp {
    let total = (at.time.nanos / NANOS_PER_SECOND) as i64 + seconds;
    let date = match total.div_euclid(SECONDS_PER_DAY) {
        0 => at.date,
        days => Date::from_unix_days(at.date.unix_days() + days),
    };
    let second = total.rem_euclid(SECONDS_PER_DAY) as u64;
    Timestamp { date, time: Time { nanos: second * NANOS_PER_SECOND + at.time.nanos % NANOS_PER_SECOND } }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at(year: i32, month: u8, day: u8, hour: u32, minute: u32) -> Timestamp {
        Timestamp { date: Date { year, month, day }, time: Time::new(hour, minute, 5, 7_000_000).unwrap() }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn plain_readings_shift_by_the_offset_and_over_midnight() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(to_utc(at(2024, 7, 1, 1, 30), &berlin), at(2024, 6, 30, 23, 30));
        assert_eq!(to_wall(at(2024, 6, 30, 23, 30), &berlin), at(2024, 7, 1, 1, 30));
        assert_eq!(to_utc(at(2024, 1, 1, 0, 0), &TimeZone::UTC), at(2024, 1, 1, 0, 0));
    }

    #[test]
    fn a_reading_in_a_gap_moves_forward() {
        // 02:30 does not exist in New York on that day: it is read as 03:30 EDT.
        let utc = to_utc(at(2024, 3, 10, 2, 30), &zone("America/New_York"));
        assert_eq!(utc, at(2024, 3, 10, 7, 30));
        assert_eq!(to_wall(utc, &zone("America/New_York")), at(2024, 3, 10, 3, 30));
    }

    #[test]
    fn a_reading_in_a_fold_is_the_first() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(to_utc(at(2024, 10, 27, 2, 30), &berlin), at(2024, 10, 27, 0, 30));
        assert_eq!(to_wall(at(2024, 10, 27, 0, 30), &berlin), at(2024, 10, 27, 2, 30));
        assert_eq!(to_wall(at(2024, 10, 27, 1, 30), &berlin), at(2024, 10, 27, 2, 30));
    }

    #[test]
    fn the_edges_of_the_calendar_do_not_fail() {
        let new_york = zone("America/New_York");
        assert_eq!(to_utc(at(9999, 12, 31, 0, 0), &new_york), at(9999, 12, 31, 5, 0));
        assert!(!to_utc(at(9999, 12, 31, 23, 59), &new_york).date.is_real());
        assert!(!to_utc(at(1, 1, 1, 0, 0), &zone("Asia/Tokyo")).date.is_real());
        assert_eq!(to_wall(at(9999, 12, 31, 5, 0), &new_york), at(9999, 12, 31, 0, 0));
    }

    proptest! {
        #[test]
        fn an_instant_shown_and_read_again_is_the_instant_or_the_first_of_its_fold(days in 0i64..40_000, minute in 0u64..1440) {
            let utc = Timestamp { date: Date::from_unix_days(days), time: Time { nanos: minute * 60 * NANOS_PER_SECOND } };
            for name in ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"] {
                let zone = zone(name);
                let wall = to_wall(utc, &zone);
                let back = to_utc(wall, &zone);
                prop_assert!(back <= utc);
                prop_assert_eq!(to_wall(back, &zone), wall);
            }
        }
    }
}
