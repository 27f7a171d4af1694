use std::io;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::*;
use crate::encode::{BadCell, BadReason, Metadata};
use crate::engine::{self, Answer, Content, Facts};
use crate::http::body;
use crate::http::negotiate::{Kind, format};
use crate::http::prefer::Preferred;
use crate::http::record::{Record, record};
use crate::http::respond::{self, Terms};
use crate::http::watch::{Abandon, Pace};
use crate::telemetry::{Format, Log};

const PACE: Pace = Pace { bytes_per_second_min: 16_000, stall_max: Duration::from_secs(10) };

fn answered(content: Content, text: &'static str, asked: &[(&'static str, &str)]) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in asked {
        headers.insert(*name, value.parse().unwrap());
    }
    let chosen = format(Kind::Json, None, &headers).unwrap();
    let facts = Arc::new(Facts::default());
    facts.queue_us.store(1500, Ordering::Relaxed);
    let body = engine::Body::Whole(Bytes::from_static(text.as_bytes()));
    let answer = Answer { content, body, facts };
    let terms = Terms {
        chosen: &chosen,
        followed: Preferred::of(&headers),
        body: body::Terms { gzip: false, pace: PACE, abandon: Abandon::default() },
        timing: Some(Duration::from_micros(250)),
    };
    respond::answer(answer, terms)
}

#[tokio::test]
async fn heads_say_what_was_agreed_on() {
    let json = Content::Json { metadata: Metadata::Full, ieee754: true };
    let answer =
        answered(json, "{}", &[("prefer", "odata.maxpagesize=5"), ("accept", "application/json;charset=utf-8")]);
    let headers = answer.headers();
    let kind = "application/json;odata.metadata=full;IEEE754Compatible=true;charset=utf-8";
    assert_eq!(headers["content-type"], kind);
    assert_eq!(headers["preference-applied"], "odata.maxpagesize=5");
    assert_eq!(headers["server-timing"], "plan;dur=0.250, queue;dur=1.500, db;dur=0.000, encode;dur=0.000");
    assert_eq!(
        (&headers["vary"], &headers["content-length"]),
        (&"Accept-Encoding".parse().unwrap(), &"2".parse().unwrap())
    );
    let unasked = answered(Content::Text, "7", &[]);
    assert_eq!(unasked.headers()["content-type"], "text/plain");
    assert!(!unasked.headers().contains_key("preference-applied"));
    let null = answered(Content::Nothing, "", &[]);
    assert_eq!(null.status(), 204);
    assert!(!null.headers().contains_key("content-type") && !null.headers().contains_key("content-length"));
}

#[tokio::test]
async fn each_service_answers_under_its_own_root() {
    let mut config = config();
    let mut second = config.services[0].clone();
    (second.name, second.root) = ("second".into(), "/api/".into());
    second.public_url = "https://gw.example.com/legacy/api/".into();
    config.services.push(second);
    let gateway = gateway(config);
    let body = String::from_utf8(bytes(get(&gateway, "/api", &[("host", "evil")]).await).await).unwrap();
    assert!(body.contains("\"https://gw.example.com/legacy/api/$metadata\""), "{body}");
    assert_eq!(get(&gateway, "/odata/v4/", &[]).await.status(), 200);
    assert_eq!(code(get(&gateway, "/apis/Invoices", &[]).await).await, "TG-6001");
    assert_eq!(code(get(&gateway, "/%61pi/", &[]).await).await, "TG-6001");
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks a handler through the record alone, takes `frames` of its answer, and gives the lines of the log.
async fn logged(request: &str, frames: usize, answer: fn(Arc<Record>) -> Response) -> Vec<serde_json::Value> {
    let memory = Memory::default();
    let log = Log::start(Format::Json, "info", memory.clone()).unwrap();
    let config = config();
    let gateway = super::super::start::gateway(config, &[], log.events()).unwrap();
    let handler = move |axum::Extension(record): axum::Extension<Arc<Record>>| async move { answer(record) };
    let layer = axum::middleware::from_fn_with_state(Arc::new(gateway), record);
    let app = axum::Router::new().fallback(handler).layer(layer);
    let response = app.oneshot(Request::get(request).body(Body::empty()).unwrap()).await.unwrap();
    let mut body = response.into_body();
    for _ in 0..frames {
        let _ = body.frame().await;
    }
    drop(body);
    log.flush();
    let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn one_line_tells_a_request_and_no_literal() {
    let url = "/odata/v4/Invoices('secret-key')?$filter=Name%20eq%20'secret-literal'";
    let lines = logged(url, 2, |record| {
        record.note(|noted| noted.route = "collection");
        record.facts.rows.store(3, Ordering::Relaxed);
        record.facts.note(|texts| {
            texts.entity_set = Some("Invoices".into());
            let bad = BadCell {
                property: "Due".into(),
                reason: BadReason::ImpossibleDate,
                count: 2,
                row: 1,
                key: Some("7".into()),
            };
            texts.bad = vec![bad];
        });
        Response::new(Body::from("[]"))
    })
    .await;
    let [bad, line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(!format!("{lines:?}").contains("secret"), "{lines:?}");
    assert_eq!((&bad["event"], &bad["property"], &bad["key"]), (&"bad_values".into(), &"Due".into(), &"7".into()));
    assert_eq!((&line["event"], &line["rows"], &line["bytes_sent"]), (&"request".into(), &3.into(), &2.into()));
    assert_eq!((&line["status"], &line["level"]), (&200.into(), &"info".into()));
    assert!(line.get("cut").is_none());
}

#[tokio::test]
async fn an_answer_that_nobody_took_is_told_as_cut() {
    let lines = logged("/", 0, |_| Response::new(Body::from("[]"))).await;
    assert_eq!((&lines[0]["cut"], &lines[0]["level"]), (&"the client left".into(), &"warn".into()));
    let lines = logged("/", 0, |_| Response::new(Body::empty())).await;
    assert!(lines[0].get("cut").is_none(), "an empty body is never asked for: {lines:?}");
}
