//! What holds for every dialect and template.

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::*;
use crate::dialect::{ANSI, List, Pattern};
use crate::render::writer::{Part, parts};
use crate::render::{RenderError, STATEMENT_BYTES_MAX};
use crate::sql::{LetterCase, Needle, Order, Place};

fn arity(template: &'static str) -> usize {
    let places = parts(template).filter_map(|part| match part {
        Part::Argument(index) => Some(index + 1),
        Part::Text(text) => {
            assert!(!text.contains(['{', '}']), "{template}");
            None
        }
    });
    places.max().unwrap_or(0)
}

#[test]
fn templates_name_the_arguments_they_get() {
    for dialect in DATABASES.into_iter().chain([&ANSI]) {
        for (func, arguments) in functions() {
            if let Some(template) = (dialect.function)(func) {
                assert_eq!(arity(template), arguments, "{} {func:?}", dialect.name);
            }
        }
        for ty in TYPES {
            let around = [(dialect.bind)(ty), (dialect.bind_list)(ty), (dialect.comparand)(ty), (dialect.output)(ty)];
            assert!(around.into_iter().chain((dialect.cast)(ty)).all(|template| arity(template) == 1));
        }
        let like = &dialect.like;
        let searches = [like.exact, like.folding].into_iter().chain(like.start_prefilter);
        assert!(searches.chain(like.ignored).chain(like.computed).all(|template| arity(template) == 2));
        assert_eq!(arity(dialect.exact), 1);
        // A pattern that is to be escaped needs its escape character named.
        if like.pattern == Pattern::Percent {
            assert!(like.exact.ends_with("ESCAPE '!'") && like.folding.ends_with("ESCAPE '!'"));
        }
        assert_eq!(like.ignored_pattern == Pattern::Plain, !like.ignored[0].contains("LIKE"));
    }
}

/// A call of the function on columns of fitting types.
fn call(func: Func, arguments: usize) -> Expr {
    let ty = match func {
        Func::Add(n) | Func::Subtract(n) | Func::Multiply(n) | Func::Divide(n) | Func::Modulo(n) => of(n),
        Func::Negate(n) | Func::Round(n) | Func::Floor(n) | Func::Ceiling(n) => of(n),
        _ => SqlType::Text,
    };
    let args = (0..arguments).map(|index| if index == 0 { column("a", ty) } else { Expr::param(Value::Null, ty) });
    Expr::Call { func, args: args.collect(), ty }
}

fn of(number: Number) -> SqlType {
    match number {
        Number::Integer => SqlType::I64,
        Number::Decimal => SqlType::Decimal { scale: None },
        Number::Double => SqlType::F64,
    }
}

/// Statements that together use every template.
fn everything() -> Vec<Select> {
    let mut all = Vec::new();
    for (func, arguments) in functions() {
        all.push(Select::new(vec![call(func, arguments)], table()));
    }
    for ty in TYPES {
        all.push(Select::new(vec![Expr::Cast(Box::new(column("a", ty)), ty), Expr::param(Value::Null, ty)], table()));
        let order = |nullable, descending| Order { expr: column("a", ty), descending, nullable };
        let mut select = filtered(Pred::Compare(Compare::Ge, column("a", ty), Expr::param(Value::Null, ty)));
        select.order = vec![order(true, false), order(true, true), order(false, true)];
        (select.limit, select.offset) = (Some(5), Some(6));
        all.push(select);
        for negated in [false, true] {
            all.push(filtered(Pred::In { expr: column("a", ty), values: vec![Value::Null; 3], negated }));
        }
    }
    for place in [Place::Anywhere, Place::Start, Place::End] {
        for case in [LetterCase::Exact, LetterCase::Ignored] {
            for subject in [folding("a"), column("a", SqlType::Text), Expr::Exact(Box::new(folding("a")))] {
                for needle in [Needle::Literal("x".to_owned()), Needle::Expr(folding("b"))] {
                    all.push(filtered(Pred::Like { text: subject.clone(), needle, place, case, negated: true }));
                }
            }
        }
    }
    all
}

#[test]
fn every_statement_is_sql() {
    let grammars: [(&Dialect, &dyn Grammar); 3] =
        [(&POSTGRES, &PostgreSqlDialect {}), (&MYSQL, &MySqlDialect {}), (&SQLITE, &SQLiteDialect {})];
    let mut parsed = 0;
    for (dialect, grammar) in grammars {
        for select in everything() {
            let Ok(statement) = render(&select, dialect) else { continue };
            // The parser's MySQL knows neither DIV nor ESCAPE behind a collation.
            let text = statement.text.replace(" DIV ", " / ");
            match Parser::parse_sql(grammar, &text) {
                Ok(found) => assert_eq!(found.len(), 1, "{text}"),
                Err(error) => panic!("{}: {error}\n{text}", dialect.name),
            }
            parsed += 1;
        }
    }
    assert!(parsed > 300, "{parsed}");
}

#[test]
fn dialects_use_only_their_own_words() {
    let forbidden: [(&Dialect, &[&str]); 3] = [
        (&POSTGRES, &["`", "?", "TRUE", "FALSE", " GLOB ", "tg_", "USING utf8mb4", "ISNULL", "IFNULL", " IN ("]),
        (&MYSQL, &["\"", "$1", "||", " NULLS ", "TRUE", "FALSE", " GLOB ", "tg_", "::", "ILIKE", "\\", "POSITION"]),
        (&SQLITE, &["`", "$", "NULLS ", "TRUE", "FALSE", "ILIKE", "EXTRACT", "CHAR_LENGTH", "POSITION", "MOD(", "::"]),
    ];
    for (dialect, words) in forbidden {
        for select in everything() {
            let Ok(statement) = render(&select, dialect) else { continue };
            for word in words {
                assert!(!statement.text.contains(word), "{}: {word} in {}", dialect.name, statement.text);
            }
            // Comments and a second statement are never written.
            assert!(!statement.text.contains([';', '#']) && !statement.text.contains("--"), "{}", statement.text);
            assert!(!statement.text.contains("/*"), "{}", statement.text);
        }
    }
}

#[test]
fn placeholders_and_parameters_are_as_many() {
    for select in everything() {
        for dialect in DATABASES {
            let Ok(statement) = render(&select, dialect) else { continue };
            let mark = if dialect.list == List::Array { '$' } else { '?' };
            assert_eq!(statement.text.matches(mark).count(), statement.params.len(), "{}", statement.text);
            assert_eq!(statement.columns.len(), select.columns.len().max(1));
        }
    }
}

#[test]
fn what_a_dialect_lacks_is_refused() {
    let modulo = Select::new(vec![call(Func::Modulo(Number::Double), 2)], table());
    let refused = RenderError::Unsupported { func: Func::Modulo(Number::Double) };
    assert_eq!(render(&modulo, &POSTGRES), Err(refused));
    assert_eq!(render(&modulo, &SQLITE), Err(refused));
    assert!(render(&modulo, &MYSQL).is_ok());

    let cast = Select::new(vec![Expr::Cast(Box::new(column("a", SqlType::Text)), SqlType::Bool)], table());
    assert_eq!(render(&cast, &MYSQL), Err(RenderError::UnsupportedCast { to: SqlType::Bool }));
    assert!(render(&cast, &POSTGRES).is_ok());

    // A call with an argument missing is no SQL.
    let short = Select::new(vec![call(Func::Concat, 1)], table());
    assert_eq!(render(&short, &POSTGRES), Err(RenderError::Unsupported { func: Func::Concat }));
}

#[test]
fn statements_have_bounds() {
    let many = |count: i64| {
        filtered(Pred::In {
            expr: column("a", SqlType::I64),
            values: (0..count).map(Value::I64).collect(),
            negated: false,
        })
    };
    let refused = RenderError::TooManyParameters { count: 32_256, max: 32_000 };
    assert_eq!(render(&many(32_001), &SQLITE), Err(refused));
    assert!(render(&many(32_001), &POSTGRES).is_ok());

    // Each level writes its argument five times.
    let mut expr = column("a", SqlType::F64);
    for _ in 0..40 {
        expr = Expr::Call { func: Func::Round(Number::Double), args: vec![expr], ty: SqlType::F64 };
    }
    let nested = Select::new(vec![expr], table());
    assert_eq!(render(&nested, &POSTGRES), Err(RenderError::TooLong { max: STATEMENT_BYTES_MAX }));
}

#[test]
fn long_rows_of_terms_stay_shallow() {
    for make in [Pred::And, Pred::Or] {
        let text = condition(make((0..5000).map(|n| equals("a", n)).collect()), &SQLITE).0;
        assert_eq!(text.matches('?').count(), 5000);
        // The longest row of one level, and the depth of the parentheses.
        let (mut depth, mut deepest) = (0usize, 0usize);
        for character in text.chars() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        assert!(depth == 0 && deepest == 2, "{deepest}");
        let longest = text.split(['(', ')']).map(|row| row.matches('?').count()).max();
        assert!(longest <= Some(64), "{longest:?}");
    }
}
