//! Parameter aliases (URL Conventions 5.3): replaced by their expressions before planning; one without a value is null.

use super::{PlanError, Scope};
use crate::odata::ast::{Expr, Ident};

/// Longest chain of aliases that name aliases.
const CHAIN_MAX: usize = 8;

/// What an alias stands for; `None` for one that no option defines, which is null.
pub(super) fn resolve<'s>(scope: &'s Scope<'_>, name: &Ident) -> Result<Option<&'s Expr>, PlanError> {
    let mut wanted = name.text.as_str();
    for _ in 0..CHAIN_MAX {
        let Some((_, expr)) = scope.aliases.iter().find(|(alias, _)| alias.text == wanted) else {
            return Ok(None);
        };
        match &expr.kind {
            crate::odata::ast::ExprKind::Alias(next) => wanted = &next.text,
            _ if mentions_alias(expr) => {
                return Err(PlanError::Unsupported { feature: "an alias within an alias's expression".into() });
            }
            _ => return Ok(Some(expr)),
        }
    }
    Err(PlanError::AliasLoop { name: name.text.clone() })
}

/// Whether an alias occurs below; the parser bounds the depth.
fn mentions_alias(expr: &Expr) -> bool {
    use crate::odata::ast::ExprKind::*;
    match &expr.kind {
        Alias(_) => true,
        Literal(_) | Path(_) => false,
        And(items) | Or(items) | Call(_, items) => items.iter().any(mentions_alias),
        Not(inner) | Negate(inner) => mentions_alias(inner),
        Binary(_, left, right) => mentions_alias(left) || mentions_alias(right),
        In(left, items) => mentions_alias(left) || items.iter().any(mentions_alias),
        Collection { body, .. } => body.as_ref().is_some_and(|(_, body)| mentions_alias(body)),
    }
}
