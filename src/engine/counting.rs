//! Which way a total is found, learnt from the shapes that came before.
//!
//! No count query where the page tells; otherwise page and count in one statement, and not in one any more for a shape
//! that ran out of time that way.

use std::time::Duration;

use contract::{Advance, Cell, Flow, RowSink, Statement};
use moka::sync::Cache;
use tokio::time::Instant;

use super::statement::{lane, question_hash};
use super::{Ask, Engine, EngineError, Facts};
use crate::model::CountMode;
use crate::policy::Authorized;
use crate::source::{Query, SourceError, TimedOut};

/// Shapes and counts remembered at most.
const REMEMBERED_MAX: u64 = 10_000;
/// Of a request's time so much is kept, at most, to answer without a count that is late.
const ANSWER_RESERVE_MAX: Duration = Duration::from_secs(2);
/// A remembered count is forgotten after so long.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 3600);

/// What earlier requests taught.
pub(super) struct History {
    shapes: Cache<u64, Shape>,
    counts: Cache<u64, (u64, Instant)>,
}

/// What is known of one shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Its last page was not full, so that the page told the count.
    pub short: bool,
    /// Page and count in one statement ran out of time.
    pub split: bool,
}

impl Default for History {
    fn default() -> History {
        History {
            shapes: Cache::new(REMEMBERED_MAX),
            counts: Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(REMEMBERED_FOR).build(),
        }
    }
}

impl History {
    pub fn shape(&self, hash: u64) -> Shape {
        self.shapes.get(&hash).unwrap_or_default()
    }

    pub fn learn(&self, hash: u64, change: impl FnOnce(&mut Shape)) {
        let before = self.shape(hash);
        let mut shape = before;
        change(&mut shape);
        if shape != before {
            self.shapes.insert(hash, shape);
        }
    }
}

/// How a page comes by its total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Nobody asked.
    None,
    /// It is known: the first page counted.
    Known(u64),
    /// At most one row can match: the page is the total.
    PageTells,
    /// The page first, since it was short last time; a statement of its own if it is full.
    PageFirst,
    /// In one statement.
    Together,
    /// In a statement of its own after the page.
    Apart,
}

impl Strategy {
    /// For the log.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::None => "none",
            Strategy::Known(_) => "known",
            Strategy::PageTells => "page",
            Strategy::PageFirst => "page_first",
            Strategy::Together => "together",
            Strategy::Apart => "apart",
        }
    }
}

/// The cap of an entity set's count.
pub(super) fn cap(mode: CountMode) -> Option<u64> {
    match mode {
        CountMode::Exact => None,
        CountMode::Capped(cap) => Some(cap),
    }
}

impl Engine {
    /// Counts by a statement of its own, within the count's budget.
    ///
    /// Past it an exact count falls back on the last exact one of the same question, and fails without; a capped one
    /// falls back on the rows seen so far and one more, where a page has `seen` any, whatever went wrong.
    pub(super) async fn count_apart(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        seen: Option<u64>,
    ) -> Result<u64, EngineError> {
        let set = self.service.model.set(authorized.read().set);
        let cap = cap(set.count);
        let statement = self.count_statement(authorized, cap)?;
        let question = question_hash(set, &statement);
        let error = match self.run_count(authorized, &ask.facts, statement, self.count_deadline(ask)).await {
            Ok(count) => {
                self.remember(question, count, cap);
                return Ok(count);
            }
            Err(error) => error,
        };
        let late = is_late(&error);
        match (cap, seen, self.history.counts.get(&question)) {
            (Some(_), Some(seen), _) => {
                tracing::warn!(entity_set = set.name, %error, "a capped count failed: the rows seen are given");
                Ok(seen.saturating_add(1))
            }
            (None, _, Some((count, at))) if late => {
                let age_s = at.elapsed().as_secs();
                tracing::warn!(entity_set = set.name, age_s, "a count was late: the last exact one is given");
                Ok(count)
            }
            _ if late => Err(EngineError::CountBudget { set: set.name.clone() }),
            _ => Err(error),
        }
    }

    /// When a count is late. What may be given in its place must still reach the client in time.
    fn count_deadline(&self, ask: &Ask) -> Instant {
        let now = Instant::now();
        let left = ask.deadline.saturating_duration_since(now);
        let last = ask.deadline.checked_sub((left / 20).min(ANSWER_RESERVE_MAX)).unwrap_or(ask.deadline);
        now.checked_add(self.service.count_budget).map_or(last, |budget| budget.min(last))
    }

    /// How long page and count may take in one statement before its first row. A capped count never fails its page, so
    /// it leaves time to read that alone.
    pub(super) fn together_until(&self, ask: &Ask, cap: Option<u64>) -> Instant {
        let until = self.count_deadline(ask);
        let now = Instant::now();
        let half = now.checked_add(ask.deadline.saturating_duration_since(now) / 2).unwrap_or(until);
        if cap.is_some() { until.min(half) } else { until }
    }

    /// Keeps an exact count for the day it cannot be had.
    pub(super) fn remember(&self, question: u64, count: u64, cap: Option<u64>) {
        if cap.is_none() {
            self.history.counts.insert(question, (count, Instant::now()));
        }
    }

    async fn run_count(
        &self,
        authorized: &Authorized,
        facts: &Facts,
        statement: Statement,
        deadline: Instant,
    ) -> Result<u64, EngineError> {
        let lane = lane(authorized.read().cost);
        let session = authorized.session().clone();
        let query = Query { call: self.call(authorized, statement), lane, deadline, session };
        let mut running = self.source(authorized).query(query).await?;
        let mut sink = CountSink(None);
        while running.advance(&mut sink).await? == Advance::Paused {}
        let timings = running.timings();
        Facts::add(&facts.queue_us, timings.queue_wait);
        Facts::add(&facts.database_us, timings.database);
        Ok(sink.0.unwrap_or(0))
    }
}

/// Whether a statement ran out of time, or its source has none for it.
fn is_late(error: &EngineError) -> bool {
    let EngineError::Source(error) = error else { return false };
    matches!(**error, SourceError::Timeout { .. } | SourceError::Overloaded { .. })
}

/// Whether the statement itself took too long, and not the wait for a connection.
pub(super) fn ran_too_long(error: &EngineError) -> bool {
    let EngineError::Source(error) = error else { return false };
    matches!(**error, SourceError::Timeout { what: TimedOut::Statement | TimedOut::Deadline, .. })
}

/// Takes the one number.
struct CountSink(Option<u64>);

impl RowSink for CountSink {
    fn cell(&mut self, cell: Cell<'_>) {
        self.0 = match cell {
            Cell::I64(count) => u64::try_from(count).ok(),
            Cell::U64(count) => Some(count),
            Cell::Decimal(text) => text.parse().ok(),
            _ => None,
        };
    }

    fn end_row(&mut self) -> Flow {
        Flow::More
    }
}
