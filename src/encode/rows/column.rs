//! The columns of a shape made ready for many rows: name bytes, writer and place to keep a cell.
//!
//! Done once per statement, so that a cell costs no look-up.

use contract::Cell;

use super::BadReason;
use crate::encode::scalar::{Scalar, push_json_string};
use crate::encode::shape::{Shape, ShapeColumn};
use crate::model::{EdmType, OnBadValue};

/// Slot of a column whose cells are not kept.
pub(super) const NO_SLOT: usize = usize::MAX;

/// One column, ready.
#[derive(Debug)]
pub(super) struct Column {
    /// Everything from the value before to this one's first byte.
    pub(super) prefix: Box<[u8]>,
    pub(super) scalar: Scalar,
    pub(super) shown: bool,
    pub(super) key: bool,
    /// Whether a bad value fails the page.
    pub(super) strict: bool,
    pub(super) slot: usize,
    /// Bytes given to the property, for naming the widest.
    pub(super) bytes: u64,
    pub(super) name: String,
}

/// The columns of a shape and the number of slots for kept cells.
pub(super) fn prepare(shape: &Shape, keyset: &[usize], quoted_numbers: bool, full: bool) -> (Box<[Column]>, usize) {
    let mut slots = 0;
    let mut first = !full;
    let ready = shape.columns.iter().enumerate().map(|(place, column)| {
        let prefix = if column.shown { name_prefix(column, std::mem::take(&mut first), full) } else { Vec::new() };
        let slot = if column.key || keyset.contains(&place) {
            slots += 1;
            slots - 1
        } else {
            NO_SLOT
        };
        Column {
            prefix: prefix.into_boxed_slice(),
            scalar: Scalar::new(column, quoted_numbers),
            shown: column.shown,
            key: column.key,
            strict: column.on_bad == OnBadValue::Error,
            slot,
            bytes: 0,
            name: column.name.clone(),
        }
    });
    let columns = ready.collect();
    (columns, slots)
}

/// Why a cell that is not shown cannot be part of a key.
pub(super) fn unusable(cell: Cell<'_>) -> Option<BadReason> {
    match cell {
        Cell::Null => Some(BadReason::NullKey),
        Cell::Bad(bad) => Some(bad.into()),
        _ => None,
    }
}

fn name_prefix(column: &ShapeColumn, first: bool, full: bool) -> Vec<u8> {
    let mut prefix = Vec::new();
    if !first {
        prefix.push(b',');
    }
    // JSON itself tells these types: strings, true and false, and its two kinds of numbers.
    let evident = matches!(column.ty, EdmType::String | EdmType::Boolean | EdmType::Double | EdmType::Int32);
    if full && !evident {
        push_json_string(&mut prefix, &format!("{}@odata.type", column.name));
        prefix.extend_from_slice(b":\"#");
        prefix.extend_from_slice(column.ty.name().as_bytes());
        prefix.extend_from_slice(b"\",");
    }
    push_json_string(&mut prefix, &column.name);
    prefix.push(b':');
    prefix
}
