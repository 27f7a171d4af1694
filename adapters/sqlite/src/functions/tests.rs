#![allow(clippy::unwrap_used)]

use super::*;

fn value(sql: &str) -> Option<String> {
    let database = Connection::open_in_memory().unwrap();
    register(&database).unwrap();
    database.query_row(&format!("SELECT CAST({sql} AS TEXT)"), [], |row| row.get(0)).unwrap()
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    assert_eq!(value(sql).as_deref(), Some(expected), "{sql}");
}

#[test]
fn decimals_are_computed_exactly() {
    check("tg_decimal('0012.500')", "12.5");
    check("tg_decimal(0.1 + 0.2)", "0.3");
    check("tg_decimal(-9223372036854775808)", "-9223372036854775808");
    check("tg_decimal('-0')", "0");
    check("tg_scaled(1370, 2)", "13.70");
    check("tg_scaled(-5, 3)", "-0.005");
    check("tg_add('0.1', 0.2)", "0.3");
    check("tg_add('99999999999999999999.99', '0.01')", "100000000000000000000.00");
    check("tg_sub('13.70', 13)", "0.70");
    check("tg_mul('1.10', '1.10')", "1.2100");
    check("tg_div('10', 4)", "2.5");
    check("tg_mod('-7', '3')", "-1");
    check("tg_mod('7.5', '-2')", "1.5");
    check("tg_neg('1.50')", "-1.50");
    check("tg_round('-2.5')", "-3");
    check("tg_floor('-2.1')", "-3");
    check("tg_ceil('2.000001')", "3");
}

#[test]
fn null_and_nonsense_give_null() {
    let calls = [
        "tg_decimal(NULL)",
        "tg_decimal('x')",
        "tg_decimal(x'31')",
        "tg_decimal(9e999)",
        "tg_scaled(NULL, 2)",
        "tg_scaled(1, 300)",
        "tg_add(1, NULL)",
        "tg_add('1e3', 1)",
        "tg_div(1, 0)",
        "tg_mod(1, '0.0')",
        "tg_lower(NULL)",
        "tg_indexof('a', NULL)",
        "tg_contains(NULL, 'a')",
        "tg_contains('a', NULL)",
        "tg_time('x')",
        "tg_fraction(NULL)",
    ];
    for call in calls {
        assert_eq!(value(call), None, "{call}");
    }
    assert_eq!(value(&format!("tg_mul('{0}', '{0}')", "9".repeat(150))), None);
}

#[test]
fn letters_are_those_of_unicode() {
    check("tg_lower('ÄÉΩ')", "äéω");
    check("tg_upper('straße ÿ')", "STRASSE Ÿ");
    check("tg_trim(char(8195) || ' a b' || char(10))", "a b");
    check("tg_indexof('größe', 'ß')", "3");
    check("tg_indexof('größe', 'SS')", "-1");
    check("tg_indexof('abc', '')", "0");
    for call in [
        "tg_contains('Große STRASSE', 'große s')",
        "tg_contains('ΟΔΥΣΣΕΥΣ', 'οδυσσευς')",
        "tg_contains('Flush', 'LUS')",
        "tg_contains('', '')",
        "tg_contains(1370, 37)",
        "tg_starts('Éclair', 'é')",
        "tg_ends('CAFÉ', 'fé')",
        "tg_ends('flush', 'SH')",
    ] {
        check(call, "1");
    }
    for call in ["tg_contains('abc', 'ac')", "tg_starts('abc', 'b')", "tg_ends('abc', 'ab')", "tg_ends('b', 'ab')"] {
        check(call, "0");
    }
}

#[test]
fn a_needle_that_changes_by_row_is_folded_by_row() {
    let database = Connection::open_in_memory().unwrap();
    register(&database).unwrap();
    let sql =
        "SELECT group_concat(tg_contains('ABC', n)) FROM (SELECT 'a' AS n UNION ALL SELECT 'x' UNION ALL SELECT 'C')";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "1,0,1");
}

#[test]
fn parts_of_timestamps() {
    check("tg_time('2024-02-29 07:05:09.250')", "07:05:09.25");
    check("tg_time('07:05')", "07:05:00");
    check("tg_fraction('2024-02-29T07:05:09.250Z')", "0.25");
    check("tg_fraction('2024-02-29 07:05:09')", "0");
}

#[test]
fn the_collation_orders_by_value() {
    let database = Connection::open_in_memory().unwrap();
    register(&database).unwrap();
    let sql =
        "SELECT group_concat(v, ' ') FROM (SELECT column1 AS v FROM (VALUES ('10'), ('9.5'), ('-1'), ('x'), ('9.50'))
               ORDER BY v COLLATE tg_decimal, v)";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "-1 9.5 9.50 10 x");
    let equal: bool = database.query_row("SELECT '1.50' = '1.5' COLLATE tg_decimal", [], |row| row.get(0)).unwrap();
    assert!(equal);
}
