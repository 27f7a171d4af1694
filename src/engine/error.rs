//! Why an authorized plan got no answer, or only the start of one.

use contract::render::RenderError;
use thiserror::Error;

use super::token::TokenError;
use crate::encode::EncodeError;
use crate::source::SourceError;

/// The engine's errors; the edge gives each its code, status and sentence.
#[derive(Clone, Debug, Error)]
pub enum EngineError {
    /// The database, or the way to it.
    #[error(transparent)]
    Source(Box<SourceError>),
    /// The dialect cannot spell the plan.
    #[error("the source '{source_name}' cannot answer this")]
    Render {
        /// Source.
        source_name: String,
        /// What it cannot spell.
        error: RenderError,
    },
    /// The next link is refused.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A stored value cannot be given.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The page has too many bytes for a client that follows no next link.
    #[error("the rows of '{set}' take more than {bytes_max} bytes")]
    TooLarge {
        /// Entity set.
        set: String,
        /// Its widest property in this page.
        property: Option<String>,
        /// The limit.
        bytes_max: usize,
    },
    /// No such entity.
    #[error("there is no such entity in '{set}'")]
    NotFound {
        /// Entity set.
        set: String,
    },
    /// Counting took longer than it may.
    #[error("counting '{set}' takes too long")]
    CountBudget {
        /// Entity set.
        set: String,
    },
}

impl From<SourceError> for EngineError {
    fn from(error: SourceError) -> EngineError {
        EngineError::Source(Box::new(error))
    }
}
