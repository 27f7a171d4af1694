//! Takes passwords out of driver messages before they reach a log.
//!
//! Knows connection URLs (`scheme://user:password@host/..?password=..`); other connection strings add their own secrets.

use std::fmt;

/// What is put in a secret's place.
const HIDDEN: &str = "***";

/// The secrets of one endpoint, each in every spelling in which a message may show it.
#[derive(Clone, Default)]
pub struct Secrets {
    spellings: Vec<String>,
}

impl Secrets {
    /// The secrets in a connection URL: as written and percent-decoded.
    pub fn in_url(url: &str) -> Secrets {
        let mut secrets = Secrets::default();
        let after_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
        let (location, query) = after_scheme.split_once('?').unwrap_or((after_scheme, ""));
        // A password with a raw `/` or `@` is malformed, but must not show either: take all up to the last `@`.
        if let Some((credentials, _)) = location.rsplit_once('@')
            && let Some((_, password)) = credentials.split_once(':')
        {
            secrets.add(password);
        }
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if key.to_ascii_lowercase().contains("password") {
                secrets.add(value);
            }
        }
        secrets
    }

    /// Adds a secret, as written and percent-decoded.
    pub fn add(&mut self, written: &str) {
        for spelling in [written.to_owned(), percent_decoded(written)] {
            if !spelling.is_empty() && !self.spellings.contains(&spelling) {
                self.spellings.push(spelling);
            }
        }
        self.spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    }

    /// The message without the secrets.
    pub fn scrub(&self, message: &str) -> String {
        self.spellings.iter().fold(message.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.filter(|_| first == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_in_both_spellings() {
        let secrets = Secrets::in_url("postgres://app:p%40ss@db:5432/erp?sslmode=require&sslpassword=k%65y");
        assert_eq!(secrets.scrub("p%40ss and p@ss, key or k%65y"), "*** and ***, *** or ***");
        assert_eq!(secrets.scrub("user app at db"), "user app at db");
    }

    #[test]
    fn a_url_without_password_hides_nothing() {
        for url in ["postgres://app@db/erp", "sqlite:erp.db", "", "postgres://app:@db/x", "://%"] {
            assert_eq!(Secrets::in_url(url).scrub("app db erp"), "app db erp");
        }
    }

    #[test]
    fn a_malformed_password_is_hidden_whole() {
        assert_eq!(Secrets::in_url("mysql://app:a/b@c@db/erp").scrub("[a/b@c]"), "[***]");
        assert_eq!(Secrets::in_url("mysql://app:100%@db/erp").scrub("[100%]"), "[***]");
    }
}
