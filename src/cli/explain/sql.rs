//! A statement for the eye: clauses on lines of their own, parameters below. What stands in quotes or parentheses is
//! printed as it is.

use std::fmt::Write;

use contract::{Statement, Value};

/// What begins a line, and how far in.
const BREAKS: [(&str, &str); 6] =
    [(" FROM ", ""), (" WHERE ", ""), (" ORDER BY ", ""), (" LIMIT ", ""), (" OFFSET ", ""), (" AND ", "  ")];
/// Values of a list that are shown at each end.
const LIST_SHOWN: usize = 4;

/// Text and parameters.
pub(super) fn statement(statement: &Statement) -> String {
    let mut out = broken(&statement.text);
    out.push('\n');
    for (place, param) in statement.params.iter().enumerate() {
        let _ = writeln!(out, "{:>4}  {} ({:?})", place + 1, value(&param.value), param.ty);
    }
    out
}

/// The text with a line break before each clause outside of quotes and parentheses; a blank becomes the break.
fn broken(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let (mut depth, mut quote) = (0_usize, None);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if quote.is_none() && depth == 0 {
            let found = BREAKS.iter().find(|(word, _)| text[at..].starts_with(word));
            if let Some((word, indent)) = found {
                out.push('\n');
                out.push_str(indent);
                out.push_str(&word[1..word.len() - 1]);
                // The blank behind the word may stand before the next one.
                at += word.len() - 1;
                continue;
            }
        }
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(c);
        at += c.len_utf8();
    }
    out
}

/// A value as people write it.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        Value::Decimal(text) => text.clone(),
        Value::Text(text) => format!("'{}'", text.escape_debug()),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Guid(bytes) => bytes.iter().fold("guid ".to_owned(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        }),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Timestamp(at) => at.to_string(),
        Value::List(values) => list(values),
    }
}

/// Long lists are told by their ends.
fn list(values: &[Value]) -> String {
    let shown = |values: &[Value]| values.iter().map(value).collect::<Vec<_>>().join(", ");
    if values.len() <= 2 * LIST_SHOWN {
        return format!("[{}]", shown(values));
    }
    let (head, tail) = (&values[..LIST_SHOWN], &values[values.len() - LIST_SHOWN..]);
    format!("[{}, .., {}], {} values", shown(head), shown(tail), values.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_stand_on_lines_of_their_own_and_quotes_are_left_alone() {
        let text = "SELECT \"a FROM b\", (SELECT 1 FROM x WHERE y AND z) FROM \"t\"\" WHERE \" AS t0 WHERE a = ' AND ' \
                    AND (b AND c) AND d ORDER BY a LIMIT $1";
        let lines = [
            "SELECT \"a FROM b\", (SELECT 1 FROM x WHERE y AND z)",
            "FROM \"t\"\" WHERE \" AS t0",
            "WHERE a = ' AND '",
            "  AND (b AND c)",
            "  AND d",
            "ORDER BY a",
            "LIMIT $1",
        ];
        assert_eq!(broken(text).lines().collect::<Vec<_>>(), lines);
        let joined: Vec<_> = broken(text).lines().map(|line| line.trim_start().to_owned()).collect();
        assert_eq!(joined.join(" "), text);
    }

    #[test]
    fn long_lists_are_told_by_their_ends() {
        let values: Vec<_> = (0..1000).map(Value::I64).collect();
        assert_eq!(list(&values), "[0, 1, 2, 3, .., 996, 997, 998, 999], 1000 values");
        assert_eq!(list(&values[..2]), "[0, 1]");
    }
}
