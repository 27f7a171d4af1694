//! What can be wrong with the text of a request, as data; the messages are short and say what to write instead.
//!
//! Knows no HTTP status: the edge answers 501 where [`SyntaxError::unsupported`] names a feature, else 400.

use std::fmt;

use super::ast::Span;
use super::lex::shown;
use super::limits::LimitName;

/// The request's text does not parse.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}{kind}", place(.part, *.span, .kind))]
pub struct SyntaxError {
    /// Which text `span` counts in.
    pub part: Part,
    /// Where; bytes of the part's decoded text (of the undecoded text, if decoding is what failed). See [`super::part_text`].
    pub span: Span,
    /// What.
    pub kind: SyntaxErrorKind,
}

impl SyntaxError {
    /// The OData feature that was recognised and is not answered, if that is the reason.
    pub fn unsupported(&self) -> Option<Feature> {
        match self.kind {
            SyntaxErrorKind::Unsupported { feature } => Some(feature),
            _ => None,
        }
    }
}

/// A part of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole URL below the service root.
    Url,
    /// The path below the service root.
    Path,
    /// A query option, by its decoded name.
    Option(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("URL"),
            Self::Path => f.write_str("path"),
            Self::Option(name) => f.write_str(&shown(name)),
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// The grammar wants something else here.
    #[error("expected {what}, found {found}{}", instead(.what, .found))]
    Expected {
        /// Wanted.
        what: Expectation,
        /// Present.
        found: Found,
    },
    /// A `$name` that OData does not define.
    #[error("{name} is not a query option{}", did_you_mean(.nearest))]
    UnknownOption {
        /// As written.
        name: String,
        /// The most similar option.
        nearest: Option<&'static str>,
    },
    /// A path segment `$name` that OData does not define.
    #[error("{name} is not a path segment{}", did_you_mean(.nearest))]
    UnknownSegment {
        /// As written.
        name: String,
        /// The most similar segment.
        nearest: Option<&'static str>,
    },
    /// The option stands there twice.
    #[error("{name} is given more than once")]
    DuplicateOption {
        /// As written the second time.
        name: String,
    },
    /// `%` without two hexadecimal digits.
    #[error("% must be followed by two hexadecimal digits; a percent sign is written %25")]
    BadPercentEncoding,
    /// The decoded bytes are no text.
    #[error("the percent-encoded bytes are not valid UTF-8")]
    InvalidUtf8,
    /// A limit was exceeded.
    #[error("{} (limit {limit})", .limit.message(*.max))]
    LimitExceeded {
        /// Which.
        limit: LimitName,
        /// Its value.
        max: usize,
    },
    /// Digits that are no number.
    #[error("{text} is not a number, or too large a one")]
    BadNumber {
        /// As written.
        text: String,
    },
    /// A literal of a known form with invalid content.
    #[error("{text} is not {form}")]
    BadLiteral {
        /// The form.
        form: LiteralForm,
        /// As written.
        text: String,
    },
    /// No closing quote.
    #[error("the text has no closing quote; a quote inside a text is doubled ('O''Neil')")]
    UnterminatedString,
    /// A number with an OData 2 type suffix.
    #[error("OData 4 numbers have no type suffix: write {number}, not {number}{suffix}")]
    V2Suffix {
        /// The number alone.
        number: String,
        /// `L`, `M`, `D` or `F`, as written.
        suffix: char,
    },
    /// A literal with an OData 2 prefix.
    #[error("{prefix}'...' is OData 2; in OData 4 write {hint}")]
    V2Literal {
        /// `datetime`, `guid`, ...
        prefix: String,
        /// How OData 4 writes it.
        hint: &'static str,
    },
    /// Valid OData that is not answered here.
    #[error("{feature} is not supported")]
    Unsupported {
        /// What.
        feature: Feature,
    },
}

/// Where, unless the message names it.
fn place(part: &Part, span: Span, kind: &SyntaxErrorKind) -> String {
    match kind {
        SyntaxErrorKind::UnknownOption { .. } | SyntaxErrorKind::DuplicateOption { .. } => String::new(),
        _ if *part == Part::Url => String::new(),
        _ => format!("{part}, position {}: ", span.start + 1),
    }
}

fn did_you_mean(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |n| format!("; did you mean {n}?"))
}

/// What to write instead of another language's operator.
fn instead(what: &Expectation, found: &Found) -> &'static str {
    let Found::Text(text) = found else { return "" };
    let lower = text.to_ascii_lowercase();
    match what {
        Expectation::OperatorOrEnd if lower.starts_with(['=', '!', '<', '>', '&', '|']) => {
            "; operators are words: eq, ne, gt, ge, lt, le, and, or"
        }
        Expectation::OperatorOrEnd if ["like", "contains"].contains(&lower.as_str()) => "; write contains(Name,'text')",
        Expectation::CommaOrEnd if lower == "descending" => "; write desc",
        Expectation::CommaOrEnd if lower == "ascending" => "; write asc",
        _ => "",
    }
}

/// What the grammar wants at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is its message
pub enum Expectation {
    Operand,
    OperatorOrEnd,
    Name,
    Literal,
    ListItem,
    CloseParenthesis,
    OpenParenthesis,
    CommaOrClose,
    CommaOrEnd,
    Colon,
    LambdaBody,
    NonNegativeInteger,
    TrueOrFalse,
    NonEmptyValue,
    EndOfSegment,
    EndOfPath,
    FirstSegment,
    AliasName,
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operand => "a property, function or value",
            Self::OperatorOrEnd => "an operator or the end",
            Self::Name => "a name",
            Self::Literal => "a value such as 5 or 'text'",
            Self::ListItem => "a value in the list",
            Self::CloseParenthesis => "a closing parenthesis",
            Self::OpenParenthesis => "an opening parenthesis",
            Self::CommaOrClose => "a comma or a closing parenthesis",
            Self::CommaOrEnd => "a comma or the end",
            Self::Colon => "a colon after the variable",
            Self::LambdaBody => "a variable and a condition, as in all(x:x/Paid)",
            Self::NonNegativeInteger => "a whole number, zero or more",
            Self::TrueOrFalse => "true or false",
            Self::NonEmptyValue => "a value",
            Self::EndOfSegment => "the end of the path segment",
            Self::EndOfPath => "the end of the path",
            Self::FirstSegment => "this segment to be the first",
            Self::AliasName => "an alias name such as @p",
        })
    }
}

/// What stood there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing more.
    End,
    /// The beginning of what follows, cut to a few characters.
    Text(String),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("the end"),
            Self::Text(text) => write!(f, "`{text}`"),
        }
    }
}

/// Literals whose content has a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is its message
pub enum LiteralForm {
    Date,
    TimeOfDay,
    DateTimeOffset,
    Duration,
    Binary,
    Enum,
}

impl fmt::Display for LiteralForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Date => "a date such as 2024-02-29",
            Self::TimeOfDay => "a time such as 23:59:59",
            Self::DateTimeOffset => "a date-time with its offset, such as 2024-02-29T23:59:59Z",
            Self::Duration => "a duration such as P1DT2H30M",
            Self::Binary => "base64url text",
            Self::Enum => "a list of enumeration members",
        })
    }
}

/// Valid OData that this service answers with "not implemented".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is its message
pub enum Feature {
    SelectOptions,
    SelectOperations,
    Annotation,
    CollectionLiteral,
    InCollection,
    AliasPath,
    NamedArguments,
    BoundFunction,
    FilteredCollection,
    Root,
    This,
    KeyInExpression,
    KeyAlias,
    KeyAfterParameters,
    KeyAsSegment,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelectOptions => "an option in parentheses inside $select",
            Self::SelectOperations => "selecting all operations of a namespace",
            Self::Annotation => "an annotation in an expression",
            Self::CollectionLiteral => "a JSON array or object in an expression",
            Self::InCollection => "`in` with anything but a list of values",
            Self::AliasPath => "a path behind a parameter alias",
            Self::NamedArguments => "a function with named arguments",
            Self::BoundFunction => "a function inside a path",
            Self::FilteredCollection => "a filtered collection inside an expression",
            Self::Root => "$root",
            Self::This => "$this",
            Self::KeyInExpression => "a key inside an expression",
            Self::KeyAlias => "a parameter alias in a key",
            Self::KeyAfterParameters => "a second pair of parentheses in a path segment",
            Self::KeyAsSegment => "a key behind a slash (write it in parentheses)",
        })
    }
}
