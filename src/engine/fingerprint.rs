//! What a next link is bound to beside its entity set: the path and every other option, as written.

use aws_lc_rs::digest::{SHA256, digest};

/// A hash of path and query without `$skiptoken`; the order of the options does not count.
pub fn fingerprint(path: &str, query: Option<&str>) -> [u8; 32] {
    let mut pairs: Vec<&str> = others(query.unwrap_or_default()).filter(|pair| is_system(pair)).collect();
    pairs.sort_unstable();
    let text = format!("{path}\n{}", pairs.join("\n"));
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
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
    let written = pair.split('=').next().unwrap_or_default().trim_matches(['+', ' ']);
    let bare = written.strip_prefix('$').or_else(|| written.strip_prefix("%24"));
    bare.is_some_and(|bare| bare.eq_ignore_ascii_case(name))
}

/// Custom options belong to whoever stands between; they bind nothing.
fn is_system(pair: &str) -> bool {
    pair.starts_with('$') || pair.starts_with("%24") || pair.starts_with('@') || pair.starts_with("%40")
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
        assert_ne!(first, print("$filter=a%20eq%202&%24top=5"));
        assert_ne!(first, fingerprint("Invoices", Some("%24top=5&$filter=a%20eq%201")));
        assert_eq!(without_skiptoken(Some("$top=1&%24skiptoken=x&a=b&")), "$top=1&a=b");
    }
}
