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
use crate::source::{Query, SourceError};

/// Shapes and counts remembered at most.
const REMEMBERED_MAX: u64 = 10_000;
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
    /// falls back on `seen`, the rows seen so far and one more.
    pub(super) async fn count_apart(&self, authorized: &Authorized, ask: &Ask, seen: u64) -> Result<u64, EngineError> {
        let set = self.service.model.set(authorized.read().set);
        let cap = cap(set.count);
        let statement = self.count_statement(authorized, cap)?;
        let question = question_hash(&statement);
        let budget = Instant::now().checked_add(self.service.count_budget).unwrap_or(ask.deadline);
        match self.run_count(authorized, &ask.facts, statement, ask.deadline.min(budget)).await {
            Ok(count) => {
                self.remember(question, count, cap);
                Ok(count)
            }
            Err(error) if is_timeout(&error) => match (cap, self.history.counts.get(&question)) {
                (Some(_), _) => {
                    tracing::warn!(entity_set = set.name, "a capped count was late: rows seen are given");
                    Ok(seen.saturating_add(1))
                }
                (None, Some((count, at))) => {
                    let age_s = at.elapsed().as_secs();
                    tracing::warn!(entity_set = set.name, age_s, "a count was late: the last exact one is given");
                    Ok(count)
                }
                (None, None) => Err(EngineError::CountBudget { set: set.name.clone() }),
            },
            Err(error) => Err(error),
        }
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

/// Whether time ran out, rather than anything else.
pub(super) fn is_timeout(error: &EngineError) -> bool {
    matches!(error, EngineError::Source(error) if matches!(**error, SourceError::Timeout { .. }))
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
