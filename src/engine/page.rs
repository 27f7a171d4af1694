//! Reading one page: the cursor pushes into the encoder, chunks go out as soon as nothing can turn them into an error.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use contract::{Advance, Close};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout_at};

use super::budget::Share;
use super::statement::definition_hash;
use super::token::{Continuation, Position, begun};
use super::{Cut, Engine, EngineError, Facts, now_seconds};
use crate::encode::RowEncoder;
use crate::encode::envelope::push_collection_tail;
use crate::model::EntitySet;
use crate::source::Running;

/// Chunks that wait for the client at most; their bytes are bounded by the share.
const CHUNKS_MAX: usize = 64;

/// A page on its way.
pub(super) struct PageReader {
    running: Option<Running>,
    deadline: Instant,
    pub encoder: RowEncoder,
    pub facts: Arc<Facts>,
    pub tail: Tail,
    pub ended: bool,
}

/// What the end of the page needs.
pub(super) struct Tail {
    pub engine_set: String,
    pub bytes_max: usize,
    /// Rows given before this page, `$skip` included.
    pub before: u64,
    pub top_left: Option<u64>,
    pub count: Option<u64>,
    pub begun: u64,
    pub definition: u64,
    pub fingerprint: [u8; 32],
    pub link: String,
    /// Whether a next link may be given.
    pub links: bool,
}

impl Tail {
    /// The tail of a page of this set that starts now.
    pub fn new(set: &EntitySet, fingerprint: [u8; 32], link: String) -> Tail {
        Tail {
            engine_set: set.name.clone(),
            bytes_max: usize::MAX,
            before: 0,
            top_left: None,
            count: None,
            begun: begun(now_seconds()),
            definition: definition_hash(set),
            fingerprint,
            link,
            links: true,
        }
    }
}

impl PageReader {
    /// A reader over a started statement.
    pub fn new(running: Running, encoder: RowEncoder, facts: Arc<Facts>, tail: Tail) -> PageReader {
        let deadline = running.deadline();
        PageReader { running: Some(running), deadline, encoder, facts, tail, ended: false }
    }

    /// Gives the connection back, so that whoever waits for another one holds none.
    pub fn release(&mut self) {
        if let Some(running) = self.running.take() {
            running.finish(Close::Drain);
        }
    }

    /// Reads until the encoder has a chunk, or the page has ended.
    pub async fn step(&mut self) -> Result<Vec<u8>, EngineError> {
        let Some(running) = &mut self.running else { return Ok(Vec::new()) };
        let begun = Instant::now();
        let before = running.timings();
        let advanced = running.advance(&mut self.encoder).await;
        let after = running.timings();
        let inside = after.database.saturating_sub(before.database);
        Facts::add(&self.facts.queue_us, after.queue_wait.saturating_sub(before.queue_wait));
        Facts::add(&self.facts.database_us, inside);
        Facts::add(&self.facts.encode_us, begun.elapsed().saturating_sub(inside));
        let advanced = advanced?;
        if let Some(error) = self.encoder.error() {
            return Err(error.clone().into());
        }
        if self.encoder.overflow() {
            return Err(EngineError::TooLarge {
                set: self.tail.engine_set.clone(),
                property: self.encoder.widest().map(str::to_owned),
                bytes_max: self.tail.bytes_max,
            });
        }
        self.ended = advanced == Advance::Done || self.encoder.is_stopped();
        Ok(self.encoder.take())
    }

    /// Gives the connection back, tells the facts, and ends the answer's bytes.
    pub fn close(mut self, engine: &Engine) -> Vec<u8> {
        self.release();
        let PageReader { encoder, facts, tail, .. } = self;
        facts.rows.store(encoder.rows(), Ordering::Relaxed);
        let bad = encoder.bad();
        if !bad.is_empty() {
            facts.bad_values.store(bad.iter().map(|cell| cell.count).sum(), Ordering::Relaxed);
            facts.note(|texts| texts.bad = bad.to_vec());
        }
        let mut out = Vec::new();
        push_collection_tail(&mut out, engine.next_link(&encoder, &tail).as_deref());
        out
    }

    /// Sends the rest of the page; ends early when nobody listens any more.
    pub async fn send(mut self, engine: Arc<Engine>, share: Share, sender: mpsc::Sender<Piece>, first: Vec<u8>) {
        let mut chunk = first;
        loop {
            if !chunk.is_empty() && !deliver(&self.facts, self.deadline, &share, &sender, chunk).await {
                return;
            }
            if self.ended {
                break;
            }
            let step = tokio::select! {
                step = self.step() => step,
                () = sender.closed() => return,
            };
            match step {
                Ok(bytes) => chunk = bytes,
                Err(error) => return cut(&self.facts, &sender, &error.to_string()).await,
            }
        }
        // The connection goes back before the client takes the last byte.
        let (facts, deadline) = (self.facts.clone(), self.deadline);
        let tail = self.close(&engine);
        facts.bytes.fetch_add(tail.len() as u64, Ordering::Relaxed);
        let held = timeout_at(deadline, share.hold(tail)).await;
        if let Ok(held) = held {
            drop(sender.send(Ok(held)).await);
        } else {
            cut(&facts, &sender, "the client did not take the answer in time").await;
        }
    }
}

/// Sends one chunk within the request's time.
async fn deliver(
    facts: &Facts,
    deadline: Instant,
    share: &Share,
    sender: &mpsc::Sender<Piece>,
    chunk: Vec<u8>,
) -> bool {
    let length = chunk.len() as u64;
    let sent = timeout_at(deadline, async {
        let held = tokio::select! {
            held = share.hold(chunk) => held,
            () = sender.closed() => return false,
        };
        sender.send(Ok(held)).await.is_ok()
    });
    match sent.await {
        Ok(true) => {
            facts.bytes.fetch_add(length, Ordering::Relaxed);
            true
        }
        Ok(false) => false,
        Err(_) => {
            cut(facts, sender, "the client did not take the answer in time").await;
            false
        }
    }
}

async fn cut(facts: &Facts, sender: &mpsc::Sender<Piece>, why: &str) {
    facts.note(|texts| texts.cut = Some(why.to_owned()));
    drop(sender.try_send(Err(Cut)));
}

type Piece = Result<Bytes, Cut>;

/// A channel for the rest of a page.
pub(super) fn channel() -> (mpsc::Sender<Piece>, mpsc::Receiver<Piece>) {
    mpsc::channel(CHUNKS_MAX)
}

/// Bytes kept back until the page's end is known, with the permits that they take of the common budget.
#[derive(Default)]
pub(super) struct Kept {
    pub bytes: Vec<u8>,
    permits: Vec<OwnedSemaphorePermit>,
}

impl Kept {
    /// Keeps a chunk; whether the common budget had room for it.
    pub fn push(&mut self, chunk: Vec<u8>, share: &Share) -> bool {
        let permit = share.keep(chunk.len());
        if self.bytes.is_empty() {
            self.bytes = chunk;
        } else {
            self.bytes.extend_from_slice(&chunk);
        }
        let room = permit.is_some();
        self.permits.extend(permit);
        room
    }
}

impl Engine {
    /// The link to the page behind this one, if there is one.
    fn next_link(&self, encoder: &RowEncoder, tail: &Tail) -> Option<String> {
        if !encoder.more() || !tail.links {
            return None;
        }
        let seen = tail.before + encoder.rows();
        let position = match encoder.keyset() {
            Some(values) => Position::Keyset(values),
            None => Position::Offset(seen),
        };
        let continuation = Continuation {
            position,
            top_left: tail.top_left.map(|top| top.saturating_sub(encoder.rows())),
            count: tail.count,
            seen,
            definition: tail.definition,
            begun: tail.begun,
        };
        let token = self.sealer.seal(&continuation, &tail.engine_set, &tail.fingerprint)?;
        let join = match tail.link.rsplit_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        Some(format!("{}{join}$skiptoken={token}", tail.link))
    }
}
