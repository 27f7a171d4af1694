//! From tables to entity sets: names, properties, and which columns are the key.
//!
//! Leaves nothing out without a word: what cannot be served, or lacks a key, is drafted with the reason.

use contract::Dialect;
use contract::catalog::{Column, Index, Table};

use super::columns::{self, Shape};
use super::names::{Taken, identifier, singular};
use crate::config::is_standard_object;
use crate::model::EdmType;

/// An entity set to be written.
pub struct SetDraft<'a> {
    /// The table or view.
    pub table: &'a Table,
    /// Entity set name.
    pub name: String,
    /// Entity type name.
    pub type_name: String,
    /// Properties in the order of the columns.
    pub properties: Vec<PropertyDraft<'a>>,
    /// The key.
    pub key: Key,
    /// Navigation properties.
    pub navigations: Vec<NavigationDraft>,
    /// Foreign keys that no navigation came of, with the reason.
    pub unlinked: Vec<String>,
}

/// A property to be written.
pub struct PropertyDraft<'a> {
    /// The column.
    pub column: &'a Column,
    /// Property name.
    pub name: String,
    /// Types and facets.
    pub shape: Shape,
    /// Whether it is part of the key.
    pub in_key: bool,
}

/// Where a key comes from; property names in key order.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The primary key.
    Primary(Vec<String>),
    /// A unique index over columns that are never null.
    Unique {
        /// Properties.
        properties: Vec<String>,
        /// Name of the index.
        index: String,
    },
    /// None; what might be one.
    Missing {
        /// Properties worth a look; may be empty.
        candidate: Vec<String>,
        /// Whether there is a primary key that cannot be served.
        unusable: bool,
    },
}

/// A navigation property to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct NavigationDraft {
    /// Name.
    pub name: String,
    /// Entity set pointed at.
    pub to: String,
    /// Own property and the other's.
    pub on: Vec<(String, String)>,
    /// Whether it points at many.
    pub collection: bool,
    /// The navigation back.
    pub partner: Option<String>,
}

impl SetDraft<'_> {
    /// The served property over a column.
    pub fn property(&self, column: &str) -> Option<&PropertyDraft<'_>> {
        self.properties.iter().find(|p| p.column.name == column && p.shape.refused.is_none())
    }
}

/// Names given so far in a model.
pub struct ModelNames {
    sets: Taken,
    types: Taken,
    /// What stands before a name that Salesforce has already.
    prefix: String,
}

impl ModelNames {
    /// No names but the container's.
    pub fn new(source: &str, container: &str) -> ModelNames {
        let mut types = Taken::default();
        types.take(container);
        ModelNames { sets: Taken::default(), types, prefix: identifier(source) }
    }

    /// Takes the names of a set that is there already.
    pub fn take(&mut self, set: &str, type_name: &str) {
        self.sets.take(set);
        self.types.take(type_name);
    }

    fn set(&mut self, table: &str) -> String {
        let mut name = identifier(table);
        if is_standard_object(&name) {
            name = identifier(&format!("{} {name}", self.prefix));
        }
        self.sets.unique(&name)
    }

    /// The type of a set, once all sets have their names.
    fn type_of(&mut self, set: &str) -> String {
        let one = singular(set).filter(|one| self.sets.is_free(one) && self.types.is_free(one));
        let name = one.unwrap_or_else(|| set.to_owned());
        self.types.unique(&name)
    }
}

/// Drafts an entity set for each table. `all` are the tables known at all, for guesses.
pub fn draft<'a>(tables: &[&'a Table], all: &[Table], dialect: &Dialect, names: &mut ModelNames) -> Vec<SetDraft<'a>> {
    let sets: Vec<String> = tables.iter().map(|table| names.set(&table.name)).collect();
    tables
        .iter()
        .zip(sets)
        .map(|(table, name)| {
            let type_name = names.type_of(&name);
            entity_set(table, all, dialect, name, type_name)
        })
        .collect()
}

fn entity_set<'a>(table: &'a Table, all: &[Table], dialect: &Dialect, name: String, type_name: String) -> SetDraft<'a> {
    let property = |(column, name)| {
        let shape = columns::shape(column, dialect, is_linked(table, all, &column.name));
        PropertyDraft { column, name, shape, in_key: false }
    };
    let properties = table.columns.iter().zip(property_names(&table.columns)).map(property).collect();
    let (navigations, unlinked) = (Vec::new(), Vec::new());
    let key = Key::Missing { candidate: Vec::new(), unusable: false };
    let mut set = SetDraft { table, name, type_name, properties, key, navigations, unlinked };
    set.key = key_of(&set, all);
    if let Key::Primary(names) | Key::Unique { properties: names, .. } = &set.key {
        set.properties.iter_mut().for_each(|property| property.in_key = names.contains(&property.name));
    }
    set
}

/// A name for each column. Of two alike the first by the alphabet has the plain one: places change.
fn property_names(columns: &[Column]) -> Vec<String> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|place| &columns[*place].name);
    let (mut taken, mut names) = (Taken::default(), vec![String::new(); columns.len()]);
    for place in order {
        names[place] = taken.unique(&identifier(&columns[place].name));
    }
    names
}

/// Whether the column belongs to a key or a foreign key at either end.
fn is_linked(table: &Table, all: &[Table], column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    has(&table.primary_key)
        || table.foreign_keys.iter().any(|key| has(&key.columns))
        || all.iter().flat_map(|t| &t.foreign_keys).any(|key| key.target == table.name && has(&key.target_columns))
        || table.indexes.iter().any(|index| unique_columns(index).is_some_and(|names| names.contains(&column)))
}

/// The columns of an index that allows each row's values once.
fn unique_columns(index: &Index) -> Option<Vec<&str>> {
    let whole = index.parts.iter().all(|part| !part.expression && part.prefix.is_none());
    let usable = index.unique && index.condition.is_none() && whole && !index.parts.is_empty();
    usable.then(|| index.parts.iter().map(|part| part.column.as_str()).collect())
}

fn key_of(set: &SetDraft<'_>, all: &[Table]) -> Key {
    let table = set.table;
    let primary: Vec<&str> = table.primary_key.iter().map(String::as_str).collect();
    if let Some(properties) = served(set, &primary, true) {
        return Key::Primary(properties);
    }
    let usable = |nullable: bool| {
        let found = table.indexes.iter().filter_map(|index| {
            let properties = served(set, &unique_columns(index)?, nullable)?;
            Some((properties.len(), &index.name, properties))
        });
        found.min_by(|(count, name, _), (other, next, _)| (count, name).cmp(&(other, next)))
    };
    if let Some((_, index, properties)) = usable(false) {
        return Key::Unique { properties, index: index.clone() };
    }
    let candidate = usable(true).map(|(_, _, properties)| properties).or_else(|| borrowed(set, all));
    let first = || set.properties.iter().find(|p| p.shape.can_be_key()).map(|p| vec![p.name.clone()]);
    Key::Missing { candidate: candidate.or_else(first).unwrap_or_default(), unusable: !primary.is_empty() }
}

/// The properties over these columns, if all of them can be in a key.
fn served(set: &SetDraft<'_>, columns: &[&str], nullable: bool) -> Option<Vec<String>> {
    let property = |column: &&str| {
        let found = set.property(column)?;
        let fits = found.shape.can_be_key() && (nullable || !found.column.nullable);
        fits.then(|| found.name.clone())
    };
    let names: Option<Vec<_>> = columns.iter().map(property).collect();
    names.filter(|names| !names.is_empty())
}

/// The key of another table whose columns this one has, the foremost: what a view over tables has in common with them.
fn borrowed(set: &SetDraft<'_>, all: &[Table]) -> Option<Vec<String>> {
    let place = |name: &str| set.table.columns.iter().position(|column| column.name == name);
    let keys = all.iter().filter(|table| table.name != set.table.name && !table.primary_key.is_empty());
    let found = keys.filter_map(|table| {
        let key: Vec<&str> = table.primary_key.iter().map(String::as_str).collect();
        let properties = served(set, &key, true)?;
        Some((key.iter().filter_map(|name| place(name)).max(), &table.name, properties))
    });
    found.min_by(|(place, name, _), (other, next, _)| (place, name).cmp(&(other, next))).map(|(_, _, names)| names)
}

/// Whether two properties can be equal, as the loader sees it.
pub fn comparable(one: EdmType, other: EdmType) -> bool {
    let kind = |ty: EdmType| if ty.is_numeric() { EdmType::Decimal } else { ty };
    kind(one) == kind(other)
}
