//! A database that does what a statement's text says, keeps a journal, and notes every breach of the contract.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::catalog::{Catalog, Scope};
use contract::{
    Adapter, AdapterError, Advance, Call, Cancel, Cell, Close, Connection, Cursor, ErrorKind, Flow, RowSink, Statement,
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// Words of a statement: `row` pushes one, `cell` half of one, `wait:MS` waits, `hang` never goes on, `fail:KIND` ends
/// with an error, `slow` makes even a clean close take 100 ms, `stale` fails as `fail:unavailable` does, but only on a
/// connection that ran something before.
pub fn call(text: &str) -> Call {
    let statement = Statement { text: text.into(), params: Vec::new(), columns: Vec::new().into() };
    Call { statement, persistent: true }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Connect(usize),
    Start(usize),
    Cancel { target: usize, side: Option<usize> },
    Ended(usize),
    Shut(usize),
    Gone(usize),
}

#[derive(Default)]
pub struct State {
    pub events: Vec<(Duration, Event)>,
    pub breaches: Vec<String>,
    pub live: HashSet<usize>,
    pub live_peak: usize,
    /// Cancels begun, those that never come to an end included.
    pub cancelling: usize,
    /// Whether each statement could stay prepared.
    pub persistent: Vec<bool>,
    opened: usize,
    running: HashMap<usize, Arc<Job>>,
    used: HashSet<usize>,
    /// Connections whose next cancel through them fails as broken.
    pub dead_sides: HashSet<usize>,
}

#[derive(Clone)]
pub struct World {
    pub state: Arc<Mutex<State>>,
    pub begun: Instant,
    pub needs_side: bool,
    /// A cancelled statement ends so long after the cancel.
    pub end_delay: Duration,
    pub connect_delay: Duration,
    pub connect_error: Option<AdapterError>,
    pub cancel_hangs: bool,
}

#[derive(Default)]
struct Job {
    cancelled: Mutex<Option<Instant>>,
    wake: Notify,
}

impl World {
    pub fn new() -> World {
        World {
            state: Arc::default(),
            begun: Instant::now(),
            needs_side: true,
            end_delay: Duration::from_millis(50),
            connect_delay: Duration::ZERO,
            connect_error: None,
            cancel_hangs: false,
        }
    }

    fn note(&self, event: Event) {
        let at = self.begun.elapsed();
        self.state.lock().unwrap().events.push((at, event));
    }

    fn breach(&self, what: String) {
        self.state.lock().unwrap().breaches.push(what);
    }

    /// The journal, without its times.
    pub fn events(&self) -> Vec<Event> {
        self.state.lock().unwrap().events.iter().map(|(_, event)| event.clone()).collect()
    }

    /// When the first event of that kind happened.
    pub fn at(&self, event: &Event) -> Option<Duration> {
        self.state.lock().unwrap().events.iter().find(|(_, seen)| seen == event).map(|(at, _)| *at)
    }

    pub fn count(&self, want: impl Fn(&Event) -> bool) -> usize {
        self.events().iter().filter(|event| want(event)).count()
    }

    pub fn connects(&self) -> usize {
        self.count(|event| matches!(event, Event::Connect(_)))
    }

    pub fn cancels(&self) -> usize {
        self.count(|event| matches!(event, Event::Cancel { .. }))
    }

    pub fn cancelling(&self) -> usize {
        self.state.lock().unwrap().cancelling
    }

    pub fn live(&self) -> usize {
        self.state.lock().unwrap().live.len()
    }
}

impl Adapter for World {
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>> {
        let world = self.clone();
        Box::pin(async move {
            sleep(world.connect_delay).await;
            if let Some(error) = world.connect_error.clone() {
                return Err(error);
            }
            let id = {
                let mut state = world.state.lock().unwrap();
                state.opened += 1;
                let id = state.opened;
                state.live.insert(id);
                state.live_peak = state.live_peak.max(state.live.len());
                id
            };
            world.note(Event::Connect(id));
            Ok(Box::new(FakeConnection { wire: Wire { id, world } }) as Box<dyn Connection>)
        })
    }

    fn describe(&self, _scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>> {
        Box::pin(async { Ok(Catalog { server: "fake 1".to_owned(), ..Catalog::default() }) })
    }
}

/// What makes a connection alive: when it is dropped, so is the session.
struct Wire {
    id: usize,
    world: World,
}

impl Drop for Wire {
    fn drop(&mut self) {
        {
            let mut state = self.world.state.lock().unwrap();
            state.live.remove(&self.id);
            state.running.remove(&self.id);
        }
        self.world.note(Event::Gone(self.id));
    }
}

pub struct FakeConnection {
    wire: Wire,
}

impl Connection for FakeConnection {
    fn query(self: Box<Self>, call: Call) -> Box<dyn Cursor> {
        let FakeConnection { wire } = *self;
        let job = Arc::<Job>::default();
        let (again, before) = {
            let mut state = wire.world.state.lock().unwrap();
            state.persistent.push(call.persistent);
            (!state.used.insert(wire.id), state.running.insert(wire.id, Arc::clone(&job)))
        };
        if before.is_some() {
            wire.world.breach(format!("connection {} started a statement while another ran", wire.id));
        }
        wire.world.note(Event::Start(wire.id));
        let words: VecDeque<String> = call.statement.text.split_whitespace().map(str::to_owned).collect();
        let slow = words.iter().any(|word| word == "slow");
        Box::new(FakeCursor { wire, job, words, slow, again, ended: false })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(FakeCancel { target: self.wire.id, world: self.wire.world.clone() })
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async { Ok(()) })
    }

    fn cancel_peer(&mut self, _peer: u64) -> BoxFuture<'_, Result<(), AdapterError>> {
        let dead = self.wire.world.state.lock().unwrap().dead_sides.contains(&self.wire.id);
        let id = self.wire.id as u64;
        Box::pin(async move {
            // The fake's way to learn the side connection's number; an error stands for a broken one.
            match dead {
                true => Err(AdapterError::broken(ErrorKind::Unavailable, "side is dead")),
                false => Err(AdapterError::new(ErrorKind::Internal, "ok").with_code(id.to_string())),
            }
        })
    }

    fn shut(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.wire.world.note(Event::Shut(self.wire.id)) })
    }
}

struct FakeCancel {
    target: usize,
    world: World,
}

impl Cancel for FakeCancel {
    fn cancel<'a>(&'a self, side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>> {
        Box::pin(async move {
            self.world.state.lock().unwrap().cancelling += 1;
            if self.world.cancel_hangs {
                pending::<()>().await;
            }
            let mut through = None;
            if let Some(side) = side {
                match side.cancel_peer(self.target as u64).await {
                    Err(error) if error.broken => return Err(error),
                    told => through = told.err().and_then(|error| error.code?.parse().ok()),
                }
            }
            if through.is_none() && self.world.needs_side {
                return Err(AdapterError::new(ErrorKind::Internal, "needs a side connection"));
            }
            if through.is_some() != self.world.needs_side || through == Some(self.target) {
                self.world.breach(format!("cancel of {} through {through:?}", self.target));
            }
            self.world.note(Event::Cancel { target: self.target, side: through });
            let job = self.world.state.lock().unwrap().running.get(&self.target).cloned();
            match job {
                Some(job) => {
                    job.cancelled.lock().unwrap().get_or_insert(Instant::now());
                    job.wake.notify_waiters();
                }
                None => self.world.breach(format!("cancel of {}, which runs nothing", self.target)),
            }
            Ok(())
        })
    }

    fn needs_side(&self) -> bool {
        self.world.needs_side
    }
}

struct FakeCursor {
    wire: Wire,
    job: Arc<Job>,
    words: VecDeque<String>,
    slow: bool,
    again: bool,
    ended: bool,
}

impl FakeCursor {
    /// Sleeps `time`, or to the end that a cancel brings; an error then.
    async fn rest(&self, time: Option<Duration>) -> Result<(), AdapterError> {
        let cancelled = async {
            loop {
                let woken = self.job.wake.notified();
                let at = *self.job.cancelled.lock().unwrap();
                match at {
                    Some(at) => return tokio::time::sleep_until(at + self.wire.world.end_delay).await,
                    None => woken.await,
                }
            }
        };
        let whole = async {
            match time {
                Some(time) => sleep(time).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = whole => Ok(()),
            () = cancelled => Err(AdapterError::new(ErrorKind::Cancelled, "cancelled")),
        }
    }

    async fn step(&mut self, word: &str, sink: Option<&mut (dyn RowSink + '_)>) -> Result<Flow, AdapterError> {
        let failed = |kind| {
            if kind == ErrorKind::Unavailable {
                AdapterError::broken(kind, "gone")
            } else {
                AdapterError::new(kind, "no")
            }
        };
        match (word.split_once(':').unwrap_or((word, "")), sink) {
            (("row", _), Some(sink)) => {
                sink.cell(Cell::I64(1));
                return Ok(sink.end_row());
            }
            (("cell", _), Some(sink)) => sink.cell(Cell::I64(1)),
            (("wait", ms), _) => self.rest(Some(Duration::from_millis(ms.parse().unwrap()))).await?,
            (("hang", _), _) => self.rest(None).await?,
            (("fail", "unavailable"), _) => return Err(failed(ErrorKind::Unavailable)),
            (("fail", "rejected"), _) => return Err(failed(ErrorKind::Rejected)),
            (("fail", "timeout"), _) => return Err(failed(ErrorKind::Timeout)),
            (("stale", _), _) if self.again => return Err(failed(ErrorKind::Unavailable)),
            _ => {}
        }
        Ok(Flow::More)
    }
}

impl Cursor for FakeCursor {
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>> {
        Box::pin(async move {
            while let Some(word) = self.words.front().cloned() {
                let stepped = self.step(&word, Some(&mut *sink)).await;
                self.words.pop_front();
                match stepped {
                    Ok(Flow::More) => {}
                    Ok(Flow::Pause) => return Ok(Advance::Paused),
                    Err(error) => {
                        self.ended = true;
                        return Err(error);
                    }
                }
            }
            self.ended = true;
            Ok(Advance::Done)
        })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        Arc::new(FakeCancel { target: self.wire.id, world: self.wire.world.clone() })
    }

    fn close(mut self: Box<Self>, how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>> {
        Box::pin(async move {
            let mut result = Ok(());
            if self.slow {
                result = self.rest(Some(Duration::from_millis(100))).await;
            }
            match how {
                _ if self.ended || result.is_err() => {}
                Close::Cancelled => drop(self.rest(None).await),
                Close::Drain => {
                    while let Some(word) = self.words.pop_front() {
                        if self.step(&word, None).await.is_err() {
                            break;
                        }
                    }
                }
            }
            let FakeCursor { wire, .. } = *self;
            wire.world.note(Event::Ended(wire.id));
            wire.world.state.lock().unwrap().running.remove(&wire.id);
            Some(Box::new(FakeConnection { wire }) as Box<dyn Connection>)
        })
    }
}

/// Counts rows and pauses after every `every`.
pub struct Count {
    pub rows: usize,
    pub every: usize,
}

impl Count {
    pub fn all() -> Count {
        Count { rows: 0, every: usize::MAX }
    }

    pub fn pausing() -> Count {
        Count { rows: 0, every: 1 }
    }
}

impl RowSink for Count {
    fn cell(&mut self, _cell: Cell<'_>) {}

    fn end_row(&mut self) -> Flow {
        self.rows += 1;
        if self.rows.is_multiple_of(self.every) { Flow::Pause } else { Flow::More }
    }
}
