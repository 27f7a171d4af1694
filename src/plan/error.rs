//! What can be wrong with a request that reads well: names, types, and what is not answered yet.

use thiserror::Error;

use crate::odata::ast::Span;

/// Why a request cannot be planned. Names are the caller's or the model's; the edge gives each variant its code,
/// status and message.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlanError {
    /// No such entity set.
    #[error("there is no entity set '{name}'")]
    UnknownEntitySet {
        /// As written.
        name: String,
        /// Closest known name.
        nearest: Option<String>,
    },
    /// No such property.
    #[error("'{set}' has no property '{name}'")]
    UnknownProperty {
        /// Entity set.
        set: String,
        /// As written.
        name: String,
        /// Closest known name.
        nearest: Option<String>,
        /// Whether the name stood in the path (404) or in an option (400).
        in_path: bool,
    },
    /// No such function.
    #[error("there is no function '{name}'")]
    UnknownFunction {
        /// As written.
        name: String,
        /// Closest known name.
        nearest: Option<String>,
    },
    /// A function with the wrong number of arguments.
    #[error("the function '{name}' takes {takes} arguments, not {given}")]
    ArgumentCount {
        /// Function.
        name: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was given.
        given: usize,
    },
    /// A value of the wrong type.
    #[error("{what} is {found} where {wanted} is needed")]
    Type {
        /// What has the wrong type, as written.
        what: String,
        /// Its type.
        found: String,
        /// The type needed.
        wanted: String,
        /// Where, in its option.
        span: Span,
    },
    /// A literal beside a property of another type.
    #[error("'{property}' holds {holds} and cannot be compared with {given}")]
    Mismatch {
        /// The property.
        property: String,
        /// Its type, in a word for humans.
        holds: &'static str,
        /// The literal's type.
        given: &'static str,
        /// Where, in its option.
        span: Span,
    },
    /// A literal that its type does not allow (30 February).
    #[error("{text} is not a valid {ty}")]
    Literal {
        /// As written.
        text: String,
        /// Edm type name.
        ty: &'static str,
    },
    /// A parameter alias that no option defines. It is null by the standard; kept for aliases that define themselves.
    #[error("the alias '@{name}' refers to itself")]
    AliasLoop {
        /// Alias.
        name: String,
    },
    /// A part of OData that is not answered yet, by its name in the request.
    #[error("{feature} is not supported")]
    Unsupported {
        /// `$expand`, `navigation paths`, ...
        feature: String,
    },
    /// Something that this database cannot compute.
    #[error("the source '{dialect}' cannot compute {function}")]
    NotComputable {
        /// Function or operator.
        function: String,
        /// Source's name.
        dialect: String,
    },
    /// The key in the path does not fit the entity set's key.
    #[error("the key of '{set}' is ({wanted})")]
    Key {
        /// Entity set.
        set: String,
        /// Its key properties, comma-separated.
        wanted: String,
    },
    /// A path that leads nowhere.
    #[error("'{segment}' cannot follow here")]
    Path {
        /// The segment.
        segment: String,
    },
    /// An option that this resource does not take.
    #[error("the option {option} does not apply to {resource}")]
    OptionNotApplicable {
        /// `$top`, ...
        option: &'static str,
        /// `one entity`, `the service document`, ...
        resource: &'static str,
    },
    /// A search that does not read as one.
    #[error("the search text does not read as a search expression")]
    Search,
    /// A limit.
    #[error("{limit} is {max}")]
    Limit {
        /// Name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
    },
    /// A division by a literal zero.
    #[error("division by zero")]
    DivisionByZero,
}
