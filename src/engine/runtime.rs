//! The engine's interface as the edge uses it.
#![allow(missing_docs)]

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use contract::render::RenderError;
use thiserror::Error;
use tokio::time::Instant;

use super::{Answer, Facts};
use crate::config::{Limits, Service};
use crate::encode::{EncodeError, Metadata};
use crate::policy::Authorized;
use crate::source::{Source, SourceError};

pub struct Engine {
    service: Arc<Service>,
}

#[derive(Clone, Debug)]
pub struct Ask {
    pub metadata: Metadata,
    pub ieee754: bool,
    pub deadline: Instant,
    pub skiptoken: Option<String>,
    pub fingerprint: [u8; 32],
    pub link: String,
    pub facts: Arc<Facts>,
}

pub struct Budget;

impl Budget {
    pub fn new(_bytes: usize) -> Budget {
        Budget
    }
}

#[derive(Clone, Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("the source '{source_name}' cannot answer this")]
    Render { source_name: String, error: RenderError },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("the rows of '{set}' take more than {bytes_max} bytes")]
    TooLarge { set: String, property: Option<String>, bytes_max: usize },
    #[error("there is no such entity in '{set}'")]
    NotFound { set: String },
    #[error("counting '{set}' takes too long")]
    CountBudget { set: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    #[error("the next link does not belong to this request")]
    Mismatch,
    #[error("the next link has expired")]
    Expired,
    #[error("the entity set has changed since the next link was made")]
    Changed,
}

impl Engine {
    pub fn new(
        service: Arc<Service>,
        _sources: Vec<Arc<Source>>,
        _pooled_by_proxy: Vec<bool>,
        _limits: &Limits,
        _budget: Arc<Budget>,
    ) -> Option<Engine> {
        Some(Engine { service })
    }

    pub async fn answer(self: &Arc<Self>, authorized: Authorized, _ask: Ask) -> Result<Answer, EngineError> {
        let set = self.service.model.set(authorized.read().set).name.clone();
        Err(EngineError::NotFound { set })
    }
}

pub fn fingerprint(path: &str, query: Option<&str>) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, format!("{path}\n{}", without_skiptoken(query)).as_bytes()).as_ref());
    hash
}

pub fn without_skiptoken(query: Option<&str>) -> String {
    let kept = |pair: &&str| {
        !pair.is_empty() && !pair.trim_start_matches("%24").trim_start_matches('$').starts_with("skiptoken=")
    };
    query.unwrap_or_default().split('&').filter(kept).collect::<Vec<_>>().join("&")
}
