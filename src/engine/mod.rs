//! Answers an authorized plan: statement, count strategy, rows to bytes, next link. Knows no HTTP type, so that the parts
//! of a batch can share one budget and one deadline.

pub mod answer;
mod runtime;

pub use answer::{Answer, Body, Content, Cut, Facts, Texts};
pub use runtime::{Ask, Budget, Engine, EngineError, TokenError, fingerprint, without_skiptoken};
