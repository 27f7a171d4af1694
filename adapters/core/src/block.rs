//! Blocks of rows: how a blocking driver's rows reach an async caller, and later cross a pipe.
//!
//! A [`Block`] holds fixed-size slots and two arenas (text, bytes) with offsets and no references, so it can be copied
//! between threads and processes. Knows no driver, no runtime and no column types: cells go in and come out as they are.

mod connection;
mod frame;
mod thread;

pub use connection::{BlockCursor, BlockingConnection};
pub use frame::{BLOCK_VERSION, FRAME_BYTES_MAX, FrameError};
pub use thread::{BlockingDriver, Interrupt, Stop, on_thread};

use crate::row::{BadValue, Cell, Flow, RowSink};
use crate::types::{Date, Time, Timestamp};

/// Rows of a full block.
pub const BLOCK_ROWS_MAX: usize = 512;
/// Rows of a statement's first block: a common page in one hand-over, and the first byte of a long answer still early.
pub const FIRST_BLOCK_ROWS_MAX: usize = 256;
/// A block that holds so many bytes is full, whatever its rows.
pub const BLOCK_BYTES_MAX: usize = 128 * 1024;
/// A block's arenas hold at most so many bytes each; a cell that does not fit is [`BadValue::WrongType`].
pub const ARENA_BYTES_MAX: usize = 1 << 30;
/// A reused block keeps at most so much memory per arena.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

/// Some rows, position-independent.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    slots: Vec<Slot>,
    text: String,
    bytes: Vec<u8>,
    rows: usize,
}

/// One cell, or the end of a row: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slot {
    tag: Tag,
    month: u8,
    day: u8,
    /// Offset into an arena, or a year.
    word: u32,
    /// Length in an arena, nanoseconds, or the number itself.
    long: u64,
}

/// What a slot holds. The numbers are part of the frame format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    EndRow = 0,
    Null = 1,
    Bool = 2,
    I64 = 3,
    U64 = 4,
    F32 = 5,
    F64 = 6,
    Decimal = 7,
    Text = 8,
    Bytes = 9,
    Guid = 10,
    Date = 11,
    Time = 12,
    Timestamp = 13,
    Bad = 14,
}

impl Slot {
    fn long(tag: Tag, long: u64) -> Slot {
        Slot { tag, month: 0, day: 0, word: 0, long }
    }

    fn at(tag: Tag, offset: usize, length: usize) -> Slot {
        Slot { tag, month: 0, day: 0, word: offset as u32, long: length as u64 }
    }

    fn dated(tag: Tag, date: Date, nanos: u64) -> Slot {
        Slot { tag, month: date.month, day: date.day, word: date.year as u32, long: nanos }
    }

    fn date(self) -> Date {
        Date { year: self.word as i32, month: self.month, day: self.day }
    }

    fn span(self) -> std::ops::Range<usize> {
        let start = self.word as usize;
        start..start.saturating_add(self.long as usize)
    }
}

impl Block {
    /// Complete rows in the block.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.text.len() + self.bytes.len()
    }

    /// Empties the block and keeps its memory, within reason.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.text.clear();
        self.bytes.clear();
        self.rows = 0;
        self.text.shrink_to(KEPT_BYTES_MAX);
        self.bytes.shrink_to(KEPT_BYTES_MAX);
    }

    /// Pushes rows into the sink from `position` on, until it asks for a pause or the block is empty; moves `position`.
    pub fn push_rows(&self, position: &mut Position, sink: &mut dyn RowSink) -> Flow {
        while let Some(slot) = self.slots.get(position.0) {
            position.0 += 1;
            if slot.tag != Tag::EndRow {
                sink.cell(self.cell(*slot));
            } else if sink.end_row() == Flow::Pause {
                return Flow::Pause;
            }
        }
        Flow::More
    }

    /// The cell of a slot. Offsets were made by the writer or checked by the frame reader; one that points nowhere is
    /// still only a bad value.
    fn cell(&self, slot: Slot) -> Cell<'_> {
        let text = || self.text.get(slot.span());
        let bytes = || self.bytes.get(slot.span());
        let bad = Cell::Bad(BadValue::WrongType);
        match slot.tag {
            Tag::Null => Cell::Null,
            Tag::Bool => Cell::Bool(slot.long != 0),
            Tag::I64 => Cell::I64(slot.long as i64),
            Tag::U64 => Cell::U64(slot.long),
            Tag::F32 => Cell::F32(f32::from_bits(slot.long as u32)),
            Tag::F64 => Cell::F64(f64::from_bits(slot.long)),
            Tag::Decimal => text().map_or(bad, Cell::Decimal),
            Tag::Text => text().map_or(bad, Cell::Text),
            Tag::Bytes => bytes().map_or(bad, Cell::Bytes),
            Tag::Guid => bytes().and_then(|b| b.try_into().ok()).map_or(bad, Cell::Guid),
            Tag::Date => Cell::Date(slot.date()),
            Tag::Time => Cell::Time(Time { nanos: slot.long }),
            Tag::Timestamp => Cell::Timestamp(Timestamp { date: slot.date(), time: Time { nanos: slot.long } }),
            Tag::Bad => Cell::Bad(bad_value(slot.long).unwrap_or(BadValue::WrongType)),
            Tag::EndRow => bad,
        }
    }

    fn put(&mut self, cell: Cell<'_>) {
        let slot = match cell {
            Cell::Null => Slot::long(Tag::Null, 0),
            Cell::Bool(b) => Slot::long(Tag::Bool, u64::from(b)),
            Cell::I64(i) => Slot::long(Tag::I64, i as u64),
            Cell::U64(u) => Slot::long(Tag::U64, u),
            Cell::F32(f) => Slot::long(Tag::F32, u64::from(f.to_bits())),
            Cell::F64(f) => Slot::long(Tag::F64, f.to_bits()),
            Cell::Decimal(s) => self.put_text(Tag::Decimal, s),
            Cell::Text(s) => self.put_text(Tag::Text, s),
            Cell::Bytes(b) => self.put_bytes(Tag::Bytes, b),
            Cell::Guid(g) => self.put_bytes(Tag::Guid, &g),
            Cell::Date(d) => Slot::dated(Tag::Date, d, 0),
            Cell::Time(t) => Slot::long(Tag::Time, t.nanos),
            Cell::Timestamp(t) => Slot::dated(Tag::Timestamp, t.date, t.time.nanos),
            Cell::Bad(b) => Slot::long(Tag::Bad, bad_number(b)),
        };
        self.slots.push(slot);
    }

    fn put_text(&mut self, tag: Tag, text: &str) -> Slot {
        let offset = self.text.len();
        if text.len() > ARENA_BYTES_MAX - offset {
            return Slot::long(Tag::Bad, bad_number(BadValue::WrongType));
        }
        self.text.push_str(text);
        Slot::at(tag, offset, text.len())
    }

    fn put_bytes(&mut self, tag: Tag, bytes: &[u8]) -> Slot {
        let offset = self.bytes.len();
        if bytes.len() > ARENA_BYTES_MAX - offset {
            return Slot::long(Tag::Bad, bad_number(BadValue::WrongType));
        }
        self.bytes.extend_from_slice(bytes);
        Slot::at(tag, offset, bytes.len())
    }

    /// Forgets the cells of a row that was begun and not ended.
    fn cut_row(&mut self) {
        let whole = self.slots.iter().rposition(|slot| slot.tag == Tag::EndRow).map_or(0, |at| at + 1);
        self.slots.truncate(whole);
    }
}

/// Where a reader of a block stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position(usize);

/// Fills a block. As a sink it says "pause" when the block is full.
#[derive(Debug)]
pub struct BlockWriter {
    block: Block,
    rows_max: usize,
    bytes_max: usize,
}

impl BlockWriter {
    /// A writer into `block`, which it empties.
    pub fn new(mut block: Block, rows_max: usize, bytes_max: usize) -> BlockWriter {
        block.clear();
        BlockWriter { block, rows_max, bytes_max }
    }

    /// The block, without the cells of a row that was not ended.
    pub fn finish(mut self) -> Block {
        self.block.cut_row();
        self.block
    }

    /// Takes the block away and goes on in `next`, which takes up to `rows_max` rows.
    pub fn replace(&mut self, next: Block, rows_max: usize) -> Block {
        let bytes_max = self.bytes_max;
        std::mem::replace(self, BlockWriter::new(next, rows_max, bytes_max)).finish()
    }
}

impl RowSink for BlockWriter {
    fn cell(&mut self, cell: Cell<'_>) {
        self.block.put(cell);
    }

    fn end_row(&mut self) -> Flow {
        self.block.slots.push(Slot::long(Tag::EndRow, 0));
        self.block.rows += 1;
        if self.block.rows >= self.rows_max || self.block.bytes() >= self.bytes_max { Flow::Pause } else { Flow::More }
    }
}

fn bad_number(bad: BadValue) -> u64 {
    match bad {
        BadValue::InvalidText => 0,
        BadValue::ImpossibleDate => 1,
        BadValue::ImpossibleNumber => 2,
        BadValue::WrongType => 3,
    }
}

fn bad_value(number: u64) -> Option<BadValue> {
    Some(match number {
        0 => BadValue::InvalidText,
        1 => BadValue::ImpossibleDate,
        2 => BadValue::ImpossibleNumber,
        3 => BadValue::WrongType,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
