//! From a connection URL's scheme to the driver: the one place that names drivers.
//!
//! A new driver crate is one arm here. Connects nowhere.

use std::sync::Arc;

use contract::{Adapter, AdapterError, Endpoint, ErrorKind};

use super::{Source, SourceError};
use crate::config::SourceConfig;

/// The source of a configuration. Call it on a runtime (see [`Source::new`]).
pub fn open(config: &SourceConfig) -> Result<Source, SourceError> {
    let adapter = adapter(endpoint(config))
        .map_err(|error| SourceError::Misconfigured { name: config.name.as_str().into(), error })?;
    Ok(Source::new(config, adapter))
}

/// What the driver of a configured source is told.
pub fn endpoint(config: &SourceConfig) -> Endpoint {
    Endpoint {
        url: config.url.expose().to_owned(),
        application: format!("tidegate/{}", config.name),
        statement_timeout: config.statement_timeout,
        connect_timeout: config.connect_timeout,
        pooled_by_proxy: config.pooled_by_proxy,
        statements_max: config.statements_max,
    }
}

/// The adapter for an endpoint, by its URL's scheme.
pub fn adapter(endpoint: Endpoint) -> Result<Arc<dyn Adapter>, AdapterError> {
    let scheme = endpoint.url.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match scheme.as_str() {
        #[cfg(feature = "sqlite")]
        "sqlite" => tidegate_sqlite::open(endpoint),
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => tidegate_postgres::open(endpoint),
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => tidegate_mysql::open(endpoint),
        _ => {
            drop(endpoint);
            // Without the scheme: a URL that lacks one begins with what may be a password.
            Err(AdapterError::new(
                ErrorKind::Misconfigured,
                format!("no driver for this URL; this build knows {BUILT}"),
            ))
        }
    }
}

/// What a URL may begin with.
const BUILT: &str = {
    match (cfg!(feature = "sqlite"), cfg!(feature = "postgres"), cfg!(feature = "mysql")) {
        (true, true, true) => "sqlite:, postgres: and mysql:",
        (true, true, false) => "sqlite: and postgres:",
        (true, false, true) => "sqlite: and mysql:",
        (true, false, false) => "sqlite:",
        (false, true, true) => "postgres: and mysql:",
        (false, true, false) => "postgres:",
        (false, false, true) => "mysql:",
        (false, false, false) => "none",
    }
};

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_unknown_scheme_is_refused_without_showing_the_url() {
        let url = "hunter2@db.example.com".to_owned();
        let second = Duration::from_secs(1);
        let endpoint = Endpoint {
            url,
            application: "tidegate/test".to_owned(),
            statement_timeout: second,
            connect_timeout: second,
            pooled_by_proxy: false,
            statements_max: 1,
        };
        let Err(error) = adapter(endpoint) else { panic!("a driver for no scheme") };
        assert_eq!(error.kind, ErrorKind::Misconfigured);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
