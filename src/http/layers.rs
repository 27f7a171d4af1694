//! The layers between the record and the pipeline; their order and its reasons are in `app`.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::time::Instant;

use super::gateway::Mount;
use super::record::{HEALTH, Record};
use super::{Gateway, respond};
use crate::error::{Code, Fault};
use crate::telemetry::{Event, Events};

/// The engine keeps the deadline itself and says whose time ran out; the layer only ends what does not.
const GRACE: Duration = Duration::from_secs(1);
/// Advice to whoever meets a full gateway.
const BUSY_RETRY: Duration = Duration::from_secs(1);

/// When the answer is of no use any more.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

/// Where layers tell events; kept in extensions for those without the gateway.
type Told = Extension<Arc<Gateway>>;

/// Answers for a handler that panicked.
pub async fn catch_panic(
    State(gateway): State<Arc<Gateway>>,
    Extension(record): Extension<Arc<Record>>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(gateway.clone());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let request_id = record.request_id.clone();
            gateway.events.tell(Event::Panicked { request_id, message: said(&*panic) });
            respond::fault(&Fault::internal(), &record, &gateway.events)
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}

/// Finds the service by the path as it came, or answers itself: health, and paths below no root.
pub async fn find_service(
    State(gateway): State<Arc<Gateway>>,
    Extension(record): Extension<Arc<Record>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == "/healthz" {
        record.note(|noted| noted.route = HEALTH);
        return health(&gateway);
    }
    let bytes = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let max = gateway.limits.url_bytes_max;
    let fault = if bytes > max {
        Fault::new(Code::UrlTooLong, format!("the URL is longer than url_bytes_max = {max} bytes"))
    } else if let Some(mount) = gateway.mount(path) {
        record.note(|noted| noted.service = Some(mount.service.name.clone()));
        let mount = mount.clone();
        request.extensions_mut().insert(Deadline(Instant::now() + mount.service.deadline));
        request.extensions_mut().insert(mount);
        return next.run(request).await;
    } else {
        let shown: String = path.chars().take(100).collect();
        Fault::new(Code::NoServiceRoot, format!("there is no service at '{shown}'"))
    };
    respond::fault(&fault, &record, &gateway.events)
}

/// Says whether new requests should come here; asks no database.
fn health(gateway: &Gateway) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match gateway.is_draining() {
        false => respond::response(StatusCode::OK, headers, Body::from("ok")),
        true => respond::response(StatusCode::SERVICE_UNAVAILABLE, headers, Body::from("draining")),
    }
}

/// Ends what has no head when its service's deadline is over.
pub async fn limit_head_time(
    Extension(deadline): Extension<Deadline>,
    Extension(gateway): Told,
    Extension(record): Extension<Arc<Record>>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout_at(deadline.0 + GRACE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let fault = Fault::new(Code::HeadTimeout, "the answer took longer than the service allows");
            respond::fault(&fault, &record, &gateway.events)
        }
    }
}

/// Answers so many requests at once and sheds the rest. The place is kept until the body has ended.
pub async fn limit_in_flight(
    State(gateway): State<Arc<Gateway>>,
    Extension(record): Extension<Arc<Record>>,
    request: Request,
    next: Next,
) -> Response {
    match gateway.in_flight.clone().try_acquire_owned() {
        Ok(permit) => {
            record.note(|noted| noted.permit = Some(permit));
            next.run(request).await
        }
        Err(_) => {
            let max = gateway.limits.requests_max;
            let message = format!("the gateway is busy: requests_max = {max} requests are being answered");
            let fault = Fault::new(Code::Busy, message).again_after(BUSY_RETRY);
            respond::fault(&fault, &record, &gateway.events)
        }
    }
}

/// Finds out who asks, or answers 401.
pub async fn authenticate(
    Extension(mount): Extension<Arc<Mount>>,
    Extension(gateway): Told,
    Extension(record): Extension<Arc<Record>>,
    mut request: Request,
    next: Next,
) -> Response {
    match mount.authenticator.authenticate(request.headers()).await {
        Ok(principal) => {
            record.note(|noted| noted.principal = principal.name.clone());
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(fault) => refused(&fault, &mount, &record, &gateway.events),
    }
}

fn refused(fault: &Fault, mount: &Mount, record: &Record, events: &Events) -> Response {
    let mut response = respond::fault(fault, record, events);
    if fault.code == Code::Unauthenticated
        && let Ok(challenge) = HeaderValue::from_str(&mount.authenticator.challenge())
    {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
