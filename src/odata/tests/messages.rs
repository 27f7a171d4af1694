//! What an administrator reads when a request is refused.

use super::super::{Limits, Part, SyntaxErrorKind, parse, part_text};
use super::query;

#[test]
fn messages_say_where_and_what() {
    for (text, expected) in [
        ("$filter=Name eq", "$filter, position 8: expected a property, function or value, found the end"),
        ("$filter=Name eq )", "$filter, position 9: expected a property, function or value, found `)`"),
        ("$filter=Name equals 'x'", "$filter, position 6: expected an operator or the end, found `equals`"),
        ("$filter=Name eq 'O'Neil'", "$filter, position 12: expected an operator or the end, found `Neil`"),
        (
            "$filter=Name eq 'x",
            "$filter, position 9: the text has no closing quote; a quote inside a text is doubled ('O''Neil')",
        ),
        ("$filter=A eq 20D", "$filter, position 6: OData 4 numbers have no type suffix: write 20, not 20D"),
        ("$filter=A eq 5L", "$filter, position 6: OData 4 numbers have no type suffix: write 5, not 5L"),
        ("$filter=A eq -1.5m", "$filter, position 6: OData 4 numbers have no type suffix: write -1.5, not -1.5m"),
        (
            "$filter=A eq datetime'2000-12-31T21:53:00'",
            "$filter, position 6: datetime'...' is OData 2; in OData 4 write 2024-02-29T23:59:59Z without prefix and quotes",
        ),
        (
            "$filter=A eq guid'x'",
            "$filter, position 6: guid'...' is OData 2; in OData 4 write the guid without prefix and quotes",
        ),
        (
            "$filter=A eq 2021-01-01T00:00:00",
            "$filter, position 6: 2021-01-01T00:00:00 is not a date-time with its offset, such as 2024-02-29T23:59:59Z",
        ),
        ("$filter=A eq 1.2.3", "$filter, position 6: 1.2.3 is not a number, or too large a one"),
        (
            "$filter=A = 1",
            "$filter, position 3: expected an operator or the end, found `=`; operators are words: eq, ne, gt, ge, lt, le, and, or",
        ),
        (
            "$filter=A like 'x'",
            "$filter, position 3: expected an operator or the end, found `like`; write contains(Name,'text')",
        ),
        ("$orderby=A descending", "$orderby, position 3: expected a comma or the end, found `descending`; write desc"),
        ("$fliter=A", "$fliter is not a query option; did you mean $filter?"),
        ("$inlinecount=allpages", "$inlinecount is not a query option; did you mean $count?"),
        ("$something=1", "$something is not a query option"),
        ("$top=1&$top=2", "$top is given more than once"),
        ("$top=%20-3", "$top, position 2: expected a whole number, zero or more, found `-3`"),
        ("$count=yes", "$count, position 1: expected true or false, found `yes`"),
        ("$select=A($top=1)", "$select, position 1: an option in parentheses inside $select is not supported"),
        ("@p=A eq", "@p, position 5: expected a property, function or value, found the end"),
    ] {
        assert_eq!(query(text).unwrap_err().to_string(), expected, "{text}");
    }
    for (path, expected) in [
        ("Set/$vlaue", "path, position 5: $vlaue is not a path segment; did you mean $value?"),
        ("Set(A=x)", "path, position 7: expected a value such as 5 or 'text', found `x`"),
        ("Set//A", "path, position 5: expected a name, found the end"),
        ("Set/$count/A", "path, position 12: expected the end of the path, found `A`"),
    ] {
        assert_eq!(parse(path, None, &Limits::default()).unwrap_err().to_string(), expected, "{path}");
    }
}

#[test]
fn spans_count_in_the_part_that_is_shown() {
    let (path, text) = ("/S%C3%A9t/B(x)", "$top=1&%24filter=%20N%C3%A9 eq%20%25");
    let error = parse("S", Some(text), &Limits::default()).unwrap_err();
    let shown = part_text("S", Some(text), &error.part).unwrap();
    assert_eq!(shown, " Né eq %");
    assert_eq!(&shown[error.span.start as usize..error.span.end as usize], "%");
    let error = parse(path, None, &Limits::default()).unwrap_err();
    let shown = part_text(path, None, &error.part).unwrap();
    assert_eq!((shown.as_str(), error.span.start), ("Sét/B(x)", 7));
    // Decoding comes first, so that spans of all other errors count in decoded text.
    assert_eq!(parse("S%C3%A9t(/%4", None, &Limits::default()).unwrap_err().kind, SyntaxErrorKind::BadPercentEncoding);
    assert_eq!(part_text("A/%", None, &Part::Path).unwrap(), "A/%");
}

#[test]
fn long_garbage_makes_no_long_message() {
    for text in [format!("$filter={}", "(".repeat(40) + &"?".repeat(5_000)), format!("$filter=1{}", "x".repeat(5_000))]
    {
        let message = query(&text).unwrap_err().to_string();
        assert!(message.len() < 200, "{message}");
    }
}

#[test]
fn control_characters_are_not_repeated() {
    for text in ["$filter=A eq %0D%0Ax", "$top=1%0A", "$x%0Ay=1", "@p%0A=1"] {
        let message = query(text).unwrap_err().to_string();
        assert!(!message.chars().any(char::is_control), "{message:?}");
    }
}
