//! The gateway as `tidegate serve` runs it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use tidegate::engine::{Ask, Body, Budget, Engine, Facts, fingerprint, without_skiptoken};
use tidegate::plan::{self, Plan};
use tidegate::{config, odata, policy, source};
use tokio::time::Instant;

use crate::Outcome;

struct Door {
    engine: Arc<Engine>,
    service: Arc<config::Service>,
}

/// Serves a configuration on a port of its own, which it prints, until the process is killed.
pub async fn serve(path: &str) -> Outcome<()> {
    let loaded = config::read(Path::new(path), &config::Options::default());
    let config = loaded.config.ok_or_else(|| format!("the configuration is wrong: {:?}", loaded.findings))?;
    let service = Arc::new(config.services[0].clone());
    let sources = config.sources.iter().map(|s| source::drivers::open(s).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let budget = Arc::new(Budget::new(64 << 20));
    let engine = Engine::new(service.clone(), sources, vec![false], &config.limits, budget).ok_or("engine")?;
    let door = Arc::new(Door { engine: Arc::new(engine), service });
    let app = axum::Router::new().fallback(answer).with_state(door);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    crate::servers::announce(listener.local_addr()?.port());
    axum::serve(listener.tap_io(|stream| drop(stream.set_nodelay(true))), app).await?;
    Ok(())
}

async fn answer(State(door): State<Arc<Door>>, uri: Uri) -> Response {
    match try_answer(&door, &uri).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn try_answer(door: &Door, uri: &Uri) -> Outcome<Response> {
    let path = uri.path().strip_prefix("/odata/v4/").ok_or("path")?;
    let request = odata::parse(path, uri.query(), &odata::Limits::default())?;
    let rules = crate::micro::rules(&door.service);
    let Plan::Read(read) = plan::plan(&request, &door.service.model, &rules)? else { return Err("no read".into()) };
    let authorized =
        policy::authorize(*read, &policy::Principal { name: None }, &policy::Rules { named_only: false })?;
    let ask = Ask {
        metadata: Default::default(),
        ieee754: false,
        deadline: Instant::now() + Duration::from_secs(60),
        skiptoken: request.options.skiptoken.clone(),
        fingerprint: fingerprint(path, uri.query()),
        link: format!("{}{path}?{}", door.service.public_url, without_skiptoken(uri.query())),
        facts: Arc::new(Facts::default()),
    };
    let answer = door.engine.answer(authorized, ask).await?;
    let body = match answer.body {
        Body::Whole(bytes) => axum::body::Body::from(bytes),
        Body::Stream(mut receiver) => axum::body::Body::from_stream(futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx))),
    };
    Ok(([(header::CONTENT_TYPE, "application/json;odata.metadata=minimal;charset=utf-8")], body).into_response())
}
