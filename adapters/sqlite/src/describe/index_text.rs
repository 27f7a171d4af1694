//! Takes a CREATE INDEX text apart: the text of each part, and the condition behind WHERE.
//!
//! Tolerant: it knows quotes, comments and parentheses and nothing else of SQL. The text is SQLite's own copy of a
//! statement that SQLite accepted.

use std::ops::Range;

/// The texts of an index's parts, without direction and collation, and its condition.
#[derive(Debug, Default, PartialEq)]
pub struct IndexText {
    pub parts: Vec<String>,
    pub condition: Option<String>,
}

/// Reads `CREATE [UNIQUE] INDEX name ON table (parts) [WHERE condition]`.
pub fn read(text: &str) -> IndexText {
    let words = words(text);
    let word = |at: &Word| text.get(at.range.clone()).unwrap_or("");
    let Some(open) = words.iter().position(|at| at.depth == 0 && word(at) == "(") else { return IndexText::default() };
    let close =
        words.iter().skip(open).position(|at| at.depth == 0 && word(at) == ")").map_or(words.len(), |n| n + open);
    let inner = words.get(open + 1..close).unwrap_or(&[]);
    let parts = inner.split(|at| at.depth == 1 && word(at) == ",").map(|part| part_text(text, part)).collect();
    let rest = words.get(close + 1..).unwrap_or(&[]);
    let condition = match rest.split_first() {
        Some((first, condition)) if word(first).eq_ignore_ascii_case("where") => Some(span(text, condition)),
        _ => None,
    };
    IndexText { parts, condition }
}

/// A part without `COLLATE name`, `ASC` and `DESC` at its end.
fn part_text(text: &str, mut part: &[Word]) -> String {
    let is = |at: Option<&Word>, name: &str| {
        at.and_then(|at| text.get(at.range.clone())).is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    loop {
        match part {
            [rest @ .., last] if !rest.is_empty() && (is(Some(last), "asc") || is(Some(last), "desc")) => part = rest,
            [rest @ .., collate, _] if !rest.is_empty() && is(Some(collate), "collate") => part = rest,
            _ => return span(text, part),
        }
    }
}

/// The text from the first word to the last.
fn span(text: &str, words: &[Word]) -> String {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => text.get(first.range.start..last.range.end).unwrap_or("").to_owned(),
        _ => String::new(),
    }
}

/// A word, a quoted name or string, or one other character; a parenthesis has the depth outside it.
struct Word {
    range: Range<usize>,
    depth: usize,
}

fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let (mut words, mut at, mut depth) = (Vec::new(), 0, 0usize);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let length = match byte {
            _ if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'-' if rest.starts_with(b"--") => {
                at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                let end = rest.windows(2).skip(2).position(|pair| pair == b"*/").map_or(rest.len(), |n| n + 4);
                at += end;
                continue;
            }
            b'\'' | b'"' | b'`' => quoted(rest, *byte),
            b'[' => quoted(rest, b']'),
            _ if is_word(*byte) => rest.iter().take_while(|byte| is_word(**byte)).count(),
            _ => 1,
        };
        depth = if *byte == b')' { depth.saturating_sub(1) } else { depth };
        words.push(Word { range: at..at + length, depth });
        depth = if *byte == b'(' { depth + 1 } else { depth };
        at += length;
    }
    words
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Length of a quoted text; a doubled quote stands for itself.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        if *byte == quote {
            if rest.get(at + 1) != Some(&quote) || quote == b']' {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, parts: &[&str], condition: Option<&str>) {
        let found = read(text);
        assert_eq!(
            (found.parts, found.condition.as_deref()),
            (parts.iter().map(|p| (*p).to_owned()).collect(), condition)
        );
    }

    #[test]
    fn parts_and_condition_are_found() {
        check("CREATE INDEX i ON t (a, b DESC)", &["a", "b"], None);
        check("CREATE UNIQUE INDEX i ON t(lower(a), b + 1 collate nocase asc)", &["lower(a)", "b + 1"], None);
        check(
            "CREATE INDEX i ON t (a) WHERE b IS NOT NULL AND c IN (1, 2)",
            &["a"],
            Some("b IS NOT NULL AND c IN (1, 2)"),
        );
        check(
            "CREATE INDEX \"i (x)\" ON [t (] (`a,)`, coalesce(b, ')', 'it''s')) -- WHERE x\n",
            &["`a,)`", "coalesce(b, ')', 'it''s')"],
            None,
        );
        check("CREATE INDEX i ON t (a /* , b ( */ , größe) where größe > 0", &["a", "größe"], Some("größe > 0"));
    }

    #[test]
    fn torn_texts_do_no_harm() {
        let text = "CREATE INDEX \"i\" ON [t] (lower(a) COLLATE nocase DESC, 'x''y' /* c */) WHERE a > '(' -- z";
        for end in 0..=text.len() {
            read(text.get(..end).unwrap_or(""));
        }
        check("", &[], None);
        check("(", &[""], None);
        check(")(", &[""], None);
    }
}
