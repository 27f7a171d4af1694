//! Builds heads: of answers, of documents, of faults.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::body;
use super::negotiate::Chosen;
use super::prefer::Preferred;
use super::record::Record;
use crate::engine::{Answer, Content, Facts};
use crate::error::{Code, Fault};
use crate::telemetry::{Event, Events, SourceFailed};

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The answer to a fault; tells the log what a database said.
pub fn fault(fault: &Fault, record: &Record, events: &Events) -> Response {
    record.note(|noted| noted.error = Some(fault.code.text()));
    if let Some(detail) = &fault.detail {
        events.tell(Event::SourceFailed(SourceFailed {
            request_id: record.request_id.clone(),
            source: detail.source.clone(),
            error: fault.code.text(),
            database_code: detail.code.clone(),
            message: detail.message.clone(),
        }));
    }
    let mut response = Response::new(Body::from(fault.to_json(&record.request_id)));
    *response.status_mut() = StatusCode::from_u16(fault.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if fault.code == Code::Method {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    if let Some(wait) = fault.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_millis().div_ceil(1000).max(1) as u64));
    }
    response
}

/// What an answer's head is made from beside the answer.
pub struct Terms<'a> {
    /// The format agreed on.
    pub chosen: &'a Chosen,
    /// The page size asked for, if it was followed.
    pub followed: Option<Preferred>,
    /// How the body goes out.
    pub body: body::Terms,
    /// Time that parsing and planning took, if the client is to be told times.
    pub timing: Option<Duration>,
}

/// The answer of the engine.
pub fn answer(answer: Answer, terms: Terms<'_>) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(kind) = HeaderValue::from_str(&terms.chosen.content_type(answer.content)) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(preferred) = terms.followed
        && let Ok(applied) = HeaderValue::from_str(&preferred.applied())
    {
        headers.insert(PREFERENCE_APPLIED, applied);
    }
    if let Some(planned) = terms.timing
        && let Ok(timing) = HeaderValue::from_str(&server_timing(planned, &answer.facts))
    {
        headers.insert(SERVER_TIMING, timing);
    }
    if answer.content == Content::Nothing {
        headers.remove(CONTENT_TYPE);
        return response(StatusCode::NO_CONTENT, headers, Body::empty());
    }
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    let outgoing = body::outgoing(answer.body, answer.facts, terms.body);
    if outgoing.gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(length) = outgoing.length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response(StatusCode::OK, headers, outgoing.body)
}

/// A response of these parts.
pub fn response(status: StatusCode, headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The times known when the head is sent, in milliseconds.
fn server_timing(planned: Duration, facts: &Facts) -> String {
    let ms = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed) as f64 / 1000.0;
    let planned = planned.as_micros() as f64 / 1000.0;
    let (queue, database, encode) = (ms(&facts.queue_us), ms(&facts.database_us), ms(&facts.encode_us));
    format!("plan;dur={planned:.3}, queue;dur={queue:.3}, db;dur={database:.3}, encode;dur={encode:.3}")
}
