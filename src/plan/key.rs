//! The key predicate of a path becomes a condition on the key properties.

use super::coerce::{Target, fit};
use super::scalar::property;
use super::{Comparison, Condition, PlanError, Scalar, ScalarKind, Scope};
use crate::model::PropertyId;
use crate::odata::ast::{KeyPredicate, Literal, LiteralKind};

/// The condition that pins every key property (URL Conventions 4.3.1).
pub(super) fn pinned(scope: &Scope<'_>, key: &KeyPredicate) -> Result<Condition, PlanError> {
    let set = scope.entity_set();
    let wrong = || PlanError::Key {
        set: set.name.clone(),
        wanted: set.key.iter().map(|id| set.property(*id).name.as_str()).collect::<Vec<_>>().join(","),
    };
    let pairs: Vec<(PropertyId, &Literal)> = match key {
        KeyPredicate::Empty(_) => return Err(wrong()),
        KeyPredicate::Single(literal) => match set.key.as_slice() {
            [only] => vec![(*only, literal)],
            _ => return Err(wrong()),
        },
        KeyPredicate::Named(named) => {
            let mut pairs = Vec::with_capacity(named.len());
            for (name, literal) in named {
                let id = set.property_named(&name.text).filter(|id| set.is_key(*id)).ok_or_else(wrong)?;
                if pairs.iter().any(|(seen, _)| *seen == id) {
                    return Err(wrong());
                }
                pairs.push((id, literal));
            }
            if pairs.len() != set.key.len() {
                return Err(wrong());
            }
            pairs
        }
    };
    let conditions = set.key.iter().filter_map(|id| pairs.iter().find(|(pair, _)| pair == id));
    Ok(Condition::And(conditions.map(|(id, literal)| equal(scope, *id, literal)).collect::<Result<_, _>>()?))
}

fn equal(scope: &Scope<'_>, id: PropertyId, literal: &Literal) -> Result<Condition, PlanError> {
    super::coerce::storable(&literal.kind)?;
    let value = property(scope, id);
    if literal.kind == LiteralKind::Null {
        return Ok(Condition::Constant(false));
    }
    if let (LiteralKind::Bool(truth), crate::model::EdmType::Boolean) = (&literal.kind, value.ty) {
        let flag = Condition::Flag(id);
        return Ok(if *truth { flag } else { Condition::Not(Box::new(flag)) });
    }
    Ok(match fit(literal, &Target::of(scope, &value), scope.salesforce())? {
        super::coerce::Fit::Exact(exact) => {
            let literal = Scalar { kind: ScalarKind::Literal(exact), ty: value.ty, nullable: false };
            Condition::Compare(Comparison::Eq, value, literal)
        }
        _ => Condition::Constant(false),
    })
}

/// Whether a condition pins every key property to one value, so that at most one row can match.
pub(super) fn pins_key(scope: &Scope<'_>, condition: &Condition) -> bool {
    let parts: &[Condition] = match condition {
        Condition::And(parts) => parts,
        other => std::slice::from_ref(other),
    };
    scope.entity_set().key.iter().all(|id| {
        parts.iter().any(|part| match part {
            Condition::Compare(Comparison::Eq, Scalar { kind: ScalarKind::Property(p), .. }, other) => {
                p == id && matches!(other.kind, ScalarKind::Literal(_))
            }
            Condition::And(inner) => inner.iter().any(|part| {
                matches!(part, Condition::Compare(Comparison::Eq, Scalar { kind: ScalarKind::Property(p), .. },
                    Scalar { kind: ScalarKind::Literal(_), .. }) if p == id)
            }),
            _ => false,
        })
    })
}
