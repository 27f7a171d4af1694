//! Text search: a literal needle as an escaped pattern, a computed one by position.

use super::writer::{Piece, Writer, Written};
use crate::dialect::Pattern;
use crate::sql::{Expr, Func, LetterCase, Needle, Place};
use crate::types::{Param, SqlType, Value};

impl Writer {
    pub(super) fn like(&mut self, text: &Expr, needle: &Needle, place: Place, case: LetterCase) -> Written {
        let like = &self.dialect.like;
        match (needle, case) {
            (Needle::Literal(needle), LetterCase::Exact) => self.exact_like(text, needle, place),
            (Needle::Literal(needle), LetterCase::Ignored) => {
                let param = pattern_param(needle, place, like.ignored_pattern);
                self.search(by_place(like.ignored, place), text, &param)
            }
            (Needle::Expr(needle), LetterCase::Exact) => self.computed(text, needle, place),
            (Needle::Expr(needle), LetterCase::Ignored) => self.computed(&lower(text), &lower(needle), place),
        }
    }

    fn exact_like(&mut self, text: &Expr, needle: &str, place: Place) -> Written {
        let like = &self.dialect.like;
        let param = pattern_param(needle, place, like.pattern);
        if is_exact(text) {
            return self.search(like.exact, text, &param);
        }
        // What starts with the needle exactly does so by any collation, and that an index may answer. A needle beyond
        // ASCII may be one that the column's character set lacks, which is an error there and not a mismatch.
        match like.start_prefilter {
            Some(prefilter) if place == Place::Start && matches!(text, Expr::Column(_)) && needle.is_ascii() => {
                self.push("(")?;
                self.search(prefilter, text, &param)?;
                self.push(" AND ")?;
                self.search(like.folding, text, &param)?;
                self.push(")")
            }
            _ => self.search(like.folding, text, &param),
        }
    }

    fn computed(&mut self, text: &Expr, needle: &Expr, place: Place) -> Written {
        self.fill(by_place(self.dialect.like.computed, place), &[compared(text), compared(needle)])
    }

    fn search(&mut self, template: &'static str, text: &Expr, pattern: &Param) -> Written {
        self.fill(template, &[compared(text), Piece::Placeholder(pattern)])
    }
}

fn compared(text: &Expr) -> Piece<'_> {
    match text {
        Expr::Exact(inner) => Piece::Exact(inner),
        other => Piece::Operand(other),
    }
}

fn by_place(templates: [&'static str; 3], place: Place) -> &'static str {
    let [anywhere, start, end] = templates;
    match place {
        Place::Anywhere => anywhere,
        Place::Start => start,
        Place::End => end,
    }
}

/// Whether the text's own LIKE compares exactly: it comes from exact columns. A literal has the session's collation.
fn is_exact(text: &Expr) -> bool {
    match text {
        Expr::Exact(_) => true,
        Expr::Column(column) => column.exact,
        Expr::Call { args, .. } => {
            let mut texts = args.iter().filter(|arg| arg.ty().is_text() && !matches!(arg, Expr::Param(_))).peekable();
            texts.peek().is_some() && texts.all(is_exact)
        }
        Expr::Param(_) | Expr::Cast(..) | Expr::Case(_) | Expr::Subselect(_) | Expr::CountAll => false,
    }
}

/// In lower case nothing is exact any more.
fn lower(text: &Expr) -> Expr {
    match text {
        Expr::Exact(inner) => lower(inner),
        other => Expr::Call { func: Func::ToLower, args: vec![other.clone()], ty: SqlType::Text },
    }
}

fn pattern_param(needle: &str, place: Place, pattern: Pattern) -> Param {
    Param { value: Value::Text(pattern_text(needle, place, pattern)), ty: SqlType::Text }
}

/// The needle with its wildcards escaped, and the pattern's own placed around it.
pub(super) fn pattern_text(needle: &str, place: Place, pattern: Pattern) -> String {
    let any = match pattern {
        Pattern::Percent => "%",
        Pattern::Glob => "*",
        Pattern::Plain => return needle.to_owned(),
    };
    let mut text = String::with_capacity(needle.len() + 4);
    if place != Place::Start {
        text.push_str(any);
    }
    for character in needle.chars() {
        match (pattern, character) {
            (Pattern::Percent, '%' | '_' | '!') => text.extend(['!', character]),
            (Pattern::Glob, '*' | '?' | '[') => text.extend(['[', character, ']']),
            _ => text.push(character),
        }
    }
    if place != Place::End {
        text.push_str(any);
    }
    text
}
