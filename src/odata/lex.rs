//! A cursor over decoded text: blanks, names, punctuation, and what to say when something else is there.
//!
//! Knows no expressions. There is no token list: what a character means depends on where it stands (`-`, `+`, `5`, `in`).

use super::ast::{Ident, Span};
use super::decode::Decoded;
use super::error::{Expectation, Feature, Found, SyntaxErrorKind};
use super::limits::{IDENTIFIER_CHARS_MAX, LimitName};

/// An error that does not know yet which part of the request it is in.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) kind: SyntaxErrorKind,
}

impl Fault {
    pub(super) fn new(start: usize, end: usize, kind: SyntaxErrorKind) -> Self {
        Self { span: span(start, end), kind }
    }
}

/// A position in a text.
pub(super) struct Cursor<'a> {
    decoded: &'a Decoded,
    pos: usize,
    /// Added to each span: where the text begins in its part.
    base: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(decoded: &'a Decoded, base: usize) -> Self {
        Self { decoded, pos: 0, base }
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// Goes to a position that was got from [`Self::pos`] or from counting ASCII bytes.
    pub(super) fn seek(&mut self, pos: usize) {
        self.pos = pos;
    }

    /// The bytes not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.decoded.text.as_bytes().get(self.pos..).unwrap_or_default()
    }

    fn rest_text(&self) -> &'a str {
        self.decoded.text.get(self.pos..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Skips one byte, which must be ASCII.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.pos += usize::from(here);
        here
    }

    pub(super) fn skip_blanks(&mut self) {
        self.pos += self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    }

    /// A plus sign, written `%2B` or `+`, `offset` bytes ahead.
    pub(super) fn is_plus(&self, offset: usize) -> bool {
        self.rest().get(offset) == Some(&b'+') || self.decoded.is_plus(self.pos + offset)
    }

    /// Text between two positions, as the client sees it in the URL: `+` is `+`.
    pub(super) fn verbatim(&self, start: usize, end: usize) -> String {
        self.decoded.with_pluses(start, end)
    }

    /// Text between two positions, where `+` is a blank.
    pub(super) fn text(&self, start: usize, end: usize) -> &'a str {
        self.decoded.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        span(self.base + start, self.base + self.pos)
    }

    /// The bytes of the name that begins here; 0 if none does.
    pub(super) fn name_len(&self) -> usize {
        let rest = self.rest_text();
        match rest.chars().next() {
            Some(first) if is_name_start(first) => rest.find(|c| !is_name_part(c)).unwrap_or(rest.len()),
            _ => 0,
        }
    }

    /// A simple name.
    pub(super) fn name(&mut self, what: Expectation) -> Result<Ident, Fault> {
        let (start, len) = (self.pos, self.name_len());
        if len == 0 {
            return Err(self.expected(what));
        }
        self.pos += len;
        let text = self.text(start, self.pos).to_owned();
        if text.chars().count() > IDENTIFIER_CHARS_MAX {
            let kind = SyntaxErrorKind::LimitExceeded { limit: LimitName::IdentifierChars, max: IDENTIFIER_CHARS_MAX };
            return Err(self.fault_from(start, kind));
        }
        Ok(Ident { text, span: self.span_from(start) })
    }

    /// A name, possibly qualified with dots.
    pub(super) fn qualified_name(&mut self, what: Expectation) -> Result<Ident, Fault> {
        let start = self.pos;
        self.name(what)?;
        while self.eat(b'.') {
            self.name(Expectation::Name)?;
        }
        Ok(Ident { text: self.text(start, self.pos).to_owned(), span: self.span_from(start) })
    }

    pub(super) fn fault_from(&self, start: usize, kind: SyntaxErrorKind) -> Fault {
        Fault { span: self.span_from(start), kind }
    }

    /// "expected this, found what stands here".
    pub(super) fn expected(&self, what: Expectation) -> Fault {
        let (found, len) = self.found();
        let start = self.base + self.pos;
        Fault::new(start, start + len, SyntaxErrorKind::Expected { what, found })
    }

    /// "this is OData, but not answered here", from a position to here.
    pub(super) fn unsupported(&self, start: usize, feature: Feature) -> Fault {
        self.fault_from(start, SyntaxErrorKind::Unsupported { feature })
    }

    pub(super) fn require(&mut self, byte: u8, what: Expectation) -> Result<(), Fault> {
        if self.eat(byte) { Ok(()) } else { Err(self.expected(what)) }
    }

    fn found(&self) -> (Found, usize) {
        let rest = self.rest_text();
        let Some(first) = rest.chars().next() else { return (Found::End, 0) };
        let word = self.name_len();
        let len = if word > 0 {
            word
        } else {
            rest.find(|c: char| BLANKS_AND_ENDS.contains(&c)).unwrap_or(rest.len()).max(first.len_utf8())
        };
        (Found::Text(shown(rest.get(..len).unwrap_or_default())), len)
    }
}

const BLANKS_AND_ENDS: [char; 5] = [' ', '\t', ',', '(', ')'];

pub(super) fn span(start: usize, end: usize) -> Span {
    let byte = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { start: byte(start), end: byte(end) }
}

/// The beginning of what a client wrote, fit for a message: short, and without control characters.
pub(super) fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    text.chars().take(SHOWN_MAX).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Letters of any script, and `_`.
pub(super) fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// The grammar's classes L, Nl, Nd, Mn, Mc, Pc, Cf; outside ASCII a superset of them, since a name that the model does
/// not have fails anyway and the standard library tells letters and digits, but not marks.
pub(super) fn is_name_part(c: char) -> bool {
    if c.is_ascii() { c == '_' || c.is_ascii_alphanumeric() } else { !c.is_whitespace() && !c.is_control() }
}
