//! Bytes as base64url without padding, and identifiers in their text form.
//!
//! Bytes beyond the declared length are refused, never cut: half a picture is no picture.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Cell;

use super::super::rows::BadReason;

/// Writes Binary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binary {
    max: usize,
}

impl Binary {
    pub(super) fn new(max_length: Option<u32>) -> Binary {
        Binary { max: max_length.map_or(usize::MAX, |max| max as usize) }
    }

    pub(super) fn write(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        out.push(b'"');
        match cell {
            Cell::Guid(guid) => push_base64(out, &guid)?,
            other => push_base64(out, self.bytes(other)?)?,
        }
        out.push(b'"');
        Ok(())
    }

    pub(super) fn write_raw(self, out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
        match cell {
            Cell::Guid(guid) => out.extend_from_slice(&guid),
            other => out.extend_from_slice(self.bytes(other)?),
        }
        Ok(())
    }

    fn bytes(self, cell: Cell<'_>) -> Result<&[u8], BadReason> {
        let bytes = match cell {
            Cell::Bytes(bytes) => bytes,
            Cell::Text(text) => text.as_bytes(),
            _ => return Err(BadReason::WrongType),
        };
        if bytes.len() <= self.max { Ok(bytes) } else { Err(BadReason::TooLong) }
    }
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), BadReason> {
    let start = out.len();
    let length = base64::encoded_len(bytes.len(), false).ok_or(BadReason::TooLong)?;
    out.resize(start + length, 0);
    URL_SAFE_NO_PAD.encode_slice(bytes, &mut out[start..]).map_err(|_| BadReason::TooLong)?;
    Ok(())
}

/// Writes a cell as Guid.
#[inline]
pub(super) fn write_guid(out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), BadReason> {
    let guid = match cell {
        Cell::Guid(guid) => guid,
        Cell::Text(text) => parse_guid(text.trim_matches(' ')).ok_or(BadReason::WrongType)?,
        Cell::Bytes(bytes) => bytes.try_into().map_err(|_| BadReason::WrongType)?,
        _ => return Err(BadReason::WrongType),
    };
    out.push(b'"');
    push_guid(out, guid);
    out.push(b'"');
    Ok(())
}

/// Appends an identifier's text form in lower case.
pub(super) fn push_guid(out: &mut Vec<u8>, guid: [u8; 16]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 36];
    let mut place = 0;
    for (index, byte) in guid.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            place += 1;
        }
        text[place] = HEX[usize::from(byte >> 4)];
        text[place + 1] = HEX[usize::from(byte & 15)];
        place += 2;
    }
    out.extend_from_slice(&text);
}

/// Reads 32 hexadecimal digits, in braces or not, with hyphens at their places or none.
fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).as_bytes();
    let hyphens = match text.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let mut guid = [0; 16];
    let mut place = 0;
    for (index, byte) in guid.iter_mut().enumerate() {
        if hyphens && matches!(index, 4 | 6 | 8 | 10) {
            if text[place] != b'-' {
                return None;
            }
            place += 1;
        }
        let digit = |at: usize| char::from(text[at]).to_digit(16);
        *byte = (digit(place)? << 4 | digit(place + 1)?) as u8;
        place += 2;
    }
    Some(guid)
}
