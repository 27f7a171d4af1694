//! A database of numbered rows that is as slow, as stuck or as broken as a test wants.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::catalog::{Catalog, Scope};
use contract::{
    Adapter, AdapterError, Advance, Call, Cancel, Cell, Close, Connection, Cursor, ErrorKind, Flow, RowSink, SqlType,
};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::stand::Terms;

/// The model of what the fake holds.
const MODEL: &str = "namespace = \"Own\"\n[[entity_set]]\nname = \"Rows\"\ntype = \"Row\"\nsource = \"main\"\n\
    table = \"rows\"\nkey = [\"id\"]\nproperties = [\n\
    { name = \"id\", column = \"id\", type = \"Int64\", sql = \"int64\", nullable = false },\n\
    { name = \"kind\", column = \"kind\", type = \"Int64\", sql = \"int64\" },\n\
    { name = \"text\", column = \"text\", type = \"String\", max_length = 40000, sql = \"text\", exact = true },\n]\n";

/// When a statement gives its first row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum First {
    Now,
    After(Duration),
    Never,
    Fails(ErrorKind),
}

/// How the database behaves.
#[derive(Clone, Debug)]
pub struct Manner {
    pub rows: i64,
    pub width: usize,
    pub connect: First,
    pub page: First,
    pub together: First,
    pub count: First,
    /// After so many rows the statement fails.
    pub fails_at: Option<i64>,
    /// After so many rows the statement waits until [`Fake::go_on`].
    pub waits_at: Option<i64>,
}

impl Default for Manner {
    fn default() -> Manner {
        let now = First::Now;
        Manner {
            rows: 10,
            width: 10,
            connect: now,
            page: now,
            together: now,
            count: now,
            fails_at: None,
            waits_at: None,
        }
    }
}

/// The database.
pub struct Fake {
    pub manner: Mutex<Manner>,
    /// Kinds of statements in the order of their start.
    pub log: Mutex<Vec<&'static str>>,
    pub go_on: Notify,
    pub rows_read: AtomicUsize,
    pub cancels: AtomicUsize,
    pub live: AtomicUsize,
}

impl Fake {
    pub fn new(manner: Manner) -> Arc<Fake> {
        Arc::new(Fake {
            manner: Mutex::new(manner),
            log: Mutex::default(),
            go_on: Notify::new(),
            rows_read: AtomicUsize::new(0),
            cancels: AtomicUsize::new(0),
            live: AtomicUsize::new(0),
        })
    }

    /// A service over this database.
    pub fn terms() -> Terms {
        Terms::new(MODEL, "sqlite:none.db")
    }

    pub fn change(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.manner.lock().unwrap());
    }

    /// The statements since the last look.
    pub fn started(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

pub struct FakeAdapter(pub Arc<Fake>);

impl Adapter for FakeAdapter {
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>> {
        let fake = self.0.clone();
        Box::pin(async move {
            let connect = fake.manner.lock().unwrap().connect;
            wait(connect).await?;
            fake.live.fetch_add(1, Ordering::SeqCst);
            let stopped = Arc::new(Stopped { flag: AtomicBool::new(false), notify: Notify::new(), fake: fake.clone() });
            Ok(Box::new(FakeConnection { fake, stopped }) as Box<dyn Connection>)
        })
    }

    fn describe(&self, _scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>> {
        Box::pin(async { Err(AdapterError::new(ErrorKind::Internal, "nothing to describe")) })
    }
}

struct FakeConnection {
    fake: Arc<Fake>,
    stopped: Arc<Stopped>,
}

impl Drop for FakeConnection {
    fn drop(&mut self) {
        self.fake.live.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Stopped {
    flag: AtomicBool,
    notify: Notify,
    fake: Arc<Fake>,
}

impl Cancel for Stopped {
    fn cancel<'a>(&'a self, _side: Option<&'a mut Box<dyn Connection>>) -> BoxFuture<'a, Result<(), AdapterError>> {
        self.fake.cancels.fetch_add(1, Ordering::SeqCst);
        self.flag.store(true, Ordering::SeqCst);
        self.notify.notify_one();
        Box::pin(async { Ok(()) })
    }

    fn needs_side(&self) -> bool {
        false
    }
}

impl Connection for FakeConnection {
    fn query(self: Box<Self>, call: Call) -> Box<dyn Cursor> {
        self.stopped.flag.store(false, Ordering::SeqCst);
        let counts = call.statement.text.to_lowercase().contains("count(*)");
        let kind = match (counts, call.statement.columns.len()) {
            (true, 1) => Kind::Count,
            (true, _) => Kind::Together,
            (false, _) => Kind::Page,
        };
        self.fake.log.lock().unwrap().push(kind.name());
        // The rows asked for: the last number that is bound.
        let limit = call.statement.params.iter().rev().find_map(|param| match param.value {
            contract::Value::I64(number) => Some(number),
            _ => None,
        });
        let manner = self.fake.manner.lock().unwrap().clone();
        let last = if kind == Kind::Count { 1 } else { manner.rows.min(limit.unwrap_or(i64::MAX)) };
        Box::new(FakeCursor {
            connection: self,
            kind,
            columns: call.statement.columns,
            text: "x".repeat(manner.width),
            manner,
            last,
            given: 0,
            begun: false,
        })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        self.stopped.clone()
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<(), AdapterError>> {
        Box::pin(async { Ok(()) })
    }

    fn shut(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Page,
    Together,
    Count,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Together => "together",
            Kind::Count => "count",
        }
    }
}

struct FakeCursor {
    connection: Box<FakeConnection>,
    kind: Kind,
    columns: Arc<[SqlType]>,
    text: String,
    manner: Manner,
    last: i64,
    given: i64,
    begun: bool,
}

impl FakeCursor {
    async fn push(&mut self, sink: &mut dyn RowSink) -> Result<Advance, AdapterError> {
        if !self.begun {
            wait(match self.kind {
                Kind::Page => self.manner.page,
                Kind::Together => self.manner.together,
                Kind::Count => self.manner.count,
            })
            .await?;
            self.begun = true;
        }
        while self.given < self.last {
            if self.kind != Kind::Count {
                if Some(self.given) == self.manner.fails_at {
                    return Err(AdapterError::new(ErrorKind::Internal, "out of rows"));
                }
                if Some(self.given) == self.manner.waits_at {
                    self.connection.fake.go_on.notified().await;
                    self.manner.waits_at = None;
                }
            }
            self.given += 1;
            self.connection.fake.rows_read.fetch_add(1, Ordering::SeqCst);
            for (place, ty) in self.columns.iter().enumerate() {
                let total = self.kind != Kind::Page && place + 1 == self.columns.len();
                sink.cell(match ty {
                    SqlType::Text => Cell::Text(&self.text),
                    _ if total => Cell::I64(self.manner.rows),
                    _ => Cell::I64(self.given),
                });
            }
            if sink.end_row() == Flow::Pause {
                return Ok(Advance::Paused);
            }
            if self.given % 64 == 0 {
                tokio::task::yield_now().await;
            }
        }
        Ok(Advance::Done)
    }
}

impl Cursor for FakeCursor {
    fn advance<'a>(&'a mut self, sink: &'a mut dyn RowSink) -> BoxFuture<'a, Result<Advance, AdapterError>> {
        let stopped = self.connection.stopped.clone();
        Box::pin(async move {
            tokio::select! {
                pushed = self.push(sink) => pushed,
                () = stopped.notify.notified() => Err(AdapterError::new(ErrorKind::Cancelled, "stopped")),
            }
        })
    }

    fn canceller(&self) -> Arc<dyn Cancel> {
        self.connection.canceller()
    }

    fn close(self: Box<Self>, _how: Close) -> BoxFuture<'static, Option<Box<dyn Connection>>> {
        Box::pin(async move {
            // A notice that nobody waited for must not stop the next statement.
            let _ = futures_util::FutureExt::now_or_never(self.connection.stopped.notify.notified());
            Some(self.connection as Box<dyn Connection>)
        })
    }
}

async fn wait(first: First) -> Result<(), AdapterError> {
    match first {
        First::Now => Ok(()),
        First::After(time) => {
            tokio::time::sleep(time).await;
            Ok(())
        }
        First::Never => std::future::pending().await,
        First::Fails(kind) => Err(AdapterError::new(kind, "as told")),
    }
}
