//! What a next link is bound to beside its entity set: the path and every other option, as written.

use aws_lc_rs::digest::{SHA256, digest};

/// A hash of path and query without `$skiptoken`. Neither the order of the options counts, nor which of their characters
/// are percent-encoded: clients and proxies write a link anew.
pub fn fingerprint(path: &str, query: Option<&str>) -> [u8; 32] {
    let pairs = others(query.unwrap_or_default()).map(|pair| decoded(pair).trim_ascii_start().to_vec());
    let mut pairs: Vec<Vec<u8>> = pairs.filter(|pair| is_system(pair)).collect();
    pairs.sort_unstable();
    let mut text = decoded(path);
    for pair in pairs {
        // Lengths keep apart what an encoded line end could join.
        text.extend_from_slice(format!("\n{}\n", pair.len()).as_bytes());
        text.extend_from_slice(&pair);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, &text).as_ref());
    hash
}

/// The query without `$skiptoken`, ready for another one to be appended.
pub fn without_skiptoken(query: Option<&str>) -> String {
    others(query.unwrap_or_default()).collect::<Vec<_>>().join("&")
}

fn others(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty() && !names(pair, "skiptoken"))
}

/// Whether the pair is `$name=...`, the dollar perhaps percent-encoded.
fn names(pair: &str, name: &str) -> bool {
    let written = decoded(pair.split('=').next().unwrap_or_default());
    let bare = written.trim_ascii().strip_prefix(b"$");
    bare.is_some_and(|bare| bare.eq_ignore_ascii_case(name.as_bytes()))
}

/// Custom options belong to whoever stands between; they bind nothing.
fn is_system(pair: &[u8]) -> bool {
    matches!(pair.first(), Some(b'$' | b'@'))
}

/// Percent-encoding and plus signs undone; what is no encoding stays as it is.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (*byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_and_custom_options_do_not_count_and_all_else_does() {
        let print = |query| fingerprint("Orders", Some(query));
        let first = print("%24top=5&$filter=a%20eq%201");
        assert_eq!(first, print("$filter=a%20eq%201&%24top=5&$skiptoken=abc&format=json"));
        assert_eq!(first, print("$filter=a%20eq%201&%24top=5&%24skiptoken=abc"));
        assert_eq!(first, print("%24filter=a+eq+1&%20$top=5&$skiptoken=a%3D"));
        assert_ne!(print("$filter=a%0A5%0A$top=5"), print("$filter=a&$top=5"));
        assert_eq!(print("$filter=100%"), print("$filter=100%25"));
        assert_ne!(first, print("$filter=a%20eq%202&%24top=5"));
        assert_ne!(first, fingerprint("Invoices", Some("%24top=5&$filter=a%20eq%201")));
        assert_eq!(without_skiptoken(Some("$top=1&%24skiptoken=x&a=b&")), "$top=1&a=b");
    }
}
