#![allow(clippy::unwrap_used)]
use super::*;
use crate::encode::shape::ShapeColumn;
use crate::model::{EdmType, OnBadValue};
use contract::{BadValue, SqlType};
use proptest::prelude::*;

/// Id (key), Name (String, 4 characters), Rank (hidden, Int32).
fn shape() -> Shape {
    let mut id = ShapeColumn::new("Id", EdmType::Int64, SqlType::I64);
    id.key = true;
    let mut name = ShapeColumn::new("Name", EdmType::String, SqlType::Text);
    name.max_length = Some(4);
    let mut rank = ShapeColumn::new("Rank", EdmType::Int32, SqlType::I32);
    rank.shown = false;
    Shape { columns: vec![id, name, rank] }
}

fn row(encoder: &mut RowEncoder, cells: &[Cell<'_>]) -> Flow {
    cells.iter().for_each(|cell| encoder.cell(*cell));
    encoder.end_row()
}

fn rows(encoder: &mut RowEncoder, ids: std::ops::RangeInclusive<i64>) -> Vec<Flow> {
    ids.map(|id| row(encoder, &[Cell::I64(id), Cell::Text("n"), Cell::I64(id * 10), Cell::I64(77)])).collect()
}

fn text(encoder: &mut RowEncoder) -> String {
    String::from_utf8(encoder.take()).unwrap()
}

#[test]
fn rows_are_objects_with_commas_between() {
    let mut encoder = RowEncoder::new(&shape(), RowOptions { count_column: Some(3), ..RowOptions::default() });
    assert_eq!(encoder.count(), None);
    assert_eq!(rows(&mut encoder, 1..=2), [Flow::More, Flow::More]);
    assert_eq!(encoder.bytes(), encoder.buffered() as u64);
    assert_eq!(text(&mut encoder), r#"{"Id":1,"Name":"n"},{"Id":2,"Name":"n"}"#);
    assert_eq!((encoder.rows(), encoder.count(), encoder.more()), (2, Some(77), false));
    assert_eq!(text(&mut encoder), "");
}

#[test]
fn the_row_behind_the_page_proves_more_and_is_not_given() {
    let options = RowOptions { rows_max: Some(2), keyset: vec![2, 0], ..RowOptions::default() };
    let mut encoder = RowEncoder::new(&shape(), options);
    assert_eq!(encoder.keyset(), None);
    assert_eq!(rows(&mut encoder, 1..=4), [Flow::More, Flow::More, Flow::Pause, Flow::Pause]);
    assert!(encoder.more() && encoder.is_stopped());
    assert_eq!(encoder.keyset(), Some(vec![Value::I64(20), Value::I64(2)]));
    assert_eq!(text(&mut encoder), r#"{"Id":1,"Name":"n"},{"Id":2,"Name":"n"}"#);
}

#[test]
fn a_page_of_no_rows_still_learns_the_count() {
    let options = RowOptions { rows_max: Some(0), count_column: Some(3), ..RowOptions::default() };
    let mut encoder = RowEncoder::new(&shape(), options);
    assert_eq!(rows(&mut encoder, 1..=1), [Flow::Pause]);
    assert_eq!((encoder.count(), encoder.rows(), encoder.more()), (Some(77), 0, true));
    assert_eq!(text(&mut encoder), "");
}

#[test]
fn a_row_past_the_bytes_is_the_next_page_or_an_overflow() {
    let one = r#"{"Id":1,"Name":"n"}"#.len() as u64;
    let page = |past_bytes, bytes_max| {
        let options = RowOptions { bytes_max: Some(bytes_max), past_bytes, keyset: vec![0], ..RowOptions::default() };
        let mut encoder = RowEncoder::new(&shape(), options);
        rows(&mut encoder, 1..=3);
        encoder
    };
    let mut cut = page(PastBytes::EndPage, 2 * one + 1);
    assert_eq!((cut.rows(), cut.more(), cut.overflow()), (2, true, false));
    assert_eq!(cut.keyset(), Some(vec![Value::I64(2)]));
    assert_eq!(text(&mut cut), r#"{"Id":1,"Name":"n"},{"Id":2,"Name":"n"}"#);
    let tiny = page(PastBytes::EndPage, 1);
    assert_eq!((tiny.rows(), tiny.more()), (1, true));
    let over = page(PastBytes::Overflow, 2 * one);
    assert_eq!((over.rows(), over.more(), over.overflow(), over.is_stopped()), (1, false, true, true));
    assert_eq!(over.widest(), Some("Name"));
}

#[test]
fn bad_values_are_null_or_cut_and_counted_with_a_key() {
    let mut encoder = RowEncoder::new(&shape(), RowOptions::default());
    row(&mut encoder, &[Cell::I64(1), Cell::Text("abcd"), Cell::I64(0)]);
    row(&mut encoder, &[Cell::I64(2), Cell::Text("abcdé"), Cell::I64(0)]);
    row(&mut encoder, &[Cell::I64(3), Cell::Bad(BadValue::InvalidText), Cell::Bad(BadValue::WrongType)]);
    row(&mut encoder, &[Cell::I64(4), Cell::Text("abcde"), Cell::I64(0)]);
    let wanted = r#"{"Id":1,"Name":"abcd"},{"Id":2,"Name":"abcd"},{"Id":3,"Name":null},{"Id":4,"Name":"abcd"}"#;
    assert_eq!(text(&mut encoder), wanted);
    let bad =
        |reason, count, row, key: &str| BadCell { property: "Name".into(), reason, count, row, key: Some(key.into()) };
    assert_eq!(encoder.bad(), [bad(BadReason::TooLong, 2, 2, "(2)"), bad(BadReason::InvalidText, 1, 3, "(3)")]);
    assert_eq!(encoder.error(), None);
}

#[test]
fn a_bad_value_that_is_cut_off_with_its_row_is_not_counted() {
    let mut encoder = RowEncoder::new(&shape(), RowOptions { bytes_max: Some(20), ..RowOptions::default() });
    row(&mut encoder, &[Cell::I64(1), Cell::Text("a"), Cell::Null]);
    row(&mut encoder, &[Cell::I64(2), Cell::Text("abcdef"), Cell::Null]);
    assert_eq!((encoder.rows(), encoder.bad().len()), (1, 0));
}

#[test]
fn a_bad_key_names_the_row_and_ends_the_page() {
    let reasons = [
        (Cell::Bad(BadValue::WrongType), BadReason::WrongType),
        (Cell::Null, BadReason::NullKey),
        (Cell::U64(u64::MAX), BadReason::ImpossibleNumber),
    ];
    for (cell, reason) in reasons {
        let mut encoder = RowEncoder::new(&shape(), RowOptions::default());
        rows(&mut encoder, 1..=1);
        assert_eq!(row(&mut encoder, &[cell, Cell::Text("n"), Cell::I64(0)]), Flow::Pause);
        rows(&mut encoder, 3..=3);
        let error = EncodeError::BadKey { property: "Id".into(), row: 2, reason };
        assert_eq!(encoder.error(), Some(&error));
        assert_eq!(text(&mut encoder), r#"{"Id":1,"Name":"n"}"#);
    }
    let mut hidden = shape();
    hidden.columns[0].shown = false;
    let mut encoder = RowEncoder::new(&hidden, RowOptions::default());
    row(&mut encoder, &[Cell::Null, Cell::Text("n"), Cell::I64(0)]);
    assert!(matches!(encoder.error(), Some(EncodeError::BadKey { row: 1, .. })));
}

#[test]
fn a_strict_property_fails_the_page() {
    let mut strict = shape();
    strict.columns[1].on_bad = OnBadValue::Error;
    let mut encoder = RowEncoder::new(&strict, RowOptions::default());
    row(&mut encoder, &[Cell::I64(1), Cell::Text("abcde"), Cell::I64(0)]);
    let error = EncodeError::BadValue { property: "Name".into(), row: 1, reason: BadReason::TooLong };
    assert_eq!(encoder.error(), Some(&error));
    assert_eq!(error.to_string(), "row 1 of the page has a value longer than declared in property 'Name'");
    assert!(encoder.is_stopped() && text(&mut encoder).is_empty());
}

#[test]
fn a_short_row_is_an_error_and_a_long_one_is_not() {
    let mut encoder = RowEncoder::new(&shape(), RowOptions::default());
    row(&mut encoder, &[Cell::I64(1), Cell::Null, Cell::Null, Cell::Null, Cell::Null]);
    assert_eq!(row(&mut encoder, &[Cell::I64(2)]), Flow::Pause);
    assert_eq!(encoder.error(), Some(&EncodeError::MissingCells { expected: 3, received: 1 }));
    assert_eq!(text(&mut encoder), r#"{"Id":1,"Name":null}"#);
}

#[test]
fn raw_keyset_cells_are_kept_as_stored_and_a_bad_one_ends_the_chain() {
    let mut padded = shape();
    padded.columns[1].trim_end = true;
    let options = RowOptions { keyset: vec![1, 0], ..RowOptions::default() };
    let mut encoder = RowEncoder::new(&padded, options);
    row(&mut encoder, &[Cell::I64(1), Cell::Text("abcdefgh  "), Cell::Null]);
    assert_eq!(encoder.keyset(), Some(vec![Value::Text("abcdefgh  ".into()), Value::I64(1)]));
    row(&mut encoder, &[Cell::I64(2), Cell::Null, Cell::Null]);
    assert_eq!(encoder.keyset(), Some(vec![Value::Null, Value::I64(2)]));
    row(&mut encoder, &[Cell::I64(3), Cell::Bad(BadValue::InvalidText), Cell::Null]);
    assert_eq!(encoder.keyset(), None);
}

#[test]
fn full_metadata_gives_types_and_ids() {
    let entity = EntityNames { type_name: "Ns.T".into(), set_url: "https://h/v4/T".into() };
    let mut two_keys = shape();
    two_keys.columns[1].key = true;
    let options = RowOptions { metadata: Metadata::Full, entity: Some(entity), ..RowOptions::default() };
    let mut encoder = RowEncoder::new(&two_keys, options.clone());
    row(&mut encoder, &[Cell::I64(1), Cell::Text("a\"'"), Cell::Null]);
    let wanted = r##"{"@odata.type":"#Ns.T","Id@odata.type":"#Int64","Id":1,"Name":"a\"'","@odata.id":"https://h/v4/T(Id=1,Name='a%22%27%27')"}"##;
    assert_eq!(text(&mut encoder), wanted);
    let mut hidden = shape();
    hidden.columns.iter_mut().for_each(|column| column.shown = false);
    let mut encoder = RowEncoder::new(&hidden, options);
    row(&mut encoder, &[Cell::I64(1), Cell::Null, Cell::Null]);
    assert_eq!(text(&mut encoder), r##"{"@odata.type":"#Ns.T","@odata.id":"https://h/v4/T(1)"}"##);
}

#[test]
fn rows_without_shown_columns_are_empty_objects() {
    let mut encoder = RowEncoder::new(&Shape::default(), RowOptions { count_column: Some(0), ..RowOptions::default() });
    row(&mut encoder, &[Cell::I64(9)]);
    row(&mut encoder, &[]);
    assert_eq!((text(&mut encoder).as_str(), encoder.count()), ("{},{}", Some(9)));
}

/// The whole page, taken whenever the encoder asks for a pause.
fn page(stored: &[(i64, Option<String>)], options: RowOptions) -> (Vec<u8>, RowEncoder) {
    let mut encoder = RowEncoder::new(&shape(), options);
    let mut page = Vec::new();
    for (id, name) in stored {
        let name = name.as_deref().map_or(Cell::Null, Cell::Text);
        if row(&mut encoder, &[Cell::I64(*id), name, Cell::Null]) == Flow::Pause {
            page.extend(encoder.take());
        }
        if encoder.is_stopped() {
            break;
        }
    }
    page.extend(encoder.take());
    (page, encoder)
}

#[test]
fn a_row_still_open_is_not_taken_and_can_be_taken_back() {
    let options = RowOptions { bytes_max: Some(45), ..RowOptions::default() };
    let mut encoder = RowEncoder::new(&shape(), options);
    rows(&mut encoder, 1..=1);
    encoder.cell(Cell::I64(2));
    assert_eq!(text(&mut encoder), r#"{"Id":1,"Name":"n"}"#);
    [Cell::Text("m"), Cell::Null].into_iter().for_each(|cell| encoder.cell(cell));
    assert_eq!(encoder.end_row(), Flow::More);
    encoder.cell(Cell::I64(3));
    assert_eq!(text(&mut encoder), r#",{"Id":2,"Name":"m"}"#);
    [Cell::Text("o"), Cell::Null].into_iter().for_each(|cell| encoder.cell(cell));
    assert_eq!(encoder.end_row(), Flow::Pause);
    assert_eq!((text(&mut encoder).as_str(), encoder.rows(), encoder.more()), ("", 2, true));
}

proptest! {
    #[test]
    fn pauses_never_change_the_bytes(
        stored in proptest::collection::vec((any::<i64>(), any::<Option<String>>()), 0..20),
        chunk_bytes in 0usize..200,
        rows_max in proptest::option::of(0u64..20),
        bytes_max in proptest::option::of(0u64..600),
    ) {
        let options = RowOptions { rows_max, bytes_max, ..RowOptions::default() };
        let (whole, _) = page(&stored, options.clone());
        let (chunked, _) = page(&stored, RowOptions { chunk_bytes, ..options });
        prop_assert_eq!(whole, chunked);
    }

    #[test]
    fn a_page_cut_by_bytes_holds_whole_rows_and_at_least_the_first(
        stored in proptest::collection::vec((any::<i64>(), any::<Option<String>>()), 1..20),
        bytes_max in 0u64..600,
        chunk_bytes in 0usize..200,
    ) {
        let options = RowOptions { bytes_max: Some(bytes_max), keyset: vec![0], chunk_bytes, ..RowOptions::default() };
        let (bytes, encoder) = page(&stored, options);
        let text = format!("[{}]", String::from_utf8(bytes.clone()).unwrap());
        let parsed: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        prop_assert!(!parsed.is_empty());
        prop_assert_eq!(parsed.len() as u64, encoder.rows());
        prop_assert_eq!(bytes.len() as u64, encoder.bytes());
        prop_assert!(encoder.bytes() <= bytes_max || parsed.len() == 1);
        prop_assert_eq!(encoder.more(), parsed.len() < stored.len());
        for (object, (id, _)) in parsed.iter().zip(&stored) {
            prop_assert_eq!(&object["Id"], &serde_json::Value::from(*id));
        }
        prop_assert_eq!(encoder.keyset(), Some(vec![Value::I64(stored[parsed.len() - 1].0)]));
    }
}
