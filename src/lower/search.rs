//! `$search` as containment in one of the searchable properties; a set with none finds nothing.

use contract::SqlType;
use contract::sql::{Expr, LetterCase, Needle, Place, Pred};

use super::Lowering;
use crate::plan::SearchTerm;

impl Lowering<'_> {
    /// A predicate that is true when the row contains (or does not contain) what is searched.
    pub(super) fn search(&self, term: &SearchTerm, found: bool) -> Pred {
        let all = |items: &[SearchTerm], found: bool| {
            items.iter().map(|item| self.search(item, found)).fold(Pred::Const(true), Pred::and)
        };
        let any = |items: &[SearchTerm], found: bool| {
            items.iter().map(|item| self.search(item, found)).fold(Pred::Const(false), Pred::or)
        };
        match (term, found) {
            (SearchTerm::Phrase(text), found) => self.phrase(text, found),
            (SearchTerm::And(items), true) => all(items, true),
            (SearchTerm::And(items), false) => any(items, false),
            (SearchTerm::Or(items), true) => any(items, true),
            (SearchTerm::Or(items), false) => all(items, false),
            (SearchTerm::Not(inner), found) => self.search(inner, !found),
        }
    }

    fn phrase(&self, text: &str, found: bool) -> Pred {
        let searchable = self.set.property_ids().filter(|id| self.set.property(*id).searchable);
        searchable.fold(Pred::Const(!found), |pred, id| {
            let property = self.set.property(id);
            let column = match property.sql {
                SqlType::Text | SqlType::Char { .. } | SqlType::Other => self.column(id),
                _ => Expr::Cast(Box::new(self.column(id)), SqlType::Text),
            };
            let case = if property.search_case_sensitive { LetterCase::Exact } else { LetterCase::Ignored };
            let needle = Needle::Literal(text.to_owned());
            let like = Pred::Like { text: column.clone(), needle, place: Place::Anywhere, case, negated: !found };
            match found {
                true => pred.or(like),
                false if property.nullable => pred.and(like.or(Pred::IsNull(column))),
                false => pred.and(like),
            }
        })
    }
}
