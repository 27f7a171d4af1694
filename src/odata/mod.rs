//! Text to syntax: the URL's path and query become a [`ast::Request`].
//!
//! Knows no model, no SQL and no HTTP. A pure function of its arguments; nothing here panics or recurses without a bound.
//!
//! The URL is split undecoded (path at `/`, query at `&`, option at the first `=`) and each piece is percent-decoded
//! exactly once. What a `+` means depends on its place:
//!
//! - in the path it is a plus;
//! - in the query it is white space where the grammar wants white space (as are `%20` and a tab),
//! - a sign in an exponent, a date-time's offset and the prefixed literals (`duration'+P1D'`),
//! - itself in `$format`, `$skiptoken` and (refused there) `$top` and `$skip`,
//! - and a blank inside a text literal and in `$search`, since clients that form-encode mean one. `%2B` is a plus everywhere.
//!
//! System options are those with `$`, in any case; names without `$` or `@` are the client's own and ignored.

pub mod ast;
mod decode;
mod error;
mod expr;
mod lex;
mod limits;
mod literal;
mod options;
mod path;
mod print;
mod temporal;
#[cfg(test)]
mod tests;

pub use error::{Expectation, Feature, Found, LiteralForm, Part, SyntaxError, SyntaxErrorKind};
pub use limits::{DEPTH_CEILING, IDENTIFIER_CHARS_MAX, LimitName, Limits};
pub use print::{print, print_expr, print_literal, print_options};

use ast::{Request, Span};
use decode::Decoded;

/// Parses a request from the undecoded path below the service root and the undecoded query string.
pub fn parse(path: &str, query: Option<&str>, limits: &Limits) -> Result<Request, SyntaxError> {
    let bytes = path.len() + query.map_or(0, |query| query.len() + 1);
    let max = limits.url_bytes_max;
    if bytes > max {
        let kind = SyntaxErrorKind::LimitExceeded { limit: LimitName::UrlBytes, max };
        return Err(SyntaxError { part: Part::Url, span: Span::default(), kind });
    }
    let mut budget = expr::Budget::new(limits);
    let path = path::path(path, &budget)?;
    let options = options::options(query.unwrap_or_default(), &mut budget)?;
    Ok(Request { path, options })
}

/// The text that an error's span counts in, to show the error with its place: decoded, or undecoded if it does not decode.
pub fn part_text(path: &str, query: Option<&str>, part: &Part) -> Option<String> {
    match part {
        Part::Url => None,
        Part::Path => {
            let path = path.strip_prefix('/').unwrap_or(path);
            let decoded: Result<Vec<String>, _> =
                path.split('/').map(|segment| Decoded::from_path(segment).map(|decoded| decoded.text)).collect();
            Some(decoded.map_or_else(|_| path.to_owned(), |segments| segments.join("/")))
        }
        Part::Option(wanted) => decode::pairs(query.unwrap_or_default())
            .find(|(name, _)| Decoded::from_query(name).is_ok_and(|name| name.text == *wanted))
            .map(|(_, value)| value.unwrap_or_default())
            .map(|raw| Decoded::from_query(raw).map_or_else(|_| raw.to_owned(), |decoded| decoded.text)),
    }
}
