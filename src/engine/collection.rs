//! A collection: which page, which way of counting, and when its bytes may leave.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use contract::Lane;
use tokio::time::Instant;

use super::answer::{Answer, Body, Content};
use super::counting::{Strategy, cap, is_timeout};
use super::page::{Kept, PageReader, Tail, channel};
use super::statement::{PageStatement, definition_hash, lane, question_hash, shape_hash};
use super::token::Position;
use super::{Ask, Engine, EngineError, now_seconds};
use crate::encode::envelope::CollectionHead;
use crate::encode::{Context, EntityNames, Metadata, PastBytes, RowEncoder, RowOptions};
use crate::lower::{self, Start};
use crate::plan::{Page, PageEnd, Read};
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
            texts.lane = Some(if lane(read.cost) == Lane::Keyed { "keyed" } else { "scan" });
            texts.count = Some(strategy.name());
        });
        if window.page.rows_max == 0 {
            return self.no_rows(authorized, ask, &window, strategy).await;
        }
        if strategy == Strategy::Together {
            let cap = cap(self.service.model.set(read.set).count);
            let counted =
                self.page_statement(authorized, &window.start, window.page.fetch(), lower::Count::Column(cap))?;
            match self.read_page(authorized, ask, &window, counted, strategy, shape).await {
                Err(error) if is_timeout(&error) => {
                    self.history.learn(shape, |shape| shape.split = true);
                    if Instant::now() >= ask.deadline {
                        let set = self.service.model.set(read.set).name.clone();
                        return Err(EngineError::CountBudget { set });
                    }
                    return self.read_page(authorized, ask, &window, plain, Strategy::Apart, shape).await;
                }
                answered => return answered,
            }
        }
        self.read_page(authorized, ask, &window, plain, strategy, shape).await
    }

    /// The page that the options, or a next link, ask for.
    fn window(&self, read: &Read, ask: &Ask) -> Result<Window, EngineError> {
        let page = read.page;
        let Some(token) = &ask.skiptoken else {
            return Ok(Window { page, start: Start::Skip(page.skip), before: page.skip, count: None, begun: None });
        };
        let set = self.service.model.set(read.set);
        let definition = definition_hash(set);
        let opened = self.sealer.open(token, &set.name, &ask.fingerprint, definition, now_seconds())?;
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
        Ok(Window { page, start, before: opened.seen, count: opened.count, begun: Some(opened.begun) })
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
            _ => Some(self.count_apart(authorized, ask, window.before).await?),
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
    ) -> Result<Answer, EngineError> {
        let mut reader = self.open_page(authorized, ask, window, statement, strategy).await?;
        let share = self.budget.share(self.read_ahead_bytes_max);
        let mut kept = Kept::default();
        // A count that comes after the rows keeps them here; so does a page that may still fail as a whole.
        let counts_later = matches!(strategy, Strategy::PageFirst | Strategy::Apart | Strategy::PageTells);
        let may_fail = window.page.end == PageEnd::Whole;
        loop {
            let chunk = reader.step().await?;
            let room = kept.push(chunk, &share);
            if reader.ended || (!counts_later && (!may_fail || !room)) {
                break;
            }
        }
        let rows = reader.encoder.rows();
        let ended = reader.ended;
        if ended {
            reader.release();
            self.history.learn(shape, |shape| shape.short = is_last(window, &reader, rows));
        }
        let count = match strategy {
            Strategy::None => None,
            Strategy::Known(count) => Some(count),
            _ => {
                let seen =
                    Seen { rows, last: ended && is_last(window, &reader, rows), counted: reader.encoder.count() };
                Some(self.total(authorized, ask, window, seen).await?)
            }
        };
        reader.tail.count = count;
        let head = self.head(authorized.read(), ask, count);
        let mut out = head;
        out.extend_from_slice(&kept.bytes);
        drop(kept);
        if ended {
            out.extend_from_slice(&reader.close(self));
            return Ok(whole(ask, out));
        }
        let (sender, receiver) = channel();
        tokio::spawn(reader.send(self.clone(), share, sender, out));
        Ok(Answer {
            content: content(ask),
            body: Body::Stream(receiver),
            facts: ask.facts.clone(),
            page_size_applied: None,
        })
    }

    async fn open_page(
        &self,
        authorized: &Authorized,
        ask: &Ask,
        window: &Window,
        page: PageStatement,
        strategy: Strategy,
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
        let mut tail = Tail::new(set, ask.fingerprint, ask.link.clone());
        tail.bytes_max = window.page.bytes_max;
        tail.before = window.before;
        tail.top_left = window.page.top;
        tail.begun = window.begun.unwrap_or(tail.begun);
        tail.links = window.page.end == PageEnd::NextLink;
        let budget = Instant::now().checked_add(self.service.count_budget).unwrap_or(ask.deadline);
        let deadline = if strategy == Strategy::Together { ask.deadline.min(budget) } else { ask.deadline };
        let query = Query {
            call: self.call(authorized, page.statement),
            lane: lane(read.cost),
            deadline,
            session: authorized.session().clone(),
        };
        let encoder = RowEncoder::new(&page.shape, options);
        let running = self.source(authorized).query(query).await?;
        Ok(PageReader::new(running, encoder, ask.facts.clone(), tail))
    }

    /// The total, told by the page, by its count column, or by a statement of its own.
    async fn total(&self, authorized: &Authorized, ask: &Ask, window: &Window, seen: Seen) -> Result<u64, EngineError> {
        let rows = seen.rows;
        let so_far = window.before + rows;
        if let Some(count) = seen.counted {
            self.remember_column(authorized, count)?;
            return Ok(count.max(so_far));
        }
        // The last page of rows tells how many there are, unless it lies behind the end.
        let first = matches!(window.start, Start::Skip(_));
        if seen.last && first && (rows > 0 || window.before == 0) {
            return Ok(so_far);
        }
        if authorized.read().at_most_one && window.before == 0 && rows > 0 {
            return Ok(rows);
        }
        let count = self.count_apart(authorized, ask, so_far).await?;
        Ok(count.max(if rows > 0 { so_far } else { 0 }))
    }

    fn remember_column(&self, authorized: &Authorized, count: u64) -> Result<(), EngineError> {
        let cap = cap(self.service.model.set(authorized.read().set).count);
        if cap.is_none() {
            let statement = self.count_statement(authorized, cap)?;
            self.remember(question_hash(&statement), count, cap);
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
struct Seen {
    rows: u64,
    /// Whether no row follows.
    last: bool,
    /// What its count column said.
    counted: Option<u64>,
}

/// Whether no row follows the page: the database gave fewer rows than asked for.
fn is_last(window: &Window, reader: &PageReader, rows: u64) -> bool {
    !reader.encoder.more() && rows < window.page.fetch()
}

fn content(ask: &Ask) -> Content {
    Content::Json { metadata: ask.metadata, ieee754: ask.ieee754 }
}

/// An answer in one piece.
pub(super) fn whole(ask: &Ask, body: Vec<u8>) -> Answer {
    ask.facts.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
    Answer { content: content(ask), body: Body::Whole(body.into()), facts: ask.facts.clone(), page_size_applied: None }
}
