//! The body of an answer as hyper takes it: whole or in pieces, compressed or not, watched for clients that stall.
//!
//! An answer that breaks after its head is an error here, which aborts the connection: its part never parses as a whole.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use tokio::sync::mpsc::Receiver;

use super::compress::{self, Gzip};
use super::watch::{Abandon, Pace, Watched};
use crate::engine::{self, Cut, Facts};

/// Smaller bodies are not worth compressing.
const GZIP_BYTES_MIN: usize = 1024;
/// A whole body up to this size goes out at once; a larger one in slices of it.
const SLICE_BYTES: usize = 64 * 1024;

/// How a body goes out.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Whether the client takes gzip.
    pub gzip: bool,
    /// How fast the client must be.
    pub pace: Pace,
    /// How to give up the connection.
    pub abandon: Abandon,
}

/// A body and what its head must say.
pub struct Outgoing {
    /// The body.
    pub body: Body,
    /// Whether it is compressed.
    pub gzip: bool,
    /// Its length, where it is known.
    pub length: Option<u64>,
}

/// Makes the body of an answer.
pub fn outgoing(body: engine::Body, facts: Arc<Facts>, terms: Terms) -> Outgoing {
    let (source, gzip, length) = match body {
        engine::Body::Whole(bytes) => {
            let gzip = terms.gzip && bytes.len() >= GZIP_BYTES_MIN;
            if bytes.len() <= SLICE_BYTES {
                let bytes = if gzip { compress::whole(&bytes) } else { bytes };
                let length = Some(bytes.len() as u64);
                return Outgoing { body: Body::from(bytes), gzip, length };
            }
            let length = (!gzip).then_some(bytes.len() as u64);
            (Source::Whole(bytes), gzip, length)
        }
        engine::Body::Stream(pieces) => (Source::Stream(pieces), terms.gzip, None),
    };
    let watched = Watched::new(source, terms.pace, terms.abandon, facts);
    let body = Body::new(Pieces { watched, gzip: gzip.then(Gzip::new), ended: false });
    Outgoing { body, gzip, length }
}

enum Source {
    Whole(Bytes),
    Stream(Receiver<Result<Bytes, Cut>>),
}

impl Source {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cut>>> {
        match self {
            Source::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Source::Whole(bytes) => Poll::Ready(Some(Ok(bytes.split_to(bytes.len().min(SLICE_BYTES))))),
            Source::Stream(pieces) => pieces.poll_recv(cx),
        }
    }
}

/// A body in pieces.
struct Pieces {
    watched: Arc<Watched<Source>>,
    gzip: Option<Gzip>,
    ended: bool,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let size = |polled: &Poll<Option<Result<Bytes, Cut>>>| match polled {
            Poll::Ready(Some(Ok(bytes))) => Some(bytes.len() as u64),
            _ => None,
        };
        // A source that the watch has dropped is a cut.
        let polled = self.watched.ask(|source| source.poll(cx), size).unwrap_or(Poll::Ready(Some(Err(Cut))));
        Poll::Ready(match std::task::ready!(polled) {
            Some(Ok(bytes)) => Some(Ok(Frame::data(match &mut self.gzip {
                Some(gzip) => gzip.block(&bytes),
                None => bytes,
            }))),
            Some(Err(cut)) => {
                self.ended = true;
                Some(Err(cut))
            }
            None => {
                self.ended = true;
                self.gzip.as_mut().map(|gzip| Ok(Frame::data(gzip.end())))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}
