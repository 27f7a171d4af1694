//! A small generator of reproducible pseudo-random numbers (splitmix64): equal seeds, equal rows, on every machine.
//!
//! Not for secrets.

/// One stream of numbers.
pub(super) struct Random(u64);

impl Random {
    /// The stream of that seed.
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // The bias of the remainder is far below what anybody could see in a sample of this size.
        self.next() % end.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// True in so many of a thousand cases.
    pub(super) fn per_mille(&mut self, cases: u64) -> bool {
        self.below(1000) < cases
    }

    /// One of the values; they must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, values: &[&'a T]) -> &'a T {
        values[self.below(values.len() as u64) as usize]
    }
}
