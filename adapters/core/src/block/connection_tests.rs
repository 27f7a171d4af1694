#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc as std_mpsc};
use std::time::Duration;

use super::*;
use crate::adapter::Statement;
use crate::block::{BLOCK_ROWS_MAX, FIRST_BLOCK_ROWS_MAX};
use crate::conformance::{Collect, Kept, Pausing};
use crate::error::ErrorKind;
use crate::row::Cell;

/// What the test sees of the driver.
#[derive(Default)]
struct Seen {
    pushed: AtomicUsize,
    runs: AtomicUsize,
    refused: AtomicBool,
    dropped: AtomicBool,
    interrupted: AtomicBool,
}

/// Pushes as many rows as the statement's text says; `panic` and `broken` do so; `wait N` waits for the gate after N.
struct Counter {
    seen: Arc<Seen>,
    gate: Mutex<std_mpsc::Receiver<()>>,
}

struct Noted(Arc<Seen>);

impl Interrupt for Noted {
    fn interrupt(&self) {
        self.0.interrupted.store(true, Ordering::SeqCst);
    }
}

impl BlockingDriver for Counter {
    fn run(&mut self, call: &Call, sink: &mut dyn RowSink) -> Result<(), AdapterError> {
        self.seen.runs.fetch_add(1, Ordering::SeqCst);
        let (rows, wait) = match &*call.statement.text {
            "panic" => panic!("the driver panics"),
            "broken" => return Err(AdapterError::broken(ErrorKind::Unavailable, "gone")),
            text => (text.trim_start_matches("wait ").parse().unwrap(), text.starts_with("wait ")),
        };
        for number in 0..rows {
            self.seen.pushed.fetch_add(1, Ordering::SeqCst);
            sink.cell(Cell::I64(number));
            if sink.end_row() == Flow::Pause {
                self.seen.refused.store(true, Ordering::SeqCst);
                return Ok(());
            }
        }
        if wait {
            let _ = self.gate.lock().unwrap().recv_timeout(Duration::from_secs(20));
        }
        Ok(())
    }

    fn ping(&mut self) -> Result<(), AdapterError> {
        Ok(())
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Noted(Arc::clone(&self.seen)))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.seen.dropped.store(true, Ordering::SeqCst);
    }
}

async fn connect() -> (Box<BlockingConnection>, Arc<Seen>, std_mpsc::Sender<()>) {
    let (open, gate) = std_mpsc::channel();
    let seen = Arc::new(Seen::default());
    let theirs = Arc::clone(&seen);
    let make = move |_| Ok(Counter { seen: theirs, gate: Mutex::new(gate) });
    (Box::new(BlockingConnection::open("test", make).await.unwrap()), seen, open)
}

fn call(text: &str) -> Call {
    let statement = Statement { text: text.into(), params: Vec::new(), columns: Arc::new([]) };
    Call { statement, persistent: true }
}

async fn until(what: &AtomicBool) {
    for _ in 0..2000 {
        if what.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it never happened");
}

#[tokio::test]
async fn the_thread_waits_for_a_reader_that_pauses() {
    let (connection, seen, _open) = connect().await;
    let mut cursor = connection.query(call("100000"));
    let mut sink = Collect::pausing(Pausing::After(1));
    assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Paused);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let most = FIRST_BLOCK_ROWS_MAX + BLOCK_ROWS_MAX;
    assert_eq!(seen.pushed.load(Ordering::SeqCst), most, "two blocks and no more");
    let mut rest = Collect::new();
    assert_eq!(cursor.advance(&mut rest).await.unwrap(), Advance::Done);
    assert_eq!(rest.rows.len(), 99_999);
    assert_eq!(rest.rows.last().unwrap(), &[Kept::I64(99_999)]);
    assert!(cursor.close(Close::Drain).await.is_some());
}

#[tokio::test]
async fn the_first_rows_leave_while_the_statement_runs() {
    let (connection, _seen, open) = connect().await;
    let mut cursor = connection.query(call("wait 300"));
    let mut sink = Collect::pausing(Pausing::After(FIRST_BLOCK_ROWS_MAX));
    let step = tokio::time::timeout(Duration::from_secs(5), cursor.advance(&mut sink)).await;
    assert_eq!(step.unwrap().unwrap(), Advance::Paused);
    assert_eq!(sink.rows.len(), FIRST_BLOCK_ROWS_MAX);
    open.send(()).unwrap();
    let mut rest = Collect::new();
    assert_eq!(cursor.advance(&mut rest).await.unwrap(), Advance::Done);
    assert_eq!(rest.rows.len(), 300 - FIRST_BLOCK_ROWS_MAX);
}

#[tokio::test]
async fn a_dropped_connection_ends_its_thread() {
    let (connection, seen, _open) = connect().await;
    drop(connection);
    until(&seen.dropped).await;
    let (connection, seen, _open) = connect().await;
    connection.shut().await;
    assert!(seen.dropped.load(Ordering::SeqCst), "shut waits for the end");
}

#[tokio::test]
async fn a_dropped_cursor_stops_its_statement_and_ends_the_thread() {
    let (connection, seen, _open) = connect().await;
    let mut cursor = connection.query(call("1000000"));
    cursor.advance(&mut Collect::pausing(Pausing::After(10))).await.unwrap();
    drop(cursor);
    until(&seen.dropped).await;
    assert!(seen.refused.load(Ordering::SeqCst) && seen.interrupted.load(Ordering::SeqCst));
    assert!(seen.pushed.load(Ordering::SeqCst) < 1000);
}

#[tokio::test]
async fn a_cursor_closed_midway_reads_no_further() {
    let (connection, seen, _open) = connect().await;
    let mut cursor = connection.query(call("1000000"));
    cursor.advance(&mut Collect::pausing(Pausing::After(10))).await.unwrap();
    let connection = cursor.close(Close::Drain).await.unwrap();
    assert!(seen.pushed.load(Ordering::SeqCst) < 1000);
    let mut cursor = connection.query(call("300"));
    let mut sink = Collect::new();
    cursor.advance(&mut sink).await.unwrap();
    assert_eq!(sink.rows.len(), 300, "the next statement is not stopped too");
}

#[tokio::test]
async fn a_cancel_that_comes_first_is_not_lost() {
    let (connection, seen, open) = connect().await;
    // The thread is busy with a ping's place in the queue or not: either way the flag is seen before the first row.
    let mut cursor = connection.query(call("wait 0"));
    let canceller = cursor.canceller();
    canceller.cancel(None).await.unwrap();
    open.send(()).unwrap();
    let error = cursor.advance(&mut Collect::new()).await.unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Cancelled, false));
    assert!(seen.interrupted.load(Ordering::SeqCst));
    assert!(cursor.close(Close::Cancelled).await.is_some());
}

#[tokio::test]
async fn a_broken_connection_does_not_come_back() {
    let (connection, seen, _open) = connect().await;
    let mut cursor = connection.query(call("broken"));
    assert_eq!(cursor.advance(&mut Collect::new()).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(cursor.close(Close::Drain).await.is_none());
    until(&seen.dropped).await;
    let (connection, _seen, _open) = connect().await;
    let mut cursor = connection.query(call("panic"));
    let error = cursor.advance(&mut Collect::new()).await.unwrap_err();
    assert_eq!((error.kind, error.broken), (ErrorKind::Internal, true));
    assert!(cursor.close(Close::Drain).await.is_none());
}

#[tokio::test]
async fn blocks_are_used_again() {
    let (connection, _seen, _open) = connect().await;
    let mut connection: Box<dyn Connection> = connection;
    for rows in ["10", "100", "5000", "0"] {
        let mut cursor = connection.query(call(rows));
        let mut sink = Collect::new();
        assert_eq!(cursor.advance(&mut sink).await.unwrap(), Advance::Done);
        assert_eq!(sink.rows.len().to_string(), rows);
        connection = cursor.close(Close::Drain).await.unwrap();
    }
}
