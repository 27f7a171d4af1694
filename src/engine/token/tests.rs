#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;
use contract::{Date, Time, Timestamp};

const HOUR: u64 = 3600;

fn sealer(ids: &[&str]) -> Sealer {
    let keys: Vec<_> =
        ids.iter().map(|id| ((*id).to_owned(), Secret::new(STANDARD.encode([id.as_bytes()[0]; 32])))).collect();
    Sealer::new("billing", &keys, Duration::from_secs(24 * HOUR)).unwrap()
}

fn continuation(position: Position) -> Continuation {
    Continuation { position, top_left: Some(101), count: None, seen: 200, definition: 7, begun: begun(1_000_000) }
}

fn every_value() -> Vec<Value> {
    let date = Date { year: 2024, month: 2, day: 29 };
    vec![
        Value::Null,
        Value::Bool(true),
        Value::I64(-5),
        Value::U64(u64::MAX),
        Value::F64(-0.1),
        Value::Decimal("-1.50".into()),
        Value::Text("Ünï'\u{0}".into()),
        Value::Bytes(vec![0, 255]),
        Value::Guid([9; 16]),
        Value::Date(date),
        Value::Time(Time { nanos: 1 }),
        Value::Timestamp(Timestamp { date, time: Time { nanos: 5 } }),
    ]
}

#[test]
fn what_is_sealed_opens_again_and_equal_pages_have_equal_bytes() {
    let sealer = sealer(&["a"]);
    for position in [Position::Keyset(every_value()), Position::Offset(77)] {
        let sent = continuation(position);
        let token = sealer.seal(&sent, "Orders", &[1; 32]).unwrap();
        assert_eq!(token, sealer.seal(&sent, "Orders", &[1; 32]).unwrap());
        assert_eq!(sealer.open(&token, "Orders", &[1; 32], 7, 1_000_000), Ok(sent));
    }
}

#[test]
fn a_token_serves_its_own_request_only() {
    let sealer = sealer(&["a"]);
    let token = sealer.seal(&continuation(Position::Keyset(every_value())), "Orders", &[1; 32]).unwrap();
    let open = |token: &str, set, print: u8, definition, now| sealer.open(token, set, &[print; 32], definition, now);
    assert_eq!(open(&token, "Invoices", 1, 7, 1_000_000), Err(TokenError::Mismatch));
    assert_eq!(open(&token, "Orders", 2, 7, 1_000_000), Err(TokenError::Mismatch));
    assert_eq!(open(&token, "Orders", 1, 8, 1_000_000), Err(TokenError::Changed));
    assert_eq!(open(&token, "Orders", 1, 7, 1_000_000 + 26 * HOUR), Err(TokenError::Expired));
    assert!(open(&token, "Orders", 1, 7, 1_000_000 + 24 * HOUR).is_ok());
    for at in 0..token.len() {
        let mut forged: Vec<char> = token.chars().collect();
        forged[at] = if forged[at] == 'A' { 'B' } else { 'A' };
        let forged: String = forged.into_iter().collect();
        assert!(open(&forged, "Orders", 1, 7, 1_000_000).is_err(), "character {at}");
    }
    for nonsense in ["", "x", "AQ", "AQEB", "\u{fc}", &"A".repeat(20_000)] {
        assert_eq!(open(nonsense, "Orders", 1, 7, 1_000_000), Err(TokenError::Mismatch));
    }
}

#[test]
fn an_old_key_still_opens_during_rotation() {
    let sent = continuation(Position::Offset(5));
    let token = sealer(&["a"]).seal(&sent, "Orders", &[1; 32]).unwrap();
    assert_eq!(sealer(&["b", "a"]).open(&token, "Orders", &[1; 32], 7, 1_000_000), Ok(sent));
    assert_eq!(sealer(&["b"]).open(&token, "Orders", &[1; 32], 7, 1_000_000), Err(TokenError::Mismatch));
}

#[test]
fn the_values_of_a_token_cannot_be_read() {
    let sent = continuation(Position::Keyset(vec![Value::Text("a secret salary".into())]));
    let token = sealer(&["a"]).seal(&sent, "Orders", &[1; 32]).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"secret"));
}
