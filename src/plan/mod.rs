//! Syntax and model become a typed plan: ids instead of names, Edm types, a total order, a page.
//!
//! Knows no SQL text, no HTTP and no caller. Split by clause; every clause takes the same [`Scope`].

mod alias;
mod coerce;
mod condition;
mod cost;
mod error;
mod function;
mod key;
mod navigate;
mod number;
mod order;
mod page;
mod print;
mod scalar;
mod search;
mod select;
#[cfg(test)]
mod tests;

use contract::Value;

pub use cost::Cost;
pub(crate) use cost::DEEP_SKIP_MIN;
pub use error::PlanError;
pub use function::{Function, Kind, POSITION_MAX};
pub use page::{Page, PageEnd};
pub use print::{print, print_value};
pub use search::SearchTerm;

use crate::config::{Paging, Profile};
use crate::model::{EdmType, EntitySetId, Model, PropertyId};
use crate::odata::ast::Request;

/// What planning may know of the service beside its model.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whose habits are followed.
    pub profile: Profile,
    /// Who drives paging.
    pub paging: Paging,
    /// Rows of a server-driven page.
    pub page_rows_max: u64,
    /// Bytes after which a server-driven page ends.
    pub page_bytes_max: usize,
    /// Largest `$top` answered in one page under client-driven paging.
    pub client_rows_max: u64,
    /// Bytes past which a client-driven page fails.
    pub client_bytes_max: usize,
    /// Members of a list at most.
    pub in_terms_max: usize,
    /// The instant of the request in UTC, for `now()`.
    pub now: contract::Timestamp,
    /// `Prefer: maxpagesize`.
    pub prefer_page_rows: Option<u64>,
}

/// A planned request.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// `GET /`
    ServiceDocument,
    /// `GET /$metadata`
    Metadata,
    /// Rows of an entity set.
    Read(Box<Read>),
}

/// Reading rows of one entity set.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The entity set.
    pub set: EntitySetId,
    /// The form of the answer.
    pub output: Output,
    /// Values to fetch, in order; hidden ones serve tokens only.
    pub columns: Vec<Column>,
    /// Names listed in `$select`, for the context URL; `None` for all.
    pub selected: Option<Vec<String>>,
    /// Which rows: key and `$filter`.
    pub filter: Option<Condition>,
    /// `$search`
    pub search: Option<SearchTerm>,
    /// A total order; empty for counts and single entities.
    pub order: Vec<OrderItem>,
    /// For each order item the column that holds its raw value.
    pub keyset: Vec<usize>,
    /// Which part of the rows.
    pub page: Page,
    /// Whether the total is asked for.
    pub count: bool,
    /// What it costs the database, as far as the model tells.
    pub cost: Cost,
    /// Whether the key is pinned: at most one row can match.
    pub at_most_one: bool,
}

/// The form of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A collection of entities.
    Collection,
    /// One entity, with the key literals of the path.
    Entity,
    /// One property of one entity; `raw` for `/$value`.
    Property {
        /// Which.
        property: PropertyId,
        /// As text or bytes of its own.
        raw: bool,
    },
    /// The bare count.
    Count,
}

/// One fetched value.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name in the answer.
    pub name: String,
    /// What is fetched.
    pub value: Scalar,
    /// Whether it is part of the answer.
    pub shown: bool,
}

/// One item of the order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderItem {
    /// Sorted by.
    pub value: Scalar,
    /// Descending.
    pub descending: bool,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// What it is.
    pub kind: ScalarKind,
    /// Its type.
    pub ty: EdmType,
    /// Whether it can be null.
    pub nullable: bool,
}

/// The forms of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum ScalarKind {
    /// A property of the row.
    Property(PropertyId),
    /// A literal, converted to the type it meets.
    Literal(Value),
    /// A function or arithmetic of values.
    Call(Function, Vec<Scalar>),
    /// A condition as a value: true, false or null.
    Condition(Box<Condition>),
}

/// A condition over a row: true, false or null, with OData's null logic.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A literal truth value.
    Constant(bool),
    /// Null.
    Null,
    /// All true.
    And(Vec<Condition>),
    /// One true.
    Or(Vec<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// A comparison of two values; null equals null and nothing else, and orders with nothing.
    Compare(Comparison, Scalar, Scalar),
    /// Whether a value is null.
    IsNull {
        /// The value.
        value: Scalar,
        /// Whether an empty text counts as null (Salesforce knows no empty text).
        blank: bool,
    },
    /// Membership in a list of literals without null.
    In(Scalar, Vec<Value>),
    /// `contains`, `startswith`, `endswith`.
    Match {
        /// Where the needle must stand.
        place: Place,
        /// Text searched in.
        text: Scalar,
        /// What is searched for.
        needle: Scalar,
    },
    /// A boolean property.
    Flag(PropertyId),
    /// Two conditions with the same truth value, null included.
    Same(Box<Condition>, Box<Condition>),
    /// Whether a condition has this truth value; false where it is null.
    Is(Box<Condition>, bool),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // OData's own names
pub enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Where a needle must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
}

/// What every clause of one request sees.
pub(crate) struct Scope<'a> {
    pub model: &'a Model,
    pub rules: &'a Rules,
    pub set: EntitySetId,
    pub aliases: &'a [(crate::odata::ast::Ident, crate::odata::ast::Expr)],
    /// Properties compared by `eq` or `in`: Salesforce looks for them in the rows.
    pub echoed: std::cell::RefCell<Vec<PropertyId>>,
    /// Nodes planned so far: aliases may repeat an expression that was parsed once.
    pub nodes: std::cell::Cell<usize>,
}

/// Nodes of all planned expressions of a request at most.
const PLANNED_NODES_MAX: usize = 100_000;

impl Scope<'_> {
    pub fn entity_set(&self) -> &crate::model::EntitySet {
        self.model.set(self.set)
    }

    pub fn salesforce(&self) -> bool {
        self.rules.profile == Profile::Salesforce
    }

    /// Counts a node towards the limit.
    pub fn count_node(&self) -> Result<(), PlanError> {
        self.nodes.set(self.nodes.get() + 1);
        match self.nodes.get() > PLANNED_NODES_MAX {
            true => Err(PlanError::Limit { limit: "planned_nodes_max", max: PLANNED_NODES_MAX as u64 }),
            false => Ok(()),
        }
    }
}

/// Plans a request against a service's model.
pub fn plan(request: &Request, model: &Model, rules: &Rules) -> Result<Plan, PlanError> {
    if let Some(name) = request.options.unsupported.first() {
        return Err(PlanError::Unsupported { feature: name.clone() });
    }
    navigate::plan_path(request, model, rules)
}

/// The closest of the known names, if close enough to be a slip.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)
        // As many changes as letters would make any name of any other.
        .filter(|(distance, candidate)| {
            *distance <= 2.max(candidate.chars().count() / 3) && *distance < name.chars().count()
        })
        .map(|(_, candidate)| candidate.to_owned())
}
