//! The bounds that keep any request cheap to parse, to walk and to drop.
//!
//! Knows the numbers only; who exceeds one gets [`super::SyntaxErrorKind::LimitExceeded`] naming it.

use std::fmt;

/// Bounds on one request. Each has a name ([`LimitName`]) that its error carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of path and query together, undecoded.
    pub url_bytes_max: usize,
    /// Height of an expression tree, and nesting of parentheses, calls and unary operators. Values above
    /// [`DEPTH_CEILING`] count as that.
    pub depth_max: usize,
    /// Expression nodes and selected names of one request.
    pub nodes_max: usize,
    /// Items of one `in` list, or parts of one key.
    pub list_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { url_bytes_max: 65_534, depth_max: 64, nodes_max: 4_000, list_max: 2_000 }
    }
}

/// Nesting that no setting can exceed: the parser recurses per level, and the stack is finite.
pub const DEPTH_CEILING: usize = 128;

/// Characters of a name (OData's own bound, not configurable).
pub const IDENTIFIER_CHARS_MAX: usize = 128;

/// Which bound was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitName {
    /// [`Limits::url_bytes_max`]
    UrlBytes,
    /// [`Limits::depth_max`]
    Depth,
    /// [`Limits::nodes_max`]
    Nodes,
    /// [`Limits::list_max`]
    List,
    /// [`IDENTIFIER_CHARS_MAX`]
    IdentifierChars,
}

impl LimitName {
    /// The setting's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UrlBytes => "url_bytes_max",
            Self::Depth => "depth_max",
            Self::Nodes => "nodes_max",
            Self::List => "list_max",
            Self::IdentifierChars => "identifier_chars_max",
        }
    }

    /// What is counted, as the message says it.
    fn counted(self) -> &'static str {
        match self {
            Self::UrlBytes => "the URL is longer than {} bytes",
            Self::Depth => "the expression nests deeper than {} levels",
            Self::Nodes => "the request has more than {} terms",
            Self::List => "the list has more than {} items",
            Self::IdentifierChars => "the name is longer than {} characters",
        }
    }

    pub(super) fn message(self, max: usize) -> String {
        self.counted().replace("{}", &max.to_string())
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
