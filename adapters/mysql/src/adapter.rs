//! Opens sessions: read-only, in UTC, with a statement timeout.
//!
//! A session has no name here: the driver sends no connection attributes, and the protocol has nothing else.

use std::sync::Arc;
use std::time::Duration;

use contract::catalog::{Catalog, Scope};
use contract::{Adapter, AdapterError, Connection, Endpoint, ErrorKind, Secrets};
use futures_util::future::BoxFuture;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{ConnectOptions, Connection as _, Row};

use crate::catalog;
use crate::connection::MySqlSession;
use crate::cursor::trusted;
use crate::error::{UNKNOWN_VARIABLE, from_sqlx, number_of};

/// Prepares access to a MySQL or MariaDB database. Parses the URL and connects nowhere.
pub fn open(endpoint: Endpoint) -> Result<Arc<dyn Adapter>, AdapterError> {
    let secrets = Secrets::in_url(&endpoint.url);
    let options = endpoint.url.parse::<MySqlConnectOptions>().map_err(|error| from_sqlx(error, &secrets))?;
    let statements = if endpoint.pooled_by_proxy { 0 } else { endpoint.statements_max.max(1) };
    let options = options.statement_cache_capacity(statements).disable_statement_logging();
    Ok(Arc::new(MySqlAdapter {
        dialing: Arc::new(Dialing {
            options,
            statement_timeout: endpoint.statement_timeout,
            connect_timeout: endpoint.connect_timeout,
            pooled_by_proxy: endpoint.pooled_by_proxy,
        }),
        shared: Arc::new(Shared { secrets }),
    }))
}

/// What every connection of one adapter has in common.
pub(crate) struct Shared {
    /// What no message may show.
    pub secrets: Secrets,
}

impl Shared {
    /// The driver's error in the contract's terms.
    pub fn error(&self, error: sqlx::Error) -> AdapterError {
        from_sqlx(error, &self.secrets)
    }
}

struct MySqlAdapter {
    dialing: Arc<Dialing>,
    shared: Arc<Shared>,
}

impl Adapter for MySqlAdapter {
    fn connect(&self) -> BoxFuture<'static, Result<Box<dyn Connection>, AdapterError>> {
        let (dialing, shared) = (Arc::clone(&self.dialing), Arc::clone(&self.shared));
        Box::pin(async move { Ok(Box::new(dialing.dial(shared).await?) as Box<dyn Connection>) })
    }

    fn describe(&self, scope: Scope) -> BoxFuture<'static, Result<Catalog, AdapterError>> {
        let (dialing, shared) = (Arc::clone(&self.dialing), Arc::clone(&self.shared));
        Box::pin(async move {
            let mut session = dialing.dial(Arc::clone(&shared)).await?.inner;
            let found = catalog::read(&mut session, &scope).await.map_err(|error| shared.error(error));
            // The catalog is read; how the session ends changes nothing.
            drop(session.close().await);
            found
        })
    }
}

/// How sessions are opened.
struct Dialing {
    options: MySqlConnectOptions,
    statement_timeout: Duration,
    connect_timeout: Duration,
    pooled_by_proxy: bool,
}

impl Dialing {
    async fn dial(&self, shared: Arc<Shared>) -> Result<MySqlSession, AdapterError> {
        match tokio::time::timeout(self.connect_timeout, self.session()).await {
            Ok(Ok((inner, number))) => {
                // Behind a pooler the number belongs to some server session, not to this one for long.
                let number = number.filter(|_| !self.pooled_by_proxy);
                Ok(MySqlSession { inner, number, shared })
            }
            Ok(Err(error)) => Err(shared.error(error)),
            Err(_) => Err(AdapterError::broken(ErrorKind::Timeout, "no connection within the connect timeout")),
        }
    }

    async fn session(&self) -> Result<(MySqlConnection, Option<u64>), sqlx::Error> {
        let mut inner = MySqlConnection::connect_with(&self.options).await?;
        let greeting = sqlx::raw_sql("SELECT VERSION(), CAST(CONNECTION_ID() AS CHAR)").fetch_one(&mut inner).await?;
        let version: String = greeting.try_get_unchecked(0)?;
        let number: String = greeting.try_get_unchecked(1)?;
        sqlx::raw_sql("SET SESSION TRANSACTION READ ONLY").execute(&mut inner).await?;
        let patience = trusted(write_setting(self.statement_timeout));
        sqlx::raw_sql(patience).execute(&mut inner).await?;
        let bounded = timeout_setting(&version, self.statement_timeout);
        match sqlx::raw_sql(trusted(bounded)).execute(&mut inner).await {
            // MySQL before 5.7.8 knows no such limit; the gateway's own cancel has to do there.
            Err(error) if number_of(&error) != Some(UNKNOWN_VARIABLE) => return Err(error),
            _ => {}
        }
        Ok((inner, number.parse().ok()))
    }
}

/// The two products bound statements by different variables, in different units; zero means "no limit" to both.
fn timeout_setting(version: &str, timeout: Duration) -> String {
    let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
    if version.contains("MariaDB") {
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
        return format!("SET SESSION max_statement_time = {}.{rest:03}", seconds.min(31_536_000));
    }
    format!("SET SESSION max_execution_time = {milliseconds}")
}

/// A reader who pauses is no dead one: the server waits for it longer than the statement may take.
fn write_setting(timeout: Duration) -> String {
    let seconds = timeout.as_secs().saturating_add(30).clamp(60, 31_536_000);
    format!("SET SESSION net_write_timeout = {seconds}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_product_has_its_own_limit() {
        let limit = |version, millis| timeout_setting(version, Duration::from_millis(millis));
        assert_eq!(limit("10.11.6-MariaDB-log", 1500), "SET SESSION max_statement_time = 1.500");
        assert_eq!(limit("8.0.36", 1500), "SET SESSION max_execution_time = 1500");
        assert_eq!(limit("8.0.36", 0), "SET SESSION max_execution_time = 1", "never without a limit");
    }

    #[test]
    fn a_paused_reader_outlasts_its_statement() {
        let setting = |seconds| write_setting(Duration::from_secs(seconds));
        assert_eq!(setting(90), "SET SESSION net_write_timeout = 120");
        assert_eq!(setting(0), "SET SESSION net_write_timeout = 60");
        assert_eq!(setting(u64::MAX), "SET SESSION net_write_timeout = 31536000");
    }

    #[test]
    fn a_bad_url_is_misconfiguration_and_shows_no_password() {
        let endpoint = Endpoint {
            url: "mysql://app:geheim@db:notaport/x".to_owned(),
            application: String::new(),
            statement_timeout: Duration::ZERO,
            connect_timeout: Duration::ZERO,
            pooled_by_proxy: false,
            statements_max: 0,
        };
        let error = open(endpoint).map(|_| ()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Misconfigured);
        assert!(!error.to_string().contains("geheim"));
    }
}
