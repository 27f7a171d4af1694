//! Answers an authorized plan: statement, count strategy, rows to bytes, next link. Knows no HTTP type, so that the parts
//! of a batch can share one budget and one deadline.

pub mod answer;
mod budget;
mod collection;
mod counting;
mod error;
mod fingerprint;
mod page;
mod rules;
mod single;
mod statement;
pub mod token;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

pub use answer::{Answer, Body, Content, Cut, Facts, Texts};
pub use budget::Budget;
pub use error::EngineError;
pub use fingerprint::{fingerprint, without_skiptoken};
pub use rules::{parse_limits, plan_rules};
pub use token::TokenError;

use crate::config::{Limits, Service};
use crate::encode::Metadata;
use crate::plan::Output;
use crate::policy::Authorized;
use crate::source::Source;
use counting::History;
use token::Sealer;

/// Answers the plans of one service.
pub struct Engine {
    service: Arc<Service>,
    sources: Vec<Arc<Source>>,
    pooled_by_proxy: Vec<bool>,
    /// Hash of each entity set's definition.
    definitions: Vec<u64>,
    read_ahead_bytes_max: usize,
    url_bytes_max: usize,
    budget: Arc<Budget>,
    sealer: Sealer,
    history: Arc<History>,
}

/// One request as far as the engine needs it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How much control information the answer has.
    pub metadata: Metadata,
    /// Whether Int64 and Decimal are strings.
    pub ieee754: bool,
    /// When the answer is of no use any more.
    pub deadline: Instant,
    /// `$skiptoken`
    pub skiptoken: Option<String>,
    /// Hash of path and other options: see [`fingerprint`].
    pub fingerprint: [u8; 32],
    /// The absolute URL of this request without `$skiptoken`.
    pub link: String,
    /// Where the engine tells what happened.
    pub facts: Arc<Facts>,
}

impl Engine {
    /// An engine for a service; `sources` in the order of the model's. `None` if a key of next links cannot be used.
    pub fn new(
        service: Arc<Service>,
        sources: Vec<Arc<Source>>,
        pooled_by_proxy: Vec<bool>,
        limits: &Limits,
        budget: Arc<Budget>,
    ) -> Option<Engine> {
        let sealer = Sealer::new(&service.name, &service.token_keys, service.token_life)?;
        let definitions = service.model.sets.iter().map(statement::definition_hash).collect();
        let history = Arc::new(History::default());
        Some(Engine {
            service,
            sources,
            pooled_by_proxy,
            definitions,
            read_ahead_bytes_max: limits.read_ahead_bytes_max,
            url_bytes_max: limits.url_bytes_max,
            budget,
            sealer,
            history,
        })
    }

    /// Answers a plan. Returns when the first bytes are ready, so that most failures still get an honest status.
    pub async fn answer(self: &Arc<Self>, authorized: Authorized, ask: Ask) -> Result<Answer, EngineError> {
        let read = authorized.read();
        let set = self.service.model.set(read.set);
        ask.facts.note(|texts| {
            texts.entity_set = Some(set.name.clone());
            texts.source = Some(self.service.model.source_of(read.set).name.clone());
        });
        match read.output {
            Output::Collection => self.collection(&authorized, &ask).await,
            Output::Entity => self.entity(&authorized, &ask).await,
            Output::Property { property, raw } => self.property(&authorized, &ask, property, raw).await,
            Output::Count => self.bare_count(&authorized, &ask).await,
        }
    }

    fn source_index(&self, authorized: &Authorized) -> usize {
        self.service.model.set(authorized.read().set).source.0 as usize
    }

    fn source(&self, authorized: &Authorized) -> &Source {
        &self.sources[self.source_index(authorized)]
    }
}

/// Seconds since 1970.
fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
