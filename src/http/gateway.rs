//! What all requests share: the services under their roots, limits, the log, whether the end is near.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::auth::Authenticator;
use super::documents::Documents;
use crate::config::{Limits, Server, Service};
use crate::engine::Engine;
use crate::telemetry::Events;

/// Everything that answering needs.
pub struct Gateway {
    /// Services by descending length of their roots.
    pub(super) mounts: Vec<Arc<Mount>>,
    /// Limits.
    pub(super) limits: Limits,
    /// Proxies whose forwarded headers are believed.
    pub(super) trusted_proxies: Vec<(IpAddr, u8)>,
    /// Whether answers bear `Server-Timing`.
    pub(super) server_timing: bool,
    /// Requests that may be answered at once.
    pub(super) in_flight: Arc<Semaphore>,
    /// Where things are told.
    pub(super) events: Events,
    /// Hard end of a graceful shutdown.
    pub(super) drain_max: Duration,
    draining: AtomicBool,
}

/// One service under its root.
pub(super) struct Mount {
    pub service: Arc<Service>,
    pub engine: Arc<Engine>,
    pub documents: Documents,
    pub authenticator: Authenticator,
}

impl Mount {
    /// A service with its engine; renders its documents.
    pub fn new(service: Arc<Service>, engine: Arc<Engine>) -> Mount {
        let documents = Documents::new(&service);
        let authenticator = Authenticator::new(&service);
        Mount { service, engine, documents, authenticator }
    }

    /// The path below the root, undecoded; `None` if the path is not below it.
    pub fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let root = self.service.root.as_str();
        path.strip_prefix(root).or_else(|| (root.strip_suffix('/') == Some(path)).then_some(""))
    }
}

impl Gateway {
    /// A gateway over its services.
    pub(super) fn new(mut mounts: Vec<Mount>, limits: Limits, server: &Server, events: Events) -> Gateway {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.service.root.len()));
        Gateway {
            mounts: mounts.into_iter().map(Arc::new).collect(),
            in_flight: Arc::new(Semaphore::new(limits.requests_max.min(Semaphore::MAX_PERMITS))),
            limits,
            trusted_proxies: server.trusted_proxies.clone(),
            server_timing: server.server_timing,
            events,
            drain_max: server.drain_max,
            draining: AtomicBool::new(false),
        }
    }

    /// The service with the longest root that the path is below.
    pub(super) fn mount(&self, path: &str) -> Option<&Arc<Mount>> {
        self.mounts.iter().find(|mount| mount.below(path).is_some())
    }

    /// From now on the process is not healthy: whoever balances load should look elsewhere.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is about to end.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
