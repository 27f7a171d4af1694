//! Writes events as lines, in batches, on a thread of its own.
//!
//! Whoever tells an event never waits: the queue is bounded, and what finds no room is counted and reported.

mod line;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tracing_subscriber::EnvFilter;

use super::event::{Event, Level};
use super::throttle::Throttle;

/// Events that wait for the writer at most.
const QUEUE_EVENTS_MAX: usize = 8192;
/// Bytes written at once, about.
const BATCH_BYTES: usize = 64 * 1024;
/// Lines gather for so long before they are written: waking the writer for each would cost every request a switch of
/// threads.
const GATHER_MAX: Duration = Duration::from_millis(5);
/// A flush waits no longer than this for a writer that is stuck.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For a terminal.
    Text,
}

/// Where events are told. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Events {
    queue: Option<SyncSender<Message>>,
    dropped: Arc<AtomicU64>,
    level: Option<Level>,
}

#[derive(Debug)]
enum Message {
    Event(SystemTime, Event),
    Flush(SyncSender<()>),
}

impl Events {
    /// Events that nobody reads.
    pub fn none() -> Events {
        Events { queue: None, dropped: Arc::default(), level: None }
    }

    /// Tells an event; never waits.
    pub fn tell(&self, event: Event) {
        let Some(queue) = &self.queue else { return };
        let told = matches!(event, Event::Library(_)) || self.level.is_some_and(|most| event.level() <= most);
        if told && queue.try_send(Message::Event(SystemTime::now(), event)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The log; its thread ends when the last [`Events`] is gone.
#[derive(Debug)]
pub struct Log {
    events: Events,
}

impl Log {
    /// Starts the writing thread. `filter` is in `tracing`'s directive syntax; its most talkative level holds for events.
    pub fn start(format: Format, filter: &str, out: impl Write + Send + 'static) -> std::io::Result<Log> {
        Log::with_queue(format, filter, out, QUEUE_EVENTS_MAX)
    }

    fn with_queue(
        format: Format,
        filter: &str,
        out: impl Write + Send + 'static,
        queue_max: usize,
    ) -> std::io::Result<Log> {
        let (queue, messages) = sync_channel(queue_max);
        let dropped = Arc::new(AtomicU64::new(0));
        let writer = Writer { format, out, batch: Vec::new(), throttle: Throttle::default(), dropped: dropped.clone() };
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.run(&messages))?;
        Ok(Log { events: Events { queue: Some(queue), dropped, level: level(filter) } })
    }

    /// Where to tell events.
    pub fn events(&self) -> Events {
        self.events.clone()
    }

    /// Waits until everything told so far is written, within a bound.
    pub fn flush(&self) {
        let Some(queue) = &self.events.queue else { return };
        let (done, wait) = sync_channel(1);
        if queue.try_send(Message::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(FLUSH_MAX);
        }
    }
}

fn level(filter: &str) -> Option<Level> {
    use tracing::level_filters::LevelFilter;
    let most = EnvFilter::builder().parse(filter).ok().and_then(|filter| filter.max_level_hint());
    match most.unwrap_or(LevelFilter::INFO) {
        LevelFilter::OFF => None,
        LevelFilter::ERROR => Some(Level::Error),
        LevelFilter::WARN => Some(Level::Warn),
        _ => Some(Level::Info),
    }
}

struct Writer<W> {
    format: Format,
    out: W,
    batch: Vec<u8>,
    throttle: Throttle,
    dropped: Arc<AtomicU64>,
}

impl<W: Write> Writer<W> {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            if matches!(first, Message::Event(..)) {
                thread::sleep(GATHER_MAX);
            }
            self.take(first);
            while self.batch.len() < BATCH_BYTES
                && let Ok(next) = messages.try_recv()
            {
                self.take(next);
            }
            self.report_dropped();
            self.write();
        }
        self.write();
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Event(time, Event::BadValues(bad)) => {
                if let Some(bad) = self.throttle.pass(bad, Instant::now()) {
                    line::push(&mut self.batch, self.format, time, &Event::BadValues(bad));
                }
            }
            Message::Event(time, event) => line::push(&mut self.batch, self.format, time, &event),
            Message::Flush(done) => {
                self.report_dropped();
                self.write();
                let _ = done.send(());
            }
        }
    }

    fn report_dropped(&mut self) {
        let count = self.dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            line::push(&mut self.batch, self.format, SystemTime::now(), &Event::Dropped { count });
        }
    }

    /// A log that cannot be written must not end the service: the batch is given up.
    fn write(&mut self) {
        if !self.batch.is_empty() {
            let _ = self.out.write_all(&self.batch).and_then(|()| self.out.flush());
            self.batch.clear();
        }
    }
}
