//! A collection: which page, which way of counting, and when its bytes may leave.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use contract::Lane;
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, Body, Content};
use super::budget::Kept;
use super::counting::{Strategy, cap, ran_too_long};
use super::page::{Outlet, PageReader, Tail};
use super::statement::{PageStatement, lane, question_hash, shape_hash};
use super::token::Position;
use super::{Ask, Engine, EngineError, now_seconds};
use crate::encode::envelope::CollectionHead;
use crate::encode::{Context, EntityNames, Metadata, PastBytes, RowEncoder, RowOptions};
use crate::lower::{self, Start};
use crate::plan::{DEEP_SKIP_MIN, Page, PageEnd, Read};
use crate::policy::Authorized;
use crate::source::Query;

/// The page to read, after what a next link says.
struct Window {
    page: Page,
    start: Start,
    /// Rows before this page, `$skip` included.
    before: u64,
    count: Option<u64>,
    begun: Option<u64>,
    lane: Lane,
}

/// What became of reading a page.
enum Outcome {
    Answered(Answer),
    /// Page and count in one statement took longer than a count may.
    CountLate,
    /// The rows wait for their count, and the common budget has no room for them.
    NoRoom {
        /// Rows seen, those before the page included.
        seen: u64,
    },
}

impl Engine {
    /// Answers a collection.
    pub(super) async fn collection(
        self: &Arc<Self>,
        authorized: &Authorized,
        ask: &Ask,
    ) -> Result<Answer, EngineError> {
        let read = authorized.read();
        let window = self.window(read, ask)?;
        let plain = self.page_statement(authorized, &window.start, window.page.fetch(), lower::Count::None)?;
        let shape = shape_hash(&plain.statement);
        let strategy = self.strategy(read, &window, shape);
        ask.facts.note(|texts| {
            texts.shape = Some(shape);
            texts.lane = Some(if window.lane == Lane::Keyed { "keyed" } else { "scan" });
            texts.count = Some(strategy.name());
        });
        if window.page.rows_max == 0 {
            return self.no_rows(authorized, ask, &window, strategy).await;
        }
        let mut strategy = strategy;
        if strategy == Strategy::Together {
            let cap = cap(self.service.model.set(read.set).count);
            let counted =
                self.page_statement(authorized, &window.start, window.page.fetch(), lower::Count::Column(cap))?;
            if let Outcome::Answered(answer) =
                self.read_page(authorized, ask, &window, counted, strategy, shape).await?
            {
                return Ok(answer);
            }
            self.history.learn(shape, |shape| shape.split = true);
            if Instant::now() >= ask.deadline {
                return Err(self.count_budget(read));
            }
            strategy = Strategy::Apart;
            ask.facts.note(|texts| texts.count = Some(strategy.name()));
        }
        let seen = match self.read_page(authorized, ask, &window, plain, strategy, shape).await? {
            Outcome::Answered(answer) => return Ok(answer),
            Outcome::CountLate => return Err(self.count_budget(read)),
            Outcome::NoRoom { seen } => seen,
        };
        // With the count known first the page needs no room.
        let count = self.count_apart(authorized, ask, Some(seen)).await?;
        let plain = self.page_statement(authorized, &window.start, window.page.fetch(), lower::Count::None)?;
        match self.read_page(authorized, ask, &window, plain, Strategy::Known(count), shape).await? {
            Outcome::Answered(answer) => Ok(answer),
            Outcome::CountLate | Outcome::NoRoom { .. } => Err(self.count_budget(read)),
        }
    }

    fn count_budget(&self, read: &Read) -> EngineError {
        EngineError::CountBudget { set: self.service.model.set(read.set).name.clone() }
    }

    /// The page that the options, or a next link, ask for.
    fn window(&self, read: &Read, ask: &Ask) -> Result<Window, EngineError> {
        let page = read.page;
        let Some(token) = &ask.skiptoken else {
            let (start, lane) = (Start::Skip(page.skip), lane(read.cost));
            return Ok(Window { page, start, before: page.skip, count: None, begun: None, lane });
        };
        let set = self.service.model.set(read.set);
        let opened = self.sealer.open(token, &set.name, &ask.fingerprint, self.definition(read), now_seconds())?;
        let rows_max = match page.end {
            PageEnd::NextLink => page.rows_max,
            PageEnd::Whole => self.service.page_rows_max,
        };
        let page = Page {
            skip: 0,
            top: opened.top_left,
            rows_max: rows_max.min(opened.top_left.unwrap_or(u64::MAX)),
            bytes_max: self.service.page_bytes_max,
            end: PageEnd::NextLink,
        };
        let start = match opened.position {
            Position::Keyset(values) if values.len() == read.order.len() => Start::After(values),
            Position::Keyset(_) => return Err(super::TokenError::Mismatch.into()),
            Position::Offset(offset) => Start::Skip(offset),
        };
        let deep = matches!(start, Start::Skip(skip) if skip >= DEEP_SKIP_MIN);
        let lane = if deep { Lane::Scan } else { lane(read.cost) };
        Ok(Window { page, start, before: opened.seen, count: opened.count, begun: Some(opened.begun), lane })
    }

    fn definition(&self, read: &Read) -> u64 {
        self.definitions.get(usize::from(read.set.0)).copied().unwrap_or(0)
    }

    fn strategy(&self, read: &Read, window: &Window, shape: u64) -> Strategy {
        if !read.count {
            return Strategy::None;
        }
        if let Some(count) = window.count {
            return Strategy::Known(count);
        }
        let known = self.history.shape(shape);
        match (read.at_most_one && window.before == 0, known.split, known.short) {
            (true, ..) => Strategy::PageTells,
            (false, true, _) => Strategy::Apart,
            (false, false, true) => Strategy::PageFirst,
            (false, false, false) => Strategy::Together,
        }
    }

    /// `$top=0`: nothing to read, perhaps something to count.
    async fn no_rows(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        window: &Window,
        strategy: Strategy,
    ) -> Result<Answer, EngineError> {
        let count = match strategy {
            Strategy::None => None,
            Strategy::Known(count) => Some(count),
            _ => Some(self.count_apart(authorized, ask, Some(window.before)).await?),
        };
        let mut out = self.head(authorized.read(), ask, count);
        crate::encode::envelope::push_collection_tail(&mut out, None);
        Ok(whole(ask, out))
    }

    /// Reads a page and answers with it, whole or on its way.
    async fn read_page(
        self: &Arc<Self>,
        authorized: &Authorized,
        ask: &Ask,
        window: &Window,
        statement: PageStatement,
        strategy: Strategy,
        shape: u64,
    ) -> Result<Outcome, EngineError> {
        let mut reader = self.open_page(authorized, ask, window, statement).await?;
        let together = strategy == Strategy::Together;
        let late = self.together_until(ask, cap(self.service.model.set(authorized.read().set).count));
        let share = self.budget.share(self.read_ahead_bytes_max);
        let mut kept = Kept::default();
        // A count that comes after the rows keeps them here; so does a page that may still fail as a whole.
        let counts_later = matches!(strategy, Strategy::PageFirst | Strategy::Apart);
        let may_fail = window.page.end == PageEnd::Whole || strategy == Strategy::PageTells;
        loop {
            // The first row tells the count; from then on it cannot be late.
            let step = match together && reader.encoder.rows() == 0 {
                true => timeout_at(late, reader.step()).await,
                false => Ok(reader.step().await),
            };
            let chunk = match step {
                Err(_) => return Ok(Outcome::CountLate),
                Ok(Err(error)) if together && reader.encoder.rows() == 0 && ran_too_long(&error) => {
                    return Ok(Outcome::CountLate);
                }
                Ok(chunk) => chunk?,
            };
            let room = kept.push(chunk, &share);
            if reader.ended || (!counts_later && (!may_fail || !room)) {
                break;
            }
            if counts_later && !room {
                return Ok(Outcome::NoRoom { seen: window.before + reader.encoder.rows() });
            }
        }
        let ended = reader.ended;
        if ended {
            reader.release();
            let short = is_last(window, &reader);
            self.history.learn(shape, |shape| shape.short = short);
        }
        let count = match strategy {
            Strategy::None => None,
            Strategy::Known(count) => Some(count.max(seen(window, &reader))),
            _ => {
                let told = Told {
                    rows: reader.encoder.rows(),
                    so_far: seen(window, &reader),
                    last: is_last(window, &reader),
                    counted: reader.encoder.count(),
                };
                Some(self.total(authorized, ask, window, told).await?)
            }
        };
        reader.tail.count = count;
        let head = self.head(authorized.read(), ask, count);
        if ended {
            let tail = reader.close(self);
            return Ok(Outcome::Answered(whole(ask, kept.between(head, &tail))));
        }
        let (outlet, receiver) = Outlet::new();
        let first = kept.between(head, b"");
        tokio::spawn(reader.send(self.clone(), share, outlet, first));
        let body = Body::Stream(receiver);
        Ok(Outcome::Answered(Answer { content: content(ask), body, facts: ask.facts.clone() }))
    }

    async fn open_page(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        window: &Window,
        page: PageStatement,
    ) -> Result<PageReader, EngineError> {
        let read = authorized.read();
        let set = self.service.model.set(read.set);
        let options = RowOptions {
            metadata: ask.metadata,
            entity: (ask.metadata == Metadata::Full).then(|| EntityNames {
                type_name: format!("{}.{}", self.service.model.namespace, set.type_name),
                set_url: format!("{}{}", self.service.public_url, set.name),
            }),
            quoted_numbers: ask.ieee754,
            keyset: page.keyset,
            count_column: page.count_column,
            rows_max: Some(window.page.rows_max),
            bytes_max: Some(window.page.bytes_max as u64),
            past_bytes: match window.page.end {
                PageEnd::NextLink => PastBytes::EndPage,
                PageEnd::Whole => PastBytes::Overflow,
            },
            ..RowOptions::default()
        };
        let mut tail = Tail::new(set, self.definition(read), ask.fingerprint, ask.link.clone());
        tail.bytes_max = window.page.bytes_max;
        tail.fetch = window.page.fetch();
        tail.before = window.before;
        tail.top_left = window.page.top;
        tail.begun = window.begun.unwrap_or(tail.begun);
        tail.links = window.page.end == PageEnd::NextLink;
        let query = Query {
            call: self.call(authorized, page.statement),
            lane: window.lane,
            deadline: ask.deadline,
            session: authorized.session().clone(),
        };
        let encoder = RowEncoder::new(&page.shape, options);
        let running = self.source(authorized).query(query).await?;
        Ok(PageReader::new(running, encoder, ask.facts.clone(), tail))
    }

    /// The total, told by the page, by its count column, or by a statement of its own.
    async fn total(&self, authorized: &Authorized, ask: &Ask, window: &Window, told: Told) -> Result<u64, EngineError> {
        let Told { rows, so_far, .. } = told;
        let first = matches!(window.start, Start::Skip(_));
        if let Some(count) = told.counted {
            self.remember_column(authorized, count)?;
            return Ok(count.max(so_far));
        }
        // The last page of rows tells how many there are, unless it lies behind the end.
        if first && told.last && (rows > 0 || window.before == 0) {
            return Ok(so_far);
        }
        if authorized.read().at_most_one && window.before == 0 && rows > 0 {
            return Ok(rows);
        }
        let count = self.count_apart(authorized, ask, Some(window.before + rows)).await?;
        Ok(count.max(if rows > 0 { so_far } else { 0 }))
    }

    fn remember_column(&self, authorized: &Authorized, count: u64) -> Result<(), EngineError> {
        let set = self.service.model.set(authorized.read().set);
        let cap = cap(set.count);
        if cap.is_none() {
            let statement = self.count_statement(authorized, cap)?;
            self.remember(question_hash(set, &statement), count, cap);
        }
        Ok(())
    }

    fn head(&self, read: &Read, ask: &Ask, count: Option<u64>) -> Vec<u8> {
        let set = self.service.model.set(read.set);
        let select: Option<Vec<&str>> = read.selected.as_ref().map(|names| names.iter().map(String::as_str).collect());
        let context = Context::Set { set: &set.name, select: select.as_deref() }.url(&self.service.public_url);
        let mut out = Vec::with_capacity(512);
        let head = CollectionHead { metadata: ask.metadata, context_url: &context, count, quoted_numbers: ask.ieee754 };
        head.push(&mut out);
        out
    }
}

/// What a page told of the total.
struct Told {
    rows: u64,
    /// Rows known to exist.
    so_far: u64,
    /// Whether no row follows.
    last: bool,
    /// What its count column said.
    counted: Option<u64>,
}

/// Whether no row follows the page: the database gave fewer rows than asked for.
fn is_last(window: &Window, reader: &PageReader) -> bool {
    reader.ended && !reader.encoder.more() && reader.encoder.rows() < window.page.fetch()
}

/// Rows known to exist: those before the page, those of it, and the one that proves that there is more.
fn seen(window: &Window, reader: &PageReader) -> u64 {
    window.before + reader.encoder.rows() + u64::from(reader.encoder.more())
}

fn content(ask: &Ask) -> Content {
    Content::Json { metadata: ask.metadata, ieee754: ask.ieee754 }
}

/// An answer in one piece.
pub(super) fn whole(ask: &Ask, body: impl Into<Bytes>) -> Answer {
    let body = body.into();
    ask.facts.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
    Answer { content: content(ask), body: Body::Whole(body), facts: ask.facts.clone() }
}
