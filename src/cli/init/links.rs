//! From foreign keys to navigation properties, both ways.
//!
//! Works on ends that are drafted now and on ends that a model file has already; only the former get navigations.

use contract::catalog::{ForeignKey, Table};

use super::names::{Taken, without_key_word};
use super::sets::{NavigationDraft, SetDraft, comparable};
use crate::config::model_file::{ModelFile, SetEntry};
use crate::model::EdmType;

/// An entity set as one end of a navigation.
#[derive(Clone)]
pub struct End {
    set: String,
    type_name: String,
    schema: Option<String>,
    table: String,
    /// Column, property and type.
    properties: Vec<(String, String, EdmType)>,
}

impl End {
    /// A set that is being drafted.
    pub fn drafted(draft: &SetDraft<'_>) -> End {
        let served = draft.properties.iter().filter(|property| property.shape.refused.is_none());
        End {
            set: draft.name.clone(),
            type_name: draft.type_name.clone(),
            schema: draft.table.schema.clone(),
            table: draft.table.name.clone(),
            properties: served.map(|p| (p.column.name.clone(), p.name.clone(), p.shape.ty)).collect(),
        }
    }

    /// The sets of a model file that live in a source.
    pub fn written(file: &ModelFile, source: &str) -> Vec<End> {
        let here = |set: &&SetEntry| set.source.as_ref().is_none_or(|name| name.value == source);
        file.sets.iter().filter(here).map(End::of_entry).collect()
    }

    fn of_entry(set: &SetEntry) -> End {
        let property = |p: &crate::config::model_file::PropertyEntry| {
            let name = p.name.value.clone();
            Some((p.column.clone().unwrap_or_else(|| name.clone()), name, p.ty.as_ref()?.value))
        };
        End {
            set: set.name.value.clone(),
            type_name: set.type_name.as_ref().unwrap_or(&set.name).value.clone(),
            schema: set.schema.clone(),
            table: set.table.value.clone(),
            properties: set.properties.iter().filter_map(property).collect(),
        }
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The name of the entity set.
    pub fn set(&self) -> &str {
        &self.set
    }

    /// Whether this is the set over that table.
    pub fn is_over(&self, table: &Table) -> bool {
        self.is(table.schema.as_deref(), &table.name, true)
    }

    fn is(&self, schema: Option<&str>, table: &str, exactly: bool) -> bool {
        let same = |one: &str, other: &str| if exactly { one == other } else { one.eq_ignore_ascii_case(other) };
        let schemas = self.schema.as_deref().zip(schema).is_none_or(|(one, other)| one == other);
        schemas && same(&self.table, table)
    }

    fn property(&self, column: &str) -> Option<&(String, String, EdmType)> {
        let exact = self.properties.iter().find(|(name, ..)| name == column);
        exact.or_else(|| self.properties.iter().find(|(name, ..)| name.eq_ignore_ascii_case(column)))
    }
}

/// Names given to the members of each drafted set.
type Members = Vec<Taken>;

/// Gives the drafts their navigations: from each foreign key of `tables` whose ends are known, at the ends that are
/// drafts.
pub fn connect(drafts: &mut [SetDraft<'_>], known: &[End], tables: &[Table]) {
    let mut ends: Vec<End> = drafts.iter().map(End::drafted).collect();
    let own = ends.len();
    let mut members: Members = drafts.iter().map(property_names).collect();
    ends.extend(known.iter().cloned());
    for table in tables {
        let Some(child) = find(&ends, table.schema.as_deref(), &table.name) else { continue };
        for (number, key) in table.foreign_keys.iter().enumerate() {
            let again = table.foreign_keys[..number].iter().any(|other| same(other, key));
            let parent = find(&ends, key.target_schema.as_deref(), &key.target);
            let pairs = parent.ok_or("is not in this model").and_then(|parent| pairs(&ends[child], &ends[parent], key));
            match (parent, pairs) {
                _ if again => {}
                (Some(parent), Ok(on)) => {
                    let alone = table.foreign_keys.iter().filter(|other| other.target == key.target).count() == 1;
                    let link = Link { child, parent, on, alone: alone && child != parent };
                    link.add(&ends, drafts, &mut members, own);
                }
                (_, Err(reason)) if child < own => {
                    drafts[child].unlinked.push(format!("({}): {} {reason}", key.columns.join(", "), key.target));
                }
                _ => {}
            }
        }
    }
}

fn property_names(draft: &SetDraft<'_>) -> Taken {
    let mut taken = Taken::default();
    draft.properties.iter().for_each(|property| taken.take(&property.name));
    taken
}

fn find(ends: &[End], schema: Option<&str>, table: &str) -> Option<usize> {
    let exact = ends.iter().position(|end| end.is(schema, table, true));
    exact.or_else(|| ends.iter().position(|end| end.is(schema, table, false)))
}

fn same(one: &ForeignKey, other: &ForeignKey) -> bool {
    (&one.columns, &one.target, &one.target_columns) == (&other.columns, &other.target, &other.target_columns)
}

/// The pairs of child's and parent's properties, or why there are none.
fn pairs(child: &End, parent: &End, key: &ForeignKey) -> Result<Vec<(String, String)>, &'static str> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (column, target) in key.columns.iter().zip(&key.target_columns) {
        let (Some((_, own, ty)), Some((_, other, other_ty))) = (child.property(column), parent.property(target)) else {
            return Err("is reached by a column that is not served");
        };
        if !comparable(*ty, *other_ty) {
            return Err("keeps the column in another type");
        }
        if pairs.iter().any(|(a, b)| a == own || b == other) {
            return Err("is reached twice by one column");
        }
        pairs.push((own.clone(), other.clone()));
    }
    if pairs.is_empty() { Err("is reached by no column") } else { Ok(pairs) }
}

/// One foreign key with both ends.
struct Link {
    child: usize,
    parent: usize,
    on: Vec<(String, String)>,
    /// Whether it is the only one between two different tables, so that the ends' names say all.
    alone: bool,
}

impl Link {
    fn add(self, ends: &[End], drafts: &mut [SetDraft<'_>], members: &mut Members, own: usize) {
        let (child, parent) = (&ends[self.child], &ends[self.parent]);
        let by_column = match self.on.as_slice() {
            [(property, _)] => without_key_word(property),
            _ => &parent.type_name,
        };
        let (one, many) = if self.alone {
            (parent.type_name.clone(), child.set.clone())
        } else {
            (by_column.to_owned(), format!("{}By{by_column}", child.set))
        };
        let up = members.get_mut(self.child).map(|names| names.first_free(&wanted(&one, "Ref")));
        let down = members.get_mut(self.parent).map(|names| names.first_free(&wanted(&many, "List")));
        let partner = |back: &Option<String>, there: usize| back.clone().filter(|_| there < own);
        if let Some(name) = up.clone() {
            drafts[self.child].navigations.push(NavigationDraft {
                name,
                to: parent.set.clone(),
                on: self.on.clone(),
                collection: false,
                partner: partner(&down, self.parent),
            });
        }
        if let Some(name) = down {
            let on = self.on.into_iter().map(|(own, other)| (other, own)).collect();
            let partner = partner(&up, self.child);
            let (to, collection) = (child.set.clone(), true);
            drafts[self.parent].navigations.push(NavigationDraft { name, to, on, collection, partner });
        }
    }
}

/// A name, and a second choice where a property has it.
fn wanted(name: &str, suffix: &str) -> [String; 2] {
    let short: String = name.chars().take(40).collect();
    let stem: String = name.chars().take(40 - suffix.len()).collect();
    [short.trim_end_matches('_').to_owned(), format!("{}{suffix}", stem.trim_end_matches('_'))]
}
