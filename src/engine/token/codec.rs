//! The inside of a token as bytes: lengths first, little-endian, nothing skipped and nothing left over.

use contract::{Date, Time, Timestamp, Value};

use super::{Continuation, Position};

/// Kind of a token with order values.
pub(super) const KEYSET: u8 = 1;
/// Kind of a token with an offset.
pub(super) const OFFSET: u8 = 2;
/// Order values of a token at most.
const VALUES_MAX: usize = 64;

/// The bytes of a continuation.
pub(super) fn write(continuation: &Continuation) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    for number in [continuation.definition, continuation.begun, continuation.seen] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for number in [continuation.top_left, continuation.count] {
        out.push(u8::from(number.is_some()));
        out.extend_from_slice(&number.unwrap_or(0).to_le_bytes());
    }
    match &continuation.position {
        Position::Offset(offset) => out.extend_from_slice(&offset.to_le_bytes()),
        Position::Keyset(values) => {
            out.push(values.len() as u8);
            values.iter().for_each(|value| write_value(&mut out, value));
        }
    }
    out
}

/// Reads the bytes back; `None` for anything that `write` does not write.
pub(super) fn read(kind: u8, bytes: &[u8]) -> Option<Continuation> {
    let mut reader = Reader { bytes };
    let (definition, begun, seen) = (reader.u64()?, reader.u64()?, reader.u64()?);
    let (top_left, count) = (reader.optional()?, reader.optional()?);
    let position = match kind {
        OFFSET => Position::Offset(reader.u64()?),
        KEYSET => {
            let length = usize::from(reader.u8()?);
            if length > VALUES_MAX {
                return None;
            }
            Position::Keyset((0..length).map(|_| reader.value()).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    reader.bytes.is_empty().then_some(Continuation { position, top_left, count, seen, definition, begun })
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    let mut put = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        // Lists are never order values.
        Value::Null | Value::List(_) => put(0, &[]),
        Value::Bool(value) => put(1, &[u8::from(*value)]),
        Value::I64(value) => put(2, &value.to_le_bytes()),
        Value::U64(value) => put(3, &value.to_le_bytes()),
        Value::F64(value) => put(4, &value.to_le_bytes()),
        Value::Decimal(text) => put(5, text.as_bytes()),
        Value::Text(text) => put(6, text.as_bytes()),
        Value::Bytes(bytes) => put(7, bytes),
        Value::Guid(bytes) => put(8, bytes),
        Value::Date(date) => put(9, &date_bytes(*date)),
        Value::Time(time) => put(10, &time.nanos.to_le_bytes()),
        Value::Timestamp(at) => {
            let mut bytes = date_bytes(at.date).to_vec();
            bytes.extend_from_slice(&at.time.nanos.to_le_bytes());
            put(11, &bytes);
        }
    }
}

fn date_bytes(date: Date) -> [u8; 6] {
    let year = date.year.to_le_bytes();
    [year[0], year[1], year[2], year[3], date.month, date.day]
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    fn optional(&mut self) -> Option<Option<u64>> {
        let present = self.u8()? == 1;
        let number = self.u64()?;
        Some(present.then_some(number))
    }

    fn value(&mut self) -> Option<Value> {
        let tag = self.u8()?;
        let length = u32::from_le_bytes(self.take(4)?.try_into().ok()?);
        let bytes = self.take(length as usize)?;
        let text = || std::str::from_utf8(bytes).ok().map(str::to_owned);
        Some(match tag {
            0 if bytes.is_empty() => Value::Null,
            1 => Value::Bool(bytes.first().copied()? == 1),
            2 => Value::I64(i64::from_le_bytes(bytes.try_into().ok()?)),
            3 => Value::U64(u64::from_le_bytes(bytes.try_into().ok()?)),
            4 => Value::F64(f64::from_le_bytes(bytes.try_into().ok()?)),
            5 => Value::Decimal(text()?),
            6 => Value::Text(text()?),
            7 => Value::Bytes(bytes.to_vec()),
            8 => Value::Guid(bytes.try_into().ok()?),
            9 => Value::Date(date(bytes)?),
            10 => Value::Time(Time { nanos: u64::from_le_bytes(bytes.try_into().ok()?) }),
            11 => {
                let nanos = u64::from_le_bytes(bytes.get(6..)?.try_into().ok()?);
                Value::Timestamp(Timestamp { date: date(bytes.get(..6)?)?, time: Time { nanos } })
            }
            _ => return None,
        })
    }
}

fn date(bytes: &[u8]) -> Option<Date> {
    let [a, b, c, d, month, day] = *bytes else { return None };
    Some(Date { year: i32::from_le_bytes([a, b, c, d]), month, day })
}
