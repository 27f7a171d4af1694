//! Drafts as the text of a model file. The same drafts give the same bytes.
//!
//! Decides nothing but how things are written.

use contract::catalog::{Index, IndexPart};
use contract::dialect::Nulls;
use contract::{Dialect, SqlType};

use super::sets::{Key, NavigationDraft, PropertyDraft, SetDraft};
use crate::cli::property_line::{PropertyLine, quoted};
use crate::model::{EdmType, Flag, Flags};

/// Characters of a remark that quotes the database.
const QUOTE_LENGTH_MAX: usize = 100;

/// What stands at the head of a model file.
const HEAD: &str = "\
# The model: entity sets, properties, keys and navigations over the tables of one database.
#
# - `name` is what Salesforce sees and freezes at its first sync; `table` and `column` are what the database calls it. Choose
#   the names before the first sync.
# - Delete a line to hide a property or a navigation. What begins with # is left out.
# - `type` is the type for clients, `sql` how the database keeps it; `exact` says whether the database itself tells case,
#   accents and trailing blanks apart.
# - A text without `max_length` has `text_length_default` characters; longer values are cut.
# - `indexes` name what the database can look up fast. Other filters and sorts run in the slow lane.
";

/// The whole file.
pub fn model(namespace: &str, source: &str, dialect: &Dialect, drafts: &[SetDraft<'_>]) -> String {
    let mut out = HEAD.to_owned();
    out += "#\n# Check the result with:  tidegate check --config tidegate.toml\n\n";
    out += &format!("namespace = {}\ntext_length_default = 255\n", quoted(namespace));
    for draft in drafts {
        out.push('\n');
        out += &entity_set(source, dialect, draft);
    }
    out
}

/// One `[[entity_set]]`.
pub fn entity_set(source: &str, dialect: &Dialect, draft: &SetDraft<'_>) -> String {
    let table = draft.table;
    let mut out = String::from("[[entity_set]]\n");
    out += &format!("name = {}\n", quoted(&draft.name));
    if draft.type_name != draft.name {
        out += &format!("type = {}\n", quoted(&draft.type_name));
    }
    out += &format!("source = {}\n", quoted(source));
    if let Some(schema) = &table.schema {
        out += &format!("schema = {}\n", quoted(schema));
    }
    out += &format!("table = {}\n", quoted(&table.name));
    if let Some(comment) = &table.comment {
        out += &format!("description = {}\n", quoted(comment));
    }
    if table.readable == Some(false) {
        out += "# The user of this connection may not read it.\n";
    }
    out += &key(&draft.key);
    out += &properties(draft);
    out += &navigations(draft);
    out += &indexes(dialect, draft);
    out
}

fn key(key: &Key) -> String {
    match key {
        Key::Primary(names) => format!("key = {}\n", list(names)),
        Key::Unique { properties, index } => {
            let index = remark(index);
            format!(
                "# No primary key: the unique index {index} is over columns that are never null.\nkey = {}\n",
                list(properties)
            )
        }
        Key::Missing { candidate, unusable } => {
            let why = if *unusable {
                "# The primary key holds a column that cannot be part of a key here."
            } else {
                "# No primary key, and no unique index over columns that are never null."
            };
            let guess = if candidate.is_empty() {
                "# Or delete the set.\n# key = [\"...\"]\n".to_owned()
            } else {
                format!("# Or delete the set. A guess, not looked up in the data:\n# key = {}\n", list(candidate))
            };
            format!(
                "{why} The gateway does not start before this\n\
                 # set has a key: name properties whose values together occur once only and are never null, and take the # away.\n\
                 {guess}"
            )
        }
    }
}

fn properties(draft: &SetDraft<'_>) -> String {
    let mut out = String::from("properties = [\n");
    if draft.properties.is_empty() {
        out += "  # The database tells no columns: a view over something that is gone?\n";
    }
    for property in &draft.properties {
        out += &property_line(property);
    }
    out += "]\n";
    out
}

fn property_line(property: &PropertyDraft<'_>) -> String {
    let (column, shape) = (property.column, &property.shape);
    let zero_and_one = Flags { truthy: vec![Flag::Integer(1)], falsy: vec![Flag::Integer(0)] };
    let line = PropertyLine {
        name: &property.name,
        column: &column.name,
        ty: shape.ty,
        sql: shape.sql,
        max_length: shape.max_length,
        digits: shape.digits,
        nullable: column.nullable && !property.in_key,
        exact: (shape.ty == EdmType::String && shape.sql.is_text()).then_some(column.exact),
        flags: shape.flag.then_some(&zero_and_one),
        searchable: None,
        on_bad_value: None,
        description: column.comment.as_deref(),
    }
    .text();
    let mut remarks: Vec<String> = Vec::new();
    if shape.sql == SqlType::Other && !column.declared.is_empty() {
        remarks.push(remark(&column.declared));
    }
    remarks.extend(shape.remark.map(str::to_owned));
    match shape.refused {
        Some(reason) => format!("  # Not served, {}: {reason}.\n  # {line}\n", remark(&column.declared)),
        None if remarks.is_empty() => format!("  {line}\n"),
        None => format!("  {line}  # {}\n", remarks.join(": ")),
    }
}

fn navigations(draft: &SetDraft<'_>) -> String {
    if draft.navigations.is_empty() && draft.unlinked.is_empty() {
        return String::new();
    }
    let mut out = String::from("navigations = [\n");
    for navigation in &draft.navigations {
        out += &navigation_line(navigation);
    }
    for reason in &draft.unlinked {
        out += &format!("  # No navigation by the foreign key {}.\n", remark(reason));
    }
    out += "]\n";
    out
}

fn navigation_line(navigation: &NavigationDraft) -> String {
    let pairs: Vec<_> = navigation.on.iter().map(|(own, other)| format!("{} = {}", bare(own), quoted(other))).collect();
    let mut line = format!(
        "  {{ name = {}, to = {}, on = {{ {} }}",
        quoted(&navigation.name),
        quoted(&navigation.to),
        pairs.join(", ")
    );
    if navigation.collection {
        line += ", collection = true";
    }
    if let Some(partner) = &navigation.partner {
        line += &format!(", partner = {}", quoted(partner));
    }
    line + " },\n"
}

fn indexes(dialect: &Dialect, draft: &SetDraft<'_>) -> String {
    if draft.table.indexes.is_empty() && draft.table.view {
        return "# indexes = []  # A view uses those of its tables: name what they serve. Now the key is taken to be indexed.\n"
            .to_owned();
    }
    let mut out = String::from("indexes = [\n");
    for index in &draft.table.indexes {
        out += &index_line(dialect, draft, index);
    }
    out += "]\n";
    out
}

fn index_line(dialect: &Dialect, draft: &SetDraft<'_>, index: &Index) -> String {
    let (mut on, mut prefix, mut collate) = (Vec::new(), Vec::new(), Vec::new());
    for part in &index.parts {
        on.push(format!("{}{}", part_name(draft, part), part_order(dialect, part)));
        let Some(property) = plain(draft, part) else { continue };
        // A key of a TOML table occurs once; a column twice in an index changes nothing after the first time.
        if on.iter().filter(|other| other.split(' ').next() == Some(property)).count() > 1 {
            continue;
        }
        prefix.extend(part.prefix.map(|length| format!("{} = {length}", bare(property))));
        collate.extend(part.collation.as_ref().map(|name| format!("{} = {}", bare(property), quoted(name))));
    }
    let mut line = format!("  {{ on = {}", list(&on));
    if index.unique {
        line += ", unique = true";
    }
    if let Some(condition) = &index.condition {
        line += &format!(", where = {}", quoted(condition));
    }
    for (key, members) in [("prefix", prefix), ("collate", collate)] {
        if !members.is_empty() {
            line += &format!(", {key} = {{ {} }}", members.join(", "));
        }
    }
    if !matches!(index.method.as_str(), "btree" | "") {
        line += &format!(", method = {}", quoted(&index.method));
    }
    format!("{line} }},  # {}\n", remark(&index.name))
}

/// The property of a part that is a served column.
fn plain<'d>(draft: &'d SetDraft<'_>, part: &IndexPart) -> Option<&'d str> {
    let found = draft.property(&part.column).filter(|_| !part.expression);
    found.map(|property| property.name.as_str())
}

fn part_name(draft: &SetDraft<'_>, part: &IndexPart) -> String {
    match (plain(draft, part), &part.collation) {
        (Some(name), _) => name.to_owned(),
        (None, Some(collation)) => format!("({} COLLATE {collation})", part.column),
        (None, None) => format!("({})", part.column),
    }
}

/// Direction, and null order where it is not the database's own.
fn part_order(dialect: &Dialect, part: &IndexPart) -> String {
    let own = (dialect.nulls == Nulls::Lowest) != part.descending;
    let nulls = match part.nulls_first {
        Some(true) if !own => " nulls first",
        Some(false) if own => " nulls last",
        _ => "",
    };
    format!("{}{nulls}", if part.descending { " desc" } else { "" })
}

/// A list of texts.
fn list(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A key of a table.
fn bare(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { quoted(name) }
}

/// What a database says, short and on one line, for a comment.
fn remark(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(QUOTE_LENGTH_MAX).collect();
    if text.chars().count() > QUOTE_LENGTH_MAX { line + "..." } else { line }
}

/// The same for messages and for other files' comments.
pub fn one_line(text: &str) -> String {
    remark(text)
}
