use std::collections::HashSet;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use axum::Router;
use axum::middleware::from_fn_with_state;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::config::resolved::{Secret, User};
use crate::http::{hash_password, layers, record};

/// A hash that is cheap to check.
fn cheap(password: &str) -> Secret {
    let params = Params::new(8, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: argon2::password_hash::phc::PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
    Secret::new(hash.to_string())
}

fn guarded() -> Config {
    let mut config = config();
    let users = [("erp", vec!["old:one", "new"]), ("other", vec!["x"])];
    config.services[0].users = users
        .into_iter()
        .map(|(name, passwords)| User {
            name: name.to_owned(),
            password_hashes: passwords.into_iter().map(cheap).collect(),
        })
        .collect();
    config
}

fn basic(credential: &str) -> String {
    format!("Basic {}", STANDARD.encode(credential))
}

#[tokio::test]
async fn basic_authentication_lets_in_who_knows_a_password() {
    let gateway = gateway(guarded());
    for credential in ["erp:old:one", "erp:new", "other:x"] {
        let answer = get(&gateway, "/odata/v4/", &[("authorization", &basic(credential))]).await;
        assert_eq!(answer.status(), 200, "{credential}");
    }
    let refused =
        ["", "Basic", "Basic !", "Bearer x", &basic("erp"), &basic("erp:x"), &basic("other:new"), &basic("no:x")];
    let mut messages = HashSet::new();
    for header in refused {
        let answer = get(&gateway, "/odata/v4/$metadata", &[("authorization", header)]).await;
        assert_eq!(answer.status(), 401, "{header}");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.starts_with("Basic realm=\""), "{challenge}");
        messages.insert(String::from_utf8(bytes(answer).await).unwrap());
    }
    assert_eq!(messages.len(), 2, "an unknown name must read like a wrong password: {messages:?}");
}

#[tokio::test]
async fn a_right_password_is_remembered_and_a_wrong_one_is_not() {
    let gateway = gateway(guarded());
    let right = basic("erp:new");
    assert_eq!(get(&gateway, "/odata/v4/", &[("authorization", &right)]).await.status(), 200);
    // With every place to check passwords taken, only what needs no check passes.
    let _all = gateway.mounts[0].authenticator.occupy();
    assert_eq!(get(&gateway, "/odata/v4/", &[("authorization", &right)]).await.status(), 200);
    for credential in ["erp:new2", "other:x", "nobody:x"] {
        let answer = get(&gateway, "/odata/v4/", &[("authorization", &basic(credential))]).await;
        assert_eq!(answer.status(), 503, "{credential}");
        assert!(answer.headers().contains_key("retry-after"));
        assert_eq!(code(answer).await, "TG-6011");
    }
}

#[test]
fn a_printed_hash_is_what_the_configuration_takes() {
    let hash = hash_password("s3cret").unwrap();
    assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
    assert_ne!(hash, hash_password("s3cret").unwrap());
}

#[tokio::test]
async fn a_full_gateway_sheds_before_it_checks_passwords_but_stays_healthy() {
    let mut config = guarded();
    config.limits.requests_max = 1;
    let gateway = gateway(config);
    let right = basic("erp:new");
    let held = get(&gateway, "/odata/v4/", &[("authorization", &right)]).await;
    assert_eq!(held.status(), 200);
    let shed = get(&gateway, "/odata/v4/", &[]).await;
    assert_eq!((shed.status().as_u16(), shed.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(code(shed).await, "TG-6008");
    assert_eq!(get(&gateway, "/healthz", &[]).await.status(), 200);
    assert_eq!(get(&gateway, "/nowhere", &[]).await.status(), 404);
    // The place is free again when the body has been taken, not when the head was sent.
    drop(held);
    assert_eq!(get(&gateway, "/odata/v4/", &[("authorization", &right)]).await.status(), 200);
}

#[tokio::test]
async fn health_is_a_word_and_ends_with_the_drain() {
    let gateway = gateway(config());
    let healthy = get(&gateway, "/healthz", &[]).await;
    assert_eq!((healthy.status().as_u16(), bytes(healthy).await), (200, b"ok".to_vec()));
    gateway.drain();
    assert_eq!(get(&gateway, "/healthz", &[]).await.status(), 503);
}

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_nothing() {
    let gateway = gateway(config());
    async fn panics() -> &'static str {
        std::panic::resume_unwind(Box::new("a secret"))
    }
    let app = Router::new()
        .fallback(panics)
        .layer(from_fn_with_state(gateway.clone(), layers::catch_panic))
        .layer(from_fn_with_state(gateway, record::record));
    let answer = app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["odata-version"]), (500, &"4.0".parse().unwrap()));
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = String::from_utf8(bytes(answer).await).unwrap();
    assert!(body.contains("TG-6010") && body.contains(&id) && !body.contains("secret"), "{body}");
}
