//! The edge, asked through its router and through sockets; no test here needs a database.
#![allow(clippy::unwrap_used)]

mod answers;
mod connections;
mod layers;
mod negotiation;
mod streaming;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::Gateway;
use super::app::app;
use crate::cli::demo;
use crate::config::{self, Config};
use crate::source::drivers;
use crate::telemetry::Events;

/// The demonstration's configuration; its database is never asked.
fn config() -> Config {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(demo::CONFIG_FILE);
    std::fs::write(&path, demo::CONFIG).unwrap();
    std::fs::write(dir.path().join(demo::MODEL_FILE), demo::MODEL).unwrap();
    config::load(&path).map(|(config, _)| config).map_err(|findings| format!("{findings:?}")).unwrap()
}

fn gateway(config: Config) -> Arc<Gateway> {
    let sources: Vec<_> = config.sources.iter().map(|source| Arc::new(drivers::open(source).unwrap())).collect();
    Arc::new(super::start::gateway(config, &sources, Events::none()).unwrap())
}

/// Asks a gateway; every answer must bear version and id.
async fn ask(gateway: &Arc<Gateway>, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app(gateway.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["odata-version"], "4.0", "{path}");
    assert!(response.headers().contains_key("x-request-id"), "{path}");
    response
}

async fn get(gateway: &Arc<Gateway>, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(gateway, Method::GET, path, headers).await
}

async fn bytes(response: Response) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

/// The code of an error answer, which must be OData JSON with a message.
async fn code(response: Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(&bytes(response).await).unwrap();
    assert!(!body["error"]["message"].as_str().unwrap().is_empty());
    body["error"]["code"].as_str().unwrap().to_owned()
}
