//! `$select` becomes the columns to fetch: what is shown, and what only tokens need.

use super::scalar::{named, property};
use super::{Column, OrderItem, PlanError, Scalar, ScalarKind, Scope};
use crate::model::PropertyId;
use crate::odata::ast::SelectItem;

/// The fetched columns, and the names for the context URL.
pub(super) struct Selection {
    pub columns: Vec<Column>,
    pub selected: Option<Vec<String>>,
    pub keyset: Vec<usize>,
}

/// Shown properties in the model's order, key first added where missing, then hidden order values.
pub(super) fn columns(
    scope: &Scope<'_>,
    items: Option<&[SelectItem]>,
    order: &[OrderItem],
) -> Result<Selection, PlanError> {
    let set = scope.entity_set();
    let wanted = listed(scope, items)?;
    let selected = wanted.as_ref().map(|ids| ids.iter().map(|id| set.property(*id).name.clone()).collect());
    let shown = |id: PropertyId| match &wanted {
        None => true,
        Some(ids) => ids.contains(&id) || set.is_key(id) || (scope.salesforce() && scope.echoed.borrow().contains(&id)),
    };
    let mut columns: Vec<Column> = set
        .property_ids()
        .filter(|id| shown(*id))
        .map(|id| Column { name: set.property(id).name.clone(), value: property(scope, id), shown: true })
        .collect();
    let mut keyset = Vec::with_capacity(order.len());
    for item in order {
        let at = columns.iter().position(|column| column.value == item.value);
        keyset.push(at.unwrap_or(columns.len()));
        if at.is_none() {
            columns.push(Column {
                name: hidden_name(&item.value, columns.len()),
                value: item.value.clone(),
                shown: false,
            });
        }
    }
    Ok(Selection { columns, selected, keyset })
}

fn hidden_name(value: &Scalar, at: usize) -> String {
    match value.kind {
        ScalarKind::Property(_) => format!("order-{at}"),
        _ => format!("expression-{at}"),
    }
}

/// The properties that `$select` lists; `None` for all.
fn listed(scope: &Scope<'_>, items: Option<&[SelectItem]>) -> Result<Option<Vec<PropertyId>>, PlanError> {
    let Some(items) = items else { return Ok(None) };
    let set = scope.entity_set();
    let mut ids = Vec::with_capacity(items.len());
    let mut all = false;
    for item in items {
        match item {
            SelectItem::All(_) => all = true,
            SelectItem::Path(path) => {
                let Some(first) = path.first() else { continue };
                if set.navigations.iter().any(|navigation| navigation.name == first.text) {
                    return Err(PlanError::Unsupported {
                        feature: format!("the navigation property {} in $select", first.text),
                    });
                }
                let id = named(set, &first.text, false)?;
                if let Some(more) = path.get(1) {
                    return Err(PlanError::Path { segment: more.text.clone() });
                }
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
    }
    Ok((!all).then_some(ids))
}
