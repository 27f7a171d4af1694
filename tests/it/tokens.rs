//! Next links that are not what they were: forged, taken to another request, too old, or made before the entity set
//! changed.

use std::time::Duration;

use tidegate::config::Secret;
use tidegate::engine::token::{Continuation, Position, Sealer};
use tidegate::engine::{EngineError, TokenError, fingerprint};

use crate::databases;
use crate::fixture::{self, Database, Value};
use crate::stage::{ODATA, Refused, SALESFORCE, Stage};

/// 32 bytes.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
/// What is asked for.
const QUERY: &str = "$filter=Country%20ne%20'x'&$orderby=Country";

fn with_key() -> String {
    format!("token_keys = [{{ id = \"k1\", key = \"{KEY}\" }}]")
}

async fn stage(model: &str) -> Stage {
    let made = databases::make(Database::Sqlite, &fixture::script(Database::Sqlite)).await.unwrap();
    Stage::open(made, model, &with_key())
}

/// The target of the first page's next link.
async fn next(stage: &Stage) -> String {
    let first = stage.get_preferring(ODATA, &format!("Suppliers?{QUERY}"), Some(10)).await.unwrap().json();
    stage.target(ODATA, first["@odata.nextLink"].as_str().unwrap()).to_owned()
}

async fn refusal(stage: &Stage, target: &str) -> Option<TokenError> {
    match stage.get_preferring(ODATA, target, Some(10)).await {
        Ok(_) => None,
        Err(Refused::Engine(error)) => match *error {
            EngineError::Token(error) => Some(error),
            other => panic!("{target}: {other:?}"),
        },
        Err(other) => panic!("{target}: {other:?}"),
    }
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let stage = stage(&fixture::model(Database::Sqlite)).await;
    let good = next(&stage).await;
    assert_eq!(refusal(&stage, &good).await, None);
    let (before, token) = good.split_once("$skiptoken=").unwrap();
    for at in 0..token.len() {
        let other = if token.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        let forged = format!("{before}$skiptoken={}{other}{}", &token[..at], &token[at + 1..]);
        // The last letter of base64 may hold bits that mean nothing.
        if at + 1 < token.len() {
            assert_eq!(refusal(&stage, &forged).await, Some(TokenError::Mismatch), "at {at}");
        }
    }
    for length in [1, 2, 3, 8, token.len() / 2, token.len() - 1] {
        let cut = format!("{before}$skiptoken={}", &token[..length]);
        assert_eq!(refusal(&stage, &cut).await, Some(TokenError::Mismatch), "{length}");
    }
    let long = format!("{before}$skiptoken={}", "A".repeat(40_000));
    assert_eq!(refusal(&stage, &long).await, Some(TokenError::Mismatch));
}

#[tokio::test]
async fn a_token_serves_its_own_request_only() {
    let stage = stage(&fixture::model(Database::Sqlite)).await;
    let good = next(&stage).await;
    let (_, token) = good.split_once("$skiptoken=").unwrap();
    for other in [
        format!("Shippers?{QUERY}").replace("Country", "CompanyName"),
        "Suppliers?$orderby=Country".to_owned(),
        format!("Suppliers?{QUERY}%20desc"),
        format!("Suppliers?{QUERY}&$count=true"),
        format!("Suppliers?{QUERY}&$top=100"),
        format!("Suppliers?{QUERY}&$select=Name"),
    ] {
        let target = format!("{other}&$skiptoken={token}");
        assert_eq!(refusal(&stage, &target).await, Some(TokenError::Mismatch), "{target}");
    }
    // The options in another order, and options that are nobody's, are the same request.
    let (filter, order) = QUERY.split_once('&').unwrap();
    assert_eq!(refusal(&stage, &format!("Suppliers?{order}&{filter}&x=1&$skiptoken={token}")).await, None);
    // Another service does not take it, whatever keys it has.
    let elsewhere = stage.get(SALESFORCE, &good).await;
    let Err(Refused::Engine(error)) = elsewhere else { panic!("{elsewhere:?}") };
    assert!(matches!(*error, EngineError::Token(TokenError::Mismatch)), "{error:?}");
}

#[tokio::test]
async fn an_old_token_has_expired() {
    let stage = stage(&fixture::model(Database::Sqlite)).await;
    let sealer = Sealer::new("s0", &[("k1".into(), Secret::new(KEY.into()))], Duration::from_secs(86_400)).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let sealed = |hours: u64| {
        let continuation = Continuation {
            position: Position::Keyset(vec![Value::Text("USA".into()), Value::I64(6)]),
            top_left: None,
            count: None,
            seen: 10,
            definition: 1,
            begun: now - hours * 3600,
        };
        let token = sealer.seal(&continuation, "Suppliers", &fingerprint("Suppliers", Some(QUERY))).unwrap();
        format!("Suppliers?{QUERY}&$skiptoken={token}")
    };
    assert_eq!(refusal(&stage, &sealed(26)).await, Some(TokenError::Expired));
    // In time, but made for a set of another definition.
    assert_eq!(refusal(&stage, &sealed(2)).await, Some(TokenError::Changed));
}

#[tokio::test]
async fn a_changed_entity_set_ends_its_walks() {
    let model = fixture::model(Database::Sqlite);
    let before = stage(&model).await;
    let good = next(&before).await;
    let same = stage(&model).await;
    assert_eq!(refusal(&same, &good).await, None, "a restart with the same key goes on");
    let line = model.lines().find(|line| line.contains("\"Description\"")).unwrap();
    let changed = stage(&model.replace(line, "")).await;
    assert_eq!(refusal(&changed, &good).await, Some(TokenError::Changed));
}
