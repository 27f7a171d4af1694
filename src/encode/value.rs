//! The sink for one property of one entity: its value as JSON, or raw as `$value` gives it.
//!
//! Tells an absent row from a null; which status either has is decided elsewhere.

use contract::{Cell, Flow, RowSink};

use super::rows::{BadReason, EncodeError};
use super::scalar::{Scalar, Written};
use super::shape::Shape;
use crate::model::OnBadValue;

/// How the value is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueForm {
    /// As a JSON value.
    Json,
    /// As plain text, or as bytes for Binary.
    Raw,
}

/// Encodes the first shown column of the first row.
pub struct ValueEncoder {
    scalar: Option<Scalar>,
    place: usize,
    property: String,
    strict: bool,
    key: bool,
    form: ValueForm,
    next: usize,
    rows: u64,
    null: bool,
    out: Vec<u8>,
    bad: Option<BadReason>,
    error: Option<EncodeError>,
}

impl ValueEncoder {
    /// An encoder for the first shown column of that shape.
    pub fn new(shape: &Shape, form: ValueForm, quoted_numbers: bool) -> ValueEncoder {
        let shown = shape.columns.iter().enumerate().find(|(_, column)| column.shown);
        ValueEncoder {
            scalar: shown.map(|(_, column)| Scalar::new(column, quoted_numbers)),
            place: shown.map_or(usize::MAX, |(place, _)| place),
            property: shown.map(|(_, column)| column.name.clone()).unwrap_or_default(),
            strict: shown.is_some_and(|(_, column)| column.on_bad == OnBadValue::Error),
            key: shown.is_some_and(|(_, column)| column.key),
            form,
            next: 0,
            rows: 0,
            null: true,
            out: Vec::new(),
            bad: None,
            error: None,
        }
    }

    /// Whether the entity exists.
    pub fn found(&self) -> bool {
        self.rows > 0
    }

    /// Whether more than one row came.
    pub fn repeated(&self) -> bool {
        self.rows > 1
    }

    /// Whether the value is null: stored so, or broken.
    pub fn is_null(&self) -> bool {
        self.null
    }

    /// The value's bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Why the stored value was given as null, or cut.
    pub fn bad(&self) -> Option<BadReason> {
        self.bad
    }

    /// Why the value cannot be given at all.
    pub fn error(&self) -> Option<&EncodeError> {
        self.error.as_ref()
    }

    fn write(&mut self, cell: Cell<'_>) {
        let Some(scalar) = &self.scalar else { return };
        let written = match self.form {
            ValueForm::Json => scalar.write(&mut self.out, cell),
            ValueForm::Raw => scalar.write_raw(&mut self.out, cell),
        };
        match written {
            Ok(Written::Null) => self.null = scalar.null() == b"null",
            Ok(Written::Value) => self.null = false,
            Ok(Written::Cut) => {
                self.null = false;
                self.broken(BadReason::TooLong);
            }
            Err(reason) => {
                self.out.clear();
                self.null = scalar.null() == b"null";
                if self.form == ValueForm::Json || !self.null {
                    self.out.extend_from_slice(scalar.null());
                }
                self.broken(reason);
            }
        }
    }

    fn broken(&mut self, reason: BadReason) {
        let (property, row) = (self.property.clone(), 1);
        match (self.key, self.strict) {
            (true, _) => self.error = Some(EncodeError::BadKey { property, row, reason }),
            (false, true) => self.error = Some(EncodeError::BadValue { property, row, reason }),
            (false, false) => self.bad = Some(reason),
        }
    }
}

impl RowSink for ValueEncoder {
    fn cell(&mut self, cell: Cell<'_>) {
        if self.rows == 0 && self.next == self.place {
            self.write(cell);
        }
        self.next += 1;
    }

    fn end_row(&mut self) -> Flow {
        self.rows += 1;
        Flow::Pause
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::encode::shape::ShapeColumn;
    use crate::model::EdmType;
    use contract::SqlType;

    fn encoder(ty: EdmType, sql: SqlType, form: ValueForm) -> ValueEncoder {
        let mut id = ShapeColumn::new("Id", EdmType::Int32, SqlType::I32);
        (id.shown, id.key) = (false, true);
        let mut value = ShapeColumn::new("P", ty, sql);
        value.max_length = Some(9);
        ValueEncoder::new(&Shape { columns: vec![id, value] }, form, false)
    }

    fn bytes(ty: EdmType, sql: SqlType, form: ValueForm, cell: Cell<'_>) -> (bool, Vec<u8>) {
        let mut encoder = encoder(ty, sql, form);
        encoder.cell(Cell::I64(1));
        encoder.cell(cell);
        assert_eq!(encoder.end_row(), Flow::Pause);
        assert!(encoder.found());
        (encoder.is_null(), encoder.into_bytes())
    }

    #[test]
    fn raw_values_have_no_quotes_and_no_escapes() {
        let text = Cell::Text("a\"b\n");
        assert_eq!(bytes(EdmType::String, SqlType::Text, ValueForm::Raw, text), (false, b"a\"b\n".to_vec()));
        assert_eq!(bytes(EdmType::String, SqlType::Text, ValueForm::Json, text), (false, b"\"a\\\"b\\n\"".to_vec()));
        let guid = Cell::Guid([1; 16]);
        let raw = bytes(EdmType::Guid, SqlType::Guid, ValueForm::Raw, guid).1;
        assert_eq!(raw, b"01010101-0101-0101-0101-010101010101");
        let binary = bytes(EdmType::Binary, SqlType::Bytes, ValueForm::Raw, Cell::Bytes(&[0, 255]));
        assert_eq!(binary, (false, vec![0, 255]));
    }

    #[test]
    fn null_and_absent_are_told_apart() {
        assert!(!encoder(EdmType::Int32, SqlType::I32, ValueForm::Raw).found());
        assert_eq!(bytes(EdmType::Int32, SqlType::I32, ValueForm::Raw, Cell::Null), (true, Vec::new()));
        assert_eq!(bytes(EdmType::Int32, SqlType::I32, ValueForm::Json, Cell::Null), (true, b"null".to_vec()));
    }

    #[test]
    fn a_broken_value_is_null_and_a_long_one_is_cut() {
        let mut broken = encoder(EdmType::Int32, SqlType::I32, ValueForm::Json);
        broken.cell(Cell::I64(1));
        broken.cell(Cell::I64(1 << 40));
        assert_eq!((broken.is_null(), broken.bad()), (true, Some(BadReason::ImpossibleNumber)));
        let cut = bytes(EdmType::String, SqlType::Text, ValueForm::Raw, Cell::Text("0123456789"));
        assert_eq!(cut, (false, b"012345678".to_vec()));
    }
}
