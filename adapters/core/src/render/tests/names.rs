//! Names and values from outside change nothing in a statement but what stands between quotes.

use proptest::prelude::*;

use super::*;
use crate::dialect::List;
use crate::sql::{Join, LetterCase, Needle, Order, Place};

/// A statement that has a name and a value wherever there can be one.
fn statement(names: &[String; 4], values: &[String; 4]) -> Select {
    let [schema, table_name, column_name, partner] = names;
    let subject =
        || Expr::Column(Column { table: Alias(0), name: column_name.as_str().into(), ty: SqlType::Text, exact: false });
    let value = |index: usize| Expr::param(text(&values[index]), SqlType::Text);
    let like = |place, case, needle| Pred::Like { text: subject(), needle, place, case, negated: false };
    // A literal start is written in two ways, by whether it is ASCII: it is kept so.
    let ascii: String = values[0].chars().filter(char::is_ascii).collect();
    let concat = Expr::Call { func: Func::Concat, args: vec![subject(), value(1)], ty: SqlType::Text };
    let filter = Pred::And(vec![
        Pred::Compare(Compare::Eq, subject(), value(0)),
        Pred::Compare(Compare::Ne, Expr::Exact(Box::new(subject())), value(1)),
        Pred::In { expr: subject(), values: values.iter().map(|value| text(value)).collect(), negated: false },
        like(Place::Start, LetterCase::Exact, Needle::Literal(ascii)),
        like(Place::Anywhere, LetterCase::Exact, Needle::Literal(values[2].clone())),
        like(Place::End, LetterCase::Ignored, Needle::Literal(values[3].clone())),
        like(Place::End, LetterCase::Exact, Needle::Expr(value(3))),
    ]);
    let from = Table { schema: Some(schema.as_str().into()), name: table_name.as_str().into(), alias: Alias(0) };
    let mut select = Select::new(vec![subject(), concat], From::Table(from));
    let on = Pred::Compare(Compare::Eq, subject(), value(2));
    select.joins = vec![Join { outer: true, table: named(partner, 1), on }];
    select.filter = Some(filter);
    select.order = vec![Order { expr: subject(), descending: false, nullable: true }];
    select.limit = Some(7);
    select
}

/// The text with its quoted names cut out, as a database would read it: a doubled closing quote stays inside.
fn shape(sql: &str, dialect: &Dialect) -> (String, Vec<String>) {
    let (open, close) = dialect.quote;
    let (mut rest, mut names) = (String::new(), Vec::new());
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        if character != open {
            rest.push(character);
            continue;
        }
        let mut name = String::new();
        loop {
            let next = characters.next().expect("an open name");
            if next != close {
                name.push(next);
            } else if characters.next_if_eq(&close).is_some() {
                name.push(close);
            } else {
                break;
            }
        }
        rest.push('@');
        names.push(name);
    }
    (rest, names)
}

const PLAIN: [&str; 4] = ["s", "t", "c", "p"];

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\"; DROP TABLE x; --".to_owned()),
        Just("` UNION SELECT 1 -- ".to_owned()),
        Just("]; x [\"`'".to_owned()),
        Just("\\'\\\"\\`".to_owned()),
        Just("a\0\"b".to_owned()),
        Just("{0}{1}$1?:a@".to_owned()),
        Just("\u{2019}\u{ff02}\u{201d}ʼ".to_owned()),
        "[\"`'\\\\\\[\\];%_!?{}0$/*é\u{0}-]{0,12}",
        any::<String>(),
    ]
}

fn four() -> impl Strategy<Value = [String; 4]> {
    [hostile(), hostile(), hostile(), hostile()]
}

proptest! {
    #[test]
    fn shape_depends_on_no_name_and_no_value(names in four(), values in four()) {
        for dialect in DATABASES {
            let plain = render(&statement(&PLAIN.map(str::to_owned), &PLAIN.map(str::to_owned)), dialect).unwrap();
            let found = render(&statement(&names, &values), dialect).unwrap();
            let (plain_shape, plain_names) = shape(&plain.text, dialect);
            let (found_shape, found_names) = shape(&found.text, dialect);
            prop_assert_eq!(plain_shape, found_shape);
            // Each name is read back as it was given, the NULs aside.
            let expected: Vec<String> = plain_names
                .iter()
                .map(|plain| match PLAIN.iter().position(|name| name == plain) {
                    Some(index) => names[index].replace('\0', ""),
                    None => plain.clone(),
                })
                .collect();
            prop_assert_eq!(expected, found_names);
            prop_assert_eq!(plain.params.len(), found.params.len());
        }
    }

    #[test]
    fn values_are_never_text(value in "[a-z]{3}XYZZY'\"`[a-z]{3}") {
        let values = [value.clone(), format!("{value}1"), value.clone(), value.clone()];
        for dialect in DATABASES {
            let found = render(&statement(&PLAIN.map(str::to_owned), &values), dialect).unwrap();
            prop_assert!(!found.text.contains("XYZZY"));
            let bound = found.params.iter().filter(|param| format!("{:?}", param.value).contains("XYZZY")).count();
            // One array, or four values of a list.
            let list = if dialect.list == List::Array { 1 } else { 4 };
            prop_assert!(bound >= 7 + list, "{}", bound);
        }
    }
}
