//! Blocks as bytes: a length prefix, a version byte, counts, slots, arenas; little-endian.
//!
//! The reader trusts nothing: after it, every offset lies in its arena and every text is UTF-8. Knows no pipe.

use thiserror::Error;

use super::{ARENA_BYTES_MAX, Block, Slot, Tag, bad_value};

/// Version of the frame layout.
pub const BLOCK_VERSION: u8 = 1;
/// A frame that claims to be longer is refused before anything is allocated for it.
pub const FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of the length prefix.
const PREFIX: usize = 4;
/// Version byte and three counts.
const HEAD: usize = 1 + 3 * 4;
const SLOT: usize = 16;
const NANOS_PER_DAY: u64 = 86_400_000_000_000;

/// Why bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The frame is not complete yet; at least so many bytes more are needed.
    #[error("the frame lacks {0} bytes")]
    Short(usize),
    /// Written by another version.
    #[error("the frame has version {0}, not {BLOCK_VERSION}")]
    Version(u8),
    /// Longer than [`FRAME_BYTES_MAX`].
    #[error("the frame has {0} bytes, more than {FRAME_BYTES_MAX}")]
    TooLong(usize),
    /// Counts, offsets, tags or text that cannot be.
    #[error("the frame is damaged")]
    Damaged,
}

impl Block {
    /// Appends the block as a frame.
    pub fn write_frame(&self, out: &mut Vec<u8>) -> Result<(), FrameError> {
        let length = HEAD + self.slots.len() * SLOT + self.text.len() + self.bytes.len();
        if length > FRAME_BYTES_MAX {
            return Err(FrameError::TooLong(length));
        }
        out.reserve(PREFIX + length);
        out.extend_from_slice(&(length as u32).to_le_bytes());
        out.push(BLOCK_VERSION);
        for count in [self.slots.len(), self.text.len(), self.bytes.len()] {
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
        for slot in &self.slots {
            out.extend_from_slice(&[slot.tag as u8, slot.month, slot.day, 0]);
            out.extend_from_slice(&slot.word.to_le_bytes());
            out.extend_from_slice(&slot.long.to_le_bytes());
        }
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(&self.bytes);
        Ok(())
    }

    /// Reads the frame at the start of `input` into this block; returns how many bytes it took. On an error the block
    /// is empty.
    pub fn read_frame(&mut self, input: &[u8]) -> Result<usize, FrameError> {
        self.clear();
        let result = self.fill(input);
        if result.is_err() {
            self.clear();
        }
        result
    }

    fn fill(&mut self, input: &[u8]) -> Result<usize, FrameError> {
        let prefix = input.first_chunk::<PREFIX>().ok_or(FrameError::Short(PREFIX.saturating_sub(input.len())))?;
        let length = u32::from_le_bytes(*prefix) as usize;
        if length > FRAME_BYTES_MAX {
            return Err(FrameError::TooLong(length));
        }
        let total = PREFIX + length;
        let body = input.get(PREFIX..total).ok_or(FrameError::Short(total.saturating_sub(input.len())))?;
        let (version, rest) = body.split_first().ok_or(FrameError::Damaged)?;
        if *version != BLOCK_VERSION {
            return Err(FrameError::Version(*version));
        }
        let mut counts = [0usize; 3];
        let mut rest = rest;
        for count in &mut counts {
            let (number, tail) = rest.split_first_chunk::<4>().ok_or(FrameError::Damaged)?;
            *count = u32::from_le_bytes(*number) as usize;
            rest = tail;
        }
        let [slots, text, bytes] = counts;
        if slots.saturating_mul(SLOT).saturating_add(text).saturating_add(bytes) != rest.len() {
            return Err(FrameError::Damaged);
        }
        let (slots, arenas) = rest.split_at(slots * SLOT);
        let (text, bytes) = arenas.split_at(text);
        self.text.push_str(std::str::from_utf8(text).map_err(|_| FrameError::Damaged)?);
        self.bytes.extend_from_slice(bytes);
        for raw in slots.chunks_exact(SLOT) {
            let slot = read_slot(raw).ok_or(FrameError::Damaged)?;
            if !self.holds(slot) {
                return Err(FrameError::Damaged);
            }
            self.rows += usize::from(slot.tag == Tag::EndRow);
            self.slots.push(slot);
        }
        // A row without its end would run into the next block's first row.
        if self.slots.last().is_some_and(|slot| slot.tag != Tag::EndRow) {
            return Err(FrameError::Damaged);
        }
        Ok(total)
    }

    /// Whether what the slot says can be.
    fn holds(&self, slot: Slot) -> bool {
        match slot.tag {
            Tag::Decimal | Tag::Text => self.text.get(slot.span()).is_some(),
            Tag::Bytes => slot.long as usize <= ARENA_BYTES_MAX && self.bytes.get(slot.span()).is_some(),
            Tag::Guid => slot.long == 16 && self.bytes.get(slot.span()).is_some(),
            Tag::Date => slot.date().is_real(),
            Tag::Time => slot.long < NANOS_PER_DAY,
            Tag::Timestamp => slot.date().is_real() && slot.long < NANOS_PER_DAY,
            Tag::Bad => bad_value(slot.long).is_some(),
            Tag::Bool => slot.long <= 1,
            Tag::F32 => slot.long <= u64::from(u32::MAX),
            Tag::EndRow | Tag::Null | Tag::I64 | Tag::U64 | Tag::F64 => true,
        }
    }
}

fn read_slot(raw: &[u8]) -> Option<Slot> {
    let (head, rest) = raw.split_first_chunk::<4>()?;
    let (word, rest) = rest.split_first_chunk::<4>()?;
    let long = rest.first_chunk::<8>()?;
    let [tag, month, day, _] = *head;
    Some(Slot { tag: tag_of(tag)?, month, day, word: u32::from_le_bytes(*word), long: u64::from_le_bytes(*long) })
}

fn tag_of(number: u8) -> Option<Tag> {
    const TAGS: [Tag; 15] = [
        Tag::EndRow,
        Tag::Null,
        Tag::Bool,
        Tag::I64,
        Tag::U64,
        Tag::F32,
        Tag::F64,
        Tag::Decimal,
        Tag::Text,
        Tag::Bytes,
        Tag::Guid,
        Tag::Date,
        Tag::Time,
        Tag::Timestamp,
        Tag::Bad,
    ];
    TAGS.get(usize::from(number)).copied().filter(|tag| *tag as u8 == number)
}
