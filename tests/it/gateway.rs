//! A service over the fixture, asked as a client asks: by path and query, answered with a kind and bytes.
//!
//! Two doors: [`Stages`] stops before the database and shows every stage; [`Gateway`] answers.
#![allow(dead_code)] // each test uses its part

use std::sync::Arc;
use std::time::Duration;

use contract::{Dialect, dialect};
use tidegate::config::{Limits, Paging, Profile, Service, SourceConfig};
use tidegate::encode::Metadata;
use tidegate::engine::{Answer, Ask, Body, Budget, Content, Engine, Facts, fingerprint, plan_rules, without_skiptoken};
use tidegate::plan::{self, Plan};
use tidegate::policy::{self, Authorized, Principal};
use tidegate::{odata, source};
use tokio::time::Instant;

use crate::fixture::{self, Database, SOURCE, Time, Timestamp, date};

/// Which of the fixture's sets a service shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    Exact,
    Folded,
    Broken,
}

/// How a service differs from the default one.
#[derive(Clone, Debug, PartialEq)]
pub struct Manner {
    pub set: Set,
    pub profile: Profile,
    pub paging: Paging,
    pub page_rows_max: Option<u64>,
    pub page_bytes_max: Option<usize>,
    pub client_bytes_max: Option<usize>,
    pub zone: Option<String>,
    pub prefer_page_rows: Option<u64>,
    pub in_terms_max: Option<usize>,
    pub count_cap: Option<u64>,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            set: Set::Exact,
            profile: Profile::Salesforce,
            paging: Paging::Client,
            page_rows_max: None,
            page_bytes_max: None,
            client_bytes_max: None,
            zone: None,
            prefer_page_rows: None,
            in_terms_max: None,
            count_cap: None,
        }
    }
}

/// The root of every link.
pub const PUBLIC_URL: &str = "https://gateway.example.com/odata/v4/";

/// The service and source as the configuration reader makes them, then bent to the manner.
pub fn service(database: Database, url: Option<&str>, manner: &Manner) -> (Service, SourceConfig) {
    let model = match manner.set {
        Set::Exact => fixture::model(database),
        Set::Folded => fixture::folded::model(database),
        Set::Broken => fixture::broken::model(database),
    };
    let url = url.unwrap_or(match database {
        Database::Postgres => "postgres://u@localhost/d",
        Database::Mariadb => "mariadb://u@localhost/d",
        Database::Sqlite => "sqlite:fixture.db",
    });
    let profile = if manner.profile == Profile::OData { "odata" } else { "salesforce" };
    let zone = manner.zone.as_deref().unwrap_or("UTC");
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[sources.{SOURCE}]\nurl = {url:?}\ntime_zone = {zone:?}\n\
         [services.main]\nroot = \"/odata/v4/\"\nmodel = \"m.model.toml\"\nprofile = {profile:?}\n\
         public_url = {PUBLIC_URL:?}\n"
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("m.model.toml"), model).unwrap();
    let path = dir.path().join("tidegate.toml");
    std::fs::write(&path, config).unwrap();
    let loaded = tidegate::config::read(&path, &tidegate::config::Options::default());
    let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.findings));
    let mut service = config.services.remove(0);
    service.paging = manner.paging;
    service.page_rows_max = manner.page_rows_max.unwrap_or(service.page_rows_max);
    service.page_bytes_max = manner.page_bytes_max.unwrap_or(service.page_bytes_max);
    service.client_bytes_max = manner.client_bytes_max.unwrap_or(service.client_bytes_max);
    if let Some(cap) = manner.count_cap {
        service.model.sets.iter_mut().for_each(|set| set.count = tidegate::model::CountMode::Capped(cap));
    }
    (service, config.sources.remove(0))
}

/// What planning is told.
pub fn rules(service: &Service, manner: &Manner) -> plan::Rules {
    let terms = manner.in_terms_max.unwrap_or(Limits::default().in_terms_max);
    let now = Timestamp { date: date(2026, 1, 2), time: Time { nanos: 0 } };
    plan::Rules { prefer_page_rows: manner.prefer_page_rows, ..plan_rules(service, terms, now) }
}

/// The stages before the database, for one dialect.
pub struct Stages {
    pub service: Service,
    pub dialect: &'static Dialect,
    rules: plan::Rules,
}

impl Stages {
    /// One for every dialect that exists, in the order in which goldens print them.
    pub fn all(manner: &Manner) -> Vec<Stages> {
        dialect::ALL.iter().map(|dialect| Stages::of(dialect, manner)).collect()
    }

    fn of(dialect: &'static Dialect, manner: &Manner) -> Stages {
        let database = match dialect.name {
            "postgres" => Database::Postgres,
            "sqlite" => Database::Sqlite,
            _ => Database::Mariadb,
        };
        let (mut service, _) = service(database, None, manner);
        service.model.sources[0].dialect = dialect;
        let rules = rules(&service, manner);
        Stages { service, dialect, rules }
    }

    /// Parses and plans.
    pub fn plan(&self, request: &str) -> Result<Plan, String> {
        let (path, query) = split(request);
        let parsed = odata::parse(path, query, &odata::Limits::default()).map_err(|error| told(&error))?;
        plan::plan(&parsed, &self.service.model, &self.rules).map_err(|error| told(&error))
    }
}

/// An error by its data and by its sentence.
fn told(error: &(impl std::fmt::Debug + std::fmt::Display)) -> String {
    format!("{error:?}\n{error}\n")
}

/// Allows everything to a caller without a name.
pub fn authorized(read: plan::Read) -> Authorized {
    policy::authorize(read, &Principal { name: None }, &policy::Rules { named_only: false }).unwrap()
}

/// Path and query, undecoded.
pub fn split(request: &str) -> (&str, Option<&str>) {
    request.split_once('?').map_or((request, None), |(path, query)| (path, Some(query)))
}

/// What a client got.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// The kind of content, or the error.
    pub kind: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Answers requests over one prepared database.
pub struct Gateway {
    source: Arc<source::Source>,
    config: SourceConfig,
    database: Database,
    url: String,
    engines: std::sync::Mutex<Vec<(Manner, Running)>>,
}

/// The engine of one manner, with what planning needs.
#[derive(Clone)]
struct Running {
    engine: Arc<Engine>,
    service: Arc<Service>,
    rules: plan::Rules,
}

impl Gateway {
    /// Opens the database's source. Call it on a runtime.
    pub fn open(database: Database, url: &str) -> Gateway {
        let (_, config) = service(database, Some(url), &Manner::default());
        let source = Arc::new(source::drivers::open(&config).unwrap());
        Gateway { source, config, database, url: url.to_owned(), engines: std::sync::Mutex::default() }
    }

    /// Closes the source's connections.
    pub async fn shut(&self) {
        self.source.shut().await;
    }

    fn running(&self, manner: &Manner) -> Running {
        let mut engines = self.engines.lock().unwrap();
        if let Some((_, running)) = engines.iter().find(|(known, _)| known == manner) {
            return running.clone();
        }
        let (service, _) = service(self.database, Some(&self.url), manner);
        let rules = rules(&service, manner);
        let service = Arc::new(service);
        let (sources, pooled) = (vec![self.source.clone()], vec![self.config.pooled_by_proxy]);
        let budget = Arc::new(Budget::new(64_000_000));
        let engine = Engine::new(service.clone(), sources, pooled, &Limits::default(), budget);
        let running = Running { engine: Arc::new(engine.unwrap()), service, rules };
        engines.push((manner.clone(), running.clone()));
        running
    }

    /// Answers a request that reads rows; `None` for one that parsing or planning refuses, or that reads none.
    pub async fn ask(&self, request: &str, manner: &Manner) -> Option<Answered> {
        let (path, query) = split(request);
        let parsed = odata::parse(path, query, &odata::Limits::default()).ok()?;
        let Running { engine, service, rules } = self.running(manner);
        let Plan::Read(read) = plan::plan(&parsed, &service.model, &rules).ok()? else { return None };
        let others = without_skiptoken(query);
        let mark = if others.is_empty() { "" } else { "?" };
        let ask = Ask {
            metadata: Metadata::Minimal,
            ieee754: false,
            deadline: Instant::now() + Duration::from_secs(30),
            skiptoken: parsed.options.skiptoken.clone(),
            fingerprint: fingerprint(path, query),
            link: format!("{PUBLIC_URL}{path}{mark}{others}"),
            facts: Arc::new(Facts::default()),
        };
        Some(match engine.answer(authorized(*read), ask).await {
            Ok(answer) => collected(answer).await,
            Err(error) => Answered { kind: format!("error: {error}"), body: Vec::new() },
        })
    }
}

async fn collected(answer: Answer) -> Answered {
    let kind = match answer.content {
        Content::Json { .. } => "json",
        Content::Xml => "xml",
        Content::Text => "text",
        Content::Bytes => "bytes",
        Content::Nothing => "nothing",
    };
    let mut body = Vec::new();
    match answer.body {
        Body::Whole(bytes) => body.extend_from_slice(&bytes),
        Body::Stream(mut pieces) => {
            while let Some(piece) = pieces.recv().await {
                match piece {
                    Ok(bytes) => body.extend_from_slice(&bytes),
                    Err(cut) => return Answered { kind: format!("{kind}, {cut}"), body },
                }
            }
        }
    }
    Answered { kind: kind.to_owned(), body }
}
