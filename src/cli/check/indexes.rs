//! The key and the indexes of an entity set beside those of its table.

use contract::catalog::{Index, Table};

use super::live::Beside;
use crate::config::{Code, Severity};
use crate::model::{EdmType, Property, PropertyId};

/// Names listed in one message.
const NAMES_MAX: usize = 12;
/// Longer texts cannot be filtered in Salesforce.
const TEXT_MAX: u32 = 255;

/// Compares key and indexes.
pub(super) fn compare(beside: Beside<'_>, table: &Table) {
    key(beside, table);
    if table.view {
        // Its indexes are those of the tables under it.
        return;
    }
    model_indexes(beside, table);
    live_indexes(beside, table);
    unindexed(beside, table);
}

/// Some constraint must keep the key unique.
fn key(beside: Beside<'_>, table: &Table) {
    let key: Vec<&str> = beside.set.key.iter().map(|id| &*beside.set.property(*id).column).collect();
    let within = |column: &String| key.iter().any(|name| beside.same_column(name, column));
    let primary = !table.primary_key.is_empty() && table.primary_key.iter().all(within);
    let unique = table.indexes.iter().any(|index| {
        index.unique
            && index.condition.is_none()
            && index.parts.iter().all(|part| !part.expression && within(&part.column))
    });
    if primary || unique {
        return;
    }
    let names = key.join(", ");
    if table.view {
        let message = format!("`{}` is a view: nobody can tell whether its key ({names}) is unique", table.name);
        let help = "be sure of it: two rows with one key are one record in Salesforce".to_owned();
        return beside.at_set(Severity::Hint, Code::KeyUnique, message, "a view", Some(help));
    }
    let message = format!("nothing in `{}` keeps the key ({names}) unique", table.name);
    let mut help =
        "two rows with one key are one record in Salesforce: create a unique index on these columns".to_owned();
    if !table.primary_key.is_empty() {
        help.push_str(&format!(", or use the primary key ({})", table.primary_key.join(", ")));
    }
    beside.at_set(Severity::Warning, Code::KeyUnique, message, "no unique index", Some(help));
}

/// Columns that an index leads to, up to the first part that is more than a column.
fn leading(index: &Index) -> Vec<&str> {
    if index.condition.is_some() {
        return Vec::new();
    }
    let plain = index.parts.iter().take_while(|part| !part.expression && part.prefix.is_none());
    plain.map(|part| part.column.as_str()).collect()
}

fn model_indexes(beside: Beside<'_>, table: &Table) {
    let set = beside.set;
    for index in set.indexes.iter().filter(|index| index.properties != set.key) {
        let columns: Vec<&str> = index.properties.iter().map(|id| &*set.property(*id).column).collect();
        let serves = |live: &Index| {
            let live = leading(live);
            live.len() >= columns.len() && live.iter().zip(&columns).all(|(a, b)| beside.same_column(a, b))
        };
        if columns.is_empty() || table.indexes.iter().any(serves) {
            continue;
        }
        let names: Vec<_> = index.properties.iter().map(|id| set.property(*id).name.as_str()).collect();
        let message = format!("`{}` has no index on {}", table.name, columns.join(", "));
        let help = format!("create it, or remove {{ on = {names:?} }}: scans would run among the quick reads");
        beside.at_set(Severity::Warning, Code::IndexDrift, message, "the model says it is there", Some(help));
    }
}

/// Indexes that the model could say, as lines to paste.
fn live_indexes(beside: Beside<'_>, table: &Table) {
    let set = beside.set;
    let mut lines: Vec<String> = Vec::new();
    for index in &table.indexes {
        let ids: Vec<PropertyId> = leading(index).into_iter().map_while(|column| property_of(beside, column)).collect();
        let known = |ids: &[PropertyId]| set.indexes.iter().any(|known| known.properties.starts_with(ids));
        if ids.is_empty() || known(&ids) || (set.key.starts_with(&ids) && known(&set.key)) {
            continue;
        }
        let names: Vec<_> = ids.iter().map(|id| set.property(*id).name.as_str()).collect();
        let unique = if index.unique && ids.len() == index.parts.len() { ", unique = true" } else { "" };
        let line = format!("{{ on = {names:?}{unique} }},");
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        let message = format!("`{}` has indexes that the model does not say", table.name);
        let help = format!("add to `indexes`:\n  {}", lines.join("\n  "));
        let label = "reads that they serve run among the scans";
        beside.at_set(Severity::Hint, Code::IndexDrift, message, label, Some(help));
    }
}

fn property_of(beside: Beside<'_>, column: &str) -> Option<PropertyId> {
    beside.set.property_ids().find(|id| beside.same_column(&beside.set.property(*id).column, column))
}

/// Properties that people filter by and no index begins with.
fn unindexed(beside: Beside<'_>, table: &Table) {
    let led = |property: &Property| {
        let first = |index: &Index| leading(index).first().is_some_and(|c| beside.same_column(c, &property.column));
        table.indexes.iter().any(first)
    };
    let wanted: Vec<_> = beside.set.properties.iter().filter(|p| filterable(p) && !led(p)).collect();
    if wanted.is_empty() {
        return;
    }
    let mut names: Vec<_> = wanted.iter().take(NAMES_MAX).map(|p| p.name.clone()).collect();
    if wanted.len() > NAMES_MAX {
        names.push(format!("and {} more", wanted.len() - NAMES_MAX));
    }
    let message = format!("no index of `{}` begins with {}", table.name, names.join(", "));
    let help = "index those that list views filter or sort by".to_owned();
    beside.at_set(Severity::Hint, Code::Unindexed, message, "filters and sorts on them scan the table", Some(help));
}

fn filterable(property: &Property) -> bool {
    match property.ty {
        EdmType::String => property.max_length.is_some_and(|length| length <= TEXT_MAX),
        // Half of the rows at best.
        EdmType::Boolean | EdmType::Binary => false,
        _ => true,
    }
}
