//! Opens sessions: read-only, in UTC, named, with a statement timeout.
//!
//! Behind a pooler nothing may be said at start-up, so each statement says it in its own transaction instead.

use std::sync::Arc;
use std::time::Duration;

use contract::catalog::{Catalog, Scope};
use contract::{Adapter, AdapterError, Connection, Endpoint, ErrorKind, Secrets};
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection as _};

use crate::catalog;
use crate::connection::PostgresConnection;
use crate::error::from_sqlx;

/// Prepares access to a PostgreSQL database. Parses the URL and connects nowhere.
pub fn open(endpoint: Endpoint) -> Result<Arc<dyn Adapter>, AdapterError> {
    let secrets = Secrets::in_url(&endpoint.url);
    let options = endpoint.url.parse::<PgConnectOptions>().map_err(|error| from_sqlx(error, &secrets))?;
    let options = named(options, &endpoint).disable_statement_logging();
    let shared =
        Shared { transaction: endpoint.pooled_by_proxy.then(|| transaction(endpoint.statement_timeout)), secrets };
    Ok(Arc::new(PostgresAdapter {
        options: Arc::new(options),
        shared: Arc::new(shared),
        connect_timeout: endpoint.connect_timeout,
    }))
}

/// What every connection of one adapter has in common.
pub(crate) struct Shared {
    /// Opens the transaction that carries the session's settings behind a pooler; `None` on a direct connection.
    pub transaction: Option<Arc<str>>,
    /// What no message may show.
    pub secrets: Secrets,
}

impl Shared {
    /// The driver's error in the contract's terms.
    pub fn error(&self, error: sqlx::Error) -> AdapterError {
        from_sqlx(error, &self.secrets)
    }
}

struct PostgresAdapter {
    options: Arc<PgConnectOptions>,
    shared: Arc<Shared>,
    connect_timeout: Duration,
}

impl Adapter for PostgresAdapter {
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>> {
        let dialing = dial(Arc::clone(&self.options), Arc::clone(&self.shared), self.connect_timeout);
        Box::pin(async { Ok(Box::new(dialing.await?) as Box<dyn Connection>) })
    }

    fn describe(&self, scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>> {
        let dialing = dial(Arc::clone(&self.options), Arc::clone(&self.shared), self.connect_timeout);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let mut session = dialing.await?.inner;
            let found = catalog::read(&mut session, &scope, &shared).await;
            // The catalog is read; how the session ends changes nothing.
            drop(session.close().await);
            found
        })
    }
}

async fn dial(
    options: Arc<PgConnectOptions>,
    shared: Arc<Shared>,
    timeout: Duration,
) -> Result<PostgresConnection, AdapterError> {
    let dialing = async {
        let mut inner = PgConnection::connect_with(&options).await?;
        // Behind a pooler the process changes with every transaction, so its number is of no use.
        let process = match shared.transaction {
            Some(_) => None,
            None => {
                let number: i32 =
                    sqlx::query_scalar("SELECT pg_backend_pid()").persistent(false).fetch_one(&mut inner).await?;
                u64::try_from(number).ok()
            }
        };
        Ok((inner, process))
    };
    match tokio::time::timeout(timeout, dialing).await {
        Ok(Ok((inner, process))) => Ok(PostgresConnection { inner, process, shared }),
        Ok(Err(error)) => Err(shared.error(error)),
        Err(_) => Err(AdapterError::broken(ErrorKind::Timeout, "no connection within the connect timeout")),
    }
}

fn named(options: PgConnectOptions, endpoint: &Endpoint) -> PgConnectOptions {
    let options = options.application_name(&endpoint.application);
    if endpoint.pooled_by_proxy {
        // Poolers refuse start-up parameters they do not track, and a named statement may be looked for on a server
        // connection that never saw it.
        return options.extra_float_digits(None).statement_cache_capacity(0);
    }
    options.statement_cache_capacity(endpoint.statements_max.max(1)).options([
        ("default_transaction_read_only", "on".to_owned()),
        ("statement_timeout", milliseconds(endpoint.statement_timeout).to_string()),
        // Amounts of type money are sent in the smallest unit of this locale: two digits.
        ("lc_monetary", "C".to_owned()),
    ])
}

fn transaction(timeout: Duration) -> Arc<str> {
    let timeout = milliseconds(timeout);
    format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = {timeout}; SET LOCAL TimeZone = 'UTC'; \
         SET LOCAL lc_monetary = 'C'"
    )
    .into()
}

/// PostgreSQL takes 0 for "no timeout" and counts in 32 bits.
fn milliseconds(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint {
            url: url.to_owned(),
            application: "tidegate/erp".to_owned(),
            statement_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(1),
            pooled_by_proxy: false,
            statements_max: 50,
        }
    }

    #[test]
    fn a_bad_url_is_misconfiguration_and_shows_no_password() {
        let error = open(endpoint("postgres://app:geheim@db:notaport/x")).map(|_| ()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Misconfigured);
        assert!(!error.to_string().contains("geheim"));
    }

    #[test]
    fn the_session_is_read_only_and_bounded() {
        let direct = endpoint("postgres://app@db/x");
        let options = named(direct.url.parse().unwrap(), &direct);
        let text = options.get_options().unwrap();
        assert!(text.contains("default_transaction_read_only=on"), "{text}");
        assert!(text.contains("statement_timeout=5000"), "{text}");
        let pooled = Endpoint { pooled_by_proxy: true, ..direct };
        let options = named(pooled.url.parse().unwrap(), &pooled);
        assert_eq!(options.get_options(), None);
        assert!(transaction(Duration::ZERO).contains("READ ONLY; SET LOCAL statement_timeout = 1;"));
    }

    #[test]
    fn the_timeout_never_becomes_none() {
        assert_eq!(milliseconds(Duration::ZERO), 1);
        assert_eq!(milliseconds(Duration::MAX), i32::MAX);
    }
}
