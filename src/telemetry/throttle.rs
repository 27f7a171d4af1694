//! Bad values are told at most once a minute per property; what was not told is added to the next line.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::event::BadValues;

/// One line per property in this time.
const QUIET: Duration = Duration::from_secs(60);
/// Properties remembered at most; a model has fewer.
const PROPERTIES_MAX: usize = 100_000;

/// What was told when.
#[derive(Debug, Default)]
pub struct Throttle {
    told: HashMap<(String, String, String), (Instant, u64)>,
}

impl Throttle {
    /// The line to write now, if one is due.
    pub fn pass(&mut self, mut bad: BadValues, now: Instant) -> Option<BadValues> {
        let place = (bad.service.clone(), bad.entity_set.clone(), bad.property.clone());
        match self.told.get_mut(&place) {
            Some((last, kept)) if now.duration_since(*last) < QUIET => {
                *kept += bad.count;
                None
            }
            Some((last, kept)) => {
                bad.count += std::mem::take(kept);
                *last = now;
                Some(bad)
            }
            None => {
                if self.told.len() < PROPERTIES_MAX {
                    self.told.insert(place, (now, 0));
                }
                Some(bad)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bad(property: &str, count: u64) -> BadValues {
        BadValues {
            service: "s".into(),
            entity_set: "E".into(),
            property: property.into(),
            reason: "r",
            key: None,
            count,
        }
    }

    #[test]
    fn one_line_a_minute_per_property_and_nothing_is_lost() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());
        assert_eq!(throttle.pass(bad("A", 1), start).unwrap().count, 1);
        assert!(throttle.pass(bad("A", 5), start + Duration::from_secs(59)).is_none());
        assert_eq!(throttle.pass(bad("B", 2), start).unwrap().count, 2);
        assert_eq!(throttle.pass(bad("A", 1), start + Duration::from_secs(60)).unwrap().count, 6);
        assert!(throttle.pass(bad("A", 1), start + Duration::from_secs(61)).is_none());
    }
}
