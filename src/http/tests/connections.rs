use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use bytes::Bytes;
use http::Extensions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::engine;
use crate::http::body::{self, outgoing};
use crate::http::server::{self, Settings};
use crate::http::watch::{Abandon, Pace};
use crate::http::{StartError, start};

const SOON: Duration = Duration::from_secs(5);
const PACE: Pace = Pace { bytes_per_second_min: 1_000_000, stall_max: Duration::from_millis(400) };

fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

async fn asked(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {request} HTTP/1.1\r\nHost: evil.example\r\n\r\n").as_bytes()).await.unwrap();
    stream
}

async fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 8192];
    let count = timeout(SOON, stream.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

#[tokio::test]
async fn a_gateway_starts_answers_and_drains() {
    let mut config = config();
    config.server.listen = anywhere();
    config.services[0].public_url = format!("http://{}/odata/v4/", anywhere());
    let running = start(config, Events::none()).await.unwrap();
    let address = running.local_addr();
    assert_eq!(running.roots(), [format!("http://{address}/odata/v4/")]);
    let mut idle = asked(address, "/odata/v4/").await;
    let answer = read_some(&mut idle).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(&format!("http://{address}/odata/v4/$metadata")) && !answer.contains("evil"), "{answer}");
    let path = format!("/odata/v4/Nothing?$filter=A%20eq%20{}", "1".repeat(60_000));
    assert!(read_some(&mut asked(address, &path).await).await.contains("TG-2001"));
    let begun = Instant::now();
    assert!(timeout(SOON, running.stop()).await.unwrap(), "an idle connection must not hold the drain");
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn who_asks_nobody_for_a_password_listens_on_loopback_only() {
    let mut config = config();
    config.server.listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    assert!(matches!(start(config, Events::none()).await, Err(StartError::Open { .. })));
}

/// A server whose every answer has no end; tells through the channel when an answer's producer was let go.
fn endless() -> (Router, mpsc::UnboundedReceiver<usize>) {
    let (told, let_go) = mpsc::unbounded_channel();
    let handler = move |extensions: Extensions| {
        let (sender, receiver) = mpsc::channel(1);
        let told = told.clone();
        tokio::spawn(async move {
            let mut sent = 0;
            while sender.send(Ok(Bytes::from(vec![b'x'; 64 * 1024]))).await.is_ok() {
                sent += 1;
            }
            let _ = told.send(sent);
        });
        let abandon = extensions.get::<Abandon>().cloned().unwrap();
        let terms = body::Terms { gzip: false, pace: PACE, abandon };
        let body = outgoing(engine::Body::Stream(receiver), Arc::default(), terms).body;
        async move { body }
    };
    (Router::new().fallback(handler), let_go)
}

fn serve(app: Router, drain_max: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<bool>) {
    let listener = server::bind(anywhere()).unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let settings = Settings { connections_max: 4, pace: PACE, drain_max };
    let task = tokio::spawn(server::serve(listener, app, settings, Events::none(), stop.clone()));
    (address, stop, task)
}

#[tokio::test]
async fn a_client_that_stops_reading_loses_its_source_and_its_connection() {
    let (app, mut let_go) = endless();
    let (address, stop, task) = serve(app, SOON);
    let mut stalled = asked(address, "/").await;
    assert!(read_some(&mut stalled).await.starts_with("HTTP/1.1 200 OK"));
    let blocks = timeout(SOON, let_go.recv()).await.unwrap().unwrap();
    assert!(blocks > 0);
    // What was under way may still arrive; the last chunk never does.
    let mut rest = Vec::new();
    let _ = timeout(SOON, stalled.read_to_end(&mut rest)).await.unwrap();
    assert!(!rest.ends_with(b"0\r\n\r\n"));
    stop.cancel();
    assert!(timeout(SOON, task).await.unwrap().unwrap());
}

#[tokio::test]
async fn a_drain_has_a_hard_end() {
    let (app, mut let_go) = endless();
    let (address, stop, task) = serve(app, Duration::from_millis(200));
    let mut reader = asked(address, "/").await;
    assert!(read_some(&mut reader).await.starts_with("HTTP/1.1 200 OK"));
    let reading = tokio::spawn(async move {
        let mut block = vec![0; 1 << 16];
        while reader.read(&mut block).await.is_ok_and(|count| count > 0) {}
    });
    stop.cancel();
    assert!(!timeout(SOON, task).await.unwrap().unwrap(), "the answer had not ended by itself");
    timeout(SOON, reading).await.unwrap().unwrap();
    timeout(SOON, let_go.recv()).await.unwrap().unwrap();
}
