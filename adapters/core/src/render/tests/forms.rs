//! Each form of the tree.

use super::*;
use crate::dialect::Pattern;
use crate::render::like::pattern_text;
use crate::sql::{Join, LetterCase, Needle, Order, Place};
use crate::types::Date;

fn like(text: Expr, needle: &str, place: Place, case: LetterCase) -> Pred {
    Pred::Like { text, needle: Needle::Literal(needle.to_owned()), place, case, negated: false }
}

#[test]
fn whole_statement() {
    let mut select = Select::new(
        vec![column("id", SqlType::I32), column("kind", SqlType::Other), Expr::CountAll],
        From::Table(Table { schema: Some("Main".into()), ..named("we\"ird`", 0) }),
    );
    let partner = Expr::Column(Column { table: Alias(1), name: "id".into(), ty: SqlType::I64, exact: true });
    let on = Pred::Compare(Compare::Eq, column("ref", SqlType::I64), partner);
    select.joins = vec![
        Join { outer: true, table: named("a", 1), on },
        Join { outer: false, table: named("b", 2), on: Pred::Const(true) },
    ];
    select.filter = Some(equals("id", 5));
    let by = |name, descending, nullable| Order { expr: column(name, SqlType::I64), descending, nullable };
    select.order = vec![by("x", false, true), by("y", true, true), by("id", true, false)];
    (select.limit, select.offset) = (Some(10), Some(20));
    golden(
        &statements(&select),
        r#"postgres: SELECT t0."id", CAST(t0."kind" AS text), COUNT(*) FROM "Main"."we""ird`" t0 LEFT JOIN "a" t1 ON t0."ref" = t1."id" JOIN "b" t2 ON 1 = 1 WHERE t0."id" = $1 ORDER BY t0."x" NULLS FIRST, t0."y" DESC NULLS LAST, t0."id" DESC LIMIT $2 OFFSET $3
        mysql: SELECT t0.`id`, t0.`kind`, COUNT(*) FROM `Main`.`we"ird``` t0 LEFT JOIN `a` t1 ON t0.`ref` = t1.`id` JOIN `b` t2 ON 1 = 1 WHERE t0.`id` = ? ORDER BY t0.`x`, t0.`y` DESC, t0.`id` DESC LIMIT ? OFFSET ?
        sqlite: SELECT t0."id", t0."kind", COUNT(*) FROM "Main"."we""ird`" t0 LEFT JOIN "a" t1 ON t0."ref" = t1."id" JOIN "b" t2 ON 1 = 1 WHERE t0."id" = ? ORDER BY t0."x", t0."y" DESC, t0."id" DESC LIMIT ? OFFSET ?"#,
    );
    let statement = render(&select, &POSTGRES).unwrap();
    assert_eq!(values(&statement), [Value::I64(5), Value::I64(10), Value::I64(20)]);
    assert_eq!(&*statement.columns, [SqlType::I32, SqlType::Other, SqlType::I64]);
}

#[test]
fn limits_fit_the_databases_integers() {
    let mut select = Select::new(Vec::new(), table());
    select.offset = Some(u64::MAX);
    for dialect in DATABASES {
        let statement = render(&select, dialect).unwrap();
        assert_eq!(values(&statement), [Value::I64(i64::MAX), Value::I64(i64::MAX)], "{}", statement.text);
        assert_eq!(&*statement.columns, [SqlType::I64]);
    }
}

#[test]
fn nested_selects() {
    let mut inner = filtered(equals("a", 1));
    inner.limit = Some(100);
    let capped = Select::new(vec![Expr::CountAll], From::Derived(Box::new(inner), Alias(9)));
    golden(
        &statements(&capped),
        r#"postgres: SELECT COUNT(*) FROM (SELECT 1 FROM "t" t0 WHERE t0."a" = $1 LIMIT $2) t9
        mysql: SELECT COUNT(*) FROM (SELECT 1 FROM `t` t0 WHERE t0.`a` = ? LIMIT ?) t9
        sqlite: SELECT COUNT(*) FROM (SELECT 1 FROM "t" t0 WHERE t0."a" = ? LIMIT ?) t9"#,
    );
    let derived = Select::new(vec![column("k", SqlType::Other), number(3)], table());
    let outer = Expr::Column(Column { table: Alias(4), name: "c0".into(), ty: SqlType::Other, exact: true });
    let columns = vec![outer, Expr::Subselect(Box::new(capped))];
    let mut select = Select::new(columns, From::Derived(Box::new(derived), Alias(4)));
    let other = Select::new(Vec::new(), From::Table(named("u", 5)));
    select.filter = Some(Pred::Exists { select: Box::new(other), negated: true });
    let statement = render(&select, &POSTGRES).unwrap();
    assert_eq!(
        &*statement.text,
        "SELECT CAST(t4.\"c0\" AS text), (SELECT COUNT(*) FROM (SELECT 1 FROM \"t\" t0 WHERE t0.\"a\" = $1 LIMIT $2) t9) \
         FROM (SELECT t0.\"k\" AS \"c0\", $3 AS \"c1\" FROM \"t\" t0) t4 WHERE NOT EXISTS (SELECT 1 FROM \"u\" t5)"
    );
    assert_eq!(&*statement.columns, [SqlType::Other, SqlType::I64]);
}

#[test]
fn conditions_nest() {
    let (a, b, c) = (equals("a", 1), equals("b", 2), equals("c", 3));
    let truth = |negated| Pred::Truth { expr: column("f", SqlType::Bool), negated };
    let cases = [
        (Pred::And(vec![]), "1 = 1"),
        (Pred::Or(vec![]), "1 = 0"),
        (Pred::Or(vec![Pred::And(vec![])]), "1 = 1"),
        (
            Pred::And(vec![a.clone(), Pred::And(vec![b.clone(), c.clone()])]),
            r#"t0."a" = ? AND t0."b" = ? AND t0."c" = ?"#,
        ),
        (
            Pred::And(vec![a.clone(), Pred::Or(vec![b.clone(), c.clone()])]),
            r#"t0."a" = ? AND (t0."b" = ? OR t0."c" = ?)"#,
        ),
        (
            Pred::Or(vec![a.clone(), Pred::And(vec![b.clone(), c.clone()])]),
            r#"t0."a" = ? OR (t0."b" = ? AND t0."c" = ?)"#,
        ),
        (Pred::Or(vec![Pred::And(vec![Pred::Or(vec![a.clone(), b.clone()])])]), r#"t0."a" = ? OR t0."b" = ?"#),
        (Pred::And(vec![truth(false), truth(true)]), r#"t0."f" AND (NOT t0."f")"#),
        (
            Pred::And(vec![
                Pred::IsNull(Expr::Exact(Box::new(folding("x")))),
                Pred::IsNotNull(column("y", SqlType::DecimalText { scale: None })),
            ]),
            r#"t0."x" IS NULL AND t0."y" IS NOT NULL"#,
        ),
    ];
    for (pred, expected) in cases {
        assert_eq!(condition(pred, &SQLITE).0, expected);
    }
    let case = Expr::Case(vec![(Pred::Or(vec![a, b]), number(1)), (c, number(0))]);
    let (text, bound) = condition(Pred::Compare(Compare::Le, case, number(9)), &POSTGRES);
    assert_eq!(text, r#"CASE WHEN t0."a" = $1 OR t0."b" = $2 THEN $3 WHEN t0."c" = $4 THEN $5 END <= $6"#);
    assert_eq!(bound, [1, 2, 1, 3, 0, 9].map(Value::I64));
    assert_eq!(condition(Pred::IsNull(Expr::Case(vec![])), &POSTGRES).0, "NULL IS NULL");
}

#[test]
fn comparisons_by_type() {
    let compare = |left: Expr, ty| Pred::Compare(Compare::Lt, left, Expr::param(Value::Null, ty));
    let exact = Expr::Exact(Box::new(folding("n")));
    golden(
        &conditions(&compare(exact, SqlType::Text)),
        r#"postgres: CAST(t0."n" AS text) COLLATE "C" < CAST($1 AS text) COLLATE "C"
        mysql: CAST(CONVERT(t0.`n` USING utf8mb4) AS BINARY) < CAST(CONVERT(? USING utf8mb4) AS BINARY)
        sqlite: t0."n" COLLATE BINARY < ? COLLATE BINARY"#,
    );
    let decimal = SqlType::DecimalText { scale: Some(2) };
    golden(
        &conditions(&compare(column("d", decimal), decimal)),
        r#"postgres: t0."d" < $1
        mysql: t0.`d` < CAST(? AS DECIMAL(65, 30))
        sqlite: t0."d" COLLATE tg_decimal < ? COLLATE tg_decimal"#,
    );
    golden(
        &conditions(&compare(column("e", SqlType::Other), SqlType::Other)),
        r#"postgres: CAST(t0."e" AS text) < CAST($1 AS text)
        mysql: t0.`e` < ?
        sqlite: t0."e" < ?"#,
    );
    golden(
        &conditions(&Pred::And(vec![
            compare(column("f", SqlType::F32), SqlType::F32),
            compare(column("i", SqlType::Instant), SqlType::Instant),
        ])),
        r#"postgres: t0."f" < CAST($1 AS real) AND t0."i" < $2
        mysql: t0.`f` < ? AND t0.`i` < CAST(? AS DATETIME(6))
        sqlite: t0."f" < ? AND t0."i" < ?"#,
    );
}

#[test]
fn lists() {
    let within = |expr, count: i64, negated| Pred::In { expr, values: (1..=count).map(Value::I64).collect(), negated };
    let a = || column("a", SqlType::I64);
    golden(
        &conditions(&within(a(), 3, false)),
        r#"postgres: t0."a" = ANY($1)
        mysql: t0.`a` IN (?, ?, ?, ?)
        sqlite: t0."a" IN (?, ?, ?, ?)"#,
    );
    assert_eq!(condition(within(a(), 3, false), &SQLITE).1, [1, 2, 3, 3].map(Value::I64));
    let (negated, bound) = condition(within(a(), 2, true), &POSTGRES);
    assert_eq!(
        (negated.as_str(), bound),
        (r#"t0."a" <> ALL($1)"#, vec![Value::List(vec![Value::I64(1), Value::I64(2)])])
    );
    assert_eq!(condition(within(a(), 0, true), &MYSQL).0, "1 = 1");
    assert_eq!(condition(within(a(), 0, false), &POSTGRES).0, "1 = 0");

    // 2500 values: two full chunks, and 452 in one of 512.
    for (negated, joint) in [(false, ") OR t0.`a`"), (true, ") AND t0.`a`")] {
        let both = Pred::And(vec![within(a(), 2500, negated), equals("b", 0)]);
        let (text, bound) = condition(both, &MYSQL);
        assert_eq!((bound.len(), bound[2499].clone(), bound[2559].clone()), (2561, Value::I64(2500), Value::I64(2500)));
        assert_eq!(text.matches(joint).count(), 2);
        assert!(text.starts_with("(t0.") && text.ends_with("?)) AND t0.`b` = ?"));
    }

    let exact = Pred::In { expr: Expr::Exact(Box::new(folding("n"))), values: vec![text("x")], negated: false };
    golden(
        &conditions(&exact),
        r#"postgres: CAST(t0."n" AS text) COLLATE "C" = ANY($1)
        mysql: CAST(CONVERT(t0.`n` USING utf8mb4) AS BINARY) IN (CAST(CONVERT(? USING utf8mb4) AS BINARY))
        sqlite: t0."n" COLLATE BINARY IN (? COLLATE BINARY)"#,
    );
    let day = Value::Date(Date { year: 2024, month: 2, day: 29 });
    let dates = Pred::In { expr: column("d", SqlType::Date), values: vec![day], negated: false };
    assert_eq!(condition(dates, &MYSQL).0, "t0.`d` IN (CAST(? AS DATE))");
}

#[test]
fn text_search() {
    let search = |text, place, case| conditions(&like(text, "50%", place, case));
    golden(
        &search(column("n", SqlType::Text), Place::Anywhere, LetterCase::Exact),
        r#"postgres: t0."n" LIKE $1 ESCAPE '!'
        mysql: t0.`n` LIKE ? ESCAPE '!'
        sqlite: t0."n" GLOB ?"#,
    );
    golden(
        &search(folding("n"), Place::Start, LetterCase::Exact),
        r#"postgres: CAST(t0."n" AS text) COLLATE "C" LIKE $1 ESCAPE '!'
        mysql: (t0.`n` LIKE ? ESCAPE '!' AND CONVERT(t0.`n` USING utf8mb4) COLLATE utf8mb4_bin LIKE ? ESCAPE '!')
        sqlite: t0."n" GLOB ?"#,
    );
    // A character that the column's character set may lack is not compared by the column itself.
    assert_eq!(
        condition(like(folding("n"), "é", Place::Start, LetterCase::Exact), &MYSQL).0,
        "CONVERT(t0.`n` USING utf8mb4) COLLATE utf8mb4_bin LIKE ? ESCAPE '!'"
    );
    golden(
        &search(folding("n"), Place::End, LetterCase::Ignored),
        r#"postgres: CAST(t0."n" AS text) COLLATE "default" ILIKE $1 ESCAPE '!'
        mysql: LOWER(CONVERT(t0.`n` USING utf8mb4)) COLLATE utf8mb4_bin LIKE LOWER(?) ESCAPE '!'
        sqlite: tg_ends(t0."n", ?)"#,
    );
    let bound = |dialect| condition(like(folding("n"), "5%", Place::End, LetterCase::Ignored), dialect).1;
    assert_eq!(bound(&POSTGRES), [text("%5!%")]);
    assert_eq!(bound(&SQLITE), [text("5%")]);
    // What is computed from folding columns folds, and so does a literal beside them.
    let lower = |inner| Expr::Call { func: Func::ToLower, args: vec![inner], ty: SqlType::Text };
    let of = |inner| condition(like(lower(inner), "x", Place::Start, LetterCase::Exact), &MYSQL).0;
    assert_eq!(of(folding("n")), "CONVERT(LOWER(t0.`n`) USING utf8mb4) COLLATE utf8mb4_bin LIKE ? ESCAPE '!'");
    assert_eq!(of(column("n", SqlType::Text)), "LOWER(t0.`n`) LIKE ? ESCAPE '!'");
    let literal = Expr::param(text("X"), SqlType::Text);
    assert_eq!(of(literal), "CONVERT(LOWER(?) USING utf8mb4) COLLATE utf8mb4_bin LIKE ? ESCAPE '!'");
}

#[test]
fn computed_needles() {
    let needle = Needle::Expr(column("m", SqlType::Text));
    let find = |place, case, negated| {
        conditions(&Pred::Like { text: column("n", SqlType::Text), needle: needle.clone(), place, case, negated })
    };
    golden(
        &find(Place::Start, LetterCase::Exact, true),
        r#"postgres: NOT (starts_with(CAST(t0."n" AS text), CAST(t0."m" AS text)))
        mysql: NOT (LEFT(CAST(CONVERT(t0.`n` USING utf8mb4) AS BINARY), LENGTH(CONVERT(t0.`m` USING utf8mb4))) = CAST(CONVERT(t0.`m` USING utf8mb4) AS BINARY))
        sqlite: NOT (substr(t0."n", 1, length(t0."m")) = t0."m" COLLATE BINARY)"#,
    );
    golden(
        &find(Place::Anywhere, LetterCase::Ignored, false),
        r#"postgres: strpos(CAST(lower(t0."n" COLLATE "default") AS text) COLLATE "C", CAST(lower(t0."m" COLLATE "default") AS text) COLLATE "C") > 0
        mysql: LOCATE(CAST(CONVERT(LOWER(t0.`m`) USING utf8mb4) AS BINARY), CAST(CONVERT(LOWER(t0.`n`) USING utf8mb4) AS BINARY)) > 0
        sqlite: instr(tg_lower(t0."n"), tg_lower(t0."m")) > 0"#,
    );
}

#[test]
fn patterns_take_the_needle_literally() {
    let cases = [
        ("a%b_c!d\\[e", Pattern::Percent, "a!%b!_c!!d\\[e"),
        ("a*b?c[d]e%", Pattern::Glob, "a[*]b[?]c[[]d]e%"),
        ("a%*", Pattern::Plain, "a%*"),
        ("", Pattern::Percent, ""),
    ];
    for (needle, pattern, expected) in cases {
        let any = match pattern {
            Pattern::Percent => "%",
            Pattern::Glob => "*",
            Pattern::Plain => "",
        };
        assert_eq!(pattern_text(needle, Place::Start, pattern), format!("{expected}{any}"));
        assert_eq!(pattern_text(needle, Place::End, pattern), format!("{any}{expected}"));
        assert_eq!(pattern_text(needle, Place::Anywhere, pattern), format!("{any}{expected}{any}"));
    }
}

#[test]
fn functions_with_arguments_used_twice() {
    let args = vec![column("n", SqlType::Text), number(1), number(2)];
    let substring = Expr::Call { func: Func::SubstringFor, args, ty: SqlType::Text };
    let select = Select::new(vec![substring], table());
    golden(
        &statements(&select),
        r#"postgres: SELECT substr(t0."n", CAST($1 AS integer) + 1, CAST(CASE WHEN $2 < 0 THEN 0 ELSE $3 END AS integer)) FROM "t" t0
        mysql: SELECT SUBSTRING(t0.`n`, ? + 1, ?) FROM `t` t0
        sqlite: SELECT substr(t0."n", ? + 1, max(?, 0)) FROM "t" t0"#,
    );
    assert_eq!(values(&render(&select, &POSTGRES).unwrap()), [1, 2, 2].map(Value::I64));
    // The database's own types are passed to functions in their text form.
    let upper = Expr::Call { func: Func::ToUpper, args: vec![column("e", SqlType::Other)], ty: SqlType::Text };
    let upper = Select::new(vec![upper], table());
    assert_eq!(
        &*render(&upper, &POSTGRES).unwrap().text,
        r#"SELECT upper(CAST(t0."e" AS text) COLLATE "default") FROM "t" t0"#
    );
}
