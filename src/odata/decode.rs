//! Splits the undecoded URL, then percent-decodes each piece exactly once, keeping which blanks were written `+`.
//!
//! Knows the encoding only, no grammar. A `+` in the path is a plus (no form encoding there); in the query it becomes a
//! blank that remembers its origin, because only the place it stands at tells what it means (see `super`).

use super::ast::Span;
use super::error::SyntaxErrorKind;
use super::lex::Fault;

/// Decoded text.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoded {
    /// The text; a `+` of the query is a blank here.
    pub(super) text: String,
    /// Where those blanks are, ascending.
    pluses: Vec<usize>,
}

impl Decoded {
    /// Decodes a path segment.
    pub(super) fn from_path(raw: &str) -> Result<Self, Fault> {
        Ok(Self { text: percent_decode(raw, |_| b'+')?, pluses: Vec::new() })
    }

    /// Decodes an option's name or value.
    pub(super) fn from_query(raw: &str) -> Result<Self, Fault> {
        let mut pluses = Vec::new();
        let text = percent_decode(raw, |at| {
            pluses.push(at);
            b' '
        })?;
        Ok(Self { text, pluses })
    }

    /// Whether the blank at this byte was written `+`.
    pub(super) fn is_plus(&self, at: usize) -> bool {
        self.pluses.binary_search(&at).is_ok()
    }

    /// A range of the text with its pluses back; both ends lie on character borders.
    pub(super) fn with_pluses(&self, start: usize, end: usize) -> String {
        let mut bytes = self.text.as_bytes().get(start..end).unwrap_or_default().to_vec();
        let from = self.pluses.partition_point(|&p| p < start);
        for &at in self.pluses.iter().skip(from).take_while(|&&p| p < end) {
            bytes[at - start] = b'+';
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The whole text with its pluses back, without the blanks around it.
    pub(super) fn verbatim(&self) -> String {
        self.with_pluses(0, self.text.len()).trim_matches(BLANKS).to_owned()
    }

    /// The whole text without the blanks around it.
    pub(super) fn trimmed(&self) -> &str {
        self.text.trim_matches(BLANKS)
    }
}

/// OData's white space.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// The name and the value of each pair of a query, undecoded; empty pairs are left out.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (pair, None),
    })
}

fn percent_decode(raw: &str, mut plus: impl FnMut(usize) -> u8) -> Result<String, Fault> {
    let bytes = raw.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let pair = (hex(bytes.get(at + 1)), hex(bytes.get(at + 2)));
                let (Some(high), Some(low)) = pair else {
                    return Err(Fault::new(at, at + 1, SyntaxErrorKind::BadPercentEncoding));
                };
                decoded.push(high * 16 + low);
                at += 3;
            }
            b'+' => {
                let written = plus(decoded.len());
                decoded.push(written);
                at += 1;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).map_err(|error| {
        let start = raw_offset(bytes, error.utf8_error().valid_up_to());
        Fault { span: Span { start, end: start + 3 }, kind: SyntaxErrorKind::InvalidUtf8 }
    })
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok())
}

/// Where in the raw text the decoded byte with this index was written.
fn raw_offset(raw: &[u8], decoded: usize) -> u32 {
    let mut at = 0;
    for _ in 0..decoded {
        at += if raw.get(at) == Some(&b'%') { 3 } else { 1 };
    }
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn decodes_exactly_once() {
        assert_eq!(Decoded::from_query("%2525").unwrap().text, "%25");
        assert_eq!(Decoded::from_path("a%2Fb").unwrap().text, "a/b");
    }

    #[test]
    fn plus_is_kept_apart_from_blank_and_from_encoded_plus() {
        let decoded = Decoded::from_query("é+%20%2B+").unwrap();
        assert_eq!(decoded.text, "é  + ");
        assert_eq!((0..6).map(|at| decoded.is_plus(at)).collect::<Vec<_>>(), [false, false, true, false, false, true]);
        assert_eq!(decoded.with_pluses(2, 6), "+ ++");
        assert_eq!(Decoded::from_path("a+b").unwrap().text, "a+b");
    }

    #[test]
    fn bad_encodings_are_named_with_their_place() {
        for raw in ["ab%", "ab%4", "ab%4g", "ab%%41"] {
            let fault = Decoded::from_query(raw).unwrap_err();
            assert_eq!((fault.kind, fault.span.start), (SyntaxErrorKind::BadPercentEncoding, 2), "{raw}");
        }
        let fault = Decoded::from_query("%41b%FFc").unwrap_err();
        assert_eq!((fault.kind, fault.span), (SyntaxErrorKind::InvalidUtf8, Span { start: 4, end: 7 }));
    }

    #[test]
    fn pairs_split_at_the_first_equals_and_skip_nothing_else() {
        let split: Vec<_> = pairs("&a=1=2&&b&=c&").collect();
        assert_eq!(split, [("a", Some("1=2")), ("b", None), ("", Some("c"))]);
    }
}
