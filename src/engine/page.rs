//! Reading one page: the cursor pushes into the encoder, chunks go out as soon as nothing can turn them into an error.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use contract::{Advance, Close};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::budget::Share;
use super::token::{Continuation, Position, TOKEN_BYTES_MAX, begun};
use super::{Cut, Engine, EngineError, Facts, now_seconds};
use crate::encode::RowEncoder;
use crate::encode::envelope::push_collection_tail;
use crate::model::EntitySet;
use crate::source::Running;

/// Chunks that wait for the client at most; their bytes are bounded by the share.
const CHUNKS_MAX: usize = 64;
/// What is left of a statement behind the page's end is read up to so many bytes; more is cancelled.
const DRAIN_BYTES_MAX: u64 = 256 * 1024;

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
    /// Rows that the statement gives at most.
    pub fetch: u64,
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
    pub fn new(set: &EntitySet, definition: u64, fingerprint: [u8; 32], link: String) -> Tail {
        Tail {
            engine_set: set.name.clone(),
            bytes_max: usize::MAX,
            fetch: 0,
            before: 0,
            top_left: None,
            count: None,
            begun: begun(now_seconds()),
            definition,
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
            running.finish(if self.rest_is_short() { Close::Drain } else { Close::Cancelled });
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
        self.tell();
        let mut out = Vec::new();
        push_collection_tail(&mut out, engine.next_link(&self.encoder, &self.tail).as_deref());
        out
    }

    /// Whether few bytes are left of a statement whose page has ended.
    fn rest_is_short(&self) -> bool {
        let rows = self.encoder.rows();
        let left = self.tail.fetch.saturating_sub(rows + u64::from(self.encoder.more()));
        left.saturating_mul(self.encoder.bytes() / rows.max(1)) <= DRAIN_BYTES_MAX
    }

    fn tell(&self) {
        self.facts.encoded_within(self.encoder.time());
        self.facts.rows.store(self.encoder.rows(), Ordering::Relaxed);
        let bad = self.encoder.bad();
        if !bad.is_empty() {
            self.facts.bad_values.store(bad.iter().map(|cell| cell.count).sum(), Ordering::Relaxed);
            self.facts.note(|texts| texts.bad = bad.to_vec());
        }
    }

    /// Sends the rest of the page; ends early when nobody listens any more.
    pub async fn send(mut self, engine: Arc<Engine>, share: Share, mut outlet: Outlet, first: Bytes) {
        let mut piece: Result<Bytes, Vec<u8>> = Ok(first);
        loop {
            let length = match &piece {
                Ok(held) => held.len(),
                Err(chunk) => chunk.len(),
            };
            if length > 0 {
                match timeout_at(self.deadline, outlet.deliver(&share, piece)).await {
                    Ok(true) => drop(self.facts.bytes.fetch_add(length as u64, Ordering::Relaxed)),
                    Ok(false) => return self.tell(),
                    Err(_) => return self.cut(outlet, "the client did not take the answer in time"),
                }
            }
            if self.ended {
                break;
            }
            let step = tokio::select! {
                step = self.step() => step,
                () = outlet.sender.closed() => return self.tell(),
            };
            match step {
                Ok(bytes) => piece = Err(bytes),
                Err(error) => return self.cut(outlet, &error.to_string()),
            }
        }
        // The connection goes back before the client takes the last byte.
        let facts = self.facts.clone();
        let tail = self.close(&engine);
        facts.bytes.fetch_add(tail.len() as u64, Ordering::Relaxed);
        outlet.finish(tail);
    }

    fn cut(&self, outlet: Outlet, why: &str) {
        self.tell();
        self.facts.note(|texts| texts.cut = Some(why.to_owned()));
        drop(outlet);
    }
}

type Piece = Result<Bytes, Cut>;

/// The sending end of a streamed body. Its last place is kept free, so that the end can always be said; dropped without
/// one, in whatever way, it cuts the answer: a part must never look like a whole.
pub(super) struct Outlet {
    sender: mpsc::Sender<Piece>,
    end: Option<mpsc::OwnedPermit<Piece>>,
}

impl Outlet {
    /// Both ends of a body.
    pub fn new() -> (Outlet, mpsc::Receiver<Piece>) {
        let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
        let end = sender.clone().try_reserve_owned().ok();
        (Outlet { sender, end }, receiver)
    }

    /// Sends a piece whose bytes are accounted for, or a chunk once they may be; false when nobody listens.
    async fn deliver(&self, share: &Share, piece: Result<Bytes, Vec<u8>>) -> bool {
        let held = match piece {
            Ok(held) => held,
            Err(chunk) => tokio::select! {
                held = share.hold(chunk) => held,
                () = self.sender.closed() => return false,
            },
        };
        self.sender.send(Ok(held)).await.is_ok()
    }

    /// Sends the last bytes.
    fn finish(&mut self, tail: Vec<u8>) {
        if let Some(end) = self.end.take() {
            end.send(Ok(tail.into()));
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end.send(Err(Cut));
        }
    }
}

impl Engine {
    /// The link to the page behind this one, if there is one.
    fn next_link(&self, encoder: &RowEncoder, tail: &Tail) -> Option<String> {
        if !encoder.more() || !tail.links {
            return None;
        }
        let seen = tail.before + encoder.rows();
        let mut continuation = Continuation {
            position: encoder.keyset().map_or(Position::Offset(seen), Position::Keyset),
            top_left: tail.top_left.map(|top| top.saturating_sub(encoder.rows())),
            count: tail.count,
            seen,
            definition: tail.definition,
            begun: tail.begun,
        };
        let mut token = self.sealer.seal(&continuation, &tail.engine_set, &tail.fingerprint)?;
        // A link that would be refused for its length is none: long order values give way to their position.
        let room = self.url_bytes_max.saturating_sub(tail.link.len() + "?$skiptoken=".len());
        if token.len() > room.min(TOKEN_BYTES_MAX) && continuation.position != Position::Offset(seen) {
            continuation.position = Position::Offset(seen);
            token = self.sealer.seal(&continuation, &tail.engine_set, &tail.fingerprint)?;
        }
        let join = match tail.link.rsplit_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        Some(format!("{}{join}$skiptoken={token}", tail.link))
    }
}
