//! From a configuration to a listening gateway, and back to silence.
//!
//! Used by the program and by tests alike (port 0).

use std::net::SocketAddr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::app::app;
use super::gateway::{Gateway, Mount};
use super::server::{self, Settings};
use super::watch::Pace;
use crate::config::{Config, Limits, Service};
use crate::engine::{Budget, Engine};
use crate::source::{Source, SourceError, drivers};
use crate::telemetry::{Event, Events};

/// Why the gateway does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A service that asks nobody for a password would be open to others than this machine.
    #[error("the service '{service}' has no users, so it may only listen on a loopback address, and {address} is none")]
    Open {
        /// Service.
        service: String,
        /// Address.
        address: SocketAddr,
    },
    /// A source cannot be set up.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A key of next links cannot be used.
    #[error("a token key of the service '{service}' cannot be used")]
    TokenKey {
        /// Service.
        service: String,
    },
}

/// A gateway that listens.
pub struct Running {
    local_addr: SocketAddr,
    roots: Vec<String>,
    stop: CancellationToken,
    task: JoinHandle<bool>,
}

impl Running {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The public URLs of its services, each ending in a slash.
    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// Asks it to drain and end; cheap to clone, good from anywhere.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Waits for its end; whether every request had ended by itself.
    pub async fn ended(self) -> bool {
        self.task.await.unwrap_or(false)
    }

    /// Drains and waits for the end.
    pub async fn stop(self) -> bool {
        self.stop.cancel();
        self.ended().await
    }
}

/// Starts a gateway: listens, opens the sources (connecting to none), renders the documents.
pub async fn start(mut config: Config, events: Events) -> Result<Running, StartError> {
    let asked = config.server.listen;
    only_loopback_is_open(&config)?;
    let listener = server::bind(asked).map_err(|source| StartError::Listen { address: asked, source })?;
    let local_addr = listener.local_addr().map_err(|source| StartError::Listen { address: asked, source })?;
    for service in &mut config.services {
        follow_port(service, asked, local_addr);
    }
    let roots = config.services.iter().map(|service| service.public_url.clone()).collect();
    let mut sources = Vec::with_capacity(config.sources.len());
    for source in &config.sources {
        sources.push(Arc::new(drivers::open(source)?));
    }
    let gateway = Arc::new(gateway(config, &sources, events.clone())?);
    let told = gateway.mounts.iter().map(|mount| mount.service.root.clone()).collect();
    events.tell(Event::Started { listen: local_addr, roots: told });
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(listener, gateway, sources, events, stop.clone()));
    Ok(Running { local_addr, roots, stop, task })
}

/// The configuration says so already; who else builds one must not be able to forget it.
fn only_loopback_is_open(config: &Config) -> Result<(), StartError> {
    let address = config.server.listen;
    let open = config.services.iter().find(|service| service.users.is_empty());
    match open {
        Some(service) if !address.ip().is_loopback() => {
            Err(StartError::Open { service: service.name.clone(), address })
        }
        _ => Ok(()),
    }
}

/// Port 0 becomes a real one only now; a public URL that was derived from the address follows.
fn follow_port(service: &mut Service, asked: SocketAddr, local: SocketAddr) {
    if let Some(path) = service.public_url.strip_prefix(&format!("http://{asked}/")) {
        service.public_url = format!("http://{local}/{path}");
    }
}

/// The gateway of a configuration over its opened sources.
pub(super) fn gateway(config: Config, sources: &[Arc<Source>], events: Events) -> Result<Gateway, StartError> {
    let Config { server, sources: source_configs, services, limits } = config;
    let budget = Arc::new(Budget::new(limits.read_ahead_total_bytes_max));
    let mut mounts = Vec::with_capacity(services.len());
    for service in services {
        let service = Arc::new(service);
        let own = service.sources.iter().filter_map(|index| sources.get(*index).cloned()).collect();
        let pooled = service.sources.iter().filter_map(|index| source_configs.get(*index));
        let pooled = pooled.map(|source| source.pooled_by_proxy).collect();
        let engine = Engine::new(service.clone(), own, pooled, &limits, budget.clone())
            .ok_or_else(|| StartError::TokenKey { service: service.name.clone() })?;
        mounts.push(Mount::new(service, Arc::new(engine)));
    }
    Ok(Gateway::new(mounts, limits, &server, events))
}

/// How fast clients must be.
pub(super) fn pace(limits: &Limits) -> Pace {
    Pace { bytes_per_second_min: limits.client_bytes_per_second_min, stall_max: limits.stall_max }
}

async fn run(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    sources: Vec<Arc<Source>>,
    events: Events,
    stop: CancellationToken,
) -> bool {
    let settings = Settings {
        connections_max: gateway.limits.connections_max,
        pace: pace(&gateway.limits),
        drain_max: gateway.drain_max,
    };
    let draining = tokio::spawn({
        let (gateway, stop) = (gateway.clone(), stop.clone());
        async move {
            stop.cancelled().await;
            gateway.drain();
        }
    });
    let clean = server::serve(listener, app(gateway), settings, events.clone(), stop).await;
    draining.abort();
    for source in sources {
        source.shut().await;
    }
    events.tell(Event::Stopped { clean });
    clean
}
