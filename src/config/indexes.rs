//! Reads the `indexes` of an entity set: what a database's index is made of, part by part.
//!
//! Parts that no property stands for (expressions, columns left out of the model) are text between parentheses. What
//! planning makes of an index is decided elsewhere.

use super::fields::{Field, Fields};
use super::finding::{Code, Spot};

/// One index.
#[derive(Debug)]
pub struct IndexEntry {
    /// Its parts in order.
    pub on: Vec<IndexPart>,
    /// Whether it allows a value once only.
    pub unique: bool,
    /// Condition of a partial index, as the database writes it.
    pub condition: Option<String>,
    /// Properties of which only the first so many characters are indexed.
    pub prefix: Vec<(Spot<String>, u32)>,
    /// Properties indexed under another collation than the column's.
    pub collate: Vec<(Spot<String>, String)>,
    /// Access method, where it is no B-tree.
    pub method: Option<String>,
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPart {
    /// The property, or `None` for an expression.
    pub property: Option<Spot<String>>,
    /// Whether the index runs downwards here.
    pub descending: bool,
    /// Whether NULL comes first, where the index says.
    pub nulls_first: Option<bool>,
}

/// Reads one index.
pub(super) fn index(mut fields: Fields<'_>) -> IndexEntry {
    let on = fields.require("on", "write on = [\"CustomerId\", \"IssuedOn desc\"]: properties in the index's order");
    let on = on.and_then(|f| f.list()).unwrap_or_default();
    let on = on.iter().filter_map(part).collect();
    let entry = IndexEntry {
        on,
        unique: fields.take("unique").and_then(|f| f.boolean()).unwrap_or(false),
        condition: fields.take("where").and_then(|f| f.text()).map(|text| text.value),
        prefix: members(&mut fields, "prefix", |f| u32::try_from(f.count(1..=65_535)?).ok()),
        collate: members(&mut fields, "collate", |f| f.text().map(|text| text.value)),
        method: fields.take("method").and_then(|f| f.text()).map(|text| text.value).filter(|name| name != "btree"),
    };
    fields.finish();
    entry
}

fn members<T>(fields: &mut Fields<'_>, key: &'static str, read: fn(&Field<'_>) -> Option<T>) -> Vec<(Spot<String>, T)> {
    let named = fields.take(key).and_then(|f| f.named()).unwrap_or_default();
    named.into_iter().filter_map(|(name, member)| Some((name, read(&member)?))).collect()
}

fn part(field: &Field<'_>) -> Option<IndexPart> {
    let text = field.text()?;
    let found = split(&text.value);
    let Some((name, descending, nulls_first)) = found else {
        let help = "write \"Name\", \"Name desc\" or \"Name desc nulls first\", and an expression as \"(lower(name))\"";
        field.refuse(Code::BadValue, "no part of an index", help);
        return None;
    };
    let property = name.map(|name| Spot::new(name.to_owned(), text.span));
    Some(IndexPart { property, descending, nulls_first })
}

/// Name (none for an expression), direction and null order.
fn split(text: &str) -> Option<(Option<&str>, bool, Option<bool>)> {
    let (name, rest) = if text.starts_with('(') {
        (None, &text[text.rfind(')')? + 1..])
    } else {
        let end = text.find(' ').unwrap_or(text.len());
        (Some(&text[..end]).filter(|name| !name.is_empty()), &text[end..])
    };
    if name.is_none() && !text.starts_with('(') {
        return None;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (descending, words) = match words.split_first() {
        Some((&"desc", rest)) => (true, rest),
        Some((&"asc", rest)) => (false, rest),
        _ => (false, words.as_slice()),
    };
    let nulls_first = match words {
        [] => None,
        ["nulls", "first"] => Some(true),
        ["nulls", "last"] => Some(false),
        _ => return None,
    };
    Some((name, descending, nulls_first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split() {
        assert_eq!(split("A"), Some((Some("A"), false, None)));
        assert_eq!(split("A desc"), Some((Some("A"), true, None)));
        assert_eq!(split("A asc nulls first"), Some((Some("A"), false, Some(true))));
        assert_eq!(split("A nulls last"), Some((Some("A"), false, Some(false))));
        assert_eq!(split("(lower(a || ' desc')) desc"), Some((None, true, None)));
        for wrong in ["", " ", " A", "A down", "A desc nulls", "(a", "A nulls first desc", "(a) b"] {
            assert_eq!(split(wrong), None, "{wrong:?}");
        }
    }
}
