//! The syntax tree of an OData request: what was written, with spans, and nothing of what it means.
//!
//! Knows no model: whether a name exists, or a comparison makes sense, is for `plan`.

/// A range of bytes in the decoded text of one part of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// A name as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// Text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A parsed request.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Request {
    /// Path below the service root; empty for the service document.
    pub path: Vec<Segment>,
    /// System query options.
    pub options: Options,
}

/// One path segment.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// `$metadata`
    Metadata,
    /// `$count`
    Count,
    /// `$value`
    Value,
    /// `$ref`
    Ref,
    /// `$batch`, `$all`, `$crossjoin(..)`, `$entity`, `$filter(..)`, `$each`, `$query`: known to OData, not answered here.
    Other(Ident),
    /// A name, with a key predicate if one follows.
    Name {
        /// Name (simple, or qualified with dots for casts and bound operations).
        name: Ident,
        /// `(...)` behind it.
        key: Option<KeyPredicate>,
    },
}

/// What stands in parentheses behind a name in the path.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyPredicate {
    /// `()`
    Empty(Span),
    /// `(5)`
    Single(Literal),
    /// `(A=1,B='x')`, in the order written.
    Named(Vec<(Ident, Literal)>),
}

/// The system query options that were given.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Options {
    /// `$select`
    pub select: Option<Vec<SelectItem>>,
    /// `$filter`
    pub filter: Option<Expr>,
    /// `$orderby`
    pub orderby: Option<Vec<OrderItem>>,
    /// `$top`
    pub top: Option<u64>,
    /// `$skip`
    pub skip: Option<u64>,
    /// `$count`
    pub count: Option<bool>,
    /// `$search`: the decoded text; its grammar is the service's choice.
    pub search: Option<String>,
    /// `$format`: the decoded text.
    pub format: Option<String>,
    /// `$skiptoken`: the decoded text.
    pub skiptoken: Option<String>,
    /// Parameter aliases `@name=expr`.
    pub aliases: Vec<(Ident, Expr)>,
    /// Options that OData defines and this service does not answer yet (`$expand`, `$compute`, `$apply`, ...), as named.
    pub unsupported: Vec<String>,
}

/// One item of `$select`.
#[derive(Clone, Debug, PartialEq)]
pub enum SelectItem {
    /// `*`
    All(Span),
    /// A property or a path.
    Path(Vec<Ident>),
}

/// One item of `$orderby`.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderItem {
    /// What to sort by.
    pub expr: Expr,
    /// `desc`
    pub descending: bool,
}

/// An expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands in its option's decoded text.
    pub span: Span,
}

/// The forms of an expression. Chains of `and` and of `or` are flat: their length is not depth.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A literal.
    Literal(LiteralKind),
    /// A member path `A/B/C`; a leading `$it` is dropped.
    Path(Vec<Ident>),
    /// `@alias`
    Alias(Ident),
    /// Two or more operands.
    And(Vec<Expr>),
    /// Two or more operands.
    Or(Vec<Expr>),
    /// `not e`
    Not(Box<Expr>),
    /// `-e`
    Negate(Box<Expr>),
    /// A comparison or arithmetic.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `e in (a,b)`
    In(Box<Expr>, Vec<Expr>),
    /// `name(args)`
    Call(Ident, Vec<Expr>),
    /// `path/any(x:body)`, `path/all(x:body)`, `path/any()`, `path/$count`: parsed for its 501.
    Collection {
        /// `any`, `all` or `$count`.
        operator: Ident,
        /// The collection.
        path: Vec<Ident>,
        /// Range variable and body.
        body: Option<(Ident, Box<Expr>)>,
    },
}

/// Comparison and arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // OData's own operator names
pub enum BinaryOp {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Has,
    Add,
    Sub,
    Mul,
    Div,
    DivBy,
    Mod,
}

/// A literal with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// Value.
    pub kind: LiteralKind,
    /// Where.
    pub span: Span,
}

/// A literal as written; numbers and dates stay text until the model says what they are compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `-?digits[.digits][e[+-]digits]`, as written (a leading `+` is dropped).
    Number(String),
    /// `INF`, `-INF`, `NaN`
    NonFinite(f64),
    /// `'text'`, quotes undoubled.
    Text(String),
    /// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, as written.
    Guid(String),
    /// `YYYY-MM-DD`, as written; validity of the day is checked by `plan`.
    Date(String),
    /// `hh:mm[:ss[.fraction]]`
    TimeOfDay(String),
    /// `YYYY-MM-DDThh:mm[:ss[.fraction]](Z|±hh:mm)`
    DateTimeOffset(String),
    /// `duration'...'`: the text between the quotes.
    Duration(String),
    /// `binary'...'`: the base64url text between the quotes.
    Binary(String),
    /// `Ns.Type'A,B'`
    Enum(String, String),
    /// `geography'...'` and `geometry'...'`: recognised for their 501.
    Geo(String),
}
