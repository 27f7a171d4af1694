//! The outermost layer: gives a request its id, and tells the log when its answer has ended, however it ended.
//!
//! The line is written when the body is dropped: after the last byte, or when the connection broke.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderValue, Method};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::{Gateway, forwarded};
use crate::engine::Facts;
use crate::telemetry::{BadValues, Event, Events, Finished};

/// The route of `/healthz`.
pub const HEALTH: &str = "healthz";

/// Status in the log when the client left before there was an answer.
const CLIENT_LEFT: u16 = 499;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// Address of the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// What becomes known of one request on its way.
pub struct Record {
    /// Its id.
    pub request_id: String,
    /// When it came.
    pub started: Instant,
    /// What the engine tells.
    pub facts: Arc<Facts>,
    method: Method,
    client: Option<IpAddr>,
    noted: Mutex<Noted>,
}

/// What layers and pipeline say of a request.
#[derive(Default)]
pub struct Noted {
    /// The kind of resource.
    pub route: &'static str,
    /// Service.
    pub service: Option<String>,
    /// Who asks.
    pub principal: Option<String>,
    /// Code of the error answered.
    pub error: Option<&'static str>,
    /// The place among the requests in flight; given back when the answer has ended.
    pub permit: Option<OwnedSemaphorePermit>,
}

impl Record {
    fn new(request: &Request, gateway: &Gateway) -> Record {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        Record {
            request_id: next_id(),
            started: Instant::now(),
            facts: Arc::default(),
            method: request.method().clone(),
            client: peer.map(|peer| forwarded::client(peer, request.headers(), &gateway.trusted_proxies)),
            noted: Mutex::default(),
        }
    }

    /// Says something of the request.
    pub fn note(&self, change: impl FnOnce(&mut Noted)) {
        if let Ok(mut noted) = self.noted.lock() {
            change(&mut noted);
        }
    }
}

/// A number of the process and one of the request.
fn next_id() -> String {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| {
        let mut bytes = [0; 4];
        // Without randomness ids repeat from one process to the next, which is all.
        let _ = aws_lc_rs::rand::fill(&mut bytes);
        u32::from_ne_bytes(bytes)
    });
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{:06x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The layer.
pub async fn record(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    let record = Arc::new(Record::new(&request, &gateway));
    let mut ending = Ending {
        record: record.clone(),
        events: gateway.events.clone(),
        head: None,
        status: CLIENT_LEFT,
        sent: 0,
        whole: false,
    };
    request.extensions_mut().insert(record.clone());
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    ending.head = Some(record.started.elapsed());
    ending.status = response.status().as_u16();
    let headers = response.headers_mut();
    headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    if let Ok(id) = HeaderValue::from_str(&record.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if is_head {
        return without_body(response, ending);
    }
    // A body without bytes is never asked for its end.
    ending.whole = response.body().is_end_stream();
    response.map(|body| Body::new(Recorded { body, ending }))
}

/// The same head; what the length would have been is kept.
fn without_body(mut response: Response, mut ending: Ending) -> Response {
    if let Some(length) = response.body().size_hint().exact().filter(|length| *length > 0) {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    ending.whole = true;
    response.map(|_| Body::new(Unsaid))
}

/// No body, without saying that it would be empty.
struct Unsaid;

impl HttpBody for Unsaid {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(None)
    }
}

/// Tells the log, once, when it is dropped.
struct Ending {
    record: Arc<Record>,
    events: Events,
    head: Option<Duration>,
    status: u16,
    sent: u64,
    whole: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let record = &self.record;
        let mut noted = record.noted.lock().map(|mut noted| std::mem::take(&mut *noted)).unwrap_or_default();
        drop(noted.permit.take());
        if noted.route == HEALTH && self.status == 200 {
            // Asked every few seconds, and of no interest until it changes.
            return;
        }
        let texts = record.facts.texts();
        for bad in texts.bad {
            self.events.tell(Event::BadValues(BadValues {
                service: noted.service.clone().unwrap_or_default(),
                entity_set: texts.entity_set.clone().unwrap_or_default(),
                property: bad.property,
                reason: bad.reason.text(),
                key: bad.key,
                count: bad.count,
            }));
        }
        let left = (!self.whole && self.head.is_some()).then(|| "the client left".to_owned());
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let time = |counter: &AtomicU64| Duration::from_micros(number(counter));
        let facts = &record.facts;
        self.events.tell(Event::Finished(Box::new(Finished {
            request_id: record.request_id.clone(),
            method: told_method(&record.method),
            route: noted.route,
            service: noted.service,
            principal: noted.principal,
            client: record.client,
            status: self.status,
            error: noted.error,
            entity_set: texts.entity_set,
            source: texts.source,
            shape: texts.shape,
            lane: texts.lane,
            count: texts.count,
            cut: texts.cut.or(left),
            rows: number(&facts.rows),
            bytes: number(&facts.bytes),
            bytes_sent: self.sent,
            bad_values: number(&facts.bad_values),
            queue: time(&facts.queue_us),
            database: time(&facts.database_us),
            encode: time(&facts.encode_us),
            head: self.head.unwrap_or_else(|| record.started.elapsed()),
            total: record.started.elapsed(),
        })));
    }
}

/// A method of HTTP's own by its name; a client's invention, of any length, is not repeated.
fn told_method(method: &Method) -> String {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if KNOWN.contains(method) { method.to_string() } else { "other".to_owned() }
}

/// A body that counts its bytes and ends the record with itself.
struct Recorded {
    body: Body,
    ending: Ending,
}

impl HttpBody for Recorded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(None) => self.ending.whole = true,
            Poll::Ready(Some(Ok(frame))) => {
                self.ending.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.ending.whole = self.body.is_end_stream();
            }
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
