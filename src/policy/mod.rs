//! The only way from a plan to an [`Authorized`] one, and only an authorized plan becomes SQL.
//!
//! Knows no SQL and no HTTP. Until rules by role arrive, whoever passed authentication may read everything that the
//! service's model shows; the stage, its type and its place in the pipeline are what later rules fill.

use contract::Session;
use thiserror::Error;

use crate::plan::{Condition, Read};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    /// Name as configured; `None` where nobody was asked (loopback without users).
    pub name: Option<String>,
}

/// The rules of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether callers must have a name.
    pub named_only: bool,
}

/// Why a plan is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Denied {
    /// The caller has no name where one is needed.
    #[error("the right to read is missing")]
    Anonymous,
}

/// A plan that the caller may run, with the rows cut to what the caller may see.
#[derive(Clone, Debug, PartialEq)]
pub struct Authorized {
    read: Read,
    row_filter: Option<Condition>,
    session: Session,
}

impl Authorized {
    /// The plan.
    pub fn read(&self) -> &Read {
        &self.read
    }

    /// The condition that every row, every count and every page must also meet.
    pub fn row_filter(&self) -> Option<&Condition> {
        self.row_filter.as_ref()
    }

    /// What the database session must know of the caller.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// Decides whether the principal may run the plan.
pub fn authorize(read: Read, principal: &Principal, rules: &Rules) -> Result<Authorized, Denied> {
    if rules.named_only && principal.name.is_none() {
        return Err(Denied::Anonymous);
    }
    Ok(Authorized { read, row_filter: None, session: Session::default() })
}
