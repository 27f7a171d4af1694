//! Stored values that break their property's type: counted by property and reason, or the end of the page.
//!
//! Holds the key of one row at fault for the log, and never the value.

use thiserror::Error;

/// Why a stored value cannot be given as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BadReason {
    /// Text that is not valid in its charset.
    InvalidText,
    /// A date or time that does not exist or lies outside years 1 to 9999.
    ImpossibleDate,
    /// A number that is infinite, not a number, not whole where it must be, or beyond its type.
    ImpossibleNumber,
    /// A value of another kind than the property's type.
    WrongType,
    /// Text that was cut at the declared length, or bytes beyond it.
    TooLong,
    /// A flag that means neither true nor false.
    UnknownFlag,
    /// Null in a key.
    NullKey,
}

impl BadReason {
    /// A few words for a log or an error.
    pub fn text(self) -> &'static str {
        match self {
            BadReason::InvalidText => "text that is not valid in its charset",
            BadReason::ImpossibleDate => "a date or time that does not exist or is out of range",
            BadReason::ImpossibleNumber => "a number beyond its type",
            BadReason::WrongType => "a value of another type",
            BadReason::TooLong => "a value longer than declared",
            BadReason::UnknownFlag => "a flag outside its values",
            BadReason::NullKey => "null in a key",
        }
    }
}

/// Why a page cannot be encoded. Rows count from 1 within the page.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EncodeError {
    /// A bad value in a key.
    #[error("row {row} of the page has {} in its key property '{property}'", reason.text())]
    BadKey {
        /// The property.
        property: String,
        /// Position of the row.
        row: u64,
        /// What is wrong with the value.
        reason: BadReason,
    },
    /// A bad value in a property that is set to fail.
    #[error("row {row} of the page has {} in property '{property}'", reason.text())]
    BadValue {
        /// The property.
        property: String,
        /// Position of the row.
        row: u64,
        /// What is wrong with the value.
        reason: BadReason,
    },
    /// The driver ended a row before its last column.
    #[error("a row ended after {received} of {expected} columns")]
    MissingCells {
        /// Columns of the shape.
        expected: usize,
        /// Cells that came.
        received: usize,
    },
}

/// Bad values of one property for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCell {
    /// The property.
    pub property: String,
    /// What is wrong with the values.
    pub reason: BadReason,
    /// How many there were.
    pub count: u64,
    /// Position of the first one's row, counted from 1 within the page.
    pub row: u64,
    /// Key of that row as a literal, where the row has one.
    pub key: Option<String>,
}

/// Counts bad values; those of a row count only once the row belongs to the page.
#[derive(Debug, Default)]
pub(super) struct BadCells {
    pending: Vec<(usize, BadReason)>,
    places: Vec<usize>,
    counted: Vec<BadCell>,
}

impl BadCells {
    pub(super) fn note(&mut self, place: usize, reason: BadReason) {
        self.pending.push((place, reason));
    }

    pub(super) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    pub(super) fn forget_pending(&mut self) {
        self.pending.clear();
    }

    pub(super) fn counted(&self) -> &[BadCell] {
        &self.counted
    }

    pub(super) fn count_pending<'a>(&mut self, row: u64, key: Option<&str>, name: impl Fn(usize) -> &'a str) {
        for (place, reason) in self.pending.drain(..) {
            let known =
                self.places.iter().zip(&mut self.counted).find(|(at, bad)| **at == place && bad.reason == reason);
            if let Some((_, bad)) = known {
                bad.count += 1;
                continue;
            }
            self.places.push(place);
            let (property, key) = (name(place).to_owned(), key.map(str::to_owned));
            self.counted.push(BadCell { property, reason, count: 1, row, key });
        }
    }
}
