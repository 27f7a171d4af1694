//! The configuration as used: every value decided, every unit explicit in its name or type.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::Model;

/// Everything `serve` needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server.
    pub server: Server,
    /// Databases.
    pub sources: Vec<SourceConfig>,
    /// Services, each with its model.
    pub services: Vec<Service>,
    /// Limits that hold for every service.
    pub limits: Limits,
}

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address to listen on.
    pub listen: Listen,
    /// Proxies whose forwarded headers are believed, as address and prefix length.
    pub trusted_proxies: Vec<(std::net::IpAddr, u8)>,
    /// Whether answers bear `Server-Timing`.
    pub server_timing: bool,
    /// Hard end of a graceful shutdown.
    pub drain_max: Duration,
    /// Log format and level.
    pub log: Log,
}

/// Address to listen on.
pub type Listen = SocketAddr;

/// Log settings.
#[derive(Clone, Debug)]
pub struct Log {
    /// JSON lines, or text for a terminal.
    pub json: bool,
    /// Filter in `tracing`'s directive syntax.
    pub filter: String,
}

/// One database.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// Name.
    pub name: String,
    /// Connection URL.
    pub url: Secret,
    /// Dialect.
    pub dialect: &'static contract::Dialect,
    /// Zone in which zone-less timestamps are read.
    pub time_zone: jiff::tz::TimeZone,
    /// Connections in all, the one kept for cancelling included.
    pub connections_max: usize,
    /// Of these, for scans.
    pub scan_connections_max: usize,
    /// Requests that may wait for a connection, per lane.
    pub queue_max: usize,
    /// How long a request may wait for a connection.
    pub queue_wait_max: Duration,
    /// After so long the server ends a statement.
    pub statement_timeout: Duration,
    /// Opening a connection may take so long.
    pub connect_timeout: Duration,
    /// A connection is replaced after so long.
    pub life_max: Duration,
    /// An unused connection is closed after so long.
    pub idle_max: Duration,
    /// A connection pooler stands between.
    pub pooled_by_proxy: bool,
    /// Prepared statements kept per connection.
    pub statements_max: usize,
}

/// One service: a model under a root path.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name.
    pub name: String,
    /// Root path, with a slash at both ends (`/odata/v4/`).
    pub root: String,
    /// What stands before it in every link, ending in the root (`https://gw.example.com/odata/v4/`).
    pub public_url: String,
    /// Whose habits are served.
    pub profile: Profile,
    /// Which box the administrator ticked.
    pub paging: Paging,
    /// The model, as this profile shows it; its `sources` are indexes into [`Service::sources`].
    pub model: Model,
    /// For each [`crate::model::SourceId`] the index into [`Config::sources`].
    pub sources: Vec<usize>,
    /// The model file.
    pub model_path: PathBuf,
    /// Rows of a server-driven page.
    pub page_rows_max: u64,
    /// Bytes of uncompressed JSON after which a server-driven page ends.
    pub page_bytes_max: usize,
    /// Largest `$top` answered in one page under client-driven paging.
    pub client_rows_max: u64,
    /// Bytes of uncompressed JSON past which a client-driven page fails.
    pub client_bytes_max: usize,
    /// A request, from first byte to last row, may take so long.
    pub deadline: Duration,
    /// Counting may take so long of it.
    pub count_budget: Duration,
    /// A next link is good for so long.
    pub token_life: Duration,
    /// Keys of next links, the first one seals; 32 bytes each with its id.
    pub token_keys: Vec<(String, Secret)>,
    /// Named principals of Basic authentication; empty: nobody is asked, on loopback only.
    pub users: Vec<User>,
}

/// A named principal with the argon2id hashes of its passwords.
#[derive(Clone, Debug)]
pub struct User {
    /// Name.
    pub name: String,
    /// One or two hashes in PHC form.
    pub password_hashes: Vec<Secret>,
}

/// Whose habits a service follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Salesforce Connect's.
    Salesforce,
    /// The standard's, and nothing else.
    OData,
}

/// Who drives paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// The client, by `$top` and `$skip`.
    Client,
    /// The server, by next links.
    Server,
}

/// Limits of a request and of the process.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of path and query.
    pub url_bytes_max: usize,
    /// Nesting of an expression.
    pub expression_depth_max: usize,
    /// Nodes of an expression.
    pub expression_nodes_max: usize,
    /// Members of an `in` list or of an or-chain folded into one.
    pub in_terms_max: usize,
    /// Requests answered at once.
    pub requests_max: usize,
    /// Bytes read ahead of a client, per answer.
    pub read_ahead_bytes_max: usize,
    /// Bytes read ahead of all clients together.
    pub read_ahead_total_bytes_max: usize,
    /// A client must take so many bytes a second, on average over `stall_max`.
    pub client_bytes_per_second_min: usize,
    /// A client slower than that for so long is cut.
    pub stall_max: Duration,
    /// HTTP connections at once.
    pub connections_max: usize,
}

/// A value that never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: String) -> Secret {
        Secret(value)
    }

    /// The value, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
