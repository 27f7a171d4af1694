#![allow(clippy::unwrap_used)]
use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::telemetry::event::Finished;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn request(status: u16) -> Event {
    let entity_set = Some("Orders".to_owned());
    Event::Finished(Box::new(Finished { status, entity_set, shape: Some(255), rows: 3, ..Finished::default() }))
}

#[test]
fn a_request_is_one_json_line() {
    let memory = Memory::default();
    let log = Log::start(Format::Json, "info", memory.clone()).unwrap();
    log.events().tell(request(200));
    log.flush();
    let text = memory.text();
    assert_eq!(text.lines().count(), 1);
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["event"], "request");
    assert_eq!(line["rows"], 3);
    assert_eq!(line["shape"], "00000000000000ff");
    assert!(line.get("error").is_none());
}

#[test]
fn the_filter_holds_for_events() {
    let memory = Memory::default();
    let log = Log::start(Format::Text, "warn", memory.clone()).unwrap();
    log.events().tell(request(200));
    log.events().tell(request(503));
    log.flush();
    let text = memory.text();
    assert!(text.contains("WARN") && text.contains("status=503") && !text.contains("status=200"), "{text}");
}

/// A writer that waits for leave.
struct Gate(std::sync::mpsc::Receiver<()>, Memory);

impl io::Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        self.1.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_queue_drops_and_says_so() {
    let (open, closed) = std::sync::mpsc::channel();
    let memory = Memory::default();
    let log = Log::with_queue(Format::Text, "info", Gate(closed, memory.clone()), 2).unwrap();
    for _ in 0..200 {
        log.events().tell(request(200));
    }
    drop(open);
    let mut seen = (0, 0);
    while seen.0 + seen.1 < 200 {
        log.flush();
        let text = memory.text();
        let dropped = text.lines().filter_map(|line| line.split("log_dropped count=").nth(1));
        seen.0 = dropped.map(|count| count.parse::<u64>().unwrap()).sum();
        seen.1 = text.lines().filter(|line| line.contains(" request ")).count() as u64;
        thread::yield_now();
    }
    assert_eq!(seen.0 + seen.1, 200);
    assert!(seen.0 > 100, "{seen:?}");
}
