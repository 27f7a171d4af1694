//! Text as JSON strings: runs that need no escape are copied whole.
//!
//! Trims padding, cuts at the declared length, and gives every other kind of cell its text form.

use contract::{Cell, SqlType};

use super::super::rows::BadReason;
use super::super::shape::ShapeColumn;
use super::{Written, binary, number, temporal};

/// Writes String.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    max: usize,
    trim: bool,
    instant: bool,
}

impl Text {
    pub(super) fn new(column: &ShapeColumn) -> Text {
        let max = column.max_length.map_or(usize::MAX, |max| max as usize);
        Text { max, trim: column.trim_end, instant: column.sql == SqlType::Instant }
    }

    #[inline]
    pub(super) fn write(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<Written, BadReason> {
        let Cell::Text(text) = cell else { return self.write_other(out, cell) };
        let (text, written) = self.fitted(text);
        push_json_string(out, text);
        Ok(written)
    }

    /// Writes the text without quotes and escapes.
    pub(super) fn write_raw(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<Written, BadReason> {
        let text = match cell {
            Cell::Text(text) => text,
            Cell::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| BadReason::InvalidText)?,
            other => return self.push_form(out, other).map(|()| Written::Value),
        };
        let (text, written) = self.fitted(text);
        out.extend_from_slice(text.as_bytes());
        Ok(written)
    }

    fn write_other(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<Written, BadReason> {
        if let Cell::Bytes(bytes) = cell {
            let text = std::str::from_utf8(bytes).map_err(|_| BadReason::InvalidText)?;
            return self.write(out, Cell::Text(text));
        }
        out.push(b'"');
        self.push_form(out, cell)?;
        out.push(b'"');
        Ok(Written::Value)
    }

    /// The text form of a cell that is not text; none of them needs an escape.
    fn push_form(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        match cell {
            Cell::I64(value) => number::push_integer(out, value),
            Cell::U64(value) => number::push_integer(out, value),
            Cell::F64(value) => number::push_finite(out, value, value.is_finite())?,
            Cell::F32(value) => number::push_finite(out, value, value.is_finite())?,
            Cell::Decimal(text) => number::push_decimal(out, text)?,
            Cell::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            Cell::Guid(guid) => binary::push_guid(out, guid),
            Cell::Date(date) => temporal::push_date(out, date)?,
            Cell::Time(time) => temporal::push_time(out, time),
            Cell::Timestamp(at) => {
                temporal::push_timestamp(out, at)?;
                if self.instant {
                    out.push(b'Z');
                }
            }
            Cell::Null | Cell::Text(_) | Cell::Bytes(_) | Cell::Bad(_) => return Err(BadReason::WrongType),
        }
        Ok(())
    }

    fn fitted(self, text: &str) -> (&str, Written) {
        let text = if self.trim { text.trim_end_matches(' ') } else { text };
        // A character is at least one byte, so most texts need no counting.
        if text.len() <= self.max {
            return (text, Written::Value);
        }
        match text.char_indices().nth(self.max) {
            Some((end, _)) => (&text[..end], Written::Cut),
            None => (text, Written::Value),
        }
    }
}

/// Appends a JSON string with its quotes.
#[inline]
pub(in super::super) fn push_json_string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    while let Some(at) = special(bytes, start) {
        out.extend_from_slice(&bytes[start..at]);
        push_escape(out, bytes[at]);
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// Place of the next byte that JSON wants escaped: eight bytes are looked at in one step.
#[inline]
fn special(bytes: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = word ^ (ONES * u64::from(b'"'));
        let slash = word ^ (ONES * u64::from(b'\\'));
        let found = control | (quote.wrapping_sub(ONES) & !quote) | (slash.wrapping_sub(ONES) & !slash);
        if found & TOPS != 0 {
            break;
        }
        at += 8;
    }
    bytes.get(at..)?.iter().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\')).map(|place| at + place)
}

#[cold]
fn push_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> String {
        let mut out = Vec::new();
        push_json_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_what_json_wants_and_nothing_else() {
        assert_eq!(json("a\"b\\c/d"), r#""a\"b\\c/d""#);
        assert_eq!(json("\0\u{1}\u{8}\t\n\u{c}\r\u{1f} \u{7f}"), "\"\\u0000\\u0001\\b\\t\\n\\f\\r\\u001f \u{7f}\"");
        assert_eq!(json("Müller \u{2028} 日本語 😀"), "\"Müller \u{2028} 日本語 😀\"");
        assert_eq!(json(""), "\"\"");
    }

    #[test]
    fn finds_a_special_byte_at_every_place_of_a_word() {
        for place in 0..20 {
            for special in ['"', '\\', '\n', '\u{1f}'] {
                let mut text: String = "é".repeat(8) + "abcdefghij";
                let at = text.char_indices().nth(place.min(17)).unwrap().0;
                text.insert(at, special);
                assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_the_same(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }

        #[test]
        fn control_heavy_text_is_read_back_the_same(bytes in proptest::collection::vec(0u8..0x80, 0..60)) {
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }
    }
}
