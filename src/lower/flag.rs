//! Boolean properties: a real boolean, or a column with a set of true values and a set of false ones; anything else is
//! null, or false where the property cannot be null.

use contract::sql::{Expr, Pred};
use contract::{SqlType, Value};

use super::Lowering;
use super::condition::Want;
use crate::model::{Flag, PropertyId};

impl Lowering<'_> {
    /// A predicate that is true exactly when the flag is what is wanted.
    pub(super) fn flag(&self, id: PropertyId, want: Want) -> Pred {
        let nullable = self.set.property(id).nullable;
        match want {
            Want::True => self.flag_is(id, true, true),
            Want::NotTrue => self.flag_is(id, true, false),
            Want::False if nullable => self.flag_is(id, false, true),
            Want::NotFalse if nullable => self.flag_is(id, false, false),
            // A flag that cannot be null reads as false whenever it is not true.
            Want::False => self.flag_is(id, true, false),
            Want::NotFalse => self.flag_is(id, true, true),
        }
    }

    /// The stored value is (or is not) one of those that mean `value`; NULL is none of them.
    fn flag_is(&self, id: PropertyId, value: bool, holds: bool) -> Pred {
        let column = self.column(id);
        let null = || Pred::IsNull(self.column(id));
        let Some(flags) = &self.set.property(id).flags else {
            let truth = Pred::Truth { expr: column, negated: value != holds };
            return if holds { truth } else { truth.or(null()) };
        };
        let stored = if value { &flags.truthy } else { &flags.falsy };
        let values: Vec<Value> = stored.iter().map(|flag| stored_value(flag, column.ty())).collect();
        if values.is_empty() {
            return Pred::Const(!holds);
        }
        let found = self.one_of(column, &values, holds);
        if holds { found } else { found.or(null()) }
    }

    /// The flag as a value that sorts false before true: 1, 0 or NULL.
    pub(super) fn flag_value(&self, id: PropertyId) -> Expr {
        let one = Expr::param(Value::I64(1), SqlType::I64);
        let zero = Expr::param(Value::I64(0), SqlType::I64);
        Expr::Case(vec![(self.flag(id, Want::True), one), (self.flag(id, Want::False), zero)])
    }
}

fn stored_value(flag: &Flag, ty: SqlType) -> Value {
    match flag {
        Flag::Integer(number) if ty.is_decimal() => Value::Decimal(number.to_string()),
        Flag::Integer(number) if ty.is_text() => Value::Text(number.to_string()),
        Flag::Integer(number) => Value::I64(*number),
        Flag::Text(text) => Value::Text(text.clone()),
    }
}
