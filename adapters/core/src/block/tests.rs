#![allow(clippy::unwrap_used)]

use super::*;
use crate::conformance::{Collect, Kept, Pausing};

fn sample(number: i64) -> Vec<Kept> {
    let date = Date { year: 2024, month: 2, day: 29 };
    vec![
        Kept::Null,
        Kept::Bool(number % 2 == 0),
        Kept::I64(-number),
        Kept::U64(u64::MAX - number as u64),
        Kept::F32(0.1),
        Kept::F64(-0.0),
        Kept::Decimal(format!("-{number}.50")),
        Kept::Text(format!("größe {number}")),
        Kept::Bytes(vec![0, 255, number as u8]),
        Kept::Guid([number as u8; 16]),
        Kept::Date(date),
        Kept::Time(Time { nanos: 86_399_999_999_999 }),
        Kept::Timestamp(Timestamp { date, time: Time { nanos: 1 } }),
        Kept::Bad(BadValue::ImpossibleDate),
    ]
}

fn filled(rows: i64) -> Block {
    let mut writer = BlockWriter::new(Block::default(), usize::MAX, usize::MAX);
    for number in 0..rows {
        for cell in &sample(number) {
            writer.cell(cell.cell());
        }
        writer.end_row();
    }
    writer.cell(Cell::Text("a row that never ends"));
    writer.finish()
}

#[test]
fn cells_come_out_as_they_went_in() {
    let block = filled(100);
    let mut sink = Collect::pausing(Pausing::Scattered { state: 3, every: 4 });
    let (mut position, mut pauses) = (Position::default(), 0);
    while block.push_rows(&mut position, &mut sink) == Flow::Pause {
        pauses += 1;
    }
    assert!(pauses > 5);
    assert_eq!(block.rows(), 100);
    assert_eq!(sink.rows, (0..100).map(sample).collect::<Vec<_>>());
    assert!(!sink.torn());
}

#[test]
fn the_writer_is_full_by_rows_or_by_bytes() {
    let mut writer = BlockWriter::new(Block::default(), 3, 1000);
    assert_eq!([writer.end_row(), writer.end_row(), writer.end_row()], [Flow::More, Flow::More, Flow::Pause]);
    assert_eq!(writer.replace(Block::default(), 3).rows(), 3);
    writer.cell(Cell::Bytes(&[7; 1000]));
    assert_eq!(writer.end_row(), Flow::Pause);
}

#[test]
fn frames_are_read_back_one_after_another() {
    let (first, second) = (filled(7), filled(0));
    let mut bytes = Vec::new();
    first.write_frame(&mut bytes).unwrap();
    second.write_frame(&mut bytes).unwrap();
    let mut block = filled(2);
    let taken = block.read_frame(&bytes).unwrap();
    assert_eq!(block, first);
    assert_eq!(taken + block.read_frame(&bytes[taken..]).unwrap(), bytes.len());
    assert_eq!(block.rows(), 0);
}

#[test]
fn damaged_frames_are_refused() {
    let mut bytes = Vec::new();
    filled(3).write_frame(&mut bytes).unwrap();
    let mut block = Block::default();
    for length in 0..bytes.len() {
        assert!(matches!(block.read_frame(&bytes[..length]), Err(FrameError::Short(_))), "cut at {length}");
    }
    let change = |at: usize, to: u8| {
        let mut changed = bytes.clone();
        changed[at] = to;
        Block::default().read_frame(&changed)
    };
    assert_eq!(change(4, 2), Err(FrameError::Version(2)));
    assert!(matches!(change(3, 255), Err(FrameError::TooLong(_))));
    assert_eq!(change(5, 0), Err(FrameError::Damaged), "fewer slots than there are");
    assert_eq!(change(17, 99), Err(FrameError::Damaged), "a tag that does not exist");
    let last = bytes.len() - 1 - 3 * 19 - 1;
    assert_eq!(change(last, 0xff), Err(FrameError::Damaged), "text that is not UTF-8");
    // Whatever a byte is changed to, the reader returns, and what it accepts can be pushed.
    for at in 4..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        if block.read_frame(&changed).is_ok() {
            block.push_rows(&mut Position::default(), &mut Collect::new());
        }
    }
}
