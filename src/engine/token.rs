//! Next links: a stateless continuation, sealed so that it can be neither read nor made by anyone else.
//!
//! `version | kind | key id` stand in clear before an AES-256-GCM-SIV box (RFC 8452): the same page gives the same bytes,
//! and a nonce that never changes costs nothing but that. The box is bound to service, entity set and a hash of the other
//! options. It carries no rights: every page is authorized anew.

mod codec;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::Value;
use thiserror::Error;

use crate::config::Secret;

/// Format of the box.
const VERSION: u8 = 1;
/// Bytes of a token's text at most.
pub(super) const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// The first page's time is kept in these steps, so that equal pages have equal bytes.
const TIME_STEP_SECONDS: u64 = 3600;

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    /// After the row with these raw order values.
    Keyset(Vec<Value>),
    /// After so many rows: for a row whose order values cannot be told.
    Offset(u64),
}

/// What a next link carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuation {
    /// Where to go on.
    pub position: Position,
    /// Rows still wanted; `None` for all.
    pub top_left: Option<u64>,
    /// The first page's count.
    pub count: Option<u64>,
    /// Rows given before, `$skip` included.
    pub seen: u64,
    /// Hash of the entity set's definition.
    pub definition: u64,
    /// Seconds since 1970 of the first page, in steps of an hour.
    pub begun: u64,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not made here, or for another request.
    #[error("the next link does not belong to this request")]
    Mismatch,
    /// Too old.
    #[error("the next link has expired")]
    Expired,
    /// The entity set has changed since.
    #[error("the entity set has changed since the next link was made")]
    Changed,
}

/// The keys of one service.
pub struct Sealer {
    keys: Vec<(String, LessSafeKey)>,
    service: String,
    life_seconds: u64,
}

impl Sealer {
    /// Keys by id, the first one seals. Without any a random one serves until the process ends.
    pub fn new(service: &str, keys: &[(String, Secret)], life: std::time::Duration) -> Option<Sealer> {
        let mut sealing = Vec::with_capacity(keys.len().max(1));
        for (id, secret) in keys {
            sealing.push((id.clone(), key(&STANDARD.decode(secret.expose().trim()).ok()?)?));
        }
        if sealing.is_empty() {
            let mut random = [0; 32];
            aws_lc_rs::rand::fill(&mut random).ok()?;
            sealing.push(("r".into(), key(&random)?));
        }
        Some(Sealer { keys: sealing, service: service.to_owned(), life_seconds: life.as_secs() })
    }

    /// The token's text.
    pub fn seal(&self, continuation: &Continuation, set: &str, fingerprint: &[u8; 32]) -> Option<String> {
        let (id, key) = self.keys.first()?;
        let header = header(continuation, id);
        let mut sealed = codec::write(continuation);
        key.seal_in_place_append_tag(nonce(), Aad::from(self.bound(&header, set, fingerprint)), &mut sealed).ok()?;
        let mut token = header;
        token.extend_from_slice(&sealed);
        Some(URL_SAFE_NO_PAD.encode(token))
    }

    /// Opens a token that was made for this set and these options, at most its life ago.
    pub fn open(
        &self,
        token: &str,
        set: &str,
        fingerprint: &[u8; 32],
        definition: u64,
        now: u64,
    ) -> Result<Continuation, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Mismatch);
        }
        let token = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenError::Mismatch)?;
        let [VERSION, kind, length, rest @ ..] = token.as_slice() else { return Err(TokenError::Mismatch) };
        let (id, sealed) = rest.split_at_checked(usize::from(*length)).ok_or(TokenError::Mismatch)?;
        let (_, key) = self.keys.iter().find(|(known, _)| known.as_bytes() == id).ok_or(TokenError::Mismatch)?;
        let header = &token[..3 + id.len()];
        let mut opened = sealed.to_vec();
        let plain = key
            .open_in_place(nonce(), Aad::from(self.bound(header, set, fingerprint)), &mut opened)
            .map_err(|_| TokenError::Mismatch)?;
        let continuation = codec::read(*kind, plain).ok_or(TokenError::Mismatch)?;
        if continuation.begun + TIME_STEP_SECONDS + self.life_seconds < now {
            return Err(TokenError::Expired);
        }
        if continuation.definition != definition {
            return Err(TokenError::Changed);
        }
        Ok(continuation)
    }

    /// What the box is bound to.
    fn bound(&self, header: &[u8], set: &str, fingerprint: &[u8; 32]) -> Vec<u8> {
        let mut bound = header.to_vec();
        for part in [self.service.as_bytes(), set.as_bytes(), fingerprint] {
            bound.extend_from_slice(&(part.len() as u32).to_le_bytes());
            bound.extend_from_slice(part);
        }
        bound
    }
}

/// The time of a first page, as tokens keep it.
pub fn begun(now: u64) -> u64 {
    now - now % TIME_STEP_SECONDS
}

fn header(continuation: &Continuation, id: &str) -> Vec<u8> {
    let kind = match continuation.position {
        Position::Keyset(_) => codec::KEYSET,
        Position::Offset(_) => codec::OFFSET,
    };
    let mut header = vec![VERSION, kind, id.len().min(255) as u8];
    header.extend_from_slice(&id.as_bytes()[..id.len().min(255)]);
    header
}

fn key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM_SIV, bytes).ok().map(LessSafeKey::new)
}

/// SIV derives what must be unique from the text itself.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests;
