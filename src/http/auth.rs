//! Basic authentication with argon2id hashes: who a request comes from.
//!
//! Checking a password is made to cost much, so it runs aside, few at a time, and a right one is remembered for some
//! minutes under a keyed hash. An unknown name costs what a wrong password costs.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use moka::sync::Cache;
use tokio::sync::Semaphore;

use crate::config::Service;
use crate::error::{Code, Fault};
use crate::policy::Principal;

/// A right password is not checked again for so long.
const REMEMBERED_FOR: Duration = Duration::from_secs(300);
/// Credentials remembered at most.
const REMEMBERED_MAX: u64 = 10_000;
/// Passwords of one service being checked or waiting for it at most.
const CHECKS_WAITING_MAX: usize = 64;
/// Bytes of a name and password at most.
const CREDENTIAL_BYTES_MAX: usize = 4096;

/// Decides who asks a service.
pub struct Authenticator {
    realm: String,
    users: Arc<[Known]>,
    /// Hashes checked for every name, so that all names cost the same.
    checks: usize,
    key: hmac::Key,
    remembered: Cache<[u8; 32], Arc<str>>,
    waiting: Arc<Semaphore>,
    checking: Arc<Semaphore>,
}

struct Known {
    name: Arc<str>,
    hashes: Vec<String>,
}

impl Authenticator {
    /// The users of a service.
    pub fn new(service: &Service) -> Authenticator {
        let users: Arc<[Known]> = service
            .users
            .iter()
            .map(|user| Known {
                name: user.name.as_str().into(),
                hashes: user.password_hashes.iter().map(|hash| hash.expose().to_owned()).collect(),
            })
            .collect();
        let mut key = [0; 32];
        // Without randomness the key is known, and the memory is still only in this process.
        let _ = aws_lc_rs::rand::fill(&mut key);
        let parallel = std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2));
        Authenticator {
            realm: service.name.clone(),
            checks: users.iter().map(|user| user.hashes.len()).max().unwrap_or(0),
            users,
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            remembered: Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(REMEMBERED_FOR).build(),
            waiting: Arc::new(Semaphore::new(CHECKS_WAITING_MAX)),
            checking: Arc::new(Semaphore::new(parallel)),
        }
    }

    /// What `WWW-Authenticate` says.
    pub fn challenge(&self) -> String {
        format!("Basic realm=\"{}\", charset=\"UTF-8\"", self.realm)
    }

    /// Who asks. A service without users asks nobody.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Principal, Fault> {
        if self.users.is_empty() {
            return Ok(Principal { name: None });
        }
        let Some((name, password)) = credential(headers) else {
            return Err(Fault::new(Code::Unauthenticated, "a user name and password are needed"));
        };
        let memory = self.memory(&name, &password);
        if let Some(name) = self.remembered.get(&memory) {
            return Ok(Principal { name: Some(name.to_string()) });
        }
        match self.check(name, password).await? {
            Some(name) => {
                self.remembered.insert(memory, name.clone());
                Ok(Principal { name: Some(name.to_string()) })
            }
            None => Err(Fault::new(Code::Unauthenticated, "the user name or password is wrong")),
        }
    }

    /// Takes every place to check a password.
    #[cfg(test)]
    pub fn occupy(&self) -> Option<tokio::sync::OwnedSemaphorePermit> {
        self.waiting.clone().try_acquire_many_owned(CHECKS_WAITING_MAX as u32).ok()
    }

    /// The keyed hash under which a credential is remembered.
    fn memory(&self, name: &str, password: &str) -> [u8; 32] {
        // A name holds no colon, so no two credentials make the same text.
        let tag = hmac::sign(&self.key, format!("{name}:{password}").as_bytes());
        let mut memory = [0; 32];
        memory.copy_from_slice(tag.as_ref());
        memory
    }

    async fn check(&self, name: String, password: String) -> Result<Option<Arc<str>>, Fault> {
        let busy = || {
            let wait = Duration::from_secs(1);
            Fault::new(Code::AuthenticationBusy, "too many sign-ins at once").again_after(wait)
        };
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = self.checking.clone().acquire_owned().await.map_err(|_| busy())?;
        let (users, checks) = (self.users.clone(), self.checks);
        // The permits go with the work: a client that leaves does not free the processor.
        let work = move || {
            let _held = (waiting, turn);
            verify(&users, checks, &name, &password)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Fault::internal())
    }
}

/// The user whose password it is. Checks as many hashes for any name.
fn verify(users: &[Known], checks: usize, name: &str, password: &str) -> Option<Arc<str>> {
    let user = users.iter().find(|user| *user.name == *name);
    let shown = user.or(users.first())?;
    let mut right = false;
    for place in 0..checks {
        let hash = shown.hashes.get(place).or(shown.hashes.first())?;
        let parsed = PasswordHash::new(hash).ok()?;
        right |= Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    }
    user.filter(|_| right).map(|user| user.name.clone())
}

/// Name and password of a Basic header.
fn credential(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, coded) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || coded.len() > CREDENTIAL_BYTES_MAX {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// The argon2id hash of a password in PHC form, with a random salt; `None` if the system gives no randomness.
pub fn hash_password(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash: PasswordHash| hash.to_string())
}
