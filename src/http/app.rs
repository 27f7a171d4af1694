//! The one list of layers, outermost first, each with the reason for its place.
//!
//! Nothing about queries is here: that is the pipeline's (`handle`).

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE, X_CONTENT_TYPE_OPTIONS};
use tower::ServiceBuilder;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Gateway, handle, layers, record};

/// The application: every request passes these layers from top to bottom, its answer from bottom to top.
pub fn app(gateway: Arc<Gateway>) -> Router {
    let layers = ServiceBuilder::new()
        // First of all, so that nothing below can print a credential by accident.
        .layer(SetSensitiveRequestHeadersLayer::new([AUTHORIZATION, COOKIE]))
        // On every answer: stored text that looks like a page is still no page.
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        // Around the rest, so that every answer has an id, a version and one line in the log, a refusal's and a panic's too.
        .layer(from_fn_with_state(gateway.clone(), record::record))
        // Around all that decides anything; inside the record, so that a panic is answered and told.
        .layer(from_fn_with_state(gateway.clone(), layers::catch_panic))
        // Before all that depends on a service: its deadline, its users. Health needs none of it.
        .layer(from_fn_with_state(gateway.clone(), layers::find_service))
        // Around waiting of any kind, so that the head comes in time or not at all.
        .layer(from_fn(layers::limit_head_time))
        // Before work is done for strangers: checking passwords is work.
        .layer(from_fn_with_state(gateway.clone(), layers::limit_in_flight))
        // Innermost: from here on there is a principal.
        .layer(from_fn(layers::authenticate));
    // A fallback and no routes: axum would decode paths that the parser must see as they came.
    Router::new().fallback(handle::handle).layer(layers).with_state(gateway)
}
