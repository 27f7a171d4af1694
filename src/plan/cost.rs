//! Which class of work a request is, as far as the model's indexes tell: the lane is chosen by it.

use super::{Comparison, Condition, OrderItem, Place, Read, Scalar, ScalarKind, Scope};
use crate::model::PropertyId;

/// A `$skip` from here on is work that grows with it.
pub(crate) const DEEP_SKIP_MIN: u64 = 10_000;

/// The class of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// A key or an index leads to the rows.
    Keyed,
    /// Many rows are read to give few, or all of them are.
    Scan,
}

/// The class of a planned read.
pub(super) fn cost(scope: &Scope<'_>, read: &Read) -> Cost {
    if read.search.is_some() || read.page.skip >= DEEP_SKIP_MIN {
        return Cost::Scan;
    }
    let led = read.filter.as_ref().is_some_and(|filter| leads(scope, filter));
    if led {
        return Cost::Keyed;
    }
    let counts = read.count || matches!(read.output, super::Output::Count);
    let export = read.page.top.is_none();
    if read.filter.is_some() || counts || export || !ordered_by_index(scope, &read.order) {
        return Cost::Scan;
    }
    Cost::Keyed
}

/// Whether an index finds the rows for which the condition holds.
fn leads(scope: &Scope<'_>, condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(|part| leads(scope, part)),
        Condition::Or(parts) => !parts.is_empty() && parts.iter().all(|part| leads(scope, part)),
        Condition::Compare(op, left, right) => {
            *op != Comparison::Ne && matches!(right.kind, ScalarKind::Literal(_)) && leading(scope, left)
        }
        Condition::In(value, _) => leading(scope, value),
        Condition::Match { place: Place::Start, text, needle } => {
            matches!(needle.kind, ScalarKind::Literal(_)) && leading(scope, text)
        }
        Condition::Constant(false) | Condition::Null => true,
        _ => false,
    }
}

/// Whether the value is the first property of the key or of an index.
fn leading(scope: &Scope<'_>, value: &Scalar) -> bool {
    let ScalarKind::Property(id) = value.kind else { return false };
    let set = scope.entity_set();
    set.key.first() == Some(&id) || set.indexes.iter().any(|index| index.properties.first() == Some(&id))
}

/// Whether an index, or the key, already has the rows in this order.
fn ordered_by_index(scope: &Scope<'_>, order: &[OrderItem]) -> bool {
    let set = scope.entity_set();
    let one_way = order.windows(2).all(|pair| pair[0].descending == pair[1].descending);
    let wanted: Option<Vec<PropertyId>> =
        order.iter().map(|item| if let ScalarKind::Property(id) = item.value.kind { Some(id) } else { None }).collect();
    let Some(wanted) = wanted else { return false };
    if wanted == set.key && one_way {
        return true;
    }
    // The appended key may be missing from the index: equal values of its own columns are few.
    set.indexes.iter().any(|index| {
        let without_key: Vec<_> = wanted.iter().filter(|id| !set.is_key(**id)).copied().collect();
        !without_key.is_empty() && index.properties.starts_with(&without_key)
    })
}
