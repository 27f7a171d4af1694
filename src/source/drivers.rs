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
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Secret;

    pub fn config(url: &str) -> SourceConfig {
        SourceConfig {
            name: "billing".to_owned(),
            url: Secret::new(url.to_owned()),
            dialect: contract::dialect::ALL[0],
            time_zone: jiff::tz::TimeZone::UTC,
            connections_max: 4,
            scan_connections_max: 1,
            queue_max: 4,
            queue_wait_max: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            life_max: Duration::from_secs(60),
            idle_max: Duration::from_secs(60),
            pooled_by_proxy: false,
            statements_max: 10,
        }
    }

    #[test]
    fn an_unknown_scheme_is_refused_without_showing_the_url() {
        for url in ["hunter2@db.example.com", "", ":", "oracle://u:hunter2@h/d"] {
            let Err(error) = adapter(endpoint(&config(url))) else { panic!("a driver for {url}") };
            assert_eq!(error.kind, ErrorKind::Misconfigured);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn sessions_are_named_after_gateway_and_source() {
        assert_eq!(endpoint(&config("sqlite:x")).application, "tidegate/billing");
    }

    #[cfg(all(feature = "postgres", feature = "mysql"))]
    #[test]
    fn each_scheme_finds_its_driver_without_connecting() {
        for url in ["postgres://h/d", "postgresql://h/d", "mysql://h/d", "mariadb://h/d", "MySQL://h/d"] {
            assert!(adapter(endpoint(&config(url))).is_ok(), "{url}");
        }
    }
}

#[cfg(all(test, feature = "sqlite"))]
#[allow(clippy::unwrap_used)]
mod sqlite_tests {
    use std::time::Duration;

    use contract::{Advance, Call, Cell, Flow, Lane, RowSink, Session, SqlType, Statement};
    use tokio::time::Instant;

    use super::super::{Query, SourceError, TimedOut};
    use super::{open, tests::config};

    struct Rows(usize);

    impl RowSink for Rows {
        fn cell(&mut self, _cell: Cell<'_>) {}

        fn end_row(&mut self) -> Flow {
            self.0 += 1;
            Flow::More
        }
    }

    #[tokio::test]
    async fn a_real_database_is_interrupted_at_the_deadline_and_serves_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (7)")
            .unwrap();
        let source = open(&config(&format!("sqlite:{}", path.display()))).unwrap();
        source.ping().await.unwrap();
        let query = |text: &str, time| {
            let statement = Statement { text: text.into(), params: Vec::new(), columns: [SqlType::I64].into() };
            let call = Call { statement, persistent: true };
            Query { call, lane: Lane::Keyed, deadline: Instant::now() + time, session: Session::default() }
        };
        let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
        let mut running = source.query(query(endless, Duration::from_millis(100))).await.unwrap();
        let error = running.advance(&mut Rows(0)).await.unwrap_err();
        assert!(matches!(error, SourceError::Timeout { what: TimedOut::Deadline, .. }), "{error:?}");
        let begun = Instant::now();
        while source.load(Lane::Keyed).in_use > 0 && begun.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let load = source.load(Lane::Keyed);
        assert_eq!((load.in_use, load.idle), (0, 1), "interrupted, and its connection is back");
        let mut rows = Rows(0);
        let mut running = source.query(query("SELECT n FROM t", Duration::from_secs(10))).await.unwrap();
        assert_eq!(running.advance(&mut rows).await.unwrap(), Advance::Done);
        assert_eq!((rows.0, running.timings().connect), (1, Duration::ZERO));
        source.shut().await;
    }
}
