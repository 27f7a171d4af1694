//! The sink that turns rows into the objects of one page, cell by cell, into one buffer.
//!
//! Knows when a page is full, too large or broken, and remembers the last row's order cells; never fetches anything.

mod bad;
mod clock;
mod column;
mod held;

use std::time::Duration;

use contract::{Cell, Flow, RowSink, Value};

use super::envelope::Metadata;
use super::literal::{self, Form};
use super::scalar::{Written, push_json_string};
use super::shape::Shape;
use bad::BadCells;
pub use bad::{BadCell, BadReason, EncodeError};
use clock::Clock;
use column::{Column, NO_SLOT};
use held::HeldCell;

/// Buffered bytes at which the encoder asks for a pause, by default.
pub const CHUNK_BYTES: usize = 32 * 1024;

/// Bytes of the first buffer: small answers are the most frequent ones.
const FIRST_BUFFER_BYTES: usize = 4 * 1024;

/// How rows become a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOptions {
    /// Metadata level of the answer.
    pub metadata: Metadata,
    /// Names that full metadata needs; without them no entity has an id or a type.
    pub entity: Option<EntityNames>,
    /// Whether Int64 and Decimal are strings (IEEE754Compatible).
    pub quoted_numbers: bool,
    /// Columns, by their place, whose raw cells of the last row make the next link.
    pub keyset: Vec<usize>,
    /// Place of the cell, behind the shape's columns, that holds the total in each row.
    pub count_column: Option<usize>,
    /// Rows of the page; one more row is never encoded but proves that there is more.
    pub rows_max: Option<u64>,
    /// Bytes of the page's rows.
    pub bytes_max: Option<u64>,
    /// What becomes of the row that passes `bytes_max`.
    pub past_bytes: PastBytes,
    /// Buffered bytes at which the encoder asks for a pause.
    pub chunk_bytes: usize,
}

impl Default for RowOptions {
    fn default() -> RowOptions {
        RowOptions {
            metadata: Metadata::Minimal,
            entity: None,
            quoted_numbers: false,
            keyset: Vec::new(),
            count_column: None,
            rows_max: None,
            bytes_max: None,
            past_bytes: PastBytes::EndPage,
            chunk_bytes: CHUNK_BYTES,
        }
    }
}

/// What becomes of the row that passes the page's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastBytes {
    /// It is the next page's first; a page holds at least one row whatever its size.
    EndPage,
    /// The page fails: its client would not follow a next link.
    Overflow,
}

/// What full metadata says of each entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityNames {
    /// Qualified name of the entity type.
    pub type_name: String,
    /// URL of the entity set, without a key.
    pub set_url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between rows or in a row of the page.
    Writing,
    /// In the row behind the page's last.
    LookAhead,
    /// No further row is taken.
    Stopped,
}

/// Encodes the rows of one page.
pub struct RowEncoder {
    columns: Box<[Column]>,
    out: Vec<u8>,
    buffer_bytes: usize,
    next: usize,
    state: State,
    open: Vec<u8>,
    count_column: usize,
    row_start: usize,
    rows: u64,
    bytes: u64,
    rows_max: u64,
    bytes_max: u64,
    past_bytes: PastBytes,
    chunk_bytes: usize,
    more: bool,
    overflow: bool,
    count: Option<u64>,
    held: Vec<HeldCell>,
    fresh: Vec<HeldCell>,
    keyset: Vec<usize>,
    key: Vec<usize>,
    id_prefix: Option<Vec<u8>>,
    scratch: (Vec<u8>, Vec<u8>),
    bad: BadCells,
    error: Option<EncodeError>,
    clock: Clock,
}

impl RowEncoder {
    /// An encoder for one page of rows of that shape.
    pub fn new(shape: &Shape, options: RowOptions) -> RowEncoder {
        let full = options.entity.filter(|_| options.metadata == Metadata::Full);
        let (columns, slots) = column::prepare(shape, &options.keyset, options.quoted_numbers, full.is_some());
        let slot = |place: usize| columns.get(place).map_or(NO_SLOT, |column| column.slot);
        let key = (0..columns.len()).filter(|place| columns[*place].key).collect::<Vec<_>>();
        let mut open = b",{".to_vec();
        if let Some(names) = &full {
            open.extend_from_slice(b"\"@odata.type\":");
            push_json_string(&mut open, &format!("#{}", names.type_name));
        }
        let id_prefix = full.filter(|_| !key.is_empty()).map(|names| {
            let mut prefix = b",\"@odata.id\":".to_vec();
            push_json_string(&mut prefix, &names.set_url);
            prefix.pop();
            prefix
        });
        RowEncoder {
            out: Vec::new(),
            buffer_bytes: FIRST_BUFFER_BYTES.min(options.chunk_bytes),
            next: 0,
            state: State::Writing,
            open,
            count_column: options.count_column.unwrap_or(usize::MAX),
            row_start: 0,
            rows: 0,
            bytes: 0,
            rows_max: options.rows_max.unwrap_or(u64::MAX),
            bytes_max: options.bytes_max.unwrap_or(u64::MAX),
            past_bytes: options.past_bytes,
            chunk_bytes: options.chunk_bytes,
            more: false,
            overflow: false,
            count: None,
            held: vec![HeldCell::default(); slots],
            fresh: vec![HeldCell::default(); slots],
            keyset: options.keyset.iter().map(|place| slot(*place)).collect(),
            key,
            id_prefix,
            scratch: (Vec::new(), Vec::new()),
            bad: BadCells::default(),
            error: None,
            clock: Clock::default(),
            columns,
        }
    }

    /// Takes the bytes encoded so far: whole rows with the commas between them.
    pub fn take(&mut self) -> Vec<u8> {
        self.buffer_bytes = self.chunk_bytes + self.chunk_bytes / 4;
        if self.next == 0 {
            return std::mem::take(&mut self.out);
        }
        // A row still open stays, since it may be taken back.
        let open = self.out.split_off(self.row_start);
        self.row_start = 0;
        std::mem::replace(&mut self.out, open)
    }

    /// Bytes that wait to be taken.
    pub fn buffered(&self) -> usize {
        self.out.len()
    }

    /// Whether no further row will be taken, so that the cursor can be closed.
    pub fn is_stopped(&self) -> bool {
        self.state == State::Stopped
    }

    /// Rows in the page so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of those rows.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether a row behind the page's last has been seen.
    pub fn more(&self) -> bool {
        self.more
    }

    /// Whether the page passed its bytes in a way that fails it.
    pub fn overflow(&self) -> bool {
        self.overflow
    }

    /// The total, once a row has told it.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// About how long the rows took to become bytes, their decoding included: some were timed.
    pub fn time(&self) -> Duration {
        self.clock.estimate(self.rows)
    }

    /// The first value that fails the page.
    pub fn error(&self) -> Option<&EncodeError> {
        self.error.as_ref()
    }

    /// Bad values of the page's rows: what was given as null, or cut.
    pub fn bad(&self) -> &[BadCell] {
        self.bad.counted()
    }

    /// The raw keyset cells of the last row of the page, in the order asked for; `None` before the first row, and where
    /// a cell has no value to go on from.
    pub fn keyset(&self) -> Option<Vec<Value>> {
        if self.rows == 0 {
            return None;
        }
        self.keyset.iter().map(|slot| self.held.get(*slot)?.value()).collect()
    }

    /// The shown property with the most bytes.
    pub fn widest(&self) -> Option<&str> {
        let shown = self.columns.iter().filter(|column| column.shown);
        shown.max_by_key(|column| column.bytes).map(|column| column.name.as_str())
    }

    fn open_row(&mut self) {
        self.row_start = self.out.len();
        match self.state {
            State::Writing if self.rows >= self.rows_max => self.state = State::LookAhead,
            State::Writing => {
                self.clock.row_begins(self.rows);
                if self.out.is_empty() {
                    self.out.reserve(self.buffer_bytes);
                }
                let open = if self.rows == 0 { &self.open[1..] } else { &self.open[..] };
                self.out.extend_from_slice(open);
            }
            State::LookAhead | State::Stopped => {}
        }
    }

    fn close_row(&mut self) -> Flow {
        if self.id_prefix.is_some() && self.close_with_id().is_err() {
            return Flow::Pause;
        }
        self.out.push(b'}');
        let bytes = self.bytes + (self.out.len() - self.row_start) as u64;
        if bytes > self.bytes_max {
            let first = self.rows == 0;
            match self.past_bytes {
                PastBytes::Overflow => {
                    self.overflow = true;
                    return self.drop_row();
                }
                PastBytes::EndPage if !first => {
                    self.more = true;
                    return self.drop_row();
                }
                PastBytes::EndPage => {}
            }
        }
        self.bytes = bytes;
        self.rows += 1;
        self.clock.row_ends();
        if self.bad.has_pending() {
            self.count_bad();
        }
        std::mem::swap(&mut self.held, &mut self.fresh);
        if self.out.len() >= self.chunk_bytes { Flow::Pause } else { Flow::More }
    }

    /// Takes the open row back and stops.
    fn drop_row(&mut self) -> Flow {
        self.out.truncate(self.row_start);
        self.bad.forget_pending();
        self.state = State::Stopped;
        Flow::Pause
    }

    fn close_with_id(&mut self) -> Result<(), ()> {
        let (url, scratch) = &mut self.scratch;
        url.clear();
        if let Err((place, reason)) = push_row_key(url, &self.columns, &self.key, &self.fresh, Form::Encoded, scratch) {
            self.fail(place, reason);
            return Err(());
        }
        // Percent-encoded, the key holds nothing that JSON would escape.
        self.out.extend_from_slice(self.id_prefix.as_deref().unwrap_or_default());
        self.out.extend_from_slice(url);
        self.out.push(b'"');
        Ok(())
    }

    #[cold]
    fn count_bad(&mut self) {
        let mut key = Vec::new();
        let scratch = &mut self.scratch.1;
        let known = push_row_key(&mut key, &self.columns, &self.key, &self.fresh, Form::Plain, scratch).is_ok();
        let key = if known && !self.key.is_empty() { String::from_utf8(key).ok() } else { None };
        let columns = &self.columns;
        self.bad.count_pending(self.rows, key.as_deref(), |place| columns[place].name.as_str());
    }

    #[cold]
    fn broken(&mut self, place: usize, reason: BadReason, value_start: Option<usize>) {
        let column = &self.columns[place];
        if column.key || column.strict {
            return self.fail(place, reason);
        }
        if let Some(start) = value_start {
            self.out.truncate(start);
            self.out.extend_from_slice(column.scalar.null());
        }
        self.bad.note(place, reason);
    }

    #[cold]
    fn fail(&mut self, place: usize, reason: BadReason) {
        let column = &self.columns[place];
        let (property, row) = (column.name.clone(), self.rows + 1);
        self.error = Some(if column.key {
            EncodeError::BadKey { property, row, reason }
        } else {
            EncodeError::BadValue { property, row, reason }
        });
        self.drop_row();
    }

    fn take_count(&mut self, cell: Cell<'_>) {
        if self.count.is_none() {
            self.count = match cell {
                Cell::I64(value) => u64::try_from(value).ok(),
                Cell::U64(value) => Some(value),
                Cell::Decimal(text) => text.parse().ok(),
                _ => None,
            };
        }
    }
}

impl RowSink for RowEncoder {
    #[inline]
    fn cell(&mut self, cell: Cell<'_>) {
        let place = self.next;
        self.next += 1;
        if place == 0 {
            self.open_row();
        }
        if place == self.count_column {
            self.take_count(cell);
        }
        if self.state != State::Writing {
            return;
        }
        let Some(column) = self.columns.get_mut(place) else { return };
        if column.slot != NO_SLOT {
            self.fresh[column.slot].hold(cell);
        }
        if !column.shown {
            if let (true, Some(reason)) = (column.key, column::unusable(cell)) {
                self.fail(place, reason);
            }
            return;
        }
        let start = self.out.len();
        self.out.extend_from_slice(&column.prefix);
        let value_start = self.out.len();
        let written = column.scalar.write(&mut self.out, cell);
        column.bytes += (self.out.len() - start) as u64;
        match written {
            Ok(Written::Value) => {}
            Ok(Written::Null) if !column.key => {}
            Ok(Written::Null) => self.fail(place, BadReason::NullKey),
            Ok(Written::Cut) => self.broken(place, BadReason::TooLong, None),
            Err(reason) => self.broken(place, reason, Some(value_start)),
        }
    }

    #[inline]
    fn end_row(&mut self) -> Flow {
        if self.next == 0 {
            self.open_row();
        }
        let cells = std::mem::take(&mut self.next);
        match self.state {
            State::Stopped => Flow::Pause,
            State::LookAhead => {
                self.more = true;
                self.state = State::Stopped;
                Flow::Pause
            }
            State::Writing if cells < self.columns.len() => {
                self.error = Some(EncodeError::MissingCells { expected: self.columns.len(), received: cells });
                self.drop_row()
            }
            State::Writing => self.close_row(),
        }
    }
}

/// Appends the key of the row whose cells are held; an error names the column at fault.
fn push_row_key(
    out: &mut Vec<u8>,
    columns: &[Column],
    key: &[usize],
    cells: &[HeldCell],
    form: Form,
    scratch: &mut Vec<u8>,
) -> Result<(), (usize, BadReason)> {
    let mut at = 0;
    let parts = key.iter().map(|place| {
        at = *place;
        let column = &columns[*place];
        (column.name.as_str(), &column.scalar, cells[column.slot].cell())
    });
    literal::push_key(out, parts, key.len() > 1, form, scratch).map_err(|reason| (at, reason))
}

#[cfg(test)]
mod tests;
