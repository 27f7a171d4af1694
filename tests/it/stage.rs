//! The gateway without its HTTP door: one model mounted in every profile and paging mode over one database, asked by
//! URL text.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract::{Date, Time, Timestamp};
use tidegate::config::{self, Config, Paging, Profile, Service};
use tidegate::encode::Metadata;
use tidegate::engine::{Ask, Body, Budget, Engine, EngineError, Facts, fingerprint, plan_rules, without_skiptoken};
use tidegate::odata::{self, SyntaxError};
use tidegate::plan::{self, Plan, PlanError};
use tidegate::policy::{self, Principal};
use tidegate::source::drivers;
use tokio::time::Instant;

use crate::databases::Made;
use crate::fixture::Database;

/// How a service is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount {
    pub profile: Profile,
    pub paging: Paging,
}

/// The standard's profile with next links.
pub const ODATA: Mount = Mount { profile: Profile::OData, paging: Paging::Server };
/// Salesforce's profile with next links.
pub const SALESFORCE: Mount = Mount { profile: Profile::Salesforce, paging: Paging::Server };
/// All mounts.
pub const MOUNTS: [Mount; 4] =
    [ODATA, SALESFORCE, Mount { paging: Paging::Client, ..ODATA }, Mount { paging: Paging::Client, ..SALESFORCE }];

/// A gateway over one database.
pub struct Stage {
    services: Vec<(Mount, Arc<Service>, Arc<Engine>)>,
    made: Made,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answered {
    pub body: Vec<u8>,
    /// Hash of the statement's text.
    pub shape: Option<u64>,
}

impl Answered {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&self.body));
        })
    }
}

/// Why there is none.
#[derive(Debug)]
#[allow(dead_code)] // shown by tests that fail
pub enum Refused {
    Syntax(SyntaxError),
    Plan(PlanError),
    Engine(Box<EngineError>),
    /// Cut after its start.
    Cut(Option<String>),
}

impl Stage {
    /// A gateway over a database with this model file; `service` is added to each service.
    pub fn open(made: Made, model: &str, service: &str) -> Stage {
        let config = configured(&made, model, service);
        let sources: Vec<_> = config.sources.iter().map(|source| Arc::new(drivers::open(source).unwrap())).collect();
        let budget = Arc::new(Budget::new(config.limits.read_ahead_total_bytes_max));
        let mut services = Vec::new();
        for (mount, service) in MOUNTS.into_iter().zip(config.services) {
            let service = Arc::new(service);
            let engine = Engine::new(service.clone(), sources.clone(), vec![false], &config.limits, budget.clone());
            services.push((mount, service, Arc::new(engine.unwrap())));
        }
        Stage { services, made }
    }

    /// What it stands on.
    pub fn database(&self) -> Database {
        self.made.database
    }

    /// Answers `Set?options`, undecoded.
    pub async fn get(&self, mount: Mount, target: &str) -> Result<Answered, Refused> {
        self.get_preferring(mount, target, None).await
    }

    /// Answers with `Prefer: maxpagesize`.
    pub async fn get_preferring(&self, mount: Mount, target: &str, rows: Option<u64>) -> Result<Answered, Refused> {
        let (_, service, engine) = self.services.iter().find(|(known, ..)| *known == mount).unwrap();
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let request = odata::parse(path, query, &odata::Limits::default()).map_err(Refused::Syntax)?;
        let planned = plan::plan(&request, &service.model, &rules(service, rows)).map_err(Refused::Plan)?;
        let Plan::Read(read) = planned else { panic!("{target} reads no rows") };
        let rules = policy::Rules { named_only: false };
        let authorized = policy::authorize(*read, &Principal { name: None }, &rules).unwrap();
        let facts = Arc::new(Facts::default());
        let others = without_skiptoken(query);
        let mark = if others.is_empty() { "" } else { "?" };
        let ask = Ask {
            metadata: Metadata::Minimal,
            ieee754: false,
            deadline: Instant::now() + Duration::from_secs(60),
            skiptoken: request.options.skiptoken.clone(),
            fingerprint: fingerprint(path, query),
            link: format!("{}{path}{mark}{others}", service.public_url),
            facts: facts.clone(),
        };
        let answer = engine.answer(authorized, ask).await.map_err(|error| Refused::Engine(Box::new(error)))?;
        let body = match answer.body {
            Body::Whole(bytes) => bytes.to_vec(),
            Body::Stream(mut pieces) => {
                let mut body = Vec::new();
                while let Some(piece) = pieces.recv().await {
                    body.extend_from_slice(&piece.map_err(|_| Refused::Cut(facts.texts().cut))?);
                }
                body
            }
        };
        Ok(Answered { body, shape: facts.texts().shape })
    }

    /// The target of a next link: what stands behind the service root.
    pub fn target<'l>(&self, mount: Mount, link: &'l str) -> &'l str {
        let (_, service, _) = self.services.iter().find(|(known, ..)| *known == mount).unwrap();
        link.strip_prefix(service.public_url.as_str()).unwrap()
    }
}

fn configured(made: &Made, model: &str, service: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tidegate.toml");
    std::fs::write(folder.path().join("fixture.toml"), model).unwrap();
    let dialect = match made.database {
        Database::Postgres => "postgres",
        Database::Mariadb => "mariadb",
        Database::Sqlite => "sqlite",
    };
    let mut text = format!("[sources.main]\nurl = {:?}\ndialect = \"{dialect}\"\n", made.url);
    for (number, mount) in MOUNTS.iter().enumerate() {
        let profile = if mount.profile == Profile::OData { "odata" } else { "salesforce" };
        let paging = if mount.paging == Paging::Server { "server" } else { "client" };
        text += &format!(
            "[services.s{number}]\nroot = \"/s{number}/\"\nmodel = \"fixture.toml\"\nprofile = \"{profile}\"\n\
             paging = \"{paging}\"\n{service}\n"
        );
    }
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn rules(service: &Service, prefer_page_rows: Option<u64>) -> plan::Rules {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let time = Time { nanos: seconds.rem_euclid(86_400) as u64 * 1_000_000_000 };
    plan::Rules {
        prefer_page_rows,
        ..plan_rules(service, 2_000, Timestamp { date: Date::from_unix_days(seconds.div_euclid(86_400)), time })
    }
}

/// `name=value` pairs as a query, every value percent-encoded.
pub fn query(options: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = options.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| match byte {
        b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
            out + char::from(byte).encode_utf8(&mut [0; 4])
        }
        _ => out + &format!("%{byte:02X}"),
    })
}

/// The key of an answered row, or of a fixture row in the same form.
pub fn key_of(row: &serde_json::Value, key: &[&str]) -> String {
    key.iter().map(|name| row[*name].to_string()).collect::<Vec<_>>().join("/")
}
