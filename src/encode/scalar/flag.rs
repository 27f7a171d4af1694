//! Booleans, and the numbers and letters that stand for them in old tables.
//!
//! Anything outside the two sets is neither true nor false.

use contract::Cell;

use super::super::rows::BadReason;
use super::number;
use crate::model::{Flag, Flags};

/// The stored values of true and of false.
#[derive(Clone, Debug, Default)]
pub(super) struct FlagSet {
    integers: Vec<(i64, bool)>,
    texts: Vec<(String, bool)>,
}

impl FlagSet {
    /// The flags of a column; without any, 1 is true and 0 is false.
    pub(super) fn new(flags: Option<&Flags>) -> FlagSet {
        let Some(flags) = flags else {
            return FlagSet { integers: vec![(1, true), (0, false)], texts: Vec::new() };
        };
        let mut set = FlagSet::default();
        let truthy = flags.truthy.iter().map(|flag| (flag, true));
        for (flag, meaning) in truthy.chain(flags.falsy.iter().map(|flag| (flag, false))) {
            match flag {
                Flag::Integer(value) => set.integers.push((*value, meaning)),
                Flag::Text(text) => set.texts.push((text.trim_end_matches(' ').to_owned(), meaning)),
            }
        }
        set
    }

    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        let meaning = self.meaning(cell)?;
        out.extend_from_slice(if meaning { b"true" } else { b"false" });
        Ok(())
    }

    fn meaning(&self, cell: Cell<'_>) -> Result<bool, BadReason> {
        match cell {
            Cell::Bool(value) => Ok(value),
            Cell::I64(value) => look_up(&self.integers, |known| *known == value),
            Cell::Text(text) => {
                let text = text.trim_end_matches(' ');
                look_up(&self.texts, |known| known == text)
            }
            Cell::U64(_) | Cell::F64(_) | Cell::F32(_) | Cell::Decimal(_) => {
                let value = number::whole(cell).map_err(|_| BadReason::UnknownFlag)?;
                look_up(&self.integers, |known| *known == value)
            }
            // A bit column arrives as its bytes.
            Cell::Bytes(bytes @ ([_] | [_, _])) => {
                let value = bytes.iter().fold(0, |value, byte| value << 8 | i64::from(*byte));
                look_up(&self.integers, |known| *known == value)
            }
            _ => Err(BadReason::WrongType),
        }
    }
}

fn look_up<T>(known: &[(T, bool)], matches: impl Fn(&T) -> bool) -> Result<bool, BadReason> {
    known.iter().find(|(value, _)| matches(value)).map(|(_, meaning)| *meaning).ok_or(BadReason::UnknownFlag)
}
