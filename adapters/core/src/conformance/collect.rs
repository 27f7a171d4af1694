//! Sinks for the checks: cells kept as owned values, and pauses at places that look random and repeat.

use crate::row::{BadValue, Cell, Flow, RowSink};
use crate::types::{Date, Time, Timestamp};

/// A [`Cell`] that is kept. Floats are equal when their bits are.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Kept {
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Decimal(String),
    Text(String),
    Bytes(Vec<u8>),
    Guid([u8; 16]),
    Date(Date),
    Time(Time),
    Timestamp(Timestamp),
    Bad(BadValue),
}

impl From<Cell<'_>> for Kept {
    fn from(cell: Cell<'_>) -> Kept {
        match cell {
            Cell::Null => Kept::Null,
            Cell::Bool(v) => Kept::Bool(v),
            Cell::I64(v) => Kept::I64(v),
            Cell::U64(v) => Kept::U64(v),
            Cell::F32(v) => Kept::F32(v),
            Cell::F64(v) => Kept::F64(v),
            Cell::Decimal(v) => Kept::Decimal(v.to_owned()),
            Cell::Text(v) => Kept::Text(v.to_owned()),
            Cell::Bytes(v) => Kept::Bytes(v.to_owned()),
            Cell::Guid(v) => Kept::Guid(v),
            Cell::Date(v) => Kept::Date(v),
            Cell::Time(v) => Kept::Time(v),
            Cell::Timestamp(v) => Kept::Timestamp(v),
            Cell::Bad(v) => Kept::Bad(v),
        }
    }
}

impl Kept {
    /// The cell again.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Kept::Null => Cell::Null,
            Kept::Bool(v) => Cell::Bool(*v),
            Kept::I64(v) => Cell::I64(*v),
            Kept::U64(v) => Cell::U64(*v),
            Kept::F32(v) => Cell::F32(*v),
            Kept::F64(v) => Cell::F64(*v),
            Kept::Decimal(v) => Cell::Decimal(v),
            Kept::Text(v) => Cell::Text(v),
            Kept::Bytes(v) => Cell::Bytes(v),
            Kept::Guid(v) => Cell::Guid(*v),
            Kept::Date(v) => Cell::Date(*v),
            Kept::Time(v) => Cell::Time(*v),
            Kept::Timestamp(v) => Cell::Timestamp(*v),
            Kept::Bad(v) => Cell::Bad(*v),
        }
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Kept) -> bool {
        match (self, other) {
            (Kept::F32(a), Kept::F32(b)) => a.to_bits() == b.to_bits(),
            (Kept::F64(a), Kept::F64(b)) => a.to_bits() == b.to_bits(),
            _ => self.cell() == other.cell(),
        }
    }
}

/// Keeps all rows.
#[derive(Debug, Default)]
pub struct Collect {
    /// Complete rows.
    pub rows: Vec<Vec<Kept>>,
    row: Vec<Kept>,
    pauses: Pausing,
}

impl Collect {
    /// Never pauses.
    pub fn new() -> Collect {
        Collect::default()
    }

    /// Pauses as told.
    pub fn pausing(pauses: Pausing) -> Collect {
        Collect { pauses, ..Collect::default() }
    }

    /// Whether a row was begun and not ended.
    pub fn torn(&self) -> bool {
        !self.row.is_empty()
    }
}

impl RowSink for Collect {
    fn cell(&mut self, cell: Cell<'_>) {
        self.row.push(cell.into());
    }

    fn end_row(&mut self) -> Flow {
        self.rows.push(std::mem::take(&mut self.row));
        self.pauses.next()
    }
}

/// When a sink pauses.
#[derive(Clone, Copy, Debug, Default)]
pub enum Pausing {
    /// Never.
    #[default]
    Never,
    /// After one row in `every`, at places that follow from `state`.
    Scattered {
        /// State of the generator.
        state: u64,
        /// One in so many.
        every: u64,
    },
    /// After every row once so many more rows have come.
    After(usize),
}

impl Pausing {
    fn next(&mut self) -> Flow {
        let pause = match self {
            Pausing::Never => false,
            Pausing::Scattered { state, every } => {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (*state >> 33) % (*every).max(1) == 0
            }
            Pausing::After(rows) => {
                *rows = rows.saturating_sub(1);
                *rows == 0
            }
        };
        if pause { Flow::Pause } else { Flow::More }
    }
}
