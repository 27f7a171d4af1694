//! `$orderby` becomes a total order: the key is appended, so that pages neither repeat nor drop rows.

use super::scalar::{Operand, operand, property};
use super::{OrderItem, PlanError, Scalar, ScalarKind, Scope};
use crate::model::EdmType;
use crate::odata::ast::OrderItem as Written;

/// Items of an order at most.
const ITEMS_MAX: usize = 16;

/// The total order of a request.
pub(super) fn total(scope: &Scope<'_>, written: Option<&[Written]>) -> Result<Vec<OrderItem>, PlanError> {
    let set = scope.entity_set();
    let mut items: Vec<OrderItem> = Vec::new();
    for item in written.unwrap_or_default() {
        if items.len() == ITEMS_MAX {
            return Err(PlanError::Limit { limit: "order_items_max", max: ITEMS_MAX as u64 });
        }
        let value = match operand(scope, &item.expr)? {
            Operand::Value(value) => value,
            Operand::Condition(super::Condition::Flag(id)) => property(scope, id),
            Operand::Condition(condition) => {
                Scalar { kind: ScalarKind::Condition(Box::new(condition)), ty: EdmType::Boolean, nullable: true }
            }
            // A constant orders nothing.
            Operand::Literal(_) => continue,
        };
        if !items.iter().any(|earlier| earlier.value == value) {
            items.push(OrderItem { value, descending: item.descending });
        }
        if covers_key(scope, &items) {
            return Ok(items);
        }
    }
    for id in &set.key {
        let value = property(scope, *id);
        if !items.iter().any(|item| item.value == value) {
            items.push(OrderItem { value, descending: false });
        }
    }
    Ok(items)
}

/// Whether the items name every key property: what follows them orders nothing.
fn covers_key(scope: &Scope<'_>, items: &[OrderItem]) -> bool {
    scope.entity_set().key.iter().all(|id| items.iter().any(|item| item.value.kind == ScalarKind::Property(*id)))
}
