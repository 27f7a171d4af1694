//! The listener: accepts, bounds and guards connections, speaks HTTP/1.1 and HTTP/2, and ends in good order.
//!
//! An accept loop of its own, since limits on heads and the guard against stalls need hyper's settings. Knows nothing of
//! what is served.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::record::Peer;
use super::stall::Paced;
use super::watch::{Abandon, Pace};
use crate::telemetry::{Event, Events};

/// Bytes of a request's head on HTTP/1: the longest URL, and as much again for headers.
const HEAD_BYTES_MAX: usize = 128 * 1024;
/// The same on HTTP/2, where names and values count 32 bytes more each.
const HEADER_LIST_BYTES_MAX: u32 = 128 * 1024;
/// A head must be complete after so long; an idle connection is closed after as long.
const HEAD_READ_MAX: Duration = Duration::from_secs(10);
/// HTTP/2 asks whether the client is still there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 200;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// After a failed accept (no descriptors left) the next one waits.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that are given up have so long to notice.
const GIVE_UP_MAX: Duration = Duration::from_secs(1);

/// How connections are kept.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Connections at once; further ones wait unaccepted.
    pub connections_max: usize,
    /// How fast clients must be.
    pub pace: Pace,
    /// Hard end of a graceful shutdown.
    pub drain_max: Duration,
}

/// Opens the listening socket.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the old connections' last packets.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves until `stop`, then drains. Returns whether every request had ended by itself.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    settings: Settings,
    events: Events,
    stop: CancellationToken,
) -> bool {
    let graceful = GracefulShutdown::new();
    let give_up = CancellationToken::new();
    let places = Arc::new(Semaphore::new(settings.connections_max.min(Semaphore::MAX_PERMITS)));
    let builder = builder();
    while let Some((stream, peer, place)) = accept(&listener, &places, &events, &stop).await {
        let connection = Connection { app: app.clone(), peer, pace: settings.pace, give_up: give_up.child_token() };
        tokio::spawn(connection.run(stream, builder.clone(), graceful.watcher(), place));
    }
    drop(listener);
    events.tell(Event::Draining { drain_max: settings.drain_max, connections: graceful.count() });
    let mut drained = pin!(graceful.shutdown());
    // An HTTP/2 client that does not answer can hold a drain for ever: its end is hard.
    let clean = timeout(settings.drain_max, &mut drained).await.is_ok();
    give_up.cancel();
    if !clean {
        let _ = timeout(GIVE_UP_MAX, drained).await;
    }
    clean
}

/// The next connection with its place; `None` when the server stops.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    events: &Events,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = tokio::select! {
        biased;
        () = stop.cancelled() => return None,
        place = places.clone().acquire_owned() => place.ok()?,
    };
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            // The client was gone before it was accepted: nothing is wrong here.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                events.tell(Event::AcceptFailed { error: error.to_string() });
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_READ_MAX).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_LIST_BYTES_MAX)
        .keep_alive_interval(PING_EVERY)
        .max_concurrent_streams(STREAMS_MAX);
    builder
}

struct Connection {
    app: Router,
    peer: SocketAddr,
    pace: Pace,
    give_up: CancellationToken,
}

impl Connection {
    async fn run(
        self,
        stream: TcpStream,
        builder: Builder<TokioExecutor>,
        watcher: Watcher,
        _place: OwnedSemaphorePermit,
    ) {
        // Small answers must not wait for a full packet. If the option fails, so will the connection.
        let _ = stream.set_nodelay(true);
        let Connection { app, peer, pace, give_up } = self;
        let abandon = Abandon(give_up);
        let given_up = abandon.0.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(abandon.clone());
            let app = app.clone();
            async move {
                Ok::<_, Infallible>(app.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
            }
        });
        let io = TokioIo::new(Paced::new(stream, pace, HEAD_READ_MAX));
        let connection = watcher.watch(builder.serve_connection(io, service).into_owned());
        tokio::select! {
            biased;
            () = given_up.cancelled() => {}
            // What breaks a connection is the client's or the network's; what broke an answer is told elsewhere.
            _ = connection => {}
        }
    }
}
