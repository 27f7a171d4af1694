//! How long rows take: one in eight is timed, so that timing costs next to nothing.

use std::time::{Duration, Instant};

/// One row in so many is timed.
const EVERY: u64 = 8;

/// Times some rows.
#[derive(Debug, Default)]
pub(super) struct Clock {
    begun: Option<Instant>,
    timed: u32,
    taken: Duration,
}

impl Clock {
    /// The first cell of the row with this position has come.
    #[inline]
    pub fn row_begins(&mut self, row: u64) {
        if row.is_multiple_of(EVERY) {
            self.begun = Some(Instant::now());
        }
    }

    /// The row is complete.
    #[inline]
    pub fn row_ends(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.taken += begun.elapsed();
            self.timed += 1;
        }
    }

    /// About how long so many rows took.
    pub fn estimate(&self, rows: u64) -> Duration {
        match self.timed {
            0 => Duration::ZERO,
            timed => self.taken.mul_f64(rows as f64 / f64::from(timed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_rows_tell_of_all() {
        let mut clock = Clock::default();
        assert_eq!(clock.estimate(5), Duration::ZERO);
        for row in 0..24 {
            clock.row_begins(row);
            clock.row_ends();
        }
        assert_eq!(clock.timed, 3);
        clock.taken = Duration::from_micros(30);
        assert_eq!(clock.estimate(24), Duration::from_micros(240));
    }
}
